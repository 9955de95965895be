"""
Every setting, read once from the environment (or `.env`).

A platform is on when its section is complete; half a section is an error at start that names what
is missing. The example in `deploy/` and the table of the README are made of the definitions here
and in the platforms' sections (`python -m tests.bot.settings_pages`).
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot import readers
from bot.agreement import agree
from bot.env_file import from_file, hand_on, refuse_unknown
from bot.environment import (
    LOOPBACK,
    InvalidSettings,
    Section,
    definitions,
    setting,
    values,
)
from bot.keeping import Keeping
from bot.platform import Platform, described
from bot.readers import Sandbox, Talk
from handlers.ids import TERMINAL
from knowledge.models.providers import EMBEDDERS, PROVIDERS

__all__ = ["LOOPBACK", "PLATFORMS", "InvalidSettings", "Settings", "load"]

# every platform there is, by the place of its description; further ones are named in a setting
PLATFORMS = (
    "bot.slack.platform:SLACK",
    "bot.teams.platform:TEAMS",
    "bot.web.platform:WEB",
    "bot.api.platform:API",
)


# ----------------------------------------------------------------- what there is to set


@dataclass(frozen=True, slots=True)
class Settings(Keeping):
    """
    What one process was told.

    `host` and `port` come from the command line; `port` 0 lets the system choose. `platforms` are
    all there are, `sections` the settings of those that are on and have some, by platform.
    """

    data: Path = setting(
        "LLM_CHOOSE_DATA",
        ("埋め込みのデータを置くフォルダー(--data が優先)", "the data folder (`--data` wins)"),
        ("ここの data/", "`data/` here"),
        read=readers.folder,
    )
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = setting(
        "PUBLIC_URL",
        (
            "利用者が開くアドレス。この機械の外で待ち受けるのに必要",
            "the address people open; needed to listen beyond this machine",
        ),
        ("127.0.0.1 のみ", "127.0.0.1 only"),
        read=readers.public_url,
        default="",
    )
    qdrant_url: str = setting(
        "QDRANT_URL",
        ("Qdrant のサーバーまたはクラスター", "a Qdrant server or cluster"),
        ("データフォルダーの埋め込み索引", "embedded index in the data folder"),
        read=readers.address(*readers.WEB),
        default="",
    )
    qdrant_api_key: str = setting(
        "QDRANT_API_KEY",
        ("Qdrant の API キー", "the key of the Qdrant server"),
        ("キーなし", "no key"),
        read=readers.key,
        secret=True,
        default="",
    )
    redis_url: str = setting(
        "REDIS_URL",
        (
            (
                "Redis のサーバー redis://…、Sentinel redis+sentinel://host:26379,host:26379/service、"
                "クラスター redis+cluster://host:6379,host:6379"
            ),
            (
                "a Redis server, `redis://…`, Sentinel, "
                "`redis+sentinel://host:26379,host:26379/service`, or a cluster, "
                "`redis+cluster://host:6379,host:6379`"
            ),
        ),
        ("専用ソケットの埋め込み redis-server", "embedded redis-server on a private socket"),
        read=readers.redis_url,
        secret=True,
        default="",
    )
    originals: str = setting(
        "ORIGINALS",
        (
            "受け取ったファイルをそのまま保管する場所。フォルダーか fsspec のアドレス(s3:// など)",
            (
                "where files are kept as sent: a folder, `s3://…`, `gs://…`, `abfs://…` "
                "(any fsspec address)"
            ),
        ),
        ("データフォルダーの originals/", "`originals/` in the data folder"),
        read=readers.files,
        default="",
    )
    llm: str = setting(
        "LLM",
        (
            "言語モデル。openai:名前、anthropic:名前 など「提供元:モデル名」",
            (
                "`openai:…`, `anthropic:…`, `google:…`, `bedrock:…`, `azure:…`, `mistral:…`, "
                "`ollama:…`"
            ),
        ),
        ("回答は資料の引用", "answers quote the documents"),
        read=readers.model_of(PROVIDERS),
        default="",
    )
    llm_base_url: str = setting(
        "LLM_BASE_URL",
        ("OpenAI 互換のアドレス", "any OpenAI-compatible address"),
        ("提供元のもの", "the provider's own"),
        read=readers.address(*readers.WEB),
        default="",
    )
    llm_api_key: str = setting(
        "LLM_API_KEY",
        ("そのキー", "its key"),
        ("提供元の環境変数", "the provider's own variable"),
        read=readers.key,
        secret=True,
        default="",
    )
    llm_seconds: int = setting(
        "LLM_SECONDS",
        (
            "1つの回答に言語モデルが使える秒数(5～300)。遅い機械で自分で動かすモデルは 60 程度",
            (
                "seconds a language model may take for one answer, 5 to 300; "
                "about 60 for a model of one's own on a slow machine"
            ),
        ),
        ("17", "17"),
        read=readers.number(5, 300, usual=17),
        default=17,
    )
    llm_characters: int = setting(
        "LLM_CHARACTERS",
        (
            "言語モデルに読ませる資料の文字数の上限(1000～200000)",
            "characters of documents a language model is given at most, 1,000 to 200,000",
        ),
        ("14000", "14000"),
        read=readers.number(1000, 200_000, usual=14_000),
        default=14_000,
    )
    llm_judge: bool = setting(
        "LLM_JUDGE",
        (
            "1: 書いた文を資料の言葉が裏づけるか、言語モデルにもう一度尋ねる(呼び出しが1回増える)",
            (
                "`1`: ask the model a second time whether the words it named carry what it wrote "
                "(one more call)"
            ),
        ),
        ("尋ねない", "off"),
        read=readers.switch,
        default=False,
    )
    embedding: str = setting(
        "EMBEDDING",
        (
            "意味による検索。off で語だけ、openai:名前 または ollama:名前 で別の埋め込みモデル",
            "search by meaning: `off`, or `openai:…` or `ollama:…` instead, see below",
        ),
        ("内蔵のモデル", "the built-in model"),
        read=readers.embedding_of(EMBEDDERS),
        default="",
    )
    admins: frozenset[str] = setting(
        "ADMINS",
        (
            "資料を変更できる人(Slack、Entra)や Slack のユーザーグループの ID。カンマ区切り",
            (
                "ids of people (Slack, Entra) or Slack user groups who may change documents, "
                "comma-separated"
            ),
        ),
        ("各プラットフォームの管理者", "platform admins"),
        read=readers.people,
        default=frozenset(),
    )
    audiences: Mapping[str, frozenset[str]] = setting(
        "AUDIENCES",
        (
            (
                "資料を限定できるグループ: hr=S0HR U1, legal=U2。"
                "チャンネルの ID を入れると、そこでの質問にもその資料から答える"
            ),
            (
                "groups a document may be kept to: `hr=S0HR U1, legal=U2`. The id of a channel "
                "among them (`hr=S0HR C0HR`) lets questions asked there be answered from these, too"
            ),
        ),
        ("all と admins", "all, admins"),
        read=readers.audiences,
        default_factory=dict,
    )
    publish_by_two: bool = setting(
        "PUBLISH_BY_TWO",
        (
            (
                "1: 自分で登録した資料は、ほかの管理者が公開する"
                "(共有のパスワードだけで入った人は公開できない)"
            ),
            (
                "`1`: nobody publishes a document they added themselves. "
                "A shared password shows no identity, so the signed-in web page cannot publish "
                "then: an admin on Slack or Teams does, or `llm-choose publish` at the server"
            ),
        ),
        ("無効", "off"),
        read=readers.switch,
        default=False,
    )
    metrics_token: str = setting(
        "METRICS_TOKEN",
        (
            "/metrics と /ready の詳細を読むためのトークン(16文字以上)。Authorization: Bearer で送る",
            (
                "opens `/metrics` and the details of `/ready` to whoever sends it as "
                "`Authorization: Bearer …`; at least 16 characters"
            ),
        ),
        ("この機械からだけ読める", "they open to this machine alone"),
        read=readers.token(16),
        secret=True,
        default="",
    )
    sandbox: Sandbox = setting(
        "SANDBOX",
        (
            "optional: 資料を読むサンドボックスが完全でなくても受け取る(macOS では必要)",
            (
                "`optional`: take documents in even where the sandbox they are read in "
                "is not whole, see below"
            ),
        ),
        ("required: 完全でなければ受け取らない", "`required`: none are taken in there"),
        read=readers.sandbox,
        default="required",
    )
    experts: tuple[str, ...] = setting(
        "EXPERTS",
        (
            "担当者を求められたときに呼ぶ人や Slack のユーザーグループの ID。カンマ区切り",
            (
                "ids of people or Slack user groups to call when somebody asks for a person, "
                "comma-separated"
            ),
        ),
        ("管理者が誰かを案内", "people are told who the admins are"),
        read=readers.people_in_order,
        default=(),
    )
    thread_talk: Talk = setting(
        "THREAD_TALK",
        (
            "スレッドでメンションなしでも答える相手: asker、everyone、mention",
            (
                "whose words in a thread are answered without a mention: "
                "`asker`, `everyone`, `mention`"
            ),
        ),
        ("asker", "`asker`"),
        read=readers.thread_talk,
        default="asker",
    )
    further: tuple[str, ...] = setting(
        "PLATFORMS",
        (
            "追加のプラットフォーム。「モジュール:名前」をカンマ区切り(docs/how-to/add-a-platform.md)",
            (
                "further platforms, `module:NAME`, comma-separated: "
                "[add a platform](docs/how-to/add-a-platform.md)"
            ),
        ),
        ("Slack、Teams、ウェブ", "Slack, Teams and the web page"),
        read=readers.parts,
        default=(),
    )
    platforms: tuple[Platform, ...] = ()
    sections: Mapping[str, Section] = field(default_factory=dict)

    @property
    def embedded(self) -> bool:
        """Whether something lives in the data folder that one process alone may open."""
        return not (self.qdrant_url and self.redis_url)


# ----------------------------------------------------------------- reading them


def load(environment: Mapping[str, str] | None = None, *, data: str | None = None) -> Settings:
    """
    Read the settings; `data` given on the command line wins.

    Raises:
        InvalidSettings: a value is out of range, or a section is half set.
    """
    file = from_file()
    given = dict(os.environ if environment is None else environment)
    env = file | given
    further = readers.parts("PLATFORMS", env.get("PLATFORMS", ""))
    platforms = described((*PLATFORMS, *further), taken={TERMINAL})
    known = names(platforms)
    refuse_unknown(file, given, known)
    if environment is None:
        hand_on(file, known)
    if data:
        env["LLM_CHOOSE_DATA"] = data
    settings = Settings(
        **values(Settings, env), platforms=platforms, sections=_sections(platforms, env)
    )
    agree(settings, env)
    if settings.originals:
        return settings
    return replace(settings, originals=str(settings.data / "originals"))


def names(platforms: Iterable[Platform]) -> frozenset[str]:
    """Return the name of every setting, those of the platforms' sections included."""
    known = set()
    for section in sections_of(platforms):
        known |= {definition.name for definition in definitions(section).values()}
    return frozenset(known)


def sections_of(platforms: Iterable[Platform]) -> Iterator[type]:
    """Yield every class of settings there is, the platforms' own first."""
    for platform in platforms:
        if platform.section is not None:
            yield platform.section
    yield Settings


def _sections(platforms: Iterable[Platform], env: Mapping[str, str]) -> dict[str, Section]:
    """Return the settings of each platform that is on. Raises InvalidSettings."""
    sections = {}
    for platform in platforms:
        if platform.section is None:
            continue
        section = platform.section(**values(platform.section, env)).checked()
        if section is not None:
            sections[platform.name] = section
    return sections
