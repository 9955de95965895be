"""What a language model may cost: asked before each call, told after it."""

from typing import Protocol

from knowledge.models.language_models import Written

LETTERS = 2  # characters a token has at least, where a provider does not say how many it took


class Purse(Protocol):
    """Whoever keeps the budget."""

    async def open(self) -> bool:
        """Report whether another call may be made."""

    async def pay(self, tokens_in: int, tokens_out: int) -> None:
        """Take in what a call took."""


def tokens(prompt: str, written: Written) -> tuple[int, int]:
    """Return what a call took, told by the provider or else reckoned from its length."""
    taken = written.tokens_in or len(prompt) // LETTERS
    given = written.tokens_out or len(written.text) // LETTERS
    return taken, given
