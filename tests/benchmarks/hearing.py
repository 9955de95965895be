"""
Is what people mean heard, and is no question taken for talk?

    nice -n 5 python -m tests.benchmarks.hearing [--show]

The messages of `data/hearing.yaml` are labelled by hand, in both languages. A question that is taken for a request about a document is
still asked where no such document stands on the shelf; it is counted apart.
"""

import argparse
from collections import Counter
from pathlib import Path

import yaml

from handlers.questions.hear import hear
from handlers.questions.intents import known

FILE = Path(__file__).with_name("data") / "hearing.yaml"
QUESTION = "question"
SHELF = ("summary", "changes")
GREETINGS = ("morning", "evening", "work")  # all answered with a greeting


def labelled() -> list[tuple[str, str]]:
    """Return each message with its label, in the order of the file."""
    rows = yaml.safe_load(FILE.read_text("utf-8"))
    unknown = set(rows) - known() - {QUESTION}
    if unknown:
        raise ValueError(f"{FILE.name}: {sorted(unknown)} are no intents")
    return [(label, message) for label, messages in rows.items() for message in messages]


def meant(message: str) -> str:
    """Return what is heard in a message, in the labels of the file."""
    intent = hear(message)
    if intent in GREETINGS:
        return "hello"
    return intent or QUESTION


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="print what was heard otherwise")
    arguments = parser.parse_args()
    asked, right, swallowed = Counter[str](), Counter[str](), Counter[str]()
    for label, message in labelled():
        heard = meant(message)
        asked[label] += 1
        right[label] += heard == label
        if label == QUESTION and heard != QUESTION:
            swallowed["for a document" if heard in SHELF else "for talk"] += 1
        if arguments.show and heard != label:
            print(f"- {label} was heard as {heard}: {message}")
    talk = [label for label in asked if label != QUESTION]
    for label in [*talk, QUESTION]:
        print(f"{label:14} {right[label]}/{asked[label]}")
    heard_talk, all_talk = sum(right[label] for label in talk), sum(asked[label] for label in talk)
    print(f"heard as meant: {heard_talk} of {all_talk} ({heard_talk / all_talk:.0%})")
    print(
        f"questions taken for talk: {swallowed['for talk']} of {asked[QUESTION]}; "
        f"for a document: {swallowed['for a document']}"
    )


if __name__ == "__main__":
    main()
