"""The JSON API as a machine uses it: with the token it was given, and with every other."""

import asyncio
import json

import pytest

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.early]
ASK = {"question": "国内出張の日当はいくらですか"}
BONUS = {"question": "役員の賞与はいつ支給されますか"}


def events(text):
    """Return server-sent events as (name, data)."""
    found = []
    for block in text.strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        if "data" in lines:
            found.append((lines.get("event", ""), lines["data"]))
    return found


async def test_a_question_is_answered_with_its_sources_at_once_or_step_by_step(machine):
    token = await machine.token("ask")
    whole = await machine.asks("POST", "/api/v1/ask", token, json=ASK)
    streamed = await machine.asks("POST", "/api/v1/ask", token, json=ASK | {"stream": True})
    english = await machine.asks(
        "POST", "/api/v1/ask", token, json={"question": "What does RAG do?"}
    )

    answer = whole.json()
    assert answer["mode"] == "answered" and "3,500円" in answer["answer"]
    assert answer["citations"][0]["file"] == "trips.md"
    names = [name for name, _ in events(streamed.text)]
    assert set(names[:-1]) == {"progress"} and names[-1] == "answer"
    assert "3,500円" in json.loads(events(streamed.text)[-1][1])["answer"]
    assert english.json()["language"] == "en"


async def test_a_talk_goes_on_where_it_is_named_and_nowhere_else(machine):
    token, other = await machine.token("ask"), await machine.token("ask")
    follow = {"question": "宿泊費は?", "conversation": "talk-1"}
    await machine.asks("POST", "/api/v1/ask", token, json=ASK | {"conversation": "talk-1"})
    went_on = await machine.asks("POST", "/api/v1/ask", token, json=follow)
    lean = {"question": "それはいくらですか", "conversation": "talk-1"}
    strange = await machine.asks("POST", "/api/v1/ask", other, json=lean)

    assert "12,000円" in went_on.json()["answer"]
    assert "12,000円" not in strange.json()["answer"]


async def test_what_is_kept_to_others_is_found_by_their_tokens_alone(machine):
    board = await machine.token("ask", "search", "documents", audiences=("board",))
    rest = await machine.token("ask", "search", "documents")
    seen, hidden = [], []
    for token, told in ((board, seen), (rest, hidden)):
        told.append((await machine.asks("POST", "/api/v1/ask", token, json=BONUS)).text)
        query = {"query": BONUS["question"]}
        told.append((await machine.asks("POST", "/api/v1/search", token, json=query)).text)
        told.append((await machine.asks("GET", "/api/v1/documents", token)).text)

    assert all("役員報酬規程" in text for text in seen)
    assert "6月と12月" in seen[0] and "6月と12月" not in "".join(hidden)
    assert "役員報酬規程" not in "".join(hidden)
    documents = json.loads(seen[2])["documents"]
    pay = next(one for one in documents if one["title"] == "役員報酬規程")
    one = await machine.asks("GET", f"/api/v1/documents/{pay['document']}", rest)
    assert one.status_code == 404


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("ask", "POST", "/api/v1/ask"),
        ("search", "POST", "/api/v1/search"),
        ("documents", "GET", "/api/v1/documents"),
        ("admin", "POST", "/api/v1/documents"),
        ("admin", "POST", "/api/v1/documents/x/publish"),
        ("admin", "DELETE", "/api/v1/documents/x"),
        ("decisions", "POST", "/api/v1/decisions"),
        ("ask", "POST", "/v1/chat/completions"),
        ("ask", "GET", "/v1/models"),
    ],
)
async def test_only_a_token_whose_scope_reaches_gets_in(machine, scope, method, path):
    scopes = {"ask", "search", "documents", "decisions", "admin"} - {scope}
    without = await machine.token(*scopes)
    over = await machine.token(scope)
    await machine.application.tokens.revoke(over.split("_")[1])
    told = []
    for token in ("", "x", without, over, over[:-1] + "x", "llmc_000000000000_" + "x" * 43):
        answer = await machine.asks(method, path, token, json={"question": "x", "query": "x"})
        told.append(answer.status_code)

    assert told == [401, 401, 403, 401, 401, 401]


