"""What a ledger says: days, unanswered questions that are alike, documents, times, models. Pure."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from handlers.insights.ledger import OUTCOMES, Outcome, Row
from knowledge.models.sentence_encoder import Vectors

ALIKE = 0.62  # the cosine from which two questions ask the same
SHARED = 0.5  # of their pairs of signs, where no vectors are known
CLUSTERS = 20  # that are listed
COMPARED = 2000  # unanswered questions that are compared, the latest


@dataclass(frozen=True, slots=True)
class Day:
    """The questions of one day by what became of them. `day` is ISO."""

    day: str
    counts: Mapping[Outcome, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Cluster:
    """Unanswered questions that ask the same; the first is how it is asked most often."""

    questions: tuple[str, ...]
    asked: int
    last: str

    @property
    def head(self) -> str:
        return self.questions[0]


@dataclass(frozen=True, slots=True)
class Cited:
    """A document, how many answers cited it, and how many of those helped and did not."""

    document: str
    answers: int
    up: int
    down: int


@dataclass(frozen=True, slots=True)
class Report:
    """
    What happened in some days. Times are milliseconds, of half and of 95 % of the answers;
    `written` counts answers of a model, `fell_back` those it failed at, and
    `reasons` how many for each code, the most frequent first.
    """

    days: tuple[Day, ...]
    clusters: tuple[Cluster, ...]
    documents: tuple[Cited, ...]
    half: float
    most: float
    written: int
    fell_back: int
    reasons: tuple[tuple[str, int], ...]
    tokens_in: int
    tokens_out: int

    @property
    def total(self) -> int:
        total = 0
        for day in self.days:
            total += day.total
        return total

    def count(self, outcome: Outcome) -> int:
        """Return how many questions ended so."""
        count = 0
        for day in self.days:
            count += day.counts[outcome]
        return count


def report(
    rows: Sequence[Row],
    votes: Mapping[str, str],
    days: Sequence[str],
    vectors: Vectors | None = None,
) -> Report:
    """
    Return what the rows of these days say. `votes` are "up" or why not, by the id of the answer;
    `vectors` belong to what `unanswered` returns, one each, None where there are none.
    """
    times = []
    written, tokens_in, tokens_out = 0, 0, 0
    reasons: Counter[str] = Counter()
    for row in rows:
        times.append(row.milliseconds)
        written += row.written
        if row.fallback:
            reasons[row.fallback] += 1
        tokens_in += row.tokens_in
        tokens_out += row.tokens_out
    times.sort()
    clusters = _clusters(unanswered(rows), vectors)
    return Report(
        _days(days, rows),
        tuple(clusters[:CLUSTERS]),
        tuple(_cited(rows, votes)),
        _share(times, 0.5),
        _share(times, 0.95),
        written,
        reasons.total(),
        tuple(reasons.most_common()),
        tokens_in,
        tokens_out,
    )


def days_of(days: int, today: date) -> list[str]:
    """Return the last days, today included, oldest first, as ISO."""
    first = today - timedelta(days=days - 1)
    return [(first + timedelta(days=number)).isoformat() for number in range(days)]


def unanswered(rows: Iterable[Row]) -> list[Row]:
    """Return what the documents did not answer, oldest first."""
    return [row for row in rows if row.outcome == "refused"][-COMPARED:]


def _days(days: Sequence[str], rows: Iterable[Row]) -> tuple[Day, ...]:
    counts: dict[str, dict[Outcome, int]] = {}
    for day in days:
        counts[day] = dict.fromkeys(OUTCOMES, 0)
    for row in rows:
        if row.day in counts:
            counts[row.day][row.outcome] += 1
    return tuple(map(Day, counts.keys(), counts.values()))


def _clusters(rows: Sequence[Row], vectors: Vectors | None) -> list[Cluster]:
    """Put each question to the first group it is alike; the biggest group first."""
    groups: list[list[int]] = []
    for number in range(len(rows)):
        for group in groups:
            if _alike(rows, vectors, group[0], number):
                group.append(number)
                break
        else:
            groups.append([number])
    clusters = [_cluster(rows, group) for group in groups]
    return sorted(clusters, key=_rank)


def _rank(cluster: Cluster) -> tuple[int, str]:
    return -cluster.asked, cluster.head


def _cluster(rows: Sequence[Row], group: Sequence[int]) -> Cluster:
    asked: Counter[str] = Counter()
    last = ""
    for number in group:
        row = rows[number]
        asked[row.question] += 1
        last = max(last, row.day)
    questions, _ = zip(*asked.most_common(), strict=True)
    return Cluster(questions, len(group), last)


def _alike(rows: Sequence[Row], vectors: Vectors | None, one: int, other: int) -> bool:
    if vectors is not None and len(vectors) == len(rows):
        return float(vectors[one] @ vectors[other]) >= ALIKE
    first, second = _pairs(rows[one].question), _pairs(rows[other].question)
    union = len(first | second)
    return bool(union) and len(first & second) / union >= SHARED


def _pairs(text: str) -> frozenset[str]:
    plain = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    pairs = {f"{first}{second}" for first, second in pairwise(plain)}
    return frozenset(pairs or {plain})


def _cited(rows: Iterable[Row], votes: Mapping[str, str]) -> list[Cited]:
    """Return every document that was cited, the least helpful first."""
    answers: Counter[str] = Counter()
    up: Counter[str] = Counter()
    down: Counter[str] = Counter()
    for row in rows:
        answers.update(row.documents)
        vote = votes.get(row.id, "")
        if vote == "up":
            up.update(row.documents)
        elif vote:
            down.update(row.documents)
    cited = [Cited(id_, count, up[id_], down[id_]) for id_, count in answers.items()]
    return sorted(cited, key=_least_helpful)


def _least_helpful(cited: Cited) -> tuple[int, int, str]:
    return -cited.down, -cited.answers, cited.document


def _share(times: Sequence[float], share: float) -> float:
    """Return the time within which this share of the answers came; 0 without any."""
    if not times:
        return 0.0
    return times[min(int(share * len(times)), len(times) - 1)]
