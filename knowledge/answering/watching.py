"""
Checking an answer while a model writes it: each sentence that stands is shown at once.

A model may go on and on, so a claim that was checked is not checked again with every sentence after
it. The whole is checked in a thread: others are answered meanwhile.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable

from knowledge.answering.claims import Claim
from knowledge.answering.prompt import Prompt
from knowledge.answering.trace import Check
from knowledge.answering.verification import Verifier, finished
from knowledge.values import Language

LONGEST = 6000  # characters of output looked at
_THINKING = re.compile(r"<think>.*?(?:</think>|$)", re.DOTALL)
Shown = Callable[[str], Awaitable[None]]


class Watch:
    """Watches one answer to one prompt; `shown` gets its sentences that stand, as they come."""

    def __init__(
        self, prompt: Prompt, language: Language, shown: Shown, verifier: Verifier
    ) -> None:
        self._prompt = prompt
        self._verifier = verifier
        self._language = language
        self._shown = shown
        self._done = 0
        self._known: dict[Claim, Check] = {}
        self._supported: list[str] = []  # as shown last

    async def hear(self, text: str) -> None:
        """Take all that was written so far, and show what of it stands where that is more."""
        text = thought(text)
        end = finished(text)
        if end <= self._done:
            return
        self._done = end
        # not in a thread: who stops waiting here would leave the model's connection open
        checks = self._checked(text[:end], self._known)
        supported = [check.sentence for check in checks if check.kept]
        if supported and supported != self._supported:
            self._supported = supported
            await self._shown("\n".join(supported))

    async def checked(self, output: str) -> tuple[Check, ...]:
        """Return the checks of a whole answer, each made with all of it in view."""
        return await asyncio.to_thread(self._checked, output, None)

    def _checked(self, output: str, known: dict[Claim, Check] | None) -> tuple[Check, ...]:
        """Hold an output against the prompt's sources; the token for "none" is no sentence."""
        prompt = self._prompt
        checks = self._verifier.check(
            output, prompt.sources, self._language, prompt.question, known
        )
        return tuple(one for one in checks if prompt.token not in one.sentence)


def thought(output: str) -> str:
    """Return what a model wrote without its thinking, as far as it is looked at."""
    return _THINKING.sub("", output)[:LONGEST]
