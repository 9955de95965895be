"""
Letting a model write the answer, and keeping of it only what its sources say.

All that a model does for one answer shares one budget: rewording a follow-up, writing, trying
again. What fails for good is reported with its reason, for quotes to take its place.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from re import DOTALL
from re import compile as pattern

from knowledge.answering.citations import Draft
from knowledge.answering.grounding import in_language
from knowledge.answering.prompt import Prompt, alone, rewriting
from knowledge.answering.question import Turn
from knowledge.answering.trace import Check
from knowledge.answering.verification import absent, check, draft, finished
from knowledge.answering.wording import Wording
from knowledge.errors import ModelUnavailable
from knowledge.models.language_models import Model, ModelFault, Written
from knowledge.retry import Retry
from knowledge.text.sanitise import sanitise
from knowledge.values import Hit, Language

# seconds for everything a model does for one answer: the rest of twenty is for searching and
# showing
BUDGET = 17.0
ATTEMPT = 12.0  # seconds one attempt may take
REWRITE = 3.0  # seconds for rewording a follow-up
RETRIES = 2
PAUSE = 0.4  # seconds before the first retry at most, doubled for the second
LONGEST = 6000  # characters of output looked at
QUESTION = 300  # characters of a reworded question
TOO_MANY = 429  # HTTP status after which trying again may help, as it may from SERVER_ERROR on
CLIENT_ERROR, SERVER_ERROR = 400, 500
AGAIN = {
    "ja": "\n\n前の答えは別の言語で書かれていました。必ず日本語だけで書いてください。",
    "en": "\n\nThe last answer was in another language. Write in English only.",
}
_THINKING = pattern(r"<think>.*?(?:</think>|$)", DOTALL)
Shown = Callable[[str], Awaitable[None]]


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


class _Missed(Exception):
    """One try failed, for the reason `code`; `seconds` is when the provider may be asked again."""

    def __init__(self, code: str, seconds: float | None = None) -> None:
        super().__init__(code)
        self.failure = _failure(code)
        self.seconds = seconds


def _is_missed(failure: BaseException) -> bool:
    return isinstance(failure, _Missed)


def _seconds_named(failure: BaseException) -> float | None:
    return failure.seconds if isinstance(failure, _Missed) else None


class Budget:
    """The seconds that are left for one answer."""

    def __init__(self, seconds: float = BUDGET) -> None:
        self._until = time.monotonic() + seconds

    def left(self, at_most: float = ATTEMPT) -> float:
        return max(min(self._until - time.monotonic(), at_most), 0.0)


class Generator:
    """Writes answers with one model."""

    def __init__(self, model: Model, *, seconds: float = BUDGET) -> None:
        self._model = model
        self._seconds = seconds
        self.name = model.name

    def budget(self) -> Budget:
        return Budget(self._seconds)

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
        text = sanitise(_THINKING.sub("", written.text).strip().partition("\n")[0])[:QUESTION]
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
        return sanitise(_THINKING.sub("", written.text))[:LONGEST]

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
            watch = _Watch(prompt, language, shown)
            written = await self._attempts(text, watch.hear, budget)
            output = _THINKING.sub("", written.text)[:LONGEST]
            checks = _checked(output, prompt, language)
            supported = [check for check in checks if check.kept]
            tokens = (written.tokens_in, written.tokens_out)
            if supported:
                removed = len(checks) - len(supported)
                return Generated(draft(supported, hits), checks, removed, written.text, tokens)
            if prompt.token in output or absent(checks):
                return Generated(Draft((), ()), checks, 0, written.text, tokens)
            if "language" not in {check.reason for check in checks}:
                raise _failure("unsupported")
            if not last and budget.left() > 0:
                text = prompt.text + AGAIN[language]
        raise _failure("wrong_language")

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
            raise _failure("resting")
        try:
            async with asyncio.timeout(budget.left()):
                written = await self._ask(prompt, heard)
        except TimeoutError as late:
            raise _Missed("timeout") from late
        except ModelFault as fault:
            code = "rate_limited" if fault.status == TOO_MANY else "model_error"
            if CLIENT_ERROR <= fault.status < SERVER_ERROR and fault.status != TOO_MANY:
                raise _failure(code) from fault
            raise _Missed(code, fault.retry_after) from fault
        if not written.text.strip():
            raise _Missed("empty")
        if not written.whole:
            raise _Missed("cut")
        return written

    async def _ask(self, prompt: str, heard: Shown) -> Written:
        """Ask once, and tell the breaker how it went."""
        await asyncio.to_thread(self._model.open)
        try:
            written = await self._model.write(prompt, heard)
        except (ModelFault, asyncio.CancelledError):  # cancelled: our time was over
            self._model.breaker.failed()
            raise
        if written.whole:
            self._model.breaker.succeeded()
        else:
            self._model.breaker.failed()
        return written


class _Watch:
    """Shows each sentence that stands its check while the model is still writing."""

    def __init__(self, prompt: Prompt, language: Language, shown: Shown) -> None:
        self._prompt = prompt
        self._language = language
        self._shown = shown
        self._done = 0
        self._supported: list[str] = []

    async def hear(self, text: str) -> None:
        text = _THINKING.sub("", text)[:LONGEST]
        end = finished(text)
        if end <= self._done:
            return
        checks = _checked(text[self._done : end], self._prompt, self._language)
        self._done = end
        supported = [check.sentence for check in checks if check.kept]
        if supported:
            self._supported += supported
            await self._shown("\n".join(self._supported))


async def _unheard(_text: str) -> None:
    """Nobody watches."""


def _checked(output: str, prompt: Prompt, language: Language) -> tuple[Check, ...]:
    """Hold an output against the prompt's sources; the token that says "none" is no sentence."""
    checks = check(output, prompt.sources, language)
    return tuple(one for one in checks if prompt.token not in one.sentence)


def _fault(fault: ModelFault) -> ModelUnavailable:
    if fault.status == TOO_MANY:
        return _failure("rate_limited")
    return _failure("model_error")


def _failure(code: str) -> ModelUnavailable:
    return ModelUnavailable(code, Wording.load().phrase(f"model_{code}"))
