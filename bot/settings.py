"""
Every setting, read once from the environment (or `.env`).

A platform is on when its section is complete; half a section is an error at start that names what
is missing. Values of secrets are never part of a message.
"""

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values

from knowledge.models.providers import EMBEDDERS, PROVIDERS
from knowledge.values import Phrase

Talk = Literal["asker", "everyone", "mention"]
Sandbox = Literal["required", "optional"]

_SENTINEL = re.compile(
    r"redis\+sentinel://([^@/]*@)?[^,:/@]+(:\d+)?(,[^,:/@]+(:\d+)?)*/[^/]+(/\d+)?"
)
NAMES = frozenset(
    {
        *("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN", "SLACK_API_BASE"),
        *("TEAMS_APP_ID", "TEAMS_APP_PASSWORD", "TEAMS_CERTIFICATE", "TEAMS_MANAGED_IDENTITY"),
        *("TEAMS_TENANT_ID", "TEAMS_LOCAL"),
        *(
            "QDRANT_URL",
            "QDRANT_API_KEY",
            "REDIS_URL",
            "ORIGINALS",
            "LLM",
            "LLM_BASE_URL",
            "LLM_API_KEY",
        ),
        "EMBEDDING",
        *("EXPERTS", "THREAD_TALK"),
        *(
            "ADMINS",
            "AUDIENCES",
            "PUBLISH_BY_TWO",
            "SANDBOX",
            "LLM_CHOOSE_DATA",
            "PUBLIC_URL",
            "WEB_PASSWORD",
            "WEB_ADMIN_PASSWORD",
        ),
    }
)
PASSWORD = 12  # characters at least
ON = frozenset({"1", "true", "yes", "on"})
OFF = frozenset({"", "0", "false", "no", "off"})
_AUDIENCE = re.compile(r"[\w .-]{1,40}")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class InvalidSettings(Exception):
    """
    A setting is missing, half set or out of range. `reason` names it and the way out in both
    languages.
    """

    def __init__(self, code: str, ja: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.reason = Phrase(ja, en)


@dataclass(frozen=True, slots=True)
class Slack:
    bot_token: str
    signing_secrets: tuple[str, ...]
    app_token: str
    api_base: str


@dataclass(frozen=True, slots=True)
class Teams:
    """
    One of `password`, `certificate` (a PEM file) and `managed_identity` signs the bot in, unless it
    is `local`.
    """

    app_id: str
    password: str
    tenant_id: str
    local: bool
    certificate: str = ""
    managed_identity: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """
    `data` is the folder for everything embedded. `qdrant_url` and `redis_url` empty mean embedded.
    `originals` is any fsspec address. `admins` are person ids or user group ids; `audiences` names
    groups of such ids that documents may be kept to. With `publish_by_two` nobody publishes what
    they added themselves. Without a whole `sandbox` documents are not taken in, unless it is
    optional. `experts` are called when a person is wanted; `thread_talk` is whose words in a thread
    are answered without a mention. `port` 0 lets the system choose. The web passwords let people in
    where `public_url` is set.
    """

    data: Path
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    web_password: str = ""
    web_admin_password: str = ""
    slack: Slack | None = None
    teams: Teams | None = None
    qdrant_url: str = ""
    qdrant_api_key: str = ""
    redis_url: str = ""
    originals: str = ""
    llm: str = ""
    llm_base_url: str = ""
    llm_api_key: str = ""
    embedding: str = ""
    admins: frozenset[str] = frozenset()
    audiences: Mapping[str, frozenset[str]] = field(default_factory=dict)
    publish_by_two: bool = False
    sandbox: Sandbox = "required"
    experts: tuple[str, ...] = ()
    thread_talk: Talk = "asker"

    @property
    def embedded(self) -> bool:
        """Whether something lives in the data folder that one process alone may open."""
        return not (self.qdrant_url and self.redis_url)


def load(environment: Mapping[str, str] | None = None, *, data: str | None = None) -> Settings:
    """
    Read the settings; `data` given on the command line wins.

    Raises:
        InvalidSettings: a value is out of range, or a section is half set.
    """
    env = _with_file(os.environ if environment is None else environment)

    def get(name: str) -> str:
        return env.get(name, "").strip()

    member, admin = _passwords(env)
    folder = Path(
        data or get("LLM_CHOOSE_DATA") or "data"
    ).absolute()  # child processes change their folder
    return Settings(
        data=folder,
        public_url=_public_url(env),
        web_password=member,
        web_admin_password=admin,
        slack=_slack(env),
        teams=_teams(env),
        qdrant_url=_url(env, "QDRANT_URL", ("http", "https")),
        qdrant_api_key=get("QDRANT_API_KEY"),
        redis_url=_redis_url(env),
        originals=get("ORIGINALS") or str(folder / "originals"),
        llm=_model("LLM", get("LLM"), PROVIDERS),
        llm_base_url=_url(env, "LLM_BASE_URL", ("http", "https")),
        llm_api_key=get("LLM_API_KEY"),
        embedding=_model("EMBEDDING", get("EMBEDDING"), EMBEDDERS),
        admins=frozenset(part.strip() for part in get("ADMINS").split(",") if part.strip()),
        audiences=_audiences(get("AUDIENCES")),
        publish_by_two=_switch(env, "PUBLISH_BY_TWO"),
        sandbox=_sandbox(get("SANDBOX")),
        experts=tuple(part.strip() for part in get("EXPERTS").split(",") if part.strip()),
        thread_talk=_thread_talk(get("THREAD_TALK")),
    )


def _thread_talk(value: str) -> Talk:
    known: dict[str, Talk] = {
        "": "asker",
        "asker": "asker",
        "everyone": "everyone",
        "mention": "mention",
    }
    if value not in known:
        raise InvalidSettings(
            "bad_value",
            "THREAD_TALK の値が使えません。asker、everyone、mention のどれかにしてください。",
            "The value of THREAD_TALK is not known; use asker, everyone or mention.",
        )
    return known[value]


def _sandbox(value: str) -> Sandbox:
    known: dict[str, Sandbox] = {"": "required", "required": "required", "optional": "optional"}
    if value.casefold() not in known:
        raise InvalidSettings(
            "bad_value",
            "SANDBOX の値が使えません。required か optional にしてください。",
            "The value of SANDBOX is not known; use required or optional.",
        )
    return known[value.casefold()]


def _model(name: str, value: str, providers: Iterable[str]) -> str:
    """Return a model's address. Raises where its first part names none of the providers."""
    kind, _, model = value.partition(":")
    if value and (kind not in providers or not model):
        known = "、".join(providers)
        raise InvalidSettings(
            "bad_model",
            f"{name} の値が読めません。「提供元:モデル名」の形で書いてください(提供元: {known})。",
            f"The value of {name} cannot be read; write provider:model, with one of {', '.join(providers)}.",
        )
    return value


def _with_file(environment: Mapping[str, str]) -> dict[str, str]:
    """Add what `.env` in the working folder says; the environment wins."""
    try:
        from_file = {
            name: value or ""
            for name, value in dotenv_values(".env", interpolate=False, encoding="utf-8").items()
        }
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSettings(
            "unreadable_env",
            ".env を読めません。UTF-8 のテキストで、1行に「名前=値」を1つずつ書いてください。",
            "The file .env cannot be read; write one NAME=value on each line, as UTF-8 text.",
        ) from error
    for name in from_file.keys() - NAMES:
        near = next(iter(get_close_matches(name.upper(), NAMES, 1, cutoff=0.0)), "")
        raise InvalidSettings(
            "unknown_setting",
            f".env の {name} という設定はありません。{near} の間違いでなければ、その行を消してください。",
            f"There is no setting {name} (in .env); did you mean {near}? Otherwise remove the line.",
        )
    return from_file | dict(environment)


def _slack(env: Mapping[str, str]) -> Slack | None:
    names = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN")
    token, secret, app = (env.get(name, "").strip() for name in names)
    if not (token or secret or app):
        return None
    if not token:
        raise _half("Slack", "SLACK_BOT_TOKEN")
    if not (secret or app):
        raise _half("Slack", "SLACK_SIGNING_SECRET (HTTP) / SLACK_APP_TOKEN (Socket Mode)")
    for name, value, start in (
        ("SLACK_BOT_TOKEN", token, "xoxb-"),
        ("SLACK_APP_TOKEN", app, "xapp-"),
    ):
        if value and not value.startswith(start):
            raise InvalidSettings(
                "wrong_token",
                f"{name} は {start} で始まる値です。Slack のアプリ設定から正しい値を写してください。",
                f"{name} must start with {start}; copy the right value from the Slack app's settings.",
            )
    base = _url(env, "SLACK_API_BASE", ("http", "https")) or "https://slack.com/api/"
    return Slack(token, tuple(s.strip() for s in secret.split(",") if s.strip()), app, base)


def _teams(env: Mapping[str, str]) -> Teams | None:
    app, password, tenant = (
        env.get(n, "").strip() for n in ("TEAMS_APP_ID", "TEAMS_APP_PASSWORD", "TEAMS_TENANT_ID")
    )
    certificate = env.get("TEAMS_CERTIFICATE", "").strip()
    identity, local = _switch(env, "TEAMS_MANAGED_IDENTITY"), _switch(env, "TEAMS_LOCAL")
    if not (app or password or tenant or certificate or identity):
        return Teams("", "", "", local=True) if local else None
    ways = "TEAMS_APP_PASSWORD / TEAMS_CERTIFICATE / TEAMS_MANAGED_IDENTITY"
    for name, value in (
        ("TEAMS_APP_ID", app),
        (ways, password or certificate or identity),
        ("TEAMS_TENANT_ID", tenant),
    ):
        if not value:
            raise _half("Teams", name)
    if bool(password) + bool(certificate) + identity > 1:
        raise InvalidSettings(
            "two_ways_in",
            f"{ways} のうち一つだけを設定してください。",
            f"Set only one of {ways}.",
        )
    return Teams(
        app, password, tenant, local=False, certificate=certificate, managed_identity=identity
    )


def _switch(env: Mapping[str, str], name: str) -> bool:
    """
    Return whether a setting is on. A word that says neither stops the start: a protection must not
    be off by a slip.
    """
    value = unicodedata.normalize("NFKC", env.get(name, "")).strip().casefold()
    if value not in ON | OFF:
        raise InvalidSettings(
            "bad_value",
            f"{name} の値が読めません。有効にするには 1、無効にするには 0 と書いてください。",
            f"The value of {name} cannot be read; write 1 to switch it on, or 0 to switch it off.",
        )
    return value in ON


def _passwords(env: Mapping[str, str]) -> tuple[str, str]:
    """Return the password for asking and the one for changing documents."""
    member, admin = _password(env, "WEB_PASSWORD"), _password(env, "WEB_ADMIN_PASSWORD")
    if member and member == admin:
        raise InvalidSettings(
            "same_password",
            "WEB_PASSWORD と WEB_ADMIN_PASSWORD が同じため、全員が管理者になります。別のパスワードにしてください。",
            "WEB_PASSWORD and WEB_ADMIN_PASSWORD are the same, which makes everybody an admin; choose different ones.",
        )
    return member, admin


def _password(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "").strip()
    if 0 < len(value) < PASSWORD:
        raise InvalidSettings(
            "short_password",
            f"{name} は{PASSWORD}文字以上にしてください。",
            f"{name} must be at least {PASSWORD} characters long.",
        )
    return value


def _audiences(value: str) -> dict[str, frozenset[str]]:
    """Read "hr=S0HR U1, legal=U2 U3": names, and the ids of their people or user groups."""
    groups: dict[str, frozenset[str]] = {}
    parts = [part.strip() for part in value.split(",") if part.strip()]
    for number, part in enumerate(parts, 1):
        name, _, ids = part.partition("=")
        taken = name.strip() in ("all", "admins", *groups)
        if not _AUDIENCE.fullmatch(name.strip()) or taken or not ids.split():
            raise InvalidSettings(
                "bad_audience",
                f"AUDIENCES の{number}番目が読めません。「名前=ID ID」をカンマで区切り、同じ名前は1回だけ書きます"
                "(all と admins は使えません)。",
                f"AUDIENCES cannot be read at entry {number}; write name=ID ID, separated by commas, each name once "
                "(all and admins are taken).",
            )
        groups[name.strip()] = frozenset(ids.split())
    return groups


def _half(section: str, name: str) -> InvalidSettings:
    return InvalidSettings(
        "half_section",
        f"{section} の設定が途中です: {name} がありません。設定するか、{section} の設定をすべて消してください。",
        f"The {section} settings are half complete: {name} is missing. Set it, or remove all {section} settings.",
    )


def _redis_url(env: Mapping[str, str]) -> str:
    value = _url(env, "REDIS_URL", ("redis", "rediss", "unix", "redis+sentinel"))
    if value.startswith("redis+sentinel://") and not _SENTINEL.fullmatch(value):
        raise InvalidSettings(
            "bad_address",
            "REDIS_URL の redis+sentinel:// は、続けて「ホスト:ポート,ホスト:ポート/サービス名」と書いてください。",
            "REDIS_URL with redis+sentinel:// must go on as host:port,host:port/service-name.",
        )
    return value


def _public_url(env: Mapping[str, str]) -> str:
    """Return the address people open: it is shown to everybody, so it holds no password."""
    value = _url(env, "PUBLIC_URL", ("http", "https"))
    if value and urlsplit(value).username is not None:
        raise InvalidSettings(
            "bad_address",
            "PUBLIC_URL は全員に表示されるため、ユーザー名とパスワードを含められません。「@」までを消してください。",
            "PUBLIC_URL is shown to everybody and cannot hold a user or password; remove everything up to “@”.",
        )
    return value


def _url(env: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    value = env.get(name, "").strip()
    if value and value.partition("://")[0] not in schemes:
        wanted = ", ".join(f"{s}://" for s in schemes)
        raise InvalidSettings(
            "bad_address",
            f"{name} は {wanted} のどれかで始まる住所です。値を直すか、消してください。",
            f"{name} must be an address that starts with {wanted}; correct it or remove it.",
        )
    if value and not value.startswith(("unix://", "redis+sentinel://")) and not _reachable(value):
        raise InvalidSettings(
            "bad_address",
            f"{name} のホストかポートが読めません。「ホスト:ポート」の形で、ポートは1から65535で書いてください。",
            f"The host or port of {name} cannot be read; write host:port, with a port from 1 to 65535.",
        )
    return value


def _reachable(address: str) -> bool:
    """Report whether an address names a host, and a port there can be."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port beyond 65535, or brackets that are no address
        return False
