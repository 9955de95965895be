"""The page over HTTP, without a browser: asking, pressing, answering, uploading and coming back."""

import asyncio
import json
import re
from contextlib import AsyncExitStack
from html import escape

import pytest

from bot.press import pack
from bot.service.store import Store
from bot.web.told import Told
from handlers.conversation import (
    Ask,
    Attachment,
    Button,
    Buttons,
    Command,
    Feedback,
    Field,
    Form,
    Option,
    Paragraph,
    Press,
    Reply,
    Text,
    Upload,
)
from handlers.sessions import Sessions

NDJSON = {"Accept": "application/x-ndjson"}


def question(step):
    field = Field(
        "boundary",
        "choice",
        "送れますか?",
        options=(Option("ok", "はい"), Option("ns", "わからない")),
    )
    return Ask(
        "choose.answer",
        "方式えらび",
        "送れますか?",
        (field,),
        "次へ",
        "やめる",
        {"rid": "r", "rev": step},
        step=step,
        of=12,
    )


async def handler(message):
    match message.content:
        case Text(text):
            yield Reply("…", final=False)
            ways = Buttons(
                (Button("続き", Press("a.b", {"n": 1})), Button("選ぶ", Press("choose.start")))
            )
            yield Reply(f"答え {text}", (Paragraph(f"答え {text}"), ways, Feedback("a1")))
        case Press("feedback.vote"):
            yield Reply("ありがとうございます。", private=True)
        case Press("a.b", data):
            memo = Attachment("メモ.md", "text/markdown", b"# x")
            yield Reply(
                f"a.b {data['n']} {message.person.role} {message.person.id}", attachments=(memo,)
            )
        case Press("choose.start") | Command("llm-choose"):
            yield Reply("送れますか?", ask=question(1))
        case Form("choose.answer", state, values):
            yield (
                Reply("次の質問", ask=question(int(state["rev"]) + 1))
                if values["boundary"] == "ok"
                else Reply("結果")
            )
        case Form(name, state, values):
            yield Reply(f"{name} {dict(state)} {dict(values)}")
        case Upload(files):
            yield Reply(
                " ".join([f"{f.name} {len(await f.fetch())}" for f in files]) or "管理者だけです"
            )
        case Press("document.list", data):
            yield Reply(f"{dict(data)}", (Paragraph(f"一覧 {dict(data)}"),))
        case Command(name, argument):
            yield Reply(f"{name} {argument} {message.place}")
        case _:
            yield Reply("ほか")


@pytest.fixture
async def client(page):
    async with page(handler) as opened:
        yield opened


def rows(told):
    return [json.loads(line) for line in told.text.strip().split("\n")]


def turn_of(html):
    return re.findall(r'<article class="turn" id="t(\w+)"', html)[-1]


async def test_asking_works_without_javascript(client):
    told = await client.post("/ask", data={"q": "RAGとは"}, follow_redirects=True)

    assert told.status_code == 200
    assert "答え RAGとは" in told.text
    assert escape(pack(Press("a.b", {"n": 1}))) in told.text


async def test_with_javascript_replies_stream_in_order_and_end_with_what_stands_beside(client):
    told = rows(await client.post("/ask", data={"q": "RAGとは"}, headers=NDJSON))

    assert "regions" in told[-1]
    assert "答え RAGとは" in told[-2]["html"]
    assert len({row["turn"] for row in told[:-1]}) == 1


async def test_a_page_loaded_while_a_turn_runs_can_follow_it(page):
    go = asyncio.Event()

    async def slow(message):
        if not isinstance(message.content, Text):
            yield Reply("ほか")
            return
        yield Reply("探しています", final=False)
        await go.wait()
        yield Reply("見つかりました")

    async with page(slow) as client:
        await client.get("/")
        asked = asyncio.create_task(client.post("/ask", data={"q": "x"}))
        where = (await asked).headers["location"].partition("#")[0]
        seen = (await client.get(where)).text
        turn = re.search(r'id="t(\w+)" aria-labelledby="\w+" aria-busy', seen)[1]
        following = asyncio.create_task(client.get(f"/turns/{turn}"))
        go.set()
        told = rows(await following)

    assert "http-equiv" in seen
    assert "見つかりました" in told[-2]["html"]


async def test_a_turn_that_ended_or_is_another_s_is_empty_and_no_error(client):
    told = await client.get("/turns/12345678")

    assert (told.status_code, told.content) == (204, b"")


