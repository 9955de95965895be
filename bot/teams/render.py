"""
The translator outward: a `Reply` in, Teams activities out, as plain dicts. Pure.

Teams splits one activity with text and a card into two messages and then returns no id to update;
so an answer is two activities from the start: the words (citations, AI label, thumbs), which the
placeholder becomes, and the card below them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.teams import asks
from bot.teams.card import Drawer
from bot.teams.citations import entity
from bot.teams.envelope import SUMMARY, card_message, fitting, message, sentence_card, with_owner
from bot.teams.envelope import card as wrapped
from bot.teams.file_cards import pointing
from bot.teams.mentions import mentioning
from bot.teams.text import Element, cut, escaped, fit, lines, marked
from handlers.conversation import (
    Block,
    Button,
    Buttons,
    Feedback,
    Heading,
    Paragraph,
    Reply,
    Source,
    Sources,
    Steps,
)
from handlers.texts import Texts
from knowledge.values import Language

TEXT = 60_000  # bytes of UTF-16 of a message's text, with room for citations in its 80 KB
SHARING = frozenset({"choose.share", "demo.share"})  # presses that show something to others
INFORMATIVE = 1000  # characters of a streamed status

_MARKS = {"complete": "✓", "in_progress": "▶", "pending": "○", "error": "✕"}


def activities(reply: Reply, language: Language, texts: Texts) -> list[Element]:
    """Return the activities that show the reply, in order; each is one message on the screen."""
    if reply.calls:
        shown = activities(_with_calls_named(reply, language, texts), language, texts)
        return [mentioning(activity, reply.calls) for activity in shown]
    bare = reply.ask is None and not reply.blocks
    only_steps = reply.ask is None and all(isinstance(block, Steps) for block in reply.blocks)
    if only_steps and not reply.final:
        return [placeholder(reply)]
    if bare:
        text = fit(lines(marked(reply.text)), TEXT)
        return [message(language, textFormat="markdown", text=text)]
    answer = _answer(reply)
    if answer is None or reply.ask is not None:
        element = fitting(reply, Drawer(language, texts))
        return [card_message(element, _first_line(reply.text), language) | _thumbs(reply)]
    rest = tuple(block for block in reply.blocks if block is not answer)
    below = _below(replace(reply, blocks=rest), language, texts)
    return [_words(reply, answer, language) | _thumbs(reply), *below]


def without_sharing(reply: Reply) -> Reply:
    """Return the reply without buttons that show it to others, where there are none."""
    blocks: list[Block] = []
    for block in reply.blocks:
        if not isinstance(block, Buttons):
            blocks.append(block)
            continue
        items = tuple(item for item in block.items if item.press.action not in SHARING)
        if items:
            blocks.append(replace(block, items=items))
    return replace(reply, blocks=tuple(blocks))


def ending(reply: Reply, language: Language, texts: Texts) -> list[Element]:
    """
    Return the activities that end a stream: the first is a text, since a stream begins as one.

    A reply that is a card alone gives its first line to the text, and does not say it again as its
    heading.
    """
    whole = activities(reply, language, texts)
    if "text" in whole[0]:
        return whole
    line = _first_line(reply.text)
    rest = reply.blocks
    if rest and rest[0] in (Heading(line), Paragraph(line)):
        rest = rest[1:]
    below = activities(replace(reply, blocks=rest), language, texts)
    return [said(cut(line, SUMMARY), language), *below]


def said(text: str, language: Language) -> Element:
    """Return one sentence as a message."""
    return message(language, textFormat="markdown", text=marked(text))


def placeholder(reply: Reply) -> Element:
    """Return a text message with the steps so far."""
    rows = []
    for block in reply.blocks:
        if isinstance(block, Steps):
            rows += _step_rows(block)
    text = marked(reply.text)
    if rows:
        text += "\n\n" + "\n".join(rows)
    return {"type": "message", "textFormat": "markdown", "text": fit(text, TEXT)}


def streamed(reply: Reply) -> str:
    """Return the words of a reply that is still growing, "" where it has none yet."""
    answer = _answer(reply)
    if answer is None:
        return ""
    return _paragraphs(answer.text)


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
    if answer is None:
        text = lines(marked(reply.text))
        words = message(language, textFormat="markdown", text=text)
        parts = [text.replace("**", "")]
    else:
        words = _words(reply, answer, language)
        parts = [str(words["text"]).replace("**", ""), " / ".join(_notes(reply))]
    words["text"] = fit("\n\n".join(filter(None, parts)), TEXT)
    labels = [button.label for button in _follow_ups(reply)]
    if labels:
        offers = [{"type": "imBack", "title": label, "value": label} for label in labels]
        words["suggestedActions"] = {"to": [to], "actions": offers}
    return words | _thumbs(reply)


def channel_base(reply: Reply, language: Language, texts: Texts, user: str) -> Element:
    """
    Return the card everybody in a channel sees while `user` answers; the client of `user` asks for
    their own view.
    """
    if reply.ask is None:
        raise ValueError("only an ask has a view of its own")
    drawer = Drawer(language, texts)
    base = wrapped(reply.ask.text, asks.base(reply.ask, drawer), language)
    base["refresh"] = asks.refresh(reply.ask, drawer, user)
    return card_message(base, reply.ask.others, language)


def kept_private(
    name: str, run: Mapping[str, str | int], language: Language, texts: Texts, user: str
) -> Element:
    """Return the card everybody in a channel sees in the place of what only `user` may read."""
    text = texts.say("teams.kept_private", language, name=name)
    look = asks.look("choose", texts.say("teams.open_own", language), dict(run))
    base = sentence_card(text, look, language)
    base["refresh"] = {"action": look, "userIds": [user]}
    return card_message(base, text, language)


def whispered(reply: Reply, language: Language, texts: Texts) -> list[Element]:
    """
    Return the activities of a reply that one person alone sees among others; a press on them is
    known to be theirs alone.
    """
    return [with_owner(activity, "all") for activity in activities(reply, language, texts)]


def elsewhere(language: Language, texts: Texts, bot: str) -> Element:
    """Say to everybody that a reply is for one person's eyes, and link to where it can be had."""
    return pointing(texts.say("teams.private_elsewhere", language), language, texts, bot)


