"""
What each question of the guided dialog changes. `python docs/asked.py` writes
`docs/reference/questions.md`.

Made-up organisations answer every question; then one answer is changed to another one and what is
recommended before and after is held side by side. A question that changes nothing one can see would
be asked in vain.
"""

import random
from pathlib import Path

from handlers.choose.result import ResultView
from handlers.choose.runs import Run
from handlers.choose.wording import Wording
from handlers.texts import Texts
from knowledge.advisor.engine import Advisor
from knowledge.advisor.values import Criterion

PAGE = Path(__file__).parent / "reference/questions.md"
MANY, FEW = 1000, 40  # organisations: for what is recommended, and for the whole sheet
HEAD = """# What each question changes

Made by `python docs/asked.py` from the decision model that comes with llm-choose (version {version}).
{many:,} made-up organisations answer every question; then one answer is changed to another one at random.
“Suits” is how often another option suits best, “Advised” how often another one is recommended once
limits are held against it, “Cost” how often its costs differ, and “Seen” how often anything on the
sheet of results differs, its cautions and route included (the last two: {few} organisations).

| Question | 質問 | When it is asked | Suits | Advised | Cost | Seen |
|---|---|---|---|---|---|---|
"""


def table(advisor: Advisor) -> str:
    """Return the page. About a minute."""
    chance = random.Random(7)  # noqa: S311 - no secret: the same each time
    model = advisor.model
    people = [_profile(advisor, chance) for _ in range(MANY)]
    fits, advised = _winners(advisor, people)
    rows = []
    for criterion in model.questions:
        changed = [_other(profile, criterion, chance) for profile in people]
        fits_then, advised_then = _winners(advisor, changed)
        cost, seen = _sheets(advisor, people[:FEW], changed[:FEW])
        shares = (
            _share(fits, fits_then),
            _share(advised, advised_then),
            f"{cost / FEW:.0%}",
            f"{seen / FEW:.0%}",
        )
        words = criterion.words.label
        rows.append(
            f"| {words.en} | {words.ja} | {_when(advisor, criterion)} | {' | '.join(shares)} |"
        )
    head = HEAD.format(version=model.version, many=MANY, few=FEW)
    return head + "\n".join(rows) + "\n"


def _profile(advisor: Advisor, chance: random.Random) -> dict[str, str]:
    """Return an organisation that answers everything; nothing was tried in vain."""
    return {one.id: chance.choice(one.names) for one in advisor.model.single}


def _other(profile: dict[str, str], criterion: Criterion, chance: random.Random) -> dict[str, str]:
    others = [name for name in criterion.names if name != profile.get(criterion.id)]
    return {**profile, criterion.id: chance.choice(others)}


def _winners(advisor: Advisor, people: list[dict[str, str]]) -> tuple[list[int], list[int]]:
    """Return what suits each and what is recommended to each."""
    fits, advised = [], []
    for profile in people:
        row = advisor.tables.row(profile)[None, :]
        verdicts = advisor.judge.verdicts(row, advisor.tables.beside(profile))
        fits.append(int(verdicts.fit[0]))
        advised.append(int(verdicts.advice[0]))
    return fits, advised


def _sheets(
    advisor: Advisor, before: list[dict[str, str]], after: list[dict[str, str]]
) -> tuple[int, int]:
    """Return how often costs differ, and how often anything that is shown."""
    cost = seen = 0
    say = Wording(Texts.load(), "en")
    for first, then in zip(before, after, strict=True):
        one, two = (_view(advisor, answers, say) for answers in (first, then))
        option = one.result.advice.id
        cost += advisor.estimate(first, option).year != advisor.estimate(then, option).year
        seen += one.plain() != two.plain()
    return cost, seen


def _view(advisor: Advisor, answers: dict[str, str], say: Wording) -> ResultView:
    run = Run("", "docs", "docs", advisor.model.sha256, answers=answers)
    return ResultView.of(run, advisor, say)


def _share(before: list[int], after: list[int]) -> str:
    changed = sum(one != two for one, two in zip(before, after, strict=True))
    return f"{changed / len(before):.0%}"


def _when(advisor: Advisor, criterion: Criterion) -> str:
    rules = advisor.model.rules
    if criterion.id in rules.page:
        return "on the first page"
    if criterion.id in rules.optional:
        return "on the first page, where one knows it"
    if criterion.id in rules.express:
        return "where it may change the advice; in the short form always"
    return "where it may change the advice"


if __name__ == "__main__":
    PAGE.write_text(table(Advisor.load()), encoding="utf-8")
