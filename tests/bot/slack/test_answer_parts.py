"""What stands under an answer in Slack: two buttons, one menu, one line of sources, the vote, and nothing that leads nowhere."""

import json
from dataclasses import replace

import pytest

from bot.press import unpack
from bot.service.application import Application
from bot.settings import load
from bot.slack.render.messages import LEVELS, messages
from handlers.actions.registry import read
from handlers.conversation import Audience, Command, Message, Paragraph, Person, Reply, Text
from handlers.questions.answers import blocks_of
from handlers.questions.refusal import refusal
from knowledge.values import Answer, Citation, Nearest, Passage, Place, Sentence

PAGE = Place("page", 3)
FOLLOWUPS = (
    "「国内出張の日当と宿泊費の上限、および精算の期限」について詳しく教えてください",
    "Tell me more about “Approval of trips abroad and their insurance”",
)


def answer(sources=1, mode="llm", url="", **more):
    citations = []
    for n in range(1, sources + 1):
        passage = Passage(
            f"{n:08}-aaaa-bbbb-cccc-0123456789ab", "d", "v", n, "旅費規程", PAGE, "日当は三千円。"
        )
        citations.append(Citation(n, passage, "日当は三千円。", version="v2", url=url))
    sentences = tuple(Sentence(f"文{n}。", (n,)) for n in range(1, sources + 1))
    return Answer("a" * 16, "日当は?", "ja", mode, sentences, tuple(citations), **more)


def shown(texts, blocks, level=0):
    [message] = messages(Reply("答え", blocks), texts, "ja", level)
    return message["blocks"]


def rows(blocks):
    return [block["elements"] for block in blocks if block["type"] == "actions"]


@pytest.mark.parametrize("level", range(len(LEVELS)))
@pytest.mark.parametrize("sources", [1, 2, 5, 9])
def test_an_answer_has_at_most_two_buttons_and_one_menu(texts, sources, level):
    blocks = shown(texts, blocks_of(answer(sources, followups=FOLLOWUPS), texts), level)
    row = rows(blocks)[0]

    kinds = [element["type"] for element in row]
    assert kinds.count("button") == 2
    assert len(kinds) == 3
    assert kinds[2] == ("overflow" if sources <= 3 else "static_select")
    pressed = [read(unpack(option["value"])) for option in row[2]["options"]]
    assert None not in pressed
    assert len(pressed) == sources + 2  # each source, behind the scenes, a person
    assert len(blocks) == 4


def test_what_may_be_asked_next_fits_a_phone_and_is_a_question(texts):
    [row] = rows(shown(texts, blocks_of(answer(followups=FOLLOWUPS), texts)))

    labels = [element["text"]["text"] for element in row if element["type"] == "button"]
    assert all(len(label) <= 30 and label.endswith("?") for label in labels)
    assert labels[0].startswith("国内出張の日当")


@pytest.mark.parametrize(
    ("suggested", "label"),
    [
        ("「第11条 交通手段」について詳しく教えてください", "交通手段は?"),
        ("「附則」について詳しく教えてください", "附則は?"),
        ("Tell me more about “4.2 Probation”", "Probation?"),
        ("RAGの短所は何ですか?", "RAGの短所は何ですか?"),
    ],
)
def test_what_may_be_asked_about_a_heading_names_its_matter(texts, suggested, label):
    language = "ja" if "て" in suggested or "何" in suggested else "en"
    spoken = replace(answer(followups=(suggested,)), language=language)
    [row] = rows(shown(texts, blocks_of(spoken, texts)))

    assert row[0]["text"]["text"] == label


def test_the_guided_dialog_is_offered_where_the_question_is_about_choosing(texts):
    plain = json.dumps(shown(texts, blocks_of(answer(), texts)))
    about = json.dumps(shown(texts, blocks_of(answer(depends=True), texts)))

    assert "choose.start" not in plain
    assert "choose.start" in about


