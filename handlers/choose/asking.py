"""
Questions about a result, answered from the result itself in a sentence or two: why, why not, what
if, risks, costs, what is next. What it does not hold is left to the documents.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self, get_args

from handlers.choose import figures
from handlers.choose.result import ResultView
from knowledge.advisor.values import COUNT
from knowledge.advisor.whynot import Barred, Behind, Chosen, RuledOut, why_not
from knowledge.sentences import yaml_values

TOP = 3
LONGEST = 300  # characters of a question
Subject = Literal[
    "sources",
    "certainty",
    "cheaper",
    "cost",
    "risks",
    "before",
    "next",
    "cases",
    "why_not",
    "flips",
    "why",
]
SUBJECTS: tuple[Subject, ...] = get_args(Subject)  # in the order they are looked for


@dataclass(frozen=True, slots=True)
class Patterns:
    """What questions are about, in the order they are looked for, and names of options."""

    subjects: tuple[tuple[Subject, re.Pattern[str]], ...]
    blocks: tuple[tuple[str, re.Pattern[str]], ...]
    people: re.Pattern[str]

    @classmethod
    def load(cls) -> Self:
        """Read the patterns that come with us. A few milliseconds."""
        rows = yaml_values(Path(__file__).with_name("asking.yaml").read_text(encoding="utf-8"))
        subjects = [(name, _any(rows["subjects"][name])) for name in SUBJECTS]
        blocks = [(name, _any(words)) for name, words in rows["options"].items()]
        return cls(tuple(subjects), tuple(blocks), _any(rows["people"]))

    def subject(self, question: str) -> Subject | None:
        """Return what a question is about, None where the result does not hold it."""
        for subject, pattern in self.subjects:
            if pattern.search(question):
                return subject
        return None

    def named(self, question: str, view: ResultView) -> str:
        """Return the block a question names: by the model's own words, or by other names."""
        best, size = "", 0
        for block in view.advisor.model.blocks:
            for label in (block.label.ja, block.label.en):
                plain = label.lower()
                if plain in question and len(plain) > size:
                    best, size = block.id, len(plain)
        if best:
            return best
        known = {block.id for block in view.advisor.model.blocks}
        for block_id, pattern in self.blocks:
            if block_id in known and pattern.search(question):
                return block_id
        return ""


def _any(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)


class Asking:
    """Answers questions about results."""

    def __init__(self, patterns: Patterns) -> None:
        self._patterns = patterns

    def answer(self, view: ResultView, text: str) -> str:
        """Return the answer; empty where the result does not hold it."""
        question = unicodedata.normalize("NFKC", text).lower()[:LONGEST]
        subject = self._patterns.subject(question)
        block = self._patterns.named(question, view)
        people = self._people(question)
        if people == 0:
            return view.say("told_nobody")
        if subject == "cost" or (people and subject in (None, "flips")):
            return cost(view, people or 0, block)
        if block and subject in ("why_not", "why", "flips"):
            return not_advised(view, block)
        return self._told(view, subject, block)

    def _told(self, view: ResultView, subject: Subject | None, block: str) -> str:
        """Return what the result says about a subject; empty where it says nothing."""
        words, say = view.words, view.say
        told = ""
        match subject:
            case "risks":
                told = risks(view, block)
            case "cheaper":
                told = cheaper(view)
            case "flips":
                rows = words.flips_by_question() or [say("no_flips")]
                told = say("told_flips", list=_row(rows))
            case "next":
                told = "\n".join(_stages(view))
            case "before":
                told = say("told_before", list=_row(words.before()[:TOP]))
            case "sources":
                told = "\n".join([f"- {row}" for row in words.sources()])
            case "certainty":
                told = "\n".join([words.certainty(), *words.firmness()])
            case "cases":
                told = say("told_cases", list=_row(words.twins()))
            case "why":
                told = why(view)
        return told

    def _people(self, question: str) -> int | None:
        """Return how many people a question names, None where it names no number of them."""
        match = self._patterns.people.search(question)
        if match is None:
            return None
        digits = next(group for group in match.groups() if group)
        number = float(digits.replace(",", ""))
        factor = 1
        for word, size in (("万", 10_000), ("千", 1000), ("k", 1000)):
            if f"{digits}{word}" in question.replace(" ", ""):
                factor = size
        return int(number * factor)


