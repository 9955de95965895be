"""
A whole reply as messages. Level 0 is Slack's newest blocks, then classic ones with a table, then
classic ones alone, then text.

A reply longer than one message may be goes on in the next: blocks are kept whole, and long text was
cut between its sentences.
"""

from bot.slack.payload import PANEL
from bot.slack.render.ask import in_message, in_text
from bot.slack.render.classic import Classic
from bot.slack.render.elements import Json, context, section, size, words
from bot.slack.render.limits import MESSAGE_BLOCKS, MESSAGE_CHARS, MESSAGE_TEXT, PARTS
from bot.slack.render.native import Native
from bot.slack.render.tabled import Tabled
from bot.slack.render.text import called, cut, escape, mentioning, mrkdwn, pieces, plain
from handlers.conversation import Reply
from handlers.texts import Texts
from knowledge.values import Language

LEVELS: tuple[type[Classic], ...] = (Native, Tabled, Classic)
TEXT = len(LEVELS)  # the level without blocks
QUIET = {"unfurl_links": False, "unfurl_media": False}  # nothing in an answer opens a preview


def messages(reply: Reply, texts: Texts, language: Language, level: int) -> tuple[Json, ...]:
    """
    Return what chat.postMessage takes beside channel and thread: one message, or more where one
    cannot hold it.
    """
    text = reply.text + in_text(reply.ask) if reply.ask else reply.text
    if level >= TEXT:
        segments = pieces(text, mrkdwn, MESSAGE_TEXT)[:PARTS] or ["–"]
        return tuple({"text": piece, "blocks": [], **QUIET} for piece in segments)
    drawer = LEVELS[level](texts, language)
    blocks = []
    drawn = drawer.reply(reply.blocks)
    blocks += mentioning(drawn, reply.calls)
    if reply.calls and blocks == drawn and called(reply.calls):
        blocks.insert(0, section(called(reply.calls)))
    if reply.ask:
        blocks += in_message(reply.ask, drawer)
    if reply.panel:
        _mark_panel(blocks)
    parts = _packed(blocks)
    if len(parts) > PARTS:
        parts = [*parts[:PARTS], [context(drawer.say("too_long"))]]
    whole = cut(escape(plain(text)), MESSAGE_TEXT) or "–"
    first, *rest = parts or [[]]
    result = [{"text": whole, "blocks": first, **QUIET}]
    for part in rest:
        summary = cut(" ".join(words(part)), MESSAGE_TEXT)
        result.append({"text": summary, "blocks": part, **QUIET})
    return tuple(result)


def _mark_panel(blocks: list[Json]) -> None:
    """Name the blocks of buttons so that a press tells that it was on a panel."""
    for number, block in enumerate(blocks):
        if block["type"] == "actions":
            block["block_id"] = f"{PANEL}:{number}"


def _packed(blocks: list[Json]) -> list[list[Json]]:
    parts: list[list[Json]] = []
    used = 0
    for block in blocks:
        if not parts or len(parts[-1]) == MESSAGE_BLOCKS or used + size(block) > MESSAGE_CHARS:
            parts.append([])
            used = 0
        parts[-1].append(block)
        used += size(block)
    return parts
