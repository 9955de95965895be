"""Fairness: who asks much waits, and nobody else does."""

import asyncio

import pytest

from bot.fairness import RUNNING, Fair, Limits, Room
from bot.service.limits import room, working_time
from bot.settings import load
from handlers.conversation import Audience, Message, Person, Press, Reply, Text


def message(person, n=0, *, channel="", content=None):
    speaker = Person(f"slack:T1:{person}", person, "en")
    audience = Audience(channel or speaker.id, private=not channel)
    return Message(f"{person}{n}", speaker, f"{person}:{n}", audience, content or Text(f"q{n}"))


class Desk:
    """A handler that works until it is told to go on, and what came of each message."""

    def __init__(self, texts, limits=Limits(), **more):
        self.working = []
        self.done = []
        self.said = {}
        self._gates = {}
        self._tasks = []
        self._fair = Fair(self._handle, texts, Room(limits, **more))

    async def _handle(self, message):
        self.working.append(message.id)
        gate = self._gates.setdefault(message.id, asyncio.Event())
        await gate.wait()
        self.working.remove(message.id)
        self.done.append(message.id)
        yield Reply("step", final=False)
        yield Reply(f"answer to {message.id}")

    async def _ask(self, message):
        self.said[message.id] = []
        async for reply in self._fair(message):
            self.said[message.id].append(reply.text)
            await asyncio.sleep(0)

    async def ask(self, *messages):
        for one in messages:
            self._tasks.append(asyncio.create_task(self._ask(one)))
        await self.settle()

    async def finish(self, *ids):
        for id_ in ids:
            self._gates.setdefault(id_, asyncio.Event()).set()
        await self.settle()

    async def settle(self):
        for _ in range(400):
            await asyncio.sleep(0)

    async def all_done(self):
        while self.working:
            await self.finish(*self.working)
        await asyncio.gather(*self._tasks)


async def test_who_asks_a_hundred_things_at_once_holds_up_nobody_else(texts):
    desk = Desk(texts, Limits(person=100))
    await desk.ask(*[message("A", n) for n in range(100)])
    await desk.ask(message("B"))

    assert desk.working == ["A0", "B0"]  # B waits for nobody
    await desk.finish("B0")
    assert desk.said["B0"] == ["step", "answer to B0"]
    await desk.all_done()
    assert [said[-1] for said in desk.said.values()] == [f"answer to {id_}" for id_ in desk.said]


async def test_the_place_in_the_line_is_said_and_the_line_kept(texts):
    desk = Desk(texts)
    await desk.ask(*[message("A", n) for n in range(3)])

    assert desk.said["A0"] == []
    assert desk.said["A1"] == [texts.say("fairness.queued", "en", n=1)]
    assert desk.said["A2"] == [texts.say("fairness.queued", "en", n=2)]
    await desk.all_done()
    assert desk.done == ["A0", "A1", "A2"]


async def test_in_a_full_room_those_who_asked_little_come_first(texts):
    desk = Desk(texts, Limits(at_once=10), size=2)
    await desk.ask(*[message("A", n) for n in range(4)])
    await desk.ask(message("B"), message("C"))

    assert desk.said["B0"] == [texts.say("fairness.queued", "en", n=1)]
    await desk.finish("A0", "A1")
    assert set(desk.working) == {"B0", "C0"}
    await desk.all_done()


async def test_no_more_turns_are_worked_on_at_once_than_the_loop_can_bear(texts):
    desk = Desk(texts)
    await desk.ask(*[message(f"P{n}") for n in range(RUNNING + 5)])

    assert RUNNING == 32
    assert len(desk.working) == RUNNING
    await desk.all_done()
    assert len(desk.done) == RUNNING + 5


@pytest.mark.parametrize(
    ("limits", "askers", "name"),
    [
        (Limits(person=3), ["A"] * 4, "person_full"),
        (Limits(channel=3), ["A", "A", "B", "B", "C", "C"], "channel_full"),
        (Limits(workspace=3), ["A", "A", "B", "B", "C", "C"], "workspace_full"),
    ],
)
async def test_beyond_its_limit_each_account_is_asked_to_come_back(texts, limits, askers, name):
    desk = Desk(texts, limits)
    asked = [message(person, n, channel="C1") for n, person in enumerate(askers)]
    await desk.ask(*asked)
    assert not any("again" in "".join(said) for said in desk.said.values())  # at the limit: not yet

    await desk.ask(message("A", 98, channel="C1"))
    assert desk.said["A98"] == [texts.say(f"fairness.{name}", "en", n=3)]
    await desk.ask(message("Z", 99, channel="C2" if name == "channel_full" else ""))
    assert ("Z99" in desk.working) == (name != "workspace_full")
    await desk.all_done()


async def test_whoever_waits_can_still_press_a_button(texts):
    desk = Desk(texts)
    await desk.ask(*[message("A", n) for n in range(5)])
    await desk.ask(message("A", 9, content=Press("answer.stop")))

    assert "A9" in desk.working
    await desk.all_done()


async def test_who_asked_much_long_ago_counts_as_anybody(texts):
    clock = [0.0]
    desk = Desk(texts, Limits(at_once=10), size=1, clock=lambda: clock[0])
    await desk.ask(*[message("A", n) for n in range(9)])
    await desk.all_done()
    clock[0] = 3600.0
    await desk.ask(message("B"), message("A", 50), message("C"))
    await desk.all_done()

    assert desk.done[-3:] == ["B0", "A50", "C0"]


async def test_a_turn_that_is_given_up_leaves_its_place(texts):
    desk = Desk(texts)
    await desk.ask(message("A", 0), message("A", 1), message("A", 2))
    desk._tasks[0].cancel()
    desk._tasks[1].cancel()
    await desk.settle()

    assert desk.working[-1] == "A2"
    desk._tasks = desk._tasks[2:]
    await desk.finish("A2")
    assert desk.said["A2"][-1] == "answer to A2"


MODEL = {"LLM": "openai:x", "LLM_API_KEY": "sk-0123456789abcdef0123"}


def test_where_a_model_writes_one_person_may_ask_several_things_at_once():
    assert room(load({}))._limits == Limits(1, 30, 60, 1000)
    asked = room(load(MODEL | {"LIMIT_PERSON": "5", "LIMIT_CHANNEL": "6"}))
    assert asked._limits == Limits(3, 5, 6, 1000)


@pytest.mark.parametrize(("seconds", "least"), [("17", 180), ("60", 240), ("300", 1200)])
def test_a_turn_lasts_as_long_as_several_answers_of_a_slow_model(seconds, least):
    assert working_time(load({"LLM_SECONDS": seconds})) == least
