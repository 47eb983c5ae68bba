"""Images of a page: files, colours, places and captions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from PIL import Image

from tasks.catalog.pages import Page, PageImage
from tasks.catalog.pdf.options import ReadOptions
from tasks.catalog.pdf.reader import read_document, read_page

ReadFirst = Callable[..., Page]
MakePhoto = Callable[..., Image.Image]
Encode = Callable[..., bytes]


def load(folder: Path, image: PageImage) -> Image.Image:
    with Image.open(folder / f"{image.sha256}.{image.ext}") as opened:
        return opened.convert("RGB")


def mean_color(image: Image.Image) -> list[int]:
    return [round(value) for value in np.asarray(image).reshape(-1, 3).mean(axis=0)]


def test_a_plain_jpeg_keeps_its_bytes(
    document: pymupdf.Document, read_first: ReadFirst, make_photo: MakePhoto, encode: Encode, tmp_path: Path
) -> None:
    data = encode(make_photo(1), "JPEG", quality=80)
    document.new_page().insert_image((50, 50, 150, 130), stream=data)
    (image,) = read_first(document).images
    assert (image.ext, image.width, image.height, image.bytes) == ("jpg", 200, 160, len(data))
    assert (tmp_path / f"{image.sha256}.jpg").read_bytes() == data
    assert hashlib.sha256(data).hexdigest() == image.sha256


def test_a_file_that_a_killed_process_left_short_is_made_whole(
    document: pymupdf.Document, read_first: ReadFirst, make_photo: MakePhoto, encode: Encode, tmp_path: Path
) -> None:
    data = encode(make_photo(1), "JPEG", quality=80)
    document.new_page().insert_image((50, 50, 150, 130), stream=data)
    file = tmp_path / f"{hashlib.sha256(data).hexdigest()}.jpg"
    file.write_bytes(data[:100])
    read_first(document)
    assert file.read_bytes() == data


def test_an_image_shown_twice_is_one_image_with_two_places(
    document: pymupdf.Document, read_first: ReadFirst, make_photo: MakePhoto, encode: Encode
) -> None:
    page = document.new_page()
    data = encode(make_photo(1), "JPEG")
    page.insert_image((50, 50, 150, 130), stream=data)
    page.insert_image((250, 300, 350, 380), stream=data)
    (image,) = read_first(document).images
    assert [tuple(round(edge) for edge in box) for box in image.boxes] == [(50, 50, 150, 130), (250, 300, 350, 380)]
    assert image.effective_dpi == pytest.approx(144, abs=1)


def test_the_same_picture_saved_again_is_a_near_duplicate_and_other_pictures_are_not(
    document: pymupdf.Document, read_first: ReadFirst, make_photo: MakePhoto, encode: Encode
) -> None:
    page = document.new_page()
    for number, data in enumerate(
        [
            encode(make_photo(1), "JPEG", quality=95),
            encode(make_photo(1, 400, 320), "JPEG", quality=60),
            encode(make_photo(2), "JPEG"),
        ]
    ):
        page.insert_image((50, 50 + 150 * number, 150, 130 + 150 * number), stream=data)
    images = read_first(document).images
    assert [(image.width, len(image.boxes)) for image in images] == [(400, 2), (200, 1)]


@pytest.mark.parametrize("other", ["#8a8a8e", "#7c8a5a", "#8f6f5f"])  # the first is #9a7a5a, a brown
def test_one_shape_in_two_colours_is_two_images(
    document: pymupdf.Document, read_first: ReadFirst, encode: Encode, other: str
) -> None:
    page = document.new_page()
    for number, color in enumerate(["#9a7a5a", other]):
        sofa = Image.new("RGB", (320, 240), "#f2f2f0")
        sofa.paste(Image.new("RGB", (200, 70), color), (60, 90))
        page.insert_image((50, 50 + 200 * number, 250, 200 + 200 * number), stream=encode(sofa, "JPEG", quality=85))
    assert [len(image.boxes) for image in read_first(document).images] == [1, 1]


def test_plain_swatches_of_different_colours_are_different_images(
    document: pymupdf.Document, read_first: ReadFirst, encode: Encode
) -> None:
    page = document.new_page()
    for number, color in enumerate(["#803020", "#208030", "#203080"]):
        x = 50 + 120 * number
        page.insert_image((x, 50, x + 100, 150), stream=encode(Image.new("RGB", (150, 150), color)))
    images = read_first(document).images
    assert [image.stats.mean_rgb for image in images] == [(0x80, 0x30, 0x20), (0x20, 0x80, 0x30), (0x20, 0x30, 0x80)]


def test_a_cmyk_jpeg_becomes_rgb_in_its_colours(
    document: pymupdf.Document, read_first: ReadFirst, encode: Encode, tmp_path: Path
) -> None:
    picture = Image.new("CMYK", (120, 90), (0, 230, 230, 0))  # red
    document.new_page().insert_image((50, 50, 170, 140), stream=encode(picture, "JPEG"))
    (image,) = [image for image in read_first(document).images if image.layer == "embedded"]
    red, green, blue = mean_color(load(tmp_path, image))
    assert red > 180
    assert max(green, blue) < 100


def test_a_soft_mask_is_put_on_white(
    document: pymupdf.Document, read_first: ReadFirst, encode: Encode, tmp_path: Path
) -> None:
    picture = Image.new("RGBA", (200, 100), (20, 120, 40, 255))
    picture.paste((20, 120, 40, 0), (100, 0, 200, 100))
    document.new_page().insert_image((50, 50, 150, 100), stream=encode(picture))
    (image,) = read_first(document).images
    shown = load(tmp_path, image)
    assert shown.getpixel((20, 50)) == (20, 120, 40)
    assert shown.getpixel((180, 50)) == (255, 255, 255)


@pytest.mark.parametrize("size", [(7, 200), (200, 5), (1, 1)])
def test_tiny_images_are_dropped(
    document: pymupdf.Document, read_first: ReadFirst, encode: Encode, size: tuple[int, int]
) -> None:
    document.new_page().insert_image((50, 50, 150, 150), stream=encode(Image.new("RGB", size, "red")))
    assert [image for image in read_first(document).images if image.layer == "embedded"] == []


def test_an_image_with_too_many_pixels_costs_that_image(
    document: pymupdf.Document, read_first: ReadFirst, make_photo: MakePhoto, encode: Encode
) -> None:
    page = document.new_page()
    page.insert_image((50, 50, 150, 150), stream=encode(Image.new("RGB", (3000, 2000), "red")))
    page.insert_image((250, 50, 350, 130), stream=encode(make_photo(1), "JPEG"))
    page.insert_text((50, 400), "text is read all the same")
    read = read_first(document, max_pixels=1_000_000)
    assert [image.width for image in read.images] == [200]
    assert "3000 x 2000" in read.problems[0]
    assert read.text == "text is read all the same"


def test_a_huge_page_costs_no_pixels(
    document: pymupdf.Document, read_first: ReadFirst, make_photo: MakePhoto, encode: Encode
) -> None:
    page = document.new_page(width=14_000, height=14_000)
    page.insert_image((0, 0, 14_000, 14_000), stream=encode(make_photo(1), "JPEG"))
    read = read_first(document)
    assert [image.layer for image in read.images] == ["embedded"]
    assert any("megapixels" in problem or "too large" in problem for problem in read.problems)


def test_an_image_of_low_resolution_is_rendered_again(
    document: pymupdf.Document, read_first: ReadFirst, make_photo: MakePhoto, encode: Encode
) -> None:
    page = document.new_page()
    page.insert_image((50, 50, 250, 210), stream=encode(make_photo(1), "JPEG"))  # 72 dpi
    page.insert_image((300, 50, 400, 130), stream=encode(make_photo(2), "JPEG"))  # 144 dpi
    low, good, render = read_first(document).images
    assert (low.layer, good.layer, render.layer) == ("embedded", "embedded", "full_render")
    assert render.boxes == low.boxes
    assert render.width == pytest.approx(200 * 250 / 72, abs=2)


def test_a_page_of_text_is_not_rendered(document: pymupdf.Document, read_first: ReadFirst) -> None:
    page = document.new_page()
    page.draw_line((50, 90), (500, 90))
    page.insert_text((50, 80), "Terms of delivery")
    assert read_first(document).images == ()


def test_a_drawing_without_images_is_rendered(document: pymupdf.Document, read_first: ReadFirst) -> None:
    page = document.new_page()
    for step in range(12):
        page.draw_circle((200 + 10 * step, 300), 60 + 6 * step)
    (image,) = read_first(document).images
    assert image.layer == "full_render"


@pytest.mark.parametrize("above", [False, True])
def test_a_caption_belongs_to_the_image_that_the_page_shows_it_with(
    document: pymupdf.Document, read_first: ReadFirst, make_photo: MakePhoto, encode: Encode, above: bool
) -> None:
    page = document.new_page()
    for number in range(3):
        y = 60 + 230 * number
        page.insert_image((60, y, 260, y + 160), stream=encode(make_photo(number, 600, 480), "JPEG"))
        page.insert_text((60, y - 8 if above else y + 172), f"Swatch {number}", fontsize=10)
    images = read_first(document).images
    assert [image.nearest_text for image in images] == ["Swatch 0", "Swatch 1", "Swatch 2"]
    assert all(image.nearest_text_box for image in images)


def test_a_caption_is_complete_with_the_smaller_lines_below_it(
    document: pymupdf.Document, read_first: ReadFirst, make_photo: MakePhoto, encode: Encode
) -> None:
    page = document.new_page()
    page.insert_image((60, 60, 260, 220), stream=encode(make_photo(1, 600, 480), "JPEG"))
    page.insert_text((60, 234), "TERRA GREY", fontsize=12)
    page.insert_text((60, 244), "Art. 4711", fontsize=7)
    page.insert_text((60, 600), "Something else", fontsize=12)
    (image,) = read_first(document).images
    assert image.nearest_text == "TERRA GREY\nArt. 4711"


def test_an_image_cut_by_a_frame_is_where_it_is_visible(
    document: pymupdf.Document, read_first: ReadFirst, make_photo: MakePhoto, encode: Encode
) -> None:
    page = document.new_page()
    page.insert_image((50, 50, 250, 210), stream=encode(make_photo(1, 800, 640), "JPEG"))
    (reference,) = page.get_contents()
    drawing = document.xref_stream(reference)
    document.update_stream(reference, b"q 50 642 100 150 re W n\n" + drawing + b"\nQ")  # PDF's y runs upwards
    (image,) = read_first(document).images
    assert [round(edge) for edge in image.boxes[0]] == [50, 50, 150, 200]


@pytest.mark.parametrize(
    ("name", "size"), [("cmyk-jpeg", (200, 150)), ("jpx-image", (1090, 725)), ("image-only-german-ccitt", (2016, 2852))]
)
def test_real_encodings_are_readable_files(corpus: Path, tmp_path: Path, name: str, size: tuple[int, int]) -> None:
    with pymupdf.open(corpus / "pdf" / "hard" / f"{name}.pdf") as document:
        page = read_page(document, 1, tmp_path, ReadOptions(ocr=False))
    sizes = {load(tmp_path, image).size for image in page.images if image.layer == "embedded"}
    assert size in sizes


def test_a_real_catalogs_swatches_have_their_captions(corpus: Path, tmp_path: Path) -> None:
    with pymupdf.open(corpus / "pdf" / "catalog" / "regalith-marble.pdf") as document:
        page = read_page(document, 3, tmp_path, ReadOptions())
    swatches = [image for image in page.images if image.height > 400 and image.stats.colorfulness < 20]
    captions = [image.nearest_text or "" for image in swatches]
    assert len(swatches) == 6
    assert all(caption.startswith("Sinia pearl limeston") for caption in captions)


def test_the_same_page_twice_gives_the_same_files(corpus: Path, tmp_path: Path) -> None:
    first, second = (
        read_document(corpus / "pdf" / "hard" / "encrypted-no-password-needed.pdf", tmp_path / name) for name in "ab"
    )
    assert first == second


def test_a_caption_takes_in_the_code_at_the_end_of_its_row(
    document: pymupdf.Document, read_first: ReadFirst, make_photo: MakePhoto, encode: Encode
) -> None:
    page = document.new_page()
    for number in range(2):
        x = 60 + 240 * number
        page.insert_image((x, 60, x + 200, 220), stream=encode(make_photo(number, 600, 480), "JPEG"))
        page.insert_text((x, 234), "Sabbia Lenta", fontsize=12)
        page.insert_text((x + 165, 234), f"STR-{number}", fontsize=8)
    images = read_first(document).images
    assert [set((image.nearest_text or "").split("\n")) for image in images] == [
        {"Sabbia Lenta", "STR-0"},
        {"Sabbia Lenta", "STR-1"},
    ]


def test_a_symbol_belongs_to_the_text_that_it_opens(
    document: pymupdf.Document, read_first: ReadFirst, make_photo: MakePhoto, encode: Encode
) -> None:
    page = document.new_page()
    page.insert_image((60, 90, 76, 106), stream=encode(make_photo(1, 64, 64), "JPEG"))
    page.insert_text((84, 102), "Note: keep away from acids.", fontsize=10)
    page.insert_text((60, 130), "Installation", fontsize=10)
    (image,) = read_first(document).images
    assert image.nearest_text == "Note: keep away from acids."
