"""What plain words say: what rules and model propose, what may be ticked, what was confirmed."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from handlers.choose import figures
from handlers.choose.model_reading import Found, ModelReading, merged
from handlers.choose.runs import Run
from handlers.choose.situation import LONGEST, SEVERAL, Hit, Situation
from handlers.choose.statements import Answer, Statements
from handlers.choose.wording import Wording
from knowledge.advisor.engine import Advisor
from knowledge.advisor.values import LIST
from knowledge.models.sentence_encoder import SentenceEncoder
from knowledge.values import Language

Values = Mapping[str, str]


TICKS = "ticks"  # the field of statements that may hold
IS = ":"  # between the question and the answer of a statement


@dataclass(frozen=True, slots=True)
class Told:
    """
    What a text says: `hits` are proposed, of `torn` questions the words contradict each other, and
    `near` are statements that may hold. `cut` says that the text was too long to be read whole.
    """

    hits: Mapping[str, Hit]
    torn: Mapping[str, tuple[str, ...]]
    near: tuple[Answer, ...] = ()
    cut: bool = False

    @property
    def nothing(self) -> bool:
        """Report whether nothing of it can be shown."""
        return not (self.hits or self.torn or self.near)


class Reading:
    """Reads situations by rules, by the language model where there is one, and by likeness."""

    def __init__(
        self, situation: Situation, statements: Statements, model: ModelReading | None
    ) -> None:
        self._situation = situation
        self._statements = statements
        self._model = model

    @classmethod
    def of(cls, encoder: SentenceEncoder | None, model: Found | None) -> Self:
        """
        Read what comes with us. `encoder` tells what a text comes near to, None by letters alone;
        `model` finds the language model, None where none is set.
        """
        situation = Situation.load()
        by_model = None
        if model is not None:
            by_model = ModelReading(model, situation)
        return cls(situation, Statements.load(encoder), by_model)

    def says(self, text: str, criterion: str = "") -> bool:
        """Report whether rules read something: of what is asked for, or of one question."""
        hits, torn = self._situation.read(text)
        said = {*hits, *torn}
        return criterion in said if criterion else bool(said)

    async def read(self, text: str, advisor: Advisor, language: Language) -> Told:
        """Return what a text says, as far as the model asks for it."""
        found, torn = await asyncio.to_thread(self._situation.read, text)
        hits, torn = known(found, advisor), dict(torn)
        if self._model is not None:
            proposals = await self._model.read(text, advisor, language)
            hits, differing = merged(hits, proposals)
            torn |= differing
        asked = {criterion.id for criterion in advisor.model.questions}
        torn = {id_: words for id_, words in torn.items() if id_ in asked}
        clauses = self._situation.own(text)
        settled = {*hits, *torn}
        near = await asyncio.to_thread(self._statements.near, clauses, advisor, settled)
        return Told(hits, torn, tuple(near), cut=len(text) > LONGEST)


def ticked(value: str) -> tuple[dict[str, str], list[str]]:
    """
    Return what was ticked by question, and the questions of which two answers were ticked that
    cannot both hold.
    """
    options: dict[str, list[str]] = {}
    for statement in value.split(LIST):
        question, _, option = statement.partition(IS)
        if option:
            options.setdefault(question, []).append(option)
    answers, torn = {}, []
    for question, chosen in options.items():
        if len(chosen) > 1 and question not in SEVERAL:
            torn.append(question)
        else:
            answers[question] = LIST.join(chosen)
    return answers, torn


def confirmed(run: Run, advisor: Advisor, values: Values) -> Run:
    """
    Return the run with what the person confirmed; of several options that were read all stay where
    the first was left as it was shown. Of ticks that contradict each other none counts.
    """
    given, _ = ticked(values.get(TICKS, ""))
    for criterion, option in values.items():
        if criterion == TICKS or not option:
            continue
        proposed = run.proposed.get(criterion, "")
        same = option and option == proposed.split(LIST)[0]
        given[criterion] = proposed if same else option
    valid = advisor.validate(given)
    answers = {**run.answers, **valid}
    words = {criterion: words for criterion, words in run.words.items() if criterion in answers}
    return replace(run, answers=answers, words=words)


def known(hits: Mapping[str, Hit], advisor: Advisor) -> dict[str, Hit]:
    """Return what was read as far as this model asks for it."""
    known = {criterion.id: set(criterion.names) for criterion in advisor.model.questions}
    return {
        criterion: hit
        for criterion, hit in hits.items()
        if set(hit.option.split(LIST)) <= known.get(criterion, set())
    }


def contradictions(torn: Mapping[str, tuple[str, ...]], advisor: Advisor, say: Wording) -> str:
    """Say where the text contradicts itself, or says what cannot be, with its words."""
    rows, impossible = [], []
    for criterion, words in torn.items():
        name = figures.subject(advisor, criterion, say.language)
        row = say("torn_words", criterion=name, words=say("torn_between").join(words))
        if len(words) > 1:
            rows.append(row)
        else:
            impossible.append(row)
    sentences = []
    if rows:
        sentences.append(say("torn", criteria=say.listed(rows)))
    if impossible:
        sentences.append(say("impossible", criteria=say.listed(impossible)))
    return "\n".join(sentences)


def subjects(criteria: Iterable[str], advisor: Advisor, say: Wording) -> str:
    """Return what questions are about, as a list in words."""
    names = [figures.subject(advisor, criterion, say.language) for criterion in criteria]
    return say.listed(names)
