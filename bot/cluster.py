"""The settings of an index that lies on more than one machine, or on its disk."""

from dataclasses import dataclass

from bot import readers
from bot.environment import setting
from knowledge.index.layout import Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class QdrantCluster:
    """They hold for indexes that are made anew; one that is there keeps its own."""

    qdrant_shards: int = setting(
        "QDRANT_SHARDS",
        (
            "Qdrant クラスターで索引を分ける数(1～64)",
            "pieces of the index on a Qdrant cluster, 1 to 64",
        ),
        ("サーバーの既定", "the server's own"),
        read=readers.number(0, 64, usual=0),
        default=0,
    )
    qdrant_replicas: int = setting(
        "QDRANT_REPLICAS",
        (
            "Qdrant クラスターで各部分を置くノードの数(1～16)。書き込みは過半数が受け取って完了",
            (
                "nodes that keep each piece on a Qdrant cluster, 1 to 16; "
                "a write counts once more than half have it"
            ),
        ),
        ("サーバーの既定", "the server's own"),
        read=readers.number(0, 16, usual=0),
        default=0,
    )
    qdrant_on_disk: bool = setting(
        "QDRANT_ON_DISK",
        (
            "1: Qdrant が索引をメモリーではなくディスクに置く(新しく作る索引から)",
            "`1`: Qdrant keeps the index on disk instead of in memory (of indexes made anew)",
        ),
        ("メモリー", "in memory"),
        read=readers.switch,
        default=False,
    )
    qdrant_quantised: bool = setting(
        "QDRANT_QUANTISED",
        (
            "1: EMBEDDING のベクトルを1数値1バイトで持つ(メモリーは4分の1)",
            "`1`: the vectors of `EMBEDDING` take a byte a number, a quarter of the memory",
        ),
        ("4バイト", "four bytes"),
        read=readers.switch,
        default=False,
    )

    @property
    def layout(self) -> Layout:
        """How the index lies on a Qdrant server."""
        return Layout(
            self.qdrant_shards, self.qdrant_replicas, self.qdrant_on_disk, self.qdrant_quantised
        )
