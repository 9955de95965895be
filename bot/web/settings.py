"""The settings of the web page: who may open it at a public address."""

from dataclasses import dataclass
from typing import ClassVar, Self
from urllib.parse import urlsplit

from bot.environment import LOOPBACK, InvalidSettings, Section, setting
from bot.readers import address, number, origins, password
from handlers.lifetimes import DAY, TALK
from handlers.texts import Texts

SCOPES = "openid profile email"
GROUPS = "groups"  # the claim most providers use
SHORTEST = 12  # characters of a password at least
USUAL, LONGEST = TALK // DAY, 3650  # days a talk is kept


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

    talk_days: int = setting(
        "WEB_TALK_DAYS",
        (
            "ウェブの会話を残す日数(最後の質問から。1〜3650)",
            "days a talk on the page is kept since its last question (1 to 3650)",
        ),
        ("90日", "90 days"),
        read=number(1, LONGEST, usual=USUAL),
        default=USUAL,
    )

    embed: tuple[str, ...] = setting(
        "EMBED_ORIGINS",
        (
            (
                "このページを埋め込めるイントラネットのオリジン。カンマ区切り。"
                "例: https://intranet.example.com"
            ),
            (
                "origins of intranet pages that may embed this page, comma-separated, "
                "such as `https://intranet.example.com`"
            ),
        ),
        ("埋め込めない", "it cannot be embedded"),
        read=origins,
        default=(),
    )

    @property
    def talk_seconds(self) -> int:
        """How long a talk is kept since its last question."""
        return self.talk_days * DAY

    def __bool__(self) -> bool:
        return bool(self.member or self.admin)

    def checked(self) -> Self | None:
        """Return the section. One password for both would make everybody an admin: it raises."""
        if self.member and self.member == self.admin:
            raise InvalidSettings("same_password", Texts.load().phrase("settings.same_password"))
        return self


def issuer(name: str, value: str) -> str:
    """Read the address of a provider of identities: https, or http on this machine."""
    url: str = address("https", "http")(name, value)
    place = urlsplit(url)
    if place.scheme == "http" and place.hostname not in LOOPBACK:
        raise InvalidSettings("bad_address", Texts.load().phrase("settings.bad_issuer", name=name))
    return url.rstrip("/")


@dataclass(frozen=True, slots=True)
class SignIn(Passwords):
    """
    What lets people in: passwords, a provider of identities (OpenID Connect), or both.

    `scopes` are asked of the provider, separated by spaces; `groups_claim` is where it tells the
    ids of somebody's groups.
    """

    issuer: str = setting(
        "OIDC_ISSUER",
        (
            (
                "会社のアカウントでサインイン(OpenID Connect)。発行者のアドレス。"
                "例: https://login.microsoftonline.com/テナントID/v2.0"
            ),
            (
                "signs people in with your company's accounts (OpenID Connect): the issuer's "
                "address, such as `https://login.microsoftonline.com/TENANT/v2.0`"
            ),
        ),
        ("パスワードだけ", "passwords only"),
        read=issuer,
        default="",
    )
    client_id: str = setting(
        "OIDC_CLIENT_ID",
        (
            "そこで登録したクライアント ID。リダイレクト先は PUBLIC_URL/signin/back",
            "the client id registered there, with the redirect `PUBLIC_URL/signin/back`",
        ),
        ("会社のアカウントは無効", "company accounts are off"),
        default="",
    )
    client_secret: str = setting(
        "OIDC_CLIENT_SECRET",
        ("そのクライアントの秘密の値", "the client's secret"),
        ("秘密なしのクライアント(PKCE のみ)", "a client without one (PKCE alone)"),
        secret=True,
        default="",
    )
    scopes: str = setting(
        "OIDC_SCOPES",
        (
            "発行者に求める範囲。グループに別の範囲が要るときは加える",
            "the scopes asked for; add what your provider needs to tell groups",
        ),
        ("openid profile email", "`openid profile email`"),
        read=lambda _, value: value or SCOPES,
        default=SCOPES,
    )
    groups_claim: str = setting(
        "OIDC_GROUPS_CLAIM",
        (
            "グループの ID が入る項目の名前。ADMINS と AUDIENCES にその ID を書ける",
            "the claim that holds group ids, which ADMINS and AUDIENCES may then name",
        ),
        ("groups", "`groups`"),
        read=lambda _, value: value or GROUPS,
        default=GROUPS,
    )

    def __bool__(self) -> bool:
        return bool(self.member or self.admin or self.issuer)

    def checked(self) -> Self | None:
        """Return the section. A provider without a client, or the reverse, is half set: raises."""
        # by name: slots make a class of its own that a bare super() does not find
        Passwords.checked(self)
        if self.issuer and not self.client_id:
            raise self.half("OIDC_CLIENT_ID")
        if self.client_id and not self.issuer:
            raise self.half("OIDC_ISSUER")
        return self
