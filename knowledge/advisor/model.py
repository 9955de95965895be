"""
The decision model as data, read from YAML and checked before anyone relies on it.

A model that loads is whole: nothing is missing or unknown, weights sum up, every sentence exists in
both languages, and each ordered list of options moves each block one way only. A company's file
holds only what differs: it is laid over the built-in model, where `null` takes something away.
Whether every option can win is proved in `engine`, which can compute.
"""

import difflib
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from knowledge.advisor.blocks import blocks, cleaning, hardware
from knowledge.advisor.checks import check
from knowledge.advisor.faults import invalid
from knowledge.advisor.manuscript import Manuscript
from knowledge.advisor.questions import criteria, facts, limits, wording
from knowledge.advisor.texts import notes, sources, twins
from knowledge.advisor.values import (
    DecisionModel,
    Limits,
    Partner,
    Pilot,
    Range,
    Rules,
    Use,
    Word,
)
from knowledge.advisor.yaml_fields import (
    bounded,
    fields,
    mapping,
    name,
    number,
    parse_yaml,
    sets,
    span,
    word,
    words,
)
from knowledge.sentences import yaml_values

FOLDER = Path(__file__).parent
FILE = "model.yaml"
WHOLE = "whole"  # marks a file that is a model by itself, not what differs from the built-in one
PARTS = ("model", "texts", "twins")
MORE = ("sources",)  # a part that files from before it came lack
FORMER = ("blocks", "configs", "advisory")  # what files of the first kind held
WORDED = ("goal", "measure")  # questions that are answered in words
TOP = (
    "meta",
    "bases",
    "knowledge",
    "action",
    "routing",
    "hardware",
    "alone",
    "order",
    "criteria",
    "solves",
    "weak_below",
    "plain",
    "tried",
    "limits",
    "use",
    "pilot",
    "facts",
    "dialog",
    "confidence",
)
MORE_TEXTS = ("platforms",)  # texts that files from before they came lack
TEXTS = (
    "questions",
    "options",
    "skills",
    "needs",
    "high_impact",
    "personal_data",
    "agents",
    "public_bodies",
    "range_note",
)


def load(text: str | None = None) -> tuple[DecisionModel, str]:
    """
    Read and check a model given as YAML, whole or only what differs; None reads the built-in one.
    The text that comes back with it is a whole model.

    Raises:
        InvalidModel: the text is not YAML, is of the first kind, or something in it is missing or
        breaks a rule; the sentence names the place.
    """
    source = builtin()
    raw = parse_yaml(source, FILE)
    if text is not None:
        given = _worded(parse_yaml(text, FILE))
        _refuse_former(given)
        source, raw = _laid_over(raw, given, text)
    model = _model(raw)
    check(model)
    return model, source


def builtin() -> str:
    """Return the built-in model as one whole YAML text, to be changed and given back."""
    parts = [f"{WHOLE}: true"]
    for part in ("model", "texts"):
        lines = (FOLDER / f"{part}.yaml").read_text(encoding="utf-8").splitlines()
        indented = "\n".join(f"  {line}".rstrip() for line in lines)
        parts.append(f"{part}:\n{indented}")
    parts.append((FOLDER / "twins.yaml").read_text(encoding="utf-8"))
    parts.append((FOLDER / "sources.yaml").read_text(encoding="utf-8"))
    return "\n\n".join(parts)


def manuscript(text: str) -> Manuscript:
    """Return where everything in a file stands. Raises InvalidModel as `Manuscript.read` does."""
    bounded(text, FILE)
    return Manuscript.read(text, FILE)


def check_words(model: DecisionModel, source: str) -> None:
    """
    Refuse words for a question or an option that the model does not have: a slip in its name.

    Raises:
        InvalidModel: there are such words; the sentence names the nearest.
    """
    said = yaml_values(source)["texts"]
    questions = {criterion.id for criterion in model.questions} | set(WORDED)
    options = {block.id for block in model.blocks}
    for part, ids in (("questions", questions), ("options", options)):
        for id_ in said[part]:
            if word(id_) not in ids:
                [near] = difflib.get_close_matches(word(id_), sorted(ids), n=1, cutoff=0.0)
                raise invalid(f"texts.{part}.{word(id_)}", "words_unused", near=near)


