"""The images of a page: each once, with every place where it is shown."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tasks.catalog.boxes import Box
from tasks.catalog.pages import ImageLayer, ImageStats, PageImage
from tasks.catalog.pdf.content import PlacedImage
from tasks.catalog.pdf.image_files import EncodedImage, Extension, ImageError, encode_embedded, store
from tasks.catalog.pdf.image_stats import Likeness, compare_by, measure
from tasks.catalog.pdf.options import ReadOptions

_POINTS_PER_INCH = 72.0
# Pixels of a document's latest images kept in mind, so that what stands on every page is decoded once. With an image,
# its stream is kept: compressed or, in some files, as three bytes a pixel.
_REMEMBERED_PIXELS = 8_000_000


class StoredImage(NamedTuple):
    """An image whose file is written."""

    sha256: str
    ext: Extension
    width: int  # pixels
    height: int
    bytes: int
    likeness: Likeness
    stats: ImageStats


class FoundImage(NamedTuple):
    """A stored image and where the page shows it. Effective resolution is that of its largest showing."""

    stored: StoredImage
    layer: ImageLayer
    boxes: tuple[Box, ...]
    effective_dpi: float

    def describe(self, caption: str | None = None, caption_box: Box | None = None) -> PageImage:
        """The image as the page's model holds it."""
        stored = self.stored
        return PageImage(
            sha256=stored.sha256,
            ext=stored.ext,
            width=stored.width,
            height=stored.height,
            bytes=stored.bytes,
            boxes=self.boxes,
            layer=self.layer,
            effective_dpi=round(self.effective_dpi, 1),
            phash=stored.likeness.phash,
            stats=stored.stats,
            nearest_text=caption,
            nearest_text_box=caption_box,
        )


class ImageStore:
    """Writes images into a folder and remembers a document's latest ones."""

    def __init__(self, folder: Path, options: ReadOptions) -> None:
        self._folder, self._options = folder, options
        # By the decoder's address; the decoder is kept, so that no other can take the address.
        self._known: OrderedDict[int, tuple[Any, StoredImage]] = OrderedDict()
        self._known_pixels = 0

    def save(self, image: EncodedImage) -> StoredImage:
        """Write the file of `image` and measure it."""
        likeness = compare_by(image.thumbnail, image.width, image.height)
        digest = store(image, self._folder)
        return StoredImage(
            digest, image.ext, image.width, image.height, len(image.data), likeness, measure(image.thumbnail)
        )

    def save_embedded(self, image: Any) -> StoredImage:
        """Write the file of an embedded image (mupdf.FzImage); raises `ImageError`."""
        key = int(image.m_internal_value())
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key][1]
        stored = self.save(encode_embedded(image, self._options.max_pixels))
        self._remember(key, image, stored)
        return stored

    def _remember(self, key: int, image: Any, stored: StoredImage) -> None:
        """Keep the latest, and of those before it the latest that are not too many pixels."""
        self._known[key] = image, stored
        self._known_pixels += stored.width * stored.height
        while self._known_pixels > _REMEMBERED_PIXELS and len(self._known) > 1:
            _, (_, oldest) = self._known.popitem(last=False)
            self._known_pixels -= oldest.width * oldest.height


def find_images(
    placed: Sequence[PlacedImage], store: ImageStore, options: ReadOptions
) -> tuple[list[FoundImage], list[str]]:
    """The page's embedded images, in the order of drawing, and what is wrong with those that cannot be read."""
    found: list[FoundImage] = []
    problems: list[str] = []
    for place in placed:
        width, height = int(place.image.w()), int(place.image.h())
        if min(width, height) < options.min_image_pixels or place.box.area <= 0:
            continue
        try:
            stored = store.save_embedded(place.image)
        except ImageError as error:
            problem = f"an image of {width} x {height} pixels was left out: {error}"
            if problem not in problems:
                problems.append(problem)
            continue
        found.append(FoundImage(stored, "embedded", (place.box,), _measure_dpi(place, width, height)))
    return merge_images(found, options.phash_distance), problems


def merge_images(images: Iterable[FoundImage], distance: int) -> list[FoundImage]:
    """Near-duplicates of one layer made one: the largest file stays, all boxes are kept."""
    merged: list[FoundImage] = []
    for image in images:
        for number, other in enumerate(merged):
            if _are_same(image, other, distance):
                merged[number] = _merge_two(other, image)
                break
        else:
            merged.append(image)
    return merged


def _are_same(image: FoundImage, other: FoundImage, distance: int) -> bool:
    if image.layer != other.layer:
        return False
    if image.stored.sha256 == other.stored.sha256:
        return True
    return image.stored.likeness.matches(other.stored.likeness, distance)


def _merge_two(first: FoundImage, second: FoundImage) -> FoundImage:
    larger = max(first, second, key=lambda image: image.stored.width * image.stored.height)
    boxes = tuple(dict.fromkeys(first.boxes + second.boxes))
    return FoundImage(larger.stored, first.layer, boxes, min(first.effective_dpi, second.effective_dpi))


def _measure_dpi(place: PlacedImage, width: int, height: int) -> float:
    """Pixels per displayed inch, the smaller of both axes."""
    return _POINTS_PER_INCH * min(width / max(place.drawn_width, 1e-3), height / max(place.drawn_height, 1e-3))
