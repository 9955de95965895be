"""
How well the check of a model's answers tells what its source says from what it does not.

    nice -n 5 python -m tests.benchmarks.grounding [shared folder] [--write]

The check is weighed on the shared pairs of passage and answer and on pairs of our own (`data/natural_pairs.yaml`), by passages it was
not trained on (ten folds). `natural` and `own` are answers as models usually write them, `sentence` rows single sentences of answers
of which one is wrong. What contradicts its source outright is dropped whatever its weight. `--write` trains on all of them and writes
`entailment.json`.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from knowledge.answering.entailment import FILE, Entailment, weighed
from knowledge.answering.prompt import Source, source
from knowledge.answering.verification import contradiction
from knowledge.text.analysis import Analysis
from knowledge.values import Hit, Passage, Place

FILES = ("dev.jsonl", "control_dev.jsonl")
OWN = Path(__file__).parent / "data" / "natural_pairs.yaml"
FOLDS = 10
RIDGE = 2.0  # how strongly weights are held near nothing
Weights = dict[str, float]
Signs = dict[str, float]


@dataclass(frozen=True, slots=True)
class Row:
    """An answer, or one sentence of it, with its signs."""

    id: str
    passage: str
    kind: str
    signs: Signs
    faithful: bool


def rows(shared: Path, entailment: Entailment) -> Iterator[Row]:
    """Yield every pair; a row of several judged sentences yields each of them."""
    for case in (*_shared(shared), *_own()):
        held = passage_of(case)
        parts = case.get("sentences") or [[case["answer"], case["label"]]]
        for number, (text, label) in enumerate(parts):
            signs = entailment.signs(
                case["question"], text, held.places, held.topic, case["answer"]
            )
            kind = "sentence" if len(parts) > 1 else case["kind"]
            yield Row(
                f"{case['id']}.{number}",
                case["passage_id"],
                kind,
                signs,
                faithful=label == "faithful",
            )


def _shared(shared: Path) -> Iterator[dict[str, Any]]:
    for name in FILES:
        path = shared / "bench" / "faithful" / name
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def _own() -> Iterator[dict[str, Any]]:
    """Yield the pairs of our own as the shared ones are written."""
    rules = yaml.safe_load(OWN.read_text(encoding="utf-8"))
    for at, rule in enumerate(rules):
        for number, pair in enumerate(rule["pairs"]):
            for key, label in (("faithful", "faithful"), ("wrong", "unfaithful")):
                case = {name: rule.get(name, "") for name in ("title", "passage", "style")}
                yield case | {
                    "id": f"own-{at}-{number}-{key}",
                    "passage_id": f"own-{at}",
                    "kind": "own",
                    "question": pair["question"],
                    "answer": pair[key],
                    "label": label,
                }


def passage_of(case: Mapping[str, Any]) -> Source:
    """Return a case's passage as a model would cite it."""
    kind = "table" if case.get("style") == "table" else "prose"
    place = Place("section", None, case["title"])
    passage = Passage(
        "p",
        "d",
        "v",
        1,
        case["title"],
        place,
        case["passage"],
        language=case.get("passage_lang", "ja"),
        kind=kind,
    )
    return source(Hit(passage, 1.0))


def trained(pairs: Sequence[Row]) -> Weights:
    """Return the weights of a logistic regression."""
    names = sorted(pairs[0].signs)
    samples = [[row.signs[name] for name in names] for row in pairs]
    labels = [float(row.faithful) for row in pairs]
    return _fitted(names, np.array(samples), np.array(labels))


def _fitted(names: Sequence[str], samples: Any, labels: Any) -> Weights:
    """Return the ridge logistic regression by Newton's method."""
    data = np.c_[samples, np.ones(len(samples))]
    held = np.diag([RIDGE] * len(names) + [1e-6])
    weights = np.zeros(data.shape[1])
    for _ in range(30):
        likely = 1 / (1 + np.exp(-data @ weights))
        slope = data.T @ (likely - labels) + held @ weights
        curve = (data.T * (likely * (1 - likely))) @ data + held
        weights -= np.linalg.solve(curve, slope)
    found = {name: round(float(one), 3) for name, one in zip(names, weights, strict=False)}
    return {**found, "bias": round(float(weights[-1]), 3)}


def crossed(pairs: Sequence[Row]) -> dict[str, float]:
    """Return each row's probability by weights that never saw its passage."""
    passages = sorted({row.passage for row in pairs})
    likely: dict[str, float] = {}
    for fold in range(FOLDS):
        held_out = set(passages[fold::FOLDS])
        weights = trained([row for row in pairs if row.passage not in held_out])
        for row in pairs:
            if row.passage in held_out:
                contradicted = bool(contradiction(row.signs))
                likely[row.id] = weighed(row.signs, weights) - contradicted
    return likely


def show(pairs: Sequence[Row], likely: Mapping[str, float]) -> None:
    """Print the curve of kept and dropped, for all, the usual style and single sentences."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in pairs:
        name = row.kind if row.kind in {"natural", "sentence", "own"} else "all"
        groups[name].append(row)
        if name == "natural":
            groups["all"].append(row)
    for name, own in sorted(groups.items()):
        print(f"{name}: {len(own)} answers, AUC {_auc(own, likely):.3f}")
        for least in np.arange(0.3, 0.72, 0.04):
            kept = [likely[row.id] >= least for row in own if row.faithful]
            dropped = [likely[row.id] < least for row in own if not row.faithful]
            print(f"  {least:.2f}  kept {np.mean(kept):.2f}  dropped {np.mean(dropped):.2f}")


def _auc(own: Sequence[Row], likely: Mapping[str, float]) -> float:
    good = np.array([likely[row.id] for row in own if row.faithful])
    bad = np.array([likely[row.id] for row in own if not row.faithful])
    return float((good[:, None] > bad[None, :]).mean() + (good[:, None] == bad[None, :]).mean() / 2)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("shared", nargs="?", default="../shared", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    pairs = list(rows(arguments.shared, Entailment(Analysis(), {})))
    show(pairs, crossed(pairs))
    if arguments.write:
        text = json.dumps(trained(pairs), indent=1, sort_keys=True)
        FILE.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
