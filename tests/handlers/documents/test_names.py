"""Hostile file names, on all four faces: nothing in them is a link, a mention, markup or a trick of direction."""

import io
import json
import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console

from bot.command import terminal
from bot.slack.render.messages import messages as slack
from bot.teams.render import activities
from bot.web.conversations import Article
from bot.web.pages import place_at
from bot.web.render import Page
from handlers.conversation import Command, Press, Reply, Upload
from handlers.documents.names import LONGEST, display
from handlers.texts import Texts
from tests.handlers.documents.conftest import Talk, file

NAMES = (
    *(
        "<!channel>.md",
        "<@U1|boss>.md",
        "<https://evil.example|here>.md",
        "[x](https://evil.example).md",
        "https://evil.example.md",
    ),
    *(
        "![x](//evil.example/p.png).md",
        "**b**.md",
        "\x1b[31mred\x07.md",
        "a\r\nb.md",
        "@everyone.md",
        "<at>all</at>.md",
        "`rm -rf`.md",
    ),
    *(
        "<script>alert(1)</script>.md",
        '"><img src=x onerror=alert(1)>.md',
        "../../etc/passwd.md",
        "C:\\con\\aux.md",
        "\u2067\u202ertl.md",
    ),
    *(
        "[1].md",
        "a\u200bb\ufeff.md",
        "x" * 500 + ".md",
        " .md",
        "…\u2028b.md",
        "{{7*7}}$x %s.md",
        "\U000e0041tag.md",
    ),
)


def written(reply: Reply) -> dict[str, str]:
    """Return what each face gets, as text."""
    texts, out = Texts.load(), io.StringIO()
    terminal.draw(reply, Console(file=out, width=400, color_system=None))
    page = Page(texts, "ja", place_at("/knowledge"))
    turn = Article("1", "q", "2026-01-01T00:00:00", reply)
    return {
        "slack": json.dumps(
            [slack(reply, texts, "ja", level) for level in range(4)], ensure_ascii=False
        ),
        "teams": json.dumps(activities(reply, "ja", texts), ensure_ascii=False),
        "web": page.article(turn) + page.drawers(turn),
        "terminal": out.getvalue(),
    }


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        links = [value or "" for name, value in attrs if name in ("href", "src")]
        if (
            tag in ("script", "img", "at")
            or any("evil" in link for link in links)
            or any(n.startswith("on") for n, _ in attrs)
        ):
            self.bad.append(tag)


@pytest.mark.asyncio(loop_scope="module")
async def test_no_name_does_anything_on_any_face(talk: Talk, shared: Path) -> None:
    known = [row["name"] for row in json.loads((shared / "documents" / "names.json").read_text())]
    names = (*NAMES, *known)
    replies: list[Reply] = []
    for start in range(0, len(names), 10):
        batch = names[start : start + 10]
        files = [
            file(name, f"本文その{start + n}。決まりを守ること。") for n, name in enumerate(batch)
        ]
        said = await talk.all(Upload(tuple(files)))
        replies += [said[0], said[-1]]
    for page in range(1, 6):
        replies.append(await talk(Press("document.list", {"page": page})))
    documents = [
        d
        for d in await (await talk.application.library()).documents()
        if d.metadata.owner.startswith("slack:")
    ]
    for document in documents[::4]:
        replies.append(await talk(Press("document.open", {"d": document.id})))
        replies.append(
            await talk(Press("document.report", {"d": document.id, "v": document.versions[0].id}))
        )
    replies.append(await talk(Press("document.audit")))

    assert len(documents) == len(names)
    for reply in replies:
        for face, text in written(reply).items():
            hidden = [
                c for c in text if unicodedata.category(c) in ("Cf", "Cc", "Zl", "Zp") and c != "\n"
            ]
            assert hidden == [], (face, hidden)
            assert "evil.example/" not in text, face
            assert "//evil" not in text, face
            if face == "slack":
                assert not re.search(r"<[!@#h]", text), text[:300]
            if face == "teams":
                assert "](" not in text
                assert "<at>" not in text
            if face == "web":
                tags = Tags()
                tags.feed(text)
                assert tags.bad == []
    originals = [p.name for p in (talk.application.settings.data / "originals").iterdir()]
    assert all(re.fullmatch(r"[0-9a-f]{32}", name) for name in originals)


@pytest.mark.parametrize("name", NAMES)
def test_a_shown_name_is_one_short_line(name: str) -> None:
    seen = display(name)
    assert 0 < len(seen) <= LONGEST
    assert "\n" not in seen
    assert display("規程(最終版)_v2.1.docx") == "規程(最終版)_v2.1.docx"


@pytest.mark.asyncio(loop_scope="module")
async def test_a_name_is_found_by_its_words(talk: Talk) -> None:
    await talk(Upload((file("ガイドライン.txt", "半角の名前の資料です。決まりを守ること。"),)))
    assert "ガイドライン" in (await talk(Command("documents", "ガイド"))).text
