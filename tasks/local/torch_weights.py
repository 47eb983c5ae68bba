"""Reads a PyTorch weights file (the format before version 1.6) with numpy alone.

The file is five pickles followed by raw storages. A pickle may run any code it names, so the unpickler here knows
three names and refuses all others.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

_MAGIC = 0x1950A86A20F9469CFC6C  # first pickle of every such file
_STORAGE_DTYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class WeightsFormatError(ValueError):
    """The file is not a PyTorch weights file of the kind described above."""


class _Tensor(NamedTuple):
    """Where a tensor lies: its storage, first element, shape and strides (both in elements)."""

    storage: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def _rebuild_tensor(
    storage: str, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_unused: object
) -> _Tensor:
    return _Tensor(storage, offset, shape, strides)


class _Unpickler(pickle.Unpickler):
    """Builds plain descriptions; `dtypes` collects each storage's element type by its key."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self.dtypes: dict[str, np.dtype[Any]] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild_tensor
        if module == "torch" and name in _STORAGE_DTYPES:
            return _STORAGE_DTYPES[name]
        raise WeightsFormatError(f"weights file names {module}.{name}, which is not allowed")

    def persistent_load(self, pid: Any) -> str:
        _kind, dtype, key, *_rest = pid
        self.dtypes[key] = dtype
        return str(key)


def read_torch_weights(path: Path) -> dict[str, NDArray[Any]]:
    """All tensors of the file by name, as C-contiguous arrays; raises WeightsFormatError."""
    with path.open("rb") as file:
        try:
            if _Unpickler(file).load() != _MAGIC:
                raise WeightsFormatError("not a PyTorch weights file")
            _Unpickler(file).load()  # protocol version
            _Unpickler(file).load()  # sizes of the writing machine's types
            unpickler = _Unpickler(file)
            tensors = unpickler.load()
            storages = {key: _read_storage(file, unpickler.dtypes[key]) for key in _Unpickler(file).load()}
        except (pickle.UnpicklingError, EOFError, KeyError, TypeError) as error:
            raise WeightsFormatError(f"weights file is damaged: {error}") from error
    return {name: _view(tensor, storages) for name, tensor in tensors.items() if isinstance(tensor, _Tensor)}


def _read_storage(file: IO[bytes], dtype: np.dtype[Any]) -> NDArray[Any]:
    count = int.from_bytes(file.read(8), "little")
    data = file.read(count * dtype.itemsize)
    if len(data) != count * dtype.itemsize:
        raise EOFError("storage ends early")
    return np.frombuffer(data, dtype)


def _view(tensor: _Tensor, storages: dict[str, NDArray[Any]]) -> NDArray[Any]:
    storage = storages[tensor.storage]
    if 0 in tensor.shape:
        return np.empty(tensor.shape, storage.dtype)
    last = sum((size - 1) * step for size, step in zip(tensor.shape, tensor.strides, strict=True))
    if min((tensor.offset, *tensor.strides), default=0) < 0 or tensor.offset + last >= storage.size:
        raise WeightsFormatError("a tensor reaches beyond its storage")
    strides = tuple(step * storage.itemsize for step in tensor.strides)
    return np.ascontiguousarray(as_strided(storage[tensor.offset :], tensor.shape, strides, writeable=False))
