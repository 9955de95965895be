"""Which questions one message asks, however they are put together: each becomes one of its own."""

import pytest

from handlers.questions.several import questions_in


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        (
            "お疲れ様です。来週神戸に1泊で出張する予定でして、宿泊費の上限と、あと日当ってどうなりますか?",
            ("神戸の宿泊費の上限は?", "日当ってどうなりますか?"),
        ),
        (
            "お世話になっております。定年は何歳か、また再雇用の制度があるか、ご教示いただけますでしょうか。",
            ("定年は何歳か?", "再雇用の制度があるか?"),
        ),
        (
            "Hi all, quick question: what is the hotel limit in Kyoto, and do I get a daily allowance?",
            ("what is the hotel limit in Kyoto?", "do I get a daily allowance?"),
        ),
        (
            "1. 副業の届出\n2. 退職金の有無\n3. 定年\nこの3点、教えてください",
            ("副業の届出は?", "退職金の有無は?", "定年は?"),
        ),
        (
            "自転車通勤の件で教えてください。\n・申請の期限\n・必要な書類\nよろしくお願いします。",
            ("自転車通勤の申請の期限は?", "自転車通勤の必要な書類は?"),
        ),
        (
            "I need to know:\n- the retirement age\n- the notice period\nThanks!",
            ("What about the retirement age?", "What about the notice period?"),
        ),
        ("副業していい?あと退職金は?", ("副業していい?", "退職金は?")),
    ],
)
def test_each_question_of_a_message_stands_alone(text, questions):
    assert questions_in(text) == questions


@pytest.mark.parametrize(
    "text",
    [
        "RAGと商用APIとオープンモデルの違いを教えて",
        "What is RAG and how does it work?",
        "Who approves it and when is it due?",
        "社外秘の資料は、あと何を入れていいですか",
        "次の条件に当てはまるのはどれですか。\n- 正社員\n- 勤続3年",
    ],
)
def test_one_question_is_left_whole(text):
    assert questions_in(text) == (text,)
