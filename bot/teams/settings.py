"""The settings of Teams: the bot's app, its tenant, and one way to sign in."""

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from bot.environment import InvalidSettings, Section, setting
from bot.readers import GUID, guid, key, switch
from bot.teams.kits import named
from handlers.texts import Texts

_LOCAL = "TEAMS_LOCAL"
_WAYS = "TEAMS_APP_PASSWORD / TEAMS_CERTIFICATE / TEAMS_MANAGED_IDENTITY"
_OTHERS = ("ほかの方法でサインイン", "another way to sign in")


def _password(name: str, value: str) -> str:
    """Return the client secret; its id, which stands beside it in Entra, is none."""
    if GUID.fullmatch(value):
        reason = Texts.load().phrase("settings.secret_id", name=name)
        raise InvalidSettings("wrong_token", reason)
    secret: str = key(name, value)
    return secret


@dataclass(frozen=True, slots=True)
class Teams(Section):
    """
    One of `password`, `certificate` (a PEM file) and `managed_identity` signs the bot in, unless it
    is `local`.
    """

    title: ClassVar[str] = "Teams"

    app_id: str = setting(
        "TEAMS_APP_ID",
        ("ボットのアプリ(クライアント)ID", "Teams: the bot's app (client) id"),
        ("Teams は無効", "Teams is off"),
        read=guid,
    )
    password: str = setting(
        "TEAMS_APP_PASSWORD",
        ("クライアントシークレットでサインイン", "signs in with a client secret"),
        _OTHERS,
        read=_password,
        secret=True,
    )
    tenant_id: str = setting(
        "TEAMS_TENANT_ID",
        ("自社のテナント ID", "your tenant's id"),
        ("Teams は無効", "Teams is off"),
        read=guid,
    )
    local: bool = setting(
        _LOCAL,
        (
            "1: 認証なし。手元のテスト用クライアントのため、この機械だけで待ち受ける",
            "`1`: no authentication, for a local test client; this machine only",
        ),
        ("認証あり", "off"),
        read=switch,
    )
    certificate: str = setting(
        "TEAMS_CERTIFICATE",
        (
            "証明書と鍵の入った PEM ファイルでサインイン",
            "signs in with a PEM file that holds certificate and key",
        ),
        _OTHERS,
        default="",
    )
    managed_identity: bool = setting(
        "TEAMS_MANAGED_IDENTITY",
        (
            "1: この機械のマネージド ID でサインイン",
            "`1`: signs in with the machine's managed identity",
        ),
        _OTHERS,
        read=switch,
        default=False,
    )

    app_version: str = setting(
        "TEAMS_APP_VERSION",
        (
            "Teams アプリの版(例: 1.0.1)。パッケージを更新するたびに上げる",
            "the version of the Teams app, such as 1.0.1: raise it for each new package",
        ),
        ("llm-choose の版", "that of llm-choose"),
        default="",
    )
    app_name: str = setting(
        "TEAMS_APP_NAME",
        ("Teams に表示するアプリ名、30字まで", "the app's name in Teams, 30 characters at most"),
        ("LLM Choose", "LLM Choose"),
        default="",
    )
    icon: str = setting(
        "TEAMS_ICON",
        ("アプリのアイコン(192×192 の PNG ファイル)", "the app's icon, a PNG file of 192×192"),
        ("付属のアイコン", "the one that comes along"),
        default="",
    )
    privacy_url: str = setting(
        "TEAMS_PRIVACY_URL",
        ("自社のプライバシーの説明の URL", "the address of your own privacy page"),
        ("付属のページ /teams/about", "the page that comes along, /teams/about"),
        default="",
    )
    all_messages: bool = setting(
        "TEAMS_ALL_MESSAGES",
        (
            "1: メンションなしの続きにも答えるため、全メッセージを受け取る許可を求める",
            "`1`: the package asks for all messages, to answer follow-ups without a mention",
        ),
        ("メンションだけ", "mentions only"),
        read=switch,
        default=False,
    )

    tab: bool = setting(
        "TEAMS_TAB",
        (
            "1: ウェブページを Teams の個人用タブとして開く(Entra での準備が要る)",
            "`1`: the web page is a personal tab in Teams; Entra has to be prepared for it",
        ),
        ("タブなし", "no tab"),
        read=switch,
        default=False,
    )

    sdk: str = setting(
        "TEAMS_SDK",
        (
            "Teams と話す SDK。agents で後継の Microsoft 365 Agents SDK(llm-choose[agents])",
            "the SDK that speaks to Teams: `agents` (`llm-choose[agents]`) succeeds botbuilder",
        ),
        ("botbuilder", "botbuilder"),
        read=named,
        default="",
    )

    @property
    def open_to_all(self) -> str:
        """The setting without which there is authentication."""
        return _LOCAL if self.local else ""

    def checked(self) -> Self | None:
        """Return the section, or None where Teams is off. Raises InvalidSettings."""
        ways = (self.password, self.certificate, self.managed_identity)
        if not (self.app_id or self.tenant_id or any(ways)):
            return self if self.local else None
        needed = {"TEAMS_APP_ID": self.app_id, _WAYS: any(ways), "TEAMS_TENANT_ID": self.tenant_id}
        for name, value in needed.items():
            if not value:
                raise self.half(name)
        if sum(map(bool, ways)) > 1:
            raise InvalidSettings(
                "two_ways_in", Texts.load().phrase("settings.two_ways_in", ways=_WAYS)
            )
        if self.certificate:
            from bot.teams.certificate import certificate

            certificate(self.certificate)
        # whoever signs in is never without authentication
        return replace(self, local=False)
