"""
How an answer looks: its sentences, how it was made, its sources, what to warn of and where to go
on. Pure.
"""

import re
from collections.abc import Sequence

from handlers.actions.action import Action
from handlers.actions.choose import StartChoice
from handlers.actions.demo import OpenTrace
from handlers.actions.questions import AskFollowup, AskMeant, AskPerson, OpenSource
from handlers.answer_text import aged, lines, titled
from handlers.conversation import (
    Block,
    Button,
    Buttons,
    Column,
    Feedback,
    Paragraph,
    Source,
    Sources,
    Table,
)
from handlers.names import typed
from handlers.questions.excerpt import marked
from handlers.questions.heading import name_of
from handlers.texts import Texts
from knowledge.answering.following import bare_heading
from knowledge.text.outline import CELL
from knowledge.values import Answer, Citation, Language, Sentence

FOLLOWUPS = 2  # suggestions to go on with
LABEL = 30  # characters of a button that a phone shows
QUOTES = 2  # of them around a topic that is quoted
_WORDS = re.compile(  # a button's label ends behind one of these
    r"[A-Za-z0-9'’.-]+|[\u4e00-\u9fff々]+|[\u30a1-\u30ff]+|[\u3041-\u309f]+"
)
_QUOTED = re.compile(r"[「“](?P<topic>.+?)[」”]")
_BRACKETED = re.compile(r"\s*\([^()]*\)$")  # what a heading adds at its end
_ASIDE = re.compile(r"\s*\([^()]*\)")  # what it adds anywhere
_JOINTS = re.compile(r"[\u3041-\u309f]+(?=[^\u3041-\u309f])|[・、]")  # what follows stands alone
_STATED = re.compile(r"What (?P<thing>.+) (?P<verb>is|are)")  # a heading that words a question
_HANGING = re.compile(r"(?:\s+(?:and|or|of|the|a|for|in|to|with))+$")  # wants something behind it


def blocks_of(answer: Answer, texts: Texts, *, reachable: bool = True) -> tuple[Block, ...]:
    """
    Return the blocks of an answer that was found, short first; `reachable` says whether there is
    anybody to ask.
    """
    language, say = answer.language, texts.say
    blocks: list[Block] = [_words(answer)]
    if _unsure(answer):
        blocks.append(Paragraph(say("ask.unsure", language), "note"))
    if answer.table:
        blocks.append(_table(answer, texts))
    blocks += _whole(answer, texts)
    if answer.depends:
        blocks.append(Paragraph(say("ask.depends", language), "note"))
    blocks.append(Paragraph(_made(answer, texts), "quiet"))
    blocks += [Paragraph(note.to(language), "warning") for note in answer.notes]
    sources = [source(citation, texts, language) for citation in answer.citations]
    blocks.append(Sources(tuple(sources), answer.id))
    if answer.depends:
        choose = Button(texts.say("ask.choose", language), StartChoice(answer.id), "primary")
        blocks.append(Buttons((choose,)))
    blocks += _suggestions(answer, texts)
    blocks.append(_more(answer, texts, reachable=reachable))
    blocks.append(Feedback(answer.id))
    return tuple(blocks)


def plain_text(answer: Answer, texts: Texts) -> str:
    """Return the answer with its sources as text that is complete by itself."""
    language = answer.language
    rows = lines(answer.sentences, each=answer.mode == "llm")
    if _unsure(answer):
        rows.append(texts.say("ask.unsure", language))
    if answer.depends:
        rows.append(texts.say("ask.depends", language))
    rows += [note.to(language) for note in answer.notes]
    rows.append("")
    for citation in answer.citations:
        title = titled(citation.passage.title, language)
        place = citation.passage.place.to(language)
        rows.append(f"[{citation.number}] {title} {place}{_dated(citation)}")
    return "\n".join(rows)


def source(citation: Citation, texts: Texts, language: Language) -> Source:
    """Return the source of a citation, its quote in bold inside the passage."""
    passage = citation.passage
    return Source(
        number=citation.number,
        id=passage.id,
        title=titled(passage.title, language),
        place=passage.place.to(language),
        version=citation.version,
        updated=aged(citation.updated, texts, language),
        excerpt=marked(passage.text, citation.quote),
        kind=passage.kind,
        stale=citation.stale,
        url=citation.url,
        owner=typed(citation.owner),
    )


def _unsure(answer: Answer) -> bool:
    """Report whether quotes are shown that may not be what was asked for."""
    return answer.certainty == "unsure" and answer.mode == "extractive"


def _table(answer: Answer, texts: Texts) -> Table:
    head, *rows = answer.table
    columns = tuple(Column(name) for name in head)
    return Table(texts.say("ask.table", answer.language), columns, tuple(rows))


def _words(answer: Answer) -> Paragraph:
    """Return the answer itself, short where a chat shows it; a table beside it has its rows."""
    each = answer.mode == "llm"
    short, whole = answer.sentences, answer.whole
    if answer.table:
        short = tuple(one for one in short if _beside_table(one))
        whole = ()
    text = "\n".join(lines(short, bold=True, each=each))
    return Paragraph(text, "answer", "\n".join(lines(whole, bold=True, each=each)))


def _beside_table(sentence: Sentence) -> bool:
    """Report whether a sentence is said beside a table: its rows and the gaps between are not."""
    return sentence.role == "lead" or (sentence.role != "gap" and CELL not in sentence.text)


