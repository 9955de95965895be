"""
The translator outward: a `Reply` in, Teams activities out, as plain dicts. Pure.

Teams splits one activity with text and a card into two messages and then returns no id to update;
so an answer is two activities from the start: the words (citations, AI label, thumbs), which the
placeholder becomes, and the card below them.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, Literal
from urllib.parse import quote

from bot.teams import asks
from bot.teams.card import CARD, SCHEMA, Board, size
from bot.teams.citations import entity
from bot.teams.frame import OWN, Consent, carried_in
from bot.teams.text import Element, block_text, cut, escaped, fit, lines, marked
from handlers.conversation import (
    Attachment,
    Block,
    Buttons,
    Details,
    Feedback,
    Heading,
    Paragraph,
    Reply,
    Sources,
    Steps,
)
from handlers.questions.feedback import REASONS
from handlers.texts import Texts
from knowledge.values import Language

SUMMARY = 300  # characters of a notification
FALLBACK_TEXT = 1000  # characters
MESSAGE = 80 * 1024  # bytes of UTF-16 a whole message may take
TEXT = 60_000  # bytes of UTF-16 of its text, with room for citations
INFORMATIVE = 1000  # characters of a streamed status
CHAT = "https://teams.microsoft.com/l/chat/0/0"
CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"

Owned = Literal["", "all", "beside the run"]  # which buttons of a card are seen by one person alone

_LOCALES = {"ja": "ja-JP", "en": "en-US"}
_MARKS = {"complete": "✓", "in_progress": "▶", "pending": "○", "error": "✕"}


def activities(reply: Reply, language: Language, texts: Texts) -> list[Element]:
    """Return the activities that show the reply, in order; each is one message on the screen."""
    if reply.calls:  # a mention needs a member's name, which a setting does not know
        called = texts.say("teams.called", language, who=", ".join(reply.calls))
        reply = replace(
            reply,
            calls=(),
            blocks=(*(reply.blocks or (Paragraph(reply.text),)), Paragraph(called, "quiet")),
        )
    if (
        not reply.final
        and all(isinstance(block, Steps) for block in reply.blocks)
        and reply.ask is None
    ):
        return [placeholder(reply)]
    if not reply.blocks and reply.ask is None:
        return [
            _message(language, textFormat="markdown", text=fit(lines(marked(reply.text)), TEXT))
        ]
    return _shown(reply, language, texts)


def ending(reply: Reply, language: Language, texts: Texts) -> list[Element]:
    """
    Return the activities that end a stream: the first is a text, since a stream begins as one.

    A reply that is a card alone gives its first line to the text, and does not say it again as its
    heading.
    """
    shown = activities(reply, language, texts)
    if "text" in shown[0]:
        return shown
    line = _first(reply.text)
    heads = (
        reply.blocks[:1]
        if reply.blocks and isinstance(reply.blocks[0], Heading) and reply.blocks[0].text == line
        else ()
    )
    rest = replace(reply, blocks=reply.blocks[len(heads) :])
    return [said(cut(line, SUMMARY), language), *activities(rest, language, texts)]


def said(text: str, language: Language) -> Element:
    """Return one sentence as a message."""
    return _message(language, textFormat="markdown", text=marked(text))


def placeholder(reply: Reply) -> Element:
    """Return a text message with the steps so far."""
    steps = [step for block in reply.blocks if isinstance(block, Steps) for step in block.items]
    rows = "\n".join(
        f"- {_MARKS[s.status]} {marked(s.title)}" + (f": {escaped(s.output)}" if s.output else "")
        for s in steps
    )
    text = marked(reply.text) + (f"\n\n{rows}" if rows else "")
    return {"type": "message", "textFormat": "markdown", "text": fit(text, TEXT)}


def streamed(reply: Reply) -> str:
    """Return the words of a reply that is still growing, "" where it has none yet."""
    answer = _answer(reply)
    return _paragraphs(answer.text) if answer else ""


def growing(words: str, sequence: int) -> Element:
    """Return the words so far of a stream in a personal chat."""
    stream = {"type": "streaminfo", "streamType": "streaming", "streamSequence": sequence}
    return {"type": "typing", "textFormat": "markdown", "text": words, "entities": [stream]}


def informative(reply: Reply, sequence: int = 1) -> Element:
    """Return the status line that opens a stream in a personal chat."""
    stream = {"type": "streaminfo", "streamType": "informative", "streamSequence": sequence}
    return {"type": "typing", "text": cut(reply.text, INFORMATIVE), "entities": [stream]}


def text_only(reply: Reply, language: Language, texts: Texts, to: str) -> Element:
    """
    Return the reply without any card, for clients and services that refuse it; follow-ups become
    suggested actions.
    """
    answer = _answer(reply)
    words = (
        _words(reply, answer, language)
        if answer
        else _message(language, textFormat="markdown", text=lines(marked(reply.text)))
    )
    notes = [
        b.text for b in reply.blocks if isinstance(b, Paragraph) and b.tone in ("quiet", "warning")
    ]
    plain = str(words["text"]).replace("**", "")
    words["text"] = fit(
        "\n\n".join(filter(None, [plain, " / ".join(notes) if answer else ""])), TEXT
    )
    follow = [
        b
        for row in reply.blocks
        if isinstance(row, Buttons) and row.row == "followup"
        for b in row.items
    ]
    if follow:
        offers = [{"type": "imBack", "title": b.label, "value": b.label} for b in follow]
        words["suggestedActions"] = {"to": [to], "actions": offers}
    return words | _thumbs(reply)


def channel_base(reply: Reply, language: Language, texts: Texts, user: str) -> Element:
    """
    Return the card everybody in a channel sees while `user` answers; the client of `user` asks for
    their own view.
    """
    if reply.ask is None:
        raise ValueError("only an ask has a view of its own")
    board = Board(language, texts)
    card = _card(reply.ask.text, asks.base(reply.ask, board), language) | {
        "refresh": asks.refresh(reply.ask, board, user)
    }
    return _message(language, summary=cut(reply.ask.others, SUMMARY), attachments=[_attached(card)])


def kept_private(name: str, run: Element, language: Language, texts: Texts, user: str) -> Element:
    """Return the card everybody in a channel sees in the place of what only `user` may read."""
    board = Board(language, texts)
    text = texts.say("teams.kept_private", language, name=name)
    look = asks.look("choose", board.say("open_own"), run)
    card = _card(
        text, [block_text(marked(text)), {"type": "ActionSet", "actions": [look]}], language
    )
    return _message(
        language,
        summary=cut(text, SUMMARY),
        attachments=[_attached(card | {"refresh": {"action": look, "userIds": [user]}})],
    )


def view(
    reply: Reply,
    language: Language,
    texts: Texts,
    run: Element | None = None,
    user: str = "",
    *,
    among_others: bool = False,
) -> Element:
    """
    Return the invoke response that shows the reply as a card in the place of the one that was
    pressed.

    With a `user` the card is their own view of a run in a channel, and their client asks for it
    anew when it is out of date. `among_others` says that the presser alone sees it, so that a press
    on it is known to be theirs alone.
    """
    board = Board(language, texts)
    if not reply.blocks and reply.ask is None:
        reply = replace(reply, blocks=(Paragraph(reply.text),))
    owned: Owned = "" if not among_others else "beside the run" if user and run else "all"
    card = _fitting(reply, board, owned)
    if user and reply.ask is not None:
        card["refresh"] = asks.refresh(reply.ask, board, user)
    elif user and run:
        card["refresh"] = {
            "action": asks.look("choose", board.say("open_own"), run),
            "userIds": [user],
        }
    return {"statusCode": 200, "type": CONTENT_TYPE, "value": card}


def again(card: Element) -> Element:
    """Return the invoke response that shows a card as it was."""
    return {"statusCode": 200, "type": CONTENT_TYPE, "value": card}


def whispered(reply: Reply, language: Language, texts: Texts) -> list[Element]:
    """
    Return the activities of a reply that one person alone sees among others; a press on them is
    known to be theirs alone.
    """
    return [_owned(activity, "all") for activity in activities(reply, language, texts)]


def notice(text: str) -> Element:
    """Return the invoke response that shows one sentence and leaves the card alone."""
    return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": text}


def feedback_form(language: Language, texts: Texts, *, liked: bool) -> Element:
    """
    Return the dialog that opens after a thumb was pressed: words for both, reasons for the thumb
    down.
    """
    board = Board(language, texts)
    title = texts.say("teams.feedback_title" if liked else "feedback.why", language)
    choices = [
        {"title": texts.say(f"feedback.{reason}", language), "value": reason} for reason in REASONS
    ]
    why = {
        "type": "Input.ChoiceSet",
        "id": "reason",
        "label": title,
        "style": "expanded",
        "wrap": True,
        "choices": choices,
    }
    comment = {
        "type": "Input.Text",
        "id": "comment",
        "label": board.say("feedback_comment"),
        "isMultiline": True,
    }
    send = {"type": "Action.Submit", "title": board.say("feedback_send")}
    card = _card(title, [comment] if liked else [why, comment], language) | {"actions": [send]}
    return {
        "task": {
            "type": "continue",
            "value": {"title": board.say("feedback_title"), "card": _attached(card)},
        }
    }


def consent(file: Attachment, token: str, language: Language, texts: Texts) -> Element:
    """Return the question Teams asks before a bot may put a file into somebody's OneDrive."""
    content = {
        "description": texts.say("teams.file_offer", language, file=file.name),
        "sizeInBytes": len(file.content),
        "acceptContext": {"file": token},
        "declineContext": {"file": token},
    }
    card = {
        "contentType": "application/vnd.microsoft.teams.card.file.consent",
        "name": file.name,
        "content": content,
    }
    return _message(language, attachments=[card])


