"""Replies as Block Kit: whole scenes as drawn by hand, every block on every level, and nothing Slack refuses."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.press import unpack
from bot.slack import parse
from bot.slack.decode import decode
from bot.slack.render.messages import LEVELS, TEXT, messages
from bot.slack.render.windows import home, modal, skeleton
from handlers.conversation import (
    Ask,
    Bar,
    Button,
    Buttons,
    Chart,
    Column,
    Confirm,
    Details,
    Divider,
    Fact,
    Facts,
    Feedback,
    Field,
    Form,
    Guideline,
    Heading,
    Option,
    Paragraph,
    Person,
    Press,
    Reply,
    Source,
    Sources,
    Step,
    Steps,
    Table,
)
from handlers.texts import Texts
from tests.bot import golden
from tests.bot.slack.lint import faults, walk

TEXTS = Texts.load()
AOI = Person("slack:T1:U1", "Aoi", "ja")
NAMES = ("message", "fallback_table", "fallback_text")
SCENES = (
    *(
        "01a_answer_working",
        "01b_answer",
        "02_refusal",
        "04_result",
        "05_demo",
        "06b_upload_progress",
        "06c_upload_report",
    ),
)
ROOM = ("C1", "1.1")


async def nothing(name, url):
    return b""


def drawn(reply, level=0, language="ja"):
    return messages(reply, TEXTS, language, level)


def pressed(element, **more):
    payload = {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": "U1"},
        "channel": {"id": "C1"},
        "trigger_id": "t",
    }
    payload |= {"actions": [element | {"action_ts": "2.2"} | more]}
    return parse.message(decode(payload), AOI, "UB", nothing).content


# --------------------------------------------------------------------------- scenes


def compared(value):
    """Return a payload without what is ours to choose: block ids, the numbers of action ids, a window's own notes."""
    if isinstance(value, list):
        return [compared(inner) for inner in value]
    if not isinstance(value, dict):
        return value.strip() if isinstance(value, str) else value
    kept = {
        k: compared(v)
        for k, v in value.items()
        if k not in ("block_id", "private_metadata", "notify_on_close")
    }
    if "action_id" in kept:
        kept["action_id"] = re.sub(r":\w+$", "", kept["action_id"])
    if kept.get("type") == "table":  # reasons are long, so our third column wraps
        kept["column_settings"] = len(kept["column_settings"])
    if isinstance(kept.get("text"), str):
        kept["text"] = re.sub(r" +\n", "\n", kept["text"])
        # by hand, sources had no links
        kept["text"] = re.sub(r"<https?://[^|>]+\|([^>]*)>", r"\1", kept["text"])
    if str(kept.get("value", "")).startswith(
        ("{", "[")
    ):  # ours carry the run with every button and no version
        kept["value"] = {
            k: v
            for k, v in carried(kept["value"]).items()
            if k not in ("v", "rev", "c", "form", "f", "a")
        }
    return kept


def carried(value):
    """Return the data a button carries; those drawn by hand hold it flat."""
    match unpack(value):
        case Press(_, data):
            return data
        case Form(_, state, values):
            [chosen] = values.values()
            return {**state, "o": chosen}
        case None:
            return json.loads(value)


@pytest.fixture(scope="session")
def cards(shared):
    return shared / "reference" / "cards"


