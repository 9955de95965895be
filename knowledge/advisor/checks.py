"""
What a decision model must keep beyond being whole: weights sum up, blocks and options exist where
they are named, ordered options move one way, something is left whatever is answered.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise

from knowledge.advisor.faults import invalid
from knowledge.advisor.values import Block, Criterion, DecisionModel, Option
from knowledge.advisor.yaml_fields import first_twice

TOTAL = 100  # what weights add up to
NEEDED = ("users", "volume")  # questions that figures are worked out from


def check(model: DecisionModel) -> None:
    """
    Check a model that was read.

    Raises:
        InvalidModel: the first rule that is broken, with its place.
    """
    ids = [criterion.id for criterion in model.questions]
    twice = first_twice(ids)
    if twice is not None:
        raise invalid(f"criteria.{twice}", "name_twice")
    _weights(model)
    _blocks(model)
    _moot_questions(model)
    for criterion in model.criteria:
        for option in criterion.options:
            _option(option, f"criteria.{criterion.id}.values.{option.id}", model)
        if criterion.ordered:
            for block in model.blocks:
                _monotone(criterion, block)
    _named(model)


def _weights(model: DecisionModel) -> None:
    total = round(sum(criterion.weight for criterion in model.criteria), 6)
    if total != TOTAL:
        factor = f"{TOTAL / total:.4f}" if total else "–"
        raise invalid(
            "criteria.weight", "weights_total", total=f"{total:g}", needed=TOTAL, factor=factor
        )


def _blocks(model: DecisionModel) -> None:
    """Blocks have names of their own, and one base takes whatever is answered."""
    twice = first_twice([block.id for block in model.blocks])
    if twice is not None:
        raise invalid(f"bases.{twice}", "name_twice")
    bases = {block.id for block in model.layer("base")}
    excluded: set[str] = set()
    for criterion in model.criteria:
        for option in criterion.options:
            excluded |= option.excludes
    if not (model.alone & bases) - excluded:
        raise invalid("criteria", "no_survivor")


def _moot_questions(model: DecisionModel) -> None:
    """What makes a question moot is an answer to another one."""
    options = _options(model)
    for criterion in model.criteria:
        for parent, answers in criterion.unless.items():
            if parent == criterion.id or not answers <= options.get(parent, frozenset()):
                raise invalid(f"criteria.{criterion.id}.unless.{parent}", "parent_unknown")
    _no_circle({criterion.id: set(criterion.unless) for criterion in model.criteria})


def _no_circle(parents: Mapping[str, set[str]]) -> None:
    """No question makes itself moot by way of others: nobody could say which one counts."""
    for id_ in parents:
        reached, rest = set[str](), [id_]
        while rest:
            more = parents.get(rest.pop(), set()) - reached
            reached |= more
            rest.extend(more)
        if id_ in reached:
            names = sorted(reached, key=list(parents).index)
            raise invalid(f"criteria.{id_}.unless", "moot_circle", names=", ".join(names))


def _option(option: Option, place: str, model: DecisionModel) -> None:
    blocks = {block.id for block in model.blocks}
    unknown = (set(option.values) | option.excludes | option.requires) - blocks
    if unknown:
        raise invalid(place, "block_unknown", block=min(unknown))


def _monotone(criterion: Criterion, block: Block) -> None:
    """
    Along the order of its options a criterion moves a block up only, or down only; where it rules
    the block out, it does so at the ends.
    """
    if block.id in criterion.peak:
        return
    place = f"criteria.{criterion.id}.values ({block.id})"
    values = [_value(option, block) for option in criterion.options]
    while values and values[0] is None:
        values.pop(0)
    while values and values[-1] is None:
        values.pop()
    rises = falls = False
    for first, second in pairwise(values):
        if first is None or second is None:
            raise invalid(place, "not_monotone", block=block.id)
        rises = rises or second > first
        falls = falls or second < first
    if rises and falls:
        raise invalid(place, "not_monotone", block=block.id)


def _value(option: Option, block: Block) -> float | None:
    """Return what an option is worth to a block; None where it rules it out."""
    if block.id in option.excludes:
        return None
    return option.values.get(block.id, 0.0)


def _named(model: DecisionModel) -> None:
    """What is named elsewhere in the file is a question, an option or a block there is."""
    options = _options(model)
    blocks = {block.id for block in model.blocks}
    for id_ in NEEDED:
        if id_ not in options:
            raise invalid(f"criteria.{id_}", "question_needed")
    for part in ("page", "optional", "express"):
        _known(f"dialog.{part}", getattr(model.rules, part), options)
    _known("confidence.key", model.rules.key, options)
    _known("use.users", model.use.users, options["users"])
    _known("use.requests", model.use.requests, options["volume"])
    _answers("hardware.when", model.hardware.when, options)
    _answers("plain", model.plain, options)
    _known("hardware.for", model.hardware.bases, blocks)
    _known("tried", model.tried, options.get("tried", frozenset()))
    for option, points in model.tried.items():
        _known(f"tried.{option}", points, blocks)
    for criterion, meets in model.solves.items():
        _answers("solves", {criterion: frozenset(meets)}, options)
        _known("texts.needs", [criterion], model.notes.needs)
        for option, names in meets.items():
            _known(f"solves.{criterion}.{option}", names, blocks)
    _platforms(model, options.get("platform", frozenset()), blocks)
    for block in model.blocks:
        _known(f"{block.id}.only_with", block.only_with, blocks)
        _known(f"{block.id}.then", [block.then], blocks)
    for twin in model.twins:
        for criterion, option in twin.answers.items():
            _answers(f"twins.{twin.id}", {criterion: frozenset([option])}, options)
    _known("limits.team.skill", model.allows.skill, options["team"])
    _known("limits.team.people", model.allows.people, options["team"])


def _platforms(model: DecisionModel, platforms: frozenset[str], blocks: set[str]) -> None:
    _known("texts.platforms", model.notes.platforms, platforms)
    for platform, named in model.notes.platforms.items():
        _known(f"texts.platforms.{platform}", named, blocks)


def _options(model: DecisionModel) -> dict[str, frozenset[str]]:
    """Return the options of each question by its id."""
    return {criterion.id: frozenset(criterion.names) for criterion in model.questions}


def _known(place: str, names: Iterable[str], known: Iterable[str]) -> None:
    unknown = set(names) - set(known)
    if unknown:
        raise invalid(place, "name_unknown", name=min(unknown))


def _answers(
    place: str, rows: Mapping[str, frozenset[str]], known: Mapping[str, frozenset[str]]
) -> None:
    for criterion, answers in rows.items():
        if not answers <= known.get(criterion, frozenset()):
            raise invalid(f"{place}.{criterion}", "answer_unknown")
