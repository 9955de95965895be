"""What a new version changes, what to ask it, and which rules it keeps."""

import pytest

from knowledge.documents.comparison import compare, replaced
from knowledge.documents.library import Library
from knowledge.documents.originals import Originals
from knowledge.index.embedded import EmbeddedIndex
from knowledge.reading.reading import read
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Metadata, Passage, Place

ALL = frozenset({"all"})
OLD = """# 利用規程
## 目的
生成AIの安全な利用を定める。
## 入力の禁止
個人情報を入力してはならない。
## 承認
部長が承認する。
## 保存
記録は1年間保存する。
"""
NEW = """# 利用規程
## 入力の禁止
個人情報を入力してはならない。
## 承認
部長と情報システム部が承認する。
## 目的
生成AIの安全な利用を定める。
## 教育
年に1回、研修を受ける。
"""


@pytest.fixture
async def library(tmp_path):
    async with Library(
        EmbeddedIndex(tmp_path / "index", version=VERSION),
        originals=Originals(str(tmp_path / "files")),
    ) as opened:
        yield opened


async def put(library, text, *, publish=True):
    document, version, _ = await library.stage(
        await read("規程.md", text.encode()), Metadata(owner="t:1"), by="t:1"
    )
    if publish:
        await library.publish(document.id, version.id)
    return document.id, version.id


async def test_sections_that_came_went_and_changed_are_told_and_moves_are_not(library):
    await put(library, OLD)
    document, staged = await put(library, NEW, publish=False)
    changes = await library.changes(document, staged)
    assert [s.heading for s in changes.added] == ["教育"]
    assert [s.heading for s in changes.removed] == ["保存"]
    assert [s.heading for s in changes.changed] == ["承認"]
    assert "情報システム部" in changes.changed[0].text


async def test_a_first_version_adds_everything(library):
    document, staged = await put(library, OLD, publish=False)
    changes = await library.changes(document, staged)
    assert [s.heading for s in changes.added] == ["目的", "入力の禁止", "承認", "保存"]
    assert not changes.removed and not changes.changed


async def test_three_questions_come_from_its_facts(library):
    _, staged = await put(library, NEW, publish=False)
    asked = await library.questions(staged, "ja")
    assert asked == (
        "個人情報を入力してもよいですか?",
        "誰が承認しますか?",
        "年に何回、研修を受けますか?",
    )
    for question in asked:
        assert await library.preview(question, version=staged)
    assert await library.questions(staged, "en") == asked  # in the words of the document


async def test_no_question_is_made_of_rows_of_figures(library):
    rows = "".join(f"| 2026-09-{day} | 東店 | {day * 3} |\n" for day in range(10, 22))
    head = "| 日付 | 店舗 | 数量 |\n|---|---|---|\n"
    text = f"# 報告\n\n## 前書き\n\nこの報告は部長が承認する。\n\n## 売上\n\n{head}{rows}"
    _, staged = await put(library, text, publish=False)
    asked = await library.questions(staged, "ja")
    assert asked[0] == "この報告は誰が承認しますか?"
    assert "前書き" in asked[1] and len(asked) == 2


async def test_a_quote_of_an_old_answer_is_looked_for_in_the_new_version(library):
    _, staged = await put(library, NEW, publish=False)
    assert await library.standing(
        staged, ["個人情報を入力 してはならない。", "記録は1年間保存する。"]
    ) == (True, False)


async def test_a_rule_follows_its_text_into_the_next_version(library):
    document, _ = await put(library, OLD)
    prohibited = (await library.search("個人情報の入力", readers=ALL))[0].passage
    kept = (await library.search("記録の保存", readers=ALL))[0].passage
    await library.mark(prohibited.id, "data_sensitivity", "confidential")
    await library.mark(kept.id, "logging")
    await library.mark(kept.id, "logging", "one_year")
    rules = await library.rules(readers=ALL)
    assert [(r.criterion, r.option, r.passage.id) for r in rules] == [
        ("data_sensitivity", "confidential", prohibited.id),
        ("logging", "one_year", kept.id),
    ]
    await put(library, NEW)
    rules = await library.rules(readers=ALL)
    assert [(r.criterion, r.passage.text) for r in rules] == [("data_sensitivity", prohibited.text)]
    assert rules[0].passage.version != prohibited.version
    assert [m.criterion for m in await library.lost_marks(document)] == ["logging"]
    await library.edit(document, {"audience": "board"})
    assert await library.rules(readers=ALL) == []


async def test_a_rule_is_found_again_where_the_file_is_broken_into_other_lines(library):
    document, _ = await put(library, "# 規程\n## 禁止\n個人情報を入力しない。\n社外へ出さない。\n")
    prohibited = (await library.search("個人情報の入力", readers=ALL))[0].passage
    await library.mark(prohibited.id, "data_sensitivity", "confidential")
    await put(
        library,
        "# 規程\n## 禁止\n個人情報を入力しない。社外へ出さない。\n## 記録\n記録は一年間保存する。\n",
    )
    assert [rule.criterion for rule in await library.rules(readers=ALL)] == ["data_sensitivity"]
    assert await library.lost_marks(document) == ()


@pytest.mark.parametrize(
    ("before", "after", "pairs"),
    [
        ("承認は課長が行う。", "承認は部長が行う。", (("課長", "部長"),)),
        ("日当は3,000円とする。", "日当は3,500円とする。", (("3,000", "3,500"),)),
        ("三日前までに届け出る。", "十日前までに届け出る。", (("三日前", "十日前"),)),
        ("Ask the team lead.", "Ask the head.", (("team lead", "head"),)),
        ("同じ。", "同じ。ただし例外は別とする。", (("", "ただし例外は別とする。"),)),
    ],
)
def test_a_changed_section_is_told_word_by_word(before, after, pairs):
    [section] = compare([stood(before)], [stood(after)]).changed

    assert replaced(section) == pairs


def stood(text):
    place = Place("section", 1, "第1条")
    return Passage("p1", "d1", "v1", 1, "規程", place, text, ("規程", "第1条"))
