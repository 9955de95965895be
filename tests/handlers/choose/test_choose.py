"""The guided dialog: asked, answered, resumed, pressed twice, pressed by others, and taken away as a memo."""

import io
import re
from dataclasses import replace

import docx
import pytest

from handlers.actions.choose import AskAboutResult
from handlers.choose.decision_models import DecisionModels
from handlers.choose.router import Choose
from handlers.choose.runs import Run, Runs
from handlers.conversation import (
    Audience,
    Buttons,
    Chart,
    Command,
    Content,
    Form,
    Message,
    Paragraph,
    Person,
    Press,
    Reply,
    Table,
    Text,
)
from handlers.sessions import Sessions
from handlers.texts import Texts
from tests.choosing import advisor, answered, filled_in
from tests.handlers.choose.rooms import act
from tests.sheet import last

TARO = Person("slack:T1:U1", "鈴木 太郎", "ja")
HANA = Person("slack:T1:U2", "Hana", "en")
ADVISOR = advisor()


class Talk:
    def __init__(self, choose: Choose) -> None:
        self.choose = choose

    async def say(self, content: Content, person: Person = TARO, private: bool = True) -> Reply:
        message = Message("m", person, "p", Audience("c", private), content)
        if isinstance(content, Command):
            return await last(self.choose.command(message, content))
        return await act(self.choose, message)

    async def typed(self, text: str) -> Reply | None:
        """Return what a message does where a question stands open; None where it is no answer."""
        message = Message("m", TARO, "p", Audience("c", private=True), Text(text))
        put = await self.choose.open(message)
        replies = await self.choose.typed(message, put, text)
        return None if replies is None else await last(replies)

    async def open(self, person: Person = TARO) -> Reply:
        """Return the page that comes first."""
        return await self.say(Press("choose.start"), person)

    async def start(self, person: Person = TARO, **answers: str) -> Reply:
        """Return the first question after the page."""
        page = await self.open(person)
        return await self.say(filled_in(page.ask, answers), person)

    async def answer(self, reply: Reply, option: str, person: Person = TARO) -> Reply:
        return await self.say(Press("choose.answer", {**reply.ask.state, "o": option}), person)

    async def finish(self, reply: Reply, person: Person = TARO, option: str | None = None) -> Reply:
        while reply.ask:
            reply = await self.say(answered(reply.ask, option), person)
        return reply


def pressed(reply: Reply, action: str) -> Press:
    """Return the first button of a reply that does something."""
    rows = [block for block in reply.blocks if isinstance(block, Buttons)]
    return next(i.press for row in rows for i in row.items if i.press.action == action)


def as_proposed(reply: Reply) -> Form:
    """Return the form of a page that confirms what was read, as it stands."""
    return filled_in(reply.ask, {field.id: field.initial for field in reply.ask.fields})


@pytest.fixture
def talk(sessions: Sessions, texts: Texts) -> Talk:
    return Talk(Choose(DecisionModels(sessions, ADVISOR), sessions, texts))


async def test_before_a_channel_every_step_and_the_result_are_for_their_person_alone(
    talk: Talk,
) -> None:
    reply = await talk.say(Press("choose.start"), private=False)
    while reply.ask:
        assert reply.private
        reply = await talk.say(answered(reply.ask), private=False)
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
        reply = await talk.say(answered(reply.ask), private=False)
    assert not reply.private


async def test_the_dialog_ends_in_advice_with_a_route(talk: Talk) -> None:
    reply = await talk.finish(await talk.start())
    chart = next(b for b in reply.blocks if isinstance(b, Chart))
    assert len(chart.bars) == 9
    assert len({bar.short for bar in chart.bars}) == 9
    assert all(len(bar.short) <= 20 for bar in chart.bars)
    words = " ".join([bar.label for bar in chart.bars])
    assert all(bar.short in words or bar.short.endswith("…") for bar in chart.bars)
    route = next(b for b in reply.blocks if isinstance(b, Table) and b.caption == "進め方")
    assert next(row[0] for row in route.rows) in ("今", "次")
    assert all(cell for row in route.rows for cell in row)


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
    assert "この画面は更新されています" in old.text