def test_where_nobody_can_be_asked_nobody_is_offered(texts):
    for reachable in (True, False):
        answered = blocks_of(answer(), texts, reachable=reachable)
        nearest = (Nearest("d", "旅費規程", PAGE, ("火星",), "p1"),)
        refused = refusal(answer(mode="refused", nearest=nearest), texts, reachable=reachable)

        for blocks in (answered, refused.blocks):
            assert ("human.ask" in json.dumps(shown(texts, blocks))) is reachable


def test_sources_with_an_address_are_links_in_the_text_and_below_it(texts):
    address = "https://example.com/rules.pdf"
    native = shown(texts, blocks_of(answer(url=address), texts))
    classic = shown(texts, blocks_of(answer(url=address), texts), len(LEVELS) - 1)

    assert native[0]["text"] == f"文1。[[1]]({address})"
    assert classic[0]["text"]["text"] == f"文1。<{address}|[1]>"
    assert f"<{address}|旅費規程" in native[1]["elements"][0]["text"]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://x|y", "https://x/)](y", "", "file:///x"]
)
def test_what_is_no_plain_address_is_no_link(texts, url):
    drawn = json.dumps(shown(texts, blocks_of(answer(url=url), texts)), ensure_ascii=False)

    assert "文1。[1]" in drawn
    assert not url or url not in drawn


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (answer(mode="extractive", certainty="unsure"), "資料からの引用"),
        (
            answer(mode="extractive", certainty="sure"),
            "資料からの引用 · お尋ねの答えが書かれている箇所です",
        ),
        (answer(5), "生成AIが資料から作成 · 5文すべてに出典あり"),
    ],
)
def test_what_an_answer_rests_on_is_said_in_people_s_words(texts, made, says):
    blocks = shown(texts, blocks_of(made, texts))

    quiet = [block["elements"] for block in blocks if block["type"] == "context"]
    assert says in [element.get("text") for elements in quiet for element in elements]


def test_an_answer_for_one_person_restates_the_question_and_can_be_published(texts):
    asked = Paragraph("質問: 日当は?", "quote")
    blocks = shown(texts, (asked, *blocks_of(answer(), texts)))

    assert blocks[0]["text"]["text"] == "> 質問: 日当は?"


@pytest.fixture
async def house_(house):
    async with Application(load({}, data=str(house))) as opened:
        await opened.answers()
        yield opened


async def test_a_command_s_answer_restates_its_question_and_is_published_for_everybody(house_):
    aoi = Person("slack:T1:U1", "花子", "ja")
    channel = Audience("slack:T1:C1", private=False)
    alone = Audience(aoi.id, private=True)
    asked = Message(
        "m1", aoi, "slack:T1:C1:U1", alone, Command("llm-choose", "RAGの短所は?"), channel=channel
    )
    *_, answered = [reply async for reply in house_.router(asked)]
    [row, *_] = rows(messages(answered, house_.texts, "ja", 0)[0]["blocks"])
    press = unpack(row[0]["value"])

    assert answered.text.startswith("質問: RAGの短所は?")
    assert row[0]["text"]["text"] == "チャンネルに公開"

    pressed = Message("m2", aoi, asked.place, alone, press, channel=channel)
    [shared] = [reply async for reply in house_.router(pressed)]
    assert shared.share
    assert shared.text.startswith("花子さんの質問: RAGの短所は?")

    ren = Person("slack:T1:U2", "次郎", "ja")
    foreign = Message(
        "m3", ren, "slack:T1:C1:U2", Audience(ren.id, private=True), press, channel=channel
    )
    [refused] = [reply async for reply in house_.router(foreign)]
    assert refused.private
    assert not refused.share

    in_talk = Message("m4", aoi, "slack:T1:C1:1.5", channel, Text("RAGの短所は?"))
    *_, open_ = [reply async for reply in house_.router(in_talk)]
    assert "private.publish" not in str(open_.blocks)