async def test_another_browser_sees_nothing_of_a_dialog_and_its_result(client):
    await client.post(
        "/press", data={"action": "choose.start", "_page": "/choose"}, follow_redirects=True
    )
    form = {
        "_page": "/choose",
        "_form": "choose.answer",
        "_state": '{"rid": "r", "rev": 1}',
        "boundary": "ns",
    }
    own = (await client.post("/form", data=form, follow_redirects=True)).text
    client.cookies.clear()
    others = [(await client.get(path)).text for path in ("/", "/choose", "/decisions")]

    assert ">結果<" in own
    assert not [page for page in others if ">結果<" in page]


async def test_a_press_and_its_file(client):
    told = await client.post(
        "/press", data={"action": "a.b", "data": '{"n": 1}', "label": "続き"}, follow_redirects=True
    )
    path = told.text.split('href="/files/')[1].split('"')[0]
    file = await client.get(f"/files/{path}")

    assert "a.b 1 admin web:local" in told.text
    assert file.content == b"# x"
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.headers["x-content-type-options"] == "nosniff"


async def test_a_list_that_was_narrowed_stays_so_after_a_turn(client):
    form = {"_page": "/knowledge", "action": "a.b", "data": '{"n": 1}', "label": "続き"}
    address = "http://127.0.0.1:8080/knowledge?q=%E8%A6%8F%E7%A8%8B&page=2"

    streamed = await client.post("/press", data=form, headers=NDJSON | {"Referer": address})
    plain = await client.post("/press", data=form, headers={"Referer": address})
    elsewhere = {"Referer": "http://127.0.0.1:8080/choose?q=1"}
    other = await client.post("/press", data=form, headers=elsewhere)

    broken = await client.post("/press", data=form, headers={"Referer": "http://[/knowledge?q=1"})

    assert escape("'q': '規程', 'page': 2") in rows(streamed)[-1]["regions"]["shelf"]
    assert broken.headers["location"].startswith("/knowledge#t")
    assert plain.headers["location"].startswith("/knowledge?q=%E8%A6%8F%E7%A8%8B&page=2#t")
    assert other.headers["location"].startswith("/knowledge#t")


async def test_a_sentence_is_noted_under_the_answer_it_was_pressed_in(client):
    asked = await client.post("/ask", data={"q": "RAGとは"}, follow_redirects=True)
    page = asked.url.path
    form = {"_page": page, "_turn": turn_of(asked.text), "action": "feedback.vote", "label": "はい"}

    told = await client.post("/press", data=form, follow_redirects=True)

    assert told.text.count('class="turn"') == 2  # the article and the template for the next
    assert re.search(
        r'<div class="note ok" role="status">.*ありがとうございます。</div>', told.text
    )


async def test_an_answered_question_gives_way_to_the_next(client):
    first = await client.get("/choose")
    turn = re.search(r'name="_turn" value="(\w+)"', first.text)[1]
    form = {
        "_page": "/choose",
        "_turn": turn,
        "_form": "choose.answer",
        "_state": '{"rid": "r", "rev": 1}',
        "boundary": "ok",
    }

    told = await client.post("/form", data=form, follow_redirects=True)

    assert told.text.count('class="mincho" id="q') == 1
    assert "質問 2 / 最大 12" in told.text
    assert "<title>方式えらび 2/12 - llm-choose</title>" in told.text


async def test_a_press_leads_to_the_page_it_belongs_to(client):
    asked = await client.post("/ask", data={"q": "x"}, follow_redirects=True)
    form = {"_page": "/", "_turn": turn_of(asked.text), "action": "choose.start", "label": "選ぶ"}

    told = await client.post("/press", data=form)

    assert told.headers["location"] == "/choose"
    assert "質問 1 / 最大 12" in (await client.get("/choose")).text


async def test_every_file_of_an_upload_is_taken_in(client):
    files = [("files", ("規程.md", b"12345")), ("files", ("別.md", b"12"))]
    told = await client.post(
        "/upload", files=files, data={"_page": "/knowledge"}, follow_redirects=True
    )

    assert "規程.md 5 別.md 2" in told.text
    assert 'aria-label="規程.md、別.md"' in told.text


async def test_the_list_of_documents_can_be_narrowed(client):
    told = await client.post(
        "/press",
        data={"_page": "/knowledge", "action": "document.list", "data": '{"q": "規程", "page": 2}'},
    )

    assert told.headers["location"] == "/knowledge?q=%E8%A6%8F%E7%A8%8B&page=2#shelf"
    assert (
        "一覧 {&#x27;q&#x27;: &#x27;規程&#x27;, &#x27;page&#x27;: 2}"
        in (await client.get(told.headers["location"])).text
    )