def by_hand(cards, name):
    return json.loads((cards / "slack" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", SCENES)
def test_a_scene_is_drawn_as_by_hand_on_every_level(cards, name, language):
    reply = golden.reply(golden.scene(cards, name, language))
    for level, form in enumerate(NAMES):
        if not (cards / "slack" / f"{name}.{form}.{language}.json").exists():
            continue  # the same as the level above
        [message] = drawn(reply, level, language)
        assert compared(message) == compared(by_hand(cards, f"{name}.{form}.{language}"))
        assert faults(message) == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_question_is_drawn_as_by_hand_in_a_window_and_in_a_message(cards, language):
    ask = golden.ask(golden.scene(cards, "03_question", language))
    reply = Reply(ask.text, ask=ask)
    window = modal(reply, TEXTS, language, ROOM)

    assert compared(window) == compared(by_hand(cards, f"03_question.view.{language}"))
    assert compared(drawn(reply, 0, language)[0]) == compared(
        by_hand(cards, f"03_question.message.{language}")
    )
    assert faults(window) == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_form_is_drawn_as_by_hand(cards, language):
    raw = golden.scene(cards, "06a_upload_form", language)
    ask = golden.ask(raw)
    hinted = tuple(
        replace(f, hint=r.get("hint", "")) for f, r in zip(ask.fields, raw["fields"], strict=True)
    )
    window = modal(
        Reply(ask.text, ask=replace(ask, fields=hinted, notes=())), TEXTS, language, ROOM
    )

    assert compared(window) == compared(by_hand(cards, f"06a_upload_form.view.{language}"))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_source_and_home_are_drawn_as_by_hand(cards, language):
    raw = golden.scene(cards, "08_home", language)
    raw["blocks"] = [b for b in raw["blocks"] if b["kind"] != "Divider"]
    by = by_hand(cards, f"08_home.view.{language}")
    by["blocks"] = [b for b in by["blocks"] if b["type"] != "divider"]
    source = golden.reply(golden.scene(cards, "07_source", language))
    window = modal(source, TEXTS, language, ROOM)

    assert compared(home(golden.reply(raw), TEXTS, language)) == compared(by)
    assert (
        compared(window)["blocks"]
        == compared(by_hand(cards, f"07_source.view.{language}"))["blocks"]
    )
    assert (
        compared(modal(source, TEXTS, language, ROOM, alerts=False))["blocks"]
        == compared(by_hand(cards, f"07_source.fallback_text.{language}"))["blocks"]
    )


# --------------------------------------------------------------------------- limits

words = st.text(
    alphabet=st.sampled_from(list("あ漢A1 。.\n*[]<>&`|-()!#_")), min_size=1, max_size=40
)
long = st.builds(lambda w, n: w * n, words, st.sampled_from([1, 1, 1, 3, 40, 400]))
ids = st.text(alphabet="abcdef0123456789", min_size=1, max_size=20)
presses = st.builds(lambda a, i: Press(f"room.{a}", {"id": i, "rev": 3}), ids, ids)
confirms = st.none() | st.builds(Confirm, long, long, long, long)
buttons = st.lists(
    st.builds(Button, long, presses, st.sampled_from(["plain", "primary", "danger"]), confirms),
    min_size=1,
    max_size=30,
)
cells = st.integers(1, 25).flatmap(
    lambda n: st.tuples(
        st.lists(
            st.builds(Column, words, st.sampled_from(["text", "number"])), min_size=n, max_size=n
        ),
        st.lists(
            st.lists(words | st.just("") | st.just("3.5"), min_size=n, max_size=n).map(tuple),
            max_size=5,
        ),
        st.sampled_from([1, 1, 30]),
    )
)
bars = st.lists(
    st.builds(
        Bar,
        ids,
        long,
        words.map(lambda w: w[:20]),
        st.floats(-50, 50),
        st.just("−1.0"),
        st.sampled_from(["best", "normal", "excluded"]),
        long | st.just(""),
    ),
    max_size=25,
)
flat = st.one_of(
    st.builds(Heading, long),
    st.builds(
        Paragraph,
        long,
        st.sampled_from(["plain", "answer", "quiet", "quote", "code", "note", "warning", "bad"]),
    ),
    st.builds(
        lambda rows: Facts(tuple(rows)),
        st.lists(st.builds(Fact, words, long), min_size=1, max_size=25),
    ),
    st.builds(lambda c, t: Table(c, tuple(t[0]), tuple(t[1]) * t[2]), words, cells),
    st.builds(lambda t, a, b, legend: Chart(t, a, tuple(b), legend), words, words, bars, words),
    st.builds(
        lambda t, i: Steps(t, tuple(i)),
        words,
        st.lists(
            st.builds(Step, ids, words, st.sampled_from(["pending", "complete"]), words), max_size=9
        ),
    ),
    st.builds(
        lambda rows, a: Sources(tuple(rows), a),
        st.lists(
            st.builds(
                Source,
                *(st.integers(1, 99), ids, long, words, words, words, long),
                url=st.sampled_from(["", "https://example.com/" + "a" * 900]),
            ),
            max_size=12,
        ),
        ids,
    ),
    st.builds(
        lambda b, label, row: Buttons(tuple(b), row, label),
        buttons,
        words | st.just(""),
        st.sampled_from(["main", "followup", "whole", "publish", "alone", "more"]),
    ),
    st.builds(Feedback, ids),
    st.just(Divider()),
)
blocks = st.lists(
    flat | st.builds(lambda t, b: Details(t, tuple(b)), words, st.lists(flat, max_size=6)),
    min_size=1,
    max_size=12,
)
options = st.lists(
    st.builds(Option, ids, long), min_size=1, max_size=30, unique_by=lambda o: o.id
).map(tuple)
fields = st.builds(
    lambda id_, kind, label, hint, o, size: Field(
        id_, kind, label, True, o[0].id if kind != "date" else "", hint, o, ("pdf",), size
    ),
    *(
        ids,
        st.sampled_from(["text", "choice", "date", "files", "person", "toggle"]),
        long,
        long,
        options,
        st.integers(0, 5000),
    ),
)
asks = st.none() | st.builds(
    lambda f, t, step, b: Ask(
        "choose.answer",
        t,
        t,
        tuple(f),
        t,
        t,
        {"rid": "r1"},
        intro=t,
        why=t,
        step=step,
        of=12,
        buttons=tuple(b)[:3],
    ),
    *(
        st.lists(fields, min_size=1, max_size=12, unique_by=lambda f: f.id),
        long,
        st.sampled_from([0, 4]),
        buttons,
    ),
)
replies = st.builds(lambda t, b, a: Reply(t, tuple(b), ask=a), long, blocks, asks)


@settings(
    max_examples=60,
    phases=[Phase.generate],  # replies are large: making a failing one small takes minutes
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.large_base_example,
        HealthCheck.data_too_large,
    ],
)
@given(replies)
def test_no_reply_is_refused_on_any_level_or_surface(reply):
    for level in range(TEXT + 1):
        for message in drawn(reply, level):
            assert faults(message) == []
    assert faults(modal(reply, TEXTS, "ja", ROOM)) == []
    assert faults(home(reply, TEXTS, "en")) == []


def test_a_home_of_a_long_text_alone_is_said_in_sections_whole():
    text = "長い文章です。" * 700

    view = home(Reply(text), TEXTS, "ja")

    assert faults(view) == []
    assert "".join(block["text"]["text"] for block in view["blocks"]) == text


def everything(text):
    tones = ("plain", "answer", "quiet", "quote", "code", "note", "warning", "bad")
    source = Source(1, "p1", text, text, text, text, text, stale=True)
    return Reply(
        text,
        (
            Heading(text),
            *(Paragraph(text, tone) for tone in tones),
            Facts((Fact(text, text),)),
            Table(text, (Column(text), Column(text, "number")), ((text, text),)),
            Chart(
                text,
                text,
                (
                    Bar("a", text, "a", -3, "−3.0", "best"),
                    Bar("b", text, "b", 2, "2.0", "excluded", text),
                ),
                text,
            ),
            Steps(text, (Step("s", text, "in_progress", text),)),
            Sources((source,), "a1"),
            Details(text, (Paragraph(text), Divider()), open=True),
            Buttons(
                (
                    Button(
                        text, Press("a.b", {"a": "b"}), "danger", Confirm(text, text, text, text)
                    ),
                ),
                label=text,
            ),
            Feedback("a1"),
        ),
        ask=Ask(
            "choose.answer",
            text,
            text,
            (Field("f", "choice", text, hint=text, options=(Option("o", text),)),),
            text,
            text,
            why=text,
            step=1,
            of=2,
            guideline=Guideline(text, text, Button(text, Press("source.open", {"s": "1"}))),
        ),
    )


@pytest.mark.parametrize("level", range(TEXT + 1))
def test_nothing_written_becomes_a_mention_a_link_or_a_picture(level):
    for message in drawn(
        everything(
            "<!channel> <@U1> <https://evil.example|x> [x](https://evil.example) ![p](https://e.example/p.png)"
        ),
        level,
    ):
        shown = [
            message["text"],
            *(
                p["text"]
                for p in walk(message["blocks"])
                if p.get("type") in ("mrkdwn", "markdown")
            ),
        ]
        assert not [text for text in shown if re.search(r"<[!@#h]", text)]
        assert not [
            p for p in walk(message["blocks"]) if p.get("type") == "markdown" and "](" in p["text"]
        ]
        assert not [p for p in walk(message["blocks"]) if p.get("type") in ("image", "video")]


@pytest.mark.parametrize("level", range(len(LEVELS)))
def test_a_long_answer_goes_on_in_the_next_message_with_its_citations_whole(level):
    sentences = [
        f"{n}番目の長めの文で、事実をひとつ述べています。[{n}][{n + 1}]" for n in range(1, 900)
    ]
    parts = drawn(Reply("要約", (Paragraph("".join(sentences), "answer"), Feedback("a1"))), level)
    shown = [
        p["text"]
        for part in parts
        for p in walk(part["blocks"])
        if p.get("type") in ("mrkdwn", "markdown")
    ]

    assert len(parts) > 2
    assert [faults(part) for part in parts] == [[]] * len(parts)
    assert "".join(shown) == "".join(sentences)
    assert all(re.search(r"\]$", text) and re.match(r"\d", text) for text in shown)


def test_what_no_eight_messages_hold_ends_with_a_word():
    parts = drawn(Reply("長い", tuple(Paragraph("あ" * 2900) for _ in range(60))))

    assert len(parts) == 9
    assert parts[-1]["blocks"][0]["elements"][0]["text"] == TEXTS.say("slack.too_long", "ja")


# --------------------------------------------------------------------------- what comes back


@pytest.mark.parametrize("level", range(len(LEVELS)))
def test_a_button_comes_back_as_its_press_on_every_level(level):
    reply = Reply(
        "x", (Buttons((Button("裏側", Press("demo.open", {"aid": "a1"})),)), Feedback("a1"))
    )
    buttons_, votes = drawn(reply, level)[0]["blocks"]

    assert pressed(buttons_["elements"][0]) == Press("demo.open", {"aid": "a1"})
    element = votes["elements"][0]
    down = element["negative_button"] if level == 0 else votes["elements"][1]
    assert pressed(
        {"type": element["type"], "action_id": element["action_id"], "value": down["value"]}
    ) == Press("feedback.vote", {"aid": "a1", "vote": "down"})


def test_what_does_not_fit_the_row_comes_back_from_the_menu():
    many = tuple(Button(f"{n}", Press(f"room.b{n}", {"n": n})) for n in range(8))
    asked = (*many, Button("消す", Press("room.remove"), "danger", Confirm("t", "t", "o", "c")))
    [row] = drawn(Reply("x", (Buttons(asked),)))[0]["blocks"]
    menu = row["elements"][-1]

    assert [e["type"] for e in row["elements"]] == ["button"] * 6 + ["overflow"]
    assert row["elements"][5]["confirm"]["style"] == "danger"
    assert pressed(
        {"type": "overflow", "action_id": menu["action_id"], "selected_option": menu["options"][1]}
    ) == Press("room.b6", {"n": 6})


def test_a_source_opens_by_its_button():
    sources = Sources((Source(1, "p1", "資料", "スライド18", "v1", "2025-04-10", "…"),), "a1")
    [context, actions] = drawn(Reply("x", (sources,)))[0]["blocks"]

    assert "スライド18" in context["elements"][0]["text"]
    assert pressed(actions["elements"][0]) == Press("source.open", {"aid": "a1", "s": "p1", "n": 1})


def test_an_option_comes_back_as_the_form():
    field = Field(
        "boundary",
        "choice",
        "送れますか?",
        options=(Option("ok", "はい"), Option("ns", "わからない")),
    )
    ask = Ask(
        "choose.answer",
        "t",
        "t",
        (field,),
        "次へ",
        "やめる",
        state={"rid": "r1", "rev": 2},
        step=1,
        of=12,
    )
    [message] = drawn(Reply("x", ask=ask))
    chosen = [b["accessory"] for b in message["blocks"] if "accessory" in b]

    assert pressed(chosen[1]) == Form("choose.answer", {"rid": "r1", "rev": 2}, {"boundary": "ns"})
    assert pressed(message["blocks"][-1]["elements"][-1]) == Press(
        "choose.stop", {"rid": "r1", "rev": 2}
    )
    assert message["text"].endswith("1. はい\n2. わからない")


def test_a_window_comes_back_as_its_form_from_where_it_was_opened():
    kinds = (
        ("title", "text"),
        ("kind", "choice"),
        ("owner", "person"),
        ("review", "date"),
        ("second", "toggle"),
    )
    asked = tuple(Field(id_, kind, id_, options=(Option("yes", "はい"),)) for id_, kind in kinds)
    upload = Field("files", "files", "f", types=("pdf",), max=10)
    view = modal(
        Reply(
            "x", ask=Ask("document.add", "登録", "x", (upload, *asked), "送る", "やめる", {"w": 1})
        ),
        TEXTS,
        "ja",
        ROOM,
    )
    state = {
        "files": {
            "value": {
                "type": "file_input",
                "files": [
                    {"name": "規程.pdf", "size": 7, "url_private": "https://files.slack.com/1"}
                ],
            }
        },
        "title": {"value": {"type": "plain_text_input", "value": "規程"}},
        "kind": {"value": {"type": "static_select", "selected_option": {"value": "yes"}}},
        "owner": {"value": {"type": "users_select", "selected_user": "U9"}},
        "review": {"value": {"type": "datepicker", "selected_date": "2027-06-01"}},
        "second": {"value": {"type": "checkboxes", "selected_options": [{"value": "yes"}]}},
    }
    sent = {
        "type": "view_submission",
        "team": {"id": "T1"},
        "user": {"id": "U1"},
        "trigger_id": "t",
    }
    sent |= {"view": view | {"id": "V1", "state": {"values": state}}}
    payload = decode(sent)
    message = parse.message(payload, AOI, "UB", nothing)
    form = message.content

    assert (form.name, form.state) == ("document.add", {"w": 1})
    assert form.values == {
        "files": "",
        "title": "規程",
        "kind": "yes",
        "owner": "slack:T1:U9",
        "review": "2027-06-01",
        "second": "yes",
    }
    assert [file.name for file in form.files] == ["規程.pdf"]
    assert (payload.channel, payload.thread) == ("C1", "1.1")
    assert (message.place, message.audience.private) == (
        "slack:T1:C1:U1",
        True,
    )  # its person's own talk


def test_an_empty_window_stands_until_it_is_filled():
    assert faults(skeleton(TEXTS, "ja", ROOM)) == []
