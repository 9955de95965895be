"""A sentence that is missing, or lacks a value, must fail the type check and name itself."""

from pathlib import Path

import pytest
from mypy import api

ROOT = Path(__file__).resolve().parents[2]
CODE = """
from typing import Literal

from handlers.choose.wording import ModelWording, Wording
from handlers.conversation import Message
from handlers.documents.context import Context
from handlers.texts import Texts
from knowledge.advisor.faults import invalid, unknown
from knowledge.errors import KnowledgeError
from knowledge.sentences import phrase
from knowledge.values import Language


class Desk:
    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def right(self, language: Language, thanks: bool, reason: str) -> list[str]:
        return [
            self._texts.say("turns.apology", language, incident="a1"),
            self._texts.say("feedback.thanks" if thanks else "feedback.away", language),
            self._texts.say(f"documents.column_{reason}", language),
            phrase("embedding_away", model="x").ja,
        ]

    def wrong(self, language: Language, end: Literal["thanks", "thnks"]) -> list[str]:
        return [
            self._texts.say("turns.apologie", language, incident="a1"),
            self._texts.say("turns.apology", language),
            self._texts.say(f"feedback.{end}", language),
            self._texts.say(f"documents.colum_{end}", language),
            phrase("embedding_away").ja,
        ]

    def of_rooms(self, say: Wording, model: ModelWording, context: Context, message: Message) -> list[object]:
        return [
            say("added", count=1),
            say("added"),
            model.reply("added", count=1),
            context.note("tried", message),
            say.texts.say(f"demo.tour_{message.place.count('a')}", "en"),
        ]

    def of_models(self, place: str, option: str) -> list[KnowledgeError]:
        return [
            invalid(place, "field_missing", field="id"),
            invalid(place, "field_missing"),
            invalid(place, "field_mising", field="id"),
            unknown(option, "unknown_option", ["yes"], criterion="docs"),
            unknown(option, "unknown_option", ["yes"]),
        ]

    def unknown(self, language: Language, reason: str) -> str:
        say = self._texts.say
        return say(reason, language)
"""


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("typed")
    (folder / "desk.py").write_text(CODE)
    settings = (ROOT / "pyproject.toml").read_text()
    assert "tests/sentence_types.py" in settings
    (folder / "mypy.ini").write_text(
        f"[mypy]\nplugins = {ROOT / 'tests' / 'sentence_types.py'}\nfollow_imports = skip\n"
        "[mypy-handlers.*,knowledge.*]\nfollow_imports = silent\n"  # what others wrote says nothing of sentences
    )
    told, _, _ = api.run(
        ["--config-file", str(folder / "mypy.ini"), "--no-incremental", str(folder / "desk.py")]
    )
    return [line.partition("error: ")[2] for line in told.splitlines() if "error: " in line]


def test_a_wrong_sentence_is_named_and_a_right_one_passes(verdict: list[str]):
    assert verdict[:6] == [
        'There is no sentence "turns.apologie"  [misc]',
        'The sentence "turns.apology" lacks: incident  [misc]',
        'There is no sentence "feedback.thnks"  [misc]',
        'There is no sentence "documents.colum_thanks"  [misc]',
        'There is no sentence "documents.colum_thnks"  [misc]',
        'The sentence "embedding_away" lacks: model  [misc]',
    ]


def test_rooms_that_say_their_own_sentences_are_looked_at(verdict: list[str]):
    assert verdict[6:9] == [
        'The sentence "choose.added" lacks: count  [misc]',
        'There is no sentence "model.added"  [misc]',
        'The sentence "documents.tried" lacks: number, title  [misc]',
    ]


def test_faults_of_a_decision_model_are_looked_at(verdict: list[str]):
    assert verdict[9:12] == [
        'The sentence "field_missing" lacks: field  [misc]',
        'There is no sentence "field_mising"  [misc]',
        'The sentence "unknown_option" lacks: criterion  [misc]',
    ]


def test_a_name_of_which_nothing_is_known_is_one_error(verdict: list[str]):
    assert verdict[12:] == ["Cannot tell which sentence; name it by a literal  [misc]"]