async def test_someone_else_cannot_answer(talk: Talk) -> None:
    first = await talk.start()
    foreign = await talk.answer(first, "ns", HANA)
    assert "鈴木 太郎" in foreign.text
    assert foreign.ask is None
    assert (await talk.answer(first, "ns")).ask.step == 2


async def test_words_typed_at_a_question_are_proposed_and_add_to_what_was_told(
    talk: Talk, sessions: Sessions
) -> None:
    read = await talk.say(Command("choose", "図面は社外に出せません。"))
    page = await talk.say(as_proposed(read))
    question = await talk.say(as_proposed(page))
    assert question.ask.fields[0].id == "docs"
    assert await talk.typed("5万ページの規程を探せますか?") is None
    assert await talk.typed("担当は私一人です") is None  # of something else than is asked for
    read = await talk.typed("規程が5万ページあります")
    assert read.ask.form == "choose.prefill"
    assert {field.id: field.initial for field in read.ask.fields}["docs"] == "core"
    following = await talk.say(as_proposed(read))
    assert following.ask.form == "choose.answer"
    assert following.ask.fields[0].id != "docs"
    run = await Runs(sessions).load(str(following.ask.state["rid"]))
    assert run.situation.split("\n") == ["図面は社外に出せません。", "規程が5万ページあります"]
    assert set(run.words) == {"boundary", "docs"}


async def test_goal_and_limits_are_asked_on_one_page_before_anything_else(talk: Talk) -> None:
    page = await talk.open()
    ids = [field.id for field in page.ask.fields]
    assert ids[:2] == ["goal", "measure"]
    assert set(ADVISOR.model.rules.page) <= set(ids)
    assert not any(field.required for field in page.ask.fields)
    first = await talk.say(filled_in(page.ask, {"goal": "調べ物を5分に", "budget": "s"}))
    assert first.ask.step == 1
    result = await talk.finish(first)
    assert any("調べ物を5分に" in getattr(block, "text", "") for block in result.blocks)


async def test_several_things_that_were_tried_can_be_ticked_on_the_page(talk: Talk) -> None:
    page = await talk.open()
    tried = next(field for field in page.ask.fields if field.id == "tried")
    assert tried.kind == "toggle"
    assert tried.aside
    reply = await talk.say(filled_in(page.ask, {"tried": "product,rag", "boundary": "ok"}))
    back = await talk.say(Press("choose.back", reply.ask.state))
    assert {field.id: field.initial for field in back.ask.fields}["tried"] == "product,rag"
    result = await talk.finish(await talk.say(filled_in(back.ask, {"tried": "product,rag"})))
    memo = (await talk.say(pressed(result, "choose.memo"))).attachments[0].content.decode()
    assert "市販の製品(Copilotなど) / RAG(社内資料の検索)" in memo


async def test_back_from_the_first_question_opens_the_page_as_it_was(talk: Talk) -> None:
    first = await talk.start(goal="速く", budget="m", team="app")
    page = await talk.say(Press("choose.back", first.ask.state))
    initial = {field.id: field.initial for field in page.ask.fields}
    assert (initial["goal"], initial["budget"], initial["team"]) == ("速く", "m", "app")


async def test_a_page_that_is_skipped_leaves_its_limits_unanswered(talk: Talk) -> None:
    page = await talk.open()
    later = next(b.press for b in page.ask.buttons if b.press.action == "choose.later")
    first = await talk.say(later)
    assert first.ask.step == 1
    result = await talk.finish(first, option="none")
    assert "未回答" in result.text


async def test_the_button_that_opens_the_page_answers_nothing(talk: Talk) -> None:
    page = await talk.open()
    again = await talk.say(Press(page.ask.form, page.ask.state))
    assert again.ask == page.ask


async def test_back_opens_the_last_question_with_its_answer(talk: Talk) -> None:
    first = await talk.start()
    option = first.ask.fields[0].options[1].id
    second = await talk.answer(first, option)
    back = await talk.say(Press("choose.back", second.ask.state))
    assert back.ask.fields[0].id == first.ask.fields[0].id
    assert back.ask.fields[0].initial == option


