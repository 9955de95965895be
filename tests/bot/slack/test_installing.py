"""Several workspaces install the app by themselves, are answered with their own token, and leave again."""

import base64
import json
import os
import time
from contextlib import AsyncExitStack
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette

from bot.environment import InvalidSettings
from bot.slack.adapter import Slack
from bot.slack.settings import Slack as Settings
from bot.turns import Turns
from handlers.conversation import Reply
from handlers.people import People
from handlers.sessions import Sessions
from tests.bot.slack.conftest import SECRET, Desk, until


def key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


KEY = key()


async def answered(message):
    yield Reply(f"{message.person.name}さん、はい。")


@pytest.fixture
async def open_desk(api, sessions, texts):
    """Return what opens the bot for the workspaces T1, T2 and the organisation E1."""
    async with AsyncExitStack() as stack:

        async def opened(token_keys=(KEY,), workspaces=("T1", "T2", "E1")) -> Desk:
            settings = Settings(
                "",
                (SECRET,),
                "",
                f"{api.url}/api/",
                "1.2",
                "client-secret",
                tuple(token_keys),
                frozenset(workspaces),
            ).checked()
            turns = Turns(answered, sessions, texts)
            slack = Slack(
                settings,
                turns,
                texts,
                People(frozenset()),
                frozenset({"S1"}),
                sessions,
                public_url="https://bot.example",
            )
            await stack.enter_async_context(slack)
            turns.register(slack)
            await stack.enter_async_context(turns)
            await stack.enter_async_context(slack.listening())
            door = httpx.ASGITransport(Starlette(routes=slack.routes()))
            client = await stack.enter_async_context(
                httpx.AsyncClient(transport=door, base_url="https://bot.example")
            )
            return Desk(api, turns, slack, client)

        yield opened


async def install(desk: Desk, code: str) -> httpx.Response:
    """Install as an admin's browser does: there, "Allow", and back."""
    gone = await desk.client.get("/slack/install")
    asked = parse_qs(urlsplit(gone.headers["location"]).query)
    assert asked["client_id"] == ["1.2"]
    assert "chat:write" in asked["scope"][0].split(",")
    assert asked["redirect_uri"] == ["https://bot.example/slack/oauth_redirect"]
    query = {"code": code, "state": asked["state"][0]}
    return await desk.client.get("/slack/oauth_redirect", params=query)


def tokens_of(api, method: str) -> list[str]:
    return [token for name, token in api.tokens if name == method]


async def stored(sessions: Sessions) -> str:
    """Return all that lies in the store, as whoever steals a copy reads it."""
    async with sessions.link.redis() as redis:
        values = []
        async for name in redis.scan_iter("lc:*"):
            if await redis.type(name) in (b"string", "string"):
                values.append((await redis.get(name)).decode())
    return "\n".join(values)


async def test_each_workspace_is_answered_with_its_own_token(api, sessions, open_desk):
    desk = await open_desk()
    done = await install(desk, "T1")
    assert done.status_code == 200
    assert "会社T1" in done.text
    assert "installed in 会社T1" in done.text
    assert (await install(desk, "T2")).status_code == 200

    await desk.event(text="<@UB> 1社目の質問")
    await desk.event(team_id="T2", channel="C2", text="<@UB> 2社目の質問")
    assert tokens_of(api, "chat.postMessage") == ["xoxb-T1", "xoxb-T2"]
    assert set(tokens_of(api, "users.info")) == {"xoxb-T1", "xoxb-T2"}
    assert [group["team_id"] for group in api.named("usergroups.users.list")] == ["T1", "T2"]

    copy = await stored(sessions)
    assert "会社T1" in copy
    assert "xoxb-" not in copy
    assert "refresh-" not in copy

    # a new process, with a new key beside the old one, knows them all
    again = await open_desk(token_keys=(key(), KEY))
    await again.event(team_id="T2", channel="C2", text="<@UB> もう一つ")
    assert tokens_of(api, "chat.postMessage")[-1] == "xoxb-T2"


async def test_a_workspace_that_leaves_is_forgotten_at_once(api, sessions, open_desk):
    desk = await open_desk()
    await install(desk, "T1")
    await install(desk, "T2")
    left = {"type": "app_uninstalled"}
    assert (await desk.removed("T1", left, at=time.time() + 1))[0] == 200
    await desk.removed("T2", {"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}})
    await desk.event(text="<@UB> まだいますか")
    await desk.event(team_id="T2", channel="C2", text="<@UB> こちらは")
    assert tokens_of(api, "chat.postMessage") == ["xoxb-T2"]

    revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["UB"]}}
    await desk.removed("T2", revoked, at=time.time() + 1)
    copy = await stored(sessions)
    assert "会社T1" not in copy
    assert "会社T2" not in copy

    # word of the removal that comes late takes nothing from who installed the app again
    await install(desk, "T1")
    await desk.removed("T1", left, at=time.time() - 60)
    await desk.event(text="<@UB> 戻りました")
    assert tokens_of(api, "chat.postMessage")[-1] == "xoxb-T1"


