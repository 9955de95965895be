"""How much of a question a text speaks of, in whatever words and language."""

from knowledge.documents.library import Library
from knowledge.index.embedded import EmbeddedIndex
from knowledge.models.sentence_encoder import SentenceEncoder
from knowledge.retrieval.encoder import VERSION
from knowledge.retrieval.glossary import Glossary
from knowledge.retrieval.kinship import KEPT, Kinship
from knowledge.retrieval.likeness import Likeness
from knowledge.retrieval.query import Query
from knowledge.text.analysis import Analysis
from knowledge.values import Metadata
from tests.knowledge.documents.test_library import reading

ANALYSIS = Analysis()
LIKENESS = Likeness(Kinship(SentenceEncoder().encode), ANALYSIS)


def query(text):
    return Query(text, ANALYSIS, Glossary())


def test_a_text_in_the_other_language_is_judged_by_every_word_of_the_question():
    both, one, none = LIKENESS.of(
        query("無線のマウスは頼めますか"),
        [
            "A wireless mouse may be ordered.",
            "A mouse may be ordered.",
            "Rooms are cleaned on Monday.",
        ],
    )

    assert both > one > none
    assert both > 0.8
    assert none < 0.3


def test_words_a_question_is_merely_made_with_do_not_count():
    asked = query("How much time do we have to tell people about the parking?")

    parking, time = LIKENESS.of(asked, ["駐車場は地下にある。", "時間と人を伝える。"])
    assert parking > time


def test_texts_without_words_speak_of_nothing():
    assert LIKENESS.of(query("駐車場は?"), ["", "12 a"]) == [0.0, 0.0]


def test_words_can_be_learnt_ahead_of_the_questions_as_long_as_there_is_room():
    encoded = []

    def encode(words):
        encoded.extend(words)
        return SentenceEncoder().encode(["word"]).repeat(len(words), axis=0)

    kinship = Kinship(encode)
    assert kinship.learn(["年休", "賞与"])
    kinship.nearest(["年休"], ["賞与"])
    assert encoded == ["年休", "賞与"]

    assert not kinship.learn([f"語{n}" for n in range(KEPT)])
    assert len(encoded) == KEPT


async def test_the_words_of_what_is_published_are_learnt_ahead_of_the_questions(tmp_path):
    sentences, encoded = SentenceEncoder(), []
    encode = sentences.encode
    sentences.encode = lambda texts: encoded.extend(texts) or encode(texts)
    async with Library(EmbeddedIndex(tmp_path, version=VERSION), sentences=sentences) as library:
        document, version, _ = await library.stage(
            reading("来客用の駐車場は地下にある。"), Metadata(), by="test"
        )
        await library.publish(document.id, version.id)
        await library.followed()
        library.vocabulary.begin()
        await library.vocabulary.learnt()
        assert "駐車" in encoded

        encoded.clear()
        await library.search("parking for guests", readers=frozenset({"all"}))
    assert "駐車" not in encoded
    assert "parking" in encoded
