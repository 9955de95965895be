"""What the page draws: every block, nothing that runs."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.press import pack
from bot.web.pages import place_at
from bot.web.render import Page
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
    Guideline,
    Heading,
    Option,
    Paragraph,
    Press,
    Reply,
    Source,
    Sources,
    Step,
    Steps,
    Table,
)
from handlers.texts import Texts
from tests.bot.web.audit import audit

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "' onmouseover='x",
    "</title><svg/onload=alert(1)>",
    "**<b onclick=x>**",
    "[1]<iframe>",
)


def everything(text):
    tones = ("plain", "answer", "quiet", "quote", "code", "note", "warning", "bad")
    blocks = (
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
        Sources(
            (Source(1, text, text, text, text, text, text, stale=True, url=text, owner=text),), text
        ),
        Details(text, (Paragraph(text),), open=True),
        Buttons(
            (
                Button(text, Press(text, {"a": text}), "danger", Confirm(text, text, text, text)),
                Button(text, Press("a"), url=text),
            )
        ),
        Feedback(text),
        Divider(),
    )
    kinds = ("text", "choice", "date", "files", "person", "toggle")
    fields = tuple(
        Field(
            text, kind, text, initial=text, hint=text, options=(Option(text, text),), types=(text,)
        )
        for kind in kinds
    )
    return Reply(
        text,
        blocks,
        private=True,
        ask=Ask(text, text, text, fields, text, text, {"a": text}, intro=text, why=text),
    )


def drawn(reply, path="/", question="質問"):
    page = Page(Texts.load(), "ja", place_at(path), "7")
    return page.article(page.draw(reply, question, "2026-11-25T14:02+09:00"))


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("path", ["/", "/choose"])
def test_hostile_text_stays_text(payload, path):
    assert audit(drawn(everything(payload), path, payload)) == []


@given(st.text(alphabet=st.sampled_from(list("<>\"'&=/ aoj:scriptn()*[]1-.\n🎉あ")), max_size=60))
def test_no_text_becomes_markup(text):
    assert audit(drawn(everything(text))) == []


def test_an_answer_has_its_citations_beside_it():
    source = Source(1, "p1", "資料", "スライド18", "v1", "2025-04-10", "前 **要点** 後\n- 一つ目")
    html = drawn(
        Reply("x", (Paragraph("いいえ。[1]\n- 一つ[1]", "answer"), Sources((source,), "a1")))
    )

    assert html.count('href="#s7-1"') == 2
    assert 'id="s7-1"' in html
    assert "<mark>要点</mark>" in html
    assert '<p class="lead">いいえ。' in html
    assert '<ul class="lines"><li>一つ目</li></ul>' in html


def test_numbered_lines_are_an_ordered_list():
    assert '<ol class="lines ordered"><li>集める</li><li>測る</li></ol>' in drawn(
        Reply("x", (Paragraph("1. 集める\n2. 測る"),))
    )


def guided(**words):
    field = Field(
        "boundary",
        "choice",
        "送れますか?",
        options=(Option("ok", "はい"), Option("ns", "わからない")),
    )
    return Reply(
        "t",
        ask=Ask(
            "choose.answer", "t", "送れますか?", (field,), "次へ", "やめる", step=4, of=12, **words
        ),
    )


def test_a_guided_question_is_one_button_an_option():
    html = drawn(guided(), "/choose")

    assert '<button name="boundary" value="ok">はい</button>' in html
    assert '<button name="boundary" value="ns" class="unsure">わからない</button>' in html
    assert "質問 4 / 最大 12" in html
    assert '<progress max="12" value="3"' in html


def test_the_guideline_s_passage_can_be_opened():
    guideline = Guideline(
        "個人情報は送らない。",
        "ガイドライン 4.2",
        Button("原文を開く", Press("source.open", {"id": "p1"})),
    )
    html = drawn(guided(guideline=guideline), "/choose")

    assert escape(pack(Press("source.open", {"id": "p1"}))) in html
    assert "原文を開く" in html


def test_a_choice_of_many_is_a_list_to_open():
    many = Field(
        "change", "choice", "どれを", options=tuple(Option(str(n), f"{n}番") for n in range(20))
    )
    html = drawn(Reply("t", ask=Ask("choose.whatif", "t", "どれを", (many,), "見る", "やめる")))

    assert html.count("<option") == 21
    assert 'type="radio"' not in html


def test_facts_are_the_grid_s_own_children():
    html = drawn(Reply("t", (Facts((Fact("土台", "商用API"), Fact("追加", "なし"))),)))

    assert '<dl class="facts"><dt>土台</dt><dd>商用API</dd><dt>追加</dt><dd>なし</dd></dl>' in html


def test_numbers_side_by_side_lead():
    assert '<dl class="figures">' in drawn(
        Reply("t", (Facts((Fact("ページ", "38"), Fact("文章", "221"))),))
    )


def test_a_chart_without_bars_is_drawn():
    assert "<caption>点</caption>" in drawn(Reply("t", (Chart("点", "点", ()),)))


def test_a_chart_draws_below_zero_and_says_what_is_excluded():
    bars = (
        Bar("a", "良", "良", 30, "30.0", "best"),
        Bar("b", "悪", "悪", -10, "−10.0"),
        Bar("c", "外", "外", 9, "", "excluded", "予算"),
    )
    html = drawn(Reply("t", (Chart("点", "点", bars),)))

    assert '<rect x="25.0" y="0" width="75.0"' in html
    assert '<rect x="0.0" y="0" width="25.0"' in html
    assert html.count("<svg") == 2
    assert '<td class="num">除外</td><td><small>予算</small></td>' in html


def test_a_result_on_its_stage_is_a_page_of_cards():
    blocks = (
        *(Heading("おすすめ"), Facts((Fact("土台", "API"),)), Chart("点", "点", ())),
        *(Details("理由", (Paragraph("一つ"),)), Buttons((Button("メモ", Press("choose.memo")),))),
    )
    stage, talk = drawn(Reply("t", blocks), "/choose"), drawn(Reply("t", blocks))

    assert (
        stage.index("verdict")
        < stage.index(escape(pack(Press("choose.memo"))))
        < stage.index("<h3>理由</h3>")
    )
    assert "<summary>理由</summary>" in talk


@pytest.mark.parametrize(("action", "path", "stays"), [
    ("choose.start", "/", False),
    ("choose.start", "/choose", True),
    ("ask.followup", "/", True),
    ("document.request", "/", True),
    ("document.publish", "/knowledge", True),
])  # fmt: skip
def test_a_form_streams_only_where_its_reply_appears(action, path, stays):
    html = drawn(Reply("t", (Buttons((Button("x", Press(action)),)),)), path)

    assert (" data-turn" in html) == stays
