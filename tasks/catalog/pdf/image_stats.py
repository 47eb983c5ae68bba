"""Cheap facts about an image's pixels: a perceptual hash, a colour signature and `ImageStats`."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tasks.catalog.pages import ImageStats

THUMBNAIL_PIXELS = 64
_EDGE_GRADIENT = 32  # of 255
_WHITE = 245
_SIGNATURE_PIXELS = 8
# Where in 9 x 8 grey pixels the pairs of neighbours begin that a difference hash compares.
_HASHED = tuple(9 * row + column for row in range(8) for column in range(8))
# Within these two images may be one, of 255: 98 of 100 photographs stay so when they are encoded again as JPEG at a
# quality of 30 to 90, or resized; one shape in two colours does not.
_SIGNATURE_DISTANCE = 3.5  # mean difference per channel over the whole picture
# In the pixels of the signature that differ most, but for a few where an edge falls another way: of the channel that
# differs most, and of a channel against the pixel's grey.
_EDGE_PIXELS = 3
_PIXEL_DISTANCE, _HUE_DISTANCE = 12.0, 5.0


class Likeness(NamedTuple):
    """What is compared to tell whether two images show the same.

    A difference hash sees brightness only along rows, so plain swatches of any colour hash alike; the signature, a
    tiny picture in colour, and the shape keep them apart.
    """

    phash: str
    signature: bytes
    aspect: float

    def matches(self, other: Likeness, distance: int) -> bool:
        """Whether the images are near-duplicates: hashes within `distance` bits, colours and shape alike."""
        if hash_distance(self.phash, other.phash) > distance:
            return False
        if not 0.9 < self.aspect / other.aspect < 1.1:
            return False
        mine, theirs = (np.frombuffer(one.signature, np.uint8).astype(np.float32) for one in (self, other))
        return _have_same_colors((mine - theirs).reshape(-1, 3))


def _have_same_colors(difference: NDArray[np.float32]) -> bool:
    """Whether two signatures differ, pixel by pixel, by no more than one picture encoded twice; `difference`: n x 3."""
    if float(np.abs(difference).mean()) >= _SIGNATURE_DISTANCE:
        return False
    hue = difference - difference.mean(axis=1, keepdims=True)
    return _most_but_edges(difference) < _PIXEL_DISTANCE and _most_but_edges(hue) < _HUE_DISTANCE


def _most_but_edges(difference: NDArray[np.float32]) -> float:
    by_pixel = np.sort(np.abs(difference).max(axis=1))
    return float(by_pixel[-1 - _EDGE_PIXELS])


def hash_distance(a: str, b: str) -> int:
    """Bits in which two hashes of 16 hexadecimal digits differ (Hamming distance, 0 to 64)."""
    return (int(a, 16) ^ int(b, 16)).bit_count()


def shrink(image: Image.Image) -> Image.Image:
    """An RGB thumbnail of at most 64 x 64 pixels."""
    scale = THUMBNAIL_PIXELS / max(image.size)
    if image.mode not in ("L", "RGB"):
        image = image.convert("L" if image.mode == "1" else "RGB")
    if scale < 1:
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        image = image.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
        if image.mode == "RGB":
            return image
    return image.convert("RGB")


def compare_by(thumbnail: Image.Image, width: int, height: int) -> Likeness:
    """The likeness of an image of `width` x `height` pixels, from its thumbnail."""
    grey = thumbnail.convert("L").resize((9, 8), Image.Resampling.BILINEAR).tobytes()
    bits = 0
    for place in _HASHED:
        bits = bits << 1 | (grey[place + 1] > grey[place])
    signature = thumbnail.resize((_SIGNATURE_PIXELS, _SIGNATURE_PIXELS), Image.Resampling.BOX).tobytes()
    return Likeness(f"{bits:016x}", signature, width / height)


def measure(thumbnail: Image.Image) -> ImageStats:
    """Statistics of an RGB thumbnail."""
    width, height = thumbnail.size
    count = width * height
    # A plane a channel: numpy takes several times as long along the three channels of a pixel.
    planes = np.frombuffer(thumbnail.tobytes(), np.uint8).reshape(count, 3).T.copy()
    grey = np.frombuffer(thumbnail.convert("L").tobytes(), np.uint8)
    mean = (planes.sum(axis=1, dtype=np.float32) / np.float32(count)).round().tolist()
    return ImageStats(
        mean_rgb=(int(mean[0]), int(mean[1]), int(mean[2])),
        colorfulness=round(_measure_colorfulness(*planes.astype(np.float32)), 2),
        edge_density=round(_measure_edges(grey.reshape(height, width)), 4),
        entropy=round(_measure_entropy(grey), 3),
        white_share=round(int(np.count_nonzero(planes.min(axis=0) > _WHITE)) / count, 4),
        distinct_colors=_count_colors(planes),
    )


def _measure_colorfulness(red: Any, green: Any, blue: Any) -> float:
    """Hasler and Süsstrunk, "Measuring colourfulness in natural images" (2003), M3."""
    first, first_variance = _find_moments(red - green)
    second, second_variance = _find_moments(0.5 * (red + green) - blue)
    return float((first_variance + second_variance) ** 0.5 + 0.3 * (first**2 + second**2) ** 0.5)


def _find_moments(values: Any) -> tuple[float, float]:
    """Mean and variance; a dot product takes a fifth of the time of numpy's own."""
    mean = float(values.sum()) / values.size
    return mean, max(0.0, float(values.dot(values)) / values.size - mean * mean)


def _measure_edges(grey: NDArray[np.uint8]) -> float:
    if min(grey.shape) < 3:
        return 0.0
    pixels = grey.astype(np.float32)  # whole numbers, of which it holds larger squares than these
    across = pixels[1:-1, 2:] - pixels[1:-1, :-2]  # twice the gradient
    down = pixels[2:, 1:-1] - pixels[:-2, 1:-1]
    across *= across
    down *= down
    across += down
    return int(np.count_nonzero(across > (2 * _EDGE_GRADIENT) ** 2)) / across.size


def _measure_entropy(grey: NDArray[np.uint8]) -> float:
    counts = np.bincount(grey)
    shares = counts[counts > 0] / grey.size
    return -float(shares.dot(np.log2(shares))) + 0.0


def _count_colors(planes: NDArray[np.uint8]) -> int:
    """Colours of 4 bits a channel."""
    high = planes >> 4
    codes = high[0].astype(np.uint16)
    codes <<= 8
    codes |= high[1] << 4 | high[2]
    return int(np.count_nonzero(np.bincount(codes)))