async def test_an_organisation_installs_once_for_all_its_workspaces(api, open_desk):
    desk = await open_desk()
    assert "会社E1" in (await install(desk, "E1")).text
    row = {"team_id": None, "enterprise_id": "E1", "is_enterprise_install": True}
    rows = [row | {"user_id": "UB", "is_bot": True}]
    await desk.event(
        team_id="T8", enterprise_id="E1", authorizations=rows, channel="C8", text="<@UB> 質問"
    )
    assert tokens_of(api, "chat.postMessage") == ["xoxb-E1"]

    # a person found again by their id alone, by a process that never heard of their workspace
    again = await open_desk()
    assert await again.slack.tell("slack:T8:U1", lambda language: Reply("お知らせ"))
    assert tokens_of(api, "chat.postMessage")[-1] == "xoxb-E1"


async def test_a_token_is_exchanged_before_it_ends_once_for_all(api, open_desk):
    desk, other = await open_desk(), await open_desk()
    api.expires_in = 60
    await install(desk, "T1")
    await desk.event(text="<@UB> 質問")
    await other.event(text="<@UB> 別の質問")
    exchanged = [told for told in api.named("oauth.v2.access") if "refresh_token" in told]
    assert [told["refresh_token"] for told in exchanged] == ["refresh-T1"]
    assert set(tokens_of(api, "chat.postMessage")) == {"xoxb-T1-2"}


async def test_the_old_token_serves_while_slack_exchanges_none(api, open_desk, monkeypatch):
    desk = await open_desk()
    api.expires_in = 60
    await install(desk, "T1")
    api.faults = {"oauth.v2.access": ["internal_error"] * 9}
    monkeypatch.setattr("bot.slack.api.PAUSE", 0.0)
    await desk.event(text="<@UB> 質問")
    assert tokens_of(api, "chat.postMessage") == ["xoxb-T1"]


async def test_who_is_not_allowed_gets_their_token_revoked(api, sessions, open_desk):
    desk = await open_desk()
    refused = await install(desk, "T9")
    assert refused.status_code == 403
    assert "SLACK_WORKSPACES" in refused.text
    assert tokens_of(api, "auth.revoke") == ["xoxb-T9"]
    assert "会社T9" not in await stored(sessions)

    anybody = await open_desk(workspaces=("*",))
    assert (await install(anybody, "T9")).status_code == 200


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ({"error": "access_denied"}, 200, "取りやめ"),
        ({"code": "T1", "state": "forged"}, 400, "期限切れ"),
        ({"code": "T1"}, 400, "期限切れ"),
        ({}, 400, "期限切れ"),
        ({"error": "<script>alert(1)</script>"}, 200, "導入できませんでした"),
        ({"state": "x" * 5000}, 414, ""),
    ],
)
async def test_a_way_back_that_is_none_keeps_nothing(api, open_desk, query, status, said):
    desk = await open_desk()
    answer = await desk.client.get("/slack/oauth_redirect", params=query)
    assert answer.status_code == status
    assert said in answer.text
    assert "<script" not in answer.text
    assert not api.named("oauth.v2.access")


async def test_a_way_back_counts_once_and_for_one_browser(api, open_desk, monkeypatch):
    desk = await open_desk()
    gone = await desk.client.get("/slack/install")
    state = parse_qs(urlsplit(gone.headers["location"]).query)["state"][0]
    cookie = dict(desk.client.cookies)
    desk.client.cookies.clear()
    query = {"code": "T1", "state": state}
    stolen = await desk.client.get("/slack/oauth_redirect", params=query)
    assert stolen.status_code == 400
    desk.client.cookies.update(cookie)
    api.faults = {"oauth.v2.access": [503]}
    assert (await desk.client.get("/slack/oauth_redirect", params=query)).status_code in (401, 502)
    desk.client.cookies.update(cookie)
    assert (await desk.client.get("/slack/oauth_redirect", params=query)).status_code == 401
    assert len(api.named("oauth.v2.access")) == 1


async def test_a_key_that_opens_nothing_leaves_the_workspace_to_install_again(
    api, open_desk, caplog
):
    await install(await open_desk(), "T1")
    desk = await open_desk(token_keys=(key(),))
    await desk.event(text="<@UB> 質問")
    assert not api.messages
    assert "no key in SLACK_TOKEN_KEY" in caplog.text
    assert "xoxb-" not in caplog.text
    assert (await install(desk, "T1")).status_code == 200
    await desk.event(text="<@UB> もう一度")
    await until(lambda: api.messages)


async def test_the_page_for_reviewers_is_there_in_both_languages(open_desk):
    page = await (await open_desk()).client.get("/slack/about")
    assert page.status_code == 200
    for words in ('id="privacy"', 'id="support"', "プライバシー", "Privacy", "サポート", "Support"):
        assert words in page.text


SEVERAL = ("1.2", "s" * 32, (KEY,), frozenset({"T1"}))


@pytest.mark.parametrize("missing", range(4))
def test_half_of_what_several_workspaces_need_is_named(missing):
    names = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_TOKEN_KEY", "SLACK_WORKSPACES")
    values = list(SEVERAL)
    values[missing] = type(values[missing])()
    with pytest.raises(InvalidSettings, match=names[missing]):
        Settings("", (SECRET,), "", "", *values).checked()


def test_one_workspace_and_several_do_not_go_together():
    with pytest.raises(InvalidSettings, match="SLACK_BOT_TOKEN"):
        Settings("xoxb-1", (SECRET,), "", "", *SEVERAL).checked()
    assert json.dumps(sorted(Settings("", (SECRET,), "", "", *SEVERAL).checked().allowed))
