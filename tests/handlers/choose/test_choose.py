"""The guided dialog: asked, answered, resumed, pressed twice, pressed by others, and taken away as a memo."""

import io
from dataclasses import replace

import docx
import pytest

from handlers.choose.decision_models import DecisionModels
from handlers.choose.router import Choose
from handlers.conversation import (
    Audience,
    Buttons,
    Chart,
    Command,
    Content,
    Form,
    Message,
    Person,
    Press,
    Reply,
    Table,
)
from handlers.sessions import Sessions
from handlers.texts import Texts
from knowledge.advisor.engine import Advisor
from tests.handlers.choose.rooms import act
from tests.sheet import last

TARO = Person("slack:T1:U1", "鈴木 太郎", "ja")
HANA = Person("slack:T1:U2", "Hana", "en")
ADVISOR = Advisor.load()


class Talk:
    def __init__(self, choose: Choose) -> None:
        self.choose = choose

    async def say(self, content: Content, person: Person = TARO, private: bool = True) -> Reply:
        message = Message("m", person, "p", Audience("c", private), content)
        if isinstance(content, Command):
            return await last(self.choose.command(message, content))
        return await act(self.choose, message)

    async def start(self, person: Person = TARO) -> Reply:
        return await self.say(Press("choose.start"), person)

    async def answer(self, reply: Reply, option: str, person: Person = TARO) -> Reply:
        return await self.say(Press("choose.answer", {**reply.ask.state, "o": option}), person)

    async def finish(self, reply: Reply, person: Person = TARO) -> Reply:
        while reply.ask:
            reply = await self.answer(reply, reply.ask.fields[0].options[0].id, person)
        return reply


@pytest.fixture
def talk(sessions: Sessions, texts: Texts) -> Talk:
    return Talk(Choose(DecisionModels(sessions, ADVISOR), sessions, texts))


async def test_before_a_channel_every_step_and_the_result_are_for_their_person_alone(
    talk: Talk,
) -> None:
    reply = await talk.say(Press("choose.start"), private=False)
    while reply.ask:
        assert reply.private
        option = reply.ask.fields[0].options[0].id
        reply = await talk.say(
            Press("choose.answer", {**reply.ask.state, "o": option}), private=False
        )
    assert reply.private
    actions = [
        item.press for block in reply.blocks if isinstance(block, Buttons) for item in block.items
    ]
    for press in actions:
        led = await talk.say(press, private=False)
        assert led.private or led.share, press.action
    assert (await talk.say(Command("choose", "history"), private=False)).private


async def test_a_run_that_was_opened_to_its_channel_is_not(talk: Talk) -> None:
    asked = await talk.say(Press("choose.start"), private=False)
    reply = await talk.say(Press("choose.open", asked.ask.state), private=False)
    while reply.ask:
        option = reply.ask.fields[0].options[0].id
        reply = await talk.say(
            Press("choose.answer", {**reply.ask.state, "o": option}), private=False
        )
    assert not reply.private


async def test_the_dialog_ends_in_a_result_whose_text_and_chart_agree(talk: Talk) -> None:
    reply = await talk.finish(await talk.start())
    chart = next(b for b in reply.blocks if isinstance(b, Chart))
    assert len(chart.bars) == 8
    assert all(f"{bar.short} {bar.shown}" in reply.text for bar in chart.bars)
    assert len({bar.short for bar in chart.bars}) == 8


async def test_a_double_click_counts_once_and_is_not_scolded(talk: Talk) -> None:
    first = await talk.start()
    option = first.ask.fields[0].options[0].id
    second = await talk.answer(first, option)
    again = await talk.answer(first, option)
    assert again == second


async def test_an_old_click_changes_nothing(talk: Talk) -> None:
    first = await talk.start()
    second = await talk.answer(first, first.ask.fields[0].options[0].id)
    old = await talk.answer(first, first.ask.fields[0].options[1].id)
    assert old.ask.state == second.ask.state
    assert "古いボタン" in old.text


async def test_someone_else_cannot_answer(talk: Talk) -> None:
    first = await talk.start()
    foreign = await talk.answer(first, "ns", HANA)
    assert "鈴木 太郎" in foreign.text
    assert foreign.ask is None
    assert (await talk.answer(first, "ns")).ask.step == 2


async def test_back_opens_the_last_question_with_its_answer(talk: Talk) -> None:
    first = await talk.start()
    option = first.ask.fields[0].options[1].id
    second = await talk.answer(first, option)
    back = await talk.say(Press("choose.back", second.ask.state))
    assert back.ask.fields[0].id == first.ask.fields[0].id
    assert back.ask.fields[0].initial == option


