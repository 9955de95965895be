"""The settings of the doors for machines: they are always there, and open to tokens alone."""

from base64 import b64decode
from dataclasses import dataclass
from typing import ClassVar, Self
from urllib.parse import urlsplit

from bot.environment import LOOPBACK, InvalidSettings, Section, setting
from bot.readers import address, origins, parts
from handlers.texts import Texts

KEY = 24  # characters or bytes of a secret


def read_hooks(name: str, value: str) -> tuple[str, ...]:
    """Read addresses to be told of events; without TLS only on this machine."""
    given: tuple[str, ...] = parts(name, value)
    for one in given:
        address("https", "http")(name, one)
        plain = one.startswith("http://") and urlsplit(one).hostname not in LOOPBACK
        if plain or "@" in one:
            raise InvalidSettings(
                "bad_address", Texts.load().phrase("settings.bad_hook", name=name)
            )
    return given


@dataclass(frozen=True, slots=True)
class Machines(Section):
    """`origins` are those of pages that may call from a browser."""

    title: ClassVar[str] = "API"

    origins: tuple[str, ...] = setting(
        "API_ORIGINS",
        (
            (
                "ブラウザーから API を呼び出せるページのオリジン。カンマ区切り。"
                "例: https://intranet.example.com"
            ),
            (
                "origins of pages that may call the API from a browser, comma-separated, "
                "such as `https://intranet.example.com`"
            ),
        ),
        ("このサーバーのページだけ", "this server's own page alone"),
        read=origins,
        default=(),
    )

    token: str = setting(
        "LLM_CHOOSE_TOKEN",
        (
            "「llm-choose mcp --url」が動いているサーバーに示すトークン",
            "the token `llm-choose mcp --url` shows to a server that runs",
        ),
        ("この機械のデータフォルダーを使う", "the data folder of this machine is used"),
        secret=True,
        default="",
    )

    webhooks: tuple[str, ...] = setting(
        "WEBHOOKS",
        (
            (
                "資料の公開、答えられなかった質問、回答への評価を知らせる URL。カンマ区切り。"
                "例: https://hooks.example.com/llm-choose"
            ),
            (
                "addresses told of published documents, unanswered questions and votes, "
                "comma-separated, such as `https://hooks.example.com/llm-choose`"
            ),
        ),
        ("知らせない", "nobody is told"),
        read=read_hooks,
        default=(),
    )

    webhook_secret: str = setting(
        "WEBHOOK_SECRET",
        (
            "知らせに署名する鍵(24文字以上、または whsec_ で始まる base64)",
            "the key these are signed with: 24 characters or more, or base64 after `whsec_`",
        ),
        ("WEBHOOKS は使えない", "WEBHOOKS cannot be used"),
        secret=True,
        default="",
    )

    def checked(self) -> Self | None:
        """
        Return the section: it is always on, since nothing gets in without a token.

        Raises:
            InvalidSettings: events would go out without a signature that can be trusted.
        """
        if self.webhooks and not _strong(self.webhook_secret):
            raise InvalidSettings(
                "weak_secret", Texts.load().phrase("settings.weak_webhook_secret")
            )
        return self


def _strong(secret: str) -> bool:
    """Report whether a secret is long enough, and base64 where it says so."""
    encoded = secret.removeprefix("whsec_")
    if encoded == secret:
        return len(secret) >= KEY
    try:
        return len(b64decode(encoded, validate=True)) >= KEY
    except ValueError:
        return False
