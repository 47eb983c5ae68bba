"""What an image says about itself: colours, texture, a label and an analysis, all from its pixels, and a vector.

No model: rules over a thumbnail, so that the same image gets the same verdict in every run and machine.
"""

from __future__ import annotations

import io
import warnings
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rehearsal.draws import draw
from rehearsal.protocol import RefusalError, fingerprint

_SIDE = 32  # pixels of the thumbnail
_PALETTE: dict[str, tuple[int, int, int]] = {
    "white": (245, 245, 243), "ivory": (240, 232, 208), "beige": (214, 196, 164), "grey": (145, 145, 145),
    "anthracite": (70, 72, 76), "black": (22, 22, 22), "brown": (110, 74, 48), "terracotta": (188, 92, 62),
    "red": (180, 35, 40), "yellow": (225, 185, 60), "green": (75, 120, 75), "blue": (55, 95, 165),
    "turquoise": (70, 165, 165), "pink": (220, 160, 170),
}  # fmt: skip
# What a colour suggests where the surface is smooth, and where it has structure.
_MATERIALS: dict[str, tuple[str, str]] = {
    "white": ("plaster", "carrara marble"), "ivory": ("lacquer", "limestone"), "beige": ("linen", "travertine"),
    "grey": ("concrete", "granite"), "anthracite": ("steel", "slate"), "black": ("lacquer", "nero marquina marble"),
    "brown": ("leather", "oak"), "terracotta": ("clay", "terracotta"), "red": ("lacquer", "wool"),
    "yellow": ("brass", "rattan"), "green": ("velvet", "serpentine"), "blue": ("velvet", "ceramic"),
    "turquoise": ("glass", "glazed ceramic"), "pink": ("velvet", "rosa marble"),
}  # fmt: skip
_NAMES = tuple(_PALETTE)
_VALUES = np.array(list(_PALETTE.values()), dtype=np.float32)
_SMOOTH, _BUSY = 6.0, 22.0  # mean step between neighbours, 0 to 255
UNCERTAIN_BELOW = 0.6  # seed 0's threshold

Pixels = NDArray[np.float32]


class Picture:
    """One decoded image. Raises RefusalError for bytes that are none."""

    def __init__(self, data: bytes) -> None:
        self.hash = fingerprint(data)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                with Image.open(io.BytesIO(data)) as image:
                    self.format = (image.format or "").lower()
                    self.width, self.height = image.size
                    image.draft("RGB", (4 * _SIDE, 4 * _SIDE))  # a JPEG is decoded at an eighth of its size
                    small = image.convert("RGB").resize((_SIDE, _SIDE), Image.Resampling.BOX)
        except Exception as error:  # Pillow raises many kinds
            raise RefusalError(400, "Could not process image") from error
        self.pixels: Pixels = np.asarray(small, dtype=np.float32)

    @cached_property
    def colors(self) -> list[str]:
        """Up to three names, the most frequent first; less than a tenth of the area does not count."""
        cells = self.pixels.reshape(-1, 1, 3)
        nearest = np.argmin(((cells - _VALUES) ** 2).sum(axis=2), axis=1)
        counts = np.bincount(nearest, minlength=len(_NAMES))
        order = [index for index in np.argsort(-counts, kind="stable")[:3] if counts[index] >= len(cells) / 10]
        return [_NAMES[index] for index in order]

    @cached_property
    def roughness(self) -> float:
        """The mean step between neighbouring cells, 0 to 255."""
        across = np.abs(np.diff(self.pixels, axis=0)).mean()
        down = np.abs(np.diff(self.pixels, axis=1)).mean()
        return float(across + down) / 2

    @property
    def label(self) -> str:
        white_share = float((self.pixels.min(axis=2) > 235).mean())
        saturation = float((self.pixels.max(axis=2) - self.pixels.min(axis=2)).mean())
        ratio = max(self.width, self.height) / min(self.width, self.height)
        if white_share > 0.5 and saturation < 12 and self.roughness > 2:
            return "TECHNICAL_DIAGRAM"
        if ratio > 4 or self.roughness < 0.5:
            return "DECORATIVE"
        return "MIXED" if self.roughness > _BUSY and len(self.colors) > 1 else "PRODUCT_IMAGE"

    def confidence(self, seed: int, service: str, uncertain: float) -> float:
        """Under 0.6 for that share of all images, chosen by their pixels."""
        pixels = fingerprint(self.pixels.tobytes())
        spread = draw(seed, service, "spread", pixels)
        if draw(seed, service, "uncertain", pixels) < uncertain:
            return round(0.25 + spread * (UNCERTAIN_BELOW - 0.26), 3)
        return round(0.72 + spread * 0.27, 3)

    def analysis(self) -> dict[str, Any]:
        """The fields of `ImageAnalysis`, without its version."""
        main = (self.colors or ["grey"])[0]
        structured = self.roughness > _SMOOTH
        material = _MATERIALS[main][structured]
        texture = "smooth" if not structured else "coarse grain" if self.roughness > _BUSY else "fine grain"
        light = float((self.pixels.mean(axis=2) > 250).mean())
        return {
            "material_type": material,
            "category": "surface",
            "subcategory": "structured surface" if structured else "plain surface",
            "colors": self.colors,
            "textures": [texture],
            "finish": "glossy" if light > 0.2 else "textured" if structured else "matte",
            "surface_pattern": "irregular" if structured else "plain",
            "description": f"{material} in {' and '.join(self.colors) or main} with a {texture} surface",
            "applications": ["wall", "floor"] if structured else ["furniture"],
            "style": "natural" if structured else "contemporary",
            "confidence": 0.8,
            "detected_text": [],
        }


def color_pixels(name: str) -> Pixels | None:
    """A thumbnail of nothing but that colour; None where the name is no colour of ours."""
    if name not in _PALETTE:
        return None
    return np.broadcast_to(np.array(_PALETTE[name], dtype=np.float32), (_SIDE, _SIDE, 3)).astype(np.float32)
