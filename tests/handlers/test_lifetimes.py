"""What is remembered ends when it should: the lifetime Redis was given, and the edge of each limit."""

import time
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from handlers.actions.questions import AskPerson, SettleHandover
from handlers.answer_records import AnswerRecord, AnswerRecords, CitedPassage
from handlers.choose.runs import Run, Runs
from handlers.choose.team import Member, Teams
from handlers.conversation import Audience, Message, Person, Text
from handlers.documents.context import Context
from handlers.documents.job import Job, JobTaken, keep_new
from handlers.documents.jobs import Jobs
from handlers.documents.requests import Requests
from handlers.documents.reviews import Reviews
from handlers.memory.link import key
from handlers.people import People
from handlers.questions.editable_questions import AskedQuestion, AskedQuestions
from handlers.questions.escalation import Escalation
from handlers.questions.threads import HISTORY, Threads
from handlers.sessions import Claim
from knowledge.answering.question import Turn
from knowledge.values import Metadata

DAY = 86_400  # seconds
SLACK = 45  # seconds a busy machine may take between a write and the look at it
AOI = Person("slack:T1:U1", "Aoi", "ja")
CLAIM = Claim("m1", "t", "slack", {"text": "hi"})
MESSAGE = Message("m1", AOI, "slack:T1:C1:1.0", Audience("slack:T1:C1", private=False), Text("?"))


async def left(sessions, name):
    """Return the seconds for which Redis keeps a key, -1 for ever, -2 when it is not there."""
    async with sessions.link.redis() as redis:
        return await redis.ttl(name)


async def assert_lives(sessions, name, seconds):
    lives = await left(sessions, name)
    assert seconds - SLACK < lives <= seconds, (name, lives)


def context(sessions, texts, library=None):
    async def opened():
        return library

    return Context(opened, sessions, People(frozenset()), texts)


async def test_a_turn_is_remembered_for_a_day_while_it_is_open_and_when_it_is_over(sessions):
    turn = key("turn", "m1")
    await sessions.claim(CLAIM)
    await assert_lives(sessions, turn, DAY)

    await sessions.remember_screen(replace(CLAIM, memory={"ts": "1.1"}))
    await assert_lives(sessions, turn, DAY)

    await sessions.finish(CLAIM)
    await assert_lives(sessions, turn, DAY)


async def test_a_turn_taken_over_is_remembered_for_a_day(sessions, monkeypatch):
    monkeypatch.setattr("handlers.memory.claims.LEASE", -1.0)
    await sessions.claim(CLAIM)
    await sessions.abandoned()

    await assert_lives(sessions, key("turn", "m1"), DAY)


async def test_a_queue_ends_a_day_after_somebody_last_joined(sessions):
    await sessions.line_up("p", CLAIM)

    await assert_lives(sessions, key("queue", "p"), DAY)


async def test_the_probe_of_redis_ends_after_a_minute(sessions):
    await sessions.alive()

    assert 0 < await left(sessions, "lc:alive") <= 60


async def test_state_lives_a_day_unless_told_otherwise_and_for_good_when_told_so(sessions):
    await sessions.save("k", "usual", {})
    await sessions.save("k", "short", {}, seconds=300)
    await sessions.save("k", "good", {}, seconds=None)
    await sessions.change("k", "changed", lambda _: {"n": 1})

    await assert_lives(sessions, key("k", "usual"), DAY)
    await assert_lives(sessions, key("k", "changed"), DAY)
    await assert_lives(sessions, key("k", "short"), 300)
    assert await left(sessions, key("k", "good")) == -1


async def test_a_list_keeps_the_latest_hundred_for_ninety_days(sessions):
    for number in range(101):
        await sessions.index_add("U1", "runs", f"r{number}")

    latest = await sessions.index_list("U1", "runs")
    assert len(latest) == 100
    assert (latest[0], latest[-1]) == ("r100", "r1")
    await assert_lives(sessions, key("index:runs", "U1"), 90 * DAY)


async def test_an_answer_is_kept_for_a_day_with_what_it_cites(sessions):
    records = AnswerRecords(sessions)
    cited = (CitedPassage("p1", 1, "引用", "d1", 3),)
    await records.keep(AnswerRecord("a1", "質問", cited=cited, followups=("次",)))

    await assert_lives(sessions, key("answer", "a1"), DAY)
    assert await records.citing("d1") == [await records.load("a1")]
    await sessions.delete("answer", "a1")
    assert await records.citing("d1") == []


async def test_a_question_can_be_changed_for_ten_minutes(sessions):
    await AskedQuestions(sessions).keep("m1", AskedQuestion.of(MESSAGE, "質問"))

    await assert_lives(sessions, key("asked", "m1"), 600)


async def test_a_thread_is_remembered_for_a_day_and_twelve_turns(sessions, texts):
    threads = Threads(sessions, texts)
    for number in range(HISTORY + 1):
        await threads.add("p", Turn(f"問{number}", "答え"))

    await assert_lives(sessions, key("thread", "p"), DAY)
    assert [turn.question for turn in await threads.history("p")] == [
        f"問{n}" for n in range(1, 13)
    ]


