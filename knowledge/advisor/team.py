"""
Several people's answers to the same questions: what they agree on, and which differences matter to
the result.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowledge.advisor.engine import Advisor

Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """
    One answer to a disputed question: who gave it (positions in the list of people) and what would
    be recommended.
    """

    option: str
    people: tuple[int, ...]
    recommendation: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """
    A question with different answers, the rest being what all agree on.

    `decides` says that the answers lead to different recommendations; `swing` is by how many points
    the lead of the agreed recommendation moves between them.
    """

    criterion: str
    choices: tuple[Choice, ...]
    decides: bool
    swing: float


def agreement(people: Sequence[Answers]) -> dict[str, str]:
    """
    Return the answers nobody contradicts; a question somebody left open counts as the others answer
    it.
    """
    given: dict[str, set[str]] = {}
    for answers in people:
        for criterion, option in answers.items():
            given.setdefault(criterion, set()).add(option)
    return {
        criterion: next(iter(options)) for criterion, options in given.items() if len(options) == 1
    }


def disagreements(advisor: Advisor, people: Sequence[Answers]) -> tuple[Disagreement, ...]:
    """Return what people differ about, what decides the result first, then by swing."""
    agreed = agreement(people)
    best = advisor.winner(agreed)
    found = []
    for criterion in (*advisor.model.criteria, *advisor.model.advisory):
        options = [
            o.id for o in criterion.options if any(a.get(criterion.id) == o.id for a in people)
        ]
        if len(options) < 2:
            continue
        leads, choices = [], []
        for option in options:
            answers = {**agreed, criterion.id: option}
            who = tuple(n for n, a in enumerate(people) if a.get(criterion.id) == option)
            choices.append(Choice(option, who, advisor.winner(answers)))
            leads.append(_lead(advisor, answers, best))
        decides = len({c.recommendation for c in choices}) > 1
        found.append(Disagreement(criterion.id, tuple(choices), decides, max(leads) - min(leads)))
    return tuple(sorted(found, key=lambda d: (not d.decides, -d.swing)))


def _lead(advisor: Advisor, answers: Answers, configuration: str) -> float:
    """
    Return by how many points a configuration is ahead of the best other one; both count even where
    they are excluded.
    """
    scores = {s.id: s.score for s in advisor.standings(answers)}
    return scores.pop(configuration) - max(scores.values(), default=0.0)
