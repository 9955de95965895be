"""
What a message extension is answered: cards to put into a talk, windows and single sentences. Pure.

Such a card may stand where the bot is no member, so nothing on it can be pressed.
"""

from dataclasses import replace

from bot.teams.card import Drawer
from bot.teams.envelope import attached, card, fitting
from bot.teams.frame import NOTE
from bot.teams.text import Element, block_text, cut, marked
from handlers.conversation import (
    Block,
    Buttons,
    Feedback,
    Flat,
    Heading,
    Paragraph,
    Reply,
    Sources,
)
from handlers.texts import Texts
from knowledge.values import Language

QUESTION = 200  # characters of a question above its answer
TITLE = 80  # characters of a document's name
THUMBNAIL = "application/vnd.microsoft.card.thumbnail"


def result(reply: Reply, question: str, language: Language, texts: Texts) -> Element:
    """Return an answer as a card that its person can put into the talk."""
    shown = _standing_alone(reply, question)
    element = fitting(shown, Drawer(language, texts))
    first = reply.text.partition("\n")[0]
    preview = {"title": cut(question, QUESTION), "text": cut(first, QUESTION)}
    attachment = attached(element)
    attachment["preview"] = {"contentType": THUMBNAIL, "content": preview}
    listed = {"type": "result", "attachmentLayout": "list", "attachments": [attachment]}
    return {"composeExtension": listed}


def word(text: str) -> Element:
    """Return one sentence beside the compose box."""
    return {"composeExtension": {"type": "message", "text": text}}


def window_word(text: str) -> Element:
    """Return one sentence in a window."""
    return {"task": {"type": "message", "value": text}}


def checked(reply: Reply, words: str, language: Language, texts: Texts) -> Element:
    """Return the window with what our documents say of a message, and the way into the talk."""
    element = fitting(_standing_alone(reply, words), Drawer(language, texts))
    post = texts.say("teams.extension_post", language)
    data = {"question": words}
    element["actions"] = [{"type": "Action.Submit", "title": post, "data": data}]
    return _window(texts.say("teams.extension_check", language), element)


def adding(words: str, language: Language, texts: Texts) -> Element:
    """Return the window that asks for the name under which a message is taken in."""
    title = {
        "type": "Input.Text",
        "id": "title",
        "label": texts.say("teams.extension_title", language),
        "maxLength": TITLE,
        "value": cut(words.partition("\n")[0], TITLE),
    }
    body = [block_text(marked(cut(words, 1_000))), title]
    element = card(words, body, language)
    send = texts.say("teams.extension_add", language)
    element["actions"] = [{"type": "Action.Submit", "title": send, "data": {}}]
    return _window(send, element)


def as_file(words: str, title: str) -> Element:
    """Return a message as the file it is taken in as."""
    name = (title or words.partition("\n")[0])[:TITLE].strip() or "message"
    return {"contentType": NOTE, "name": f"{name}.md", "content": {"text": f"# {name}\n\n{words}"}}


def _window(title: str, element: Element) -> Element:
    value = {"title": title, "width": "medium", "height": "medium", "card": attached(element)}
    return {"task": {"type": "continue", "value": value}}


def _standing_alone(reply: Reply, question: str) -> Reply:
    """Return the reply below its question, with its sources as words and nothing to press."""
    blocks: list[Block] = [Heading(cut(question, QUESTION))]
    for block in reply.blocks or (Paragraph(reply.text),):
        if isinstance(block, Sources):
            blocks.append(_in_words(block))
        elif not isinstance(block, Buttons | Feedback):
            blocks.append(block)
    return replace(reply, blocks=tuple(blocks), ask=None)


def _in_words(sources: Sources) -> Flat:
    rows = [f"[{s.number}] {s.title} {s.place}" for s in sources.items]
    return Paragraph("\n".join(rows), "quiet")
