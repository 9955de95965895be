"""What is kept of a person: told, handed out, deleted, and nobody else's touched."""

import json

import pytest

from bot.command.cli import main
from bot.service.application import Application
from bot.settings import load
from handlers.conversation import Audience, Command, Message, Person, Press, Text
from handlers.personal.router import asks_for_own
from knowledge.values import Metadata

ANNA, BEN = "slack:T1:ANNA", "slack:T1:BEN"


def message(person, content, language="en", *, private=True):
    speaker = Person(person, f"Name of {person}", language, "admin")
    audience = Audience(person if private else "C1", private=private)
    return Message(f"{person}:{content}", speaker, f"{person}:D1", audience, content, direct=True)


@pytest.mark.parametrize(
    "text",
    [
        "私について保存されているものを見せて",
        "私のデータを削除してください。",
        "What do you keep about me?",
        "Please delete my data",
        "forget me",
    ],
)
def test_asking_for_ones_own_data_is_heard(text):
    assert asks_for_own(text)


@pytest.mark.parametrize(
    "text", ["顧客のデータを削除して", "How long do we keep my customers' data?", "私の上司は誰?"]
)
def test_a_question_to_the_documents_is_not(text):
    assert not asks_for_own(text)


async def _last(application, asked):
    replies = [reply async for reply in application.router(asked)]
    return replies[-1]


async def _everything(application):
    async with application.sessions.link.redis() as redis:
        texts = []
        async for name in redis.scan_iter("*"):
            kind = await redis.type(name)
            if kind == b"string":
                texts.append((await redis.get(name)).decode())
            elif kind == b"list":
                texts += [row.decode() for row in await redis.lrange(name, 0, -1)]
        return "\n".join(texts)


async def test_a_person_is_told_what_is_kept_and_it_is_gone_when_they_say_so(house):
    async with Application(load({}, data=str(house))) as application:
        library = await application.library()
        for number, person in enumerate((ANNA, BEN)):
            job = await application.jobs.keep(
                f"j{number}",
                "規程.md",
                f"# 規程 {number}\n\n期限は翌月5日。\n".encode(),
                Metadata(owner=person),
                by=person,
            )
            await application.jobs.run(job.id)
            await _last(application, message(person, Command("choose")))
            answer = await _last(application, message(person, Text("RAGとは何ですか?")))
            vote = Press("feedback.vote", {"aid": answer.answer.id, "vote": "up"})
            await _last(application, message(person, vote))

        told = await _last(application, message(ANNA, Text("What do you keep about me?")))
        labels = {
            fact.label
            for block in told.blocks
            for fact in getattr(block, "items", ())
            if hasattr(fact, "value")
        }
        assert {"“Find your approach”", "Answers to your questions", "Documents you sent"} <= labels
        assert told.private

        among = message(ANNA, Text("私について保存されているもの"), "ja", private=False)
        assert "個別の会話" in (await _last(application, among)).text

        kept = await _last(application, message(ANNA, Press("personal.export", {})))
        content = json.loads(kept.attachments[0].content)
        assert "RAGとは何ですか" in json.dumps(content, ensure_ascii=False)
        assert BEN not in kept.attachments[0].content.decode()

        done = await _last(application, message(ANNA, Press("personal.forget", {}), "ja"))
        assert "削除しました" in done.text
        everything = await _everything(application)
        assert ANNA not in everything
        assert BEN in everything
        votes = [row["entry"] for row in await application.sessions.entries("feedback")]
        assert sorted(vote["question"] for vote in votes) == ["", "RAGとは何ですか?"]
        for log in ("audit", "feedback"):
            assert await application.sessions.gap(log) is None
        owners = {document.metadata.owner for document in await library.documents()}
        assert ANNA not in owners
        assert BEN in owners
        assert await application.personal.records(ANNA) == {}
        again = await _last(application, message(ANNA, Text("私のデータを見せて")))
        assert again.text == "あなたについて保存しているものはありません。"


def test_the_owner_of_the_machine_shows_and_erases_a_person(house, capsys):
    words = ["--data", str(house), "--json"]
    assert main(["ask", "RAGとは?", *words]) == 0
    assert main(["person", "terminal:local", *words]) == 0
    shown = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert shown["records"]["answer"]
    assert main(["person", "terminal:local", "--erase", *words]) == 0
    assert json.loads(capsys.readouterr().out)["erased"]["answer"] == 1
    assert main(["person", "terminal:local", *words]) == 0
    assert json.loads(capsys.readouterr().out)["records"] == {}
