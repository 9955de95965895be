"""
A question of ours: what an answer looks like that first asks what is meant, and which of its
readings a message picks. Pure.
"""

import re
import unicodedata
from collections.abc import Sequence

from handlers.actions.questions import AskMeant, NewTopic
from handlers.answer_text import said_back
from handlers.conversation import Block, Button, Buttons, Paragraph, Reply
from handlers.questions.answers import readings
from handlers.texts import Texts
from knowledge.values import Answer

LONGEST = 60  # characters of a message that may pick a reading
_NUMBERS = {"一": 1, "二": 2, "三": 3, "四": 4, "first": 1, "second": 2, "third": 3, "fourth": 4}
_PICKS = re.compile(
    r"[(#]?(?P<digit>[1-9])[).]?(?:番目?|つ目|個目)?(?:の(?:ほう|方|やつ|もの)?)?"
    r"(?:で|を|です|でお願いします|をお願いします|について(?:です)?|が知りたい(?:です)?)?[。.!]?"
    r"|(?P<kanji>[一二三四])(?:番目?|つ目|個目)(?:の(?:ほう|方|やつ|もの)?)?(?:で|を|です)?[。.!]?"
    r"|(?:the )?(?P<word>first|second|third|fourth)(?: one)?(?: please)?[.!]?"
    r"|(?:number|no\.?|option) ?(?P<option>[1-9])(?: please)?[.!]?",
    re.IGNORECASE,
)


def asked_back(answer: Answer, texts: Texts) -> Reply:
    """Ask what a question is about, with its readings as buttons where there are any."""
    language = answer.language
    if not answer.choices:
        text = texts.say("ask.asked_back_open", language)
        return Reply(text, (Paragraph(text),), answer=answer)
    text = texts.say("ask.asked_back", language)
    buttons = []
    lines = [text]
    labels = readings(answer.choices, language)
    for number, (question, label) in enumerate(zip(answer.choices, labels, strict=True), 1):
        lines.append(f"{number}. {question}")
        buttons.append(Button(f"{number}. {label}", AskMeant(answer.id, number)))
    blocks: tuple[Block, ...] = (Paragraph(text), Buttons(tuple(buttons), "followup"))
    return Reply("\n".join(lines), blocks, answer=answer)


def picked(text: str, choices: Sequence[str]) -> str:
    """
    Return the reading a message picks by its number or by words that stand in no other; "" for
    none.
    """
    words = unicodedata.normalize("NFKC", text).strip()
    if not words or len(words) > LONGEST:
        return ""
    match = _PICKS.fullmatch(words)
    if match:
        number = _number(match)
        return choices[number - 1] if number <= len(choices) else ""
    folded = words.strip(" 。.!?「」“”\"'").casefold()
    named = [choice for choice in choices if folded in choice.casefold()]
    if len(folded) < 2 or len(named) != 1:
        return ""
    return named[0]


def understood(answer: Answer, texts: Texts) -> Buttons:
    """Say how a follow-up was understood, and offer to begin a new talk instead."""
    language = answer.language
    question = said_back(answer.understood)
    button = Button(texts.say("ask.new_topic", language), NewTopic())
    label = texts.say("ask.understood", language, question=question)
    return Buttons((button,), "topic", label)


def _number(match: re.Match[str]) -> int:
    digits = match["digit"] or match["option"]
    if digits:
        return int(digits)
    word = match["kanji"] or match["word"]
    return _NUMBERS[word.lower()]
