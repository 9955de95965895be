"""What a document is worth orders what was found, and leaves out what is no answer."""

from knowledge.retrieval.glossary import Glossary
from knowledge.retrieval.preference import Standing, by_standing
from knowledge.retrieval.query import Query
from knowledge.text.analysis import Analysis
from knowledge.values import Hit, Passage, Place

RULE, DECK = Standing("rule"), Standing("deck")


def hit(document: str, score: float) -> Hit:
    passage = Passage(document, document, "v", 1, "題", Place("page", 1), "画像を作る")
    return Hit(passage, score)


def order(question: str, *hits: Hit) -> list[str]:
    query = Query(question, Analysis(), Glossary())
    return [
        one.passage.document
        for one in by_standing(query, hits, {"rule": RULE, "deck": DECK, "other": RULE})
    ]


def test_what_words_alone_would_not_have_found_stays_among_what_was_found() -> None:
    assert order("画像生成とは?", hit("rule", 1.0), hit("other", 0.0)) == ["rule", "other"]


def test_the_digest_gives_no_leave_where_anything_else_was_found() -> None:
    asked = "画像生成は使える?"
    assert order(asked, hit("deck", 1.0), hit("rule", 0.0)) == ["rule"]
    assert order(asked, hit("deck", 1.0), hit("deck", 0.5)) == ["deck", "deck"]