async def test_a_second_start_asks_which_run_is_meant(talk: Talk) -> None:
    page = await talk.open()
    assert (await talk.open()) == page, "nothing was answered yet, so there is nothing to ask about"
    await talk.say(filled_in(page.ask))
    for again in (await talk.open(), await talk.say(Command("choose", "express"))):
        assert again.ask is None
        assert "続けますか" in again.text


async def test_an_expired_run_offers_a_new_one(talk: Talk) -> None:
    reply = await talk.say(
        Press("choose.answer", {"rid": "r_gone", "rev": 1, "c": "docs", "o": "core"})
    )
    assert "新しく始めて" in reply.text


async def test_the_dialog_is_private_in_a_channel(talk: Talk) -> None:
    assert (await talk.say(Press("choose.start"), private=False)).private


async def test_express_asks_its_six_questions_and_says_what_that_costs(talk: Talk) -> None:
    page = await talk.say(Command("choose", "express"))
    reply, asked = await talk.say(filled_in(page.ask)), []
    while reply.ask:
        asked.append(reply.ask.fields[0].id)
        assert reply.ask.of == 6
        reply = await talk.answer(reply, "ns")
    assert asked == list(ADVISOR.model.rules.express)
    said = " ".join(getattr(block, "text", "") for block in reply.blocks)
    assert "89件" in said
    assert "101件" in said


async def test_free_text_is_proposed_and_counts_once_confirmed(talk: Talk) -> None:
    words = "PDFが3万件。社外には出せません。3か月以内に成果を見たい。"
    proposed = await talk.say(Command("choose", words))
    initial = {field.id: field.initial for field in proposed.ask.fields if field.id != "ticks"}
    assert initial == {"docs": "core", "boundary": "inside", "time": "m3"}
    confirmed = await talk.say(
        Form(
            "choose.prefill",
            proposed.ask.state,
            {"docs": "core", "boundary": "inside", "time": "ns"},
        )
    )
    initial = {field.id: field.initial for field in confirmed.ask.fields}
    assert initial["boundary"] == "inside"
    following = await talk.say(filled_in(confirmed.ask, initial))
    assert following.ask.fields[0].id != "docs"


@pytest.mark.parametrize("words", ["PDFが3万件、3か月以内に使いたい", "よく分からないけど"])
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
    data = pressed(reply, "choose.whatif").data
    which = await talk.say(Press("choose.whatif", data), HANA)
    to_what = await talk.say(
        Form("choose.whatif", which.ask.state, {"criterion": "boundary"}), HANA
    )
    tried = await talk.say(Form("choose.whatif", to_what.ask.state, {"option": "inside"}), HANA)
    assert len(next(b for b in tried.blocks if isinstance(b, Table)).rows) == 9
    pair = await talk.say(Press("choose.compare", data), HANA)
    compared = await talk.say(
        Form("choose.compare", pair.ask.state, {"first": "api", "second": "self"}), HANA
    )
    assert (
        next(b for b in compared.blocks if isinstance(b, Table)).rows[-1][0] == "Total difference"
    )
    assert (await talk.say(Press("choose.share", data), HANA, private=False)).share
    text, paper, printed = (await talk.say(Press("choose.memo", data), HANA)).attachments
    assert ADVISOR.model.sha256 in text.content.decode()
    assert any(
        p.style.name == "Heading 1" for p in docx.Document(io.BytesIO(paper.content)).paragraphs
    )
    assert printed.content.startswith(b"%PDF")


async def test_two_can_be_compared_where_options_are_buttons(talk: Talk) -> None:
    reply = await talk.finish(await talk.start(HANA), HANA)
    data = pressed(reply, "choose.whatif").data
    second = await talk.say(Form("choose.compare", data, {"first": "api"}), HANA)
    assert [f.id for f in second.ask.fields] == ["second"]
    compared = await talk.say(Form("choose.compare", second.ask.state, {"second": "tune"}), HANA)
    assert any(isinstance(b, Table) for b in compared.blocks)


