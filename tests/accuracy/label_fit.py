"""Fits the image classifier on the labelled pictures and writes `tasks/local/image_classes.json`.

    QUARRY_CORPUS=folder python tests/accuracy/label_fit.py

A multinomial logistic regression with a ridge penalty, by L-BFGS; every document weighs by the square root of its
number of pictures; every picture with a known use counts twice, once as if nothing were known of its use. The
temperature is the one under which held-out answers are as sure as they are right (`find_temperature`).
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from label_data import Labelled, load
from threadpoolctl import threadpool_limits

from tasks.catalog.classification import PIXEL_NAMES, ClassModel, Features
from tasks.catalog.engines import ItemFailure
from tasks.catalog.image_analysis import IMAGE_CLASSES
from tasks.catalog.image_features import USE_NAMES
from tasks.local.image_classes import WEIGHTS, read_features

VERSION = 1
CACHE = Path(tempfile.gettempdir()) / "quarry-models"
Array = np.ndarray


class Penalty(NamedTuple):
    """Scales of the three parts before one ridge penalty (a part scaled up is penalised less), and that penalty."""

    pixels: float = 0.25
    use: float = 5.0
    scores: float = 2.0
    ridge: float = 0.01


PENALTY = Penalty()


class Table(NamedTuple):
    """The labelled pictures as arrays, a row each."""

    items: tuple[Labelled, ...]
    pixels: Array
    use: Array
    scores: Array
    truth: Array  # index into IMAGE_CLASSES
    groups: Array  # of int
    generated: Array  # of bool


def build_table(items: Sequence[Labelled], found: Sequence[Features | ItemFailure]) -> Table:
    """Rows of the pictures that could be read."""
    pairs = [(item, one) for item, one in zip(items, found, strict=True) if isinstance(one, Features)]
    names = {name: number for number, name in enumerate(sorted({item.group for item, _ in pairs}))}
    return Table(
        tuple(item for item, _ in pairs),
        np.stack([one.pixels for _, one in pairs]),
        np.stack([one.use for _, one in pairs]),
        np.stack([one.scores for _, one in pairs]),
        np.array([IMAGE_CLASSES.index(item.label) for item, _ in pairs]),
        np.array([names[item.group] for item, _ in pairs]),
        np.array([item.generated for item, _ in pairs]),
    )


def fit(table: Table, rows: Array, penalty: Penalty = PENALTY, temperature: float = 1.0) -> ClassModel:
    """The model of the given rows."""
    known = rows[np.abs(table.use[rows]).sum(axis=1) > 0]
    blind = np.concatenate([np.zeros(len(rows), bool), np.ones(len(known), bool)])
    every = np.concatenate([rows, known])
    means, spreads = table.pixels[rows].mean(axis=0), table.pixels[rows].std(axis=0) + 1e-3
    parts = [
        penalty.pixels * (table.pixels[every] - means) / spreads,
        penalty.use * np.where(blind[:, None], 0.0, table.use[every]),
        penalty.scores * table.scores[every],
        np.ones((len(every), 1)),
    ]
    weights = _weigh(table.groups[every])
    fitted = fit_regression(np.hstack(parts), table.truth[every], weights, penalty.ridge)
    ends = np.cumsum([part.shape[1] for part in parts])
    pixels, use, scores, last = np.split(fitted, ends[:-1], axis=1)
    return ClassModel(
        means, spreads, pixels * penalty.pixels, use * penalty.use, scores * penalty.scores, last[:, 0], temperature
    )


def _weigh(groups: Array) -> Array:
    counts = Counter(groups.tolist())
    weights = np.array([counts[group] ** -0.5 for group in groups.tolist()])
    return weights / weights.sum()


@threadpool_limits.wrap(limits=1)  # threads cost more than they give on matrices of this size
def fit_regression(inputs: Array, truth: Array, weights: Array, ridge: float) -> Array:
    """Weights (4, d) that minimise weighted cross-entropy plus ridge / 2 x their squares (not of the last column)."""
    classes, target = len(IMAGE_CLASSES), np.eye(len(IMAGE_CLASSES))[truth]
    penalised = np.ones(inputs.shape[1])
    penalised[-1] = 0.0

    def evaluate(flat: Array) -> tuple[float, Array]:
        matrix = flat.reshape(classes, -1)
        raised = inputs @ matrix.T
        raised -= raised.max(axis=1, keepdims=True)
        logs = raised - np.log(np.exp(raised).sum(axis=1, keepdims=True))
        loss = -float((weights[:, None] * target * logs).sum()) + ridge / 2 * float((penalised * matrix**2).sum())
        slope = (weights[:, None] * (np.exp(logs) - target)).T @ inputs + ridge * penalised * matrix
        return loss, slope.ravel()

    return minimise(evaluate, np.zeros(classes * inputs.shape[1])).reshape(classes, -1)


def minimise(evaluate: Callable[[Array], tuple[float, Array]], at: Array, steps: int = 150, memory: int = 10) -> Array:
    """L-BFGS with a backtracking line search (Nocedal and Wright, "Numerical Optimization", algorithm 7.5)."""
    value, slope = evaluate(at)
    history: list[tuple[Array, Array]] = []
    for _ in range(steps):
        direction, saved = -slope, []
        for moved, turned in reversed(history):
            share = moved @ direction / (moved @ turned)
            saved.append(share)
            direction = direction - share * turned
        if history:
            moved, turned = history[-1]
            direction = direction * (moved @ turned) / (turned @ turned)
        for (moved, turned), share in zip(history, reversed(saved), strict=True):
            direction = direction + (share - turned @ direction / (moved @ turned)) * moved
        length, fall = 1.0, float(slope @ direction)
        while True:
            after, after_slope = evaluate(at + length * direction)
            if after <= value + 1e-4 * length * fall or length < 1e-8:
                break
            length /= 2
        moved, turned = length * direction, after_slope - slope
        if moved @ turned > 1e-12:
            history = [*history, (moved, turned)][-memory:]
        small = value - after < 1e-7
        at, value, slope = at + moved, after, after_slope
        if small:
            break
    return at


def raise_scores(table: Table, rows: Array, model: ClassModel, blind: bool = False) -> Array:
    """Unnormalised log-probabilities (n, 4) before the temperature."""
    standard = (table.pixels[rows] - model.pixel_means) / model.pixel_spreads
    use = np.zeros_like(table.use[rows]) if blind else table.use[rows]
    raised: Array = standard @ model.pixels.T + use @ model.use.T + table.scores[rows] @ model.scores.T
    return raised + model.intercepts


def hold_out(table: Table, penalty: Penalty = PENALTY) -> tuple[Array, Array]:
    """Raised scores (n, 4) of every row by a model that never saw its document: with the use known, and without."""
    informed, blind = (np.zeros((len(table.truth), len(IMAGE_CLASSES))) for _ in range(2))
    rows = np.arange(len(table.truth))
    for group in np.unique(table.groups):
        held = rows[table.groups == group]
        model = fit(table, rows[table.groups != group], penalty)
        informed[held] = raise_scores(table, held, model)
        blind[held] = raise_scores(table, held, model, blind=True)
    return informed, blind


def find_temperature(table: Table, informed: Array, blind: Array, rows: Array) -> float:
    """The temperature with the least weighted cross-entropy over held-out answers of the given rows.

    Real documents settle it where there are any: drawn pictures are easier than what the classifier will meet.
    """
    real = rows[~table.generated[rows]]
    rows = real if real.size else rows
    raised, truth = np.concatenate([informed[rows], blind[rows]]), np.concatenate([table.truth[rows]] * 2)
    weights = np.concatenate([_weigh(table.groups[rows])] * 2)

    def find_loss(temperature: float) -> float:
        return -float((weights * find_logs(raised / temperature)[np.arange(len(truth)), truth]).sum())

    return float(min(np.geomspace(0.3, 5, 60), key=find_loss))


def find_logs(raised: Array) -> Array:
    """Logarithms of the probabilities."""
    raised = raised - raised.max(axis=1, keepdims=True)
    logs: Array = raised - np.log(np.exp(raised).sum(axis=1, keepdims=True))
    return logs


def write(model: ClassModel, table: Table, path: Path) -> None:
    """The model as JSON, four decimals."""
    made = f"{len(table.truth)} labelled pictures of {len(set(table.groups.tolist()))} documents, {PENALTY}"
    data: dict[str, object] = {
        "version": VERSION,
        "made_by": f"tests/accuracy/label_fit.py from {made}",
        "classes": IMAGE_CLASSES,
        "pixel_names": PIXEL_NAMES,
        "use_names": USE_NAMES,
        "temperature": round(model.temperature, 4),
    }
    data |= {name: np.round(value, 4).tolist() for name, value in model._asdict().items() if name != "temperature"}
    lines = [f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in data.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def read_table(corpus: Path | None) -> tuple[Table, int]:
    """Every labelled picture at hand, measured; and how many could not be found."""
    with tempfile.TemporaryDirectory() as folder:
        items, missing = load(corpus, Path(folder))
        found = read_features([item.case for item in items], cache_dir=CACHE)
    return build_table(items, found), missing


def main() -> int:
    corpus = os.environ.get("QUARRY_CORPUS")
    if not corpus:
        print("QUARRY_CORPUS names no folder of real files: weights fitted without them would be worse")
        return 2
    table, missing = read_table(Path(corpus))
    everything = np.arange(len(table.truth))
    temperature = find_temperature(table, *hold_out(table), everything)
    write(fit(table, everything, temperature=temperature), table, WEIGHTS)
    print(f"fitted on {len(table.truth)} pictures ({missing} not found), temperature {temperature:.2f}: {WEIGHTS.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
