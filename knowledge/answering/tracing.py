"""Making the trace of an answer from what its stages left."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from knowledge.answering.stages import Question, Verified, Written
from knowledge.answering.trace import Candidate, Check, Stage, Trace
from knowledge.values import Answer, Hit

EXCERPT = 160  # characters of a candidate kept in the trace


def trace(
    question: Question,
    written: Written,
    verified: Verified,
    answer: Answer,
    stages: Sequence[Stage],
    events: tuple[tuple[str, float], ...],
) -> Trace:
    """Return what people can look at later."""
    cited = enumerate(written.draft.quotes, start=1)
    numbers = {hit: number for number, (hit, _) in cited}
    checks = written.checks
    if not any(check.kept for check in checks):  # quotes, perhaps in place of what a model wrote
        quotes = [Check(s.text, s.citations, 1.0, kept=True) for s in answer.sentences]
        checks = (*checks, *quotes)
    return Trace(
        id=question.id,
        at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        question=question.text,
        rewritten=question.search_text,
        language=question.language,
        mode=answer.mode,
        stages=tuple(stages),
        candidates=_candidates(written.hits, numbers, question.limit),
        prompt=written.prompt,
        output=written.output,
        model=written.model,
        checks=checks,
        limits=verified.limits,
        events=events,
        fallback=answer.fallback,
        limit=question.limit,
        kind=question.kind,
    )


def _candidates(
    hits: Sequence[Hit], numbers: Mapping[int, int], limit: int
) -> tuple[Candidate, ...]:
    """Return the hits as candidates; `numbers` are the citations by the index of their hit."""
    candidates = []
    for at, hit in enumerate(hits):
        passage = hit.passage
        candidates.append(
            Candidate(
                passage=passage.id,
                document=passage.document,
                title=passage.title,
                place=passage.place,
                audience=passage.audience,
                excerpt=passage.text[:EXCERPT],
                score=hit.score,
                rank=hit.rank or at + 1,
                parts=hit.parts,
                used=at in numbers,
                dropped=_dropped(at, numbers, limit),
                number=numbers.get(at, 0),
            )
        )
    return tuple(candidates)


def _dropped(at: int, numbers: Mapping[int, int], limit: int) -> str:
    """Return why the hit at this index is not in the answer; empty for one that is."""
    if at in numbers:
        return ""
    return "rank" if at >= limit else "not_chosen"
