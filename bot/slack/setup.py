"""
Slack's first minute: are both tokens taken, has the app its scopes, what are we called there; then
a hello to whoever sets it up, so that they see it where they will use it.
"""

from dataclasses import dataclass
from typing import Literal

from bot.slack.api import Api
from bot.slack.doctor import READY, diagnose
from bot.slack.refusals import Refused, Unanswered
from bot.slack.settings import Slack as Settings
from handlers.texts import Texts
from knowledge.values import Language

Way = Literal["socket", "http"]


@dataclass(frozen=True, slots=True)
class Installed:
    """
    What was found: `trouble` is empty where all is well. `greeted` is who was written to, `refused`
    Slack's word for why they were not. `several` workspaces install the app by themselves.
    """

    trouble: str = ""
    workspace: str = ""
    name: str = ""
    way: Way = "http"
    agent: bool = False
    greeted: str = ""
    refused: str = ""
    several: bool = False


async def set_up(settings: Settings, hello: str, texts: Texts, language: Language) -> Installed:
    """Try everything, and say hello to a person by their id; "" greets nobody."""
    state = await diagnose(settings)
    if state != READY:
        return Installed(trouble=state)
    way: Way = "socket" if settings.app_token else "http"
    if settings.client_id:
        return Installed(several=True, way=way, agent=True)
    async with Api(settings) as api:
        try:
            told = await api.call("auth.test")
        except (Refused, Unanswered) as error:
            return Installed(trouble=str(error))
        refused = await _greet(api, hello, texts, language)
        return Installed(
            workspace=str(told.get("team", "")),
            name=str(told.get("user", "")),
            way=way,
            agent="assistant:write" in api.granted,
            greeted="" if refused else hello,
            refused=refused,
        )


async def _greet(api: Api, person: str, texts: Texts, language: Language) -> str:
    """Say hello by direct message; return Slack's word for why not, "" where it was said."""
    if not person:
        return ""
    text = texts.say("slack.hello", language)
    try:
        opened = await api.call("conversations.open", users=person)
        channel = opened.get("channel") or {}
        await api.call("chat.postMessage", channel=str(channel.get("id") or person), text=text)
    except Refused as refused:
        return refused.code
    except Unanswered:
        return "unanswered"
    return ""
