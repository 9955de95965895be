"""
The twelve scenes of a chat as people see them: adaptive cards drawn by Microsoft's own renderer, Slack's blocks by a preview
after Block Kit's.

`python -m tests.browser.chat_pictures FOLDER ADAPTIVECARDS` writes a picture for each scene, language and platform.
ADAPTIVECARDS is `adaptivecards.min.js` of the npm package of that name (`npm install adaptivecards@3`); it needs the system's
Chromium.
"""

import asyncio
import json
import re
import shutil
import sys
import tempfile
from html import escape
from pathlib import Path

from playwright.sync_api import sync_playwright

from bot.service.application import Application
from bot.settings import load
from bot.slack.render.messages import messages
from bot.slack.render.windows import modal
from bot.teams.render import activities
from handlers.texts import Texts
from tests.bot.chat_scenes import scenes
from tests.browser.conftest import FLAGS

WIDTH = {"slack": 720, "teams": 640}  # CSS pixels
STYLE = """
body{margin:0;padding:20px;font:15px/1.47 "Lato","Noto Sans CJK JP","Noto Sans",sans-serif;color:#1d1c1d;background:#fff}
.b{margin:6px 0}.h{font-size:18px;font-weight:800}.c{font-size:12px;color:#616061}hr{border:0;border-top:1px solid #ddd}
.f{display:grid;grid-template-columns:1fr 1fr;gap:8px}.x{float:right;margin-left:12px}
button,select{font:700 13px inherit;border:1px solid #bbb;border-radius:6px;background:#fff;padding:5px 11px;margin:2px 6px 2px 0}
.primary{background:#007a5a;color:#fff;border-color:#007a5a}.danger{color:#e01e5a;border-color:#e01e5a}
table{border-collapse:collapse;font-size:13px}td{border:1px solid #ddd;padding:5px 8px;vertical-align:top}
code{background:#f5f5f5;border:1px solid #ddd;border-radius:3px;color:#c01343;padding:1px 3px;font-size:12px}
blockquote{border-left:4px solid #ddd;margin:4px 0;padding-left:12px}label{display:block;font-weight:700;margin-top:8px}
input,textarea{width:95%;border:1px solid #999;border-radius:5px;padding:7px}.box{border:1px solid #ddd;border-radius:8px;padding:10px}
"""
TEAMS = {
    "fontFamily": '"Segoe UI","Noto Sans CJK JP","Noto Sans",sans-serif',
    "spacing": {
        "small": 4,
        "default": 8,
        "medium": 12,
        "large": 16,
        "extraLarge": 24,
        "padding": 16,
    },
    "separator": {"lineThickness": 1, "lineColor": "#e1dfdd"},
    "fontSizes": {"small": 12, "default": 14, "medium": 16, "large": 20, "extraLarge": 24},
    "actions": {
        "maxActions": 6,
        "buttonSpacing": 8,
        "actionsOrientation": "horizontal",
        "actionAlignment": "left",
    },
    "containerStyles": {
        "default": {
            "backgroundColor": "#ffffff",
            "foregroundColors": {
                "default": {"default": "#242424", "subtle": "#616161"},
                "accent": {"default": "#5b5fc7"},
                "attention": {"default": "#c4314b"},
                "good": {"default": "#237b4b"},
                "warning": {"default": "#835c00"},
            },
        },
        "emphasis": {
            "backgroundColor": "#f5f5f5",
            "foregroundColors": {"default": {"default": "#242424", "subtle": "#616161"}},
        },
    },
    "supportsInteractivity": True,
}


for style, colour in (
    ("good", "#dff6dd"),
    ("accent", "#e8ebfa"),
    ("attention", "#fde7e9"),
    ("warning", "#fff4ce"),
):
    TEAMS["containerStyles"][style] = {
        **TEAMS["containerStyles"]["emphasis"],
        "backgroundColor": colour,
    }


def mrkdwn(text: str) -> str:
    """Draw Slack's markup."""
    drawn = re.sub(r"<(https?:[^|>]+)\|([^>]+)>", r'<a href="\1">\2</a>', text)
    drawn = re.sub(r"<(https?:[^>]+)>", r'<a href="\1">\1</a>', drawn)
    drawn = re.sub(r"<@(\w+)>", r"<b>@\1</b>", drawn)
    drawn = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", drawn)
    drawn = re.sub(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])", r"<b>\1</b>", drawn)
    drawn = re.sub(r"(?<![\w_])_([^_\n]+)_(?![\w_])", r"<i>\1</i>", drawn)
    drawn = re.sub(r"(?m)^(?:&gt;|>) ?(.*)$", r"<blockquote>\1</blockquote>", drawn)
    return drawn.replace("\n", "<br>")