async def test_an_unknown_option_gets_a_sentence(talk: Talk) -> None:
    first = await talk.start()
    reply = await talk.answer(first, "perhaps")
    assert "perhaps" in reply.text
    assert (await talk.answer(first, "ns")).ask.state != replace(first.ask).state


# ----------------------------------------------------------------- changing a finished result

STUCK = {
    "boundary": "inside",
    "team": "none",
    "partner": "no",
    "budget": "s",
    "time": "m1",
    "act": "no",
    "impact": "mid",
}


async def stuck(talk: Talk) -> Reply:
    """Return the result of somebody whose limits allow nothing."""
    reply = await talk.start(**STUCK)
    while reply.ask:
        option = {"docs": "core", "task": "answer"}.get(reply.ask.fields[0].id, "ns")
        reply = await talk.answer(reply, option)
    return reply


async def test_limits_that_allow_nothing_say_so_and_each_way_out_is_a_button(talk: Talk) -> None:
    result = await stuck(talk)
    assert "始められる方法はありません" in result.text
    for number in range(len(ways_of(result).items)):
        changed = await talk.say(ways_of(result).items[number].press)
        assert "始められる方法はありません" not in changed.text
        result = await stuck_again(talk, changed)


def ways_of(reply: Reply) -> Buttons:
    return next(b for b in reply.blocks if isinstance(b, Buttons) and b.row == "ways")


async def stuck_again(talk: Talk, result: Reply) -> Reply:
    """Change the answers of a result back to those that allow nothing."""
    data = dict(pressed(result, "choose.whatif").data)
    changes = ",".join(f"{name}={option}" for name, option in STUCK.items())
    return await talk.say(Press("choose.keep", {**data, "changes": changes}))


async def test_any_answer_can_be_changed_at_the_result_and_kept(talk: Talk) -> None:
    result = await stuck(talk)
    which = await talk.say(pressed(result, "choose.whatif"))
    offered = {option.id for option in which.ask.fields[0].options}
    assert {criterion.id for criterion in ADVISOR.model.questions} == offered
    to_what = await talk.say(Form("choose.whatif", which.ask.state, {"criterion": "boundary"}))
    tried = await talk.say(Form("choose.whatif", to_what.ask.state, {"option": "ok"}))
    kept = await talk.say(pressed(tried, "choose.keep"))
    assert "答えを変えて" in kept.text
    again = await talk.say(pressed(tried, "choose.keep"))
    assert "この画面は更新されています" in again.text
    assert pressed(again, "choose.whatif") == pressed(kept, "choose.whatif")


async def test_what_asking_ended_without_can_be_answered_afterwards(talk: Talk) -> None:
    result = await talk.finish(await talk.start(**STUCK))
    said = " ".join(getattr(block, "text", "") for block in result.blocks)
    assert "で止めました" in said
    reply = await talk.say(pressed(result, "choose.rest"))
    count = 0
    while reply.ask:
        assert reply.ask.step
        reply = await talk.answer(reply, "ns")
        count += 1
    assert count >= 1
    actions = [i.press.action for b in reply.blocks if isinstance(b, Buttons) for i in b.items]
    assert "choose.rest" not in actions


async def test_asking_can_be_ended_at_any_question_and_taken_up_again(talk: Talk) -> None:
    page = await talk.open()
    assert "最大14問" in page.text or "最大13問" in page.text
    first = await talk.say(filled_in(page.ask, {}))
    assert "choose.finish" not in [button.press.action for button in first.ask.buttons]
    second = await talk.answer(first, first.ask.fields[0].options[0].id)
    end = next(i.press for i in second.ask.buttons if i.press.action == "choose.finish")
    result = await talk.say(end)
    assert result.ask is None
    notes = [block.text for block in result.blocks if isinstance(block, Paragraph)]
    assert any("1問で終えた" in text for text in notes)
    following = await talk.say(pressed(result, "choose.rest"))
    assert following.ask is not None


