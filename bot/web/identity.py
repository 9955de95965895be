"""The words of signing in with an account of the company: who came, or why nobody did."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

Trouble = Literal["away", "refused", "untrusted"]


class NotSignedIn(Exception):
    """
    Nobody was signed in: the provider is "away", it or its person "refused", or what it said is
    "untrusted". The text is for the log and holds nothing of what was sent.
    """

    def __init__(self, trouble: Trouble, why: str) -> None:
        super().__init__(why)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Attempt:
    """What has to be remembered between leaving for the provider and coming back."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody the provider vouches for: `id` is ours, made of its issuer and their subject."""

    id: str
    name: str
    groups: frozenset[str]


class Provider(Protocol):
    """What vouches for people."""

    async def begin(self) -> tuple[str, Attempt]:
        """Return where a person signs in, and what to remember until then. Raises NotSignedIn."""

    async def finish(self, attempt: Attempt, answer: Mapping[str, str]) -> Identity:
        """Return who came back; `answer` is what came along. Raises NotSignedIn."""
