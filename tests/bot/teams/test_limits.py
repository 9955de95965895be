"""Whatever a handler says fits into what Teams takes, and no citation is lost on the way."""

import json
import re

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.teams import citations, render
from bot.teams.card import ACTIONS, CARD, size
from bot.teams.text import cut, fit
from handlers.conversation import (
    Ask,
    Bar,
    Button,
    Buttons,
    Chart,
    Column,
    Confirm,
    Details,
    Divider,
    Fact,
    Facts,
    Feedback,
    Field,
    Heading,
    Option,
    Paragraph,
    Press,
    Reply,
    Source,
    Sources,
    Step,
    Steps,
    Table,
)
from handlers.texts import Texts
from tests.bot.teams.cards import faults

MESSAGE = 80 * 1024  # bytes of UTF-16 a whole message may take

TEXTS = Texts.load()
LETTERS = st.sampled_from('あ漢a1 \n*_[]\\#`-<>&"🎉𠮷|~()')
word = st.text(LETTERS, min_size=1, max_size=12).map(lambda t: t.strip() or "x")
# hypothesis draws short texts; what breaks limits are long ones, so words are repeated
long_text = st.builds(lambda w, n: (w + " ") * n, word, st.sampled_from([1, 3, 40, 900, 6000]))
label = st.builds(lambda w, n: w * n, word, st.sampled_from([1, 2, 8]))
confirm = st.none() | st.builds(Confirm, label, label, label, label)
button = st.builds(
    Button, label, st.builds(Press, st.just("a.b"), st.just({"aid": "x"})), confirm=confirm
)
source = st.builds(
    Source,
    number=st.integers(1, 30),
    id=word,
    title=label,
    place=label,
    version=word,
    updated=word,
    excerpt=long_text,
    url=st.sampled_from(["", "https://kb.example/x", "javascript:x"]),
    stale=st.booleans(),
)
sources = st.lists(source, max_size=20, unique_by=lambda s: s.number).map(tuple)


def table(width):
    row = st.lists(label, min_size=width, max_size=width).map(tuple)
    columns = st.lists(
        st.builds(Column, label, st.sampled_from(["text", "number"])),
        min_size=width,
        max_size=width,
    ).map(tuple)
    return st.builds(Table, label, columns, st.lists(row, max_size=30).map(tuple))


bar = st.builds(
    Bar,
    word,
    label,
    word,
    st.floats(-99, 99),
    word,
    st.sampled_from(["best", "normal", "excluded"]),
)
flat = st.one_of(
    st.builds(Heading, label),
    st.builds(
        Paragraph,
        long_text,
        st.sampled_from(["plain", "quiet", "quote", "code", "note", "warning", "bad"]),
    ),
    st.builds(Facts, st.lists(st.builds(Fact, label, label), max_size=8).map(tuple)),
    st.integers(1, 8).flatmap(table),
    st.builds(Chart, label, word, st.lists(bar, max_size=10).map(tuple), legend=label),
    st.builds(
        Steps,
        label,
        st.lists(
            st.builds(
                Step,
                word,
                label,
                st.sampled_from(["pending", "in_progress", "complete", "error"]),
                label,
            ),
            max_size=5,
        ).map(tuple),
    ),
    st.builds(Buttons, st.lists(button, min_size=1, max_size=14).map(tuple)),
    st.builds(Feedback, word),
    st.just(Divider()),
)
block = flat | st.builds(Details, label, st.lists(flat, max_size=4).map(tuple), st.booleans())
marked = st.lists(st.integers(1, 30), max_size=20).map(
    lambda ns: "".join(f"主張です。[{n}]\n" * 40 for n in ns) or "答え[1]"
)
answer = st.builds(Paragraph, marked, st.just("answer"))
ask = st.builds(
    Ask,
    form=st.just("choose.answer"),
    title=label,
    text=label,
    fields=st.lists(
        st.builds(
            Field,
            word,
            st.sampled_from(["text", "choice", "date", "files", "person", "toggle"]),
            label,
            options=st.lists(st.builds(Option, word, label), min_size=1, max_size=8).map(tuple),
        ),
        min_size=1,
        max_size=4,
        unique_by=lambda f: f.id,
    ).map(tuple),
    submit=label,
    stop=label,
    state=st.just({"rid": "r", "rev": 1}),
    buttons=st.lists(button, max_size=5).map(tuple),
    step=st.integers(0, 12),
    of=st.just(12),
    others=label,
    required_error=label,
)


