"""What is shown of a passage under its source: never half a sentence."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.questions.excerpt import marked, opening

RULE = "Report forbidden input to the security desk within one hour of noticing it."
SENTENCES = (
    "個人情報は伏せ字にしてから入力する。",
    RULE,
    "第3条(入力)",
    "申請は10営業日前までに!",
    "- a list's item",
)


@given(
    st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=90),
    st.sampled_from(["\n", " "]),
    st.data(),
)
def test_whole_sentences_stand_around_the_quote(parts, between, data):
    quote = data.draw(st.sampled_from(parts))
    text = between.join(parts)
    shown = marked(text, quote)
    assert f"**{quote.removeprefix('- ')}**" in shown
    left = shown.replace("**", "")
    starts = list(accumulate((len(part) + len(between) for part in parts[:-1]), initial=0))
    ends = {start + len(part) for start, part in zip(starts, parts, strict=True)}
    assert any(text.startswith(left, start) and start + len(left) in ends for start in starts)


def test_a_passage_without_its_quote_begins_with_whole_sentences():
    text = f"{RULE}\n" * 30
    assert set(marked(text, "words that are gone").splitlines()) == {RULE}
    assert opening(text) == marked(text, "")


@pytest.mark.parametrize("text", ["", "。", "\n\n", "一文だけ"])
def test_what_is_hardly_a_text_is_shown_as_it_is(text):
    assert opening(text) == text.rstrip()


def test_a_sentence_longer_than_the_room_stays_whole():
    long = "条件が続き、" * 300 + "禁止する。"
    assert marked(f"前の文。{long}後の文。", long) == f"**{long}**"


def test_an_item_of_a_list_stays_one_when_it_is_quoted():
    text = "Two kinds:\n- the first\n- the second"
    assert marked(text, "- the second") == "Two kinds:\n- the first\n- **the second**"
