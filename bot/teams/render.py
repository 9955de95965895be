"""
The translator outward: a `Reply` in, Teams activities out, as plain dicts. Pure.

Teams splits one activity with text and a card into two messages and then returns no id to update; so an answer is two
activities from the start: the words (citations, AI label, thumbs), which the placeholder becomes, and the card below them.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from bot.teams import asks
from bot.teams.card import CARD, SCHEMA, Board, Element, block_text, cut, escaped, lines, marked, size
from handlers.conversation import (
    Attachment,
    Block,
    Buttons,
    Details,
    Feedback,
    Paragraph,
    Reply,
    Source,
    Sources,
    Steps,
)
from handlers.texts import Texts
from knowledge.values import Language

CITATIONS = 10  # more are refused with 400
CITATION_NAME = 80  # characters
CITATION_ABSTRACT = 160  # characters, never none
CITATION_KEYWORDS = 3
KEYWORD = 28  # characters
SUMMARY = 300  # characters of a notification
FALLBACK_TEXT = 1000  # characters
TEXT = 24_000  # characters of a message: 80 KB counted as UTF-16, with room for entities
INFORMATIVE = 1000  # characters of a streamed status
CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"

_LOCALES = {"ja": "ja-JP", "en": "en-US"}
_KINDS = {"pptx": "Microsoft PowerPoint", "deck": "Microsoft PowerPoint", "docx": "Microsoft Word", "pdf": "PDF"}
_MARKS = {"complete": "✓", "in_progress": "▶", "pending": "○", "error": "✕"}


def activities(reply: Reply, language: Language, texts: Texts) -> list[Element]:
    """Return the activities that show the reply, in order; each is one message on the screen."""
    if not reply.final and all(isinstance(block, Steps) for block in reply.blocks) and reply.ask is None:
        return [placeholder(reply)]
    if not reply.blocks and reply.ask is None:
        shown = [_message(language, textFormat="markdown", text=cut(lines(marked(reply.text)), TEXT))]
    else:
        shown = _shown(reply, language, texts)
    return [*shown, *(_handed_over(a, language, texts) for a in reply.attachments)]


def placeholder(reply: Reply) -> Element:
    """Return a text message with the steps so far."""
    steps = [step for block in reply.blocks if isinstance(block, Steps) for step in block.items]
    rows = "\n".join(f"- {_MARKS[s.status]} {marked(s.title)}" + (f": {escaped(s.output)}" if s.output else "") for s in steps)
    text = marked(reply.text) + (f"\n\n{rows}" if rows else "")
    return {"type": "message", "textFormat": "markdown", "text": cut(text, TEXT)}


def informative(reply: Reply, sequence: int = 1) -> Element:
    """Return the status line that opens a stream in a personal chat."""
    stream = {"type": "streaminfo", "streamType": "informative", "streamSequence": sequence}
    return {"type": "typing", "text": cut(reply.text, INFORMATIVE), "entities": [stream]}


def text_only(reply: Reply, language: Language, texts: Texts, to: str) -> Element:
    """Return the reply without any card, for clients and services that refuse it; follow-ups become suggested actions."""
    answer = _answer(reply)
    words = (
        _words(reply, answer, language) if answer else _message(language, textFormat="markdown", text=lines(marked(reply.text)))
    )
    notes = [b.text for b in reply.blocks if isinstance(b, Paragraph) and b.tone in ("quiet", "warning")]
    plain = str(words["text"]).replace("**", "")
    words["text"] = cut("\n\n".join(filter(None, [plain, " / ".join(notes) if answer else ""])), TEXT)
    follow = [b for row in reply.blocks if isinstance(row, Buttons) and row.row == "followup" for b in row.items]
    if follow:
        offers = [{"type": "imBack", "title": b.label, "value": b.label} for b in follow]
        words["suggestedActions"] = {"to": [to], "actions": offers}
    return words | _thumbs(reply)


def channel_base(reply: Reply, language: Language, texts: Texts, user: str) -> Element:
    """Return the card everybody in a channel sees while `user` answers; the client of `user` asks for their own view."""
    if reply.ask is None:
        raise ValueError("only an ask has a view of its own")
    board = Board(language, texts)
    card = _card(reply.ask.text, asks.base(reply.ask), language) | {"refresh": asks.refresh(reply.ask, board, user)}
    return _message(language, summary=cut(reply.ask.others, SUMMARY), attachments=[_attached(card)])


def view(reply: Reply, language: Language, texts: Texts, user: str = "") -> Element:
    """Return the invoke response that shows the reply as a card in the place of the one that was pressed."""
    board = Board(language, texts)
    card = _fitting(reply, board)
    if reply.ask is not None and user:
        card["refresh"] = asks.refresh(reply.ask, board, user)
    return {"statusCode": 200, "type": CONTENT_TYPE, "value": card}


def notice(text: str) -> Element:
    """Return the invoke response that shows one sentence and leaves the card alone."""
    return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": text}


def feedback_form(language: Language, texts: Texts) -> Element:
    """Return the dialog that opens after a thumb was pressed."""
    board = Board(language, texts)
    comment = {"type": "Input.Text", "id": "feedbackText", "label": board.say("feedback_comment"), "isMultiline": True}
    send = {"type": "Action.Submit", "title": board.say("feedback_send")}
    card = _card(board.say("feedback_title"), [comment], language) | {"actions": [send]}
    value = {"title": board.say("feedback_title"), "card": _attached(card)}
    return {"task": {"type": "continue", "value": value}}


def _shown(reply: Reply, language: Language, texts: Texts) -> list[Element]:
    answer = _answer(reply)
    thumbs = _thumbs(reply)
    if answer is None or reply.ask is not None:
        board = Board(language, texts)
        card = _attached(_fitting(reply, board))
        return [_message(language, summary=cut(_first(reply.text), SUMMARY), attachments=[card]) | thumbs]
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
    return [_message(language, summary=cut(summary, SUMMARY), attachments=[_attached(_fitting(head, board))])]


def _words(reply: Reply, answer: Paragraph, language: Language) -> Element:
    """Return the answer as text. Citation marks in list items stay plain text in Teams, so items become paragraphs."""
    rows = (f"• {row[2:]}" if row.startswith("- ") else row for row in marked(answer.text).splitlines() if row)
    sources = [s for block in reply.blocks if isinstance(block, Sources) for s in block.items]
    return _message(language, textFormat="markdown", text=cut("\n\n".join(rows), TEXT), entities=[_entity(sources)])


def _entity(sources: Sequence[Source]) -> Element:
    entity: Element = {
        "type": "https://schema.org/Message",
        "@type": "Message",
        "@context": "https://schema.org",
        "@id": "",
        "additionalType": ["AIGeneratedContent"],
    }
    if sources:
        entity["citation"] = [_claim(source) for source in sources[:CITATIONS]]
    return entity


def _claim(source: Source) -> Element:
    name = f"{source.title} {source.place}".strip()
    appearance: Element = {
        "@type": "DigitalDocument",
        "name": cut(name, CITATION_NAME),
        "abstract": cut(source.excerpt.replace("**", "") or name, CITATION_ABSTRACT),
    }
    keywords = [cut(word, KEYWORD) for word in (source.version, source.updated) if word]
    if keywords:
        appearance["keywords"] = keywords[:CITATION_KEYWORDS]
    if source.url.startswith("https://"):
        appearance["url"] = source.url
    if source.kind in _KINDS:
        appearance["image"] = {"@type": "ImageObject", "name": _KINDS[source.kind]}
    return {"@type": "Claim", "position": source.number, "appearance": appearance}


def _fitting(reply: Reply, board: Board) -> Element:
    """Draw the card; while it is too big leave out what is folded, from the last on, then the longest blocks, and say so."""
    blocks = list(reply.blocks)
    card = _drawn(reply, blocks, board, shortened=False)
    while size(card) > CARD and blocks:
        folded = [i for i, block in enumerate(blocks) if isinstance(block, Details)]
        spare = [i for i, block in enumerate(blocks) if not isinstance(block, Buttons)]
        del blocks[folded[-1] if folded else max(spare, key=lambda i: len(repr(blocks[i])), default=len(blocks) - 1)]
        card = _drawn(reply, blocks, board, shortened=True)
    return card


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


def _handed_over(attachment: Attachment, language: Language, texts: Texts) -> Element:
    """Show a text file as text; anything else is named, since a bot can only hand files over with the person's consent."""
    if attachment.media_type.startswith("text/"):
        content = attachment.content.decode("utf-8", "replace").replace("```", "'''")
        return _message(
            language, textFormat="markdown", text=f"**{escaped(attachment.name)}**\n\n```\n{cut(content, TEXT)}\n```"
        )
    return _message(language, text=texts.say("teams.file_elsewhere", language, file=attachment.name))


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
