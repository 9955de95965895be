"""What the company's own documents say beside a question: found, ruled, objected to, and never shown to the wrong reader."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from handlers.choose.decision_models import DecisionModels
from handlers.choose.guidelines import Guidelines
from handlers.choose.router import Choose
from handlers.conversation import (
    Audience,
    Buttons,
    Content,
    Details,
    Message,
    Paragraph,
    Person,
    Press,
    Reply,
)
from handlers.people import People
from handlers.sessions import Sessions
from handlers.texts import Texts
from knowledge.documents.library import Library
from knowledge.errors import LibraryUnavailable
from knowledge.index.opening import open_index
from knowledge.reading.reading import read
from knowledge.retrieval.encoder import VERSION
from knowledge.sentences import phrase
from knowledge.values import Metadata
from tests.choosing import advisor, answered, filled_in
from tests.handlers.choose.rooms import act

TARO = Person("slack:T1:U1", "鈴木 太郎", "ja")
QUOTED = ("quote", "quiet")
TEXT = "# 第3条 データの扱い\n\n顧客から預かったデータは、社外のサービスに入力しない。\n\n食堂は12時に開く。\n"


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[Library]:
    async with Library(open_index(None, tmp_path / "qdrant", None, version=VERSION)) as opened:
        await put(opened, TEXT)
        yield opened


@pytest.fixture
def choose(
    library: Library, sessions: Sessions, texts: Texts, monkeypatch: pytest.MonkeyPatch
) -> Choose:
    """The dialog, which waits for the library as long as a busy machine may need."""
    monkeypatch.setattr("handlers.choose.guidelines.WAIT", 30.0)

    async def shelf() -> Library:
        return library

    guidelines = Guidelines.load(shelf, People(frozenset()))
    return Choose(DecisionModels(sessions, advisor()), sessions, texts, guidelines)


async def put(library: Library, text: str, audience: str = "all", kind: str = "rule") -> None:
    reading = await read("規程.md", text.encode())
    metadata = Metadata("データ規程", kind, audience, owner="情報システム部")
    document, version, _ = await library.stage(reading, metadata, by="admin")
    await library.publish(document.id, version.id)


async def say(
    choose: Choose, content: Content, person: Person = TARO, private: bool = True
) -> Reply:
    message = Message("m", person, "p", Audience("slack:C1", private), content)
    return await act(choose, message)


async def reach(choose: Choose, criterion: str) -> Reply:
    """Answer "not sure" until the question about `criterion` is asked, on the page or by itself."""
    reply = await say(choose, Press("choose.start"))
    while reply.ask and criterion not in [field.id for field in reply.ask.fields]:
        reply = await say(choose, answered(reply.ask, "ns"))
    assert reply.ask is not None
    return reply


def guide(reply: Reply) -> str:
    """Return what a company's documents say beside what is asked; empty for nothing."""
    if reply.ask.guideline is not None:
        return f"{reply.ask.guideline.text}\n{reply.ask.guideline.source}"
    quotes = [note.text for note in reply.ask.notes if getattr(note, "tone", "") in QUOTED]
    return "\n".join(quotes)


def opener(reply: Reply) -> Press:
    return next(b.press for b in reply.ask.buttons if b.press.action == "choose.source")


def initial(reply: Reply, criterion: str) -> str:
    return next(field.initial for field in reply.ask.fields if field.id == criterion)


async def test_a_passage_stands_beside_the_question_it_bears_on(choose: Choose) -> None:
    asked = await reach(choose, "boundary")
    assert "社外のサービスに入力しない" in guide(asked)
    assert "データ規程" in guide(asked)
    assert "参考です" in guide(asked)
    assert initial(asked, "boundary") == ""
    opened = await say(choose, opener(asked))
    assert "食堂" in opened.text or "顧客から預かったデータ" in opened.text
    following = await say(choose, filled_in(asked.ask))
    assert following.ask.guideline is None


async def test_a_passage_is_not_shown_to_who_may_not_read_it(
    choose: Choose, library: Library
) -> None:
    asked = await reach(choose, "boundary")
    document = (await library.documents())[0]
    await library.edit(document.id, {"audience": "admins"})
    assert guide(await say(choose, Press("choose.resume", asked.ask.state))) == ""
    assert "見られません" in (await say(choose, opener(asked))).text


async def test_a_rule_answers_before_the_person_and_an_objection_is_recorded(
    choose: Choose, library: Library
) -> None:
    passage = (await library.search("顧客のデータを社外に入力", readers=frozenset({"all"})))[
        0
    ].passage
    await library.mark(passage.id, "boundary", "inside")
    asked = await reach(choose, "boundary")
    assert initial(asked, "boundary") == "inside"
    assert "規則に指定" in guide(asked)
    reply = await say(choose, filled_in(asked.ask, {"boundary": "ok"}))
    while reply.ask:
        reply = await say(choose, answered(reply.ask, "ns"))
    assert "社内の規則と違う答え" in " ".join(getattr(b, "text", "") for b in reply.blocks)
    rules = next(b for b in reply.blocks if isinstance(b, Details) and b.title == "社内の規則")
    assert "異議あり" in next(b for b in rules.blocks if isinstance(b, Paragraph)).text
    rows = [b for b in reply.blocks if isinstance(b, Buttons)]
    data = next(i.press.data for b in rows for i in b.items if i.press.action == "choose.memo")
    memo = (await say(choose, Press("choose.memo", data))).attachments[0].content.decode()
    assert "異議あり" in memo


async def test_rules_that_contradict_each_other_prescribe_nothing(
    choose: Choose, library: Library
) -> None:
    passage = (await library.search("顧客のデータを社外に入力", readers=frozenset({"all"})))[
        0
    ].passage
    await library.mark(passage.id, "boundary", "inside")
    document = await library.document(passage.document)
    mark = document.metadata.marks[0]
    await library.edit(
        document.id, {"marks": (mark, replace(mark, option="ok", quote=passage.text[:12]))}
    )
    asked = await reach(choose, "boundary")
    assert guide(asked)
    assert initial(asked, "boundary") == ""


async def test_the_deck_is_no_guideline(choose: Choose, library: Library) -> None:
    for document in await library.documents():
        await library.remove(document.id)
    await put(library, TEXT, kind="deck")
    assert guide(await reach(choose, "boundary")) == ""


async def test_a_second_person_asks_the_library_for_nothing_new(
    choose: Choose, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[str] = []
    real = library.search

    async def counted(question: str, **options: object) -> object:
        searched.append(question)
        return await real(question, **options)

    monkeypatch.setattr(library, "search", counted)
    shown = guide(await reach(choose, "boundary"))
    assert searched
    searched.clear()
    hanako = replace(TARO, id="slack:T1:U2")
    assert guide(await say(choose, Press("choose.start"), hanako)) == shown
    assert not searched


async def test_a_rule_holds_where_the_search_for_the_rest_finds_the_index_away(
    choose: Choose, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    [hit, *_] = await library.search("顧客のデータを社外に入力", readers=frozenset({"all"}))
    await library.mark(hit.passage.id, "boundary", "inside")

    async def away(*_: object, **__: object) -> object:
        raise LibraryUnavailable("contended", phrase("contended"))

    monkeypatch.setattr(library, "search", away)
    assert initial(await reach(choose, "boundary"), "boundary") == "inside"
