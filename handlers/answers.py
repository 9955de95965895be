"""How an answer looks: its sentences, how it was made, its sources, what to warn of and where to go on. Pure."""

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
from handlers.texts import Texts
from knowledge.values import Answer, Citation, Language, Passage

EXCERPT = 900  # characters of a passage shown under a source


def blocks_of(answer: Answer, texts: Texts) -> tuple[Block, ...]:
    """Return the blocks of an answer that was found, short first."""
    language, say = answer.language, texts.say
    blocks: list[Block] = []
    if answer.certainty == "unsure":
        blocks.append(Paragraph(say("ask.unsure", language), "note"))
    blocks.append(Paragraph(answer.text, "answer"))
    if answer.table:
        head, *rows = answer.table
        blocks.append(Table(say("ask.table", language), tuple(Column(c) for c in head), tuple(rows)))
    blocks.append(Paragraph(_made(answer, texts), "quiet"))
    blocks.append(Sources(tuple(source(c, language) for c in answer.citations), answer.id))
    blocks += [Paragraph(note.to(language), "warning") for note in answer.notes]
    blocks.append(_actions(answer, texts))
    if answer.followups:
        items = tuple(
            Button(text, Press("ask.followup", {"aid": answer.id, "k": k})) for k, text in enumerate(answer.followups[:2], 1)
        )
        blocks.append(Buttons(items, "followup", say("ask.go_on", language)))
    blocks.append(Feedback(answer.id))
    return tuple(blocks)


def plain_text(answer: Answer, texts: Texts) -> str:
    """Return the answer with its sources as text that is complete by itself."""
    language = answer.language
    head = [texts.say("ask.unsure", language)] if answer.certainty == "unsure" else []
    rows = [f"[{c.number}] {c.passage.title} {c.passage.place.to(language)}{_dated(c)}" for c in answer.citations]
    return "\n".join([*head, answer.text, "", *rows])


def refusal(answer: Answer, texts: Texts) -> Reply:
    """Say that the documents hold no answer, which came close and what each lacks."""
    language, say = answer.language, texts.say
    text = say("ask.nothing", language, question=answer.question)
    lacks = tuple(
        Fact(
            f"{n.title} {n.place.to(language)}",
            say("ask.lacks", language, words="、".join(n.missing) if language == "ja" else ", ".join(n.missing))
            if n.missing
            else say("ask.close", language),
        )
        for n in answer.nearest
    )
    blocks: list[Block] = [Heading(say("ask.nothing_title", language)), Paragraph(text)]
    if lacks:
        blocks.append(Facts(lacks))
    data = {"aid": answer.id}
    buttons = (
        Button(say("ask.rephrase", language), Press("ask.rephrase", data), "primary"),
        Button(say("ask.person", language), Press("human.ask", data)),
        Button(say("ask.request", language), Press("document.request", data)),
    )
    blocks.append(Buttons(buttons))
    names = "".join(f"\n- {fact.label}: {fact.value}" for fact in lacks)
    return Reply(f"{say('ask.nothing_title', language)}\n{text}{names}", tuple(blocks))


def source(citation: Citation, language: Language) -> Source:
    """Return the source of a citation, its quote in bold inside the passage."""
    passage = citation.passage
    return Source(
        number=citation.number,
        id=passage.id,
        title=passage.title,
        place=passage.place.to(language),
        version=citation.version,
        updated=citation.updated,
        excerpt=_bold(passage.text, citation.quote),
        kind=passage.kind,
        stale=citation.stale,
        url=citation.url,
        owner=citation.owner,
    )


def passage_reply(passage: Passage, around: list[Passage], number: int, texts: Texts, language: Language) -> Reply:
    """Open one passage with what stands around it."""
    title = texts.say("ask.source_title", language, number=number) if number else passage.title
    place = passage.place.to(language)
    blocks: list[Block] = [Heading(passage.title), Paragraph(" · ".join((place, *passage.headings[1:])), "quiet")]
    blocks.append(Paragraph(passage.text[:EXCERPT], "quote"))
    near = [p for p in around if p.id != passage.id and p.language == passage.language]
    if near:
        inner = tuple(Paragraph(f"**{p.place.to(language)}**\n{p.text[:EXCERPT]}") for p in near)
        blocks.append(Details(texts.say("ask.around", language), inner))
    return Reply(f"{passage.title} {place}: {passage.text[:EXCERPT]}", tuple(blocks), private=True, title=title)


def _bold(text: str, quote: str) -> str:
    at = text.find(quote) if quote else -1
    if at < 0 or "**" in text or "\n" in quote.strip():
        return text[:EXCERPT]
    start = max(0, at - EXCERPT // 2)
    return f"{text[start:at]}**{quote}**{text[at + len(quote) : start + EXCERPT]}"


def _made(answer: Answer, texts: Texts) -> str:
    """Say how the answer was made and how much of it is supported."""
    language, say = answer.language, texts.say
    supported = sum(1 for s in answer.sentences if s.citations)
    parts = [say(f"ask.made_{answer.mode}", language), say("ask.supported", language, n=supported, of=len(answer.sentences))]
    if answer.removed:
        parts.append(say("ask.removed", language, n=answer.removed))
    if answer.fallback:
        parts.append(say("ask.fallback", language))
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


def _dated(citation: Citation) -> str:
    parts = [p for p in (citation.version, citation.updated) if p]
    return f" ({', '.join(parts)})" if parts else ""
