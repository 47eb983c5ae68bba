"""The checked-in sample catalog is what its ground truth says, and what its generator makes."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
import pytest
from PIL import Image

HERE = Path(__file__).parent
MIN_DPI = 150
# Photographs are made again at a small share of their size and compared as thumbnails; materials at full size. The
# difference is the mean over all pixels of 0-255 values: different processors round sines differently, so not zero.
SMALL_SCALE = 0.1
THUMBNAIL_PIXELS = 16
MAX_MEAN_DIFFERENCE = 8.0
SHARP_PAGES = (3, 4)
MAX_FILE_BYTES = 1_500_000


def run_script(name: str, *arguments: str) -> None:
    subprocess.run([sys.executable, str(HERE / name), *arguments], check=True, timeout=240)


def trim(word: pymupdf.Rect) -> pymupdf.Rect:
    """A word's box without the room above capitals, below the baseline and beside the letters."""
    top, bottom = word.y0 + 0.35 * word.height, word.y1 - 0.25 * word.height
    return pymupdf.Rect(word.x0 + 0.1, top, word.x1 - 0.1, bottom)


def fold(text: str) -> str:
    return " ".join(text.split())


def read_pixels(document: pymupdf.Document, xref: int) -> Image.Image:
    return Image.open(io.BytesIO(document.extract_image(xref)["image"])).convert("RGB")


