"""
How an answer looks: its sentences, how it was made, its sources, what to warn of and where to go
on. Pure.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from handlers.conversation import (
    Block,
    Button,
    Buttons,
    Column,
    Details,
    Fact,
    Facts,
    Feedback,
    Heading,
    Paragraph,
    Press,
    Reply,
    Source,
    Sources,
    Table,
)
from handlers.questions.excerpt import marked
from handlers.texts import Texts
from knowledge.text.language import language_of
from knowledge.text.sanitise import sanitise
from knowledge.values import Answer, Citation, Language, Sentence

LEAD = 6  # lines that stand open; the rest is folded
WHOLE = (
    14  # lines of the first source up to which they stay together: a list with what announces it
)
CELL = " | "  # between the cells of a table row in a passage


def blocks_of(answer: Answer, texts: Texts) -> tuple[Block, ...]:
    """Return the blocks of an answer that was found, short first."""
    language, say = answer.language, texts.say
    blocks: list[Block] = []
    if answer.certainty == "unsure" and answer.mode == "extractive":
        blocks.append(Paragraph(say("ask.unsure", language), "note"))
    lead, rest = _folded(answer)
    blocks.append(Paragraph("\n".join(lead), "answer"))
    if answer.table:
        head, *rows = answer.table
        blocks.append(
            Table(say("ask.table", language), tuple(Column(c) for c in head), tuple(rows))
        )
    if rest:
        blocks.append(
            Details(say("ask.more", language, n=len(rest)), (Paragraph("\n".join(rest)),))
        )
    if answer.depends:
        blocks.append(Paragraph(say("ask.depends", language), "note"))
    blocks.append(Paragraph(_made(answer, texts), "quiet"))
    blocks += [Paragraph(note.to(language), "warning") for note in answer.notes]
    blocks.append(Sources(tuple(source(c, texts, language) for c in answer.citations), answer.id))
    blocks.append(_actions(answer, texts))
    if answer.choices:
        blocks.append(
            _questions("ask.meant", answer.id, answer.choices, say("ask.which", language))
        )
    elif answer.followups:
        blocks.append(
            _questions("ask.followup", answer.id, answer.followups[:2], say("ask.go_on", language))
        )
    blocks.append(Feedback(answer.id))
    return tuple(blocks)


def plain_text(answer: Answer, texts: Texts) -> str:
    """Return the answer with its sources as text that is complete by itself."""
    language = answer.language
    head = (
        [texts.say("ask.unsure", language)]
        if answer.certainty == "unsure" and answer.mode == "extractive"
        else []
    )
    rows = [
        f"[{c.number}] {titled(c.passage.title, language)} {c.passage.place.to(language)}{_dated(c)}"
        for c in answer.citations
    ]
    notes = [texts.say("ask.depends", language)] if answer.depends else []
    notes += [note.to(language) for note in answer.notes]
    return "\n".join([*head, *lines(answer.sentences), *notes, "", *rows])


def lines(sentences: Sequence[Sentence]) -> list[str]:
    """
    Return sentences as lines with their marks; a table's row names its columns, so that it can be
    read alone.
    """
    shown: list[str] = []
    head: list[str] = []
    cited: tuple[int, ...] = ()
    for at, sentence in enumerate(sentences):
        cells = _cells(sentence.text)
        marks = "".join(f"[{n}]" for n in sentence.citations)
        if len(cells) < 2:
            shown.append(f"{sentence.text}{marks}")
            continue
        follows = sentences[at + 1] if at + 1 < len(sentences) else None
        if sentence.citations != cited or len(cells) != len(head):
            cited = sentence.citations
            if follows and follows.citations == cited and len(_cells(follows.text)) == len(cells):
                head = cells
                continue
            head = []
        named = (
            [f"{name}: {cell}" for name, cell in zip(head, cells, strict=True) if cell.strip()]
            if head
            else cells
        )
        shown.append(f"- {' · '.join(named)}{marks}")
    return shown


def _cells(text: str) -> list[str]:
    """
    Return the cells of a row, an empty first or last one, too, though no space is left beside its
    line.
    """
    begin = " " if text.startswith("| ") else ""
    end = " " if text.endswith(" |") else ""
    return f"{begin}{text}{end}".split(CELL)


def refusal(answer: Answer, texts: Texts) -> Reply:
    """Say that the documents hold no answer, which came close and what each lacks."""
    language, say = answer.language, texts.say
    text = say("ask.nothing", language, question=answer.question)
    lacks = tuple(
        Fact(
            f"{titled(n.title, language)} {n.place.to(language)}",
            say(
                "ask.lacks",
                language,
                words="、".join(n.missing) if language == "ja" else ", ".join(n.missing),
            )
            if n.missing
            else say("ask.close", language),
        )
        for n in answer.nearest
    )
    blocks: list[Block] = [Heading(say("ask.nothing_title", language)), Paragraph(text)]
    if answer.depends:
        blocks.append(Paragraph(say("ask.depends", language), "note"))
    if lacks:
        blocks.append(Facts(lacks))
    data = {"aid": answer.id}
    choose = (
        (Button(say("ask.choose", language), Press("choose.start", data), "primary"),)
        if answer.depends
        else ()
    )
    buttons = (
        *choose,
        Button(
            say("ask.rephrase", language),
            Press("ask.rephrase", data),
            "plain" if choose else "primary",
        ),
        Button(say("ask.person", language), Press("human.ask", data)),
        Button(say("ask.request", language), Press("document.request", data)),
        Button(say("ask.inside", language), Press("demo.open", data)),
    )
    blocks.append(Buttons(buttons))
    depends = f"\n{say('ask.depends', language)}" if answer.depends else ""
    names = "".join(f"\n- {fact.label}: {fact.value}" for fact in lacks)
    return Reply(f"{say('ask.nothing_title', language)}\n{text}{depends}{names}", tuple(blocks))


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
        owner=citation.owner,
    )


def titled(title: str, language: Language) -> str:
    """Return a document's title; of one in both languages ("… / …") the reader's half."""
    halves = title.split(" / ")
    own = [half for half in halves if language_of(half, language) == language]
    return sanitise(own[0] if len(halves) == 2 and len(own) == 1 else title)


def aged(day: str, texts: Texts, language: Language, today: date | None = None) -> str:
    """
    Return an ISO date with how long ago that is, as it stands where it is no date or still to come.
    """
    try:
        then = date.fromisoformat(day)
    except ValueError:
        return day
    now = today or datetime.now(UTC).date()
    months = (now.year - then.year) * 12 + now.month - then.month - (now.day < then.day)
    if months < 1:
        return day
    if months >= 24:
        return texts.say("ask.age_years", language, day=day, n=months // 12)
    return texts.say(
        "ask.age_month" if months == 1 else "ask.age_months", language, day=day, n=months
    )


def _folded(answer: Answer) -> tuple[list[str], list[str]]:
    """
    Part an answer: what stands open, and the rest. A model's answer is short enough to stand whole.
    """
    shown = lines(answer.sentences)
    if answer.mode == "llm" or len(shown) <= LEAD:
        return shown, []
    first = len(
        lines([s for s in answer.sentences if s.citations == answer.sentences[0].citations])
    )
    cut = first if 1 < first <= WHOLE else LEAD
    return shown[:cut], shown[cut:]


def _made(answer: Answer, texts: Texts) -> str:
    """Say how the answer was made and how much of it is supported."""
    language, say = answer.language, texts.say
    supported = sum(1 for s in answer.sentences if s.citations)
    parts = [
        say(f"ask.made_{answer.mode}", language),
        say("ask.supported", language, n=supported, of=len(answer.sentences)),
    ]
    if answer.removed:
        parts.append(say("ask.removed", language, n=answer.removed))
    return " · ".join(parts)


def _actions(answer: Answer, texts: Texts) -> Buttons:
    data, language = {"aid": answer.id}, answer.language
    return Buttons(
        (
            Button(texts.say("ask.choose", language), Press("choose.start", data), "primary"),
            Button(texts.say("ask.inside", language), Press("demo.open", data)),
            Button(texts.say("ask.person", language), Press("human.ask", data)),
        )
    )


def _questions(action: str, answer: str, questions: Sequence[str], label: str) -> Buttons:
    items = tuple(
        Button(text, Press(action, {"aid": answer, "k": k})) for k, text in enumerate(questions, 1)
    )
    return Buttons(items, "followup", label)


def _dated(citation: Citation) -> str:
    parts = [p for p in (citation.version, citation.updated) if p]
    return f" ({', '.join(parts)})" if parts else ""
