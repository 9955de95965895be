"""The sentences are data; these tests are what keeps them whole."""

import re
from pathlib import Path

import pytest

from handlers.texts import FOLDER, Texts
from knowledge.errors import InvalidModel
from knowledge.sentences import fill, names_of_values, read

ROOMS = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"""say\(\s*["']([a-z_]+\.[a-z0-9_]+)["']""")


def test_every_sentence_named_in_code_exists(texts):
    named = {
        name
        for room in ("bot", "handlers")
        for path in (ROOMS / room).rglob("*.py")
        for name in NAMED.findall(path.read_text())
    }

    assert len(named) > 50
    assert sorted(named - set(texts.names())) == []


def test_a_sentence_is_said_in_the_language_asked_for(texts):
    assert texts.say("turns.apology", "ja", incident="a1").count("a1") == 1
    assert "a1" in texts.say("turns.apology", "en", incident="a1")


FAULTS = {
    "half": ("x:\n  ja: はい\n", "needs exactly ja and en"),
    "twice": ("x: {ja: はい, en: yes}\nx: {ja: 無, en: none}\n", "stands there twice"),
    "a bare text": ("x: はい\n", "needs exactly ja and en"),
    "values": ("x:\n  ja: $n件\n  en: many\n", "takes different values"),
    "a plural's value": ("x:\n  ja: 多数\n  en: 'some {n|page|pages}'\n", "takes different values"),
    "one form": ("x:\n  ja: $n件\n  en: '$n {n|page}'\n", "malformed value or plural"),
    "three forms": ("x:\n  ja: $n件\n  en: '$n {n|a|b|c}'\n", "malformed value or plural"),
    "a bare sign": ("x:\n  ja: $n件\n  en: '$n for $ 5'\n", "malformed value or plural"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_sentence_that_is_not_whole_is_named_with_its_file(tmp_path, fault):
    written, words = FAULTS[fault]
    path = tmp_path / "ask.yaml"
    path.write_text(written, encoding="utf-8")

    with pytest.raises(InvalidModel, match=f"^ask.yaml: x .*{words}") as refused:
        read(path)

    assert refused.value.reason.ja.startswith("ask.yaml: x: ")


def test_no_sentence_stands_twice_in_a_file():
    for path in BOOKS:
        names = re.findall(r"^(\w+):", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert sorted(names) == sorted(set(names)), path.name


BOOKS = (
    *sorted(FOLDER.glob("*.yaml")),
    ROOMS / "knowledge" / "library.yaml",
    ROOMS / "knowledge" / "answering" / "answers.yaml",
    ROOMS / "knowledge" / "advisor" / "faults.yaml",
)
PLURAL = re.compile(r"\{(\w+)\|[^{}|]*\|[^{}|]+\}")
# a value, perhaps an adjective, and a noun in the plural, where one could stand as well
COUNTED = re.compile(r"\$(\w+) (?:[a-z]+ )?([a-z]{2,}[a-rt-z]s|entries|criteria)\b")
VERBS = {  # words in -s behind a value that is no number
    "answering", "arrives", "begins", "does", "exists", "gets", "has", "holds", "is", "lacks", "names",
    "needs", "reads", "says", "starts", "takes", "uses", "wants", "was", "this", "embeddings",
    "settings", "points", "stands", "costs",
}  # fmt: skip
# limits of ours, a size beyond one of them, and ranges, which are never one
ALWAYS_MANY = {"limit", "shortest", "size", "criteria_limit", "configs_limit", "range"}
NO_NUMBERS = {"place"}  # names of what a sentence is about


def _english() -> list[tuple[str, str]]:
    rows = []
    for path in BOOKS:
        for name, phrase in read(path).items():
            rows.append((f"{path.name}: {name}", phrase.en))
    return rows


def test_every_counted_sentence_reads_right_with_one_and_two():
    counted = [(place, text) for place, text in _english() if PLURAL.search(text)]

    assert len(counted) > 40
    for place, text in counted:
        names = {choice.group(1) for choice in PLURAL.finditer(text)}
        rest = dict.fromkeys(names_of_values(text), "X")
        one = fill(text, rest | dict.fromkeys(names, 1))
        two = fill(text, rest | dict.fromkeys(names, 2))
        wrong = re.search(r"\b1 (?!leads)(?:[a-z]{2,}[a-rt-z]s|entries|criteria)\b", one)
        assert wrong is None, f"{place}: {one}"
        assert "{" not in one + two
        assert one != two


def test_no_sentence_counts_without_the_form():
    bare = []
    for place, text in _english():
        for value, noun in COUNTED.findall(PLURAL.sub("", text)):
            if noun not in VERBS and value not in ALWAYS_MANY | NO_NUMBERS:
                bare.append(f"{place}: ${value} … {noun}")

    assert bare == []


@pytest.mark.parametrize(
    ("name", "values", "one", "two"),
    [
        ("welcome.what", {"count": 1}, "from 1 document,", "from 2 documents,"),
        ("ask.age_months", {"n": 1, "day": "D"}, "1 month ago", "2 months ago"),
        ("choose.preview_note", {"count": 1}, "from 1 answer.", "from 2 answers."),
    ],
)
def test_one_is_one_and_two_are_many(texts, name, values, one, two):
    twice = {key: 2 if value == 1 else value for key, value in values.items()}

    assert one in texts.say(name, "en", **values)
    assert two in texts.say(name, "en", **twice)


def test_what_a_value_holds_is_never_read_for_more():
    assert (
        fill("$name: $n {n|page|pages}", {"name": "{n|a|b} $n", "n": "1"}) == "{n|a|b} $n: 1 page"
    )


def test_japanese_sentences_are_japanese():
    kana = re.compile(r"[ぁ-んァ-ヶ一-龠]")
    texts = Texts.load()
    bare = [
        n
        for n in texts.names()
        if not kana.search(texts._phrases[n].ja) and len(texts._phrases[n].ja) > 12
    ]

    assert bare == []
