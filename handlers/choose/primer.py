"""
What comes along beside the deck's digest: what each way to adopt generative AI is and takes, and
the words people meet first.

The deck compares the ways in words; how much money, time and people they take stands in the
decision model. It is made a document of, so that a question about it is answered and cited like any
other, and a company's own figures take the place of ours once its model is published.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence

from handlers.choose import figures
from handlers.texts import Texts
from knowledge.advisor.values import Block, DecisionModel, Range
from knowledge.documents.library import Library
from knowledge.reading.reading import Reading
from knowledge.values import Document, Language, Metadata, Page, Phrase, Place

OWNER = "llm-choose"
FILE = "primer.yaml"
LANGUAGES: tuple[Language, ...] = ("ja", "en")
WORDS = (
    "rag",
    "tune",
    "ai",
    "llm",
    "hallucination",
    "prompt",
    "token",
    "injection",
    "agent",
    "open",
)
_Amount = Callable[[Block], Range]
_End = tuple[Sequence[Block], str]  # the blocks at one end of a scale, and what they take
_Section = tuple[str, str]  # its heading and its text


def reading(model: DecisionModel, texts: Texts) -> Reading:
    """Return the document a model gives: one page a section and language, Japanese first."""
    pages: list[Page] = []
    lines: list[str] = []
    written = [Primer(model, texts, language).sections() for language in LANGUAGES]
    for number, pair in enumerate(zip(*written, strict=True), 1):
        for heading, text in pair:
            place = Place("section", number, heading)
            lines += (heading, text)
            pages.append(Page(len(pages) + 1, place, text, heading))
    content = "\n".join(lines).encode()
    sha256 = hashlib.sha256(content).hexdigest()
    title = metadata(texts).title
    return Reading(FILE, sha256, len(content), title, "transcript", tuple(pages), (), "ja")


def metadata(texts: Texts) -> Metadata:
    """Return what is known of the document."""
    name = texts.phrase("primer.title")
    title = f"{name.ja} / {name.en}"
    return Metadata(title=title, kind="deck", audience="all", owner=OWNER, source=FILE)


async def shelve(library: Library, model: DecisionModel, texts: Texts) -> Document:
    """Publish the document unless this very one is published already."""
    read = reading(model, texts)
    document, version, _ = await library.stage(read, metadata(texts), by=OWNER)
    if document.current == version.id:
        return document
    return await library.publish(document.id, version.id)


class Primer:
    """The sections of the document in one language."""

    def __init__(self, model: DecisionModel, texts: Texts, language: Language) -> None:
        self._model = model
        self._texts = texts
        self._language = language

    def sections(self) -> list[_Section]:
        """Return headings with their texts: words, comparisons, then one section an approach."""
        sections = [self._word(name) for name in WORDS]
        sections += [self._said(name) for name in ("start", "risks", "benefits", "policy")]
        sections += [self._said("versus", **self._versus()), self._said("inside")]
        sections += [self._said("quality"), self._said("reduce"), self._said("gpu")]
        sections += [self._said("staff", names=self._joined(self._without_staff()))]
        sections += [self._said("examples"), self._criteria(), self._comparison()]
        sections += [self._approach(block) for block in self._model.blocks]
        return sections

    def _word(self, name: str) -> _Section:
        return self._say(f"word_{name}_title"), self._say(f"word_{name}")

    def _said(self, name: str, /, **values: str) -> _Section:
        return self._say(f"{name}_title"), self._say(name, **values)

    def _versus(self) -> dict[str, str]:
        """Return what the two ways take that people compare most."""
        values = {}
        for name in ("rag", "tune"):
            needs = self._model.block(name).needs
            values[f"{name}_money"] = self._money(needs.build)
            values[f"{name}_months"] = self._time(needs.months)
        return values

    def _without_staff(self) -> list[Block]:
        """Return the ways to use generative AI that need nobody of their own, or the next to it."""
        used = self._used()
        least = min(block.needs.skill for block in used)
        return [block for block in used if block.needs.skill == least]

    def _criteria(self) -> _Section:
        """Return every criterion with the reason why it counts."""
        questions = (*self._model.criteria, *self._model.limits)
        lines = [self._say("criteria", count=len(questions))]
        for question in questions:
            label = question.words.label.to(self._language)
            why = question.words.why.to(self._language)
            lines.append("- " + self._say("criterion", label=label, why=why))
        return self._say("criteria_title"), "\n".join(lines)

    def _comparison(self) -> _Section:
        """Return what the approaches take beside each other, the ends of each scale first."""
        bases = self._model.layer("base")
        ends = list(self._ends())
        columns = ("name", "build", "month", "months", "people", "skill")
        heads = [self._say(f"column_{column}") for column in columns]
        rows = [heads, *map(self._row, bases)]
        table = [" | ".join(row) for row in rows]
        return self._say("table_title"), "\n".join([*ends, self._note(), *table])

    def _used(self) -> list[Block]:
        """Return the ways to use generative AI."""
        return [block for block in self._model.layer("base") if block.approach != "outside"]

    def _ends(self) -> Iterator[str]:
        """Return what is least and most of money and time, among the ways to use generative AI."""
        used = self._used()
        cheap, dear = _ends(used, _build)
        least, most = self._money(_build(cheap[0])), self._money(_build(dear[0]))
        yield self._between("cost_depends", (cheap, least), (dear, most))
        yield self._say("cheapest", names=self._joined(cheap), money=least)
        yield self._say("dearest", names=self._joined(dear), money=most)
        fast, slow = _ends(used, _months)
        least, most = self._time(_months(fast[0])), self._time(_months(slow[0]))
        yield self._between("time_depends", (fast, least), (slow, most))
        yield self._say("fastest", names=self._joined(fast), months=least)
        yield self._say("slowest", names=self._joined(slow), months=most)

    def _between(self, sentence: str, low: _End, high: _End) -> str:
        """Return a sentence about both ends of a scale: the blocks there, and what they take."""
        names, ends = (self._joined(low[0]), self._joined(high[0])), (low[1], high[1])
        return self._say(sentence, low_name=names[0], low=ends[0], high_name=names[1], high=ends[1])

    def _row(self, block: Block) -> list[str]:
        needs = block.needs
        name = block.name.to(self._language)
        skill = self._model.notes.skills[needs.skill].to(self._language)
        build, month = self._money(needs.build), self._money(needs.month)
        return [name, build, month, self._count(needs.months), self._count(needs.people), skill]

    def _approach(self, block: Block) -> _Section:
        """Return what an approach is, takes, risks and presupposes."""
        name, needs = self._label(block), block.needs
        skill = self._model.notes.skills[needs.skill].to(self._language)
        months, people = self._time(needs.months), self._count(needs.people)
        lines = [
            self._say("what", name=name, short=block.short.to(self._language)),
            self._cost(block),
            self._say("time", name=name, months=months, people=people, skill=skill),
            self._say("against", name=name),
            *self._listed(block.against),
            self._say("before", name=name),
            *self._listed(block.before),
        ]
        return block.name.to(self._language), "\n".join(lines)

    def _listed(self, phrases: Sequence[Phrase]) -> Iterator[str]:
        for phrase in phrases:
            yield f"- {phrase.to(self._language)}"

    def _cost(self, block: Block) -> str:
        needs, name = block.needs, self._label(block)
        build, month = self._money(needs.build), self._money(needs.month)
        if needs.seat.high:
            seat = figures.count(needs.seat, self._language)
            return self._say("money_seat", name=name, build=build, month=month, seat=seat)
        if needs.request.high:
            request = figures.count(needs.request, self._language)
            return self._say("money_request", name=name, build=build, month=month, request=request)
        return self._say("money", name=name, build=build, month=month)

    def _note(self) -> str:
        note = self._model.notes.range_note.to(self._language)
        return self._say("note", as_of=self._model.as_of, note=note)

    def _label(self, block: Block) -> str:
        """Return what an approach is called within a sentence, or at its beginning in English."""
        label = block.label.to(self._language)
        if self._language == "ja":
            return f"「{label}」"
        return label[0].upper() + label[1:]

    def _money(self, amount: Range) -> str:
        if amount.low:
            return figures.span(amount, self._language)
        return self._say("up_to", high=figures.money(amount.high, self._language))

    def _count(self, amount: Range) -> str:
        return figures.count(amount, self._language)

    def _time(self, amount: Range) -> str:
        return self._say("months", range=self._count(amount))

    def _joined(self, blocks: Sequence[Block]) -> str:
        if self._language == "ja":
            return "".join(map(self._label, blocks))
        labels = [f"“{block.label.en}”" for block in blocks]
        return " or ".join(labels)

    def _say(self, sentence: str, /, **values: object) -> str:
        return self._texts.say(f"primer.{sentence}", self._language, **values)


def _ends(blocks: Sequence[Block], amount: _Amount) -> tuple[list[Block], list[Block]]:
    """Return the blocks that take least and those that take most, by the middle of the range."""
    at: dict[float, list[Block]] = {}
    for block in blocks:
        taken = amount(block)
        at.setdefault(taken.low + taken.high, []).append(block)
    return at[min(at)], at[max(at)]


def _build(block: Block) -> Range:
    return block.needs.build


def _months(block: Block) -> Range:
    return block.needs.months
