"""A fixed random matrix with orthonormal columns: the same numbers with every numpy on every machine.

Numpy does not promise that a seed gives the same numbers in later versions, so the entries come from SHAKE-256 (a
standard); the QR decomposition with positive diagonal is unique, so LAPACK's version changes only the last digits.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

_UNIFORMS_PER_ENTRY = 4  # a sum of four uniform values is close enough to Gaussian for a random direction


def orthonormal_matrix(rows: int, columns: int, seed: str) -> NDArray[np.float64]:
    """(rows, columns) with orthonormal columns; ValueError when there are more columns than rows."""
    if columns > rows:
        raise ValueError(f"{columns} orthonormal columns do not fit in {rows} dimensions")
    count = rows * columns * _UNIFORMS_PER_ENTRY
    stream = hashlib.shake_256(seed.encode()).digest(count * 4)
    uniforms = np.frombuffer(stream, "<u4").astype(np.float64) / 2**32 - 0.5
    entries = uniforms.reshape(rows, columns, _UNIFORMS_PER_ENTRY).sum(axis=2)
    # On a busy machine OpenBLAS's threads wait for each other: 11 s instead of 0.3.
    with threadpool_limits(limits=1, user_api="blas"):
        q, r = np.linalg.qr(entries)
    return np.asarray(q * np.sign(np.diag(r)), dtype=np.float64)
