"""Vectors in the journal: float32, little-endian, base64 (a third of their size as JSON numbers)."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tasks.catalog.aspects import to_unit
from tasks.catalog.engines import Vector


def pack(vector: Vector) -> dict[str, str]:
    return {"vector": base64.b64encode(vector.astype("<f4").tobytes()).decode("ascii")}


def unpack(answer: Mapping[str, Any]) -> Vector:
    return np.frombuffer(base64.b64decode(answer["vector"]), "<f4").astype(np.float32)


def read_rows(rows: Any, count: int, dimensions: int) -> list[Vector | None]:
    """`count` unit vectors; None for one that is no vector of that length. ValueError where the list is wrong."""
    if not isinstance(rows, list) or len(rows) != count:
        raise ValueError(f"{len(rows) if isinstance(rows, list) else 'no'} vectors came for {count} inputs")
    vectors = [_read_row(row, dimensions) for row in rows]
    if count and not any(vector is not None for vector in vectors):
        raise ValueError(f"no vector has {dimensions} numbers")
    return vectors


def _read_row(row: Sequence[Any], dimensions: int) -> Vector | None:
    try:
        vector = np.asarray(row, np.float64)
        return to_unit(vector) if vector.shape == (dimensions,) else None
    except (TypeError, ValueError):
        return None
