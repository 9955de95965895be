"""`llm-choose slack setup`: tries the tokens and scopes of Slack, and says hello to a person."""

import argparse
from dataclasses import asdict

from bot.command import desk, output
from bot.command.exits import COULD_NOT, DONE
from bot.settings import InvalidSettings, Settings
from bot.slack.settings import Slack
from handlers.texts import Texts
from knowledge.values import Language


async def slack(settings: Settings, arguments: argparse.Namespace, language: Language) -> int:
    """
    Say what was found of Slack, a line each; 1 where something is wrong.

    Raises:
        InvalidSettings: Slack is off.
    """
    from bot.slack.setup import set_up

    texts = Texts.load()
    section = settings.sections.get("slack")
    if not isinstance(section, Slack):
        raise InvalidSettings("half_section", texts.phrase("cli.slack_off"))
    found = await set_up(section, arguments.hello, texts, language)
    failed = bool(found.trouble or found.refused)
    if arguments.json:
        output.line(asdict(found))
        return COULD_NOT if failed else DONE
    console = desk.console()
    if found.trouble:
        console.print(f"✕ {found.trouble}", markup=False)
        return COULD_NOT
    if found.several:
        page = f"{settings.public_url or 'https://…'}/slack/install"
        console.print(f"✓ {texts.say('cli.slack_several', language, page=page)}", markup=False)
        console.print(f"✓ {texts.say(f'cli.slack_{found.way}', language)}", markup=False)
        return DONE
    lines = [texts.say("cli.slack_installed", language, name=found.name, team=found.workspace)]
    lines.append(texts.say(f"cli.slack_{found.way}", language))
    lines.append(texts.say("cli.slack_agent" if found.agent else "cli.slack_no_agent", language))
    for line in lines:
        console.print(f"✓ {line}", markup=False)
    if found.refused:
        text = texts.say("cli.slack_not_greeted", language, code=found.refused)
        console.print(f"✕ {text}", markup=False)
    elif found.greeted:
        console.print(f"✓ {texts.say('cli.slack_greeted', language)}", markup=False)
    else:
        console.print(f"– {texts.say('cli.slack_greet', language)}", markup=False)
    return COULD_NOT if failed else DONE
