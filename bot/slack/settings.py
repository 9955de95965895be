"""The settings of Slack: a bot token, and a signing secret (HTTP) or an app token (Socket Mode)."""

from dataclasses import dataclass
from typing import ClassVar, Self

from bot.environment import InvalidSettings, Section, setting
from bot.readers import WEB, address, begins, key, parts
from handlers.texts import Texts

API = "https://slack.com/api/"
_PAGE = ("Slack のアプリ設定", "the Slack app's settings")


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


@dataclass(frozen=True, slots=True)
class Slack(Section):
    """One of `signing_secrets` (several while one is rotated) and `app_token` is set."""

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

    def checked(self) -> Self | None:
        """Return the section, or None where Slack is off. Raises InvalidSettings."""
        if not (self.bot_token or self.signing_secrets or self.app_token):
            return None
        if not self.bot_token:
            raise self.half("SLACK_BOT_TOKEN")
        if not (self.signing_secrets or self.app_token):
            raise self.half("SLACK_SIGNING_SECRET (HTTP) / SLACK_APP_TOKEN (Socket Mode)")
        return self
