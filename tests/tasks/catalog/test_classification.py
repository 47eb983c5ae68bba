"""What an image shows: how a document uses it, and the rules; the classifier as a whole is in tests/tasks/local."""

from __future__ import annotations

from tasks.catalog.boxes import Box
from tasks.catalog.class_rules import classify_surely, judge
from tasks.catalog.engines import ImageUse
from tasks.catalog.image_analysis import ImageLabel
from tasks.catalog.image_uses import describe_uses
from tasks.catalog.pages import ImageStats, Page, PageImage
from tasks.catalog.products import Discovery, ImageLink, PageKind, Product

PHOTO = ImageStats(
    mean_rgb=(120, 100, 90), colorfulness=35, edge_density=0.2, entropy=7.0, white_share=0.05, distinct_colors=180
)
DRAWING = ImageStats(
    mean_rgb=(250, 250, 250), colorfulness=1, edge_density=0.15, entropy=1.8, white_share=0.9, distinct_colors=9
)
FLAT = ImageStats(
    mean_rgb=(200, 30, 30), colorfulness=80, edge_density=0, entropy=0.0, white_share=0, distinct_colors=1
)
MIDDLE = Box(50, 100, 250, 300)


def image(sha256: str, box: Box = MIDDLE, stats: ImageStats = PHOTO) -> PageImage:
    return PageImage(
        sha256=sha256, ext="jpg", width=800, height=800, bytes=1000, boxes=(box,), layer="embedded",
        effective_dpi=200, phash="0" * 16, stats=stats,
    )  # fmt: skip


def page(number: int, *images: PageImage) -> Page:
    return Page(number=number, width=595, height=842, images=images)


def discovery(kinds: dict[int, PageKind], *links: ImageLink) -> Discovery:
    product = Product(key="sku:1", name="Oslo", images=links, pages=(1,))
    return Discovery(products=(product,), page_kinds=kinds)


def classify_images(pages: list[Page], found: Discovery) -> dict[str, ImageLabel]:
    stats = {image.sha256: image.stats for page in pages for image in page.images}
    return {sha256: judge(stats[sha256], use) for sha256, use in describe_uses(pages, found).items()}


def test_a_captioned_picture_is_a_product_image() -> None:
    link = ImageLink(sha256="a", page=1, score=0.95, reason="caption_below")
    label = classify_images([page(1, image("a"))], discovery({1: "products"}, link))["a"]
    assert label.label == "PRODUCT_IMAGE"
    assert label.confidence >= 0.8
    assert "caption_below" in label.reason


def test_a_flat_swatch_with_a_caption_is_a_product_image() -> None:
    link = ImageLink(sha256="a", page=1, score=0.95, reason="caption_below")
    labels = classify_images(
        [page(1, image("a", stats=FLAT), image("b", Box(300, 100, 500, 300), FLAT))], discovery({1: "products"}, link)
    )
    assert labels["a"].label == "PRODUCT_IMAGE"
    assert labels["b"].label == "DECORATIVE"


def test_an_image_on_every_page_is_decorative() -> None:
    pages = [page(number, image("logo", Box(500, 20, 560, 60))) for number in range(1, 7)]
    label = classify_images(pages, discovery({}))["logo"]
    assert (label.label, label.confidence >= 0.8) == ("DECORATIVE", True)


def test_lines_on_white_are_a_technical_diagram() -> None:
    assert (
        classify_images([page(1, image("a", stats=DRAWING))], discovery({1: "reference"}))["a"].label
        == "TECHNICAL_DIAGRAM"
    )


def test_a_large_photograph_without_a_product_is_a_scene() -> None:
    label = classify_images([page(2, image("a", Box(0, 0, 595, 500)))], discovery({2: "prose"}))["a"]
    assert (label.label, label.confidence >= 0.6) == ("MIXED", True)


def test_a_picture_to_the_edge_at_a_product_shows_it_in_its_surroundings() -> None:
    link = ImageLink(sha256="a", page=1, score=0.9, reason="only_product_on_page")
    label = classify_images([page(1, image("a", Box(0, 0, 595, 456)))], discovery({1: "products"}, link))["a"]
    assert label.label == "MIXED"


def test_what_nothing_tells_of_stays_open() -> None:
    assert classify_images([page(1, image("a"))], discovery({1: "products"}))["a"].confidence < 0.6
    assert classify_images([page(1, image("a"))], Discovery())["a"].confidence < 0.6


def test_an_image_and_its_rendering_agree() -> None:
    link = ImageLink(sha256="a", page=1, score=0.95, reason="caption_below")
    labels = classify_images([page(1, image("a"), image("twin"))], discovery({1: "products"}, link))
    assert labels["a"] == labels["twin"]


def test_every_image_has_a_label() -> None:
    pages = [page(1, image("a"), image("b", Box(0, 0, 10, 10))), page(2, image("c", Box(0, 0, 500, 20)))]
    assert set(classify_images(pages, discovery({}))) == {"a", "b", "c"}


def test_a_use_says_where_an_image_stands_and_what_claims_it() -> None:
    link = ImageLink(sha256="a", page=1, score=0.95, reason="caption_below")
    product = Product(
        key="sku:1", name="Oslo", brand="Nord", attributes={"material": "oak"}, images=(link,), pages=(1,)
    )
    found = Discovery(products=(product,), page_kinds={1: "products"})
    use = describe_uses([page(1, image("a", Box(0, 0, 595, 421)))], found)["a"]
    assert use.page_share == 0.5
    assert (use.bleeds, use.strip, use.repeated, use.scan) == (True, False, False, False)
    assert (use.shown_side_points, use.page_kind, use.has_products, use.links) == (421, "products", True, (link,))
    assert use.product == {"name": "Oslo", "brand": "Nord", "material": "oak"}


def test_of_several_showings_the_largest_counts() -> None:
    pages = [page(1, image("a", Box(0, 0, 100, 100))), page(2, image("a", Box(0, 0, 400, 400)))]
    use = describe_uses(pages, discovery({1: "products", 2: "prose"}))["a"]
    assert (use.shown_side_points, use.page_kind) == (400, "prose")


def test_the_product_of_the_firmest_link_describes_the_image() -> None:
    links = [ImageLink(sha256="a", page=1, score=score, reason="beside") for score in (0.4, 0.9)]
    products = tuple(Product(key=f"n:{link.score}", name=f"P{link.score}", images=(link,)) for link in links)
    use = describe_uses([page(1, image("a"))], Discovery(products=products))["a"]
    assert use.product == {"name": "P0.9"}
    assert len(use.links) == 2


def test_the_scan_of_a_page_is_told_from_a_picture_that_fills_it() -> None:
    whole = image("a", Box(0, 0, 595, 842))
    scan = page(1, whole).model_copy(update={"text_source": "ocr"})
    assert describe_uses([scan], Discovery())["a"].scan
    assert not describe_uses([page(1, whole)], Discovery())["a"].scan


def test_place_alone_settles_only_what_no_product_claims_firmly() -> None:
    link = ImageLink(sha256="a", page=1, score=0.95, reason="caption_below")
    assert classify_surely(ImageUse()) is None
    for use in (ImageUse(repeated=True), ImageUse(scan=True), ImageUse(strip=True), ImageUse(shown_side_points=9.0)):
        sure = classify_surely(use)
        assert sure is not None
        assert sure.label == "DECORATIVE"
        assert classify_surely(use._replace(links=(link,))) is None
