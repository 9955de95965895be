"""The settings of the doors for machines: they are always there, and open to tokens alone."""

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from bot.environment import InvalidSettings, Section, setting
from bot.readers import parts
from handlers.texts import Texts

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?")


def read_origins(name: str, value: str) -> tuple[str, ...]:
    """Read origins of pages, "https://intranet.example.com", separated by commas."""
    given: tuple[str, ...] = parts(name, value)
    for one in given:
        if not _ORIGIN.fullmatch(one):
            reason = Texts.load().phrase("settings.bad_origin", name=name)
            raise InvalidSettings("bad_address", reason)
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
        read=read_origins,
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

    def checked(self) -> Self | None:
        """Return the section: it is always on, since nothing gets in without a token."""
        return self
