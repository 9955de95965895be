"""How a page that speaks another language than its reader is said again. Pure."""

from collections.abc import Iterator, Sequence

from bot.web.conversations import Article
from bot.web.pages import Spot
from handlers.conversation import Button, Buttons, Content, Details, Press, Reply

RUN, ANSWER = "rid", "aid"  # what buttons of a run, and of a record, carry


def again(spot: Spot, articles: Sequence[Article]) -> Content | None:
    """
    Return what shows a stage in its reader's language; None where it speaks it, and on pages whose
    turns were said and stay as they were.
    """
    if spot.place.kind != "stage" or not articles:
        return None
    if all(article.language == spot.person.language for article in articles):
        return None
    reply = articles[0].reply
    for press in _presses(reply):
        if press.action.startswith("choose.") and press.data.get(RUN):
            return Press("choose.resume", {RUN: press.data[RUN]})
        if press.action == "demo.rerun" and press.data.get(ANSWER):
            return Press("demo.open", {ANSWER: press.data[ANSWER]})
    return spot.place.opening


def _presses(reply: Reply) -> Iterator[Press]:
    """Yield what can be pressed in a reply; the run of a question stands in what it carries."""
    if reply.ask is not None:
        yield Press(reply.ask.form, reply.ask.state)
        for button in reply.ask.buttons:
            yield button.press
    for block in reply.blocks:
        inner = block.blocks if isinstance(block, Details) else (block,)
        for one in inner:
            if isinstance(one, Buttons):
                yield from _pressed(one.items)


def _pressed(items: Sequence[Button]) -> Iterator[Press]:
    for button in items:
        yield button.press
