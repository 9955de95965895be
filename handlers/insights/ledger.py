"""
The ledger of questions: one row each, kept by the day for ninety days, without who asked.

Only questions to the documents stand in it. What is mere talk never becomes one, and a question
that was asked back is no unanswered one.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, get_args

from handlers.lifetimes import LEDGER
from handlers.sessions import Sessions, State
from knowledge.answering.trace import Stage
from knowledge.values import Answer

Outcome = Literal["answered", "unsure", "refused", "asked_back"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
TEXT = 300  # characters of a question that are kept


@dataclass(frozen=True, slots=True)
class Row:
    """
    One question and what became of it. `at` is ISO in UTC; `documents` are ids of those cited;
    `written` says that a model wrote the answer, `fallback` why one did not; tokens are 0 without.
    """

    id: str
    at: str
    question: str
    language: str
    outcome: Outcome
    documents: tuple[str, ...]
    milliseconds: float
    written: bool
    fallback: str
    tokens_in: int
    tokens_out: int

    @property
    def day(self) -> str:
        return self.at[:10]


class Ledger:
    """Each method may raise SessionsUnavailable."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def note(self, answer: Answer, stages: Iterable[Stage]) -> None:
        """Write down what became of a question."""
        tokens_in, tokens_out = 0, 0
        for stage in stages:
            if stage.status == "done":
                tokens_in += stage.tokens_in
                tokens_out += stage.tokens_out
        documents = [cited.passage.document for cited in answer.citations]
        row = Row(
            answer.id,
            datetime.now(UTC).isoformat(timespec="seconds"),
            answer.question[:TEXT],
            answer.language,
            outcome_of(answer),
            tuple(dict.fromkeys(documents)),
            round(answer.milliseconds.get("total", 0.0), 1),
            answer.mode == "llm",
            answer.fallback,
            tokens_in,
            tokens_out,
        )
        await self._sessions.jot(_journal(row.day), asdict(row), LEDGER)

    async def rows(self, days: int, today: date) -> list[Row]:
        """Return the rows of the last `days` days, today's included, oldest first."""
        rows: list[Row] = []
        for back in range(days - 1, -1, -1):
            day = (today - timedelta(days=back)).isoformat()
            rows += map(_row, await self._sessions.journal(_journal(day)))
        return rows


def outcome_of(answer: Answer) -> Outcome:
    """Return what became of a question."""
    if answer.mode == "refused":
        return "refused"
    if answer.mode == "asked_back":
        return "asked_back"
    if answer.certainty == "unsure":
        return "unsure"
    return "answered"


def _journal(day: str) -> str:
    return f"questions {day}"


def _row(state: State) -> Row:
    known = {name: state[name] for name in Row.__slots__}
    return Row(**known | {"documents": tuple(state["documents"])})
