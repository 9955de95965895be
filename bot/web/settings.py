"""The settings of the web page: the passwords that open it at a public address."""

from dataclasses import dataclass
from typing import ClassVar, Self

from bot.environment import InvalidSettings, Section, setting
from bot.readers import password
from handlers.texts import Texts

SHORTEST = 12  # characters of a password at least


@dataclass(frozen=True, slots=True)
class Passwords(Section):
    """Empty ones let nobody in. The page is on without any: then it serves this machine alone."""

    title: ClassVar[str] = "Web"

    member: str = setting(
        "WEB_PASSWORD",
        (
            "PUBLIC_URL のページで質問できるパスワード(12文字以上)",
            "opens the web page at `PUBLIC_URL` to ask; at least 12 characters",
        ),
        ("そのページは閉じたまま", "the page is closed there"),
        read=password(SHORTEST),
        secret=True,
        default="",
    )
    admin: str = setting(
        "WEB_ADMIN_PASSWORD",
        (
            "PUBLIC_URL のページで資料も変更できるパスワード(12文字以上、別のもの)",
            "opens the web page at `PUBLIC_URL` to change documents, too; another one",
        ),
        ("そこで資料は変更できない", "nobody changes documents there"),
        read=password(SHORTEST),
        secret=True,
        default="",
    )

    def __bool__(self) -> bool:
        return bool(self.member or self.admin)

    def checked(self) -> Self | None:
        """Return the section. One password for both would make everybody an admin: it raises."""
        if self.member and self.member == self.admin:
            raise InvalidSettings("same_password", Texts.load().phrase("settings.same_password"))
        return self
