"""What a button carries comes back as it was drawn: on every face, whatever its words and whatever the platform's own are."""

import json
from dataclasses import replace

import pytest
from hypothesis import given as given_of
from hypothesis import settings
from hypothesis import strategies as st

from bot.press import LIMIT, pack, unpack
from bot.slack.render.messages import messages
from bot.slack.render.windows import modal
from bot.web import parse as web_parse
from handlers.conversation import (
    Ask,
    Button,
    Buttons,
    Confirm,
    Details,
    Feedback,
    Field,
    Guideline,
    Option,
    Press,
    Reply,
    Source,
    Sources,
)
from handlers.conversation import Form as FormBack
from tests.bot.hands import FACES, MESSAGES, TEXTS, slack_read, teams_read, told, troubles

OURS = [
    "v",
    "verb",
    "fields",
    "msteams",
    "a",
    "o",
    "f",
    "form",
    "d",
    "rid",
    "rev",
    "press",
    "ask",
    "data",
    "action",
]
OURS += [
    "_form",
    "_state",
    "_page",
    "_turn",
    "_=x",
    "label",
    "files",
    "",
    "__proto__",
    "constructor",
    "=press",
    "_said:o:ns",
]
WORDS = st.one_of(st.sampled_from(OURS), st.text(max_size=8))
TEXT = st.text(max_size=16)
DATA = st.dictionaries(
    WORDS, st.one_of(TEXT, st.integers(), st.sampled_from([2**53 + 1, -(10**30), 0])), max_size=5
)
ROOMS = ("document.publish", "choose.answer", "source.open", "room.verb_with_a_longer_name")
ACTIONS = st.one_of(
    st.sampled_from(ROOMS), st.from_regex(r"[a-z]{1,8}\.[a-z_]{1,12}", fullmatch=True)
)
PRESSES = st.builds(Press, ACTIONS, DATA)
SURE = Confirm("よろしいですか", "元に戻せません", "はい", "いいえ")
LONG = "とても長い名前のボタンはカードでは一行になります" * 3


def given(**words):
    """A property over every face, which takes its time."""
    return lambda test: settings(max_examples=40)(given_of(**words)(test))


every_face = pytest.mark.parametrize("face", FACES)
every_message = pytest.mark.parametrize("face", MESSAGES)


def come_back(face, reply, filled=None):
    return [told(content) for content in FACES[face](reply, filled or {})]


@every_face
@given(press=PRESSES)
def test_a_button_comes_back_as_drawn(face, press):
    reply = Reply("t", (Buttons((Button("b", press),)),))

    assert set(come_back(face, reply)) == {told(press)}


@every_message
@given(press=PRESSES)
def test_a_button_that_asks_to_confirm_one_folded_away_and_one_drawn_as_a_line_come_back(
    face, press
):
    sure = Buttons((Button("b", press, "danger", SURE),))
    folded = Details("more", (Buttons((Button("b", press),)),))
    line = Buttons((Button(LONG, press),), "followup")

    for block in (sure, folded, line):
        assert set(come_back(face, Reply("t", (block,)))) == {told(press)}


@every_message
@given(presses=st.lists(PRESSES, min_size=6, max_size=12))
def test_buttons_beyond_the_row_come_back_from_the_menu_or_beside_it(face, presses):
    reply = Reply("t", (Buttons(tuple(Button("b", press) for press in presses)),))

    assert set(come_back(face, reply)) == {told(press) for press in presses}


@every_message
@given(answer=WORDS, source=WORDS)
def test_sources_and_thumbs_come_back(face, answer, source):
    sources = Sources((Source(1, source, "題", "p1", "v1", "2026-01-01", "本文"),), answer)
    reply = Reply("t", (sources, Feedback(answer)))
    opened = told(Press("source.open", {"aid": answer, "s": source, "n": 1}))
    up, down = (
        told(Press("feedback.vote", {"aid": answer, "vote": vote})) for vote in ("up", "down")
    )
    reasons = {
        told(FormBack("feedback.reason", {"aid": answer}, {"reason": reason}))
        for reason in ("wrong", "incomplete", "source", "outdated", "language")
    }

    want = {"teams": {opened}, "web": {up} | reasons}.get(face, {opened, up, down})
    assert set(come_back(face, reply)) == want


NAMES = st.one_of(
    st.sampled_from(
        [
            "v",
            "verb",
            "fields",
            "msteams",
            "press",
            "ask",
            "_form",
            "_state",
            "_page",
            "_=v",
            "o",
            "f",
            "form",
            "a",
            "b",
        ]
    ),
    st.from_regex(r"[A-Za-z0-9._+-]{1,40}", fullmatch=True),
)
OPTIONS = (Option("ok", "はい"), Option("v", "いいえ"))


def question(field, state, way, **words):
    open_ = Button("原文を開く", Press("source.open", {"s": "p1", **state}))
    return Ask(
        "choose.answer", "題", "問い", (field,), "次へ", "やめる", state,
        guideline=Guideline("個人情報は送らない。", "規程", open_), buttons=(Button("戻る", way),), **words,
    )  # fmt: skip


