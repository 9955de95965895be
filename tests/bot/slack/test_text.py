"""Our light markup as Slack reads it, in a language without spaces, and cut where a reader would cut it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.render.text import fenced, markdown, mrkdwn, pieces, quoted


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("**要点**です", "*要点* です"),
        ("これが**要点**。", "これが *要点* 。"),
        ("**a** **b**", "*a* *b*"),
        ("**label**: value", "*label*: value"),
        ("(**a**)", "(*a*)"),
        ("- 一つ\n- **二つ**", "• 一つ\n• *二つ*"),
        ("a < b & <!channel>", "a &lt; b &amp; &lt;!channel&gt;"),
    ],
)
def test_bold_stands_apart_and_data_is_escaped(ours, theirs):
    assert mrkdwn(ours) == theirs


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("**要点**です", "**要点**です"),
        ("**「要点」**の説明", "**「要点」** の説明"),
        ("- **要点。**", "- **要点。**"),
        ("[公式](https://evil.example)", "[公式] (https://evil.example)"),
        ("[1]: https://evil.example", "[1] : https://evil.example"),
        (
            "はい。[1]\n- 一つ\n- 二つ\n次の段落\nその次",
            "はい。[1]\n\n- 一つ\n- 二つ\n\n次の段落\n\nその次",
        ),
        ("一\n\n二", "一\n\n二"),
        ("# 大見出し", "\\# 大見出し"),
        ("<https://evil.example|x>", "&lt;https://evil.example|x&gt;"),
    ],
)
def test_in_markdown_only_our_own_marks_live(ours, theirs):
    assert markdown(ours) == theirs


def test_a_fence_inside_cannot_end_ours():
    assert fenced("a\n```\n<!channel>").count("```") == 2


@given(
    st.text(alphabet=st.sampled_from(list("あ漢a1 。.\n*[]<&`")), max_size=400), st.integers(40, 90)
)
def test_pieces_fit_and_lose_no_letter(text, limit):
    for draw in (mrkdwn, markdown, quoted, fenced):
        assert all(len(piece) <= limit for piece in pieces(text, draw, limit))
    plain = pieces(text.replace("*", ""), lambda piece: piece, limit)
    assert "".join(plain).replace("\n", "") == (
        text.replace("*", "").replace("\n", "") if text.replace("*", "").strip() else ""
    )


def test_bold_that_is_cut_goes_on():
    drawn = pieces("**" + "太い。" * 30 + "**", mrkdwn, 60)

    assert len(drawn) > 1
    assert all(piece.startswith("*") and piece.endswith("*") for piece in drawn)
