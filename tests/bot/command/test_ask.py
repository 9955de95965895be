"""What machines read of an answer is what people read; rows of one thread are turns of one talk."""

import argparse
import json
import re

import pytest

from bot.command.rows import rows

pytestmark = pytest.mark.early


@pytest.fixture
def ask(tmp_path, call):
    """Return what asks rows of (thread, text), in order, and returns the lines printed."""

    def asked(*rows):
        lines = []
        for number, (thread, text) in enumerate(rows):
            lines.append(json.dumps({"id": str(number), "text": text, "thread": thread}) + "\n")
        words = ("ask", "--questions", "-", "--json", "--data", str(tmp_path))
        told = call(*words, stdin="".join(lines))
        return [json.loads(line) for line in told.stdout.splitlines()]

    return asked


@pytest.mark.parametrize("text", ["RAGは社内文書を全部学習しますか?", "What is RAG?"])
def test_machines_read_all_that_people_read(ask, text):
    (answer,) = ask(("", text))

    assert answer["mode"] in ("answered", "unsure")
    assert answer["writer"] == "extractive"
    assert answer["first"]
    assert answer["first"] in answer["text"]
    assert answer["citations"][0]["place"] in answer["text"]
    assert {c["document"] for c in answer["citations"]} <= {"digest.yaml", "primer.yaml"}
    assert answer["followups"]


def test_what_is_refused_and_what_is_talk_say_so_in_words(ask):
    refused, talk = ask(("", "社員食堂の今週の献立は?"), ("", "ありがとう"))

    assert (refused["mode"], refused["writer"]) == ("refused", "")
    assert "社員食堂" in refused["text"]
    assert (talk["mode"], talk["text"]) == ("talk", "どういたしまして。")


def test_rows_of_one_thread_are_turns_of_one_talk(ask):
    first, alone, follows = ask(("a", "RAGの特徴を教えて"), ("b", "短所は?"), ("a", "短所は?"))

    assert "RAG" in first["text"]
    assert "RAG" in follows["text"]
    assert alone["text"] != follows["text"]


def test_a_row_that_is_no_question_is_told_among_the_others(ask):
    lines = ask(("", "RAGとは何ですか?"), ("", "\x01\x02\x03"), ("", "RAGとは何ですか?"))

    assert [("error" in line) for line in lines] == [False, True, False]
    assert lines[1]["error"]["ja"]


@pytest.mark.parametrize("wrong", ["{", '{"id": "2"}', '{"id": "2", "text": null}', '["text"]'])
async def test_a_line_that_is_no_question_is_named_and_those_after_it_are_asked(tmp_path, wrong):
    path = tmp_path / "q.jsonl"
    first, last = '{"id": "1", "text": "退職金\u2028は?"}', '{"id": "4", "text": "賞与は?"}'
    path.write_text(f"{first}\n\n{wrong}\n{last}", "utf-8-sig")
    asked = [row async for row in rows(argparse.Namespace(questions=str(path), text=""))]

    assert [row.text for row in asked if row.fault is None] == ["退職金\u2028は?", "賞与は?"]
    assert re.match(r"Line 3 of .*q\.jsonl", str(asked[1].fault))
