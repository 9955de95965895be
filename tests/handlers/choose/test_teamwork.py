"""Several people, one run: joined, answered apart, compared by what the differences do to the result."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.choose.decision_models import DecisionModels
from handlers.choose.router import Choose
from handlers.conversation import (
    Audience,
    Buttons,
    Chart,
    Command,
    Content,
    Message,
    Person,
    Press,
    Reply,
    Table,
)
from handlers.sessions import Sessions
from handlers.texts import Texts
from knowledge.advisor.team import agreement, disagreements
from tests.choosing import advisor, filled_in
from tests.handlers.choose.rooms import act
from tests.sheet import last

ADVISOR = advisor()
TARO = Person("slack:T1:U1", "鈴木", "ja")
HANA = Person("teams:t:U2", "Hana", "ja")
ELSE = Person("web:3", "web", "ja")


class Room:
    def __init__(self, sessions: Sessions, texts: Texts) -> None:
        self.choose = Choose(DecisionModels(sessions, ADVISOR), sessions, texts)

    async def say(self, content: Content, person: Person = TARO, private: bool = False) -> Reply:
        message = Message("m", person, "p", Audience("c", private), content)
        if isinstance(content, Command):
            return await last(self.choose.command(message, content))
        return await act(self.choose, message)

    async def finish(self, reply: Reply, person: Person, answers: dict[str, str]) -> Reply:
        while reply.ask:
            if reply.ask.step:
                option = answers.get(reply.ask.fields[0].id, "ns")
                press = Press("choose.answer", {**reply.ask.state, "o": option})
                reply = await self.say(press, person)
            else:
                reply = await self.say(filled_in(reply.ask, answers), person)
        return reply


def buttons(reply: Reply) -> dict[str, Press]:
    return {
        item.press.action: item.press
        for b in reply.blocks
        if isinstance(b, Buttons)
        for item in b.items
    }


@pytest.fixture
def room(sessions: Sessions, texts: Texts) -> Room:
    return Room(sessions, texts)


async def test_a_team_answers_apart_and_sees_what_matters(room: Room) -> None:
    begun = await room.say(Command("choose", "team"))
    assert not begun.private
    join = buttons(begun)["choose.join"]
    joined = await room.say(join, TARO)
    assert joined.private
    assert "名前" in joined.text
    done = await room.finish(joined, TARO, {"docs": "core", "boundary": "ok", "budget": "m"})
    other = await room.say(Command("choose", f"join {join.data['tid']}"), HANA)
    early = await room.say(buttons(begun)["choose.team"], HANA)
    assert "先にご自分の回答" in early.text
    await room.finish(other, HANA, {"docs": "core", "boundary": "inside", "budget": "l"})
    shown = await room.say(buttons(done)["choose.team"], TARO)
    people, differences = (b for b in shown.blocks if isinstance(b, Table))
    assert [row[0] for row in people.rows] == ["鈴木", "Hana"]
    assert people.rows[0][1] != people.rows[1][1]
    assert differences.rows[0][0] == "データを出せる範囲"
    assert "結論が変わります" in differences.rows[0][2]
    assert any(isinstance(b, Chart) for b in shown.blocks)
    assert "先に「データを出せる範囲」の答えをそろえて" in shown.text
    assert "おすすめ: " not in shown.text, "nothing is advised while a hard answer is in dispute"
    assert (await room.say(buttons(shown)["choose.share"], TARO)).share


async def test_who_did_not_join_sees_nothing(room: Room) -> None:
    begun = await room.say(Command("choose", "team"))
    await room.say(buttons(begun)["choose.join"], TARO)
    for verb in ("choose.team", "choose.share"):
        foreign = await room.say(Press(verb, buttons(begun)["choose.team"].data), ELSE)
        assert "参加した人だけ" in foreign.text
        assert not foreign.share
    assert "見つかりません" in (await room.say(Command("choose", "join t_nothing"), ELSE)).text


async def test_joining_asks_first_when_a_run_is_unfinished(room: Room) -> None:
    own = await room.say(Press("choose.start"))
    own = await room.say(filled_in(own.ask, {"budget": "m"}))
    begun = await room.say(Command("choose", "team"))
    asked = await room.say(buttons(begun)["choose.join"])
    assert asked.ask is None
    assert (await room.say(buttons(asked)["choose.resume"])).ask.state["rid"] == own.ask.state[
        "rid"
    ]
    joined = await room.say(buttons(asked)["choose.join"])
    assert joined.ask.state["rid"] != own.ask.state["rid"]
    assert (await room.say(buttons(begun)["choose.join"])).ask.state["rid"] == joined.ask.state[
        "rid"
    ]


ANSWERS = st.fixed_dictionaries(
    {}, optional={c.id: st.sampled_from([o.id for o in c.options]) for c in ADVISOR.model.criteria}
)


@given(st.lists(ANSWERS, min_size=2, max_size=4))
@settings(max_examples=60)
def test_differences_are_ranked_by_their_effect(people: list[dict[str, str]]) -> None:
    found = disagreements(ADVISOR, people)
    agreed = agreement(people)
    assert not {d.criterion for d in found} & set(agreed)
    assert [(not d.decides, -d.swing) for d in found] == sorted(
        (not d.decides, -d.swing) for d in found
    )
    for one in found:
        outcomes = {ADVISOR.winner({**agreed, one.criterion: c.option}) for c in one.choices}
        assert one.decides == (len(outcomes) > 1)
        assert sorted(n for c in one.choices for n in c.people) == [
            n for n, a in enumerate(people) if one.criterion in a
        ]


async def test_what_a_channel_sees_of_a_team_is_drawn_anew_as_it_gets_further(room: Room) -> None:
    drawn: list[tuple[str, str]] = []

    async def redraw(live: str, say) -> None:
        drawn.append((live, say("ja").text + str(say("ja").blocks)))

    room.choose.teamwork.reach("slack", redraw)
    begun = await room.say(Command("choose", "team"))
    team = buttons(begun)["choose.join"].data["tid"]
    assert begun.live == f"team.begun:{team}"
    joined = await room.say(buttons(begun)["choose.join"], TARO)
    assert "1人が参加し、0人が答え終わりました" in dict(drawn)[begun.live]
    await room.finish(joined, TARO, {"docs": "core", "boundary": "ok"})
    shared = await room.say(Press("choose.share", {"tid": team}), TARO)
    assert shared.share
    assert shared.live == f"team.shared:{team}"
    outsider = await room.say(Press("choose.team", {"tid": team}), HANA)
    assert "1人が参加し、1人が答え終わりました" in outsider.text
    assert "社外サービス" not in outsider.text

    other = await room.say(Command("choose", f"join {team}"), HANA)
    await room.finish(other, HANA, {"docs": "core", "boundary": "inside"})
    assert "2人が参加し、2人が答え終わりました" in dict(drawn)[begun.live]
    assert "まだ決まりません" in dict(drawn)[shared.live]