def markdown(text: str) -> str:
    """Draw what a markdown block holds, as far as we write it."""
    drawn = escape(text, quote=False)
    drawn = re.sub(
        r"\[((?:\[[^\]]*\]|[^\[\]\\]|\\.)+)\]\((https?:[^)]+)\)", r'<a href="\2">\1</a>', drawn
    )
    drawn = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", drawn)
    drawn = re.sub(r"(?m)^#+ (.*)$", r'<span class="h">\1</span>', drawn)
    drawn = re.sub(r"(?m)^(?:&gt;|>) ?(.*)$", r"<blockquote>\1</blockquote>", drawn)
    drawn = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", drawn)
    drawn = re.sub(r"\\([\\`*_{}\[\]()#+\-.!>~|])", r"\1", drawn)
    return drawn.replace("\n", "<br>")


def text_of(part: object) -> str:
    if not isinstance(part, dict):
        return escape(str(part or ""))
    if part.get("type") == "mrkdwn":
        return mrkdwn(part["text"])
    return escape(
        part.get("text", "") if isinstance(part.get("text"), str) else text_of(part.get("text"))
    )


def rich(part: object) -> str:
    """Draw rich text, as far as we write it."""
    if isinstance(part, list):
        return "".join(map(rich, part))
    if not isinstance(part, dict):
        return ""
    inner = rich(part.get("elements", []))
    match part.get("type"):
        case "text":
            style = part.get("style", {})
            word = escape(part["text"]).replace("\n", "<br>")
            return f"<b>{word}</b>" if style.get("bold") else word
        case "link":
            return f'<a href="{escape(part["url"])}">{escape(part.get("text", part["url"]))}</a>'
        case "rich_text_quote":
            return f"<blockquote>{inner}</blockquote>"
        case "rich_text_list":
            rows = "".join(f"<li>{rich(row)}</li>" for row in part["elements"])
            return f"<ul>{rows}</ul>"
    return f"<div>{inner}</div>"


def element(part: dict) -> str:
    match part["type"]:
        case "button":
            return f'<button class="{part.get("style", "")}">{text_of(part["text"])}</button>'
        case "overflow":
            options = "".join(f"<div>{text_of(option['text'])}</div>" for option in part["options"])
            return f'<button>⋯</button><div class="box c">{options}</div>'
        case "static_select" | "multi_static_select" | "external_select":
            options = part.get("options", [])
            first = (
                part.get("initial_option", {}).get("text")
                or part.get("placeholder")
                or options[0]["text"]
            )
            return f"<select><option>{text_of(first)} ({len(options)})</option></select>"
        case "radio_buttons" | "checkboxes":
            rows = []
            for option in part["options"]:
                hint = (
                    f'<div class="c">{text_of(option["description"])}</div>'
                    if "description" in option
                    else ""
                )
                rows.append(f"<div>○ {text_of(option['text'])}{hint}</div>")
            return "".join(rows)
        case "feedback_buttons":
            return f"<button>👍 {text_of(part['positive_button']['text'])}</button><button>👎 {text_of(part['negative_button']['text'])}</button>"
        case "plain_text_input":
            return (
                f"<textarea>{text_of(part.get('placeholder'))}</textarea>"
                if part.get("multiline")
                else "<input>"
            )
        case "mrkdwn" | "plain_text":
            return text_of(part) + " "
        case other:
            return f"<code>{escape(other)}</code>"


def cell(part: dict) -> str:
    return rich(part.get("elements", [])) if part.get("type") == "rich_text" else text_of(part)


