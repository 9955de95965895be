"""Talk is told from questions: nothing that asks the documents is ever taken for talk."""

import json

import pytest

from handlers.questions.hear import hear

TALK = {  # the everyday sets' own small talk, and questions for the list of documents
    *("l01", "l02", "l03", "t04", "t17", "t23", "t24", "t25", "t26", "t27", "t28"),
    *("d60", "d61", "d62", "dc1.5", "dc2.5", "dc3.5", "dc4.6"),
}


@pytest.mark.parametrize(
    "name",
    [
        *("jsquad_valid/queries", "lawqa_even/queries", "deck/queries", "deck/queries_fresh"),
        *(
            "everyday/questions",
            "everyday/other_words",
            "everyday2/questions",
            "faithful/dev",
            "faithful/control_dev",
        ),
    ],
)
def test_no_question_is_taken_for_talk(shared, name):
    heard = set()
    for line in (shared / "bench" / f"{name}.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        for turn in row.get("turns", [row]):
            if hear(turn.get("text") or turn["question"]):
                heard.add(turn["id"])

    assert heard - TALK == set()


@pytest.mark.parametrize(
    "heading", ["ありがとう", "OK", "help", "使い方", "おすすめは?", "thanks", "資料の一覧"]
)
@pytest.mark.parametrize("more", ["の規程は?", " policy", "を教えて規程", "と退職金", " clause?"])
def test_one_word_more_makes_it_a_question(heading, more):
    assert hear(heading.rstrip("?") + more) is None
