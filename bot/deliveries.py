"""
The deliveries this process knows, and whether each is safe.

So a repeat is known as one, and nothing is acknowledged too early.

A delivery is safe when its claim is stored, here or by another process, or when its turn is over.
"""

import asyncio
from collections import OrderedDict
from typing import Literal

SEEN = 10_000  # deliveries remembered
Fate = Literal["ours", "elsewhere", "failed"]  # whose turn it is; a failed one is to be sent again


class NotSafe(Exception):
    """A delivery is neither stored nor answered: without a yes, the platform sends it again."""


class Deliveries:
    def __init__(self) -> None:
        self._fates: OrderedDict[str, asyncio.Future[Fate]] = OrderedDict()

    def add(self, delivery: str) -> bool:
        """Remember a delivery; False when it was heard before."""
        if delivery in self._fates:
            return False
        self._fates[delivery] = asyncio.get_running_loop().create_future()
        while len(self._fates) > SEEN:
            self._fates.popitem(last=False)
        return True

    def safe(self, delivery: str) -> bool:
        """Report whether nothing has to be done any more to make it safe."""
        fate = self._fates.get(delivery)
        return fate is None or fate.done()

    def tell(self, delivery: str, fate: Fate) -> None:
        """Settle whose a delivery is; what was settled stays, and what failed is forgotten."""
        if self.safe(delivery):
            return
        self._fates[delivery].set_result(fate)
        if fate == "failed":
            del self._fates[delivery]

    async def fate(self, delivery: str, patience: float) -> Fate:
        """
        Wait up to `patience` seconds until a delivery is safe.

        Raises:
            NotSafe: it is not by then, or its turn failed.
        """
        try:
            async with asyncio.timeout(patience):
                fate = await asyncio.shield(self._fates[delivery])
        except TimeoutError:
            raise NotSafe(delivery) from None
        if fate == "failed":
            raise NotSafe(delivery)
        return fate