async def test_a_finished_run_is_found_by_its_goal_and_kept_until_it_is_deleted(
    talk: Talk,
) -> None:
    page = await talk.open()
    first = await talk.say(filled_in(page.ask, {"goal": "Faster answers at the front desk"}))
    result = await talk.finish(first)
    listed = await talk.say(Command("choose", "history FRONT desk"))
    assert "1" in listed.text
    nothing = await talk.say(Command("choose", "history warehouse"))
    assert "warehouse" in nothing.text
    gone = await talk.say(pressed(result, "choose.delete"))
    assert "削除しました" in gone.text
    assert "新しく始め" in (await talk.say(pressed(result, "choose.memo"))).text


async def test_not_asked_skipped_and_not_sure_are_three_things(talk: Talk) -> None:
    page = await talk.open(HANA)
    first = await talk.say(filled_in(page.ask, {"budget": "ns", "team": "app"}), HANA)
    second = await talk.say(Press("choose.skip", first.ask.state), HANA)
    result = await talk.finish(second, HANA, "ns")
    memo = (await talk.say(pressed(result, "choose.memo"), HANA)).attachments[0].content.decode()
    groups = dict(re.findall(r"^- (Not sure|Skipped|Not asked): (.+)$", memo, re.MULTILINE))
    labels = {question.words.label.en for question in ADVISOR.model.questions}
    lines = set(re.findall(r"^- ([^:]+): ", memo, re.MULTILINE))
    assert "Own team" in lines  # each answer given has its own line
    assert "First-year budget" in groups["Not sure"]
    assert "Time to first result" in groups["Skipped"]
    skipped = ADVISOR.model.criterion(first.ask.fields[0].id).words.label.en
    assert skipped in groups["Skipped"]
    listed = [name for names in groups.values() for name in names.split(", ")]
    assert labels == {*listed, *(lines & labels)}


async def test_without_a_goal_a_task_or_documents_a_trial_is_all_there_is_to_advise(
    talk: Talk,
) -> None:
    page = await talk.open()
    result = await talk.finish(await talk.say(filled_in(page.ask)), option="ns")
    assert "10人で2週間" in result.text


async def test_why_not_is_answered_for_every_option(talk: Talk) -> None:
    result = await talk.finish(await talk.start(boundary="contract", team="app"))
    asked = await talk.say(pressed(result, "choose.whynot"))
    assert len(asked.ask.fields[0].options) >= 10
    for option in asked.ask.fields[0].options:
        told = await talk.say(Form("choose.whynot", asked.ask.state, {"block": option.id}))
        assert told.ask is None
        assert told.text.endswith(("。", "。)")), told.text


async def test_a_question_about_a_result_is_answered_from_it_or_left(talk: Talk) -> None:
    result = await talk.finish(await talk.start(boundary="contract", team="app", goal="速く"))
    about = AskAboutResult(str(pressed(result, "choose.question").data["rid"]))
    message = Message("m", TARO, "p", Audience("c", private=True), Form(about.name, about.data))
    told = await talk.choose.told(message, about, "なぜこの案なのですか")
    assert told is not None
    assert "決め手" in told.text
    assert await talk.choose.told(message, about, "誰が発表しましたか") is None


async def test_a_run_of_the_former_model_begins_anew_with_what_means_the_same(
    talk: Talk, sessions: Sessions
) -> None:
    former = {"docs": "core", "budget": "m", "behavior": "proven", "volume": "extreme"}
    await sessions.save("model", "f" * 64, {"text": "blocks: {}\nconfigs: []\n"}, seconds=None)
    old = Run("", TARO.id, TARO.name, "f" * 64, answers=former, asked=tuple(former))
    await Runs(sessions).begin(old)
    page = await talk.open()
    assert "引き継ぎました" in page.text
    assert {f.id: f.initial for f in page.ask.fields}["budget"] == "m"
    fresh = await Runs(sessions).load(str(page.ask.state["rid"]))
    assert fresh.answers == {"docs": "core", "budget": "m", "gap": "proven"}