async def test_a_token_ends_and_its_last_use_is_seen(machine):
    tokens = machine.application.tokens
    made = await tokens.make("once", ["ask"], [], days=1, by="x")
    before = [one.used for one in await tokens.all() if one.id == made.token.id]
    await machine.asks("POST", "/api/v1/ask", made.secret, json=ASK)
    after = [one.used for one in await tokens.all() if one.id == made.token.id]
    clock, tokens._clock = tokens._clock, lambda: made.token.ends + 1
    try:
        over = await machine.asks("POST", "/api/v1/ask", made.secret, json=ASK)
    finally:
        tokens._clock = clock

    assert before == [0] and after[0] > 0
    assert over.status_code == 401 and made.secret not in repr(await tokens.all())


async def test_too_many_requests_are_told_when_there_may_be_more(machine, monkeypatch):
    monkeypatch.setattr("handlers.tokens.A_MINUTE", 8)
    token = await machine.token("documents")
    statuses = []
    for _ in range(20):
        answer = await machine.asks("GET", "/api/v1/documents/x", token)
        statuses.append(answer.status_code)
        if answer.status_code == 429:
            break

    other = await machine.token("documents")
    assert statuses[-1] == 429 and set(statuses[:-1]) == {404}
    assert 0 < int(answer.headers["retry-after"]) <= 61
    assert (await machine.asks("GET", "/api/v1/documents", other)).status_code == 200


async def test_who_names_no_language_is_answered_in_that_of_their_words(machine):
    token = await machine.token("ask")
    told = []
    for text, headers in (("hello", {}), ("hello", {"Accept-Language": "ja"}), ("こんにちは", {})):
        asked = {"question": text}
        answer = await machine.asks("POST", "/api/v1/ask", token, json=asked, headers=headers)
        told.append((answer.json()["language"], answer.json()["text"].split()[0][:5]))

    assert told == [("en", "Hello"), ("ja", "こんにちは"), ("ja", "こんにちは")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"question": 7}',
        b'{"question": " "}',
        b"[" * 5000,
        b"\xff\xfe",
        b'{"question": null}',
    ],
)
async def test_what_cannot_be_read_is_named_in_both_languages(machine, body):
    token = await machine.token("ask")
    answer = await machine.asks(
        "POST", "/api/v1/ask", token, content=body, headers={"Accept-Language": "en"}
    )

    told = answer.json()
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["code"] == "malformed" and told["detail"] == told["en"] != told["ja"]


async def test_a_page_of_another_origin_is_refused_and_one_the_settings_name_is_not(machine):
    token = await machine.token("ask")
    told = []
    for origin in ("https://evil.example", "null", "https://intranet.example.com"):
        headers = {"Origin": origin}
        answer = await machine.asks("POST", "/api/v1/ask", token, json=ASK, headers=headers)
        told.append(answer.status_code)

    assert told == [403, 403, 200]


async def test_a_file_is_added_once_published_and_taken_away(machine):
    token = await machine.token("admin", "documents", "search")
    text = "# 駐車場規程\n\n駐車場の利用料は月額8,000円とする。\n"
    told = []
    for _ in range(2):
        told.append(
            await machine.asks(
                "POST",
                "/api/v1/documents?wait=60",
                token,
                files={"file": ("parking.md", text.encode())},
                data={"kind": "rule"},
                headers={"Idempotency-Key": "k1"},
            )
        )
    job, again = (one.json() for one in told)
    path = f"/api/v1/documents/{job['document']}"
    published = await machine.asks("POST", f"{path}/publish", token)
    twice = await machine.asks("POST", f"{path}/publish", token)
    hits = await machine.asks("POST", "/api/v1/search", token, json={"query": "駐車場の利用料"})
    gone = await machine.asks("DELETE", path, token)
    trail = await machine.application.sessions.entries("audit", 0)
    lines = [row["entry"] for row in trail if row["entry"]["who"] == "test"]

    assert job["outcome"] == "staged" and again == job
    assert published.json()["current"] and twice.status_code == 409
    assert hits.json()["hits"][0]["title"] == "駐車場規程"
    assert gone.status_code == 204
    assert (await machine.asks("GET", path, token)).status_code == 404
    assert {"document.add", "document.publish", "document.remove"} <= {
        one["action"] for one in lines
    }