def for_others(reply: Reply, name: str, language: Language, texts: Texts) -> Element:
    """
    Return in words what everybody else sees in the place of what only the person called `name` may
    read.
    """
    if reply.ask is not None and reply.ask.others:
        return said(reply.ask.others, language)
    return said(texts.say("teams.kept_private", language, name=name), language)


def _with_calls_named(reply: Reply, language: Language, texts: Texts) -> Reply:
    """Name who is called, where the words do not do so already."""
    names = [person.name for person in reply.calls if person.name]
    unnamed = [name for name in names if name not in reply.text]
    above = reply.blocks or (Paragraph(reply.text),)
    if unnamed:
        line = texts.say("teams.called", language, who=", ".join(unnamed))
        above = (*above, Paragraph(line))
    return replace(reply, calls=(), blocks=above)


def _below(reply: Reply, language: Language, texts: Texts) -> list[Element]:
    """Return the card under the words of an answer; none where nothing is left to draw."""
    if all(isinstance(block, Feedback) for block in reply.blocks):
        return []
    drawer = Drawer(language, texts)
    sources = [f"[{s.number}] {s.title} {s.place}" for s in _sources(reply)]
    summary = _first_line(reply.text)
    if sources:
        titles = ", ".join(sources)
        summary = f"{drawer.say('sources')}: {titles}"
        reply = replace(reply, text=titles)
    return [card_message(fitting(reply, drawer), summary, language)]


def _words(reply: Reply, answer: Paragraph, language: Language) -> Element:
    """Return the answer as text with its sources as citations."""
    text, citations = _paragraphs(answer.text), entity(_sources(reply))
    return message(language, textFormat="markdown", text=text, entities=[citations])


def _paragraphs(text: str) -> str:
    """Citation marks in list items stay plain text in Teams, so items become paragraphs."""
    rows = [_paragraph_of(row) for row in marked(text).splitlines() if row]
    return fit("\n\n".join(rows), TEXT)


def _paragraph_of(row: str) -> str:
    if row.startswith("- "):
        return f"• {row[2:]}"
    return row


def _step_rows(steps: Steps) -> list[str]:
    rows = []
    for step in steps.items:
        row = f"- {_MARKS[step.status]} {marked(step.title)}"
        if step.output:
            row += f": {escaped(step.output)}"
        rows.append(row)
    return rows


def _notes(reply: Reply) -> list[str]:
    """Return the small print and the warnings of a reply."""
    paragraphs = [block for block in reply.blocks if isinstance(block, Paragraph)]
    return [block.text for block in paragraphs if block.tone in ("quiet", "warning")]


def _follow_ups(reply: Reply) -> list[Button]:
    buttons: list[Button] = []
    for block in reply.blocks:
        if isinstance(block, Buttons) and block.row == "followup":
            buttons += block.items
    return buttons


def _sources(reply: Reply) -> Sequence[Source]:
    sources: list[Source] = []
    for block in reply.blocks:
        if isinstance(block, Sources):
            sources += block.items
    return sources


def _thumbs(reply: Reply) -> Element:
    """Return what makes Teams draw its thumbs under a message, {} where none are wanted."""
    if not any(isinstance(block, Feedback) for block in reply.blocks):
        return {}
    return {"channelData": {"feedbackLoop": {"type": "custom"}}}


def _answer(reply: Reply) -> Paragraph | None:
    for block in reply.blocks:
        if isinstance(block, Paragraph) and block.tone == "answer":
            return block
    return None


def _first_line(text: str) -> str:
    return text.split("\n", 1)[0]
