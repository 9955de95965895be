"""Talks: begun, listed, found, called by a name, shared for reading and deleted; and turns that are stopped."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.web.conversations import Conversations
from bot.web.settings import Passwords
from bot.web.talks import MOST, Talks
from handlers.conversation import (
    Feedback,
    Paragraph,
    Press,
    Reply,
    Source,
    Sources,
    Step,
    Steps,
    Text,
)

PUBLIC = "https://bot.example.com"
SECRET = "社外秘の答え"
ROWS = {"Accept": "application/x-ndjson"}
BUSY = r'id="t(\w+)" aria-labelledby="\w+" aria-busy'


async def handler(message):
    match message.content:
        case Text(text):
            source = Source(
                1, "p1", "規程", "第3条", "v2", "2026-04-01", "**社外秘**は入力しない。"
            )
            answer = f"{SECRET} {text}[1]"
            sources = Sources((source,), "a1")
            yield Reply(answer, (Paragraph(answer, "answer"), sources, Feedback("a1")))
        case Press("source.open"):
            if message.person.role == "admin":
                yield Reply("開いた", (Paragraph("開いた"),), title="出典 [1]")
            else:
                yield Reply("この資料は開けません。", private=True)
        case _:
            yield Reply("ほか")


@pytest.fixture
async def client(page):
    async with page(handler) as opened:
        yield opened


async def asked(client, question="議事録の要約に使えますか?"):
    """Ask on the first page; return the address of the talk."""
    told = await client.post("/ask", data={"q": question})
    return told.headers["location"].partition("#")[0]


async def test_each_question_on_the_first_page_begins_a_talk_of_its_own(client):
    one, other = await asked(client), await asked(client, "研修は必要ですか?")

    assert one != other
    listed = (await client.get("/talks")).text
    assert listed.index("研修は必要ですか?") < listed.index("議事録の要約に使えますか?")
    assert "研修" not in (await client.get(one)).text.split("<main")[1]


async def test_a_talk_is_found_by_any_of_its_questions_and_by_its_name(client):
    talk = await asked(client)
    await client.post("/ask", data={"q": "GPUは使えますか?", "_page": talk})
    await client.post(f"{talk}/rename", data={"name": " 会議の  メモ "})
    finds = ("gpu", "会議", "議事録の")
    pages = [(await client.get("/talks", params={"find": words})).text for words in finds]

    assert all(">会議の メモ</a>" in page for page in pages)
    assert "見当たりません" in (await client.get("/talks", params={"find": "火星"})).text


async def test_a_deleted_talk_and_its_links_are_gone(client):
    talk = await asked(client)
    shared = (await client.post(f"{talk}/share")).headers["location"]
    assert SECRET in (await client.get(shared)).text
    await client.post(f"{talk}/delete")

    assert (await client.get(talk)).status_code == 404
    assert (await client.get(shared)).status_code == 404
    assert "議事録" not in (await client.get("/talks")).text


async def test_nobody_reaches_a_talk_of_another_person(page):
    words = {"base": PUBLIC, "public_url": PUBLIC}
    words["passwords"] = Passwords("ask-ask-ask-1", "admin-admin-2")
    async with page(handler, **words) as own, page(handler, **words) as other:
        await own.post("/signin", data={"password": "admin-admin-2", "name": "佐藤"})
        await other.post("/signin", data={"password": "ask-ask-ask-1", "name": "鈴木"})
        talk = await asked(own)
        answers = [
            await other.get(talk),
            await other.post(f"{talk}/rename", data={"name": "x"}),
            await other.post(f"{talk}/share"),
            await other.post(f"{talk}/delete"),
        ]

        assert [answer.status_code for answer in answers] == [404, 404, 404, 404]
        assert SECRET in (await own.get(talk)).text


async def test_a_shared_answer_shows_only_what_its_reader_may_open_and_ends_when_told(page):
    words = {"base": PUBLIC, "public_url": PUBLIC}
    words["passwords"] = Passwords("ask-ask-ask-1", "admin-admin-2")
    async with page(handler, **words) as own, page(handler, **words) as other:
        await own.post("/signin", data={"password": "admin-admin-2", "name": "佐藤"})
        talk = await asked(own)
        shared = (await own.post(f"{talk}/share")).headers["location"]
        assert (await other.get(shared)).status_code == 401
        await other.post("/signin", data={"password": "ask-ask-ask-1", "name": "鈴木"})
        read = (await other.get(shared)).text

        assert SECRET not in read
        assert "見る権限のない資料にもとづく答えが1件" in read
        assert "/end" not in read
        assert (await other.post(f"{shared}/end")).status_code == 404
        assert SECRET in (await own.get(shared)).text
        assert (await own.post(f"{shared}/end")).status_code == 303
        assert (await own.get(shared)).status_code == 404


async def test_a_talk_goes_when_its_days_are_over(sessions):
    now = [datetime(2026, 11, 30, tzinfo=UTC)]
    talks = Talks(sessions, seconds=90 * 86400, clock=lambda: now[0])
    await talks.asked("web:a", "0123456789abcdef", "質問")
    now[0] += timedelta(days=89)
    assert [talk.title for talk in await talks.of("web:a")] == ["質問"]
    now[0] += timedelta(days=2)

    assert await talks.of("web:a") == []


async def test_a_person_has_at_most_so_many_talks_and_the_latest_stay(sessions, monkeypatch):
    assert MOST == 500
    monkeypatch.setattr("bot.web.talks.MOST", 5)  # each is kept beside all others
    talks = Talks(sessions)
    for number in range(8):
        await talks.asked("web:a", f"{number:016x}", f"質問{number}")
    kept = await talks.of("web:a")

    assert [talk.title for talk in kept] == [f"質問{number}" for number in (7, 6, 5, 4, 3)]


async def test_a_stopped_turn_keeps_what_was_checked_and_no_more_comes(page):
    async def slow(message):
        if not isinstance(message.content, Text):
            yield Reply("ほか")
            return
        steps = Steps("手順", (Step("s", "書く", "in_progress"),))
        yield Reply("確かめた文。", (steps, Paragraph("確かめた文。", "answer")), final=False)
        await asyncio.Event().wait()

    async with page(slow) as client:
        talk = await asked(client)
        busy = (await client.get(talk)).text
        turn = re.search(BUSY, busy)[1]
        assert f'action="/turns/{turn}/stop"' in busy
        assert (await client.post(f"/turns/{turn}/stop", headers=ROWS)).status_code == 204
        shown = (await client.get(talk)).text

    assert "aria-busy" not in shown.split("<template")[0]
    assert "確かめた文。" in shown
    assert "途中で止めました" in shown
    assert "http-equiv" not in shown


async def test_a_turn_is_seen_and_can_be_stopped_before_it_says_anything(page):
    async def silent(message):
        if isinstance(message.content, Text):
            await asyncio.Event().wait()
        yield Reply("ほか")

    async with page(silent) as client:
        asking = asyncio.create_task(client.post("/ask", data={"q": "RAGとは"}, headers=ROWS))
        await asyncio.sleep(0)
        while not (talks := re.findall(r"/t/\w{16}", (await client.get("/talks")).text)):
            await asyncio.sleep(0)
        # a talk is on the list a moment before its turn has begun
        while not (busy := re.search(BUSY, (await client.get(talks[0])).text)):
            await asyncio.sleep(0)
        turn = busy[1]
        await client.post(f"/turns/{turn}/stop", headers=ROWS)
        first, *_, last, _ = [json.loads(line) for line in (await asking).text.splitlines()]
        shown = (await client.get(talks[0])).text

    assert f'action="/turns/{turn}/stop"' in first["html"]
    assert "回答を止めました" in last["html"]
    assert "RAGとは</h2>" in shown
    assert "aria-busy" not in shown.split("<template")[0]


async def test_nobody_stops_the_turn_of_another(client):
    assert (await client.post("/turns/12345678/stop")).headers["location"] == "/"


async def test_pages_are_never_shown_from_before(client):
    talk = await asked(client)

    for path in ("/", talk, "/talks"):
        assert "no-store" in (await client.get(path)).headers["cache-control"]


async def test_a_question_can_be_edited_without_a_script(client):
    talk = await asked(client)
    shown = (await client.get(talk)).text
    edit = re.search(r'href="([^"]+)" data-edit', shown)[1].partition("#")[0]

    assert ">議事録の要約に使えますか?</textarea>" in (await client.get(edit)).text


async def test_a_team_is_invited_by_a_link_and_its_picture(client):
    shown = (await client.get("/team/t_0123456789ab")).text

    assert 'value="http://127.0.0.1:8080/team/t_0123456789ab"' in shown
    assert '<svg class="qr"' in shown.replace("  ", " ") or 'class="qr"' in shown
    assert "&#34;choose.join&#34;" in shown
    assert (await client.get("/team/t_<x>")).status_code == 404


async def test_an_answer_that_is_being_kept_stands_on_its_page_once(page, monkeypatch):
    keeping, kept = asyncio.Event(), asyncio.Event()
    save = Conversations._save

    async def slowly(self, screen, articles, revision, seconds):
        keeping.set()
        await kept.wait()
        return await save(self, screen, articles, revision, seconds)

    monkeypatch.setattr(Conversations, "_save", slowly)
    async with page(handler) as client:
        asking = asyncio.create_task(asked(client))
        await keeping.wait()
        talk = await asking
        meanwhile = await client.get(talk)
        kept.set()
        afterwards = await client.get(talk)

    assert meanwhile.status_code == 200
    assert 'http-equiv="refresh"' not in meanwhile.text
    for told in (meanwhile, afterwards):
        assert told.text.count('<article class="turn" id=') == 1
