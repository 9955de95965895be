"""Reading what is said beside results: notes that an answer brings along, and twins."""

from collections.abc import Mapping
from typing import Any

from knowledge.advisor.faults import invalid
from knowledge.advisor.values import Notes, Source, Twin
from knowledge.advisor.yaml_fields import (
    fields,
    listed,
    mapping,
    name,
    phrase,
    phrases,
    word,
    words,
)
from knowledge.values import Phrase

ENDS = ("good", "mixed", "bad", "open")
GRADES = ("A", "B", "C")
ADDRESS = "https://"  # begins every address that is shown as a link
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
        platforms=_platforms(said.get("platforms", {})),
    )


def _platforms(rows: Any) -> dict[str, dict[str, Phrase]]:
    platforms = {}
    for platform, blocks in mapping(rows, "texts.platforms").items():
        place = f"texts.platforms.{platform}"
        first = {}
        for block, row in mapping(blocks, place).items():
            first[block] = phrase(row, f"{place}.{block}")
        platforms[platform] = first
    return platforms


def twins(rows: Any) -> tuple[Twin, ...]:
    """Return the organisations answers are compared with; none is fine."""
    found = []
    for position, row in enumerate(listed(rows, "twins"), 1):
        place = f"twins[{position}]"
        values = fields(row, place, ("source",), ("id", "end", "answers", "did", "result"))
        if values["end"] not in ENDS:
            raise invalid(f"{place}.end", "end_unknown", ends=", ".join(ENDS))
        answers = {}
        for criterion, option in mapping(values["answers"], f"{place}.answers").items():
            answers[criterion] = word(option)
        did = phrase(values["did"], f"{place}.did")
        result = phrase(values["result"], f"{place}.result")
        source = _address(values.get("source", ""), f"{place}.source")
        found.append(Twin(name(values["id"], place), values["end"], answers, did, result, source))
    return tuple(found)


def sources(rows: Any) -> tuple[Source, ...]:
    """Return where what is said was read; none is fine."""
    found = []
    for position, row in enumerate(listed(rows, "sources"), 1):
        place = f"sources[{position}]"
        values = fields(row, place, (), ("of", "name", "date", "grade", "url"))
        if values["grade"] not in GRADES:
            raise invalid(f"{place}.grade", "end_unknown", ends=", ".join(GRADES))
        of = frozenset(words(values["of"], f"{place}.of"))
        title = phrase(values["name"], f"{place}.name")
        url = _address(values["url"], f"{place}.url")
        found.append(Source(of, title, word(values["date"]), values["grade"], url))
    return tuple(found)


def _address(value: Any, place: str) -> str:
    """Return the address of a public page, empty for none."""
    text = word(value)
    if text and (not text.startswith(ADDRESS) or any(sign.isspace() for sign in text)):
        raise invalid(place, "address_malformed", address=text[:100])
    return text
