"""
How it looks when the documents hold no answer: what came close, opened by a press, and the ways
out. Pure.
"""

from typing import Literal

from handlers.actions.choose import StartChoice
from handlers.actions.demo import OpenTrace
from handlers.actions.documents import RequestDocument
from handlers.actions.questions import AskPerson, OpenSource, Rephrase
from handlers.answer_text import said_back, titled
from handlers.conversation import Block, Button, Buttons, Fact, Facts, Heading, Paragraph, Reply
from handlers.texts import Texts
from knowledge.values import Answer, Language, Nearest

Way = Literal["rephrase", "choose", "person", "request", "inside"]


def refusal(answer: Answer, texts: Texts, *, reachable: bool = True) -> Reply:
    """
    Say that the documents hold no answer, which places came close and which words they lack;
    `reachable` says whether there is anybody to ask.
    """
    language, say = answer.language, texts.say
    title = say("ask.nothing_title", language)
    text = say("ask.nothing", language, question=said_back(answer.question))
    if answer.notes:
        text = answer.notes[0].to(language)  # why there can be none
    lacks = tuple(_lacking(nearest, texts, language) for nearest in answer.nearest)
    spoken = [title, text]
    blocks: list[Block] = [Heading(title), Paragraph(text)]
    if answer.depends:
        depends = say("ask.depends", language)
        spoken.append(depends)
        blocks.append(Paragraph(depends, "note"))
    if lacks:
        spoken += [f"- {fact.label}: {fact.value}" for fact in lacks]
        blocks.append(Facts(lacks))
    blocks += _places(answer, texts)
    blocks += _ways_out(answer, texts, reachable=reachable)
    return Reply("\n".join(spoken), tuple(blocks))


def _lacking(nearest: Nearest, texts: Texts, language: Language) -> Fact:
    """Return a place that came close, and the words of the question that do not occur there."""
    label = _named(nearest, language)
    if not nearest.missing:
        return Fact(label, texts.say("ask.close", language))
    separator = "」「" if language == "ja" else "”, “"
    words = separator.join(nearest.missing)
    return Fact(label, texts.say("ask.lacks", language, words=words))


def _places(answer: Answer, texts: Texts) -> list[Buttons]:
    """Offer to open each of the nearest places; what was kept long ago knows no passage."""
    opened = []
    for nearest in answer.nearest:
        if nearest.passage:
            label = _named(nearest, answer.language)
            opened.append(Button(label, OpenSource(nearest.passage, 0, answer.id)))
    if not opened:
        return []
    return [Buttons(tuple(opened), "followup", texts.say("ask.nearest", answer.language))]


def _named(nearest: Nearest, language: Language) -> str:
    return f"{titled(nearest.title, language)} {nearest.place.to(language)}"


def _ways_out(answer: Answer, texts: Texts, *, reachable: bool) -> list[Buttons]:
    """Offer what can be done where the documents hold no answer: two ways first, then the rest."""
    language, id_ = answer.language, answer.id

    def label(name: Way) -> str:
        return texts.say(f"ask.{name}", language)

    rephrase = Button(label("rephrase"), Rephrase(id_), "primary")
    request = Button(label("request"), RequestDocument(id_))
    person = Button(label("person"), AskPerson(id_))
    first, more = [rephrase], [request]
    if reachable:
        first, more = [rephrase, person], [request]
    if answer.depends:
        choose = Button(label("choose"), StartChoice(id_), "primary")
        first = [choose, Button(label("rephrase"), Rephrase(id_))]
        more = [person, request] if reachable else [request]
    more.append(Button(label("inside"), OpenTrace(id_)))
    return [Buttons(tuple(first)), Buttons(tuple(more), "more")]