@every_face
@given(name=NAMES, state=DATA, way=PRESSES, option=st.sampled_from(OPTIONS))
def test_a_guided_question_comes_back_with_its_state_and_its_ways_on(
    face, name, state, way, option
):
    field = Field(name, "choice", name, options=OPTIONS)
    ask = question(field, state, way, step=1, of=12)
    beside = {told(way), told(ask.guideline.open.press), told(Press("choose.stop", state))}

    back = set(come_back(face, Reply("問い", ask=ask), {name: option.id}))

    answers = {told(FormBack("choose.answer", state, {name: o.id})) for o in OPTIONS}
    at_once = {told(FormBack("choose.answer", state, {name: option.id}))}
    by_button = face in MESSAGES and face not in ("teams", "webhook")  # these send a filled form
    assert back - beside == (answers if by_button else at_once)
    assert {told(way), told(ask.guideline.open.press)} <= back


@pytest.mark.parametrize("face", ["slack window", "teams", "web", "terminal"])
@given(
    names=st.lists(NAMES, min_size=2, max_size=4, unique=True),
    state=DATA,
    text=st.text(st.characters(categories=["L", "N", "P"]), min_size=1),
)
def test_a_form_comes_back_with_its_state_and_every_field(face, names, state, text):
    kinds = ("choice", "text", "text", "text")
    options = {"choice": OPTIONS, "text": ()}
    fields = tuple(
        Field(n, kind, n, options=options[kind], max=3000)
        for n, kind in zip(names, kinds, strict=False)
    )
    ask = Ask("document.details", "題", "問い", fields, "送る", "やめる", state)
    filled = {
        name: "ok" if kind == "choice" else text for name, kind in zip(names, kinds, strict=False)
    }

    back = come_back(face, Reply("問い", ask=ask), filled)

    assert told(FormBack("document.details", state, filled)) in back
    assert set(back) <= {
        told(FormBack("document.details", state, filled)),
        told(Press("document.stop", state)),
    }


# --------------------------------------------------------------------------- how much a button carries


def carrying(characters):
    """Return a press that is packed into exactly so many characters."""
    empty = len(pack(Press("document.publish", {"d": ""})))
    return Press("document.publish", {"d": "あ" * (characters - empty)})


@pytest.mark.parametrize("face", [*MESSAGES, "slack window"])
def test_what_just_fits_travels_and_one_character_more_is_refused_when_drawn(face):
    longest = carrying(LIMIT)
    assert set(come_back(face, Reply("t", (Buttons((Button("b", longest),)),)))) == {told(longest)}

    longer = replace(longest, data={"d": f"{longest.data['d']}あ"})
    with pytest.raises(ValueError, match=r"document\.publish carries 2001 characters"):
        come_back(face, Reply("t", (Buttons((Button("b", longer),)),)))


def test_a_menu_takes_what_an_option_holds_and_leaves_the_rest_beside_the_row():
    row = tuple(Button("b", Press("a.b", {"n": n})) for n in range(5))
    fits = tuple(Button("b", carrying(150)) for _ in range(2))
    drawn = messages(
        Reply("t", (Buttons((*row, *fits, Button("b", carrying(151)))),)), TEXTS, "ja", 0
    )[0]["blocks"]

    kinds = [element["type"] for element in drawn[0]["elements"]]
    assert kinds == ["button"] * 6 + ["overflow"]
    assert [len(option["value"]) for option in drawn[0]["elements"][-1]["options"]] == [150, 150]


def test_a_choice_longer_than_slack_keeps_is_refused_when_drawn():
    def window(id_):
        field = Field("d", "choice", "d", options=(Option("ok", "はい"), Option(id_, "いいえ")))
        return modal(
            Reply("t", ask=Ask("a.b", "題", "問い", (field,), "送る", "やめる")),
            TEXTS,
            "ja",
            ("C1", "1.1"),
        )

    window("x" * 150)
    with pytest.raises(ValueError, match="an option carries 151 characters"):
        window("x" * 151)


# --------------------------------------------------------------------------- buttons of the version before, and forged ones

BEFORE = [
    ("document.publish", {"d": "doc", "v": "ver"}),
    ("document.rollback", {"d": "doc", "v": "ver"}),
    ("source.open", {"aid": "a1", "s": "p1", "n": 2}),
    ("choose.back", {"rid": "r1", "rev": 3}),
]


def slack_click(**element):
    return slack_read(
        {
            "type": "block_actions",
            "channel": {"id": "C1"},
            "actions": [{"action_ts": "2.2", **element}],
        }
    )


