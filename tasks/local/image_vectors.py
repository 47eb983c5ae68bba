"""The visual view and ImageNet's class scores, without a network or a GPU: EfficientNet-Lite0 on onnxruntime.

Vectors of 768 values are the network's 1280 features times a fixed matrix with orthonormal columns, which keeps
cosines (measured: no loss in retrieval). All five views: `image_views`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tasks.local.efficientnet import CLASSES
from tasks.local.efficientnet_session import (
    DIMENSIONS,
    ENGINE,
    MODEL,
    SCHEMA_VERSION,
    ModelUnavailableError,
    convert_model,
    find_weights,
    load_session,
)
from tasks.local.image_files import MAX_MEGAPIXELS, UnreadableImageError, open_picture
from tasks.local.image_readings import BATCH_IMAGES, read_files, to_pixels

__all__ = [
    "BATCH_IMAGES",
    "DIMENSIONS",
    "ENGINE",
    "MODEL",
    "SCHEMA_VERSION",
    "ImageReading",
    "ModelUnavailableError",
    "UnreadableImageError",
    "convert_model",
    "embed_images",
    "find_weights",
    "load_pixels",
    "load_session",
    "read_images",
]


class ImageReading(NamedTuple):
    """What the network says of the k of n images that could be decoded, and why the others could not."""

    positions: tuple[int, ...]  # of the k images in the given paths
    vectors: NDArray[np.float32]  # (k, 768), unit length
    logits: NDArray[np.float32]  # (k, 1000) scores of ImageNet's classes
    failures: dict[int, UnreadableImageError]  # by position


def embed_images(paths: Sequence[Path], *, cache_dir: Path, threads: int = 1) -> NDArray[np.float32]:
    """The visual view of each image: float32 (n, 768), unit length.

    `cache_dir` keeps the converted model and is made when missing. Raises UnreadableImageError for the first image
    that cannot be decoded (`read_images` goes on without it) and ModelUnavailableError.
    """
    reading = read_images(paths, cache_dir=cache_dir, threads=threads)
    for error in reading.failures.values():
        raise error
    return reading.vectors


def read_images(
    paths: Sequence[Path], *, cache_dir: Path, threads: int = 1, max_megapixels: float = MAX_MEGAPIXELS
) -> ImageReading:
    """Vectors and class scores in one pass; an image that cannot be decoded costs only itself."""
    found = read_files(paths, cache_dir=cache_dir, threads=threads, max_megapixels=max_megapixels)
    failures = {position: item for position, item in enumerate(found) if isinstance(item, UnreadableImageError)}
    good = {position: item for position, item in enumerate(found) if not isinstance(item, UnreadableImageError)}
    vectors = [item.views["visual"] for item in good.values()]
    logits = [item.logits for item in good.values()]
    return ImageReading(
        tuple(good),
        np.stack(vectors) if good else np.empty((0, DIMENSIONS), np.float32),
        np.stack(logits) if good else np.empty((0, CLASSES), np.float32),
        failures,
    )


def load_pixels(path: Path) -> NDArray[np.float32]:
    """The network's input for one file: float32 (3, 224, 224), (value - 127) / 128, transparency on white."""
    return to_pixels(open_picture(path))
