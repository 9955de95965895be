"""
Several people's answers to the same questions: what they agree on, and which differences matter to
the result.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowledge.advisor.engine import Advisor
from knowledge.advisor.values import Criterion

Answers = Mapping[str, str]
HARD = ("boundary", "cite", "act", "impact")  # what must be agreed on before anything is advised


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
    the lead of the agreed recommendation moves between them. `hard` says that nothing can be
    recommended before people agree on it.
    """

    criterion: str
    choices: tuple[Choice, ...]
    decides: bool
    swing: float
    hard: bool = False


def agreement(people: Sequence[Answers]) -> dict[str, str]:
    """
    Return the answers nobody contradicts; a question somebody left open counts as the others answer
    it.
    """
    options: dict[str, set[str]] = {}
    for answers in people:
        for criterion, option in answers.items():
            options.setdefault(criterion, set()).add(option)
    agreed = {}
    for criterion, chosen in options.items():
        if len(chosen) == 1:
            agreed[criterion] = next(iter(chosen))
    return agreed


def disagreements(advisor: Advisor, people: Sequence[Answers]) -> tuple[Disagreement, ...]:
    """Return what people differ about, what decides the result first, then by swing."""
    agreed = agreement(people)
    best = advisor.winner(agreed)
    rows = []
    for criterion in advisor.model.questions:
        choosers = _choosers(criterion, people)
        if len(choosers) > 1:
            rows.append(_disagreement(advisor, criterion.id, choosers, agreed, best))
    rows.sort(key=_effect)
    return tuple(rows)


def _choosers(criterion: Criterion, people: Sequence[Answers]) -> dict[str, tuple[int, ...]]:
    """Return by option, in its order, who chose it; options nobody chose are left out."""
    choosers = {}
    for option in criterion.names:
        chosen_by = [n for n, answers in enumerate(people) if answers.get(criterion.id) == option]
        if chosen_by:
            choosers[option] = tuple(chosen_by)
    return choosers


def _disagreement(
    advisor: Advisor,
    criterion: str,
    choosers: Mapping[str, tuple[int, ...]],
    agreed: Answers,
    best: str,
) -> Disagreement:
    choices = []
    leads = []
    for option, chosen_by in choosers.items():
        answers = {**agreed, criterion: option}
        choices.append(Choice(option, chosen_by, advisor.winner(answers)))
        leads.append(advisor.lead(answers, best))
    recommendations = {choice.recommendation for choice in choices}
    decides = len(recommendations) > 1
    swing = max(leads) - min(leads)
    return Disagreement(criterion, tuple(choices), decides, swing, hard=criterion in HARD)


def _effect(row: Disagreement) -> tuple[bool, float]:
    """Order by effect, the largest first."""
    return not row.decides, -row.swing
