"""What was understood, drawn over the pages: every mark stands where its provenance says, on turned pages too."""

from pathlib import Path

import pymupdf
import pytest

from tasks.catalog.annotation import AnnotationPlan, ImagePlace, annotate_document
from tasks.catalog.boxes import Box
from tasks.catalog.discovery import discover
from tasks.catalog.pdf.reader import read_document
from tasks.catalog.products import ImageLink, Place, Product

SAMPLE = Path(__file__).parents[2] / "sample" / "catalog.pdf"
TOLERANCE = 4.0  # points: frames stand a little outside, images' marks a little inside


def displayed(page: pymupdf.Page, mark: pymupdf.Annot) -> Box:
    return Box(*(mark.rect * page.rotation_matrix).normalize())


def is_near(one: Box, other: Box) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= TOLERANCE


def test_every_field_and_image_of_the_sample_is_marked_at_its_place(tmp_path: Path) -> None:
    pages = read_document(SAMPLE, tmp_path / "pages")
    products = discover(pages, SAMPLE.name).products
    places = tuple(
        ImagePlace(sha256=image.sha256, page=page.number, box=box, label="PRODUCT_IMAGE")
        for page in pages
        for image in page.images
        for box in image.boxes
    )
    target = tmp_path / "annotated.pdf"
    count = annotate_document(SAMPLE, target, AnnotationPlan(products=products, places=places))

    with pymupdf.open(target) as drawn:
        marks = {
            page.number + 1: [
                (displayed(page, mark), mark.info["title"], mark.info["content"]) for mark in page.annots()
            ]
            for page in drawn
        }
        assert count == sum(map(len, marks.values()))
        heights = [page.rect.height for page in drawn]
        assert {layer["name"] for layer in drawn.get_ocgs().values()} == {
            "Quarry: products", "Quarry: fields", "Quarry: images", "Quarry: links",
        }  # fmt: skip
    assert [height > page.height for height, page in zip(heights, pages, strict=True)] == [True] * len(pages)
    for product in products:
        for field, place in product.provenance.items():
            said = [content for box, _, content in marks[place.page or 0] if place.bbox and is_near(box, place.bbox)]
            assert any(f"{field}: " in content for content in said), (product.name, field)
    for place in places:
        assert any(is_near(box, place.box) and title == place.label for box, title, _ in marks[place.page])
    linked = sum(title.startswith("image of ") for found in marks.values() for _, title, _ in found)
    assert linked == sum(len(product.images) for product in products)
    assert all(any(content == "price" for _, _, content in found) for found in marks.values())  # the legend


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_marks_stand_as_displayed_on_turned_pages_with_a_crop(tmp_path: Path, rotation: int) -> None:
    document = pymupdf.open()
    page = document.new_page(width=500, height=400)
    page.set_cropbox(pymupdf.Rect(20, 30, 460, 380))
    page.set_rotation(rotation)
    size = page.rect
    document.save(tmp_path / "turned.pdf")
    box = Box(40, 50, 120, 62)
    product = Product(
        key="k", name="Κύβος", sku="KB-1", pages=(1,),
        provenance={"sku": Place(source="x", page=1, bbox=box)},
        images=(ImageLink(sha256="a" * 64, page=1, score=0.9, reason="nearest"),),
    )  # fmt: skip
    place = ImagePlace(sha256="a" * 64, page=1, box=Box(150, 50, 250, 150))
    plan = AnnotationPlan(products=(product,), places=(place,))
    annotate_document(tmp_path / "turned.pdf", tmp_path / "out.pdf", plan)

    with pymupdf.open(tmp_path / "out.pdf") as drawn:
        page = drawn[0]
        assert page.rotation == rotation
        assert page.rect.width == pytest.approx(size.width)
        assert page.rect.height > size.height
        said = {mark.info["content"]: displayed(page, mark) for mark in page.annots()}
        assert is_near(said["sku: KB-1"], box)
        assert is_near(said[f"nearest 0.90; {'a' * 12}"], place.box)
        legend = next(box for content, box in said.items() if content == "price")
        assert size.height <= legend.y0 < page.rect.height
        # The image's middle is where the link begins, and the words stand upright.
        picture = page.get_pixmap(dpi=72)
        assert picture.pixel(200, 100)[0] > picture.pixel(200, 100)[2]


def test_an_encrypted_source_stays_encrypted(tmp_path: Path) -> None:
    document = pymupdf.open()
    document.new_page()
    path, target = tmp_path / "locked.pdf", tmp_path / "out.pdf"
    document.save(path, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="stone", owner_pw="quarry")
    annotate_document(path, target, AnnotationPlan(products=(), places=()), "stone")
    with pymupdf.open(target) as drawn:
        assert drawn.needs_pass
        assert drawn.authenticate("stone")


def test_a_drawing_at_two_products_is_linked_to_each_where_it_stands(tmp_path: Path) -> None:
    document = pymupdf.open()
    document.new_page(width=500, height=400)
    document.save(tmp_path / "plain.pdf")
    link = ImageLink(sha256="b" * 64, page=1, score=0.9, reason="same_cell")
    products = tuple(
        Product(key=name, name=name, pages=(1,), images=(link,),
                provenance={"name": Place(source="x", page=1, bbox=Box(20, y, 90, y + 12))})
        for name, y in (("Desk", 40), ("Bench", 240))
    )  # fmt: skip
    places = tuple(ImagePlace(sha256="b" * 64, page=1, box=Box(20, y, 100, y + 60)) for y in (60, 260))
    annotate_document(tmp_path / "plain.pdf", tmp_path / "out.pdf", AnnotationPlan(products=products, places=places))
    with pymupdf.open(tmp_path / "out.pdf") as drawn:
        page = drawn[0]
        marks = [(displayed(page, mark), mark.info["title"]) for mark in page.annots()]
    frames = {title: box for box, title in marks if title.startswith("product ")}
    assert frames["product 1"].y1 < 140 < 220 < frames["product 2"].y0
    linked = sorted((box.y0, title) for box, title in marks if title.startswith("image of "))
    assert [title for _, title in linked] == ["image of Desk", "image of Bench"]
