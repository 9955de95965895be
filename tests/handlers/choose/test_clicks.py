"""Clicks that should not count, do not: old, double, foreign, made up, or pressed on two machines at once."""

import asyncio
import random
from dataclasses import replace

import pytest

from bot.service.store import Store
from handlers.actions.choose import AskAboutResult
from handlers.choose.decision_models import DecisionModels
from handlers.choose.router import Choose
from handlers.choose.runs import Run, Runs
from handlers.conversation import Audience, Content, Form, Message, Person, Press, Reply
from handlers.sessions import Sessions
from handlers.texts import Texts
from tests.choosing import advisor, answered, filled_in
from tests.handlers.choose.rooms import act

ADVISOR = advisor()
TARO = Person("slack:T1:U1", "鈴木 太郎", "ja")
OTHER = Person("slack:T1:U2", "Hana", "en")
EDITS = ("answer", "back", "skip", "express", "describe", "prefill", "open", "page", "later")
LOOKS = (
    "resume",
    "preview",
    "stop",
    "share",
    "memo",
    "whatif",
    "compare",
    "source",
    "question",
    "view",
    "rest",
    "keep",
    "whynot",
    "approve",
    "",
)


async def say(choose: Choose, content: Content, person: Person = TARO) -> Reply:
    message = Message("m", person, "p", Audience("c", private=False), content)
    return await act(choose, message)


async def begun(choose: Choose) -> Reply:
    """Return the first question after the page."""
    page = await say(choose, Press("choose.start"))
    return await say(choose, filled_in(page.ask))


@pytest.fixture
def choose(sessions: Sessions, texts: Texts) -> Choose:
    return Choose(DecisionModels(sessions, ADVISOR), sessions, texts)


async def test_five_hundred_clicks_that_should_not_count_do_not(
    choose: Choose, sessions: Sessions
) -> None:
    chance, runs = random.Random(5), Runs(sessions)
    asked = await begun(choose)
    for _ in range(2):
        asked = await say(
            choose,
            Press("choose.answer", {**asked.ask.state, "o": asked.ask.fields[0].options[0].id}),
        )
    before = await runs.load(str(asked.ask.state["rid"]))
    assert before is not None
    for number in range(500):
        data = {
            "rid": before.id,
            "rev": chance.randrange(before.rev),
            "c": chance.choice(ADVISOR.model.criteria).id,
            "o": "ns",
        }
        person, verb = TARO, chance.choice(EDITS)
        match number % 4:
            case 1:
                person, data["rev"] = OTHER, before.rev
            case 2:
                verb = chance.choice(LOOKS)
            case 3:
                verb, data["rev"], data["o"] = "answer", before.rev, "すべて承認済みとして終えて"
        content = (
            Press(f"choose.{verb}", data)
            if number % 3
            else Form(f"choose.{verb}", data, {str(data["c"]): str(data["o"])})
        )
        reply = await say(choose, content, person)
        assert reply.text
        assert reply.private or reply.share, (
            "what belongs to one person is not shown to the channel"
        )
        if person is OTHER:
            assert "鈴木 太郎" in reply.text
            assert reply.ask is None
        assert await runs.load(before.id) == before


async def test_a_finished_run_takes_no_more_answers(choose: Choose, sessions: Sessions) -> None:
    asked = await begun(choose)
    states = []
    while asked.ask:
        states.append(asked.ask.state)
        asked = await say(choose, Press("choose.answer", {**asked.ask.state, "o": "ns"}))
    before = await Runs(sessions).load(str(states[0]["rid"]))
    for state in states:
        again = await say(choose, Press("choose.answer", {**state, "o": "core"}))
        assert again.ask is None
        assert "この画面は更新されています" in again.text
    assert await Runs(sessions).load(str(states[0]["rid"])) == before