def _whole(answer: Answer, texts: Texts) -> list[Buttons]:
    """Offer the whole of what an answer was taken from, where it left something out."""
    if not answer.whole or not answer.citations:
        return []
    label = texts.say("ask.whole", answer.language)
    buttons = []
    for citation in answer.citations:
        opened = OpenSource(citation.passage.id, citation.number, answer.id)
        named = label if len(answer.citations) == 1 else f"{label} [{citation.number}]"
        buttons.append(Button(named, opened))
    return [Buttons(tuple(buttons), "whole")]


def _made(answer: Answer, texts: Texts) -> str:
    """
    Say what the answer was made of, and for sentences a model wrote how many rest on a source: a
    quote is its own, and is said to answer where that is sure.
    """
    language, say = answer.language, texts.say
    if answer.mode != "llm":
        quoted = say("ask.made_extractive", language)
        if answer.certainty == "sure":
            return f"{quoted} · {say('ask.sure', language)}"
        return quoted
    supported = sum(1 for sentence in answer.sentences if sentence.citations)
    of = len(answer.sentences)
    parts = [say("ask.made_llm", language)]
    if supported == of:
        parts.append(say("ask.supported_all", language, of=of))
    else:
        parts.append(say("ask.supported", language, n=supported, of=of))
    if answer.removed:
        parts.append(say("ask.removed", language, n=answer.removed))
    return " · ".join(parts)


def _more(answer: Answer, texts: Texts, *, reachable: bool) -> Buttons:
    """Return what can be done with any answer, which few do: a face may fold it away."""
    language, id_ = answer.language, answer.id
    items = [Button(texts.say("ask.inside", language), OpenTrace(id_))]
    if reachable:
        items.append(Button(texts.say("ask.person", language), AskPerson(id_)))
    return Buttons(tuple(items), "more")


def _suggestions(answer: Answer, texts: Texts) -> list[Buttons]:
    """Offer what was meant where that is open, else what to ask next; at most one row."""
    language = answer.language
    kind: type[AskMeant | AskFollowup] = AskMeant
    labels = readings(answer.choices, language)
    title = texts.say("ask.which", language)
    if not labels:
        kind = AskFollowup
        labels = [_asks(question, texts, language) for question in answer.followups[:FOLLOWUPS]]
        title = texts.say("ask.go_on", language)
    items = []
    for number, label in enumerate(labels, 1):
        asked: Action = kind(answer.id, number)
        items.append(Button(label, asked))
    if not items:
        return []
    return [Buttons(tuple(items), "followup", title)]


def readings(choices: Sequence[str], language: Language) -> list[str]:
    """
    Return what tells the readings of one question apart, as short as a button of a phone shows it:
    the headings they name, or the whole of each where those do not.
    """
    labels = []
    for choice in choices:
        quoted = _QUOTED.findall(choice)
        if not quoted:
            return list(choices)
        # the Japanese sentence begins with the heading, the English one ends with it
        heading = quoted[0] if language == "ja" else quoted[-1]
        labels.append(_fitting(bare_heading(heading), LABEL, language))
    if len(set(labels)) < len(labels):
        return list(choices)
    return labels


def _asks(question: str, texts: Texts, language: Language) -> str:
    """
    Return a suggested question as short as a button of a phone shows it; one about a heading names
    what that is about, and not its number.
    """
    quoted = _QUOTED.search(question)
    if quoted is None and len(question) <= LABEL:
        return question
    if quoted is None:
        return _cut(question, LABEL - 1) + "…"
    heading = bare_heading(quoted["topic"])
    topic = _BRACKETED.sub("", heading) or heading
    if language == "ja":
        topic = topic.removesuffix("は")  # of "RAGとは": the label says は itself
    room = LABEL - len(texts.say("ask.about", language, topic=""))
    stated = _STATED.fullmatch(topic)
    if stated is not None:
        topic = f"What {stated['verb']} {stated['thing']}"
    topic = topic.removesuffix("?").removesuffix("？")
    if len(topic) > room:
        topic = _ASIDE.sub("", topic)
    if name_of(topic, language) != topic:
        room -= QUOTES
    named = name_of(_fitting(topic, room, language), language)
    return texts.say("ask.about", language, topic=named)


def _fitting(topic: str, room: int, language: Language) -> str:
    if len(topic) <= room:
        return topic
    return _shortened(topic, room - 1, language)


def _shortened(topic: str, room: int, language: Language) -> str:
    """
    Return as many whole words of a topic as have room, and the sign of what is left out: Japanese
    ends with what it is about, English begins with it.
    """
    if language == "ja":
        starts = [
            match.end() for match in _JOINTS.finditer(topic) if len(topic) - match.end() <= room
        ]
        if starts and len(topic) - starts[0] >= room // 3:
            return "…" + topic[starts[0] :]
        return "…" + topic[-room:]
    return _HANGING.sub("", _cut(topic, room)) + "…"


def _cut(text: str, room: int) -> str:
    """Return as many whole words of a text as have room; one that is longer is cut."""
    whole = text[:room]
    if text[room : room + 1].isspace():
        return whole.rstrip()
    ends = [match.end() for match in _WORDS.finditer(text) if match.end() <= room]
    if not ends or ends[-1] < room // 2:
        return whole.rstrip()
    return text[: ends[-1]].rstrip(" ・、,(（")


def _dated(citation: Citation) -> str:
    """Return the version and date of a source, as far as they are known."""
    if citation.version and citation.updated:
        return f" ({citation.version}, {citation.updated})"
    known = citation.version or citation.updated
    return f" ({known})" if known else ""
