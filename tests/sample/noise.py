"""Seeded noise and shading helpers that textures and scenes are built from.

All arrays are float32; fields are (height, width) with mean 0 and standard deviation 1 unless said otherwise. They are
made in the frequency domain, so those whose sides are multiples of FFT_STEP tile without a seam.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Rgb = NDArray[np.float32]  # (height, width, 3), 0 to 1
FFT_STEP = 32  # pixels


def make_noise(shape: tuple[int, int], seed: int, slope: float = 1.8, stretch: tuple[float, float] = (1, 1)) -> Field:
    """Noise whose amplitude falls with frequency**slope; `stretch` (y, x) elongates its features along an axis."""
    spectrum, radius = _draw_spectrum(shape, seed, stretch)
    radius[0, 0] = np.inf
    return _synthesise(spectrum / radius**slope, shape)


def band_noise(shape: tuple[int, int], seed: int, cycles: float, stretch: tuple[float, float] = (1, 1)) -> Field:
    """Noise of one scale: about `cycles` features over the height of the field."""
    spectrum, radius = _draw_spectrum(shape, seed, stretch)
    radius /= cycles
    return _synthesise(spectrum * radius * np.exp(-(radius**2)), shape)


def _draw_spectrum(
    shape: tuple[int, int], seed: int, stretch: tuple[float, float]
) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
    """White noise as a spectrum, and each coefficient's frequency in cycles a field height.

    Sizes are rounded up to a multiple of FFT_STEP: the transform of a prime size is many times slower.
    """
    height, width = (-(-size // FFT_STEP) * FFT_STEP for size in shape)
    fy = np.fft.fftfreq(height)[:, None] * shape[0] * stretch[0]
    fx = np.fft.rfftfreq(width)[None, :] * shape[0] * stretch[1]
    return np.fft.rfft2(np.random.default_rng(seed).random((height, width)) - 0.5), np.hypot(fy, fx)


def _synthesise(spectrum: NDArray[np.complex128], shape: tuple[int, int]) -> Field:
    full = (spectrum.shape[0], (spectrum.shape[1] - 1) * 2)
    return normalise(np.fft.irfft2(spectrum, s=full)[: shape[0], : shape[1]])


def normalise(field: NDArray[np.float64] | Field) -> Field:
    return ((field - field.mean()) / (field.std() + 1e-9)).astype(np.float32)


def sample_wrapped(image: NDArray[np.float32], y: Field, x: Field) -> NDArray[np.float32]:
    """Bilinear lookup at pixel coordinates of any shape; the image repeats in both directions."""
    height, width = image.shape[:2]
    y0, x0 = np.floor(y), np.floor(x)
    fy, fx = (y - y0).astype(np.float32), (x - x0).astype(np.float32)
    if image.ndim == 3:
        fy, fx = fy[..., None], fx[..., None]
    top, left = y0.astype(np.int64) % height, x0.astype(np.int64) % width
    bottom, right = (top + 1) % height, (left + 1) % width
    upper = image[top, left] * (1 - fx) + image[top, right] * fx
    lower = image[bottom, left] * (1 - fx) + image[bottom, right] * fx
    return (upper * (1 - fy) + lower * fy).astype(np.float32)


def warp(field: NDArray[np.float32], dy: Field, dx: Field) -> NDArray[np.float32]:
    """The field with every pixel fetched from (dy, dx) pixels away."""
    rows, columns = np.indices(field.shape[:2], dtype=np.float32)
    return sample_wrapped(field, rows + dy, columns + dx)


def smoothstep(low: float, high: float, value: Field) -> Field:
    ramp = np.clip((value - low) / (high - low), 0, 1)
    return (ramp * ramp * (3 - 2 * ramp)).astype(np.float32)


def mix(first: Rgb | tuple[float, ...], second: Rgb | tuple[float, ...], share: Field) -> Rgb:
    """Colours between `first` (share 0) and `second` (share 1)."""
    a, b = np.asarray(first, np.float32), np.asarray(second, np.float32)
    return (a + (b - a) * share[..., None]).astype(np.float32)


def shade_relief(height: Field, strength: float) -> Field:
    """Brightness factor around 1 of a height field lit from the upper left."""
    dy, dx = np.gradient(height)
    return np.clip(1 + strength * (dy + dx), 0.35, 1.6).astype(np.float32)


def rgb(code: str) -> tuple[float, float, float]:
    """'#d8d2c6' as three numbers from 0 to 1."""
    return tuple(int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))  # type: ignore[return-value]  # three by the slice
