"""Every shape a reply for one person alone can have, whatever handler makes it: what decides who sees it is tried in all combinations."""

import itertools
from collections.abc import Iterator

from handlers.conversation import (
    Ask,
    Attachment,
    Button,
    Buttons,
    Called,
    Field,
    Heading,
    Option,
    Paragraph,
    Press,
    Reply,
    Step,
    Steps,
)
from handlers.questions.working import STEPS

SECRET = "ないしょ"
CHOICE = Field("o", "choice", f"{SECRET}の問い", options=(Option("y", f"{SECRET}の答え"),))
KNOWN = Field("o", "choice", "どこで使いますか?", initial="y", options=(Option("y", "社内で"),))
WORDS = Field("q", "text", f"{SECRET}の欄")


def _ask(field: Field, step: int, others: str = "") -> Ask:
    words = (SECRET, SECRET)
    if others:  # they see what is asked, and never what is answered
        words = ("導入方式の診断", "どこで使いますか?")
    names = ("demo.why", *words, (field,), "送る", "やめる")
    return Ask(*names, state={"aid": "a"}, step=step, of=12, others=others)


ASKS = {
    "nothing asked": None,
    "a form": _ask(WORDS, 0),
    "a guided question": _ask(CHOICE, 3),
    "a question others may know of": _ask(KNOWN, 3, "回答中です"),
}
BLOCKS = {
    "words": (),
    "blocks": (
        Heading(SECRET),
        Paragraph(SECRET, "answer"),
        Buttons((Button(SECRET, Press("demo.open", {"aid": SECRET})),)),
    ),
}
FILE = (Attachment(f"{SECRET}.md", "text/markdown", SECRET.encode()),)
EXTRAS = {
    "alone": {},
    "a title": {"title": SECRET},
    "a file": {"attachments": FILE},
    "a panel": {"panel": True},
    "people called": {"calls": (Called("slack:T1:U7", SECRET, "slack"),)},
    "an answer replaced": {"supersedes": "slack:T1:C1:1.1"},
}


def replies() -> Iterator[tuple[str, Reply]]:
    """Yield each with what it is called."""
    for (asked, ask), (shown, blocks), (beside, extra) in itertools.product(
        ASKS.items(), BLOCKS.items(), EXTRAS.items()
    ):
        name = f"{asked}, {shown}, {beside}"
        yield name, Reply(SECRET, blocks, private=True, ask=ask, **extra)


def progress() -> Reply:
    """Return a sign of work that tells of what is private."""
    steps = Steps(SECRET, (Step("t1", f"{STEPS[0]} {SECRET}", "in_progress"),))
    return Reply(SECRET, (steps, Paragraph(SECRET, "answer")), private=True, final=False)
