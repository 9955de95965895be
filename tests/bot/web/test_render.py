"""What the page draws: every block, nothing that runs."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

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

ALLOWED = set(
    [
        "article",
        "header",
        "h2",
        "h3",
        "div",
        "p",
        "ul",
        "li",
        "a",
        "strong",
        "b",
        "br",
        "blockquote",
        "pre",
        "code",
        "dl",
        "dt",
        "dd",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "svg",
        "rect",
        "line",
        "details",
        "summary",
        "aside",
        "ol",
        "small",
        "span",
        "mark",
        "form",
        "input",
        "button",
        "hr",
        "fieldset",
        "legend",
        "label",
        "textarea",
        "output",
    ]
)
PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "' onmouseover='x",
    "</title><svg/onload=alert(1)>",
    "**<b onclick=x>**",
    "[1]<iframe>",
)


class Audit(HTMLParser):
    def __init__(self):
        super().__init__()
        self.bad = []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag not in ALLOWED or any(name.startswith("on") or name == "style" for name in values):
            self.bad.append((tag, attributes))
        if any((values.get(name) or "").strip().lower().startswith("javascript:") for name in ("href", "action", "src")):
            self.bad.append((tag, attributes))


def everything(text):
    tones = ("plain", "answer", "quiet", "quote", "code", "note", "warning", "bad")
    blocks = (
        Heading(text),
        *(Paragraph(text, tone) for tone in tones),
        Facts((Fact(text, text),)),
        Table(text, (Column(text), Column(text, "number")), ((text, text),)),
        Chart(text, text, (Bar("a", text, "a", -3, "−3.0", "best"), Bar("b", text, "b", 2, "2.0", "excluded", text)), text),
        Steps(text, (Step("s", text, "in_progress", text),)),
        Sources((Source(1, text, text, text, text, text, text, stale=True, url=text, owner=text),), text),
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
        Field(text, kind, text, initial=text, hint=text, options=(Option(text, text),), types=(text,)) for kind in kinds
    )
    return Reply(text, blocks, private=True, ask=Ask(text, text, text, fields, text, text, {"a": text}, intro=text, why=text))


def audited(reply):
    audit = Audit()
    audit.feed(Page(Texts.load(), "ja", "1").article(reply.text, reply))
    return audit.bad


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_stays_text(payload):
    assert audited(everything(payload)) == []


@given(st.text(alphabet=st.sampled_from(list("<>\"'&=/ aoj:scriptn()*[]1-\n🎉あ")), max_size=60))
def test_no_text_becomes_markup(text):
    assert audited(everything(text)) == []


def test_an_answer_has_its_citations_beside_it():
    source = Source(1, "p1", "資料", "スライド18", "v1", "2025-04-10", "前 **要点** 後")
    reply = Reply("x", (Paragraph("いいえ。[1]\n- 一つ[1]", "answer"), Sources((source,), "a1")))
    html = Page(Texts.load(), "ja", "7").article("質問", reply)

    assert html.count('href="#s7-1"') == 2
    assert 'id="s7-1"' in html
    assert "<mark>要点</mark>" in html
    assert "<ul><li>一つ" in html


def test_a_guided_question_is_one_button_an_option():
    field = Field("boundary", "choice", "送れますか?", options=(Option("ok", "はい"), Option("ns", "わからない")))
    html = Page(Texts.load(), "ja", "1").article(
        "q", Reply("t", ask=Ask("choose.answer", "t", "t", (field,), "次へ", "やめる", step=4, of=12))
    )

    assert '<button name="boundary" value="ok">はい</button>' in html
    assert "質問 4 / 最大 12" in html


def test_facts_are_the_grid_s_own_children():
    html = Page(Texts.load(), "ja", "1").article("q", Reply("t", (Facts((Fact("土台", "商用API"), Fact("追加", "なし"))),)))

    assert '<dl class="facts"><dt>土台</dt><dd>商用API</dd><dt>追加</dt><dd>なし</dd></dl>' in html


def test_a_chart_without_bars_is_drawn():
    assert "<caption>点</caption>" in Page(Texts.load(), "ja", "1").article("q", Reply("t", (Chart("点", "点", ()),)))


def test_the_guideline_s_passage_can_be_opened():
    guideline = Guideline("個人情報は送らない。", "ガイドライン 4.2", Button("原文を開く", Press("source.open", {"id": "p1"})))
    html = Page(Texts.load(), "ja", "1").article(
        "q", Reply("t", ask=Ask("choose.answer", "t", "t", (), "次へ", "やめる", guideline=guideline, step=1, of=12))
    )

    assert 'name="action" value="source.open"' in html
    assert "原文を開く" in html
