"""Before Bolt: only what Slack signed gets in, and nothing it could sign brings the bot down."""

import copy
import json
import random
from urllib.parse import urlencode

import pytest

from bot.slack import adapter
from handlers.conversation import Paragraph, Reply

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
EVENT = {
    "type": "event_callback",
    "team_id": "T1",
    "authorizations": [{"user_id": "UB", "is_bot": True}],
    "event": {
        "type": "app_mention",
        "user": "U1",
        "channel": "C1",
        "ts": "1.5",
        "text": "<@UB> x",
        "files": [{"name": "a"}],
    },
}
CLICK = {
    "type": "block_actions",
    "team": {"id": "T1"},
    "user": {"id": "U1"},
    "container": {"type": "message", "message_ts": "1.5", "channel_id": "C1"},
    "channel": {"id": "C1"},
    "trigger_id": "t1",
    "actions": [
        {"type": "button", "action_id": "demo.open:1", "value": '{"aid":"a"}', "action_ts": "1.6"}
    ],
}
VIEW = {
    "type": "view_submission",
    "team": {"id": "T1"},
    "user": {"id": "U1"},
    "trigger_id": "t2",
    "view": {
        "id": "V1",
        "type": "modal",
        "callback_id": "choose.answer",
        "blocks": [],
        "private_metadata": "{}",
        "state": {
            "values": {"f": {"value": {"type": "radio_buttons", "selected_option": {"value": "x"}}}}
        },
    },
}
COMMAND = {
    "command": "/llm-choose",
    "text": "x",
    "team_id": "T1",
    "user_id": "U1",
    "channel_id": "C1",
    "trigger_id": "t3",
    "response_url": "https://x/",
}
ODD = [None, 1, -1.5, True, "", "x" * 100, [], {}, [[]], ["x"], {"x": None}, "\ud800"]


async def bot(message):
    yield Reply("答え", (Paragraph("答え"),))


async def test_the_address_answers_slack_s_question(desk):
    at = await desk(bot)

    assert await at.send(
        json.dumps({"type": "url_verification", "challenge": "c1"}).encode(), JSON
    ) == (
        200,
        {"challenge": "c1"},
    )


@pytest.mark.parametrize("secret", ["wrong", ""])
async def test_what_slack_did_not_sign_reaches_nobody(desk, api, secret):
    at = await desk(bot)
    for body in (json.dumps(EVENT).encode(), b"{", b"\xff", b"", b"null"):
        assert (await at.send(body, JSON, secret=secret))[0] == 401

    assert not api.calls


async def test_both_secrets_work_while_one_replaces_the_other(desk, api):
    at = await desk(bot)
    for secret in ("new", "8f742231b10e8888abcd99yyyzzz85a5"):
        plain = EVENT | {"event": EVENT["event"] | {"files": []}}
        assert (await at.send(json.dumps(plain).encode(), JSON, secret=secret))[0] == 200

    assert len(api.messages) == 1


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", JSON),
        (b"{", JSON),
        (b"null", JSON),
        (b"[]", JSON),
        (b'"x"', JSON),
        (b"\xff\xfe", JSON),
        (b'{"x": "\\ud800"}', JSON),
        (b"[" * 5000 + b"]" * 5000, JSON),
        (b"payload=%7B", FORM),
        (b"payload=null", FORM),
        (b"payload=%FF", FORM),
        (b"a=1", JSON),
    ],
)
async def test_a_signed_body_that_is_none_is_refused_once_and_for_all(desk, api, body, kind):
    at = await desk(bot)
    status, _ = await at.send(body, kind)

    assert status in (200, 400)
    assert not api.calls


async def test_a_body_without_end_is_not_read(desk):
    at = await desk(bot)

    assert (await at.send(b" " * 1_000_001, JSON))[0] == 413


async def test_no_mutation_of_a_real_payload_brings_it_down(desk, caplog, monkeypatch):
    monkeypatch.setattr(adapter, "SUBMIT", 0.02)
    at = await desk(bot)
    dice = random.Random(5)
    seen = set()
    for n in range(300):
        payload = json.loads(json.dumps(dice.choice((EVENT, CLICK, VIEW, COMMAND))))
        for _ in range(dice.randint(1, 3)):
            _mutate(payload, dice)
        text = json.dumps(payload)
        body = (
            text.encode()
            if "event" in payload or ("command" not in payload and n % 2)
            else urlencode({"payload": text}).encode()
        )
        if "command" in payload:
            body = urlencode(
                {k: v for k, v in payload.items() if isinstance(v, str) and v.isascii()}
            ).encode()
        status, _ = await at.send(body, JSON if body.startswith(b"{") else FORM)
        seen.add(status)

    assert seen <= {200, 400}, seen
    assert "Traceback" not in "".join(
        r.exc_text or "" for r in caplog.records if r.name != "bot.turns"
    )


def _mutate(value, dice):
    """Put something odd somewhere."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    if not keys:
        return
    key = dice.choice(keys)
    if isinstance(value[key], dict | list) and value[key] and dice.random() < 0.7:
        _mutate(value[key], dice)
    elif isinstance(value, dict) and dice.random() < 0.2:
        del value[key]
    else:
        value[key] = copy.deepcopy(dice.choice(ODD))


async def test_a_replay_of_a_signed_request_has_one_effect(desk, api):
    at = await desk(bot)
    body = json.dumps(EVENT | {"event": EVENT["event"] | {"files": []}}).encode()

    assert {(await at.send(body, JSON))[0] for _ in range(50)} == {200}
    assert len(api.messages) == 1
