"""The guided dialog through the real house: in plain words, from a terminal, from a file, and about its result."""

import io
import json
from pathlib import Path

import pytest

from bot.command.cli import main
from bot.service.application import Application
from bot.settings import load
from handlers.conversation import (
    Audience,
    Buttons,
    Command,
    Content,
    Form,
    Message,
    Person,
    Press,
    Reply,
    Text,
)
from knowledge.advisor.model import builtin
from knowledge.sentences import yaml_values
from tests.choosing import answered, as_yaml
from tests.sheet import Sheet


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


async def say(application: Application, content: Content, language: str = "ja") -> Reply:
    sheet, person = Sheet(), Person(f"paper:{language}", "Aoi", language)
    await application.turns.take(
        Message("m", person, f"paper:{language}", Audience(person.id, private=True), content), sheet
    )
    return sheet.shown[-1]


@pytest.mark.parametrize(
    ("words", "question", "language"),
    [
        (Text("方式えらび 社外に出せないPDFが500件、3か月以内で"), "誰が発表しましたか?", "ja"),
        (
            Command("llm-choose", "choose 500 PDFs must not leave our network, within 3 months"),
            "How does RAG work?",
            "en",
        ),
    ],
)
async def test_from_plain_words_to_a_question_about_the_result(
    data: Path, words: Content, question: str, language: str
) -> None:
    async with Application(load({}, data=str(data))) as application:
        read = await say(application, words, language)
        values = {f.id: f.initial for f in read.ask.fields if f.id != "ticks"}
        assert values == {"docs": "core", "boundary": "inside", "time": "m3"}
        reply = await say(application, Form("choose.prefill", read.ask.state, values), language)
        while reply.ask:
            reply = await say(application, answered(reply.ask, "ns"), language)
        ask = next(
            i.press
            for b in reply.blocks
            if isinstance(b, Buttons)
            for i in b.items
            if i.press.action == "choose.question"
        )
        form = (await say(application, ask, language)).ask
        told = await say(
            application, Form("choose.question", form.state, {"text": question}), language
        )
        assert "[1]" in told.text


@pytest.mark.parametrize(("language", "best"), [("ja", "おすすめ: "), ("en", "Suggested: ")])
def test_a_terminal_talks_the_dialog_to_its_end(
    data: Path,
    tmp_path: Path,
    language: str,
    best: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    # goal and measure left out, what a company with developers and some money would say
    words = {"ja": ("はい", "2,000万円", "3ヶ月"), "en": ("Yes", "20m yen", "3 months")}[language]
    page = ["", "", "2", "2", "2", *words, "1", "1", "", "1", "1", "1"]
    # an answer, back one, a number that is not there, again, skipped, and whatever is asked then
    back = {"ja": "戻る", "en": "back"}[language]
    questions = ["1", back, "99", "1", "b", *["1"] * 8]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join([*page, *questions, "e", ""]) + "\n"))
    assert main(["choose", "--language", language, "--data", str(data / language)]) == 0
    said = capsys.readouterr().out
    assert best in said
    assert {p.suffix for p in tmp_path.iterdir()} == {".md", ".docx", ".pdf"}