async def test_a_second_start_asks_which_run_is_meant(talk: Talk) -> None:
    first = await talk.start()
    assert (await talk.start()) == first, (
        "nothing was answered yet, so there is nothing to ask about"
    )
    await talk.answer(first, "ns")
    for again in (await talk.start(), await talk.say(Command("choose", "express"))):
        assert again.ask is None
        assert "1問まで" in again.text


async def test_an_expired_run_offers_a_new_one(talk: Talk) -> None:
    reply = await talk.say(
        Press("choose.answer", {"rid": "r_gone", "rev": 1, "c": "docs", "o": "core"})
    )
    assert "新しく始めて" in reply.text


async def test_the_dialog_is_private_in_a_channel(talk: Talk) -> None:
    assert (await talk.say(Press("choose.start"), private=False)).private


async def test_express_asks_five_questions(talk: Talk) -> None:
    reply, count = await talk.say(Command("choose", "express")), 0
    while reply.ask:
        reply, count = await talk.answer(reply, "ns"), count + 1
    assert count == 5


async def test_free_text_is_proposed_and_counts_once_confirmed(talk: Talk) -> None:
    proposed = await talk.say(Command("choose", "機密PDF500件、GPUなし、3か月で"))
    assert {f.id: f.initial for f in proposed.ask.fields} == {
        "docs": "core",
        "boundary": "inside",
        "time": "m3",
    }
    confirmed = await talk.say(
        Form(
            "choose.prefill",
            proposed.ask.state,
            {"docs": "core", "boundary": "inside", "time": "ns"},
        )
    )
    assert confirmed.ask.step == 3


@pytest.mark.parametrize("words", ["機密PDF500件、GPUなし、3か月で", "よく分からないけど"])
async def test_plain_words_before_a_channel_stay_with_their_person(talk: Talk, words: str) -> None:
    asked = await talk.say(Press("choose.start"), private=False)
    describing = await talk.say(Press("choose.describe", asked.ask.state), private=False)
    sent = Form("choose.describe", describing.ask.state, {"text": words})
    read_from_form = await talk.say(sent, private=False)
    read_from_command = await talk.say(Command("choose", words), private=False)

    assert describing.private
    assert read_from_form.private
    assert read_from_command.private


async def test_the_result_can_be_changed_compared_shared_and_taken_away(talk: Talk) -> None:
    reply = await talk.finish(await talk.start(HANA), HANA)
    data = next(b for b in reply.blocks if isinstance(b, Buttons)).items[0].press.data
    which = await talk.say(Press("choose.whatif", data), HANA)
    to_what = await talk.say(
        Form("choose.whatif", which.ask.state, {"criterion": "boundary"}), HANA
    )
    tried = await talk.say(Form("choose.whatif", to_what.ask.state, {"option": "inside"}), HANA)
    assert len(next(b for b in tried.blocks if isinstance(b, Table)).rows) == 8
    pair = await talk.say(Press("choose.compare", data), HANA)
    compared = await talk.say(
        Form("choose.compare", pair.ask.state, {"first": "api", "second": "rag_open"}), HANA
    )
    assert (
        next(b for b in compared.blocks if isinstance(b, Table)).rows[-1][0] == "Total difference"
    )
    assert (await talk.say(Press("choose.share", data), HANA, private=False)).share
    text, paper = (await talk.say(Press("choose.memo", data), HANA)).attachments
    assert ADVISOR.model.sha256 in text.content.decode()
    assert any(
        p.style.name == "Heading 1" for p in docx.Document(io.BytesIO(paper.content)).paragraphs
    )


async def test_two_can_be_compared_where_options_are_buttons(talk: Talk) -> None:
    reply = await talk.finish(await talk.start(HANA), HANA)
    data = next(b for b in reply.blocks if isinstance(b, Buttons)).items[0].press.data
    second = await talk.say(Form("choose.compare", data, {"first": "api"}), HANA)
    assert [f.id for f in second.ask.fields] == ["second"]
    compared = await talk.say(Form("choose.compare", second.ask.state, {"second": "ft"}), HANA)
    assert any(isinstance(b, Table) for b in compared.blocks)


async def test_an_unknown_option_gets_a_sentence(talk: Talk) -> None:
    first = await talk.start()
    reply = await talk.answer(first, "perhaps")
    assert "perhaps" in reply.text
    assert (await talk.answer(first, "ns")).ask.state != replace(first.ask).state