def file_given(name: str, answer: Consent, language: Language) -> Element:
    """Return the card that opens a file that was handed over."""
    card = {
        "contentType": "application/vnd.microsoft.teams.card.file.info",
        "contentUrl": answer.content,
        "name": name,
        "content": {"uniqueId": answer.unique, "fileType": answer.kind},
    }
    return _message(language, attachments=[card])


def file_elsewhere(names: Sequence[str], language: Language, texts: Texts, bot: str) -> Element:
    """Say that files are handed over in the personal chat, and link to it."""
    return _pointing(
        texts.say("teams.file_elsewhere", language, files=", ".join(names)), language, texts, bot
    )


def no_files_here(language: Language, texts: Texts, bot: str) -> Element:
    """Say why a file sent in a channel does not reach us, and link to where it does."""
    return _pointing(texts.say("teams.no_files_here", language), language, texts, bot)


def elsewhere(language: Language, texts: Texts, bot: str) -> Element:
    """Say to everybody that a reply is for one person's eyes, and link to where it can be had."""
    return _pointing(texts.say("teams.private_elsewhere", language), language, texts, bot)


def for_others(reply: Reply, name: str, language: Language, texts: Texts) -> Element:
    """
    Return in words what everybody else sees in the place of what only the person called `name` may
    read.
    """
    if reply.ask is not None and reply.ask.others:
        return said(reply.ask.others, language)
    return said(texts.say("teams.kept_private", language, name=name), language)


