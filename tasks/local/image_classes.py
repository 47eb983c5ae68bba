"""Labels images and analyses them without a network: EfficientNet's class scores, the pixels' layout, and the use.

The weights of the classifier are `image_classes.json` beside this module, fitted by `tests/accuracy/label_fit.py` on
the labelled pictures of `tests/accuracy/labels`; the file says on how many and how well they did held out.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tasks.catalog.classification import PIXEL_NAMES, ClassModel, Features, classify, gather_features
from tasks.catalog.engines import EngineVersion, Examination, ImageCase, ItemFailure
from tasks.catalog.image_analysis import IMAGE_CLASSES, ImageLabel
from tasks.catalog.image_features import USE_NAMES, shrink_picture
from tasks.catalog.pages import ImageStats
from tasks.catalog.pdf.image_stats import measure, shrink
from tasks.local.image_analysis import analyse
from tasks.local.image_files import MAX_MEGAPIXELS, UnreadableImageError, open_picture
from tasks.local.image_vectors import MODEL, read_images

ENGINE = "embedded"
SCHEMA_VERSION = 1  # raise when features or weights change: labels are then made again
WEIGHTS = Path(__file__).with_suffix(".json")


class _Reading(NamedTuple):
    """What is measured on an image's own pixels."""

    pixels: NDArray[np.uint8]  # (height, width, 3), at most 192 a side
    size: tuple[int, int]  # width, height of the image itself
    stats: ImageStats


class LocalImageExaminer:
    """An `ImageExaminer` that needs no network. `cache_dir` keeps the converted model; threads are onnxruntime's."""

    needs_document = True

    def __init__(self, cache_dir: Path, threads: int = 1, max_megapixels: float = MAX_MEGAPIXELS) -> None:
        self._cache_dir, self._threads, self._max_megapixels = cache_dir, threads, max_megapixels

    @property
    def version(self) -> EngineVersion:
        return EngineVersion(ENGINE, f"{MODEL}+classes-{load_model_version()}", SCHEMA_VERSION)

    async def examine(self, cases: Sequence[ImageCase]) -> list[Examination | ItemFailure]:
        """One answer a case, in their order; an image that cannot be read is its own failure.

        Raises ModelUnavailableError when the network's weights are not installed.
        """
        return await asyncio.to_thread(self._examine, cases)

    def _examine(self, cases: Sequence[ImageCase]) -> list[Examination | ItemFailure]:
        labels = label_images(
            cases, cache_dir=self._cache_dir, threads=self._threads, max_megapixels=self._max_megapixels
        )
        return [
            label if isinstance(label, ItemFailure) else self._describe(case, label)
            for case, label in zip(cases, labels, strict=True)
        ]

    def _describe(self, case: ImageCase, label: ImageLabel) -> Examination | ItemFailure:
        try:
            return Examination(label, analyse(case, label, self._max_megapixels))
        except UnreadableImageError as error:
            return ItemFailure(str(error))


def label_images(
    cases: Sequence[ImageCase], *, cache_dir: Path, threads: int = 1, max_megapixels: float = MAX_MEGAPIXELS
) -> list[ImageLabel | ItemFailure]:
    """The label of each case, or why it got none."""
    model = load_model()
    found = read_features(cases, cache_dir=cache_dir, threads=threads, max_megapixels=max_megapixels)
    return [
        features if isinstance(features, ItemFailure) else classify(features, case.use, model)
        for case, features in zip(cases, found, strict=True)
    ]


def read_features(
    cases: Sequence[ImageCase], *, cache_dir: Path, threads: int = 1, max_megapixels: float = MAX_MEGAPIXELS
) -> list[Features | ItemFailure]:
    """Each image in numbers, or why it cannot be read."""
    paths = [case.path for case in cases]
    network = read_images(paths, cache_dir=cache_dir, threads=threads, max_megapixels=max_megapixels)
    scores = dict(zip(network.positions, network.logits, strict=True))
    found: list[Features | ItemFailure] = []
    for number, case in enumerate(cases):
        try:
            if number in network.failures:
                raise network.failures[number]
            reading = _read(case, max_megapixels)
        except UnreadableImageError as error:
            found.append(ItemFailure(str(error)))
        else:
            found.append(gather_features(reading.pixels, reading.size, reading.stats, case.use, scores[number]))
    return found


def _read(case: ImageCase, max_megapixels: float) -> _Reading:
    pixels = shrink_picture(open_picture(case.path, max_megapixels))
    with Image.open(case.path) as image:
        size = image.size  # as stored; a photograph on its side has the same number of pixels
    return _Reading(pixels, size, case.stats or measure(shrink(Image.fromarray(pixels))))


@cache
def load_model() -> ClassModel:
    """The checked-in weights; raises ValueError when they are not of the features that this code measures."""
    data = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    names = {"classes": IMAGE_CLASSES, "pixel_names": PIXEL_NAMES, "use_names": USE_NAMES}
    for key, expected in names.items():
        if tuple(data[key]) != expected:
            raise ValueError(f"{WEIGHTS.name} was fitted on other {key}: run tests/accuracy/label_fit.py")
    arrays = {key: np.array(data[key], np.float64) for key in ClassModel._fields if key != "temperature"}
    return ClassModel(**arrays, temperature=float(data["temperature"]))


@cache
def load_model_version() -> int:
    """The number of the checked-in weights."""
    return int(json.loads(WEIGHTS.read_text(encoding="utf-8"))["version"])