@pytest.mark.parametrize(("action", "data"), BEFORE)
def test_a_slack_button_of_the_version_before_still_works(action, data):
    named = {"a": action}

    assert told(slack_click(action_id=f"{action}:1", value=json.dumps(data))) == told(
        Press(action, data)
    )
    assert told(
        slack_click(action_id="more:2", selected_option={"value": json.dumps(data | named)})
    ) == told(Press(action, data))
    assert told(
        slack_click(action_id=f"{action}:1", value=json.dumps({"v": 1, "aid": "a"}))
    ) == told(Press(action, {"aid": "a"}))


def test_a_slack_option_and_a_slack_window_of_the_version_before_still_work():
    data = {"rid": "r1", "rev": 2, "form": "choose.answer", "f": "boundary", "o": "ns"}
    view = {
        "id": "V1",
        "callback_id": "document.try",
        "state": {"values": {"q": {"value": {"value": "何日?"}}}},
    }
    view |= {
        "private_metadata": json.dumps(
            {"c": "C1", "t": "", "l": "ja", "s": {"d": "doc", "v": "ver"}, "e": "!"}
        )
    }

    assert slack_click(action_id="choose.answer:1", value=json.dumps(data)) == FormBack(
        "choose.answer", {"rid": "r1", "rev": 2}, {"boundary": "ns"}
    )
    assert slack_read({"type": "view_submission", "view": view}) == FormBack(
        "document.try", {"d": "doc", "v": "ver"}, {"q": "何日?"}
    )


@pytest.mark.parametrize(("action", "data"), BEFORE)
def test_a_teams_card_of_the_version_before_still_works(action, data):
    held = {"v": 1, "verb": action, **data}
    execute = {
        "type": "invoke",
        "name": "adaptiveCard/action",
        "value": {"action": {"verb": action, "data": held}},
    }

    assert (
        told(teams_read(execute))
        == told(teams_read({"type": "message", "value": held}))
        == told(Press(action, data))
    )


def test_a_teams_card_of_questions_of_the_version_before_still_works():
    held = {"v": "ver", "verb": "document.try", "d": "doc", "fields": "q", "q": "何日?"}

    assert teams_read({"type": "message", "value": held}) == FormBack(
        "document.try", {"d": "doc", "v": "ver"}, {"q": "何日?"}
    )


@pytest.mark.parametrize(("action", "data"), BEFORE)
def test_a_page_of_the_version_before_still_works(action, data):
    sent = {"_page": "/", "_turn": "7", "action": action, "data": json.dumps(data), "label": "b"}
    form = {
        "_page": "/",
        "_form": "document.try",
        "_state": json.dumps(data),
        "q": "何日?",
        "_said:q:1": "x",
    }

    assert told(web_parse.press(sent)[0]) == told(Press(action, data))
    assert told(web_parse.form(form)[0]) == told(FormBack("document.try", data, {"q": "何日?"}))


BROKEN = [
    "",
    "[",
    '["document.publish"',
    '["document.publish",[]]',
    '["document.publish",{},{},{}]',
    "[" * 1999,
    "null",
    "7",
]
BROKEN += [
    '["nothing",{}]',
    "[7,{}]",
    '{"v":{"x":1}}',
    "\ud800",
    "x" * 10_000,
    pack(Press("a.b", {"d": "x"})) + " " * LIMIT,
]


@pytest.mark.parametrize("text", BROKEN)
def test_what_nobody_drew_carries_nothing(text):
    empty = Press("document.publish")

    assert unpack(text) is None
    assert slack_click(action_id="document.publish:1", value=text) == empty
    assert (
        teams_read({"type": "message", "value": {"_press": text, "verb": "document.publish"}})
        == empty
    )
    assert web_parse.press({"_press": text, "action": "document.publish"})[0] == empty
    assert web_parse.form({"_press": text, "_form": "document.try"})[0] == FormBack("document.try")


def test_what_a_button_may_not_carry_is_left_out():
    forged = '["document.publish",{"d":"\\ud800","v":true,"x":null,"y":[1],"z":1.5,"n":2}]'

    assert unpack(forged) == Press("document.publish", {"d": "?", "n": 2})


# --------------------------------------------------------------------------- whether the scan after each test can fail


@pytest.mark.parametrize(
    ("module", "faces"), [("slack", {"slack"}), ("teams", {"teams"}), ("web", {"web"})]
)
def test_a_face_that_drops_one_word_of_a_button_is_noticed(module, faces, monkeypatch):
    def without_version(packed):
        content = unpack(packed)
        return (
            Press(content.action, {k: v for k, v in content.data.items() if k != "v"})
            if content
            else None
        )

    reply = Reply(
        "t",
        (
            Details(
                "more", (Buttons((Button("b", Press("document.publish", {"d": "x", "v": "y"})),)),)
            ),
        ),
    )
    assert troubles(reply) == []
    monkeypatch.setattr(f"bot.{module}.parse.unpack", without_version)

    found = troubles(reply)

    assert {trouble.partition(" ")[0].rstrip(":") for trouble in found} == faces
    assert any("did not" in trouble for trouble in found)
    assert any("came back" in trouble for trouble in found)