def test_a_situation_in_words_is_worked_out_from_the_command(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "図面が何万枚もあり、社外には出せません。開発者はいません。予算は800万円、3か月以内。"
    where = ["--data", str(data / "described")]
    assert main(["choose", "--describe", words, "--json", *where]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["answers"]["boundary"] == "inside"
    assert told["read"]["words"]["team"] == "開発者はいません"
    assert told["headline"] == "none_fits"
    assert told["ways"]
    assert main(["choose", "--describe", words, "--language", "ja", *where]) == 0
    assert "始められる方法はありません" in capsys.readouterr().out


def test_a_file_of_answers_is_worked_out_or_refused_with_the_nearest_key(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "answers.yaml"
    for text, code in (
        ("budgte: s", "unknown_criterion"),
        ("budget: z", "unknown_option"),
        ("[1, 2]", "bad_answers"),
        ("runs: 3", "bad_answers"),
        ("model: 123\nanswers: {}", "unknown_model"),
        ("a: [", "bad_answers"),
    ):
        file.write_text(text, encoding="utf-8")
        assert main(["choose", "--answers", str(file), "--json", "--data", str(data)]) == 1
        told = capsys.readouterr()
        assert json.loads(told.out)["error"]["code"] == code
        assert len(told.err.strip().splitlines()) == 1
        if code == "unknown_criterion":
            assert "budget" in told.err
    file.write_text(
        json.dumps({"runs": [{"id": "a", "answers": {"docs": "core"}}, {"id": "b", "cite": "no"}]}),
        encoding="utf-8",
    )
    assert main(["choose", "--answers", str(file), "--json", "--data", str(data)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["id"] for line in lines] == ["a", "b"]
    assert {
        "recommendation",
        "headline",
        "options",
        "route",
        "ways",
        "reasons",
        "confidence",
        "flips",
        "open_points",
        "model",
    } <= set(lines[0])


def test_the_model_is_replaced_from_the_command(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--data", str(data / "model")]
    assert main(["model", "--show", *where]) == 0
    assert yaml_values(capsys.readouterr().out) == yaml_values(builtin())
    raw = yaml_values(builtin())
    raw["model"]["meta"]["version"] = "9.0.0"
    file = tmp_path / "model.yaml"
    file.write_text(as_yaml(raw), encoding="utf-8")
    assert main(["model", str(file), "--publish", "--json", *where]) == 0
    assert json.loads(capsys.readouterr().out)["model"]["version"] == "9.0.0"
    file.write_text("model: {criteria: {docs: {weight: 12}}}\n", encoding="utf-8")
    assert main(["model", str(file), "--publish", *where]) == 1
    assert "criteria.weight" in capsys.readouterr().err
    assert main(["model", "--rollback", "--json", *where]) == 0
    assert len(json.loads(capsys.readouterr().out)["history"]) == 1
    assert main(["model", "--rollback", *where]) == 1


TYPED = {
    "ja": ("1ヶ月、1人、50万円", "2", "問い合わせの返事を早くしたい", "RAGとは何ですか?"),
    "en": ("1 month, 1 user, $5k", "yes", "We want to answer faster", "What is RAG?"),
}


def resumed(reply: Reply) -> Press:
    """Return the button that goes on with an unfinished run."""
    rows = [block for block in reply.blocks if isinstance(block, Buttons)]
    return next(i.press for row in rows for i in row.items if i.press.action == "choose.resume")


async def typed_at_the_page(application: Application, page: Reply, language: str) -> None:
    """Limits in words are proposed, a number is told how, a wish is the goal, a question is one."""
    limits, number, wish, question = TYPED[language]
    read = await say(application, Text(limits), language)
    assert read.ask.form == "choose.prefill"
    values = {field.id: field.initial for field in read.ask.fields if field.id != "ticks"}
    assert values == {"budget": "xs", "time": "m1", "users": "u1"}
    page = await say(application, Form("choose.prefill", read.ask.state, values), language)
    assert {field.id: field.initial for field in page.ask.fields}["budget"] == "xs"
    told = await say(application, Text(number), language)
    assert told.ask.form == "choose.page"
    assert any("50" in note.text for note in told.ask.notes)
    told = await say(application, Text(wish), language)
    assert told.ask.fields[0].initial == wish
    told = await say(application, Text(question), language)
    assert told.answer


@pytest.mark.parametrize(
    ("language", "start", "skip_page", "words"),
    [
        ("ja", "診断", "choose.later", ("2", "3番でお願いします", "わからない", "スキップ")),
        ("en", "choose", "choose.later", ("2.", "option 3 please", "I don’t know", "skip")),
    ],
)
async def test_the_open_question_takes_an_answer_that_is_typed(
    data: Path, language: str, start: str, skip_page: str, words: tuple[str, ...]
) -> None:
    async with Application(load({}, data=str(data / f"typed-{language}"))) as application:
        page = await say(application, Text(start), language)
        await typed_at_the_page(application, page, language)
        page = await say(application, Text(start), language)
        page = await say(application, resumed(page), language)
        first = await say(application, Press(skip_page, page.ask.state), language)
        reply = first
        seen = [first.ask.fields[0].id]
        for text in words:
            reply = await say(application, Text(text), language)
            assert reply.ask, f"{text}: {reply.text}"
            seen.append(reply.ask.fields[0].id)
        assert len(set(seen)) == len(words) + 1, seen
        # what is not there is asked again, and the way back opens the question before
        for text in ("99", "はい" if language == "ja" else "yes"):
            again = await say(application, Text(text), language)
            assert again.ask.fields[0].id == seen[-1]
            assert again.ask.notes
        before = await say(application, Text("戻る" if language == "ja" else "back"), language)
        assert before.ask.fields[0].id == seen[-2]
        # an option in its own words, even after a question to the documents came between
        told = await say(application, Text("RAGとは何ですか?"), language)
        assert told.ask is None
        assert told.answer
        option = before.ask.fields[0].options[0].text
        answered_in_words = await say(application, Text(option), language)
        assert answered_in_words.ask.fields[0].id != seen[-2]