def _refuse_former(given: Mapping[str, Any]) -> None:
    """Files of the first kind of model are named as such, with the way out."""
    for part in FORMER:
        if part in given:
            raise invalid(FILE, "former_model")
    fields(given, FILE, (WHOLE, *PARTS, *MORE))


def _laid_over(
    builtin_: dict[str, Any], given: dict[str, Any], text: str
) -> tuple[str, dict[str, Any]]:
    """Return a whole model as text and as values: the given one, or it over the built-in one."""
    if given.get(WHOLE) is True:
        return text, given
    raw = _merged(_worded(builtin_), given)
    return yaml.safe_dump(raw, allow_unicode=True, sort_keys=False, width=100), raw


def _worded(raw: Any) -> Any:
    """Return the values with every key a word: YAML reads bare yes and no as truth."""
    if isinstance(raw, dict):
        return {word(key): _worded(value) for key, value in raw.items()}
    return raw


def _merged(under: Any, over: Any) -> Any:
    """Mappings are merged, anything else replaces, None takes away."""
    if not isinstance(under, dict) or not isinstance(over, dict):
        return over
    merged = dict(under)
    for key, value in over.items():
        if value is None:
            merged.pop(key, None)
        elif key in merged:
            merged[key] = _merged(merged[key], value)
        else:
            merged[key] = value
    return merged


def _model(raw: dict[str, Any]) -> DecisionModel:
    whole = fields(raw, FILE, (WHOLE, *MORE), PARTS)
    top = fields(whole["model"], "model", (), TOP)
    said = fields(whole["texts"], "texts", MORE_TEXTS, TEXTS)
    questions = mapping(said["questions"], "texts.questions")
    meta = fields(top["meta"], "meta", (), ("id", "version", "as_of", "scale", "total", "usd_jpy"))
    scale = number(meta["scale"], "meta.scale", 1, 10)
    rules = _rules(top, scale, number(meta["usd_jpy"], "meta.usd_jpy", 1, 10_000))
    allowed, allows = _limits(top["limits"], questions)
    return DecisionModel(
        id=name(meta["id"], "meta.id"),
        version=name(meta["version"], "meta.version"),
        as_of=name(meta["as_of"], "meta.as_of"),
        sha256=hashlib.sha256(_canonical(whole)).hexdigest(),
        criteria=criteria(top["criteria"], questions, scale),
        limits=allowed,
        facts=facts(top["facts"], questions),
        goal=wording(questions, "goal"),
        measure=wording(questions, "measure"),
        blocks=blocks(top, said["options"]),
        order=words(top["order"], "order"),
        alone=frozenset(words(top["alone"], "alone")),
        hardware=hardware(top["hardware"]),
        cleaning=cleaning(top["facts"]),
        cleaned=_cleaned(top["facts"]),
        allows=allows,
        use=_use(top["use"]),
        pilot=_pilot(top["pilot"]),
        solves=_solves(top["solves"]),
        plain=sets(top["plain"], "plain"),
        tried=_tried(top["tried"]),
        rules=rules,
        notes=notes(said),
        twins=twins(whole["twins"]),
        sources=sources(whole.get("sources", [])),
    )


