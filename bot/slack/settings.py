"""
The settings of Slack: the token of one workspace, or what several install us with, and a signing
secret (HTTP) or an app token (Socket Mode).
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from bot.environment import InvalidSettings, Section, setting
from bot.readers import WEB, address, begins, key, parts
from handlers.texts import Texts

API = "https://slack.com/api/"
_PAGE = ("Slack のアプリ設定", "the Slack app's settings")


EVERYBODY = "*"  # in place of ids: whatever workspace likes to
KEY = 32  # bytes of a key that encrypts tokens
_CLIENT = re.compile(r"\d+\.\d+")
_WORKSPACE = re.compile(r"[TE][A-Z0-9]{2,}")
SHORTEST = 16  # characters of a signing secret at least; Slack's have 32


def _secrets(name: str, value: str) -> tuple[str, ...]:
    """Return the signing secrets; a token in their place, or a piece of one, stops the start."""
    secrets = parts(name, value)
    for secret in secrets:
        key(name, secret)
        if secret.startswith(("xox", "xapp-")) or len(secret) < SHORTEST:
            reason = Texts.load().phrase("settings.bad_signing_secret", name=name)
            raise InvalidSettings("wrong_token", reason)
    return secrets


def _api(name: str, value: str) -> str:
    own: str = address(*WEB)(name, value)
    return own or API


def _client(name: str, value: str) -> str:
    """Return a client id: two numbers with a dot between them."""
    if value and not _CLIENT.fullmatch(value):
        raise InvalidSettings(
            "wrong_token", Texts.load().phrase("settings.bad_slack_client", name=name)
        )
    return value


def _keys(name: str, value: str) -> tuple[str, ...]:
    """
    Return the keys tokens are encrypted with: 32 bytes each in Base64, URL-safe as Fernet has it.
    """
    keys = tuple([one.replace("+", "-").replace("/", "_") for one in parts(name, value)])
    for one in keys:
        try:
            size = len(base64.b64decode(one, altchars=b"-_", validate=True))
        except (binascii.Error, ValueError):
            size = 0
        if size != KEY:
            raise InvalidSettings(
                "bad_value", Texts.load().phrase("settings.bad_token_key", name=name)
            )
    return keys


def _workspaces(name: str, value: str) -> frozenset[str]:
    """Return ids of workspaces (T…) and organisations (E…), or the sign for everybody."""
    ids = frozenset(parts(name, value))
    for one in ids - {EVERYBODY}:
        if not _WORKSPACE.fullmatch(one):
            raise InvalidSettings(
                "bad_id", Texts.load().phrase("settings.bad_slack_workspace", name=name)
            )
    return ids


@dataclass(frozen=True, slots=True)
class Slack(Section):
    """
    One of `signing_secrets` (several while one is rotated) and `app_token` is set. Either
    `bot_token` is, or all of `client_id`, `client_secret`, `token_keys` and `workspaces` are.
    """

    title: ClassVar[str] = "Slack"

    bot_token: str = setting(
        "SLACK_BOT_TOKEN",
        ("Slack のボットトークン(xoxb- で始まる)", "Slack's bot token, which starts with xoxb-"),
        ("Slack は無効", "Slack is off"),
        read=begins("xoxb-", *_PAGE),
        secret=True,
    )
    signing_secrets: tuple[str, ...] = setting(
        "SLACK_SIGNING_SECRET",
        (
            "HTTP で受ける場合の署名シークレット。入れ替え中はカンマ区切りで併記",
            "the signing secret, for Slack over HTTP; comma-separated while rotating",
        ),
        ("Socket Mode で受ける", "Socket Mode"),
        read=_secrets,
        secret=True,
    )
    app_token: str = setting(
        "SLACK_APP_TOKEN",
        (
            "Socket Mode のアプリトークン(xapp- で始まる)。署名シークレットの代わり",
            "the app token, which starts with xapp-: Socket Mode instead of the signing secret",
        ),
        ("HTTP で受ける", "HTTP"),
        read=begins("xapp-", *_PAGE),
        secret=True,
    )
    api_base: str = setting(
        "SLACK_API_BASE",
        (
            "テスト用の別の Slack API。そのホストのファイルと応答先も許可される",
            "another Slack API, for tests; its host is then accepted for files and answers, too",
        ),
        ("Slack の API", "Slack's"),
        read=_api,
    )
    client_id: str = setting(
        "SLACK_CLIENT_ID",
        (
            "複数のワークスペースに導入する場合のクライアントID。SLACK_BOT_TOKEN の代わり",
            "the app's client id, for several workspaces: instead of SLACK_BOT_TOKEN",
        ),
        ("ワークスペースは1つ", "one workspace"),
        read=_client,
        default="",
    )
    client_secret: str = setting(
        "SLACK_CLIENT_SECRET",
        ("そのクライアントシークレット", "the app's client secret"),
        ("ワークスペースは1つ", "one workspace"),
        read=key,
        secret=True,
        default="",
    )
    token_keys: tuple[str, ...] = setting(
        "SLACK_TOKEN_KEY",
        (
            "ワークスペースのトークンを暗号化する鍵(32バイトのBase64)。入れ替え中は新しい鍵を先に併記",
            "the key that encrypts the workspaces' tokens, 32 bytes in Base64; rotating: new, old",
        ),
        ("ワークスペースは1つ", "one workspace"),
        read=_keys,
        secret=True,
        default=(),
    )
    workspaces: frozenset[str] = setting(
        "SLACK_WORKSPACES",
        (
            "導入できるワークスペース(T…)やオーガナイゼーション(E…)のID、カンマ区切り。`*` はすべて",
            "ids of workspaces (T…) and organisations (E…) that may install the app; `*` lets any",
        ),
        ("ワークスペースは1つ", "one workspace"),
        read=_workspaces,
        default=frozenset(),
    )

    @property
    def allowed(self) -> frozenset[str] | None:
        """Return who may install the app, None where everybody may."""
        return None if EVERYBODY in self.workspaces else self.workspaces

    def checked(self) -> Self | None:
        """Return the section, or None where Slack is off. Raises InvalidSettings."""
        several = {
            "SLACK_CLIENT_ID": self.client_id,
            "SLACK_CLIENT_SECRET": self.client_secret,
            "SLACK_TOKEN_KEY": self.token_keys,
            "SLACK_WORKSPACES": self.workspaces,
        }
        on_its_own = (self.bot_token, self.signing_secrets, self.app_token)
        if not any(on_its_own) and not any(several.values()):
            return None
        if any(several.values()):
            self._check_several(several)
        elif not self.bot_token:
            raise self.half("SLACK_BOT_TOKEN")
        if not (self.signing_secrets or self.app_token):
            raise self.half("SLACK_SIGNING_SECRET (HTTP) / SLACK_APP_TOKEN (Socket Mode)")
        return self

    def _check_several(self, several: Mapping[str, object]) -> None:
        """Stop where what several workspaces need is half set. Raises InvalidSettings."""
        if self.bot_token:
            raise InvalidSettings("two_ways", Texts.load().phrase("settings.slack_two_ways"))
        for name, value in several.items():
            if not value:
                raise self.half(name)
