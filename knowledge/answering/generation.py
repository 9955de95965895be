"""
Letting a model write the answer, and keeping of it only what its sources say.

All that a model does for one answer shares one budget: rewording a follow-up, writing, trying
again. What fails for good is reported with its reason, for quotes to take its place.
"""

import asyncio
import logging
import math
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from re import IGNORECASE
from re import compile as pattern

from knowledge.answering.citations import Draft
from knowledge.answering.entailment import Entailment
from knowledge.answering.grounding import in_language
from knowledge.answering.prompt import CHARACTERS, Prompt, alone, judging, rewriting
from knowledge.answering.question import Turn
from knowledge.answering.trace import Check
from knowledge.answering.verification import Verifier, absent, as_a_whole, draft
from knowledge.answering.watching import Shown, Watch, thought
from knowledge.answering.wording import Wording
from knowledge.errors import ModelUnavailable
from knowledge.models.faults import ModelFault
from knowledge.models.language_models import Model, Written
from knowledge.models.purse import Purse, tokens
from knowledge.retry import Retry
from knowledge.text.sanitise import sanitise
from knowledge.values import Hit, Language, Phrase

log = logging.getLogger(__name__)
# seconds for everything a model does for one answer: the rest of twenty is for searching and
# showing
BUDGET = 17.0
ATTEMPT = 0.7  # share of the budget in which an attempt must begin to write; then all is left to it
REWRITE = 0.18  # share of the budget for rewording a follow-up
JUDGE = 0.4  # share of the budget for the second opinion
RETRIES = 2
PAUSE = 0.4  # seconds before the first retry at most, doubled for the second
QUESTION = 300  # characters of a reworded question
LEAST = 1500  # characters of passages below which a model is not worth asking
AGAIN = {
    "ja": "\n\n前の答えは別の言語で書かれていました。必ず日本語だけで書いてください。",
    "en": "\n\nThe last answer was in another language. Write in English only.",
}
_REFUTED = pattern(r"(\d{1,2})\s*[:：.)]?\s*(?:no\b|いいえ|×)", IGNORECASE)
_VERDICT = pattern(r"\d{1,2}\s*[:：.)]?\s*(?:no\b|yes\b|いいえ|はい|×|○)", IGNORECASE)


@dataclass(frozen=True, slots=True)
class Allowance:
    """
    What a model may take for one answer: `seconds` in all, `characters` of passages, and whether a
    second call asks it to judge what it wrote.
    """

    seconds: float = BUDGET
    characters: int = CHARACTERS
    judged: bool = False


@dataclass(frozen=True, slots=True)
class Generated:
    """
    A checked answer. Without sentences it is a refusal: the model said that the passages hold no
    answer.
    """

    draft: Draft
    checks: tuple[Check, ...]
    removed: int
    output: str
    tokens: tuple[int, int]


class Unusable(ModelUnavailable):
    """
    Nothing of what a model wrote can be shown: `output` is what it wrote, `checks` say why of each
    sentence, `spent` are the tokens it took, in and out.
    """

    def __init__(
        self, code: str, output: str, checks: tuple[Check, ...], spent: tuple[int, int]
    ) -> None:
        super().__init__(code, _reason(code))
        self.output = output
        self.checks = checks
        self.spent = spent

    @property
    def why(self) -> str:
        """How many sentences fell for which reason: "citation 3, figure 1"."""
        reasons = Counter(check.reason for check in self.checks)
        return ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())


class _Missed(Exception):
    """One try failed, for the reason `code`; `seconds` is when the provider may be asked again."""

    def __init__(self, code: str, seconds: float | None = None) -> None:
        super().__init__(code)
        self.failure = _failure(code)
        self.seconds = seconds


def _is_missed(failure: BaseException) -> bool:
    return isinstance(failure, _Missed)


def _seconds_named(failure: BaseException) -> float | None:
    if isinstance(failure, _Missed):
        return failure.seconds
    return None


