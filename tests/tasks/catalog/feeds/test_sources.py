"""What a feed's bytes are: encodings declared and real, garbage in front, other formats, entities."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.catalog.feeds.mapping import FeedMapping
from tasks.catalog.feeds.reader import FeedError, open_feed

Write = Callable[[str | bytes], Path]

MAPPING = FeedMapping(record="/shop/item", fields={"id": ("id",), "name": ("name",)})
RUSSIAN, GREEK = "Диван угловой «Осло»", "Καναπές γωνιακός"


def feed(name: str, encoding: str | None, lead: str = "") -> str:
    declared = f' encoding="{encoding}"' if encoding else ""
    return f'{lead}<?xml version="1.0"{declared}?>\n<shop><item><id>1</id><name>{name}</name></item></shop>'


def read_name(path: Path, mapping: FeedMapping = MAPPING) -> tuple[str, str]:
    opened = open_feed(path, mapping)
    list(opened.scan())
    [record] = opened.read()
    assert record.product is not None
    return record.product.name, opened.encoding.lower()


@pytest.mark.parametrize(
    ("name", "content", "encoding"),
    [
        (RUSSIAN, feed(RUSSIAN, "windows-1251").encode("cp1251"), "windows-1251"),
        (GREEK, feed(GREEK, "ISO-8859-7").encode("iso-8859-7"), "iso-8859-7"),
        (GREEK, feed(GREEK, "UTF-8").encode(), "utf-8"),
        (GREEK, feed(GREEK, None).encode(), "utf-8"),
        (RUSSIAN, feed(RUSSIAN, "windows-1251").encode(), "utf-8"),
        (GREEK, feed(GREEK, "iso-8859-7").encode(), "utf-8"),
        (GREEK, feed(GREEK, "iso-8859-1").encode("utf-8-sig"), "utf-8"),
        (GREEK, feed(GREEK, "UTF-16").encode("utf-16"), "utf-16-le"),
        (GREEK, codecs.BOM_UTF16_BE + feed(GREEK, "UTF-16").encode("utf-16-be"), "utf-16-be"),
        (GREEK, feed(GREEK, "UTF-16").encode("utf-16-le"), "utf-16-le"),
        (GREEK, feed(GREEK, "UTF-8", "\n\n  ").encode(), "utf-8"),
        (GREEK, feed(GREEK, "UTF-8", "<br />\n<b>Warning</b>: mysql_connect() in /x.php\n").encode(), "utf-8"),
        (GREEK, feed(GREEK, "UTF-8", "Notice: undefined index\n").encode(), "utf-8"),
    ],
)
def test_encodings_declared_and_real(write: Write, name: str, content: bytes, encoding: str) -> None:
    assert read_name(write(content)) == (name, encoding)


def test_the_first_letter_beyond_ascii_may_come_late(write: Write) -> None:
    late = feed(RUSSIAN, "windows-1251").replace("<name>", "<text>" + "a" * 700_000 + "</text><name>")
    assert read_name(write(late.encode())) == (RUSSIAN, "utf-8")
    assert read_name(write(late.encode("cp1251"))) == (RUSSIAN, "windows-1251")


def test_a_mapping_may_name_the_encoding(write: Write) -> None:
    path = write(feed(GREEK, "UTF-8").encode("iso-8859-7"))
    with pytest.raises(FeedError, match=r"encoding|UTF-8"):
        read_name(path)
    assert read_name(path, MAPPING.model_copy(update={"encoding": "iso-8859-7"})) == (GREEK, "iso-8859-7")


def test_a_byte_that_is_no_character_is_named_with_its_line(write: Write) -> None:
    content = feed(RUSSIAN, "windows-1251").encode("cp1251").replace(b"</name>", b"\n\x98</name>")
    with pytest.raises(FeedError, match=r"^line 3: 0x98 is no character of its encoding windows-1251$"):
        list(open_feed(write(content), MAPPING).scan())


def test_lines_are_counted_from_the_files_first(write: Write) -> None:
    with pytest.raises(FeedError) as error:
        list(open_feed(write('\n\n\n<?xml version="1.0"?>\n<shop>\n<item></shop>'), MAPPING).scan())
    assert error.value.line == 6


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\n ", "blanks"),
        (b'{"products": []}', "JSON"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"PK\x03\x04...", "ZIP"),
        (b"id;name\n1;Chair\n", "not XML: it starts with 'id;name'"),
        (b"<!DOCTYPE html>\n<html><head><title>404 Not\n found</title></head></html>", "web page.*404 Not found"),
        (b"<html><body>x</body></html>", "web page"),
        (b'<?xml version="1.0"?>\n<!-- x -->\n<html xmlns="http://www.w3.org/1999/xhtml"/>', "line 3: a web page"),
        (b"<not xml", "not well-formed"),
        (b'<?xml version="1.0" encoding="klingon"?><a>\xff</a>', "unknown encoding"),
        (b"<a><b/></a>", "no repeating record"),
    ],
)
def test_what_is_no_feed_is_refused_with_the_reason(write: Write, content: bytes, reason: str) -> None:
    with pytest.raises(FeedError, match=reason):
        list(open_feed(write(content)).scan())


BOMB = '<!DOCTYPE shop [\n<!ENTITY a "1234567890">\n<!ENTITY b "&a;&a;&a;&a;">\n]>\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    ("doctype", "reason"),
    [
        (BOMB, r"line 2: .*an entity \(a\)"),
        ('<!DOCTYPE shop [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "an external entity"),
        ('<!DOCTYPE shop [<!ENTITY % x SYSTEM "http://x.example/x.dtd"> %x;]>', "external entity"),
        ("<!DOCTYPE shop [ %x; ]>", "expands %x;"),
        ('<!DOCTYPE shop [<!-- ]> --><!ENTITY x "]>">]>', "an entity"),
        ("<!DOCTYPE shop [", "does not end"),
    ],
)
def test_entities_are_refused_in_any_encoding(write: Write, doctype: str, reason: str, encoding: str) -> None:
    content = doctype + "<shop><item><id>1</id><name>&a;</name></item></shop>"
    with pytest.raises(FeedError, match=reason):
        list(open_feed(write(content.encode(encoding)), MAPPING).scan())


@pytest.mark.parametrize(
    "doctype",
    ['<!DOCTYPE shop SYSTEM "http://127.0.0.1:1/x.dtd">', "<!DOCTYPE shop [<!-- no <!ENTITY --><!ELEMENT shop ANY>]>"],
)
def test_a_doctype_is_allowed_and_nothing_is_loaded(write: Write, doctype: str) -> None:
    assert read_name(write(doctype + "<shop><item><id>1</id><name>A</name></item></shop>")) == ("A", "utf-8")


def test_an_entity_that_an_external_dtd_would_define_is_refused(write: Write) -> None:
    content = '<!DOCTYPE shop SYSTEM "x.dtd"><shop><item><id>1</id><name>A&eacute;&secret;</name></item></shop>'
    with pytest.raises(FeedError, match="secret"):
        list(open_feed(write(content), MAPPING).scan())
