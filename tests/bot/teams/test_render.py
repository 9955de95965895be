"""Replies become the activities that were looked at in a real client, letter by letter."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.press import KEY, unpack
from bot.teams import asks, citations, invoke, render
from bot.teams.card import CARD, Drawer, size
from bot.teams.frame import ASKED
from bot.teams.text import columns
from handlers.conversation import (
    Bar,
    Button,
    Buttons,
    Chart,
    Column,
    Details,
    Facts,
    Form,
    Heading,
    Paragraph,
    Press,
    Reply,
    Source,
    Sources,
    Table,
)
from handlers.texts import Texts
from tests.bot.golden import ask, expected, reply, scene

SHARED = Path(os.environ.get("LLM_CHOOSE_SHARED", Path(__file__).resolve().parents[4] / "shared"))
CARDS = SHARED / "reference" / "cards"
golden = pytest.mark.skipif(not CARDS.is_dir(), reason="the shared golden cards are not here")
both = pytest.mark.parametrize("language", ["ja", "en"])
TEXTS = Texts.load()


def marks_removed(value: Any) -> Any:
    """
    Drop what we add on purpose: the escape before "_" in titles, which the goldens left to be read as Markdown, and the text
    our buttons carry, which the goldens spread over the data of the action; and what only lays out, for which there are pictures:
    a column's share of the width, and where a row of buttons breaks.
    """
    if isinstance(value, str):
        return value.replace("\\_", "_")
    if isinstance(value, dict):
        return {
            k: carried(v) if k == "data" and isinstance(v, dict) else marks_removed(v)
            for k, v in value.items()
            if k != "width" or "horizontalCellContentAlignment" not in value
        }
    return [marks_removed(v) for v in rows_joined(value)] if isinstance(value, list) else value


def rows_joined(elements: list[Any]) -> list[Any]:
    """Join rows of buttons that stand below each other."""
    joined: list[Any] = []
    for one in elements:
        is_row = isinstance(one, dict) and set(one) == {"type", "actions"}
        if is_row and joined and isinstance(joined[-1], dict) and set(joined[-1]) == set(one):
            joined[-1] = {**one, "actions": joined[-1]["actions"] + one["actions"]}
        else:
            joined.append(one)
    return joined


def carried(data: dict[str, Any]) -> dict[str, Any]:
    """Return the verb and data of a button; those drawn by hand hold them flat, beside a format number."""
    match unpack(data.get(KEY)):
        case Press(verb, values) | Form(verb, values):
            return {"verb": verb, **values}
        case None:
            return {name: value for name, value in data.items() if name != "v"}


@golden
@both
def test_an_answer_is_words_with_citations_and_then_a_card(language):
    shown = render.activities(reply(scene(CARDS, "01b_answer", language)), language, TEXTS)
    want = [expected(CARDS, f"01b_answer.{part}", language) for part in ("1_text", "2_card")]
    assert marks_removed(shown) == marks_removed(want)


@golden
@both
def test_work_in_progress_is_a_text_with_steps_or_a_streamed_status(language):
    working = reply(scene(CARDS, "01a_answer_working", language))
    assert render.activities(working, language, TEXTS) == [
        expected(CARDS, "01a_answer_working.placeholder", language)
    ]
    assert render.informative(working) == expected(
        CARDS, "01a_answer_working.stream_informative", language
    )


@golden
@both
@pytest.mark.parametrize(
    "name",
    ["02_refusal", "04_result", "05_demo", "06b_upload_progress", "06c_upload_report", "07_source"],
)
def test_other_replies_are_one_card(name, language):
    shown = render.activities(reply(scene(CARDS, name, language)), language, TEXTS)
    assert marks_removed(shown) == marks_removed([expected(CARDS, name, language)])


@golden
@both
def test_a_client_without_charts_draws_the_same_values(language):
    [shown] = render.activities(reply(scene(CARDS, "04_result", language)), language, TEXTS)
    card = shown["attachments"][0]["content"]
    card["body"] = [e["fallback"] if e["type"].startswith("Chart.") else e for e in card["body"]]
    assert marks_removed(shown) == marks_removed(expected(CARDS, "04_result.fallback", language))


@golden
@both
def test_where_cards_are_refused_the_answer_is_text_with_follow_ups(language):
    answer = reply(scene(CARDS, "01b_answer", language))
    assert render.text_only(answer, language, TEXTS, "29:asker") == expected(
        CARDS, "01b_answer.text_only", language
    )


@golden
@both
def test_a_guided_question_is_a_card_with_inputs(language):
    question = ask(scene(CARDS, "03_question", language))
    shown = render.activities(Reply(question.text, ask=question), language, TEXTS)
    want = expected(CARDS, "03_question.personal", language)
    assert marks_removed(shown) == marks_removed([{**want, "locale": shown[0]["locale"]}])


@golden
@both
def test_in_a_channel_others_see_who_is_answering_and_only_the_asker_gets_buttons(language):
    question = Reply("", ask=ask(scene(CARDS, "03_question", language)))
    question = replace(question, text=question.ask.text)
    base = render.channel_base(question, language, TEXTS, "29:user-0")
    button = base["attachments"][0]["content"][
        "body"
    ].pop()  # ours on purpose: a client that does not refresh by itself can
    assert button["actions"][0]["verb"] == "choose.view"
    want = expected(CARDS, "03_question.channel_base", language)
    assert marks_removed(base) == marks_removed({**want, "locale": base["locale"]})
    own = invoke.view(question, language, TEXTS, invoke.Viewer(user="29:user-0"))
    assert marks_removed(own) == marks_removed(
        expected(CARDS, "03_question.asker_invoke_response", language)
    )
    assert invoke.notice(question.ask.others) == expected(
        CARDS, "03_question.not_yours_invoke_response", language
    )


@golden
@both
def test_a_form_is_a_card_with_one_input_for_each_field_but_files(language):
    form = ask(scene(CARDS, "06a_upload_form", language))
    shown = render.activities(Reply(form.text, ask=form), language, TEXTS)
    want = expected(CARDS, "06a_upload_form", language)
    for element in shown[0]["attachments"][0]["content"]["body"]:
        if element["type"] == "Input.ChoiceSet":
            element.pop("placeholder", None)  # by hand, a closed list was left without a word
    assert marks_removed(shown) == marks_removed([{**want, "locale": shown[0]["locale"]}])


def test_an_open_choice_says_what_helps_and_the_form_what_it_is_for():
    choices = {"kind": "choice", "options": [{"id": "a", "text": "A"}, {"id": "b", "text": "B"}]}
    fields = [
        {"id": "one", "label": "1", "required": False} | choices,
        {"id": "two", "label": "2", "required": False} | choices,
    ]
    form = ask(RAW_FORM | {"text": "わかる所だけ教えてください", "fields": fields})
    one, two = form.fields
    helped = replace(one, hint="迷ったら厳しいほう")
    form = replace(form, fields=(helped, two, replace(helped, id="three", initial="a")))
    shown = asks.body(form, Drawer("ja", TEXTS))
    inputs = [element for element in shown if element["type"] == "Input.ChoiceSet"]

    texts = [element.get("text") for element in shown]
    assert [one.get("placeholder") for one in inputs] == ["選んでください", "選んでください", None]
    assert "わかる所だけ教えてください" in texts
    for one in (inputs[0], inputs[2]):  # in the list it looked like an answer, or was not seen
        assert texts[shown.index(one) + 1] == "迷ったら厳しいほう"


def test_bars_bear_whole_names_where_the_short_ones_are_cut():
    bar = Bar("a", "an open model of your own", "an open model of yo…", 1.0, "1.0")
    shown = render.activities(Reply("t", (Chart("c", "points", (bar,)),)), "en", TEXTS)

    assert "an open model of your own" in str(shown)


def test_the_submit_button_names_the_inputs_it_brings_back():
    form = ask(RAW_FORM)
    rows = [e for e in asks.body(form, Drawer("ja", TEXTS)) if e["type"] == "ActionSet"]
    submit, stop = rows[0]["actions"]
    assert unpack(submit["data"][KEY]) == Form(
        "document.add", {"rid": "d1", "rev": 1}, {"title": ""}
    )
    assert submit["data"][ASKED]
    assert stop["data"][ASKED]
    assert stop["associatedInputs"] == "none"


def test_a_link_hidden_in_a_document_stays_text():
    [shown] = render.activities(
        Reply("x", (Paragraph("**ok** [here](https://evil.example) _x_ [1]", "quote"),)),
        "en",
        TEXTS,
    )
    words = shown["attachments"][0]["content"]["body"][0]["items"][0]["text"]
    assert words == "**ok** \\[here\\](https://evil.example) \\_x\\_ [1]"


def test_a_card_that_is_too_big_leaves_out_folded_parts_first_and_says_so():
    long = Details("log", (Paragraph("長" * 12_000, "code"),))
    stay = Buttons((Button("go", Press("choose.start")),))
    [shown] = render.activities(Reply("t", (Paragraph("short"), long, stay)), "en", TEXTS)
    card = shown["attachments"][0]["content"]
    assert size(card) <= CARD
    kinds = [e["type"] for e in card["body"]]
    assert kinds == ["TextBlock", "ActionSet", "TextBlock"]
    assert card["body"][-1]["text"] == TEXTS.say("teams.shortened", "en")


def test_a_button_too_long_for_a_card_becomes_a_line_that_wraps():
    short, long = (
        Button("短い", Press("ask.followup", {"k": 1})),
        Button("長い質問" * 12, Press("ask.followup", {"k": 2})),
    )
    [shown] = render.activities(Reply("t", (Buttons((short, long), "followup"),)), "ja", TEXTS)
    lines = shown["attachments"][0]["content"]["body"]
    assert [unpack(line["selectAction"]["data"][KEY]) for line in lines] == [
        short.press,
        long.press,
    ]
    assert lines[1]["items"][0]["text"] == "長い質問" * 12


def test_citations_stay_within_what_the_service_accepts():
    many = tuple(
        Source(n, f"s{n}", "題" * 100, "p", "", "", "", url="http://plain.example")
        for n in range(1, 15)
    )
    words, _ = render.activities(
        Reply("t", (Paragraph("a[1]", "answer"), Sources(many, "a1"))), "ja", TEXTS
    )
    [entity] = words["entities"]
    assert len(entity["citation"]) == citations.CITATIONS
    for claim in entity["citation"]:
        assert 0 < len(claim["appearance"]["abstract"]) <= citations.CITATION_ABSTRACT
        assert len(claim["appearance"]["name"]) <= citations.CITATION_NAME
        assert "url" not in claim["appearance"]


def test_an_empty_chart_and_long_facts_are_drawn_too():
    [shown] = render.activities(Reply("t", (Chart("c", "点", ()), Facts(()))), "ja", TEXTS)
    assert shown["attachments"][0]["content"]["body"][0]["text"] == "c"


RAW_FORM = {
    "title": "t",
    "form": "document.add",
    "run": "d1",
    "rev": 1,
    "text": "x",
    "file": {"name": "a_b.docx", "size": "1 MB"},
    "intro": "",
    "fields": [
        {"id": "files", "kind": "files", "label": "f", "required": True},
        {"id": "title", "kind": "text", "label": "t", "required": False, "max": 5},
    ],
    "submit": "go",
    "stop": "no",
    "required_error": "r",
}


def test_a_row_of_buttons_is_no_wider_than_a_card():
    labels = (
        "質問の候補をもう少し見る",
        "この資料を開く",
        "担当者に聞く",
        "共有する",
        "保存",
        "閉じる",
    )
    row = Buttons(tuple(Button(label, Press("ask.rephrase", {"aid": "a"})) for label in labels))
    [shown] = render.activities(Reply("x", (row,)), "ja", TEXTS)
    rows = [e["actions"] for e in shown["attachments"][0]["content"]["body"] if "actions" in e]
    assert [action["title"] for some in rows for action in some] == list(labels)
    assert all(sum(columns(action["title"]) + 5 for action in some) <= 64 for some in rows)
    assert 1 < len(rows) < len(labels)


def test_a_title_is_said_once_and_a_column_is_as_wide_as_its_words():
    rows = (("生成AIの導入方式と、費用・期間の目安", "v1"), ("短い題", "v12"))
    table = Table("2件の資料", (Column("題名", "text"), Column("版", "text")), rows)
    shown = render.activities(Reply("x", (Heading("2件の資料"), table)), "ja", TEXTS)
    assert str(shown).count("2件の資料") == 1
    [drawn] = [e for e in shown[0]["attachments"][0]["content"]["body"] if e["type"] == "Table"]
    first, second = [column["width"] for column in drawn["columns"]]
    assert first > 3 * second