class Budget:
    """The seconds that are left for one answer."""

    def __init__(self, seconds: float = BUDGET) -> None:
        self._seconds = seconds
        self._until = time.monotonic() + seconds

    def left(self, share: float = ATTEMPT) -> float:
        """Return the seconds that are left, at most this share of the whole."""
        return max(min(self._until - time.monotonic(), share * self._seconds), 0.0)


class Generator:
    """
    Writes answers with one model. `characters` are those of passages it is given now: what is
    allowed, or less where that was more than it reads.
    """

    def __init__(
        self,
        model: Model,
        *,
        allowance: Allowance | None = None,
        entailment: Entailment | None = None,
    ) -> None:
        self._model = model
        self.allowance = allowance or Allowance()
        self.characters = self.allowance.characters
        self._verifier = Verifier(entailment)
        self.name = model.name

    def budget(self) -> Budget:
        """Return the time for one answer, which begins now."""
        return Budget(self.allowance.seconds)

    async def open(self) -> None:
        """Import the model's client, so that no answer's time is spent on it."""
        with suppress(ModelUnavailable):
            await asyncio.to_thread(self._model.open)

    def reads_less(self) -> bool:
        """
        Give the model half as much to read from now on, since it said that a prompt was too long
        for it; False where less would be of no use.
        """
        if self.characters // 2 < LEAST:
            return False
        self.characters //= 2
        fields = {"model": self.name, "characters": self.characters}
        log.warning("the model reads less than LLM_CHARACTERS", extra=fields)
        return True

    async def reword(
        self, question: str, history: tuple[Turn, ...], language: Language, budget: Budget
    ) -> str:
        """
        Return a follow-up as a question of its own, "" when the model did not deliver one in a few
        seconds; one call.
        """
        try:
            async with asyncio.timeout(budget.left(REWRITE)):
                written = await self._ask(rewriting(question, history, language), _unheard)
        except (ModelFault, ModelUnavailable, TimeoutError):
            return ""
        text = sanitise(thought(written.text).strip().partition("\n")[0])[:QUESTION]
        if not in_language(text, language):
            return ""
        return text

    async def alone(self, question: str, language: Language) -> str:
        """
        Return what the model says without any document.

        Raises:
            ModelUnavailable: it failed for good; `code` names why.
        """
        written = await self._attempts(alone(question, language), _unheard, self.budget())
        return sanitise(thought(written.text))

    async def write(
        self, prompt: Prompt, hits: Sequence[Hit], language: Language, shown: Shown, budget: Budget
    ) -> Generated:
        """
        Let the model write and return what stands the checks; in another language than asked, it is
        told so once.

        Raises:
            ModelUnavailable: it failed for good, within the budget; `code` names why.
        """
        text = prompt.text
        for last in (False, True):
            watch = Watch(prompt, language, shown, self._verifier)
            written = await self._attempts(text, watch.hear, budget)
            output = thought(written.text)
            checks = await watch.checked(output)
            checks = await self._judged(checks, prompt, language, budget)
            supported = [check for check in checks if check.kept]
            tokens = (written.tokens_in, written.tokens_out)
            if supported:
                removed = len(checks) - len(supported)
                return Generated(draft(supported, hits), checks, removed, written.text, tokens)
            if prompt.token in output or absent(checks):
                return Generated(Draft((), ()), checks, 0, written.text, tokens)
            if "language" not in {check.reason for check in checks}:
                raise Unusable("unsupported", written.text, checks, tokens)
            if not last and budget.left() > 0:
                text = prompt.text + AGAIN[language]
        raise Unusable("wrong_language", written.text, checks, tokens)

    async def _judged(
        self, checks: tuple[Check, ...], prompt: Prompt, language: Language, budget: Budget
    ) -> tuple[Check, ...]:
        """
        Ask the model itself about each claim that stays, where that is wanted; what it denies goes.
        A judge that fails judges nothing.
        """
        staying = [check for check in checks if check.kept]
        if not self.allowance.judged or not staying:
            return checks
        rows = []
        for check in staying:
            behind = [prompt.sources[number - 1].text for number in check.citations]
            evidence = [words for words in check.evidence if words]
            rows.append((check.sentence, "\n".join(evidence or behind)))
        try:
            async with asyncio.timeout(budget.left(JUDGE)):
                written = await self._ask(judging(prompt.question, rows, language), _unheard)
        except (ModelFault, ModelUnavailable, TimeoutError) as failure:
            self._not_judged(type(failure).__name__)
            return checks
        if len(_VERDICT.findall(written.text)) < len(staying):
            self._not_judged("no verdict")
        denied = {int(number) for number in _REFUTED.findall(written.text)}
        judged = []
        for check in checks:
            if check.kept and staying.index(check) + 1 in denied:
                judged.append(replace(check, kept=False, reason="judge"))
            else:
                judged.append(check)
        return as_a_whole(judged)

    def _not_judged(self, reason: str) -> None:
        """Tell operators that statements were shown without the second look they asked for."""
        log.warning("statements were not judged", extra={"model": self.name, "reason": reason})

    async def _attempts(self, prompt: str, heard: Shown, budget: Budget) -> Written:
        """
        Return what the model wrote whole, asked again where that may help and fits the budget.

        Raises:
            ModelUnavailable: it failed for good; `code` names why.
        """
        attempts = Retry(
            RETRIES + 1,
            PAUSE,
            again=_is_missed,
            named=_seconds_named,
            budget=budget.left(math.inf),
        )
        try:
            return await attempts.call(partial(self._attempt, prompt, heard, budget))
        except _Missed as missed:
            raise missed.failure from missed

    async def _attempt(self, prompt: str, heard: Shown, budget: Budget) -> Written:
        """
        Return what the model wrote whole at one try.

        Raises:
            _Missed: it did not; another try may help.
            ModelUnavailable: no further try would help.
        """
        if not self._model.breaker.closed():
            fields = {"model": self.name, "reason": self._model.breaker.why}
            log.warning("the model is left alone after a row of failures", extra=fields)
            raise _failure("resting")
        purse: Purse | None = self._model.purse
        if purse is not None and not await purse.open():
            raise _failure("budget")
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(budget.left()) as limit:

                async def begun(text: str) -> None:
                    limit.reschedule(loop.time() + budget.left(math.inf))
                    await heard(text)

                written = await self._ask(prompt, begun)
        except TimeoutError as late:
            self._model.breaker.failed("timeout")
            raise _Missed("timeout") from late
        except ModelFault as fault:
            if fault.final:
                raise _failure(fault.kind) from fault
            raise _Missed(fault.kind, fault.retry_after) from fault
        if not written.text.strip():
            raise _Missed("empty")
        if not written.whole:
            raise _Missed("cut")
        return written

    async def _ask(self, prompt: str, heard: Shown) -> Written:
        """
        Ask once, and tell the breaker how it went. Whoever cancels it, since nobody waits for it
        any more, says nothing against the model; nor does a prompt that was too long.
        """
        await asyncio.to_thread(self._model.open)
        try:
            written = await self._model.write(prompt, heard)
        except ModelFault as fault:
            if fault.kind != "too_long":
                self._model.breaker.failed(fault.kind)
            raise
        if self._model.purse is not None:
            await self._model.purse.pay(*tokens(prompt, written))
        if written.whole:
            self._model.breaker.succeeded()
        else:
            self._model.breaker.failed("cut")
        return written


async def _unheard(_text: str) -> None:
    """Nobody watches."""


def because(code: str) -> Phrase | None:
    """Return the sentence for a reason why an answer fell back to quotes; None for another code."""
    with suppress(KeyError):
        return _reason(code)
    return None


def _failure(code: str) -> ModelUnavailable:
    return ModelUnavailable(code, _reason(code))


def _reason(code: str) -> Phrase:
    return Wording.load().phrase(f"model_{code}")
