"""
Language models by address: "openai:gpt-4o-mini", "ollama:qwen3", … spoken to through LlamaIndex's
model classes.

Whatever a provider's client raises becomes a `ModelFault`, and after a row of them the model is
left alone for a while. What a model writes is bounded here, however long it goes on.
"""

import importlib
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from inspect import isawaitable
from operator import attrgetter
from typing import Any

from knowledge.errors import ModelUnavailable
from knowledge.models.faults import fault_of
from knowledge.models.providers import PROVIDERS, SECONDS, Access
from knowledge.observation import observed
from knowledge.sentences import phrase

LONGEST = 12_000  # characters after which a model is no longer listened to
FAILURES = 4  # in a row, after which a model is left alone
LAST = 3  # pieces of a stream in which it stands how it ended and what it cost
REST = 20.0  # seconds it is left alone; then one question tries it again
_TOKENS_IN = (
    "prompt_tokens",
    "input_tokens",
    "prompt_token_count",
    "inputTokens",
    "prompt_eval_count",
)
_TOKENS_OUT = (
    "completion_tokens",
    "output_tokens",
    "candidates_token_count",
    "outputTokens",
    "eval_count",
)


@dataclass(frozen=True, slots=True)
class Written:
    """
    What a model wrote. `whole` is False when the stream ended before the model said it was done.
    """

    text: str
    tokens_in: int = 0
    tokens_out: int = 0
    whole: bool = True


class Breaker:
    """Keeps questions from waiting for a model that keeps failing."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._until = 0.0
        self.why = ""  # the kind of the last failure

    def closed(self) -> bool:
        """
        Report whether the model may be asked; after the rest, the one who hears yes is the only one
        for another rest.
        """
        if self._failures < FAILURES:
            return True
        if self._clock() < self._until:
            return False
        self._until = self._clock() + REST
        return True

    def succeeded(self) -> None:
        """Count an answer: the row of failures is over."""
        self._failures = 0

    def failed(self, why: str = "") -> None:
        """Count a failure; the rest begins with the last one of a row, and anew with each after."""
        self.why = why
        self._failures += 1
        if self._failures >= FAILURES:
            self._until = self._clock() + REST


class Model:
    """A language model of one provider. Nothing is imported or opened before the first question."""

    def __init__(
        self, address: str, *, base_url: str = "", api_key: str = "", seconds: float = SECONDS
    ) -> None:
        """
        Take an address "provider:model", and the seconds its client may wait for the next piece.

        Raises:
            ModelUnavailable: the address names no provider we know, or no model.
        """
        kind, _, name = address.partition(":")
        if kind not in PROVIDERS or not name:
            known = ", ".join(PROVIDERS)
            raise ModelUnavailable(
                "unknown_model",
                phrase("llm_unknown", address=address, known=known),
            )
        self.name = address
        self.breaker = Breaker()
        self.purse: Any = None  # a `Purse`, where there is a budget
        self._provider = PROVIDERS[kind]
        self._access = Access(name, base_url, api_key, seconds)
        self._llm: Any = None
        self._faults: tuple[type[Exception], ...] = ()

    def open(self) -> Any:
        """
        Return the LlamaIndex model, built on first use. Importing takes a second or two: call it in
        a thread.

        Raises:
            ModelUnavailable: the provider's extra is not installed, or its client refuses the
            settings.
        """
        if self._llm is not None:
            return self._llm
        provider = self._provider
        try:
            module = importlib.import_module(provider.module)
            faults = _classes(provider.faults)
        except ModuleNotFoundError as missing:
            extra = f"pip install 'llm-choose[{provider.extra}]'"
            raise ModelUnavailable(
                "missing_extra",
                phrase("llm_extra", model=self.name, extra=extra),
            ) from missing
        # below the clients' own roots: a connection that breaks, an answer that is not in its form
        self._faults = (*faults, OSError, json.JSONDecodeError, UnicodeDecodeError)
        refusals: tuple[type[Exception], ...] = (*faults, OSError, ValueError)
        try:
            settings = provider.settings(self._access)
            llm = getattr(module, provider.name)(**settings)
            _ = llm.metadata  # some clients know their models by name and say so only here
        except refusals as refused:
            raise ModelUnavailable(
                "bad_model_settings",
                phrase("llm_settings", model=self.name),
            ) from refused
        self._llm = llm
        return llm

    async def close(self) -> None:
        """Close the connections; the model opens anew when asked again."""
        llm, self._llm = self._llm, None
        if llm is None:
            return
        holder, _, method = self._provider.close.rpartition(".")
        client = attrgetter(holder)(llm)
        if client is None:  # it was never asked
            return
        closing = getattr(client, method)()
        if isawaitable(closing):
            await closing

    async def write(self, prompt: str, on_text: Callable[[str], Awaitable[None]]) -> Written:
        """
        Stream one answer; `on_text` gets all that has been written so far.

        Raises:
            ModelFault: the provider failed.
        """
        from llama_index.core.llms import ChatMessage

        message = ChatMessage(role="user", content=prompt)
        with observed("model", model=self.name) as call:
            try:
                written = await self._written(message, on_text)
            except self._faults as fault:
                failed = fault_of(fault)
                call.add(status=failed.status, kind=failed.kind)
                raise failed from fault
            call.add(tokens_in=written.tokens_in, tokens_out=written.tokens_out)
            if not written.whole:
                call.outcome = "cut"
            return written

    async def _written(self, message: Any, on_text: Callable[[str], Awaitable[None]]) -> Written:
        """Return what the model writes to one message. Raises what the provider's client does."""
        text = ""
        last = deque[Any](maxlen=LAST)
        async with aclosing(await self._llm.astream_chat([message])) as stream:
            async for part in stream:
                text += part.delta or ""  # some classes repeat themselves in `message`
                last.append((part.raw, part.message.additional_kwargs))
                if len(text) > LONGEST:
                    break
                await on_text(text)

        ending = _plain(list(last))
        said_to_end = _find(ending, (self._provider.end,)) is not None
        return Written(
            text=text[:LONGEST],
            tokens_in=int(_find(ending, _TOKENS_IN) or 0),
            tokens_out=int(_find(ending, _TOKENS_OUT) or 0),
            whole=said_to_end or len(text) > LONGEST,
        )


def _classes(places: Sequence[tuple[str, str]]) -> tuple[type[Exception], ...]:
    """Return the classes that stand in a provider's row. Raises ModuleNotFoundError."""
    classes = [getattr(importlib.import_module(module), name) for module, name in places]
    return tuple(classes)


def _plain(value: Any) -> Any:
    """Turn the providers' objects into dicts and lists."""
    if hasattr(value, "model_dump"):
        return value.model_dump()
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def _find(value: Any, names: tuple[str, ...]) -> Any:
    """Return the last value under one of `names`, however deep; None when there is none."""
    last = None
    if isinstance(value, dict):
        for name, inner in value.items():
            here = inner
            if name not in names or inner is None:
                here = _find(inner, names)
            if here is not None:
                last = here
    elif isinstance(value, list):
        for inner in value:
            here = _find(inner, names)
            if here is not None:
                last = here
    return last
