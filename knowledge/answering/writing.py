"""
Writing an answer from what was retrieved: by a model where there is one, by quotes otherwise and
wherever the model fails, and not at all where the passages hold no answer.
"""

import logging
from dataclasses import replace

from knowledge.answering.context import in_context
from knowledge.answering.extractive import DEPTH, Extract, Extractor
from knowledge.answering.generation import Budget, Generator, Unusable
from knowledge.answering.progress import Progress
from knowledge.answering.prompt import answering
from knowledge.answering.quoting import FOUND, Quoter
from knowledge.answering.refusal import nearest
from knowledge.answering.stages import Question, Retrieved, Written
from knowledge.answering.suggestions import meanings
from knowledge.answering.sureness import Sureness
from knowledge.answering.wording import Wording
from knowledge.errors import ModelUnavailable
from knowledge.retrieval.query import Query
from knowledge.retrieval.source import PassageSource

log = logging.getLogger(__name__)
__all__ = ["FOUND", "Writer"]

USUAL = 6  # passages that may be used where nobody says otherwise


def depth(limit: int) -> int:
    """
    Return how many passages are quoted from where at most `limit` may be used: a few of the usual
    number, all of another one, since whoever sets it wants to see what it does.
    """
    if limit == USUAL:
        return DEPTH
    return limit


class Writer:
    """Writes answers over one source of passages; without a `generator` it quotes."""

    def __init__(
        self,
        source: PassageSource,
        extractor: Extractor,
        sureness: Sureness,
        generator: Generator | None,
        wording: Wording,
    ) -> None:
        self._source = source
        self._extractor = extractor
        self._quoter = Quoter(source, extractor, sureness, wording)
        self._generator = generator
        self._wording = wording

    async def write(
        self, question: Question, retrieved: Retrieved, budget: Budget, progress: Progress
    ) -> Written:
        """
        Return an answer to `question` from the retrieved hits alone. About 5 ms without a model,
        with one as long as `budget` lasts.

        Raises:
            LibraryUnavailable: the index did not answer for a side of a comparison.
        """
        query, hits = retrieved.query, retrieved.hits
        extract = self._extractor.extract(query, hits, depth=depth(question.limit))
        written = self._unwritten(question, retrieved, extract)
        if not extract.picks or extract.verdict == "none":
            return self._refused(query, written)
        if self._generator is not None:
            written = await self._generated(self._generator, question, written, budget, progress)
            if written.mode == "llm":
                return written
            if written.fallback is None:
                return self._refused(query, written)
        return await self._quoter.write(question, query, written, extract)

    def _unwritten(self, question: Question, retrieved: Retrieved, extract: Extract) -> Written:
        """Return what is known of an answer before a word of it is written."""
        query, hits = retrieved.query, retrieved.hits
        return Written(
            hits=hits,
            missing=extract.missing,
            meanings=meanings(
                query, question.text, hits, self._extractor, question.language, self._wording
            ),
            depends=query.wants("choice"),
        )

    def _refused(self, query: Query, written: Written) -> Written:
        return replace(written, nearest=nearest(query, written.hits, self._extractor))

    async def _generated(
        self,
        generator: Generator,
        question: Question,
        written: Written,
        budget: Budget,
        progress: Progress,
    ) -> Written:
        """Let the model write: mode "llm", "refused", or with a `fallback` where it failed."""

        async def show(text: str) -> None:
            await progress.show(text, candidates=len(written.hits))

        best = written.hits[: question.limit]
        characters = generator.characters
        hits = await in_context(self._source, best, question.readers, characters)
        prompt = answering(question.text, hits, question.language, question.history, characters)
        others = [hit for hit in written.hits if hit not in hits]
        asked = replace(written, model=generator.name, prompt=prompt.text)
        try:
            generated = await generator.write(prompt, hits, question.language, show, budget)
        except ModelUnavailable as failure:
            if failure.code == "too_long" and generator.reads_less():
                return await self._generated(generator, question, written, budget, progress)
            return _given_up(asked, failure)
        return replace(
            asked,
            mode="llm" if generated.draft.sentences else "refused",
            hits=(*hits, *others),
            draft=generated.draft,
            certainty="unsure" if generated.removed else "sure",
            held=not generated.removed,
            checks=generated.checks,
            removed=generated.removed,
            output=generated.output,
            tokens=generated.tokens,
        )


def _given_up(asked: Written, failure: ModelUnavailable) -> Written:
    """Return what is known of a model's answer that gave way; operators read why in the log."""
    fields = {"model": asked.model, "reason": failure.code}
    if not isinstance(failure, Unusable):
        log.warning("quotes in place of the model's answer", extra=fields)
        return replace(asked, fallback=failure)
    log.warning("quotes in place of the model's answer", extra={**fields, "checks": failure.why})
    return replace(
        asked,
        fallback=failure,
        checks=failure.checks,
        output=failure.output,
        tokens=failure.spent,
    )