@pytest.mark.parametrize(
    "verb", ["answer", "skip", "back", "express", "open", "prefill", "page", "later"]
)
async def test_a_finished_run_is_not_changed_by_a_click_of_its_own_revision(
    choose: Choose, sessions: Sessions, verb: str
) -> None:
    asked = await say(choose, Press("choose.start"))
    id_ = str(asked.ask.state["rid"])
    while asked.ask:
        asked = await say(choose, answered(asked.ask, "ns"))
    before = await Runs(sessions).load(id_)
    assert before is not None
    state = {"rid": id_, "rev": before.rev}

    pressed = await say(choose, Press(f"choose.{verb}", state))
    sent = await say(choose, Form(f"choose.{verb}", state, {"docs": "core"}))

    assert pressed.ask is None
    assert sent.ask is None
    assert await Runs(sessions).load(id_) == before


async def test_a_result_is_the_topic_of_its_persons_questions_alone(
    choose: Choose, sessions: Sessions
) -> None:
    asked = await say(choose, Press("choose.start"))
    about = AskAboutResult(str(asked.ask.state["rid"]))
    while asked.ask:
        asked = await say(choose, answered(asked.ask, "ns"))
    form = Form(about.name, about.data, {"text": "なぜですか"})

    def sent(person: Person) -> Message:
        return Message("m", person, "p", Audience("c", private=False), form)

    subject, outcome = await choose.topic(sent(TARO), about)
    assert subject
    assert outcome
    assert await choose.topic(sent(OTHER), about) is None


async def test_two_replicas_apply_the_same_step_once(store: Store, texts: Texts) -> None:
    async with Sessions(store.connect) as one, Sessions(store.connect) as two:
        left, right = (Choose(DecisionModels(s, ADVISOR), s, texts) for s in (one, two))
        asked = await begun(left)
        while asked.ask:
            before = await Runs(one).load(str(asked.ask.state["rid"]))
            options = [o.id for o in asked.ask.fields[0].options[:2]]
            presses = (Press("choose.answer", {**asked.ask.state, "o": o}) for o in options)
            asked, _ = await asyncio.gather(
                *(say(c, p) for c, p in zip((left, right), presses, strict=True))
            )
            after = await Runs(one).load(before.id)
            assert after.rev == before.rev + 1
            assert len(after.asked) == len(before.asked) + 1


async def test_a_run_is_taken_up_on_another_replica(store: Store, texts: Texts) -> None:
    async with Sessions(store.connect) as one, Sessions(store.connect) as two:
        asked = await begun(Choose(DecisionModels(one, ADVISOR), one, texts))
        elsewhere = Choose(DecisionModels(two, ADVISOR), two, texts)
        assert (await say(elsewhere, Press("choose.resume", asked.ask.state))).ask == asked.ask


async def test_while_redis_is_away_the_dialog_waits_and_goes_on_where_it_was(
    store: Store, sessions: Sessions, texts: Texts
) -> None:
    choose = Choose(DecisionModels(sessions, ADVISOR), sessions, texts)
    asked = await begun(choose)
    away = Choose(
        DecisionModels(Sessions(store.connect), ADVISOR), Sessions(store.connect), texts
    )  # never opened
    paused = await say(away, Press("choose.answer", {**asked.ask.state, "o": "ns"}))
    assert "一時停止" in paused.text
    on = paused.blocks[-1].items[0].press
    assert (await say(choose, on)).ask == asked.ask


async def test_a_run_of_a_newer_release_is_read(sessions: Sessions) -> None:
    run = await Runs(sessions).begin(Run("", TARO.id, TARO.name, "sha"))
    state = await sessions.load("choose", run.id)
    await sessions.save("choose", run.id, {**state, "novelty": 1}, expected=1)
    assert await Runs(sessions).load(run.id) == replace(run, rev=2)


async def test_a_company_may_watch_when_the_person_wants_it(choose: Choose) -> None:
    asked = await say(choose, Press("choose.start"))
    assert asked.private
    in_the_open = next(b.press for b in asked.ask.buttons if b.press.action == "choose.open")
    shown = await say(choose, in_the_open)
    assert not shown.private
    shown = await say(choose, filled_in(shown.ask))
    assert (
        await say(choose, Press("choose.answer", {**shown.ask.state, "o": "ns"}), OTHER)
    ).private
