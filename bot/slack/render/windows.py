"""
Windows of one person: modals and the home tab. Slack draws classic blocks there, and alerts in
modals.
"""

import json
from collections.abc import Mapping

from bot.headings import said_once
from bot.slack.render.ask import in_window
from bot.slack.render.classic import Classic
from bot.slack.render.elements import Json, plain_text, section, sections
from bot.slack.render.limits import ALERT, MODAL_TITLE, PRIVATE_METADATA, SECTION, VIEW_BLOCKS
from bot.slack.render.text import escape, mrkdwn, pieces, plain
from handlers.conversation import Paragraph, Reply
from handlers.texts import Texts
from knowledge.values import Language

PLAIN = "window"  # callback id of a window that asks nothing


class Modal(Classic):
    def paragraph(self, block: Paragraph) -> list[Json]:
        text = mrkdwn(block.text)
        if block.tone not in ("warning", "bad") or len(text) > ALERT:
            return super().paragraph(block)
        level = "warning" if block.tone == "warning" else "error"
        return [{"type": "alert", "level": level, "text": {"type": "mrkdwn", "text": text}}]


def modal(
    reply: Reply, texts: Texts, language: Language, origin: tuple[str, str], *, alerts: bool = True
) -> Json:
    """
    Return a modal of the reply, a form where it asks something. `origin` is the channel and thread
    it was opened from.

    `alerts` False draws classic blocks alone.
    """
    drawer = Modal(texts, language) if alerts else Classic(texts, language)
    ask = reply.ask
    title = ask.title if ask else reply.title
    blocks = drawer.blocks(said_once(reply.blocks, title))
    if ask:
        blocks += in_window(ask, drawer)
    memory = {"c": origin[0], "t": origin[1], "l": language}
    view: Json = {"type": "modal", "blocks": (blocks or sections(reply.text))[:VIEW_BLOCKS]}
    if ask is None:
        return view | {
            "callback_id": PLAIN,
            "title": plain_text(reply.title or drawer.say("window"), MODAL_TITLE),
            "close": plain_text(drawer.say("close"), MODAL_TITLE),
            "private_metadata": _packed(memory),
        }
    title, stop = ask.title, ask.stop
    if ask.step:
        title = f"{ask.title} {ask.step}/{ask.of}"
        stop = drawer.say("pause")
    return view | {
        "callback_id": ask.form,
        "title": plain_text(title, MODAL_TITLE),
        "submit": plain_text(ask.submit, MODAL_TITLE),
        "close": plain_text(stop, MODAL_TITLE),
        "private_metadata": _packed({**memory, "s": dict(ask.state), "e": ask.required_error}),
    }


def skeleton(texts: Texts, language: Language, origin: tuple[str, str]) -> Json:
    """
    Return what stands in a window until its content is there; a trigger opens one within three
    seconds only.
    """
    return _notice("loading", texts, language, origin)


def received(texts: Texts, language: Language) -> Json:
    """Return what a form of files turns into; the work goes on in the direct messages."""
    return _notice("received", texts, language, ("", ""))


def home(reply: Reply, texts: Texts, language: Language) -> Json:
    said = pieces(plain(reply.text), escape, SECTION)
    blocks = Classic(texts, language).blocks(reply.blocks) or [section(piece) for piece in said]
    return {"type": "home", "callback_id": "home", "blocks": blocks[:VIEW_BLOCKS]}


def _notice(name: str, texts: Texts, language: Language, origin: tuple[str, str]) -> Json:
    return modal(Reply(texts.say(f"slack.{name}", language)), texts, language, origin)


def _packed(memory: Mapping[str, object]) -> str:
    """
    Return what the window keeps for us.

    Raises:
        ValueError: it is longer than Slack keeps.
    """
    packed = json.dumps(memory, ensure_ascii=False, separators=(",", ":"))
    if len(packed) > PRIVATE_METADATA:
        length = f"{len(packed)} characters; at most {PRIVATE_METADATA} are kept"
        raise ValueError(f"a window carries {length}")
    return packed
