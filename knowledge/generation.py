"""
Letting a model write the answer, and keeping of it only what its sources say.

Passages stand between random markers, new with every question, so that no document can close its own quotation. Lines that
look like orders to an AI never reach the model. What comes back is checked sentence by sentence; a model's failure is retried
within the budget and then reported, for quotes to take its place.
"""

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from knowledge.citing import Draft
from knowledge.errors import ModelUnavailable
from knowledge.models import Model, ModelFault, Written
from knowledge.question import Turn
from knowledge.support import harmless, in_language, support
from knowledge.trace import Check
from knowledge.units import units
from knowledge.values import Hit, Language, Sentence
from knowledge.wording import Wording

BUDGET = 20.0  # seconds for everything a model does for one answer
ATTEMPT = 12.0  # seconds one attempt may take
RETRIES = 2
PAUSE = 0.4  # seconds before the first retry, doubled for the second
PASSAGE = 2400  # characters of one passage shown to the model
HISTORY = 3  # earlier turns shown to the model
LONGEST = 6000  # characters of output looked at
_PROMPT = Path(__file__).parent / "prompts" / "answer.md"
_MARKS = re.compile(r"\s*[\[［【]\s*(\d{1,3}(?:\s*[,、，]\s*\d{1,3})*)\s*[\]］】]")
_SENTENCE = re.compile(r"(?:[^。！？!?.\n]|[.](?=\S))+[。！？!?.]*(?:\s*[\[［【][\d\s,、，]+[\]］】][。.]?)*")
_FINISHED = re.compile(r"[。！？!?.][。.]?\s*(?:[\[［][\d,\s]+[\]］])+[。.]?")
TOO_MANY = 429  # HTTP status
SERVER_ERROR = 500  # HTTP status from which on trying again may help
_THINKING = re.compile(r"<think>.*?(?:</think>|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is sent. `token` is what it writes when no passage holds the answer; `sources` are texts by number."""

    text: str
    token: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Generated:
    """A checked answer. Without sentences it is a refusal: the model said so, or nothing it said was supported."""

    draft: Draft
    checks: tuple[Check, ...]
    removed: int
    output: str
    tokens: tuple[int, int]


class Generator:
    """Writes answers with one model."""

    def __init__(self, model: Model, *, budget: float = BUDGET) -> None:
        self._model = model
        self._budget = budget
        self._template = Template(_PROMPT.read_text(encoding="utf-8"))
        self.name = model.name

    def prompt(self, question: str, hits: Sequence[Hit], language: Language, history: tuple[Turn, ...]) -> Prompt:
        """Return the prompt for one question; its markers and token are never used twice."""
        marker, token = f"=={secrets.token_hex(8)}", f"NONE-{secrets.token_hex(4)}"
        sources = tuple(readable(hit)[:PASSAGE] for hit in hits)
        blocks = [
            f"{marker} {number} {harmless(hit.passage.title)} {hit.passage.place.to(language)}\n{text}\n{marker} end {number}"
            for number, (hit, text) in enumerate(zip(hits, sources, strict=True), start=1)
        ]
        talk = [f"Q: {harmless(t.question)[:300]}\nA: {harmless(t.answer)[:300]}" for t in history[-HISTORY:]]
        text = self._template.substitute(
            marker=marker,
            token=token,
            language="Japanese" if language == "ja" else "English",
            history="\n".join(talk) or "-",
            passages="\n\n".join(blocks),
            question=question,
        )
        return Prompt(text, token, sources)

    async def write(
        self, prompt: Prompt, hits: Sequence[Hit], language: Language, shown: Callable[[str], Awaitable[None]]
    ) -> Generated:
        """
        Let the model write and return what stands the checks.

        Raises:
            ModelUnavailable: it failed for good, within the budget; `code` names why.
        """
        written = await self._attempts(prompt, shown, language)
        output = _THINKING.sub("", written.text)[:LONGEST]
        tokens = (written.tokens_in, written.tokens_out)
        if prompt.token in output:
            return Generated(Draft((), ()), (), 0, written.text, tokens)
        checks = check(output, prompt.sources)
        kept = [c for c in checks if c.kept]
        if not kept:
            raise _failure("unsupported")
        if not in_language(" ".join(c.sentence for c in kept), language):
            raise _failure("wrong_language")
        return Generated(_draft(kept, hits), checks, len(checks) - len(kept), written.text, tokens)

    async def _attempts(self, prompt: Prompt, shown: Callable[[str], Awaitable[None]], language: Language) -> Written:
        until = time.monotonic() + self._budget
        failure = _failure("timeout")
        for attempt in range(RETRIES + 1):
            left = until - time.monotonic()
            if left <= 0:
                break
            wait = PAUSE * 2**attempt
            try:
                async with asyncio.timeout(min(ATTEMPT, left)):
                    written = await self._once(prompt, shown)
                if not written.text.strip():
                    failure = _failure("empty")
                elif not written.whole:
                    failure = _failure("cut")
                else:
                    return written
            except TimeoutError:
                failure = _failure("timeout")
            except ModelFault as fault:
                failure = _failure("rate_limited" if fault.status == TOO_MANY else "model_error")
                if 400 <= fault.status < SERVER_ERROR and fault.status != TOO_MANY:
                    raise failure from fault
                wait = wait if fault.retry_after is None else fault.retry_after
            if attempt == RETRIES or time.monotonic() + wait > until:
                break
            await asyncio.sleep(wait)
        raise failure

    async def _once(self, prompt: Prompt, shown: Callable[[str], Awaitable[None]]) -> Written:
        await asyncio.to_thread(self._model.open)
        said = ""

        async def on_text(text: str) -> None:
            nonlocal said
            whole = text[: max((m.end() for m in _FINISHED.finditer(text)), default=0)]
            if len(whole) > len(said) and prompt.token not in whole:
                said = whole
                kept = [c.sentence for c in check(whole[:LONGEST], prompt.sources) if c.kept]
                await shown("\n".join(kept))

        return await self._model.write(prompt.text, on_text)


def readable(hit: Hit) -> str:
    """Return a passage's text as a model may see it: without orders to an AI and without invisible characters."""
    return "\n".join(line for unit in units(hit.passage) for line in unit.lines)


def check(output: str, sources: Sequence[str]) -> tuple[Check, ...]:
    """Cut what a model wrote into sentences and hold each against the passages it cites, by their numbers."""
    found = []
    for match in _SENTENCE.finditer(output):
        marked = match.group().strip()
        numbers = tuple(dict.fromkeys(int(n) for m in _MARKS.finditer(marked) for n in re.findall(r"\d+", m.group(1))))
        bare = _MARKS.sub("", marked).strip()
        text = harmless(bare)
        if not re.search(r"\w", bare):
            continue
        if not numbers or any(not 1 <= n <= len(sources) for n in numbers):
            found.append(Check(text, (), 0.0, kept=False, reason="citation"))
            continue
        verdict = support(text, "\n".join(sources[n - 1] for n in numbers))
        found.append(Check(text, numbers, round(verdict.share, 3), verdict.supported, verdict.reason))
    return tuple(found)


def _draft(kept: Sequence[Check], hits: Sequence[Hit]) -> Draft:
    """Number the cited passages in the order they appear; quote of each the line closest to what was said."""
    numbers: dict[int, int] = {}
    quotes: dict[int, str] = {}
    sentences = []
    for one in kept:
        for cited in one.citations:
            numbers.setdefault(cited - 1, len(numbers) + 1)
            lines = [line for unit in units(hits[cited - 1].passage) for line in unit.lines]
            quotes.setdefault(cited - 1, max(lines, key=lambda line: support(one.sentence, line).share))
        sentences.append(Sentence(one.sentence, tuple(numbers[n - 1] for n in one.citations)))
    return Draft(tuple(sentences), tuple((hit, quotes[hit]) for hit in numbers))


def _failure(code: str) -> ModelUnavailable:
    return ModelUnavailable(code, Wording.load().phrase(f"model_{code}"))
