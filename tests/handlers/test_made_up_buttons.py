"""Buttons with made-up values do nothing and break nothing: what travels is a claim, not a right."""

from bot.command.terminal import said
from bot.service.application import Application
from bot.settings import load
from handlers.actions.registry import every_action
from handlers.conversation import Press

MADE_UP = {
    str: ("x", "", "\x00/..", "00000000-0000-0000-0000-000000000000", "あ" * 200, "{}"),
    int: (10**30, -1),
    bool: (True,),
}


def presses(name, kind):
    for word in MADE_UP[str]:
        for number in MADE_UP[int]:
            data = {}
            for part in kind.parts:
                values = {str: word, int: number, bool: True}
                data[part.key] = values.get(part.kind, word)
            yield Press(name, data)


async def test_made_up_values_are_answered_and_nothing_fails(house):
    async with Application(load({}, data=str(house))) as application:
        await application.library()
        failed = []
        for name, kind in every_action().items():
            for press in presses(name, kind):
                try:
                    async for _ in application.router(said(press, "en", "terminal:somebody")):
                        pass
                except Exception as error:
                    failed.append((name, dict(press.data), type(error).__name__))
        assert failed == []