def risks(view: ResultView, block: str) -> str:
    """Return what speaks against the advice, or against a block that is named."""
    rows = view.words.against()
    if block:
        rows = [view.words.to(phrase) for phrase in view.advisor.model.block(block).against]
    return view.say("told_risks", list=_row(rows[:TOP]))


def why(view: ResultView) -> str:
    """Return the heaviest answers behind the advice, and how firmly it stands."""
    reasons = view.words.deciding()
    name = view.words.name(view.result.advice.id)
    return view.say("told_why", name=name, list=_row(reasons) or "–", word=view.words.word())


def not_advised(view: ResultView, block: str) -> str:
    """Return why a block is not advised, and the answer that would change that."""
    words, advisor, result = view.words, view.advisor, view.result
    label = words.to(advisor.model.block(block).label)
    match why_not(advisor, result, block):
        case Chosen():
            name = words.full(result.advice.id)
            return view.say("told_chosen", x=label, name=name, headline=words.headline())
        case RuledOut(criterion, option, other):
            answer = words.answer(criterion, option)
            if not other:
                return view.say("told_excluded", x=label, answer=answer)
            back = figures.text(advisor, criterion, other, view.language)
            return view.say("told_excluded_until", x=label, answer=answer, other=back)
        case Barred(standing):
            return view.say("told_limit", x=words.name(standing.id), limit=words.limits(standing))
        case Behind() as behind:
            return _behind(view, label, behind)


def _behind(view: ResultView, label: str, behind: Behind) -> str:
    words = view.words
    if behind.flip is None:
        flip = view.say("told_no_flip", x=label)
    else:
        flip = view.say("told_flip", other=words.answer(*behind.flip), x=label)
    answer = view.say("told_simplicity")
    if behind.answer is not None:
        answer = words.answer(*behind.answer)
    told = view.say(
        "told_behind",
        x=words.name(behind.standing.id),
        now=words.name(view.result.advice.id),
        points=figures.points(behind.standing.score),
        gap=figures.points(behind.gap),
        answer=answer,
        flip=flip,
    )
    limit = words.limits(behind.standing)
    return f"{told} {limit}".strip()


def cost(view: ResultView, people: int, block: str = "") -> str:
    """Return what the advice, or an option with a block, takes for so many people."""
    answers = dict(view.result.answers)
    if people:
        answers[COUNT] = str(people)
    option = view.result.advice.id
    if block and block not in view.result.advice.blocks:
        option = view.advisor.best_with(answers, block)
    needs = view.advisor.estimate(answers, option)
    language = view.language
    users = [f"{end:,.0f}" for end in (needs.users.low, needs.users.high)]
    requests = [f"{end:,.0f}" for end in (needs.requests.low, needs.requests.high)]
    return view.say(
        "told_cost",
        name=view.words.name(option),
        users=figures.between(users[0], users[1], language),
        requests=figures.between(requests[0], requests[1], language),
        year=figures.span(needs.year, language),
        month=figures.span(needs.month, language),
        build=figures.span(needs.build, language),
        seats=figures.span(needs.seats, language),
        usage=figures.span(needs.usage, language),
    )


def cheaper(view: ResultView) -> str:
    """Return what lowers the cost, and the options whose least is lower."""
    own = view.result.advice.estimate.year.low
    lower = []
    for standing in view.result.standings:
        if standing.excluded_by or standing.base == view.result.advice.base:
            continue
        if standing.estimate.year.low < own and standing.base not in view.advisor.model.alone:
            money = figures.money(standing.estimate.year.low, view.language)
            lower.append(f"{view.words.name(standing.id)} {money}")
    return view.say("told_cheaper", list=view.say.listed(lower[:TOP]) or "–")


def _stages(view: ResultView) -> Iterator[str]:
    for leg in view.result.route:
        stop = view.words.to(leg.stage.stop)
        yield f"{view.words.stage(leg)}: {view.words.does(leg)} ({view.words.takes(leg)}; {stop})"


def _row(rows: list[str]) -> str:
    return " / ".join(rows)
