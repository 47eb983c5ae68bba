"""Feeds whose records are told by more than their own elements: tables, categories around them, lists beside them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.catalog.feeds.errors import FeedError
from tasks.catalog.feeds.mapping_files import load_mapping, save_mapping
from tasks.catalog.feeds.paths import fits
from tasks.catalog.feeds.reader import Feed, open_feed
from tasks.catalog.products import Measure, Product

Read = Callable[..., tuple[Feed, list[Product]]]
Write = Callable[[str | bytes], Path]

EXCEL = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'


def row(*cells: str) -> str:
    """A row of a spreadsheet; "6:x" is a cell that says that it is in column 6."""
    parts = [cell.rpartition("|") for cell in cells]
    marked = ((f' ss:Index="{index}"' if index else "", text) for index, _, text in parts)
    return "<Row>" + "".join(f"<Cell{mark}><Data>{text}</Data></Cell>" for mark, text in marked) + "</Row>"


def sheet(*rows: str) -> str:
    return f"<Workbook {EXCEL}><Worksheet><Table>{''.join(rows)}</Table></Worksheet></Workbook>"


def test_rows_are_records_under_the_names_of_the_header(read: Read) -> None:
    feed, products = read(
        sheet(
            row("Price list 2026"),
            row("Article no.", "Name", "Price", "Remark", "Width [cm]"),
            row("A-1", "Oak table", "12.50", "5|60"),
            row(),
            row("A-2", "Elm chair", "9", "new", "45"),
        )
    )
    assert [(one.key, one.name, one.price) for one in products] == [
        ("A-1", "Oak table", "12.50"),
        ("A-2", "Elm chair", "9"),
    ]
    assert products[0].attributes == {"width": Measure(value="60", unit="cm")}
    assert products[1].attributes["Remark"] == "new"
    assert dict(feed.skipped) == {"a row of one cell": 1}, "neither the header nor an empty row is a record"


def test_a_column_that_is_far_away_is_not_believed(read: Read) -> None:
    _, products = read(sheet(row("Code", "Name", "Price"), row("A", "Oak", "1", "99999999|x"), row("B", "Elm", "2")))
    assert [one.name for one in products] == ["Oak", "Elm"]


def test_names_of_columns_may_stand_in_a_list_before_the_rows(read: Read) -> None:
    fields = "".join(f'<FIELD NAME="{name}"/>' for name in ("Codice", "Nome", "Prezzo"))
    rows = "".join(
        f"<ROW><COL><DATA>C{n}</DATA></COL><COL><DATA>Sedia {n}</DATA></COL><COL><DATA>{n},50</DATA></COL></ROW>"
        for n in (1, 2, 3)
    )
    _, products = read(f"<R><METADATA>{fields}</METADATA><RESULTSET>{rows}</RESULTSET></R>")
    assert [(one.key, one.name, one.price) for one in products][1:] == [
        ("C2", "Sedia 2", "2.50"),
        ("C3", "Sedia 3", "3.50"),
    ]


def products_in(name: str, *codes: str) -> str:
    inner = "".join(f"<product><sku>{code}</sku><name>Chair {code}</name><price>5</price></product>" for code in codes)
    return f"<category><name>{name}</name>{inner}</category>"


def test_records_of_any_depth_have_the_categories_around_them(read: Read) -> None:
    deep = f"<category><name>Home</name>{products_in('Sofas', 'A', 'B')}{products_in('Beds', 'C')}</category>"
    feed, products = read(f"<shop>{deep}{products_in('Garden', 'D', 'E')}</shop>")
    assert feed.mapping.record == "/shop/**/category/product"
    assert [(one.key, one.category) for one in products] == [
        ("A", "Home > Sofas"), ("B", "Home > Sofas"), ("C", "Home > Beds"), ("D", "Garden"), ("E", "Garden"),
    ]  # fmt: skip


def test_the_name_of_a_category_is_known_however_long_it_is(read: Read) -> None:
    codes = [f"K{n}" for n in range(2_000)]
    _, products = read(f"<shop>{products_in('Sofas', *codes)}{products_in('Beds', 'X', 'Y')}</shop>")
    assert {one.category for one in products[:2_000]} == {"Sofas"}
    assert {one.category for one in products[2_000:]} == {"Beds"}


def test_a_product_in_another_category_has_changed(write: Write) -> None:
    before = open_feed(write(f"<shop>{products_in('Sofas', 'A', 'B')}{products_in('Beds', 'C', 'D')}</shop>"))
    digests = [(stub.key, stub.digest) for stub in before.scan()]
    after = open_feed(write(f"<shop>{products_in('Sofas', 'A')}{products_in('Beds', 'B', 'C', 'D')}</shop>"))
    changed = {one.key for one, (_, digest) in zip(after.scan(), digests, strict=True) if one.digest != digest}
    assert changed == {"B"}


@pytest.mark.parametrize(
    ("pattern", "path", "does_fit"),
    [
        ("a/**/p", "a/p", True), ("a/**/p", "a/b/c/p", True), ("a/**/p", "a/p/r/p", False), ("a/**/p", "b/p", False),
        ("a/*/p", "a/b/p", True), ("a/*/p", "a/p", False), ("a/**/c/p", "a/c/p", True), ("a/**/c/p", "a/b/p", False),
    ],
)  # fmt: skip
def test_paths_fit(pattern: str, path: str, does_fit: bool) -> None:
    assert fits(pattern.split("/"), path.split("/")) is does_fit


JOINED = (
    "<export><categories><category><id>1</id><name>Home</name></category><category><id>2</id><parentId>1</parentId>"
    "<name>Sofas</name></category></categories><products>{products}</products><prices>{prices}</prices></export>"
)


def joined(price: str = "5.50") -> str:
    ids = range(101, 107)
    record = '<product id="{0}"><name>Sofa {0}</name><categoryId>2</categoryId></product>'
    prices = "".join(f'<price product_id="{n}" currency="EUR">{price}</price>' for n in ids)
    return JOINED.format(products="".join(map(record.format, ids)), prices=prices)


def test_lists_beside_the_records_are_joined_by_their_id(read: Read) -> None:
    feed, products = read(joined())
    assert {(one.price, one.currency, one.category) for one in products} == {("5.50", "EUR", "Home > Sofas")}
    assert feed.gathers


def test_what_stands_in_joined_lists_is_part_of_what_a_feed_says(write: Write) -> None:
    def digest(price: str) -> str:
        feed = open_feed(write(joined(price)))
        list(feed.scan())
        return feed.context_digest

    assert digest("5.50") == digest("5.50") != digest("6.00")


def test_a_list_whose_ids_agree_by_chance_is_not_joined(write: Write) -> None:
    records = "".join(f'<product id="{n}"><name>Sofa {n}</name><price>{n}</price></product>' for n in range(1, 7))
    branches = "".join(f'<branch id="{n}"><city>C{n}</city></branch>' for n in range(1, 9))
    assert open_feed(write(f"<x><branches>{branches}</branches><products>{records}</products></x>")).mapping.joins == ()


def test_such_a_mapping_can_be_saved_and_read_again(write: Write, tmp_path: Path) -> None:
    for text in (joined(), f"<shop>{products_in('A', 'a', 'b')}{products_in('B', 'c')}</shop>"):
        mapping = open_feed(write(text)).mapping
        assert mapping.joins or mapping.above
        save_mapping(tmp_path / "mapping.yaml", mapping)
        assert load_mapping(tmp_path / "mapping.yaml") == mapping


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


FEED = f"<shop>{''.join(f'<item><sku>{n}</sku><name>Chair {n}</name><price>5</price></item>' for n in range(4))}</shop>"


def test_the_one_document_of_a_zip_archive_is_the_feed(read: Read) -> None:
    _, products = read(zipped(**{"feed.xml": FEED.encode(), "readme.txt": b"hello", "__MACOSX/._feed.xml": b"x"}))
    assert len(products) == 4


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (zipped(**{"a.xml": FEED.encode(), "b.xml": FEED.encode()}), "2 documents, not of one: a.xml, b.xml"),
        (zipped(**{"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<w/>"}), "spreadsheet"),
        (
            zipped(**{"a.xml": FEED.encode().replace(b"</shop>", b"<x></x>" * 4_000_000)}),
            "more than 200 times its size",
        ),
        (zipped(**{"a.xml": FEED.encode()})[:60], "ZIP archive is broken"),
    ],
)
def test_other_archives_are_refused_with_the_reason(write: Write, content: bytes, reason: str) -> None:
    with pytest.raises(FeedError, match=reason):
        list(open_feed(write(content)).scan())


@pytest.mark.parametrize(
    "text",
    [
        # Names of BestPrice's and Skroutz' beside others, and no address or price of theirs
        "<Products>{}</Products>".format(
            "".join(
                f"<Product><ProductID>{n}</ProductID><CategoryID>1</CategoryID><ImageURL>https://s.example/{n}.jpg</ImageURL>"
                f"<ProductURL>https://s.example/{n}</ProductURL><ProductName>Chair {n}</ProductName><Price>5</Price>"
                "<Stock>3</Stock></Product>"
                for n in range(4)
            )
        ),
        # Heureka's root and record, and none of its names
        "<SHOP>{}</SHOP>".format(
            "".join(f"<SHOPITEM><CODE>{n}</CODE><NAME>Chair {n}</NAME><PRICE>5</PRICE></SHOPITEM>" for n in range(4))
        ),
    ],
)
def test_a_feed_that_only_looks_like_a_profile_s_is_one_of_its_own(read: Read, text: str) -> None:
    feed, products = read(text)
    assert feed.profile == "custom"
    assert feed.currency is None, "nothing names one"
    assert [one.name for one in products] == [f"Chair {n}" for n in range(4)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<e><fault><faultcode>x</faultcode><faultstring>denied</faultstring></fault></e>", "no repeating record"),
        (
            "<s>{}</s>".format("<u><loc>https://s.example/1</loc><lastmod>2026-01-01</lastmod></u>" * 6),
            "product's name",
        ),
    ],
)
def test_documents_of_other_kinds_are_no_feeds(write: Write, text: str, reason: str) -> None:
    with pytest.raises(FeedError, match=reason):
        open_feed(write(text))