def _pointing(text: str, language: Language, texts: Texts, bot: str) -> Element:
    chat = {
        "type": "Action.OpenUrl",
        "title": texts.say("teams.open_chat", language),
        "url": f"{CHAT}?users={quote(bot)}",
    }
    card = _card(
        text, [block_text(marked(text)), {"type": "ActionSet", "actions": [chat]}], language
    )
    return _message(language, summary=cut(text, SUMMARY), attachments=[_attached(card)])


def _shown(reply: Reply, language: Language, texts: Texts) -> list[Element]:
    answer = _answer(reply)
    thumbs = _thumbs(reply)
    if answer is None or reply.ask is not None:
        board = Board(language, texts)
        card = _attached(_fitting(reply, board))
        return [
            _message(language, summary=cut(_first(reply.text), SUMMARY), attachments=[card])
            | thumbs
        ]
    rest = tuple(block for block in reply.blocks if block is not answer)
    below = _below(replace(reply, blocks=rest), language, texts)
    return [_words(reply, answer, language) | thumbs, *below]


def _below(reply: Reply, language: Language, texts: Texts) -> list[Element]:
    """Return the card under the words of an answer; none where nothing is left to draw."""
    board = Board(language, texts)
    if not any(not isinstance(block, Feedback) for block in reply.blocks):
        return []
    sources = [s for block in reply.blocks if isinstance(block, Sources) for s in block.items]
    named = ", ".join(f"[{s.number}] {s.title} {s.place}" for s in sources)
    head = replace(reply, text=named or reply.text)
    summary = f"{board.say('sources')}: {named}" if named else _first(reply.text)
    return [
        _message(
            language, summary=cut(summary, SUMMARY), attachments=[_attached(_fitting(head, board))]
        )
    ]


