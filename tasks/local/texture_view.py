"""The texture view: which small patterns of light and dark the surface has, at three scales.

Local binary patterns (Ojala, Pietikäinen and Mäenpää 2002) on a pyramid: 256 codes each at full, half and quarter
size. Codes are averaged over quarter turns and mirror images, so a swatch turned by 90° is the same texture; each
counts by the root of its contrast, so that compression noise in even areas does not drown the pattern. A part of what
plain 1/f noise, the commonest texture, gives is taken off: cosines spread out and ranking gets better.
"""

from __future__ import annotations

import hashlib
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SCALES = (1, 2, 4)  # the picture is reduced by these factors
CODES = 256
_SIDE_PIXELS = 224  # of the shorter side, before the pyramid
_LONGEST_SHARE = 2.0  # of the shorter side: what a longer picture has beyond this, at both ends, is not looked at
_LEAST_STEP = 2  # of 255: differences below it are compression noise
_COMMON_SHARE = 0.7  # of the common texture that is taken off
_COMMON_SEED = b"quarry texture view 1"
_COMMON_MEAN, _COMMON_DEVIATION = 128, 40  # grey values of the noise
# Clockwise from the upper left; a code's bit n says whether neighbour n is brighter than the centre.
_NEIGHBOURS = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))


def describe_texture(picture: Image.Image) -> NDArray[np.float32]:
    """float32 (768,), unit length, of an RGB picture."""
    vector = _describe_scales(_fit(picture).convert("L")) - _COMMON_SHARE * _describe_common()
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def _fit(picture: Image.Image) -> Image.Image:
    """The middle of the picture with its shorter side at _SIDE_PIXELS."""
    shorter = min(picture.size)
    width, height = (min(side, shorter * _LONGEST_SHARE) for side in picture.size)
    left, top = (picture.width - width) / 2, (picture.height - height) / 2
    scale = _SIDE_PIXELS / shorter
    size = (round(width * scale), round(height * scale))
    return picture.resize(size, Image.Resampling.BICUBIC, box=(left, top, left + width, top + height))


def _describe_scales(grey: Image.Image) -> NDArray[np.float64]:
    """(768,): the roots of the shares of codes; each scale has length 1."""
    parts = [np.sqrt(_count_codes(np.asarray(grey.reduce(scale), np.int16))) for scale in SCALES]
    return np.concatenate(parts)


def _count_codes(grey: NDArray[np.int16]) -> NDArray[np.float64]:
    """(256,) shares of the codes, alike for every quarter turn and mirror image of the pixels."""
    height, width = grey.shape
    center = grey[1:-1, 1:-1]
    code = np.zeros(center.shape, np.uint8)
    contrast = np.zeros(center.shape, np.int16)
    for bit, (down, right) in enumerate(_NEIGHBOURS):
        step = grey[1 + down : height - 1 + down, 1 + right : width - 1 + right] - center
        code |= (step >= _LEAST_STEP).astype(np.uint8) << np.uint8(bit)
        contrast += np.abs(step)
    weight = np.sqrt(contrast.ravel()) + 1e-3  # a blank picture has codes too
    counts = np.bincount(code.ravel(), weight, CODES)[_find_symmetric()].mean(axis=0)
    return np.asarray(counts / counts.sum(), np.float64)


@cache
def _find_symmetric() -> NDArray[np.int64]:
    """(8, 256): every code as it reads after each quarter turn, plain and mirrored."""
    bits = (np.arange(CODES)[:, None] >> np.arange(8)) & 1
    orders = [np.roll(np.arange(8), 2 * turn) for turn in range(4)]
    orders += [(2 - order) % 8 for order in orders]
    return np.stack([bits[:, order] @ (1 << np.arange(8)) for order in orders])


@cache
def _describe_common() -> NDArray[np.float64]:
    """What 1/f noise gives; from SHAKE-256 because numpy's generators may change between versions."""
    side = _SIDE_PIXELS
    drawn = np.frombuffer(hashlib.shake_256(_COMMON_SEED).digest(side * side * 4), "<u4").reshape(side, side)
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None])
    frequency[0, 0] = np.inf
    field = np.fft.irfft2(np.fft.rfft2(drawn / 2**32 - 0.5) / frequency, s=(side, side))
    grey = _COMMON_MEAN + _COMMON_DEVIATION * field / field.std()
    return _describe_scales(Image.fromarray(np.uint8(np.clip(grey.round(), 0, 255))))
