"""
What a decision model must keep beyond being whole: weights sum up, blocks exist, options move one
way, somebody is left.
"""

from collections import Counter
from itertools import pairwise

from knowledge.advisor.parts import invalid
from knowledge.advisor.values import Block, Criterion, Model

LEAST = -99.0  # stands for "excluded" where option orders are compared
TOTAL = 100  # what weights add up to


def check(model: Model) -> None:
    """
    Check a model that was read.

    Raises:
        InvalidModel: the first rule that is broken, with its place.
    """
    _names(model)
    _weights(model)
    _blocks(model)
    _references(model)
    for criterion in model.criteria:
        _options(criterion, model)
        _monotone(criterion, model.blocks)


def _names(model: Model) -> None:
    """Every name is given once."""
    for place, ids in (
        ("criteria", [c.id for c in (*model.criteria, *model.advisory)]),
        ("configs", [c.id for c in model.configurations]),
    ):
        twice = next((name for name, count in Counter(ids).items() if count > 1), None)
        if twice is not None:
            raise invalid(f"{place}.{twice}", "同じ名前が2回あります", "is there twice")


def _weights(model: Model) -> None:
    total = round(sum(c.weight for c in model.criteria), 6)
    if total != TOTAL:
        raise invalid(
            "criteria.weight",
            f"重みの合計が{total:g}です。{TOTAL}が必要です",
            f"adds up to {total:g}; it must be {TOTAL}",
        )


def _blocks(model: Model) -> None:
    bases = {b.id for b in model.blocks if not b.addon}
    if len(model.blocks) - len(bases) != 1:
        raise invalid(
            "blocks",
            "kind: addon のブロックはちょうど1つ必要です",
            "needs exactly one block of kind addon",
        )
    for configuration in model.configurations:
        if configuration.base not in bases:
            raise invalid(
                f"configs.{configuration.id}.base", "土台にない名前です", "names no base block"
            )
    excluded = {block for c in model.criteria for o in c.options for block in o.excludes}
    plain = {c.base for c in model.configurations if c.rag}
    if not plain - excluded or excluded - bases:
        raise invalid(
            "criteria",
            "どの回答でも残る構成がありません",
            "leaves no configuration that survives every answer",
        )


def _references(model: Model) -> None:
    """Names of other criteria and options mean something."""
    known = {c.id: {o.id for o in c.options} for c in model.criteria}
    seen: set[str] = set()
    for criterion in model.criteria:
        for parent, answers in criterion.unless.items():
            place = f"criteria.{criterion.id}.ask_if_not"
            if parent not in seen or not answers <= known[parent]:
                raise invalid(
                    f"{place}.{parent}",
                    "前にある基準とその選択肢を書いてください",
                    "must name an earlier criterion and its options",
                )
        seen.add(criterion.id)
    for name, rows in (
        ("open_weights_required_if", model.open_weights_required),
        ("open_weights_preferred_if", model.open_weights_preferred),
    ):
        for parent, answers in rows.items():
            if not answers <= known.get(parent, set()):
                raise invalid(
                    f"ft_variant.{name}.{parent}",
                    "ない基準か選択肢です",
                    "names an unknown criterion or option",
                )


def _options(criterion: Criterion, model: Model) -> None:
    blocks, addons = {b.id for b in model.blocks}, {b.id for b in model.blocks if b.addon}
    for option in criterion.options:
        place = f"criteria.{criterion.id}.options.{option.id}"
        unknown = (set(option.values) | option.excludes | option.requires) - blocks
        if unknown:
            name = min(unknown)
            raise invalid(
                place, f"「{name}」というブロックはありません", f"names the unknown block {name}"
            )
        if not option.requires <= addons:
            raise invalid(
                place,
                "必須にできるのは追加ブロックだけです",
                "requires a block that is not an addon",
            )


def _monotone(criterion: Criterion, blocks: tuple[Block, ...]) -> None:
    for block in blocks:
        row = [
            LEAST if block.id in o.excludes else o.values.get(block.id, 0.0)
            for o in criterion.options
        ]
        if any(a > b for a, b in pairwise(row)) and any(a < b for a, b in pairwise(row)):
            place = f"criteria.{criterion.id}.options ({block.id})"
            raise invalid(
                place,
                "選択肢の順に沿って一方向に変わっていません",
                "does not move one way along the option order",
            )
