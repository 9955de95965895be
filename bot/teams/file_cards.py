"""Cards about files that are handed over, or cannot be. Pure."""

from collections.abc import Sequence
from urllib.parse import quote

from bot.teams.activity import Consent
from bot.teams.envelope import card_message, message, sentence_card
from bot.teams.text import Element
from handlers.conversation import Attachment
from handlers.texts import Texts
from knowledge.values import Language

CHAT = "https://teams.microsoft.com/l/chat/0/0"


def consent(file: Attachment, token: str, language: Language, texts: Texts) -> Element:
    """Return the question Teams asks before a bot may put a file into somebody's OneDrive."""
    content = {
        "description": texts.say("teams.file_offer", language, file=file.name),
        "sizeInBytes": len(file.content),
        "acceptContext": {"file": token},
        "declineContext": {"file": token},
    }
    question = {
        "contentType": "application/vnd.microsoft.teams.card.file.consent",
        "name": file.name,
        "content": content,
    }
    return message(language, attachments=[question])


def file_given(name: str, answer: Consent, language: Language) -> Element:
    """Return the card that opens a file that was handed over."""
    file = {
        "contentType": "application/vnd.microsoft.teams.card.file.info",
        "contentUrl": answer.content,
        "name": name,
        "content": {"uniqueId": answer.unique, "fileType": answer.kind},
    }
    return message(language, attachments=[file])


def file_elsewhere(names: Sequence[str], language: Language, texts: Texts, bot: str) -> Element:
    """Say that files are handed over in the personal chat, and link to it."""
    text = texts.say("teams.file_elsewhere", language, files=", ".join(names))
    return pointing(text, language, texts, bot)


def no_files_here(language: Language, texts: Texts, bot: str, *, asks: bool) -> Element:
    """
    Say why a file sent in a channel does not reach us, and link to where it does; `asks` says that
    a question stands beside it, which is answered.
    """
    text = texts.say("teams.no_files_here", language)
    if asks:
        text = texts.say("teams.no_files_beside", language)
    return pointing(text, language, texts, bot)


def pointing(text: str, language: Language, texts: Texts, bot: str) -> Element:
    """Return one sentence with a way to the personal chat with us."""
    chat = {
        "type": "Action.OpenUrl",
        "title": texts.say("teams.open_chat", language),
        "url": f"{CHAT}?users={quote(bot)}",
    }
    return card_message(sentence_card(text, chat, language), text, language)
