"""The twelve scenes of a chat have one structure in both languages, and none breaks a rule of either platform."""

import asyncio

import pytest

from bot.service.application import Application
from bot.settings import load
from bot.slack.render.messages import messages
from bot.slack.render.windows import modal
from bot.teams.card import CARD, size
from bot.teams.render import activities
from handlers.texts import Texts
from tests.bot.chat_scenes import scenes
from tests.bot.slack.lint import faults

TEXTS = Texts.load()
LANGUAGES = ("ja", "en")
# what stands in a message or card, from top to bottom; what a language's words decide may stand there or not
SHAPES = {
    "choosing": ["section", "actions"],
    "history": ["data_table", "actions"],
    "team": ["header", "section", "actions"],
    "vote": ["input", "input"],
}


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    return asyncio.run(both(tmp_path_factory.mktemp("scenes")))


async def both(folder):
    async with Application(load({}, data=str(folder))) as application:
        await application.answers()
        return {language: await scenes(application, language) for language in LANGUAGES}


def on_slack(reply, language):
    """Return the blocks a scene is drawn with, in a window where it is one."""
    if (reply.ask is not None and not reply.ask.step) or reply.title:
        return modal(reply, TEXTS, language, ("C1", ""))["blocks"]
    return [block for one in messages(reply, TEXTS, language, 0) for block in one["blocks"]]


def test_a_scene_is_drawn_as_it_is_meant_to_be(shown):
    for name, shape in SHAPES.items():
        for language in LANGUAGES:
            drawn = [block["type"] for block in on_slack(shown[language][name], language)]
            assert (name, language, drawn) == (name, language, shape)


def test_no_scene_breaks_a_rule(shown):
    for language in LANGUAGES:
        for name, reply in shown[language].items():
            for message in messages(reply, TEXTS, language, 0):
                assert faults(message) == [], name
            for activity in activities(reply, language, TEXTS):
                for attachment in activity.get("attachments", ()):
                    assert size(attachment["content"]) <= CARD, name


def test_both_languages_say_each_scene_in_the_same_pieces(shown):
    for name in ("help", "dialog", "result", "history", "documents", "team", "vote"):
        ja, en = [[type(block) for block in shown[one][name].blocks] for one in LANGUAGES]
        assert ja == en or name == "help", name  # what waits for admins has come about meanwhile