@pytest.mark.parametrize(
    "form", [{"kind": "poem"}, {"audience": "nobody-knows"}, {"audience": "web"}]
)
async def test_a_file_for_nobody_known_is_not_taken(machine, form):
    token = await machine.token("admin")
    files = {"file": ("x.md", b"# x\n\ny\n")}
    answer = await machine.asks("POST", "/api/v1/documents", token, files=files, data=form)

    assert answer.status_code == 422 and next(iter(form)) in answer.json()["ja"]


async def test_a_file_that_is_none_is_refused_with_the_reason(machine):
    token = await machine.token("admin")
    files = {"file": ("x.pdf", b"%PDF-1.7 broken")}
    answer = await machine.asks("POST", "/api/v1/documents?wait=60", token, files=files)

    assert answer.json()["outcome"] == "refused" and answer.json()["reason"]["ja"]


async def test_answers_lead_to_a_decision(machine):
    token = await machine.token("decisions")
    model = (await machine.asks("GET", "/api/v1/decisions/model?language=en", token)).json()
    first = model["questions"][0]
    answers = {first["id"]: first["options"][0]["id"]}
    result = await machine.asks("POST", "/api/v1/decisions", token, json={"answers": answers})
    wrong = await machine.asks("POST", "/api/v1/decisions", token, json={"answers": {"x": "y"}})

    assert result.status_code == 200 and result.json()["recommendation"]
    assert wrong.status_code == 422 and wrong.json()["ja"]


async def test_the_description_is_open_api_and_names_every_address(machine):
    import jsonschema  # seconds to import

    told = (await machine.client.get("/api/v1/openapi.json")).json()

    assert told["openapi"].startswith("3.1")
    jsonschema.Draft202012Validator.check_schema(told["components"]["schemas"]["Answer"])
    described = {(method.upper(), path) for path, does in told["paths"].items() for method in does}
    served = set()
    for platform, routes in _routes(machine).items():
        for route in routes:
            elsewhere = route.path.endswith(("openapi.json", "{rest:path}"))
            if route.path.startswith("/api/v1/") and not elsewhere:
                served |= {(method, route.path) for method in route.methods - {"HEAD"}}
    assert described == served


def _routes(machine):
    from bot.service.faces import Faces

    return {name: face.routes() for name, (_, face) in Faces(machine.application).made().items()}


async def test_many_questions_of_one_token_hold_up_no_other(machine):
    """A hundred at once of one; another's single one is not behind them."""
    greedy, other = await machine.token("ask"), await machine.token("ask")
    flood = [
        asyncio.create_task(machine.asks("POST", "/api/v1/ask", greedy, json=ASK))
        for _ in range(40)
    ]
    while sum(task.done() for task in flood) < 2:
        await asyncio.sleep(0.01)
    single = await machine.asks("POST", "/api/v1/ask", other, json=ASK)
    before = sum(not task.done() for task in flood)
    answers = await asyncio.gather(*flood)

    assert single.status_code == 200 and before > 10
    assert {one.status_code for one in answers} == {200}


async def test_a_browser_on_a_named_page_is_told_beforehand_that_it_may(machine):
    token = await machine.token("ask")
    ahead = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    for origin, allowed in (
        ("https://intranet.example.com", True),
        ("https://evil.example", False),
    ):
        for path in ("/api/v1/ask", "/v1/chat/completions", "/mcp"):
            headers = {"Origin": origin} | ahead
            told = await machine.asks("OPTIONS", path, headers=headers)
            assert (told.headers.get("access-control-allow-origin") == origin) is allowed, path
            assert (told.status_code == 204) is allowed
        asked = await machine.asks(
            "POST", "/api/v1/ask", token, json={"question": "日当は?"}, headers={"Origin": origin}
        )
        assert (asked.status_code == 200) is allowed
        assert (asked.headers.get("access-control-allow-origin") == origin) is allowed
    # without a token a named page reads the refusal, too; the page for people lets nobody in
    refused = await machine.asks(
        "POST", "/api/v1/ask", json={}, headers={"Origin": "https://intranet.example.com"}
    )
    assert refused.status_code == 401
    page = await machine.asks("GET", "/", headers={"Origin": "https://intranet.example.com"})
    assert "access-control-allow-origin" not in page.headers
