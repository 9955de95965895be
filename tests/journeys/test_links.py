"""What hostile text looks like once each face has drawn it: nothing to click but our own citations."""

import re
from html.parser import HTMLParser
from io import StringIO

import pytest
from rich.console import Console

from bot.command.terminal import draw
from bot.slack.render.messages import messages
from bot.teams.render import activities
from bot.web.conversations import Article
from bot.web.pages import place_at
from bot.web.render import Page
from handlers.conversation import Reply
from handlers.questions.answers import blocks_of, plain_text
from knowledge.text.sanitise import sanitise
from knowledge.values import Answer, Citation, Passage, Phrase, Place, Sentence
from tests.adversary import EVIL, LINKS

CLICKABLE = re.compile(
    r"[a-z][a-z0-9+.-]+://|www\.|\]\(|<[!@#]|@(?:channel|here|everyone)|(?:javascript|data|mailto|tel|slack|msteams):|127\.0\.0\.1|xn--",
    re.IGNORECASE,
)


class Seen(HTMLParser):
    """The addresses and the tags of a page."""

    def __init__(self):
        super().__init__()
        self.addresses, self.tags, self.words = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [v for k, v in attrs if k in ("href", "src", "action", "formaction")]

    def handle_data(self, data):
        self.words.append(data)


MAIL = "a@evil.example"  # a published document may name whom to write to


def hostile(form):
    """An answer as it leaves knowledge: its sentence went through the barrier, its passage and title did not."""
    passage = Passage(
        "p1",
        "d1",
        "v",
        1,
        f"規程 {form}",
        Place("page", 1),
        f"契約書の保存期間は十年とする。{form} 後",
        ("規程",),
    )
    cited = Citation(1, passage, "契約書の保存期間は十年とする。", "v1", "2026-04-01")
    said = (Sentence(sanitise(f"契約書の保存期間は十年とする。{form} 後"), (1,)),)
    return Answer(
        "a1",
        "質問",
        "ja",
        "llm",
        said,
        (cited,),
        notes=(Phrase("注意。", "Note."),),
        followups=("次の質問",),
    )


def words(value):
    """Every string anywhere in a payload, but for what our own buttons carry."""
    if isinstance(value, dict):
        return [
            w
            for k, v in value.items()
            if k not in ("$schema", "@context", "type", "@type")
            for w in words(v)
        ]
    if isinstance(value, list | tuple):
        return [w for v in value for w in words(v)]
    return [value] if isinstance(value, str) else []


@pytest.fixture(params=[form for form in LINKS if form != MAIL])
def reply(request, texts):
    answer = hostile(request.param)
    return Reply(plain_text(answer, texts), blocks_of(answer, texts))


def test_slack_and_teams_show_nothing_to_click(reply, texts):
    drawn = [m for level in range(4) for m in messages(reply, texts, "ja", level)]
    drawn += activities(reply, "ja", texts)
    said = [w for w in words(drawn) if w != "https://schema.org/Message"]

    assert not [w for w in said if EVIL in w.lower() or CLICKABLE.search(w)]
    assert not [m for m in drawn if m.get("unfurl_links") or "image" in str(m.get("blocks"))]


def test_the_web_page_links_only_to_its_own_citations(reply, texts):
    page, drawn = Seen(), Page(texts, "ja", place_at("/"))
    article = Article("1", "質問", "2026-11-25T14:02+09:00", reply)
    page.feed(drawn.article(article) + drawn.drawers(article))

    assert all(address.startswith(("#", "/")) for address in page.addresses)
    assert not {"img", "script", "iframe", "link", "object"} & set(page.tags)
    assert EVIL not in "".join(page.words).lower()


def test_the_terminal_prints_no_address_and_no_escape(reply):
    console = Console(file=StringIO(), force_terminal=False, width=200)
    draw(reply, console)

    assert EVIL not in console.file.getvalue().lower()
    assert "\x1b" not in console.file.getvalue()


def test_a_mail_address_of_a_document_is_words_and_no_link_on_the_page(texts):
    answer = hostile(MAIL)
    reply = Reply(plain_text(answer, texts), blocks_of(answer, texts))
    page, drawn = Seen(), Page(texts, "ja", place_at("/"))
    article = Article("1", "質問", "2026-11-25T14:02+09:00", reply)
    page.feed(drawn.article(article) + drawn.drawers(article))

    assert MAIL in "".join(page.words)
    assert all(address.startswith(("#", "/")) for address in page.addresses)
    drawn_beside = [m for level in range(4) for m in messages(reply, texts, "ja", level)]
    drawn_beside += activities(reply, "ja", texts)
    said = [w for w in words(drawn_beside) if w != "https://schema.org/Message"]
    assert not [w for w in said if CLICKABLE.search(w)]
