"""The card of a question that the documents do not answer: what it says is true, and what came close can be opened."""

import unicodedata

import pytest

from handlers.actions.questions import OpenSource
from handlers.conversation import Buttons, Facts
from handlers.questions.refusal import refusal
from knowledge.answering.answers import Answers
from knowledge.documents.library import Library
from knowledge.index.opening import open_index
from knowledge.reading.reading import Reading
from knowledge.retrieval.encoder import VERSION
from knowledge.values import Metadata, Page, Place

ALL = frozenset({"all"})
SECTIONS = (
    ("第4条(年次有給休暇)", "年次有給休暇は、毎年4月に20日を与える。"),
    ("第9条(宿泊費)", "宿泊費は、1泊につき9,000円とする。"),
    ("Laptops", "The service desk lends laptops. Reset your password on the portal."),
)


@pytest.fixture
async def library(tmp_path):
    async with Library(open_index(None, tmp_path, version=VERSION)) as library:
        pages = tuple(
            Page(n, Place("section", n, heading), text, heading)
            for n, (heading, text) in enumerate(SECTIONS, 1)
        )
        reading = Reading("handbook.md", "1" * 64, 9, "手引き", "text", pages, (), "ja")
        document, version, _ = await library.stage(reading, Metadata(title="手引き"), by="test")
        await library.publish(document.id, version.id)
        yield library


@pytest.mark.parametrize(
    ("question", "language", "word"),
    [
        ("社長室の鍵の番号は何番ですか?", "ja", "社長室"),
        ("有給休暇中の火星旅行の保険料率は何%ですか?", "ja", "火星旅行"),
        ("Which colour has the marketing director chosen for laptops?", "en", "marketing"),
    ],
)
async def test_a_refusal_names_what_a_place_lacks_and_opens_it(
    library, texts, question, language, word
):
    answer = await Answers(library).answer(question, readers=ALL, language=language)
    assert answer.mode == "refused"
    reply = refusal(answer, texts)

    facts = next((block for block in reply.blocks if isinstance(block, Facts)), None)
    assert facts is not None
    assert word in facts.items[0].value
    for near in answer.nearest:
        passage = await library.passage(near.passage, readers=ALL)
        text = unicodedata.normalize("NFKC", " ".join((*passage.headings, passage.text))).lower()
        assert not [missing for missing in near.missing if missing.lower() in text]
    opened = [
        button.action
        for block in reply.blocks
        if isinstance(block, Buttons)
        for button in block.items
        if isinstance(button.action, OpenSource)
    ]
    assert [action.passage for action in opened] == [near.passage for near in answer.nearest]


async def test_what_is_said_in_courtesy_or_frames_a_question_is_no_lack(library):
    answer = await Answers(library).answer(
        "お疲れ様です。営業の佐藤です。社長室の鍵の番号を教えていただけますか?",
        readers=ALL,
        language="ja",
    )

    lacked = {word for near in answer.nearest for word in near.missing}
    assert not lacked & {"お疲れ様", "佐藤", "教える", "教え", "営業"}
