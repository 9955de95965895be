"""What people say of an answer, and in which language they are thanked for it."""

import pytest

from handlers.actions.questions import GiveReason, Vote
from handlers.conversation import Audience, Form, Message, Person, Press
from handlers.questions.feedback import Feedbacks
from tests.sheet import last

PEOPLE = [Person("slack:T1:U1", "Aoi", "ja"), Person("slack:T1:U2", "Ann", "en")]


def said_by(person, content):
    return Message("m1", person, "slack:T1:D1", Audience(person.id, private=True), content)


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.language)
async def test_a_vote_and_its_reason_are_thanked_in_the_persons_language(sessions, texts, person):
    feedback = Feedbacks(sessions, texts)
    language = person.language
    up = Vote("a1", "up")
    down = Vote("a1", "down")
    reason = GiveReason("a1")
    filled_in = Form(reason.name, reason.data, {"reason": "wrong", "right": "30日"})

    thanked = await last(feedback.vote(said_by(person, up.press), up))
    asked = await last(feedback.vote(said_by(person, down.press), down))
    again = await last(feedback.ask_reason(said_by(person, reason.press), reason))
    noted = await last(feedback.reason(said_by(person, filled_in), reason, filled_in))

    assert thanked.text == texts.say("feedback.thanks", language)
    assert asked.text == texts.say("feedback.why", language)
    assert asked.ask.title == again.ask.title == texts.say("feedback.title", language)
    assert asked.ask.submit == texts.say("feedback.send", language)
    assert noted.text == texts.say("feedback.noted", language)


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.language)
async def test_what_is_said_of_an_answer_concerns_its_person_alone(sessions, texts, person):
    feedback = Feedbacks(sessions, texts)
    press = Press("feedback.vote", {"aid": "a1", "vote": "down"})
    form = Form("feedback.form", {"aid": "a1"}, {"reason": "wrong"})

    asked = await last(feedback.vote(said_by(person, press), Vote("a1", "down")))
    noted = await last(feedback.reason(said_by(person, form), GiveReason("a1"), form))

    assert asked.private
    assert noted.private
