"""What the doctor finds of Slack: whether both tokens are taken, and which scopes the app lacks."""

from bot.slack.api import Api
from bot.slack.refusals import Refused, Unanswered
from bot.slack.settings import Slack as Settings

SCOPES = frozenset(
    {
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "im:history",
        "im:write",
        "mpim:history",
        "reactions:read",
        "usergroups:read",
        "users:read",
    }
)
MADE_UP = "1.1.0"  # a code that nobody was given
READY, SILENT = "ready", "Slack does not answer"


async def diagnose(settings: Settings) -> str:
    """Return "ready", or what is wrong and where to mend it. Asks Slack once for each token."""
    async with Api(settings) as api:
        try:
            several = bool(settings.client_id)
            trouble = await (_client(api, settings) if several else _bot_token(api))
            trouble = trouble or await _app_token(api, settings.app_token)
        except Unanswered:
            return SILENT
    return trouble or READY


async def _bot_token(api: Api) -> str:
    """Return what is wrong with the bot's token, "" when nothing is."""
    try:
        await api.call("auth.test")
    except Refused as refused:
        return (
            f"SLACK_BOT_TOKEN is refused ({refused.code}); copy it again from OAuth & Permissions"
        )
    missing = SCOPES - api.granted
    if not api.granted or not missing:
        return ""
    return f"missing scopes: {', '.join(sorted(missing))}; add them and install the app again"


async def _client(api: Api, settings: Settings) -> str:
    """
    Return what is wrong with what several workspaces install us by, "" when nothing is. Slack
    judges client id and secret before the code, which is made up.
    """
    try:
        await api.call(
            "oauth.v2.access",
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            code=MADE_UP,
        )
    except Refused as refused:
        if refused.code in ("invalid_code", "code_already_used"):
            return ""
        return (
            f"SLACK_CLIENT_ID and SLACK_CLIENT_SECRET are refused ({refused.code});"
            " copy both again from Basic Information"
        )
    return ""


async def _app_token(api: Api, token: str) -> str:
    """Return what is wrong with the token of Socket Mode, "" when nothing is or there is none."""
    if not token:
        return ""
    try:
        await api.call("apps.connections.open", app_token=token)
    except Refused as refused:
        return f"SLACK_APP_TOKEN is refused ({refused.code}); it needs connections:write"
    return ""