def _canonical(raw: dict[str, Any]) -> bytes:
    """Return the content as bytes that do not depend on the file's layout."""
    content = {part: raw[part] for part in (*PARTS, *MORE) if part in raw}
    try:
        text = json.dumps(
            _worded(content), ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        return text.encode()
    except (TypeError, ValueError) as error:
        raise invalid(FILE, "neither_text_nor_number") from error


def _rules(top: dict[str, Any], scale: float, dollar: float) -> Rules:
    dialog_parts = ("page", "optional", "express", "least", "probable", "samples", "seed")
    dialog = fields(top["dialog"], "dialog", (), dialog_parts)
    confidence_parts = ("samples", "seed", "key", "clear", "likely")
    confidence = fields(top["confidence"], "confidence", (), confidence_parts)
    return Rules(
        scale=scale,
        weak_below=number(top["weak_below"], "weak_below", -100, 100),
        dollar=dollar,
        page=words(dialog["page"], "dialog.page"),
        optional=words(dialog["optional"], "dialog.optional"),
        express=words(dialog["express"], "dialog.express"),
        least=int(number(dialog["least"], "dialog.least", 0, 30)),
        probable=number(dialog["probable"], "dialog.probable", 0, 1),
        questions=int(number(dialog["samples"], "dialog.samples", 100, 2000)),
        order_seed=int(number(dialog["seed"], "dialog.seed", 0, 2**32 - 1)),
        draws=int(number(confidence["samples"], "confidence.samples", 100, 2000)),
        seed=int(number(confidence["seed"], "confidence.seed", 0, 2**32 - 1)),
        key=words(confidence["key"], "confidence.key"),
        clear=_word(confidence["clear"], "confidence.clear"),
        likely=_word(confidence["likely"], "confidence.likely"),
    )


def _word(row: Any, place: str) -> Word:
    values = fields(row, place, (), ("robust", "margin"))
    robust = number(values["robust"], f"{place}.robust", 0, 1)
    return Word(robust, number(values["margin"], f"{place}.margin", 0, 100))


def _limits(row: Any, texts: Mapping[str, Any]) -> tuple[tuple[Any, ...], Limits]:
    """Return the questions about limits, and what their answers allow."""
    rows = fields(row, "limits", (), ("budget", "time", "team", "partner"))
    team = fields(rows["team"], "limits.team", (), ("options", "skill", "people"))
    partner = fields(rows["partner"], "limits.partner", (), ("options", "adds"))
    adds = fields(partner["adds"], "limits.partner.adds", (), ("skill", "people", "build"))
    help_ = Partner(
        skill=int(number(adds["skill"], "limits.partner.adds.skill", 0, 3)),
        people=number(adds["people"], "limits.partner.adds.people", 0, 1000),
        build=number(adds["build"], "limits.partner.adds.build", 0, 1e6),
    )
    skill = {}
    for option, value in _amounts(team["skill"], "limits.team.skill").items():
        skill[option] = int(value)
    allows = Limits(
        budget=_most(rows["budget"], "limits.budget"),
        time=_most(rows["time"], "limits.time"),
        skill=skill,
        people=_amounts(team["people"], "limits.team.people"),
        partner=help_,
    )
    return limits(rows, texts), allows


def _most(row: Any, place: str) -> dict[str, float]:
    """Return the highest amount of each option; the options and these must be the same."""
    values = fields(row, place, (), ("options", "max"))
    amounts = _amounts(values["max"], f"{place}.max")
    if set(amounts) != set(words(values["options"], f"{place}.options")):
        raise invalid(place, "amounts_differ")
    return amounts


def _amounts(row: Any, place: str) -> dict[str, float]:
    amounts = {}
    for option, value in mapping(row, place).items():
        amounts[option] = number(value, f"{place}.{option}", 0, 1e9)
    return amounts


def _use(row: Any) -> Use:
    rows = fields(row, "use", (), ("users", "requests"))
    return Use(_bands(rows["users"], "use.users"), _bands(rows["requests"], "use.requests"))


def _bands(row: Any, place: str) -> dict[str, Range]:
    values = fields(row, place, (), ("low", "high"))
    low = _amounts(values["low"], f"{place}.low")
    high = _amounts(values["high"], f"{place}.high")
    bands = {}
    for option, least in low.items():
        if option not in high:
            raise invalid(place, "amounts_differ")
        bands[option] = span([least, high[option]], f"{place}.{option}")
    return bands


def _pilot(row: Any) -> Pilot:
    values = fields(row, "pilot", (), ("users", "months", "build_share"))
    return Pilot(
        users=int(number(values["users"], "pilot.users", 1, 100_000)),
        months=int(number(values["months"], "pilot.months", 1, 24)),
        share=number(values["build_share"], "pilot.build_share", 0, 1),
    )


def _cleaned(row: Any) -> frozenset[str]:
    docstate = mapping(mapping(row, "facts").get("docstate", {}), "facts.docstate")
    return frozenset(words(docstate.get("with", []), "facts.docstate.with"))


def _solves(row: Any) -> dict[str, dict[str, frozenset[str]]]:
    solves = {}
    for criterion, answers in mapping(row, "solves").items():
        place = f"solves.{criterion}"
        meets = {}
        for option, names in mapping(answers, place).items():
            meets[option] = frozenset(words(names, f"{place}.{option}"))
        solves[criterion] = meets
    return solves


def _tried(row: Any) -> dict[str, dict[str, float]]:
    tried = {}
    for option, points in mapping(row, "tried").items():
        lost = {}
        for block, value in mapping(points, f"tried.{option}").items():
            lost[block] = number(value, f"tried.{option}.{block}", -100, 0)
        tried[option] = lost
    return tried
