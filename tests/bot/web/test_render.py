"""What the page draws: every block, nothing that runs."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.press import pack
from bot.web.conversations import Article
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
    page = Page(Texts.load(), "ja", place_at(path))
    article = Article("7", question, "2026-11-25T14:02+09:00", reply)
    return page.article(article) + page.drawers(article)


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

    assert html.count('class="cite"><a href="#s7-1"') == 2
    assert '<aside class="drawer" id="s7-1"' in html
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

    assert '<button name="boundary" value="ok"><kbd aria-hidden="true">1</kbd>はい</button>' in html
    assert '<button name="boundary" value="ns" class="dunno">' in html
    assert "質問 4 / 最大 12" in html
    assert html.count('<li class="done">') == 3
    assert html.count('<li class="may">') == 8


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


def test_addresses_in_our_own_words_are_links_and_nowhere_else():
    row = "- 清水建設 出典: https://enterprisezine.jp/article/detail/22430?a=1&b=2"
    html = drawn(Reply("t", (Paragraph(row, "linked"), Paragraph(row), Paragraph(row, "quote"))))
    address = "https://enterprisezine.jp/article/detail/22430?a=1&amp;b=2"
    assert html.count(f'<a href="{address}" rel="noreferrer">enterprisezine.jp</a>') == 1
    assert html.count("<a href") == 1


def test_a_long_form_is_lists_to_open_and_folds_what_may_wait():
    two = (Option("a", "A"), Option("b", "B"))
    fields = [Field(f"q{n}", "choice", f"Q{n}", required=False, options=two) for n in range(5)]
    wait = Field("w", "toggle", "W", required=False, options=two, aside=True)
    ask = Ask("choose.page", "t", "text", (*fields, wait), "send", "stop", aside="If you know")
    page = Page(Texts.load(), "en", place_at("/choose"))
    html = page.article(Article("1", "?", "2026-11-25T14:02+09:00", Reply("", ask=ask)))
    assert html.count("<select") == 5
    fold = html[html.index('<details class="aside">') :]
    assert "If you know" in fold
    assert fold.count('type="checkbox"') == 2
    assert 'type="radio"' not in html


def test_facts_are_the_grid_s_own_children():
    html = drawn(Reply("t", (Facts((Fact("土台", "商用API"), Fact("追加", "なし"))),)))

    assert '<dl class="facts"><dt>土台</dt><dd>商用API</dd><dt>追加</dt><dd>なし</dd></dl>' in html


def test_numbers_side_by_side_lead():
    assert '<dl class="figs">' in drawn(
        Reply("t", (Facts((Fact("ページ", "38"), Fact("文章", "221"))),))
    )


def test_what_a_fact_is_about_is_opened_by_its_label_and_said_once():
    places = ("規程 第1条", "規程 第2条")
    facts = Facts(tuple([Fact(place, "近い箇所です") for place in places]))
    opens = Buttons(tuple([Button(place, Press("source.open", {})) for place in places]))
    told = drawn(Reply("ありません", (facts, opens)))

    for place in places:
        assert f">{place}</button>" in told
        assert told.count(f">{place}<") == 1
    assert told.count("近い箇所です") == 2


def test_a_chart_without_bars_is_drawn():
    assert "<caption>点</caption>" in drawn(Reply("t", (Chart("点", "点", ()),)))


def test_a_chart_draws_below_zero_and_says_what_is_excluded():
    bars = (
        Bar("a", "良", "良", 30, "30.0", "best"),
        Bar("b", "悪", "悪", -10, "−10.0"),
        Bar("c", "外", "外", 9, "", "excluded", "予算"),
    )
    html = drawn(Reply("t", (Chart("点", "点", bars),)))

    assert '<rect x="0.0" y="1" width="30.0"' in html
    assert '<rect x="-10.0" y="1" width="10.0"' in html
    assert html.count('class="win"') == 1
    assert "<small>対象外</small>" in html
    assert '<small class="why0">予算</small>' in html


def result():
    facts = (
        Fact("費用", "10万円"),
        Fact("この案の決め手", "社内の資料: 多い +6.7点 / 月の件数 +4.0点"),
    )
    return Reply(
        "t",
        (
            Heading("商用API"),
            Paragraph("**商用APIです。**\n短く。"),
            Table(
                "進め方",
                tuple(Column(n) for n in "段すメ止費ス"),
                (("今", "試す", "率", "半分", "1万円", "15"),),
            ),
            Facts(facts),
            Chart("点", "点", ()),
            Details("理由", (Paragraph("一つ"),)),
            Buttons(
                (
                    Button("答えを変える", Press("choose.whatif"), "primary"),
                    Button("メモ", Press("choose.memo")),
                )
            ),
        ),
    )


def test_a_result_is_one_sheet_with_the_verdict_the_way_and_the_memo_before_its_reasons():
    stage, talk = drawn(result(), "/choose"), drawn(result())

    order = [
        '<h2 class="mincho">商用API</h2>',
        "<b>+6.7</b><span><mark>社内の資料: 多い</mark>",
        '<li class="now"><span class="k">今 · 1万円</span><b>試す</b>',
        escape(pack(Press("choose.memo"))),
        '<a href="#p7-1">理由</a>',
    ]
    places = [stage.index(part) for part in order]
    assert places == sorted(places)
    assert "この案の決め手</dt>" not in stage  # told once
    assert "<summary>理由</summary>" in talk


def test_the_page_s_own_buttons_of_an_answer_are_said_in_the_readers_language():
    source = Source(1, "p1", "規程", "第3条", "v2", "2026-04-01", "**社外秘**は入力しない。")
    buttons = Buttons(
        (
            Button("方式を選ぶ", Press("choose.start"), "primary"),
            Button("RAGの裏側を見る", Press("demo.open", {"aid": "a1"})),
        )
    )
    reply = Reply(
        "社外秘",
        (Paragraph("社外秘[1]", "answer"), Sources((source,), "a1"), buttons, Feedback("a1")),
    )
    page = Page(Texts.load(), "en", place_at("/t/0123456789abcdef"))
    html = page.article(Article("7", "質問", "2026-11-25T14:02+09:00", reply))

    assert '<div class="answer" id="a7" lang="ja">' in html
    assert "How this was made" in html
    assert "方式を選ぶ" not in html
    assert 'class="primary"' not in html  # nothing says that a diagnosis fits here
    assert "Copy" in html


def test_rows_of_a_table_are_a_table_and_the_row_that_answers_is_marked():
    source = Source(
        1, "p1", "情報区分表", "シート1", "v1", "", "区分 | 例\n公開 | 求人票\n**社外秘 | 見積書**"
    )
    text = "区分: 社外秘 · 例: 見積書(情報区分表 シート1)[1]\n- 区分: 公開 · 例: 求人票\n- **区分: 社外秘 · 例: 見積書**[1]"
    html = drawn(Reply("x", (Paragraph(text, "answer"), Sources((source,), "a1"))))

    assert html.count("<table>") == 2  # in the answer, and in the sheet of its source
    assert html.count("<mark>見積書</mark>") == 2
    assert "区分: 公開" not in html
    assert "(情報区分表 シート1)" not in html  # its caption says so


def test_what_decides_is_marked_within_its_article():
    source = Source(1, "p1", "規程", "第3条", "v2", "", "1 極秘は入力しない。")
    text = (
        "入力できません(規程 第3条)。[1]\n1 極秘は入力しない。\n**2 社外秘も入力できません。**[1]"
    )
    html = drawn(Reply("x", (Paragraph(text, "answer"), Sources((source,), "a1"))))

    assert '<p class="lead">入力できません。<span class="cite">' in html
    assert '<p class="soft">1 極秘は入力しない。</p>' in html
    assert "<p><mark>2 社外秘も入力できません。</mark>" in html


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