async def test_a_question_handed_over_waits_thirty_days_also_once_it_is_settled(sessions, texts):
    await AnswerRecords(sessions).keep(AnswerRecord("a1", "質問", language="ja"))
    missed = Requests(context(sessions, texts)).missed
    escalation = Escalation(sessions, People(frozenset()), texts, missed, ("U9",))
    (asked,) = [reply async for reply in escalation.ask(MESSAGE, AskPerson("a1"))]
    settle = asked.blocks[-1].items[0].action
    handover = key("handover", settle.handover)
    await assert_lives(sessions, handover, 30 * DAY)

    async with sessions.link.redis() as redis:
        await redis.expire(handover, DAY)
    (settled,) = [
        reply async for reply in escalation.settle(MESSAGE, SettleHandover(settle.handover))
    ]
    assert "Aoi" in settled.text
    await assert_lives(sessions, handover, 30 * DAY)


async def test_a_request_is_kept_ninety_days_from_when_it_last_came_up(sessions, texts):
    requests = Requests(context(sessions, texts))
    await requests.missed("食堂のメニューは?")
    (id_,) = await sessions.index_list("library", "wishes")
    request = key("wish", id_)
    await assert_lives(sessions, request, 90 * DAY)

    async with sessions.link.redis() as redis:
        await redis.expire(request, DAY)
    await requests.missed("食堂のメニューは?", AOI.id)
    await assert_lives(sessions, request, 90 * DAY)

    async with sessions.link.redis() as redis:
        await redis.expire(request, DAY)
    await requests.answered_by(id_, "d1")
    await assert_lives(sessions, request, 90 * DAY)


async def test_a_job_can_be_looked_up_for_seven_days(sessions):
    assert await keep_new(sessions, Job("j1", "規程.md", 1, "o", Metadata(), AOI.id, 0.0))

    await assert_lives(sessions, key("job", "j1"), 7 * DAY)


async def test_a_job_nobody_took_is_queued_again_every_five_minutes_and_given_up_after_a_day(
    sessions,
):
    queued = []

    async def enqueue(id_):
        queued.append(id_)

    jobs = Jobs(None, None, sessions, enqueue)
    now = time.time()
    for id_, silent in (("young", 30), ("lost", DAY - 600), ("forgotten", DAY)):
        await keep_new(sessions, Job(id_, "規程.md", 1, "o", Metadata(), AOI.id, now - silent))
        await sessions.note("jobs", id_)

    await jobs.tend()
    await jobs.tend()

    assert queued == ["lost"]
    await assert_lives(sessions, key("job.again", "lost"), 300)
    outcomes = {id_: (await jobs.find(id_)).outcome for id_ in ("young", "lost", "forgotten")}
    assert outcomes == {"young": "", "lost": "", "forgotten": "parked"}


async def test_a_job_is_one_workers_until_five_seconds_without_a_sign_of_life(sessions):
    jobs = Jobs(None, None, sessions, None)
    now = time.time()
    job = Job("alive", "規程.md", 1, "o", Metadata(), AOI.id, now, tries=2, touched=now + SLACK)
    await keep_new(sessions, job)
    await keep_new(sessions, replace(job, id="dead", touched=now - 5))

    with pytest.raises(JobTaken):
        await jobs.run("alive")
    assert (await jobs.find("alive")).outcome == ""
    assert (await jobs.run("dead")).outcome == "parked"  # it had been tried twice


async def test_an_owner_is_told_of_a_date_once_in_four_hundred_days(sessions, texts):
    metadata = Metadata("規程", owner=AOI.id, review="2026-04-01")
    document = SimpleNamespace(id="d1", current="v1", metadata=metadata)

    class Library:
        async def documents(self):
            return [document]

    told = []

    async def tell(person, reply):
        told.append(reply("ja").text)
        return True

    day_before, day = date(2026, 3, 31), date(2026, 4, 1)
    for today in (day_before, day, day):
        reviews = Reviews(context(sessions, texts, Library()), lambda today=today: today)
        reviews.reach("slack", tell)
        await reviews.look()

    assert len(told) == 1
    await assert_lives(sessions, key("reminder", "d1 2026-04-01"), 400 * DAY)


async def test_a_run_is_kept_a_week_and_a_finished_one_ten_years(sessions):
    runs = Runs(sessions)
    run = await runs.begin(Run("", AOI.id, AOI.name, "model"))

    await assert_lives(sessions, key("choose", run.id), 7 * DAY)
    await assert_lives(sessions, key("choose.active", AOI.id), 7 * DAY)

    await runs.save(replace(run, done=True))
    await assert_lives(sessions, key("choose", run.id), 3650 * DAY)
    further = replace(await runs.load(run.id), done=False, rest=True)
    await runs.save(further)
    await assert_lives(sessions, key("choose", run.id), 3650 * DAY)
    await runs.finished(run, "2026-04-01")
    await assert_lives(sessions, key("index:choose", AOI.id), 3650 * DAY)
    await runs.remove(run)
    assert await runs.history(AOI.id) == []


async def test_a_team_has_twenty_people_and_is_kept_ten_years(sessions):
    teams = Teams(sessions)
    team = await teams.begin(AOI, "model")
    members = [Member(f"slack:T1:U{n}", f"{n}", f"r{n}") for n in range(20)]
    for member in members:
        assert await teams.join(team.id, member)

    assert await teams.join(team.id, Member("slack:T1:U99", "99", "r99")) is None
    anew = replace(members[0], run="r0 anew")
    joined = await teams.join(team.id, anew)
    assert joined.member(anew.person) == anew
    assert len(joined.members) == 20
    await assert_lives(sessions, key("team", team.id), 3650 * DAY)