@st.composite
def replies(draw):
    blocks = draw(st.lists(block, max_size=6))
    if draw(st.booleans()):
        blocks = [draw(answer), Sources(draw(sources), "a1"), *blocks]
    return Reply(
        draw(long_text),
        tuple(blocks),
        final=draw(st.booleans()),
        ask=draw(st.none() | ask),
        private=draw(st.booleans()),
    )


def checked(message):
    wire = json.dumps(message, ensure_ascii=False)
    assert len(wire.encode("utf-16-le", "surrogatepass")) <= 100 * 1024
    assert len(message.get("text", "").encode("utf-16-le", "surrogatepass")) <= MESSAGE
    assert not (message.get("text") and message.get("attachments"))
    assert message.get("text") or message.get("attachments")
    for attached in message.get("attachments", ()):
        assert size(attached["content"]) <= CARD
        assert faults(attached["content"]) == []
    roots = [e for e in message.get("entities", ()) if e["type"] == "https://schema.org/Message"]
    assert len(roots) <= 1
    for claim in (c for root in roots for c in root.get("citation", ())):
        shown = claim["appearance"]
        assert 0 < len(shown["name"]) <= citations.CITATION_NAME
        assert 0 < len(shown["abstract"]) <= citations.CITATION_ABSTRACT
        assert len(shown.get("keywords", ())) <= citations.CITATION_KEYWORDS
        assert all(0 < len(k) <= citations.KEYWORD for k in shown.get("keywords", ()))
        assert shown.get("url", "https://").startswith("https://")


@settings(max_examples=120, suppress_health_check=list(HealthCheck))
@given(replies(), st.sampled_from(["ja", "en"]))
@example(Reply("[\n\\ " * 6000, final=False), "ja")  # signs that are written as two
def test_any_reply_fits_and_is_whole(reply, language):
    shown = render.activities(reply, language, TEXTS)
    for message in [
        *shown,
        *render.ending(reply, language, TEXTS),
        render.text_only(reply, language, TEXTS, "29:u"),
    ]:
        checked(message)
    words = [m for m in shown if m.get("entities")]
    if words:
        listed = [s for b in reply.blocks if isinstance(b, Sources) for s in b.items]
        claims = words[0]["entities"][0].get("citation", [])
        assert [c["position"] for c in claims] == [s.number for s in listed][: citations.CITATIONS]
        drawn = json.dumps(shown, ensure_ascii=False)
        assert all(f"\\\\[{s.number}\\\\]" in drawn for s in listed)
        whole = {
            f"[{n}]"
            for n in re.findall(
                r"\[(\d+)\]", next(b.text for b in reply.blocks if isinstance(b, Paragraph))
            )
        }
        assert set(re.findall(r"\[\d+\]", words[0]["text"])) <= whole
        assert not re.search(r"\[\d*…?$", words[0]["text"])


@example("111🎉", 4)
@given(st.text(LETTERS, max_size=200), st.integers(4, 60))
def test_a_cut_never_leaves_half_a_mark(text, limit):
    for short in (cut(text, limit), fit(text, limit * 2)):
        if short != text:
            assert len(short) <= limit
            assert not re.search(r"(\[\d*|[^\\]\\)…$", short)
    assert len(fit(text, limit * 2).encode("utf-16-le")) <= limit * 2


def test_the_numbers_are_those_teams_names():
    assert (CARD, ACTIONS, citations.CITATIONS) == (28_000, 6, 10)
    assert (citations.CITATION_NAME, citations.CITATION_ABSTRACT) == (80, 160)
