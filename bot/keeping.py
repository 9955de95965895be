"""The settings that bound what is taken and spent, and keep what would be lost."""

from dataclasses import dataclass
from pathlib import Path

from bot import readers
from bot.cluster import QdrantCluster
from bot.environment import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping(QdrantCluster):
    """
    Part of `Settings`; every one of them has a usual value. Stands on the settings of a cluster,
    since a class with slots can stand on one other alone.
    """

    backups: Path | None = setting(
        "BACKUPS",
        (
            "毎晩のバックアップを置き、復元も試すフォルダー",
            "a folder for a backup, tried, every night",
        ),
        ("作らない", "none is made"),
        read=readers.maybe_folder,
        default=None,
    )
    backups_kept: int = setting(
        "BACKUPS_KEPT",
        ("残すバックアップの数(1～1000)", "how many of these backups are kept, 1 to 1,000"),
        ("14", "14"),
        read=readers.number(1, 1000, usual=14),
        default=14,
    )
    llm_tokens: int = setting(
        "LLM_TOKENS",
        ("言語モデルが1か月に使えるトークン数", "tokens a language model may take a month"),
        ("無制限", "no limit"),
        read=readers.number(0, 10**12, usual=0),
        default=0,
    )
    llm_cost: int = setting(
        "LLM_COST",
        ("言語モデルの1か月の予算(LLM_PRICES と同じ通貨)", "its budget a month, see `LLM_PRICES`"),
        ("無制限", "no limit"),
        read=readers.number(0, 10**9, usual=0),
        default=0,
    )
    llm_prices: tuple[float, float] = setting(
        "LLM_PRICES",
        ("100万トークンの料金: 読み取り,書き込み", "prices of a million tokens: read,written"),
        ("0,0", "0,0"),
        read=readers.prices,
        default=(0.0, 0.0),
    )
    limit_person: int = setting(
        "LIMIT_PERSON",
        ("1人の質問が順番を待てる数(1～1000)", "questions of one person that may wait, 1 to 1,000"),
        ("30", "30"),
        read=readers.number(1, 1000, usual=30),
        default=30,
    )
    limit_channel: int = setting(
        "LIMIT_CHANNEL",
        ("1チャンネルで待てる質問の数(1～10000)", "questions of one channel, 1 to 10,000"),
        ("60", "60"),
        read=readers.number(1, 10_000, usual=60),
        default=60,
    )
    limit_workspace: int = setting(
        "LIMIT_WORKSPACE",
        (
            "1つのワークスペース(テナント)の質問が順番を待てる数(1～100000)",
            "questions of one workspace or tenant that may wait, 1 to 100,000",
        ),
        ("1000", "1000"),
        read=readers.number(1, 100_000, usual=1000),
        default=1000,
    )
