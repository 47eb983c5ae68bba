"""How well images are classified, and whether the confidence says how well: held out, document by document.

    QUARRY_CORPUS=folder python tests/accuracy/classes.py

Every picture is labelled by a model fitted on the other documents only (a generated supplier is a document), its
temperature too. *With use* is an image in a document as it was read; *pixels only* is the same image with nothing
known around it, as from a shop or feed. Without a corpus only what the project draws itself is measured.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from label_fit import Array, Table, find_logs, find_temperature, hold_out, read_table

from tasks.catalog.class_rules import classify_surely
from tasks.catalog.image_analysis import IMAGE_CLASSES

THRESHOLD = 0.6  # the setting's default: answers below it stay pending
BINS = 10
MOST = 0.99  # as the classifier caps its confidence


class Answers(NamedTuple):
    """Predicted and true class (index), and confidence, a row each."""

    given: Array
    truth: Array
    confidence: Array

    def select(self, rows: Array) -> Answers:
        return Answers(self.given[rows], self.truth[rows], self.confidence[rows])


def answer(table: Table) -> tuple[Answers, Answers]:
    """Held-out answers with use (where it is certain, the rule's) and from pixels only."""
    informed, blind = hold_out(table)
    rows = np.arange(len(table.truth))
    temperatures = np.ones(len(rows))
    for group in np.unique(table.groups):
        others = rows[table.groups != group]
        temperatures[table.groups == group] = find_temperature(table, informed, blind, others)
    with_use = _answer(table, informed, temperatures)
    for row, item in enumerate(table.items):
        sure = classify_surely(item.case.use)
        if sure:
            with_use.given[row], with_use.confidence[row] = IMAGE_CLASSES.index(sure.label), sure.confidence
    return with_use, _answer(table, blind, temperatures)


def _answer(table: Table, raised: Array, temperatures: Array) -> Answers:
    shares = np.exp(find_logs(raised / temperatures[:, None]))
    return Answers(shares.argmax(axis=1), table.truth, np.minimum(shares.max(axis=1), MOST))


def score(answers: Answers) -> dict[str, float]:
    """Accuracy, share under the threshold, accuracy of the rest, expected calibration error."""
    right, sure = answers.given == answers.truth, answers.confidence >= THRESHOLD
    return {
        "images": float(len(right)),
        "accuracy": float(right.mean()),
        "pending": float((~sure).mean()),
        "accuracy_sure": float(right[sure].mean()) if sure.any() else 0.0,
        "calibration_error": find_calibration_error(answers.confidence, right),
    }


def find_calibration_error(confidence: Array, right: Array) -> float:
    """Mean distance of confidence and accuracy over ten equal bins (Guo et al. 2017), weighted by their answers."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [
        (bins == one).mean() * abs(confidence[bins == one].mean() - right[bins == one].mean())
        for one in np.unique(bins)
    ]
    return float(sum(gaps))


def score_classes(answers: Answers) -> dict[str, float]:
    """Precision and recall of each class, over all answers."""
    found: dict[str, float] = {}
    for index, name in enumerate(IMAGE_CLASSES):
        given, true = answers.given == index, answers.truth == index
        hits = float((given & true).sum())
        found[f"precision_{name.lower()}"] = hits / max(1, int(given.sum()))
        found[f"recall_{name.lower()}"] = hits / max(1, int(true.sum()))
    return found


def measure(corpus: Path | None = None) -> dict[str, float]:
    """Every figure by name; prints them as a table. `corpus` defaults to QUARRY_CORPUS."""
    named = os.environ.get("QUARRY_CORPUS")
    table, missing = read_table(corpus or (Path(named) if named else None))
    with_use, blind = answer(table)
    parts = {"drawn": table.generated, "corpus": ~table.generated, "all": np.ones(len(table.truth), bool)}
    figures: dict[str, float] = {"not_found": float(missing), "documents": float(len(np.unique(table.groups)))}
    for part, chosen in parts.items():
        if chosen.any():
            for mode, answers in (("use", with_use), ("pixels", blind)):
                one = answers.select(np.flatnonzero(chosen))
                figures |= {f"{part}_{mode}_{key}": value for key, value in (score(one) | score_classes(one)).items()}
    _print(figures, [part for part, chosen in parts.items() if chosen.any()])
    return figures


def _print(figures: dict[str, float], parts: list[str]) -> None:
    columns = [f"{part}_{mode}" for part in parts for mode in ("use", "pixels")]
    print(f"{'held out by document':28}" + "".join(f"{name.replace('_', ' '):>15}" for name in columns))
    rows = ["images", "accuracy", "pending", "accuracy_sure", "calibration_error"]
    rows += [f"{kind}_{name.lower()}" for name in IMAGE_CLASSES for kind in ("precision", "recall")]
    for row in rows:
        print(f"{row:28}" + "".join(f"{figures[f'{name}_{row}']:15.3f}" for name in columns))


def main() -> int:
    figures = measure()
    print("RESULT accuracy-classes " + " ".join(f"{name}={value:.4g}" for name, value in figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
