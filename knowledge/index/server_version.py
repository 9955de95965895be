"""What a Qdrant server says of itself, and whether it is new enough for the index."""

import re
import time
from dataclasses import dataclass
from typing import Any

# The first that compares before it writes (`update_filter`): an older one would leave the
# condition out, and two writers would both believe to be first.
# https://github.com/qdrant/qdrant/releases/tag/v1.16.0
OLDEST = (1, 16)
_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?")


@dataclass(frozen=True, slots=True)
class About:
    """A server's version as it says it ("1.16.0"), and how long it took to say so, in seconds."""

    version: str
    seconds: float

    @property
    def new_enough(self) -> bool:
        """Whether it compares before it writes; one that tells no version is taken for new."""
        match = _VERSION.match(self.version)
        return match is None or (int(match[1]), int(match[2])) >= OLDEST


def oldest() -> str:
    """Return the oldest version that will do."""
    return ".".join(map(str, OLDEST))


async def told(client: Any) -> About:
    """Ask a client's server for its version. Raises what the client does."""
    began = time.perf_counter()
    answer = await client.info()
    return About(str(answer.version), time.perf_counter() - began)
