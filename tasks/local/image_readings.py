"""Everything that is read from an image's pixels in one go: five views and the class scores.

One decode an image and one pass of the network a batch. The last readings are kept, so that whoever needs the scores
and whoever needs the vectors, batches apart, do not pay twice.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tasks.catalog.engines import Vector, View
from tasks.local.color_view import describe_color
from tasks.local.efficientnet import INPUT_SIDE_PIXELS
from tasks.local.efficientnet_session import load_session
from tasks.local.image_files import MAX_MEGAPIXELS, UnreadableImageError, open_picture
from tasks.local.texture_view import describe_texture

BATCH_IMAGES = 20  # the batch size the first seed gives for image embeddings
READINGS_KEPT = 1024  # 20 KB each

_CROP_SHARE = 0.875  # of the shorter side; preprocessing of the weights' training
_PIXEL_CENTER = 127.0
_PIXEL_SCALE = 128.0
T = TypeVar("T")
_NETWORK_VIEWS: dict[View, str] = {"visual": "projected", "material": "material", "style": "style"}


class Reading(NamedTuple):
    """One image: five views of 768 values and unit length, and the scores of ImageNet's 1000 classes."""

    views: dict[View, Vector]
    logits: NDArray[np.float32]


class _Prepared(NamedTuple):
    pixels: NDArray[np.float32]  # the network's input
    color: Vector
    texture: Vector


_kept: OrderedDict[bytes, Reading] = OrderedDict()  # by the file's SHA-256, least recently used first
_kept_lock = threading.Lock()


def read_files(
    paths: Sequence[Path], *, cache_dir: Path, threads: int = 1, max_megapixels: float = MAX_MEGAPIXELS
) -> list[Reading | UnreadableImageError]:
    """One reading a path, or why it has none; raises ModelUnavailableError. `cache_dir` keeps the converted model."""
    found: list[Reading | UnreadableImageError] = []
    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        for start in range(0, len(paths), BATCH_IMAGES):
            batch = paths[start : start + BATCH_IMAGES]
            found += _read_batch(batch, pool, cache_dir, threads, max_megapixels)
    return found


def forget_readings() -> None:
    """Drop what is kept: for measurements."""
    with _kept_lock:
        _kept.clear()


def _read_batch(
    paths: Sequence[Path], pool: ThreadPoolExecutor, cache_dir: Path, threads: int, max_megapixels: float
) -> list[Reading | UnreadableImageError]:
    digests = list(pool.map(_catch(_hash_file), paths))
    by_digest = {item: path for item, path in zip(digests, paths, strict=True) if isinstance(item, bytes)}
    known = _recall(by_digest)
    todo = {item: path for item, path in by_digest.items() if item not in known}
    prepared = dict(
        zip(todo, pool.map(_catch(lambda path: _prepare(path, max_megapixels)), todo.values()), strict=True)
    )
    fresh = _run_network(
        {key: item for key, item in prepared.items() if isinstance(item, _Prepared)}, cache_dir, threads
    )
    _keep(fresh)
    failed = {key: item for key, item in prepared.items() if isinstance(item, UnreadableImageError)}
    outcomes: dict[bytes, Reading | UnreadableImageError] = {**known, **fresh, **failed}
    return [outcomes[item] if isinstance(item, bytes) else item for item in digests]


def _run_network(prepared: dict[bytes, _Prepared], cache_dir: Path, threads: int) -> dict[bytes, Reading]:
    if not prepared:
        return {}
    pixels = np.stack([item.pixels for item in prepared.values()])
    session = load_session(cache_dir, threads)
    logits, *outputs = session.run(["logits", *_NETWORK_VIEWS.values()], {"images": pixels})
    units = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in outputs]
    readings = {}
    for index, (digest, item) in enumerate(prepared.items()):
        views: dict[View, Vector] = {view: rows[index].copy() for view, rows in zip(_NETWORK_VIEWS, units, strict=True)}
        views |= {"color": item.color, "texture": item.texture}
        readings[digest] = Reading(views, logits[index].copy())
    return readings


def _prepare(path: Path, max_megapixels: float) -> _Prepared:
    picture = open_picture(path, max_megapixels)
    return _Prepared(to_pixels(picture), describe_color(picture), describe_texture(picture))


def to_pixels(picture: Image.Image) -> NDArray[np.float32]:
    """The network's input: float32 (3, 224, 224), (value - 127) / 128, of the middle of an RGB picture."""
    # Cropping and resizing in one step: a strip of 1 x 30,000 pixels must not be blown up first.
    side = min(picture.size) * _CROP_SHARE
    left, top = (picture.width - side) / 2, (picture.height - side) / 2
    target = (INPUT_SIDE_PIXELS, INPUT_SIDE_PIXELS)
    picture = picture.resize(target, Image.Resampling.BICUBIC, box=(left, top, left + side, top + side))
    pixels = (np.asarray(picture, np.float32) - _PIXEL_CENTER) / _PIXEL_SCALE
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))


def _hash_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise UnreadableImageError(path, error.strerror or str(error)) from error


def _catch(read: Callable[[Path], T]) -> Callable[[Path], T | UnreadableImageError]:
    """`read` with its failure as a value: one broken image costs only itself."""

    def attempt(path: Path) -> T | UnreadableImageError:
        try:
            return read(path)
        except UnreadableImageError as error:
            return error

    return attempt


def _recall(digests: Iterable[bytes]) -> dict[bytes, Reading]:
    with _kept_lock:
        known = {digest: _kept[digest] for digest in digests if digest in _kept}
        for digest in known:
            _kept.move_to_end(digest)
    return known


def _keep(readings: dict[bytes, Reading]) -> None:
    with _kept_lock:
        _kept.update(readings)
        while len(_kept) > READINGS_KEPT:
            _kept.popitem(last=False)
