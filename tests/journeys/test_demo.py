"""Looking inside RAG: the trace of an answer, what other settings change, why a document is missing, the tour."""

import json

import pytest

from bot.command.cli import main
from bot.service.application import Application
from bot.settings import load
from handlers.conversation import (
    Audience,
    Buttons,
    Command,
    Details,
    Form,
    Heading,
    Message,
    Paragraph,
    Person,
    Press,
    Sources,
    Table,
    Text,
)
from knowledge.reading.reading import read
from knowledge.values import Metadata
from tests.sheet import Sheet

AOI = Person("paper:U1", "Aoi", "ja")
QUESTION = "RAGって社内文書を全部覚えてるの?"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture
async def application(data):
    async with Application(load({"ADMINS": "slack:T1:U9"}, data=str(data))) as opened:
        library = await opened.library()
        if not any(d.metadata.title == "RAG推進規程" for d in await library.documents()):
            for title, audience in (("RAG推進規程", "admins"), ("駐車場規程", "all")):
                content = (
                    f"# {title}\n\nRAGは社内文書を全部覚えてはいない。\n"
                    if audience == "admins"
                    else "# 駐車場\n\n来客用区画は6台とする。\n"
                )
                document, version, _ = await library.stage(
                    await read(f"{title}.md", content.encode()),
                    Metadata(title=title, audience=audience),
                    by="test",
                )
                await library.publish(document.id, version.id)
        yield opened


async def say(application, content, person=AOI, *, private=True):
    sheet = Sheet()
    audience = Audience(person.id if private else "paper:channel", private=private)
    await application.turns.take(Message("m", person, "paper:demo", audience, content), sheet)
    return sheet.shown[-1]


async def answered(application, person=AOI):
    answer = await say(application, Text(QUESTION), person)
    return next(b for b in answer.blocks if isinstance(b, Sources)).answer


def table(reply, nth=0):
    return [b for b in reply.blocks if isinstance(b, Table)][nth]


def press(reply, label):
    return next(
        b.press
        for row in reply.blocks
        if isinstance(row, Buttons)
        for b in row.items
        if b.label == label
    )


async def test_a_trace_shows_stages_candidates_limits_and_both_ways(application):
    inside = await say(application, Press("demo.open", {"aid": await answered(application)}))

    folded = {b.title: b for b in inside.blocks if isinstance(b, Details)}
    assert inside.private
    assert [row[0] for row in table(inside).rows] == [
        str(n) for n in range(1, len(table(inside).rows) + 1)
    ]
    assert any("使った [1]" in row for row in table(inside).rows)
    assert "生成AIだけでは" in folded["RAGあり・なし"].blocks[1].text
    assert "残した" in str(folded["1文ごとの根拠の確認"].blocks)
    assert "引用しました" in folded["生成AIに渡した文の全文"].blocks[0].text


async def test_other_settings_run_again_and_say_what_changed(application):
    inside = await say(application, Press("demo.open", {"aid": await answered(application)}))

    fewer = await say(application, press(inside, "使う文章を2件に"))
    words = await say(application, press(inside, "語だけで探す"))
    plain = await say(application, press(words, "並べ直しなし"))

    assert "使う件数の外" in str(table(fewer).rows)
    assert "語だけで探す" in str(words.blocks)
    assert any(isinstance(b, Paragraph) and b.tone == "note" for b in plain.blocks)


async def test_what_a_viewer_may_not_see_is_counted_and_never_shown(application):
    admin = Person("slack:T1:U9", "Rei", "ja")
    aid = await answered(application, admin)

    own = await say(application, Press("demo.open", {"aid": aid}), admin)
    other = await say(application, Press("demo.open", {"aid": aid}))
    shared = await say(application, Press("demo.share", {"aid": aid}), admin)

    assert "RAG推進規程" in str(table(own).rows)
    assert "覚えてはいない" in str(own.blocks)
    for reply in (other, shared):
        assert "推進規程" not in str(reply.blocks)
        assert "覚えてはいない" not in str(reply.blocks)
        assert "数だけ" in str(reply.blocks)
    assert shared.share
    assert not shared.private


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("駐車場", "駐車場規程"),
        ("RAG推進規程", "見られる範囲にありません"),
        ("存在しない資料", "見られる範囲にありません"),
        ("説明資料", "使われています"),
    ],
)
async def test_why_a_document_is_not_there_respects_who_asks(application, name, said):
    aid = await answered(application)
    asked = await say(application, Press("demo.why", {"aid": aid}))

    told = await say(application, Form("demo.why", asked.ask.state, {"document": name}))

    assert said in told.text


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_the_tour_runs_for_real_and_ends_with_the_cautions(application, language):
    person = Person("paper:U1", "Aoi", language)
    stop = await say(application, Command("demo"), person)
    titles = []
    for n in range(1, 6):
        titles.append(next(b.text for b in stop.blocks if isinstance(b, Heading)))
        if n < 5:
            stop = await say(
                application, press(stop, "次へ" if language == "ja" else "Next"), person
            )

    assert len(set(titles)) == 5
    assert any(isinstance(b, Paragraph) and b.tone == "warning" for b in stop.blocks)
    assert ("スライド18" if language == "ja" else "slide 18") in str(stop.blocks)


async def test_an_expired_trace_and_a_forged_press_get_a_sentence(application):
    for action in ("demo.open", "demo.rerun", "demo.why", "demo.share", "demo.alone"):
        reply = await say(application, Press(action, {"aid": "gone", "k": 6, "s": "whole"}))
        assert "期限" in reply.text
    forged = await say(application, Press("demo.rerun", {"aid": "gone", "k": "many", "s": 7}))
    assert "古い" in forged.text


def test_the_terminal_prints_a_trace_as_json(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("LLM", "")
    assert main(["demo", QUESTION, "--json", "--data", str(tmp_path / "d")]) == 0
    trace = json.loads(capsys.readouterr().out)
    assert trace["question"] == QUESTION
    assert [s["name"] for s in trace["stages"]] == ["tidy", "search", "write"]
    assert any(c["used"] for c in trace["candidates"])
