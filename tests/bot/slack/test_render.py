"""Replies as Block Kit: within Slack's limits, escaped, and with buttons that come back as what they were."""

import json

import yaml

from bot.manifest import FILES
from bot.slack import parse, render
from handlers.conversation import Ask, Button, Buttons, Field, Form, Option, Paragraph, Person, Press, Reply, Source, Sources
from handlers.texts import Texts
from tests.bot.web.test_render import everything

AOI = Person("slack:T1:U1", "Aoi", "ja")


async def nothing(name, url):
    return b""


def drawn(reply):
    return render.message(reply, Texts.load(), "ja")


def pressed(element):
    channel, action = {"id": "C1"}, element | {"action_ts": "2.2"}
    payload = {"type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U1"}, "channel": channel, "trigger_id": "t"}
    return parse.message(payload | {"message": {"ts": "1.1"}, "actions": [action]}, AOI, "UBOT", nothing).content


def test_every_block_is_drawn_within_the_limits_and_escaped():
    message = drawn(everything("<!channel> & <@U1> " + "長い" * 2000))
    blocks = message["blocks"]
    ids = [e["action_id"] for b in blocks for e in [*b.get("elements", []), b.get("accessory", {})] if "action_id" in e]

    assert len(blocks) <= render.MESSAGE_BLOCKS
    assert "<!channel>" not in message["text"]
    assert "<!channel>" not in json.dumps([b for b in blocks if b["type"] in ("section", "context")])
    assert all(len(b["text"]["text"]) <= render.SECTION for b in blocks if b["type"] == "section")
    assert len(ids) == len(set(ids))


def test_links_never_unfurl():
    message = drawn(Reply("x", (Paragraph("x"),)))

    assert (message["unfurl_links"], message["unfurl_media"]) == (False, False)


def test_a_button_comes_back_as_its_press():
    reply = Reply("x", (Buttons((Button("裏側", Press("demo.open", {"aid": "a1"})),)),))

    assert pressed(drawn(reply)["blocks"][0]["elements"][0]) == Press("demo.open", {"aid": "a1"})


def test_a_source_opens_by_its_button():
    sources = Sources((Source(1, "p1", "資料", "スライド18", "v1", "2025-04-10", "…"),), "a1")
    [context, actions] = drawn(Reply("x", (sources,)))["blocks"]

    assert "スライド18" in context["elements"][0]["text"]
    assert pressed(actions["elements"][0]) == Press("source.open", {"aid": "a1", "s": "p1", "n": 1})


def test_an_option_comes_back_as_the_form():
    field = Field("boundary", "choice", "送れますか?", options=(Option("ok", "はい"), Option("ns", "わからない")))
    ask = Ask("choose.answer", "t", "t", (field,), "次へ", "やめる", state={"rid": "r1", "rev": 2}, step=1, of=12)
    buttons = [b["accessory"] for b in drawn(Reply("x", ask=ask))["blocks"] if "accessory" in b]

    assert pressed(buttons[1]) == Form("choose.answer", {"rid": "r1", "rev": 2}, {"boundary": "ns"})


def test_the_manifest_asks_for_what_is_used(request):
    manifest = yaml.safe_load((request.config.rootpath / "deploy" / FILES["slack"]).read_text())

    assert set(manifest["settings"]["event_subscriptions"]["bot_events"]) == {"app_mention", "message.im"}
    assert "chat:write" in manifest["oauth_config"]["scopes"]["bot"]