def _words(reply: Reply, answer: Paragraph, language: Language) -> Element:
    """Return the answer as text with its sources as citations."""
    sources = [s for block in reply.blocks if isinstance(block, Sources) for s in block.items]
    return _message(
        language, textFormat="markdown", text=_paragraphs(answer.text), entities=[entity(sources)]
    )


def _paragraphs(text: str) -> str:
    """Citation marks in list items stay plain text in Teams, so items become paragraphs."""
    rows = (
        f"• {row[2:]}" if row.startswith("- ") else row for row in marked(text).splitlines() if row
    )
    return fit("\n\n".join(rows), TEXT)


def _fitting(reply: Reply, board: Board, owned: Owned = "") -> Element:
    """
    Draw the card; while it is too big leave out what is folded, from the last on, then the longest
    blocks, and say so.
    """
    blocks = list(reply.blocks)
    card: Element = _owned(_drawn(reply, blocks, board, shortened=False), owned)
    while size(card) > CARD and blocks:
        del blocks[_least(blocks)]
        card = _owned(_drawn(reply, blocks, board, shortened=True), owned)
    return card


def _owned(drawn: Any, owned: Owned) -> Any:
    """
    Mark the buttons of what one person alone sees; those of a run in its own view find their way by
    the run.
    """
    if not owned:
        return drawn
    if isinstance(drawn, list):
        return [_owned(element, owned) for element in drawn]
    if not isinstance(drawn, dict):
        return drawn
    marked_ = {
        name: value if name == "data" else _owned(value, owned) for name, value in drawn.items()
    }
    data = marked_.get("data")
    if isinstance(data, dict) and not (owned == "beside the run" and "rid" in carried_in(data)):
        marked_["data"] = data | {OWN: 1}
    return marked_


def _least(blocks: Sequence[Block]) -> int:
    """
    Return which block is left out first: buttons and sources stay as long as there is anything
    else.
    """
    folded = [i for i, block in enumerate(blocks) if isinstance(block, Details)]
    spare = [i for i, block in enumerate(blocks) if not isinstance(block, Buttons | Sources)]
    return (
        folded[-1]
        if folded
        else max(spare, key=lambda i: len(repr(blocks[i])), default=len(blocks) - 1)
    )


def _drawn(reply: Reply, blocks: Sequence[Block], board: Board, *, shortened: bool) -> Element:
    note = [block_text(board.say("shortened"), isSubtle=True, size="Small")] if shortened else []
    questions = asks.body(reply.ask, board) if reply.ask is not None else []
    return _card(reply.text, list(chain(board.draw(blocks), note, questions)), board.language)


def _card(text: str, body: list[Element], language: Language) -> Element:
    return {
        "type": "AdaptiveCard",
        "$schema": SCHEMA,
        "version": "1.5",  # Action.Execute asks for no other
        "lang": language,
        "fallbackText": cut(text, FALLBACK_TEXT),
        "msteams": {"width": "Full"},
        "body": body,
    }


def _message(language: Language, **fields: object) -> Element:
    return {"type": "message", "locale": _LOCALES[language], **fields}


def _attached(card: Element) -> Element:
    return {"contentType": CONTENT_TYPE, "content": card}


def _thumbs(reply: Reply) -> Element:
    has = any(isinstance(block, Feedback) for block in reply.blocks)
    return {"channelData": {"feedbackLoop": {"type": "custom"}}} if has else {}


def _answer(reply: Reply) -> Paragraph | None:
    return next((b for b in reply.blocks if isinstance(b, Paragraph) and b.tone == "answer"), None)


def _first(text: str) -> str:
    return text.split("\n", 1)[0]
