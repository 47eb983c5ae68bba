"""How well each of the five image views finds its own kind: leave-one-out top-1 and mean average precision.

    QUARRY_CORPUS=folder python tests/accuracy/views.py

Four sets of pictures: generated materials in any colours (the right answer is the material), pictures of one pair of
colours in different materials (the colours), furniture in six styles of presentation (the style), and changed copies of
the corpus's photographs (the photograph). The last is left out, with a word, where QUARRY_CORPUS names no corpus.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from materials import MATERIALS, draw_colors, paint_material
from numpy.typing import NDArray
from photographs import change_photograph, find_photographs
from PIL import Image
from styles import OBJECTS, STYLES, paint_style

from tasks.catalog.engines import VIEWS, ImageViews, View
from tasks.local.image_views import embed_views

PICTURES_OF_A_MATERIAL = 12
COLORINGS, PICTURES_OF_A_COLORING = 12, 8
COLOR_SPREAD = 0.04  # of 1: how far pictures of one colouring may be apart
COPIES_OF_A_PHOTOGRAPH = 4
NEIGHBOURS = 10  # whose overlap with the visual view's is counted
Vectors = Mapping[View, NDArray[np.float32]]


class Labelled(NamedTuple):
    label: str
    picture: Image.Image


def make_materials() -> Iterator[Labelled]:
    for number, material in enumerate(MATERIALS):
        for copy in range(PICTURES_OF_A_MATERIAL):
            yield Labelled(material, paint_material(material, 100 * number + copy))


def make_colorings() -> Iterator[Labelled]:
    """One pair of colours, slightly changed, on another material each time."""
    names = list(MATERIALS)
    for coloring in range(COLORINGS):
        rng = np.random.default_rng([coloring, 41])
        for copy in range(PICTURES_OF_A_COLORING):
            near = [
                np.clip(c + rng.uniform(-COLOR_SPREAD, COLOR_SPREAD, 3), 0, 1) for c in draw_colors(9000 + coloring)
            ]
            number = (coloring + copy) % len(names)
            colors = (near[0].astype(np.float32), near[1].astype(np.float32))
            seed = 100 * number + (8 * coloring + copy) % PICTURES_OF_A_MATERIAL
            yield Labelled(str(coloring), paint_material(names[number], seed, colors))


def make_styles() -> Iterator[Labelled]:
    for style in STYLES:
        for name in OBJECTS:
            yield Labelled(style, paint_style(style, name, 1))


def make_photographs(corpus: Path) -> Iterator[Labelled]:
    for number, photograph in enumerate(find_photographs(corpus)):
        for copy in range(COPIES_OF_A_PHOTOGRAPH):
            yield Labelled(str(number), change_photograph(photograph, 1000 * number + copy))


def embed(pictures: list[Labelled], cache_dir: Path) -> Vectors:
    """(n, 768) a view."""
    with tempfile.TemporaryDirectory() as name:
        paths = [Path(name) / f"{number}.png" for number in range(len(pictures))]
        for path, item in zip(paths, pictures, strict=True):
            item.picture.save(path, compress_level=1)
        found = [item for item in embed_views(paths, cache_dir=cache_dir) if isinstance(item, ImageViews)]
    if len(found) != len(pictures):
        raise RuntimeError(f"{len(pictures) - len(found)} of {len(pictures)} pictures were not read")
    return {view: np.stack([item.views[view] for item in found]) for view in VIEWS}


def score(vectors: NDArray[np.float32], labels: list[str]) -> tuple[float, float]:
    """Leave-one-out top-1 and mean average precision: every picture asks for the others of its label."""
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -np.inf)
    order = np.argsort(-cosines, axis=1, kind="stable")[:, :-1]
    names = np.array(labels)
    hits = names[order] == names[:, None]
    precision = np.cumsum(hits, axis=1) / np.arange(1, hits.shape[1] + 1)
    return float(hits[:, 0].mean()), float(((precision * hits).sum(axis=1) / hits.sum(axis=1)).mean())


def compare(vectors: NDArray[np.float32], visual: NDArray[np.float32]) -> tuple[float, float]:
    """Mean rank correlation of two views' rankings, and the share of nearest neighbours they have in common."""
    correlations, shared = [], []
    for own, other in zip(vectors @ vectors.T, visual @ visual.T, strict=True):
        ranks = [np.argsort(np.argsort(-row)) for row in (own, other)]
        correlations.append(np.corrcoef(*ranks)[0, 1])
        # The picture itself is the first of both.
        shared.append(((ranks[0] <= NEIGHBOURS) & (ranks[1] <= NEIGHBOURS)).sum() - 1)
    return float(np.mean(correlations)), float(np.mean(shared)) / NEIGHBOURS


def make_sets() -> dict[str, list[Labelled]]:
    sets = {"materials": list(make_materials()), "colors": list(make_colorings()), "styles": list(make_styles())}
    if os.environ.get("QUARRY_CORPUS"):
        sets["photos"] = list(make_photographs(Path(os.environ["QUARRY_CORPUS"])))
    else:
        print("photographs are left out: QUARRY_CORPUS names no corpus")
    return sets


def measure() -> dict[str, float]:
    """`<view>_<set>_top1` and `_map`, and `<view>_visual_rho` and `_overlap`: likeness to the visual view."""
    figures: dict[str, float] = {}
    sets = make_sets()
    with tempfile.TemporaryDirectory() as cache:
        embedded = {name: embed(pictures, Path(cache)) for name, pictures in sets.items()}
    for view in VIEWS:
        likeness = []
        for name, pictures in sets.items():
            vectors = embedded[name]
            top1, precision = score(vectors[view], [item.label for item in pictures])
            figures |= {f"{view}_{name}_top1": top1, f"{view}_{name}_map": precision}
            likeness.append(compare(vectors[view], vectors["visual"]))
        rho, overlap = np.mean(likeness, axis=0)
        figures |= {f"{view}_visual_rho": float(rho), f"{view}_visual_overlap": float(overlap)}
    print_table(figures, {name: len(pictures) for name, pictures in sets.items()})
    return figures


def print_table(figures: Mapping[str, float], counts: Mapping[str, int]) -> None:
    heads = [f"{name} ({count})" for name, count in counts.items()]
    print(f"{'top-1 / mAP':12}", *(f"{head:>18}" for head in heads), f"{'rho, overlap with visual':>26}")
    for view in VIEWS:
        cells = [f"{figures[f'{view}_{name}_top1']:.3f} / {figures[f'{view}_{name}_map']:.3f}" for name in counts]
        alike = f"{figures[f'{view}_visual_rho']:.2f}, {figures[f'{view}_visual_overlap']:.2f}"
        print(f"{view:12}", *(f"{cell:>18}" for cell in cells), f"{alike:>26}")


def main() -> None:
    figures = measure()
    print("RESULT views " + " ".join(f"{name}={value:.3f}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
