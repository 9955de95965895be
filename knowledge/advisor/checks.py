"""
What a decision model must keep beyond being whole: weights sum up, blocks exist, options move one
way, somebody is left.
"""

from collections.abc import Mapping
from itertools import pairwise

from knowledge.advisor.faults import invalid
from knowledge.advisor.parts import first_twice
from knowledge.advisor.values import Block, Criterion, DecisionModel, Option

LEAST = -99.0  # stands for "excluded" where option orders are compared
TOTAL = 100  # what weights add up to


def check(model: DecisionModel) -> None:
    """
    Check a model that was read.

    Raises:
        InvalidModel: the first rule that is broken, with its place.
    """
    criteria = [criterion.id for criterion in model.questions]
    _names("criteria", criteria)
    configurations = [configuration.id for configuration in model.configurations]
    _names("configs", configurations)
    _weights(model)
    _blocks(model)
    _moot_questions(model)
    _open_weights("open_weights_required_if", model.open_weights_required, model)
    _open_weights("open_weights_preferred_if", model.open_weights_preferred, model)
    for criterion in model.criteria:
        for option in criterion.options:
            _option(option, f"criteria.{criterion.id}.options.{option.id}", model)
        for block in model.blocks:
            _monotone(criterion, block)


def _names(place: str, ids: list[str]) -> None:
    """Every name is given once."""
    twice = first_twice(ids)
    if twice is not None:
        raise invalid(f"{place}.{twice}", "name_twice")


def _weights(model: DecisionModel) -> None:
    total = round(sum(criterion.weight for criterion in model.criteria), 6)
    if total != TOTAL:
        raise invalid("criteria.weight", "weights_total", total=f"{total:g}", needed=TOTAL)


def _blocks(model: DecisionModel) -> None:
    """There is one addon, configurations stand on bases, and one is left whatever is answered."""
    bases = {block.id for block in model.blocks if not block.addon}
    if len(model.blocks) - len(bases) != 1:
        raise invalid("blocks", "one_addon")
    for configuration in model.configurations:
        if configuration.base not in bases:
            raise invalid(f"configs.{configuration.id}.base", "base_unknown")
    excluded = _excluded(model)
    survivors = {config.base for config in model.configurations if config.rag} - excluded
    if not survivors or not excluded <= bases:
        raise invalid("criteria", "no_survivor")


def _excluded(model: DecisionModel) -> set[str]:
    """Return every block that some answer excludes."""
    excluded: set[str] = set()
    for criterion in model.criteria:
        for option in criterion.options:
            excluded |= option.excludes
    return excluded


def _moot_questions(model: DecisionModel) -> None:
    """What makes a question moot is an answer to an earlier one."""
    earlier: dict[str, frozenset[str]] = {}
    for criterion in model.criteria:
        for parent, answers in criterion.unless.items():
            if parent not in earlier or not answers <= earlier[parent]:
                place = f"criteria.{criterion.id}.ask_if_not.{parent}"
                raise invalid(place, "parent_unknown")
        earlier[criterion.id] = frozenset(criterion.names)


def _open_weights(name: str, rows: Mapping[str, frozenset[str]], model: DecisionModel) -> None:
    """Answers that ask for an open model are options of criteria there are."""
    known = {criterion.id: frozenset(criterion.names) for criterion in model.criteria}
    for parent, answers in rows.items():
        if not answers <= known.get(parent, frozenset()):
            raise invalid(f"ft_variant.{name}.{parent}", "answer_unknown")


def _option(option: Option, place: str, model: DecisionModel) -> None:
    blocks = {block.id for block in model.blocks}
    addons = {block.id for block in model.blocks if block.addon}
    unknown = (set(option.values) | option.excludes | option.requires) - blocks
    if unknown:
        raise invalid(place, "block_unknown", block=min(unknown))
    if not option.requires <= addons:
        raise invalid(place, "required_no_addon")


def _monotone(criterion: Criterion, block: Block) -> None:
    """Along the order of its options a criterion moves a block up only, or down only."""
    rises = falls = False
    for first, second in pairwise(criterion.options):
        step = _value(second, block) - _value(first, block)
        rises = rises or step > 0
        falls = falls or step < 0
    if rises and falls:
        raise invalid(f"criteria.{criterion.id}.options ({block.id})", "not_monotone")


def _value(option: Option, block: Block) -> float:
    if block.id in option.excludes:
        return LEAST
    return option.values.get(block.id, 0.0)
