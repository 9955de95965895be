"""How a collection lies on a Qdrant server: on how many nodes, in memory or on disk."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """
    Numbers that are 0 are the server's own. `replicas` of every piece are kept on as many nodes;
    `on_disk` keeps vectors and payloads there, at the price of some milliseconds a question;
    `quantised` keeps dense vectors as one byte a number in memory, a quarter of the room.

    It holds for collections that are made; one that is there keeps its own.
    """

    shards: int = 0
    replicas: int = 0
    on_disk: bool = False
    quantised: bool = False

    @property
    def acknowledged(self) -> int:
        """How many replicas must have taken a write before it counts: more than half."""
        return self.replicas // 2 + 1 if self.replicas else 0
