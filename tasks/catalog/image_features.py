"""An image as numbers to classify by: its pixels' layout, its statistics, its use, and a network's class scores.

All are pure functions of pixels and facts. Values are scaled to about -1 to 1, so that one penalty fits them all;
what is not known is 0 beside a flag that says so.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tasks.catalog.class_rules import find_firmest, judge
from tasks.catalog.engines import ImageUse
from tasks.catalog.image_analysis import IMAGE_CLASSES
from tasks.catalog.pages import ImageStats

SIDE_PIXELS = 192  # the longer side on which the layout is measured
_GRID = 4  # cells a side in which evenness is measured
_BLOCK = 8  # pixels a side of the blocks that are told to hold type
_STEP = 32  # of 255: difference of neighbours that is an edge
_NEAR = 20  # of 255: difference within which a pixel has the border's colour
_RUN_SHARE = 0.12  # of the side: shorter runs of edge pixels are texture or type

LAYOUT_NAMES = (
    "border_even", "border_bright", "border_white", "figure_share", "figure_centred", "cell_means", "cell_spreads",
    "cell_spread_least",
    "lines_across", "lines_down", "type_blocks", "empty_blocks", "two_tones", "top_tone", "saturation",
    "saturation_spread", "grey", "sharpness",
)  # fmt: skip
STATS_NAMES = (
    "brightness", "colorfulness", "edge_density", "entropy", "white_share", "distinct_colors", "pixels", "elongation",
    "wide", "small",
)  # fmt: skip
USE_NAMES = (
    "known", "share", "large", "bleeds", "linked", "captioned", "products_page", "cover_page", "prose_page",
    "no_products", "small_shown",
    *(f"rule_{name.lower()}" for name in IMAGE_CLASSES),
)  # fmt: skip


def shrink_picture(picture: Image.Image) -> NDArray[np.uint8]:
    """An RGB picture as uint8 (height, width, 3), its longer side at most 192 pixels, aspect kept."""
    scale = SIDE_PIXELS / max(picture.size)
    if scale < 1:
        size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
        picture = picture.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    return np.asarray(picture)


def measure_layout(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """How tones and lines lie on an RGB picture: the values of `LAYOUT_NAMES`."""
    colors = pixels.astype(np.float64)
    grey = colors @ np.array([0.299, 0.587, 0.114])
    spread = colors.max(axis=2) - colors.min(axis=2)
    return np.array(
        [
            *_measure_figure(colors),
            *_measure_cells(grey),
            *_measure_lines(grey),
            *_measure_blocks(grey),
            *_measure_tones(grey),
            spread.mean() / 128,
            spread.std() / 64,
            float((spread < 16).mean()),
            _measure_sharpness(grey),
        ]
    )


def _measure_figure(colors: NDArray[np.float64]) -> tuple[float, ...]:
    """Whether the border has one colour (a cut-out's ground), and what stands before it."""
    border = np.concatenate([colors[0], colors[-1], colors[:, 0], colors[:, -1]])
    ground = np.median(border, axis=0)
    even = float((np.abs(border - ground).max(axis=1) <= _NEAR).mean())
    figure = np.abs(colors - ground).max(axis=2) > _NEAR
    share = float(figure.mean())
    rows, columns = (figure.any(axis=axis).nonzero()[0] for axis in (1, 0))
    middle = 0.0
    if rows.size:
        height, width = figure.shape
        off = abs((rows[0] + rows[-1] + 1) / height - 1) + abs((columns[0] + columns[-1] + 1) / width - 1)
        middle = 1 - min(1.0, off)
    return even, float(ground.mean()) / 255, float(ground.min() > 240), share, middle * even


def _measure_cells(grey: NDArray[np.float64]) -> tuple[float, ...]:
    """Evenness over a grid: a material looks alike everywhere, a scene does not."""
    cells = [
        cell
        for rows in np.array_split(grey, min(_GRID, grey.shape[0]), axis=0)
        for cell in np.array_split(rows, min(_GRID, grey.shape[1]), axis=1)
    ]
    means, spreads = np.array([c.mean() for c in cells]), np.array([c.std() for c in cells])
    return (
        float(means.std()) / 64,
        float(spreads.std() / (spreads.mean() + 4)),
        math.log1p(float(spreads.min())) / 4,
    )


def _measure_lines(grey: NDArray[np.float64]) -> tuple[float, ...]:
    """Share of the edge pixels that lie in long runs across or down."""
    down, across = np.abs(np.diff(grey, axis=0)) > _STEP, np.abs(np.diff(grey, axis=1)).T > _STEP
    return tuple(_share_in_runs(edges, max(8, round(_RUN_SHARE * edges.shape[1]))) for edges in (down, across))


def _share_in_runs(edges: NDArray[np.bool_], least: int) -> float:
    """Share of the true values that lie in runs along the rows of at least `least`."""
    if not edges.any():
        return 0.0
    padded = np.pad(edges, ((0, 0), (1, 1))).astype(np.int8)
    turns = np.diff(padded, axis=1)
    lengths = (turns == -1).nonzero()[1] - (turns == 1).nonzero()[1]
    return float(lengths[lengths >= least].sum() / edges.sum())


def _measure_blocks(grey: NDArray[np.float64]) -> tuple[float, float]:
    """Shares of small blocks that look like type (light and dark side by side) and that are empty."""
    rows, columns = grey.shape[0] // _BLOCK, grey.shape[1] // _BLOCK
    if not rows or not columns:
        return 0.0, 0.0
    blocks = grey[: rows * _BLOCK, : columns * _BLOCK].reshape(rows, _BLOCK, columns, _BLOCK)
    high, low = blocks.max(axis=(1, 3)), blocks.min(axis=(1, 3))
    crossings = (np.abs(np.diff(blocks, axis=3)) > 2 * _STEP).sum(axis=(1, 3))
    typed = (high - low > 96) & (crossings >= _BLOCK)
    return float(typed.mean()), float((high - low < 6).mean())


def _measure_tones(grey: NDArray[np.float64]) -> tuple[float, float]:
    """Shares of the pixels in the two most frequent of 16 tones, and in the most frequent."""
    counts = np.sort(np.bincount((grey.ravel() / 16).astype(np.int64), minlength=16))[::-1] / grey.size
    return float(counts[:2].sum()), float(counts[0])


def _measure_sharpness(grey: NDArray[np.float64]) -> float:
    """How much of the change from pixel to pixel is in few strong steps: high in drawings, low in blurs and noise."""
    steps = np.abs(np.diff(grey, axis=1)).ravel()
    if not steps.size:
        return 0.0
    return math.log1p(float(steps.std() / (steps.mean() + 1)))


def measure_statistics(stats: ImageStats, width: int, height: int) -> NDArray[np.float64]:
    """Thumbnail statistics and size: the values of `STATS_NAMES`. `width` and `height` in pixels."""
    return np.array(
        [
            sum(stats.mean_rgb) / 765,
            stats.colorfulness / 64,
            stats.edge_density * 2,
            stats.entropy / 8,
            stats.white_share,
            math.log2(1 + stats.distinct_colors) / 8,
            (math.log2(max(1, width * height)) - 16) / 8,
            min(2.0, abs(math.log2(width / height))) / 2,
            max(-1.0, min(1.0, math.log2(width / height))),
            float(max(width, height) < 200),
        ]
    )


def describe_use(stats: ImageStats, use: ImageUse) -> NDArray[np.float64]:
    """What the source tells: the values of `USE_NAMES`; all zeros where nothing is known."""
    known = use.page_share is not None
    score, reason = find_firmest(use)
    if not known and not score:
        return np.zeros(len(USE_NAMES))
    share, side = use.page_share or 0.0, use.shown_side_points
    verdict = judge(stats, use)
    return np.array(
        [
            float(known), min(1.0, share), float(share >= 0.3), float(use.bleeds), score,
            float(reason.startswith("caption")), float(use.page_kind == "products"), float(use.page_kind == "cover"),
            float(use.page_kind == "prose"), float(use.has_products is False), float(side is not None and side < 60),
            *(verdict.confidence if verdict.label == name else 0.0 for name in IMAGE_CLASSES),
        ]
    )  # fmt: skip


def scale_scores(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """A network's class scores (n, classes) centred, each row brought to length 1."""
    centred = logits.astype(np.float64) - logits.mean(axis=1, keepdims=True, dtype=np.float64)
    scaled: NDArray[np.float64] = centred / (np.linalg.norm(centred, axis=1, keepdims=True) + 1e-9)
    return scaled
