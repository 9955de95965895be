"""What a ledger says of days, unanswered questions, documents and times."""

from datetime import date

import numpy as np

from handlers.insights.ledger import Row
from handlers.insights.report import days_of, report, unanswered

DAYS = days_of(3, date(2026, 11, 30))


def row(number, question, outcome="answered", day=DAYS[-1], documents=(), **more):
    words = {"language": "ja", "milliseconds": 100.0, "written": False, "fallback": ""} | more
    words |= {"tokens_in": more.get("tokens_in", 0), "tokens_out": 0}
    return Row(
        f"a{number}",
        f"{day}T09:00:00+00:00",
        question,
        outcome=outcome,
        documents=documents,
        **words,
    )


def test_days_without_questions_are_there_and_every_outcome_is_counted():
    rows = [row(1, "a"), row(2, "b", "refused", DAYS[0]), row(3, "c", "asked_back")]
    told = report(rows, {}, DAYS)

    assert [(day.day, day.total) for day in told.days] == [(DAYS[0], 1), (DAYS[1], 0), (DAYS[2], 2)]
    assert (told.total, told.count("refused"), told.count("asked_back")) == (3, 1, 1)


def test_unanswered_questions_in_other_words_are_one_group():
    rows = [
        row(1, "駐車場の料金はいくらですか", "refused"),
        row(2, "駐車場の料金はいくら?", "refused", DAYS[0]),
        row(3, "駐車場の料金はいくらですか", "refused"),
        row(4, "制服はいつ届きますか", "refused"),
        row(5, "制服はどこでもらえますか"),
    ]
    by_signs = report(rows, {}, DAYS).clusters
    alike = np.array([[1, 0], [0, 1], [1, 0], [0, 1]], np.float32)
    by_meaning = report(rows, {}, DAYS, alike).clusters

    assert [(one.head, one.asked) for one in by_signs] == [
        ("駐車場の料金はいくらですか", 3),
        ("制服はいつ届きますか", 1),
    ]
    assert by_signs[0].questions[1:] == ("駐車場の料金はいくら?",)
    assert [one.asked for one in by_meaning] == [2, 2]
    assert len(unanswered(rows)) == 4


def test_votes_count_for_the_documents_an_answer_cited():
    rows = [row(1, "a", documents=("d1", "d2")), row(2, "b", documents=("d1",)), row(3, "c")]
    cited = report(rows, {"a1": "up", "a2": "wrong", "a9": "up"}, DAYS).documents

    assert [(one.document, one.answers, one.up, one.down) for one in cited] == [
        ("d1", 2, 1, 1),
        ("d2", 1, 1, 0),
    ]


def test_times_and_models_are_summed_up():
    rows = [
        row(n, "q", milliseconds=float(n), tokens_in=10, written=n % 2 == 0) for n in range(100)
    ]
    told = report(rows, {}, DAYS)

    assert (told.half, told.most, told.written, told.tokens_in) == (50.0, 95.0, 50, 1000)
    assert report([], {}, DAYS).half == 0


def test_why_a_model_gave_way_is_counted_the_most_frequent_first():
    rows = [row(n, "q", fallback=code) for n, code in enumerate(["cut", "timeout", "timeout", ""])]
    told = report(rows, {}, DAYS)

    assert (told.fell_back, told.reasons) == (3, (("timeout", 2), ("cut", 1)))
