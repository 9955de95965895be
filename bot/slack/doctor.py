"""What the doctor finds of Slack: whether both tokens are taken, and which scopes the app lacks."""

from bot.slack.api import Api, Refused, Unanswered
from bot.slack.settings import Slack as Settings

SCOPES = frozenset(
    {
        *(
            "app_mentions:read",
            "assistant:write",
            "channels:history",
            "chat:write",
            "commands",
            "files:read",
            "files:write",
        ),
        *("groups:history", "im:history", "im:write", "usergroups:read", "users:read"),
    }
)


async def diagnose(settings: Settings) -> str:
    """Return "ready", or what is wrong and where to mend it. Asks Slack once for each token."""
    async with Api(settings) as api:
        try:
            await api.call("auth.test")
            if api.granted and (missing := SCOPES - api.granted):
                return f"missing scopes: {', '.join(sorted(missing))}; add them and install the app again"
        except Refused as refused:
            return f"SLACK_BOT_TOKEN is refused ({refused.code}); copy it again from OAuth & Permissions"
        except Unanswered:
            return "Slack does not answer"
        if not settings.app_token:
            return "ready"
        try:
            await api.call("apps.connections.open", app_token=settings.app_token)
        except Refused as refused:
            return f"SLACK_APP_TOKEN is refused ({refused.code}); it needs connections:write"
        except Unanswered:
            return "Slack does not answer"
    return "ready"