def hash_differences(data: bytes) -> int:
    """64-bit difference hash of a picture."""
    grey = np.asarray(Image.open(io.BytesIO(data)).convert("L").resize((9, 8), Image.Resampling.BOX), np.int16)
    return int("".join("01"[int(bit)] for bit in (grey[:, 1:] > grey[:, :-1]).ravel()), 2)


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((HERE / "catalog.json").read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def catalog() -> pymupdf.Document:
    return pymupdf.open(HERE / "catalog.pdf")


@pytest.fixture(scope="module")
def remade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("remade")
    run_script("make_catalog.py", "--out", str(folder), "--scale", str(SMALL_SCALE))
    return folder


def test_catalog_has_twelve_pages_and_twenty_four_products(catalog: pymupdf.Document, truth: dict[str, Any]) -> None:
    assert catalog.page_count == truth["pages"] == 12
    assert len({product["sku"] for product in truth["products"]}) == len(truth["products"]) == 24
    assert (HERE / "catalog.pdf").stat().st_size < MAX_FILE_BYTES


def test_every_product_is_printed_on_its_pages_and_in_the_index(
    catalog: pymupdf.Document, truth: dict[str, Any]
) -> None:
    texts = {page.number + 1: fold(page.get_text()) for page in catalog}
    for product in truth["products"]:
        for number in (*product["pages"], 12):
            assert product["name"] in texts[number], (product["name"], number)
            assert product["sku"] in texts[number], (product["sku"], number)


def test_every_price_and_measure_of_the_truth_is_printed(catalog: pymupdf.Document, truth: dict[str, Any]) -> None:
    texts = {page.number + 1: fold(page.get_text()) for page in catalog}
    for product in truth["products"]:
        text = texts[product["pages"][0]]
        amounts = [product["price"]] if product["price"] else list(product["prices"].values())
        values = [value["value"] if isinstance(value, dict) else value for value in product["attributes"].values()]
        for amount in amounts:
            continental = f"{float(amount):,.2f}".translate(str.maketrans(",.", ".,"))
            assert amount in text or continental in text, (product["sku"], amount)
        for value in values:
            assert value.lower() in text.lower() or value.replace(".", ",") in text, (product["sku"], value)


def test_every_font_is_embedded_and_accents_can_be_searched(catalog: pymupdf.Document) -> None:
    fonts = {font[:4] for page in catalog for font in page.get_fonts()}
    assert fonts
    assert all(extension not in ("", "n/a") for _, extension, _, _ in fonts), fonts
    assert catalog[2].search_for("Névé")
    assert catalog[4].search_for("1 1/4″")
    assert catalog[9].search_for("Näve lounge chair")


def test_pictures_stand_where_the_truth_says_and_are_sharp_enough(
    catalog: pymupdf.Document, truth: dict[str, Any]
) -> None:
    skus = {product["sku"]: product for product in truth["products"]}
    for page in catalog:
        pictures = page.get_image_info()
        expected = [image for image in truth["images"] if image["page"] == page.number + 1]
        assert len(pictures) == len(expected), page.number + 1
        for picture in pictures:
            assert picture["width"] / (picture["bbox"][2] - picture["bbox"][0]) * 72 >= MIN_DPI
        for image in expected:
            assert image["product"] is None or image["page"] in skus[image["product"]]["image_pages"]


def test_no_line_of_type_leaves_the_page_or_overlaps_another(catalog: pymupdf.Document) -> None:
    for page in catalog:
        words = [trim(pymupdf.Rect(word[:4])) for word in page.get_text("words")]
        for index, word in enumerate(words):
            assert page.rect.contains(word), (page.number + 1, word)
            for other in words[index + 1 :]:
                assert not word.intersects(other), (page.number + 1, word, other)


def test_making_it_again_gives_the_same_text_boxes_and_truth(
    catalog: pymupdf.Document, truth: dict[str, Any], remade: Path
) -> None:
    again = pymupdf.open(remade / "catalog.pdf")
    assert json.loads((remade / "catalog.json").read_text(encoding="utf-8")) == truth
    for page, other in zip(catalog, again, strict=True):
        assert page.get_text("words") == other.get_text("words")
        boxes, others = (np.array([image["bbox"] for image in p.get_image_info()]) for p in (page, other))
        np.testing.assert_allclose(boxes, others, atol=0.01)


def test_making_it_again_gives_the_same_pictures(catalog: pymupdf.Document, remade: Path) -> None:
    again = pymupdf.open(remade / "catalog.pdf")
    for page, other in zip(catalog, again, strict=True):
        for image, image_again in zip(page.get_images(), other.get_images(), strict=True):
            first, second = read_pixels(catalog, image[0]), read_pixels(again, image_again[0])
            if page.number + 1 in SHARP_PAGES:
                assert first.size == second.size
            else:
                size = (THUMBNAIL_PIXELS, THUMBNAIL_PIXELS)
                first, second = (picture.resize(size, Image.Resampling.BOX) for picture in (first, second))
            difference = np.abs(np.asarray(first, np.float32) - np.asarray(second, np.float32)).mean()
            assert difference < MAX_MEAN_DIFFERENCE, (page.number + 1, difference)


def test_catalog_carries_no_trace_of_when_it_was_made(catalog: pymupdf.Document) -> None:
    assert catalog.metadata is not None
    assert catalog.metadata["creationDate"] == catalog.metadata["modDate"] == "D:20260901120000Z"
    assert catalog.xref_get_key(-1, "ID")[0] == "null"


def test_large_catalog_has_as_many_unlike_images_as_asked_for(tmp_path: Path) -> None:
    first, second, third = (tmp_path / f"{name}.pdf" for name in ("first", "second", "third"))
    for path, seed in ((first, 7), (second, 7), (third, 8)):
        run_script("large_catalog.py", str(path), "--pages", "12", "--images-per-page", "4", "--seed", str(seed))
    document = pymupdf.open(first)
    assert document.page_count == 12
    images = [document.extract_image(image[0])["image"] for page in document for image in page.get_images()]
    assert len({hashlib.sha256(data).digest() for data in images}) == len(images) == 48
    hashes = [hash_differences(data) for data in images]
    assert min((a ^ b).bit_count() for i, a in enumerate(hashes) for b in hashes[i + 1 :]) > 5
    assert "LRG-000048" in document[11].get_text()
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes() != third.read_bytes()
