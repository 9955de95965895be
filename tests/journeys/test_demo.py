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
    beside, recorded, lesson = folded["RAGあり・なし"].blocks
    assert [column.title for column in beside.columns] == [
        "",
        "RAGあり",
        "RAGなし(生成AIだけ、出典なし)",
    ]
    assert "生成AIだけでは" in beside.rows[0][2]
    assert "スライド18" in beside.rows[1][1]
    assert "記録した例" in recorded.text
    assert "つながっていない" in lesson.text
    assert "首位との差" in folded["数字の読み方"].blocks[0].text
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


NOTES = "".join(f"# 備品{n}\n\n備品の貸出は、担当{n}番の棚で受け付ける。\n\n" for n in range(8))


async def test_fewer_passages_bound_what_is_quoted_and_more_widen_it(application):
    library = await application.library()
    reading = await read("備品貸出.md", NOTES.encode())
    document, version, _ = await library.stage(reading, Metadata(), by="test")
    await library.publish(document.id, version.id)
    audience = Audience(AOI.id, private=True)
    message = Message("m", AOI, "paper:limits", audience, Text(""))
    used = {}
    for limit in (1, 2, 6, 10):
        answer = await application.router.questions.quietly(
            message, "備品の貸出はどの棚で受け付ける?", limit=limit
        )
        trace = await application.router.demo.trace(answer.id)
        ranks = [at for at, one in enumerate(trace.candidates, 1) if one.used]
        used[limit] = ranks
        assert ranks
        assert max(ranks) <= limit
    assert len(used[1]) == 1


@pytest.mark.parametrize(("language", "mark"), [("ja", "「"), ("en", "“")])
async def test_the_question_without_an_answer_is_made_from_a_word_that_stands_nowhere(
    application, language, mark
):
    person = Person("paper:U1", "Aoi", language)
    stop = await say(application, Press("demo.tour", {"n": 3}), person)
    asked = next(b.text for b in stop.blocks if isinstance(b, Paragraph) and b.tone == "quiet")
    told = [b.text for b in stop.blocks if isinstance(b, Paragraph)]
    absent = next(text for text in told if "どこにもありません" in text or "in none of" in text)
    word = absent.split(mark)[1].split("」" if language == "ja" else "”")[0]

    assert word in asked
    library = await application.library()
    assert await library.search(word, readers=frozenset({"all"}), kind="words") == []
    refusal = "答えませんでした" if language == "ja" else "so no answer was given"
    assert refusal in str(stop.blocks)


async def test_a_word_that_the_reader_may_read_is_not_taken(application):
    library = await application.library()
    text = "# 食堂\n\n献立は毎週月曜に掲示する。\n"
    document, version, _ = await library.stage(
        await read("食堂.md", text.encode()), Metadata(audience="all"), by="test"
    )
    await library.publish(document.id, version.id)

    stop = await say(application, Press("demo.tour", {"n": 3}))

    assert "献立" not in str(stop.blocks)


async def test_languages_are_named_as_the_reason(application):
    library = await application.library()
    text = "# Visitor parking\n\nVisitors leave their badge at the gate.\n"
    document, version, _ = await library.stage(
        await read("visitor-parking.md", text.encode()), Metadata(title="Visitor parking"), by="t"
    )
    await library.publish(document.id, version.id)
    aid = await answered(application)
    asked = await say(application, Press("demo.why", {"aid": aid}))

    told = await say(
        application, Form("demo.why", asked.ask.state, {"document": "Visitor parking"})
    )

    assert "この資料は英語で、質問は日本語です" in told.text