async def test_a_talk_is_its_persons_in_every_browser(page):
    async with page(handler) as one, page(handler) as other:
        talk = (await one.post("/ask", data={"q": "RAGとは"})).headers["location"].partition("#")[0]

        assert ">RAGとは</span>" in (await other.get("/")).text
        assert "答え RAGとは" in (await other.get(talk)).text


async def test_a_restarted_page_shows_what_was_said_before(page):
    async with page(handler) as before:
        asked = await before.post("/ask", data={"q": "RAGとは"})
    async with page(handler) as after:
        talk = asked.headers["location"].partition("#")[0]

        assert "答え RAGとは" in (await after.get(talk)).text


async def test_without_the_store_the_page_still_answers(page, tmp_path):
    store = Store("", tmp_path / "redis")
    sessions = Sessions(store.connect)
    async with AsyncExitStack() as stack:
        async with store:
            await stack.enter_async_context(sessions)
            client = await stack.enter_async_context(page(handler, within=sessions))
        told = await client.post("/ask", data={"q": "RAGとは"}, follow_redirects=True)

    assert "答え RAGとは" in told.text


async def test_the_page_speaks_both_languages(client):
    assert "自社に合う生成AIの導入方式を、" in (await client.get("/")).text
    assert "Decide how your company" in (await client.get("/?lang=en")).text
    assert "Decide how your company" in (await client.get("/")).text


@pytest.mark.parametrize("path", ["/", "/choose", "/demo", "/knowledge", "/decisions", "/health"])
@pytest.mark.parametrize("language", ["ja", "en"])
async def test_every_page_has_one_first_heading_and_a_title(client, path, language):
    told = await client.get(path, params={"lang": language})

    assert told.status_code == 200
    assert told.text.count("<h1") == 1
    assert f'<html lang="{language}">' in told.text


async def test_the_health_page_says_what_is_amiss_and_the_way_out(client):
    told = (await client.get("/health")).text

    assert "回答 が応答していません" in told
    assert "llm-choose check" in told
    assert ">準備中</td>" in told


async def test_an_unknown_page_says_the_way_on(client):
    told = await client.get("/nowhere")

    assert told.status_code == 404
    assert "そのページはありません" in told.text


async def test_a_chosen_option_heads_the_turn_in_words(client):
    told = await client.post(
        "/form", data={"_form": "a", "o": "ns", "_said:o:ns": "わからない"}, follow_redirects=True
    )

    assert ">わからない</h2>" in told.text


async def test_half_characters_do_no_harm(client):
    told = await client.post(
        "/press", data={"action": "a.b", "data": '{"n": "\\ud800"}'}, follow_redirects=True
    )

    assert told.status_code == 200
    assert "a.b ? admin" in told.text


async def test_a_browser_asks_for_the_look_once(client):
    html = (await client.get("/")).text
    assets = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', html))
    told = [await client.get(path) for path in assets]

    assert len(assets) == 3  # with the page itself: four requests
    assert all("immutable" in answer.headers["cache-control"] for answer in told)


async def test_what_somebody_is_told_waits_on_their_first_page_in_their_language(page, sessions):
    said = {"ja": Reply("日当の資料が入りました。"), "en": Reply("The rates are in.")}
    await Told(sessions).add("web:local", said)
    await Told(sessions).add("web:local", said)
    await Told(sessions).add("web:other", {"ja": Reply("別の人へ"), "en": Reply("For another")})
    async with page(handler) as client:
        japanese = (await client.get("/", headers={"Accept-Language": "ja"})).text
        english = (await client.get("/", headers={"Accept-Language": "en"})).text
        assert japanese.count("日当の資料が入りました。") == 1
        assert "The rates are in." in english
        assert "別の人へ" not in japanese
        await client.post("/told/clear")
        assert "日当の資料" not in (await client.get("/")).text


async def test_the_first_page_begins_with_questions_that_this_shelf_answers(page):
    offered = ("日当について教えてください", "宿泊費について教えてください")

    async def handler(message):
        match message.content:
            case Command("prompts"):
                asked = tuple(Button(one, Press("question.topic", {})) for one in offered)
                yield Reply("\n".join(offered), (Buttons(asked, "followup"),))
            case _:
                yield Reply("ほか")

    async with page(handler) as client:
        html = (await client.get("/")).text

    assert re.findall(r'name="q" value="([^"]+)"', html) == list(offered)