def block(part: dict) -> str:
    match part["type"]:
        case "header":
            return f'<div class="b h">{text_of(part["text"])}</div>'
        case "divider":
            return "<hr>"
        case "section":
            beside = (
                f'<span class="x">{element(part["accessory"])}</span>'
                if "accessory" in part
                else ""
            )
            fields = "".join(f"<div>{text_of(field)}</div>" for field in part.get("fields", []))
            grid = f'<div class="f">{fields}</div>' if fields else ""
            return f'<div class="b">{beside}{text_of(part.get("text"))}{grid}</div>'
        case "context":
            return f'<div class="b c">{"".join(map(element, part["elements"]))}</div>'
        case "actions" | "context_actions":
            return f'<div class="b">{"".join(map(element, part["elements"]))}</div>'
        case "markdown":
            return f'<div class="b">{markdown(part["text"])}</div>'
        case "rich_text":
            return f'<div class="b">{rich(part["elements"])}</div>'
        case "table":
            rows = "".join(
                "<tr>" + "".join(f"<td>{cell(c)}</td>" for c in row) + "</tr>"
                for row in part["rows"]
            )
            return f'<table class="b">{rows}</table>'
        case "data_table":
            rows = "".join(
                "<tr>" + "".join(f"<td>{cell(c)}</td>" for c in row) + "</tr>"
                for row in part.get("rows", [])
            )
            return f'<div class="b">{text_of(part.get("caption"))}<table>{rows}</table></div>'
        case "input":
            hint = f'<div class="c">{text_of(part["hint"])}</div>' if "hint" in part else ""
            return f"<label>{text_of(part['label'])}</label>{element(part['element'])}{hint}"
        case "container":
            inner = "".join(map(block, part["child_blocks"]))
            mark = "▸" if part.get("default_collapsed") else "▾"
            shown = "" if part.get("default_collapsed") else inner
            return f'<div class="b box"><b>{mark} {text_of(part["title"])}</b>{shown}</div>'
        case "data_visualization":
            rows = part["chart"]["series"][0]["data"]
            most = max([abs(row["value"]) for row in rows] or [1]) or 1
            bars = "".join(
                f'<tr><td>{escape(row["label"])}</td><td><div style="background:#36c5f0;height:10px;width:{max(row["value"], 0) / most * 200:.0f}px"></div>{row["value"]}</td></tr>'
                for row in rows
            )
            return f'<div class="b box"><b>{escape(str(part.get("title", "")))}</b><table>{bars}</table></div>'
        case "alert":
            return f'<div class="b box">{text_of(part.get("text"))}</div>'
        case "task_card":
            return f'<div class="b box">✓ {escape(str(part.get("title", "")))} {rich(part.get("output"))}</div>'
        case other:
            inner = json.dumps(part, ensure_ascii=False)[:400]
            return f'<div class="b box"><code>{escape(other)}</code> {escape(inner)}</div>'


def slack_page(reply, texts: Texts, language) -> str:
    if (reply.ask is not None and not reply.ask.step) or reply.title:
        view = modal(reply, texts, language, ("C1", ""))
        drawn = "".join(map(block, view["blocks"]))
        return f'<style>{STYLE}</style><div class="box"><div class="h">{text_of(view["title"])}</div>{drawn}</div>'
    parts = []
    for content in messages(reply, texts, language, 0):
        parts.append("".join(map(block, content["blocks"])) or mrkdwn(content["text"]))
    return f"<style>{STYLE}</style><b>llm-choose</b> <span class=c>APP 10:24</span>" + "<hr>".join(
        parts
    )


def teams_page(reply, texts: Texts, language, script: str) -> str:
    drawn = []
    for activity in activities(reply, language, texts):
        cards = [a["content"] for a in activity.get("attachments", []) if "content" in a]
        drawn.append({"text": activity.get("text", ""), "cards": cards})
    data = json.dumps(drawn, ensure_ascii=False).replace("</", "<\\/")
    return f"""<style>body{{margin:0;padding:20px;background:#f5f5f5;font:14px/1.4 "Segoe UI","Noto Sans CJK JP",sans-serif}}
.m,.ac-adaptiveCard{{background:#fff;border-radius:6px;margin-bottom:8px}}.m{{padding:10px 14px;white-space:pre-wrap}}
.ac-pushButton{{border:1px solid #d1d1d1;border-radius:4px;background:#fff;padding:6px 12px;font-weight:600}}</style><div id=all></div>
<script>{script}</script><script>for (const one of {data}) {{
 if (one.text) {{ const p = document.createElement('div'); p.className = 'm'; p.textContent = one.text; all.append(p); }}
 for (const card of one.cards) {{ const c = new AdaptiveCards.AdaptiveCard(); c.hostConfig = new AdaptiveCards.HostConfig({json.dumps(TEAMS)});
  AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {{ result.outputHtml = text.replace(/&/g,'&amp;').replace(/</g,'&lt;')
   .replace(/\\*\\*(.+?)\\*\\*/g,'<b>$1</b>').replace(/\\[(.+?)\\]\\((.+?)\\)/g,'<a href="$2">$1</a>').replace(/\\\\([\\\\`*_{{}}\\[\\]()#+.!>~|-])/g,'$1').replace(/\\n/g,'<br>'); result.didProcess = true; }};
  c.parse(card); all.append(c.render()); }} }}</script>"""


async def _shown(folder: Path) -> dict:
    async with Application(load({}, data=str(folder))) as application:
        await application.answers()
        return {language: await scenes(application, language) for language in ("ja", "en")}


def main(folder: Path, script: str) -> None:
    """Draw every scene."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        shown = asyncio.run(_shown(Path(data)))
    texts = Texts.load()
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        for platform, width in WIDTH.items():
            page = browser.new_page(viewport={"width": width, "height": 400})
            for language, replies in shown.items():
                for name, reply in replies.items():
                    if platform == "slack":
                        page.set_content(slack_page(reply, texts, language))
                    else:
                        page.set_content(teams_page(reply, texts, language, script))
                    page.screenshot(
                        path=folder / f"{name}.{language}.{platform}.png", full_page=True
                    )
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]).read_text(encoding="utf-8"))
