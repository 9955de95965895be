"""Hostile text by every way in: question, file name, document, error, name, filter, button. It is shown, and nothing runs."""

import pytest

from bot.web.settings import Passwords
from handlers.conversation import (
    Button,
    Buttons,
    Column,
    Command,
    Details,
    Paragraph,
    Press,
    Reply,
    Source,
    Sources,
    Table,
    Text,
    Upload,
)
from tests.bot.web.audit import audit

PUBLIC = "https://bot.example.com"
PAYLOADS = (
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script src=//evil.example/x.js></script>",
    "<script/x>alert(1)</script>",
    "</script><script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</option></select><img src=x onerror=alert(1)>",
    "</template><img src=x onerror=alert(1)>",
    "</noscript><img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert`1`>",
    "<img/src=x/onerror=alert(1)>",
    "<img src=x:alert(alt) onerror=eval(src) alt=0>",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)></style></mglyph></math>",
    "<iframe src=javascript:alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<body onload=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<select autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href=&#106;avascript:alert(1)>x</a>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css'</style>",
    "<div style=background:url(//evil.example)>",
    '" onmouseover=alert(1) x="',
    "' onmouseover=alert(1) x='",
    "` onmouseover=alert(1)",
    '" autofocus onfocus=alert(1) x="',
    '" style="x:expression(alert(1))',
    '"></button><img src=x onerror=alert(1)>',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\\u003cscript\\u003ealert(1)",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "![x](//evil.example/x.png)",
    "**<img src=x onerror=alert(1)>**",
    "- <img src=x onerror=alert(1)>",
    "1. <svg onload=alert(1)>",
    "[1]<script>alert(1)</script>",
    "{{ 7*7 }}{% for x in [] %}",
    "${alert(1)}",
    "＜script＞alert(1)＜/script＞",
    "\u2028<script>alert(1)</script>",
    "\u202e<img src=x onerror=alert(1)>",
    "<<script>alert(1)//<</script>",
    "<img src=x one\x00rror=alert(1)>",
)


async def hostile(message):
    """Say back what came in, in every block that shows text of others."""
    match message.content:
        case Text(text) | Command(_, text):
            source = Source(1, text, text, text, text, text, text, url=text, owner=text, stale=True)
            table = Table(text, (Column(text), Column(text, "number")), ((text, text),))
            said = (
                Paragraph(text, "answer"),
                Paragraph(text, "bad"),
                Paragraph(text, "code"),
                Details(text, (Paragraph(text),)),
            )
            way = Buttons(
                (
                    Button(text, Press("x.y", {"d": text}), url=text),
                    Button(text, Press(text, {text: text})),
                ),
                label=text,
            )
            yield Reply(text, (*said, table, Sources((source,), text), way), title=text)
        case Upload(files):
            yield Reply(
                f"{files[0].name} は読めません。",
                (Paragraph(f"{files[0].name} は読めません。", "bad"),),
            )
        case Press(action):
            yield Reply(f"{action} は今は使えません。")
        case _:
            yield Reply("ほか")


@pytest.fixture
async def client(page):
    async with page(
        hostile, base=PUBLIC, public_url=PUBLIC, passwords=Passwords("", "admin-admin-2")
    ) as opened:
        yield opened


async def test_nothing_that_people_or_documents_say_runs(client):
    for payload in PAYLOADS:
        named = payload.replace("\x00", "")
        await client.post("/signin", data={"password": "admin-admin-2", "name": payload})
        spot = {"_page": payload, "_turn": payload}
        pages = {
            "question": await client.post("/ask", data={"q": payload}, follow_redirects=True),
            "button": await client.post(
                "/press", data={"action": payload, "label": payload} | spot, follow_redirects=True
            ),
            "form": await client.post(
                "/form",
                data={"_form": payload, "x": payload, f"_said:x:{payload}": payload},
                follow_redirects=True,
            ),
            "file": await client.post(
                "/upload",
                files={"files": (named, b"x")},
                data={"_page": "/knowledge"},
                follow_redirects=True,
            ),
            "filter": await client.get(
                "/knowledge", params={"q": payload, "state": payload, "page": payload}
            ),
        }

        for way, told in pages.items():
            assert told.status_code == 200, (way, payload)
            assert audit(told.text) == [], (way, payload)


def test_the_audit_sees_what_runs():
    bad = [
        p
        for p in PAYLOADS
        if p.startswith(("<img", "<svg", "<script", "<iframe", "<body", "<a href=j"))
        and "\x00" not in p
        and p[4] != "/"
    ]

    assert all(audit(p) for p in bad)
    assert len(PAYLOADS) * 5 >= 200
