"""
Everything a handler gives to one person alone, as presses and words that lead to it; for trials of who gets to see it.

`Scenes` are made in a real house by really asking, answering and joining, so that each button finds what it is about.
"""

import json
import re
from dataclasses import dataclass, field

from handlers.conversation import Audience, Command, Details, Message, Press, Reply, Sources, Text
from tests.choosing import answered
from tests.sheet import Sheet

QUESTION = "RAGって社内文書を全部覚えてるの?"
WORDS = (  # typed after the bot's name
    "llm-choose history",
    "llm-choose documents",
    "llm-choose model",
    "llm-choose demo",
    "llm-choose demo RAGの短所は?",
    "llm-choose choose GPUなしで機密PDF500件を検索したい",
    "llm-choose choose join t_gone",
)


@dataclass
class Scenes:
    """`private` presses lead to replies for their person alone, `public` ones to answers for everybody; by a name for each."""

    private: dict[str, Press]
    public: dict[str, Press]
    result: Reply


@dataclass
class Recorded:
    """The house's own router, with every final reply it gave."""

    handle: object
    replies: list = field(default_factory=list)

    async def __call__(self, message):
        async for reply in self.handle(message):
            if reply.final:
                self.replies.append(reply)
            yield reply


async def said(application, person, content, channel=""):
    """Say something to the house on paper, alone or before a channel; return the last reply."""
    sheet = Sheet()
    audience = Audience(channel or person.id, private=not channel)
    place = f"paper:{person.id}:{channel}"
    await application.turns.take(
        Message(f"m:{person.id}:{channel}", person, place, audience, content), sheet
    )
    return sheet.shown[-1]


async def finished(application, person, begun):
    """Answer a run to its end; return the last reply and what its run is called."""
    reply, run = begun, {}
    while reply.ask:
        run = dict(reply.ask.state)
        reply = await said(application, person, answered(reply.ask))
    return reply, {"rid": run["rid"], "rev": int(run["rev"]) + 1}


async def scenes_of(application, asker, other, channel):
    """Return the scenes of two people in a channel: one asks, answers and joins, the other has a run of their own."""
    asked = await said(application, asker, Text(QUESTION), channel)
    [sources] = [block for block in asked.blocks if isinstance(block, Sources)]
    result, run = await finished(
        application, asker, await said(application, asker, Command("llm-choose", "choose express"))
    )
    _, foreign = await finished(
        application, other, await said(application, other, Command("llm-choose", "choose express"))
    )
    teams = []
    for owner, members in ((asker, (asker, other)), (other, (other,))):
        begun = await said(application, owner, Command("llm-choose", "choose team"), channel)
        teams.append(str(buttons(begun)[0].data["tid"]))
        for member in members:
            await finished(
                application,
                member,
                await said(application, member, Press("choose.join", {"tid": teams[-1]})),
            )
    answer = {"aid": sources.answer}
    private = {
        "a source": Press("source.open", answer | {"s": sources.items[0].id, "n": 1}),
        "a source that is gone": Press(
            "source.open", answer | {"s": "00000000-0000-0000-0000-000000000000"}
        ),
        "inside": Press("demo.open", answer),
        "inside once more": Press("demo.rerun", answer | {"k": 2, "s": "whole"}),
        "why a document is missing": Press("demo.why", answer),
        "the tour": Press("demo.tour", {"n": 1}),
        "documents": Press("document.list"),
        "a refusal of rights": Press("document.audit"),
        "a request": Press("document.request"),
        "history": Press("choose.history"),
        "a result": Press("choose.resume", run),
        "a preview": Press("choose.preview", run),
        "a memo": Press("choose.memo", run),
        "a question about a result": Press("choose.question", run),
        "another person's run": Press("choose.resume", foreign),
        "a run that is gone": Press("choose.resume", {"rid": "r_gone"}),
        "differences": Press("choose.team", {"tid": teams[0]}),
        "a team of others": Press("choose.team", {"tid": teams[1]}),
        "why it was no help": Press("feedback.vote", answer | {"vote": "down"}),
        "thanks": Press("feedback.vote", answer | {"vote": "up"}),
        "how to ask differently": Press("ask.rephrase", answer),
        "an old follow-up": Press("ask.followup", {"aid": "gone", "k": 1}),
        "an old offer": Press("ask.again", {"m": "gone"}),
        "an old call": Press("human.done", {"h": "gone"}),
        "an answer alone": Press("private.ask", answer),
        "the model": Press("model.publish", {"h": "gone"}),
    }
    public = {
        "a follow-up": Press("ask.followup", answer | {"k": 1}),
        "a call": Press("human.ask", answer),
    }
    return Scenes(private, public, result)


def buttons(reply):
    rows = [
        b
        for block in reply.blocks
        for b in (block.blocks if isinstance(block, Details) else [block])
    ]
    return [item.press for row in rows if hasattr(row, "row") for item in row.items]


def letters(text):
    """Return the letters and figures of a text: what every renderer keeps of it."""
    return re.sub(r"[\W_]+", "", text)


def pieces(reply):
    """Return the lines of a reply's text that are long enough to be known again."""
    found = [letters(line) for line in reply.text.splitlines()]
    return [piece for piece in found if len(piece) >= 8]


def wire(thing):
    """Return everything in a payload that could be read, in letters and figures."""
    return letters(" ".join(_strings(thing)))


def _strings(thing):
    match thing:
        case str():
            try:
                inner = json.loads(thing) if thing[:1] in "[{" else None
            except ValueError:
                inner = None
            return _strings(inner) if inner is not None else [thing]
        case dict():
            return [s for value in thing.values() for s in _strings(value)]
        case list() | tuple():
            return [s for value in thing for s in _strings(value)]
        case _:
            return []
