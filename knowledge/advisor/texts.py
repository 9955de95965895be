"""Reading what is said beside results: notes that an answer brings along, and twins."""

from collections.abc import Mapping
from typing import Any

from knowledge.advisor.faults import invalid
from knowledge.advisor.parts import fields, listed, mapping, name, phrase, phrases, word
from knowledge.advisor.values import Notes, Twin
from knowledge.values import Phrase

ENDS = ("good", "mixed", "bad", "open")
SKILLS = range(4)


def notes(said: Mapping[str, Any]) -> Notes:
    """Return the notes of a model's texts."""
    skills = mapping(said["skills"], "texts.skills")
    named = {}
    for level in SKILLS:
        named[level] = phrase(skills.get(str(level)), f"texts.skills.{level}")
    needs: dict[str, Phrase] = {}
    for criterion, row in mapping(said["needs"], "texts.needs").items():
        needs[criterion] = phrase(row, f"texts.needs.{criterion}")
    return Notes(
        skills=named,
        needs=needs,
        high_impact=phrases(said["high_impact"], "texts.high_impact"),
        personal_data=phrases(said["personal_data"], "texts.personal_data"),
        agents=phrases(said["agents"], "texts.agents"),
        public_bodies=phrases(said["public_bodies"], "texts.public_bodies"),
        range_note=phrase(said["range_note"], "texts.range_note"),
    )


def twins(rows: Any) -> tuple[Twin, ...]:
    """Return the organisations answers are compared with; none is fine."""
    found = []
    for position, row in enumerate(listed(rows, "twins"), 1):
        place = f"twins[{position}]"
        values = fields(row, place, (), ("id", "end", "answers", "did", "result"))
        if values["end"] not in ENDS:
            raise invalid(f"{place}.end", "end_unknown", ends=", ".join(ENDS))
        answers = {}
        for criterion, option in mapping(values["answers"], f"{place}.answers").items():
            answers[criterion] = word(option)
        did = phrase(values["did"], f"{place}.did")
        result = phrase(values["result"], f"{place}.result")
        found.append(Twin(name(values["id"], place), values["end"], answers, did, result))
    return tuple(found)
