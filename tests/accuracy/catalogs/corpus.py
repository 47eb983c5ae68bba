"""The generated catalogs that are measured: the same ones on every machine, for every seed another set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from . import (
    baths,
    dense,
    fabrics,
    few,
    leaflets,
    lighting,
    listed,
    notices,
    papers,
    pictured,
    showcases,
    slides,
    studios,
    tiles,
    wholesale,
    without,
)
from .sheets import scan
from .truth import Made

Maker = Callable[[Random], Made]
_TRADES_FROM = 500
_HOUSES_FROM = 600
_NOTICES_FROM = 700


def list_makers() -> list[Maker]:
    """One maker a catalog; each draws sizes, fonts, names, codes and numbers from the generator it is given."""
    grids = [
        ("en", "below", "code+size"), ("de", "below", "code+price"), ("it", "above", "code+material"),
        ("fr", "right", "code+size+price"), ("us", "below", ""), ("pl", "below", "code"), ("el", "below", "code+size"),
        ("ru", "right", "code+price"), ("us", "left", "code+size"), ("en", "above", "price"),
        ("de", "right", "code+material+size"),
    ]  # fmt: skip
    lists = [
        ("en", "none", True, True, True), ("de", "ruled", False, True, True), ("it", "lines", True, False, True),
        ("fr", "ruled", True, True, True), ("pl", "none", False, False, True), ("ru", "lines", False, True, True),
        ("el", "ruled", False, False, True), ("us", "lines", True, True, False), ("de", "none", True, True, False),
        ("it", "ruled", True, False, False),
    ]  # fmt: skip
    makers: list[Maker] = []
    for language, side, fields in grids:
        makers.append(lambda random, a=language, b=side, c=fields: pictured.make_swatches(random, a, b, c))  # type: ignore[misc]
    for language, style, count in [
        ("en", "colon", 1), ("de", "columns", 1), ("fr", "ruled", 2), ("it", "stacked", 1), ("pl", "columns", 2),
        ("ru", "colon", 1), ("el", "columns", 1), ("us", "ruled", 1),
    ]:  # fmt: skip
        makers.append(lambda random, a=language, b=style, c=count: pictured.make_sheets(random, a, b, per_page=c))  # type: ignore[misc]
    for language, rules, grades, groups, repeat in lists:
        makers.append(
            lambda random, a=language, b=rules, c=grades, d=groups, e=repeat: listed.make_price_list(  # type: ignore[misc]
                random, a, b, grades=c, groups=d, repeat_header=e, inches=a == "us"
            )
        )
    makers += [
        lambda random: pictured.make_spreads(random, "en", kind="halves"),
        lambda random: pictured.make_spreads(random, "de", kind="picture"),
        lambda random: pictured.make_facing(random, "en"),
        lambda random: pictured.make_facing(random, "it"),
        lambda random: pictured.make_cards(random, "us"),
        lambda random: pictured.make_cards(random, "fr"),
        lambda random: listed.make_variants(random, "en"),
        lambda random: listed.make_variants(random, "de", per_page=2),
        lambda random: listed.make_leaders(random, "us"),
        lambda random: listed.make_leaders(random, "it"),
        lambda random: dense.make_ruled(random, "de", merged=True),
        lambda random: dense.make_ruled(random, "us", merged=False),
        lambda random: dense.make_ruled(random, "it", merged=False),
        lambda random: dense.make_pictured_rows(random, "en", ruled=True),
        lambda random: dense.make_pictured_rows(random, "fr", ruled=False),
        lambda random: dense.make_inches(random, style="strokes"),
        lambda random: dense.make_inches(random, style="signs"),
        lambda random: dense.make_grouped_swatches(random, "en"),
        lambda random: dense.make_grouped_swatches(random, "de"),
        lambda random: dense.make_blocks(random, "us"),
        lambda random: dense.make_blocks(random, "it"),
        lambda random: dense.make_sizes_and_colours(random, "en"),
        lambda random: dense.make_sizes_and_colours(random, "fr"),
        lambda random: dense.make_right_to_left(random, "he", listed=False),
        lambda random: dense.make_right_to_left(random, "he", listed=True),
        lambda random: without.make_brochure(random, "it"),
        lambda random: without.make_brochure(random, "ru"),
        lambda random: without.make_manual(random, "en"),
        lambda random: without.make_manual(random, "de"),
        lambda random: without.make_index(random, "en"),
        lambda random: without.make_index(random, "fr"),
        lambda random: without.make_report(random, "en"),
        lambda random: without.make_report(random, "de"),
    ]
    return makers


def list_trades() -> list[Maker]:
    """Catalogs as single trades lay them out, and the papers that lie beside them."""
    kinds: list[tuple[Callable[[Random, str], Made], str]] = [
        (tiles.make_series, "en it de"), (lighting.make_sheets, "en de fr"), (fabrics.make_card, "en de it"),
        (fabrics.make_rugs, "en it"), (baths.make_fittings, "en de it"), (baths.make_matrix, "en it de"),
        (baths.make_columns, "en fr el"), (slides.make_slides, "us de ru"), (slides.make_listed_at_end, "en it"),
        (slides.make_accessories, "en de fr"), (papers.make_letter, "en de"), (papers.make_terms, "it en"),
        (papers.make_dealers, "en"), (papers.make_order, "en de it"), (papers.make_schedule, "en"),
        (papers.make_test_report, "en de"), (papers.make_projects, "en it"),
    ]  # fmt: skip
    return [
        lambda random, make=make, language=language: make(random, language)  # type: ignore[misc]
        for make, languages in kinds
        for language in languages.split()
    ]


def list_houses() -> list[Maker]:
    """Catalogs of one house each, and what such houses print that offers nothing."""
    return [
        showcases.make_rug_collection, showcases.make_chair_spreads, showcases.make_wallpaper_book,
        showcases.make_colour_card, showcases.make_lookbook, wholesale.make_fittings_columns,
        wholesale.make_lamp_families, wholesale.make_mattress_matrix, wholesale.make_doors, wholesale.make_stationery,
        wholesale.make_line_sheet, wholesale.make_sofa_modules, leaflets.make_programme, leaflets.make_warranty,
        leaflets.make_company_report, studios.make_handles, studios.make_tableware, studios.make_cloths,
        studios.make_scenes, studios.make_azulejos, studios.make_shelf_sheets, studios.make_assembly,
        studios.make_press,
    ]  # fmt: skip


def list_notices() -> list[Maker]:
    """Papers in many languages that offer nothing, and such that offer a few products."""
    kinds: list[tuple[Callable[[Random, str], Made], str]] = [
        (notices.make_care, "de it es fr pl"), (notices.make_certificate, "de it es fr pl"),
        (notices.make_assembly, "de it es fr pl"), (notices.make_notice, "de it es fr pl"),
        (notices.make_environment, "de it es fr pl"), (notices.make_order_form, "de it es fr pl"),
        (notices.make_reply, "de it es fr pl"), (few.make_short_list, "en de it fr"),
        (few.make_single_sheet, "en de it fr pl"), (few.make_letter, "en de it fr pl"),
    ]  # fmt: skip
    return [
        lambda random, make=make, language=language: make(random, language)  # type: ignore[misc]
        for make, languages in kinds
        for language in languages.split()
    ]


def list_scanned() -> list[Maker]:
    """Catalogs as images only, at 150 to 200 dpi."""
    originals: list[Maker] = [
        lambda random: pictured.make_swatches(random, "en", "below", "code+size"),
        lambda random: listed.make_price_list(random, "de", "lines", grades=False, groups=True),
        lambda random: pictured.make_sheets(random, "us", "columns"),
        lambda random: dense.make_grouped_swatches(random, "en"),
        lambda random: dense.make_pictured_rows(random, "de", ruled=True),
    ]
    return [lambda random, one=one: _scanned(random, one) for one in originals]  # type: ignore[misc]


def _scanned(random: Random, maker: Maker) -> Made:
    made, dpi = maker(random), random.choice((150, 170, 200))
    return Made(f"scan-{made.name}-{dpi}", scan(made.data, dpi, random), made.products)


def make_catalogs(seed: int, *, scans: bool = True) -> Iterator[Made]:
    """All catalogs of one seed."""
    for number, maker in number_makers(scans=scans):
        yield maker(Random(seed * 1000 + number))


def number_makers(*, scans: bool = True) -> Iterator[tuple[int, Maker]]:
    """Every maker with the number of its random draws; a new layout leaves those of the others alone."""
    makers = list_makers()
    yield from enumerate(makers)
    if scans:
        yield from enumerate(list_scanned(), len(makers))
    yield from enumerate(list_trades(), _TRADES_FROM)
    yield from enumerate(list_houses(), _HOUSES_FROM)
    yield from enumerate(list_notices(), _NOTICES_FROM)
