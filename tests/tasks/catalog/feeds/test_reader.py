"""Two passes over a feed: keys, digests, what breaks off, what is refused, constant memory."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tasks.catalog.feeds.mapping import FeedMapping, Pairs
from tasks.catalog.feeds.reader import Feed, FeedError, open_feed
from tasks.catalog.feeds.sources import CHUNK_BYTES, Limits, open_source
from tasks.catalog.feeds.stream import ElementStream
from tasks.catalog.products import Product

Read = Callable[..., tuple[Feed, list[Product]]]
Write = Callable[[str | bytes], Path]

MAPPING = FeedMapping(
    record="/shop/item",
    fields={"id": ("id",), "sku": ("sku",), "name": ("name",), "price": ("price",), "brand": ("brand",)},
)


def shop(*items: str) -> str:
    return "<shop>\n" + "\n".join(f"<item>{item}</item>" for item in items) + "\n</shop>"


def keys(feed: Feed) -> list[str]:
    return [stub.key for stub in feed.scan()]


def test_a_key_is_the_id_else_the_sku_else_a_fingerprint(write: Write) -> None:
    path = write(shop("<id> 7 </id><name>A</name>", "<sku>S-1</sku><name>B</name>", "<name>C</name>", "<name>C</name>"))
    first, second, third, fourth = keys(open_feed(path, MAPPING))
    assert (first, second) == ("7", "S-1")
    assert third.startswith("~")
    assert fourth == f"{third}#2"


def test_equal_ids_stay_records_of_their_own(write: Write) -> None:
    items = ["<id>A</id>", "<id>A</id>", "<id>A#2</id>", "<id>B</id>", "<id>A</id>"]
    path = write(shop(*(f"{item}<name>x</name>" for item in items)))
    found = keys(open_feed(path, MAPPING))
    assert found == ["A", "A#2", "A#2#2", "B", "A#3"]
    assert keys(open_feed(path, MAPPING)) == found


def test_a_fingerprint_does_not_move_with_the_records_place(write: Write) -> None:
    before = keys(open_feed(write(shop("<name>A</name>", "<name>B</name>")), MAPPING))
    after = keys(open_feed(write(shop("<name>New</name>", "<name>B</name>", "<name>A</name>")), MAPPING))
    assert set(before) < set(after)


def test_a_digest_changes_with_its_record_only(write: Write) -> None:
    items = ["<id>1</id><name>A</name>", "<id>2</id><name>B</name>", "<id>3</id><name>C</name>"]
    before = [stub.digest for stub in open_feed(write(shop(*items)), MAPPING).scan()]
    items[1] = "<id>2</id><name>B!</name>"
    after = [stub.digest for stub in open_feed(write(shop(*items)), MAPPING).scan()]
    assert [one == two for one, two in zip(before, after, strict=True)] == [True, False, True]
    assert {len(digest) for digest in after} == {16}


def test_a_digest_does_not_depend_on_what_stands_around_the_record(write: Write) -> None:
    [alone] = open_feed(write(shop("<id>1</id><name>A</name>")), MAPPING).scan()
    dated = "<shop><made>2026-01-01</made><!-- <item> --><item><id>1</id><name>A</name></item></shop>"
    [among] = open_feed(write(dated.replace("<!-- <item> -->", "")), MAPPING).scan()
    assert alone.digest == among.digest


def test_records_with_their_own_name_inside_are_one_each(write: Write) -> None:
    nested = "<id>1</id><name>A <![CDATA[</item>]]></name><related><item><id>9</id></item></related>"
    feed = open_feed(write(shop(nested, "<id>2</id><name>B</name>")), MAPPING)
    assert [(stub.key, len(stub.digest)) for stub in feed.scan()] == [("1", 16), ("2", 16)]
    assert [record.product.attributes for record in feed.read() if record.product] == [{"related/item/id": "9"}, {}]


def test_only_wanted_records_are_read(write: Write) -> None:
    feed = open_feed(write(shop(*(f"<id>{number}</id><name>N{number}</name>" for number in range(500)))), MAPPING)
    assert len(list(feed.scan())) == feed.records == 500
    found = list(feed.read({0, 250, 499}))
    assert [(one.index, one.key) for one in found] == [(0, "0"), (250, "250"), (499, "499")]


def test_a_record_without_a_name_is_a_problem_not_a_loss(write: Write) -> None:
    feed = open_feed(write(shop("<id>1</id>", "<id>2</id><name>B</name>")), MAPPING)
    assert feed.records == 0
    assert len(list(feed.scan())) == 2
    nameless, named = feed.read()
    assert (nameless.key, nameless.product, nameless.problem) == ("1", None, "no name")
    assert named.product is not None


def test_what_no_field_takes_becomes_an_attribute(write: Write) -> None:
    inner = (
        '<name lang="en">Chair</name><name>Stuhl</name><price vat="19">on request</price><tag>a</tag><tag>b</tag>'
        "<size><w unit='cm'>40</w></size><note>&lt;b&gt;Oak&lt;/b&gt; &amp;amp; steel</note>tail"
    )
    [record] = open_feed(write(shop(inner)), MAPPING).read()
    assert record.product is not None
    assert record.product.name == "Chair"
    assert record.product.price is None
    assert record.product.attributes == {
        "price": "on request",
        "name": ("Stuhl",),
        "name/lang": "en",
        "price/vat": "19",
        "tag": ("a", "b"),
        "size/w": "40",
        "size/w/unit": "cm",
        "note": "Oak & steel",
        ".": "tail",
    }


def test_markup_inside_an_element_is_text(write: Write) -> None:
    mapping = MAPPING.model_copy(update={"fields": MAPPING.fields | {"description": ("text",)}})
    [record] = open_feed(write(shop("<name>A</name><text>Sit <b>well</b>.<p>Always</p></text>")), mapping).read()
    assert record.product is not None
    assert record.product.description == "Sit well.\n\nAlways"


def test_pairs_and_variants_of_a_mapping(write: Write) -> None:
    mapping = MAPPING.model_copy(
        update={
            "pairs": (Pairs(path="props/prop", name="key", value="val"),),
            "variant": "options/option",
            "variant_fields": {"sku": ("@code",), "price": ("cost",), "size": ("@size",)},
            "currency": "EUR",
        }
    )
    inner = (
        "<name>Bed</name><props><prop><key>Wood</key><val>Oak</val></prop></props><options>"
        + "".join(f"<option code='B{size}' size='{size}'><cost>{size}.50</cost></option>" for size in (90, 140, 180))
        + "</options>"
    )
    [record] = open_feed(write(shop(inner)), mapping).read()
    assert record.product is not None
    assert record.product.attributes == {"Wood": "Oak"}
    assert [(one.sku, one.price, one.currency, one.attributes) for one in record.product.variants] == [
        ("B90", "90.50", "EUR", {"size": "90"}),
        ("B140", "140.50", "EUR", {"size": "140"}),
        ("B180", "180.50", "EUR", {"size": "180"}),
    ]


@pytest.mark.parametrize(
    ("before", "after", "price", "list_price"),
    [
        ("<p>100</p><s>80</s>", {}, "80", "100"),
        ("<p>100</p><s>0.00</s>", {}, "100", None),
        ("<p>100</p><s>120</s>", {"s": "120"}, "100", None),
        ("<p>100</p><l>130</l>", {}, "100", "130"),
        ("<p>100</p><l>90</l>", {"l": "90"}, "100", None),
        ("<n>80</n>", {"n": "80"}, "80", None),
        ("<p>100</p><n>80</n>", {"n": "80"}, "100", None),
        ("<l>130</l>", {}, "130", None),
    ],
)
def test_price_is_what_a_consumer_pays_now(
    write: Write, before: str, after: dict[str, str], price: str, list_price: str | None
) -> None:
    fields: Any = {"name": ("name",), "price": ("p",), "sale_price": ("s",), "list_price": ("l",), "price_net": ("n",)}
    mapping = FeedMapping(record="/shop/item", fields=fields)
    [record] = open_feed(write(shop("<name>A</name>" + before)), mapping).read()
    assert record.product is not None
    assert (record.product.price, record.product.list_price, record.product.prices) == (price, list_price, after)


@pytest.mark.parametrize(
    ("tail", "line", "reason"),
    [
        ("<item><id>3</id><na", 4, "ends early|Couldn't find end"),
        ("<item><id>3</id></itm>\n</shop>", 4, "mismatch"),
        ("<item><g:id>3</g:id></item>\n</shop>", 4, "prefix g"),
        ("<item><id>3 & 4</id></item>\n</shop>", 4, "EntityRef"),
        ("<item><id>&nbsp;</id></item>\n</shop>", 4, "nbsp"),
        ("<item><id>\x0b</id></item>\n</shop>", 4, "invalid Char"),
        ("", 4, "ends early"),
        ("</shop>\n<shop/>", 5, "Extra content"),
    ],
)
def test_a_break_is_named_after_the_whole_records_before_it(write: Write, tail: str, line: int, reason: str) -> None:
    whole = "<shop>\n<item><id>1</id><name>A</name></item>\n<item><id>2</id><name>B</name></item>\n"
    feed = open_feed(write(whole + tail), MAPPING)
    stubs = feed.scan()
    assert [next(stubs).key, next(stubs).key] == ["1", "2"]
    with pytest.raises(FeedError, match=reason) as error:
        next(stubs)
    assert (error.value.line, feed.broken) == (line, error.value)
    assert str(error.value).startswith(f"line {line}: ")
    assert [record.key for record in feed.read()] == ["1", "2"]


def test_a_feed_without_records_is_empty_not_broken(read: Read) -> None:
    feed, products = read("<yml_catalog><shop><name>x</name><offers/></shop></yml_catalog>")
    assert (feed.profile, products) == ("yml", [])


def test_a_feed_in_gzip(write: Write, sample: Callable[[str], str]) -> None:
    feed = open_feed(write(gzip.compress(sample("ceneo").encode())))
    assert keys(feed) == ["1", "2"]


def test_an_expansion_bomb_is_refused(write: Write) -> None:
    source = open_source(write(gzip.compress(b"<shop>" + b"<x/>" * 5_000_000 + b"</shop>")))
    with pytest.raises(FeedError, match="decompresses to more"):
        list(source.read_chunks())


def test_gzip_that_ends_early(write: Write) -> None:
    # Noise that does not compress, so that the cut falls inside the records.
    items = [f"<id>{number}</id><name>{hash((number, 'x')):x}</name>" for number in range(9000)]
    feed = open_feed(write(gzip.compress(shop(*items).encode())[:-2000]), MAPPING)
    with pytest.raises(FeedError, match="gzip"):
        list(feed.scan())
    assert 0 < feed.records < 9000


def test_a_record_without_end_is_bounded(write: Write) -> None:
    endless = "<shop><item><id>1</id>" + "<x>y</x>" * 60_000
    with pytest.raises(FeedError, match="no record ended"):
        list(open_feed(write(endless), MAPPING, limits=Limits(record_bytes=200_000)).scan())


def test_what_has_been_read_is_cut_off_the_tree(write: Write) -> None:
    item = "<id>{0}</id><name>Chair {0}</name><text>" + "long " * 40 + "</text>"
    content = shop(*(item.format(number) for number in range(6000))).replace("<shop>", "<shop>" + "<x/>" * 100_000)
    source = open_source(write(content))
    stream = ElementStream(source, "/shop/item", "item")
    lengths = [len(element.getparent()) for parsed in stream for element, _, _ in parsed]
    assert len(content) > 20 * CHUNK_BYTES
    # The head is kept until the first record shows where it hangs, later the records of some chunks.
    assert max(lengths) < 100_000 + 3 * CHUNK_BYTES // 250
    assert max(lengths[2000:]) < 3 * CHUNK_BYTES // 250


def test_a_quick_key_is_the_key(write: Write) -> None:
    ids = [
        "<id>7</id>",
        "<id> 7 8\n9 </id>",
        "<id>a&amp;b</id>",
        "<id><![CDATA[x]]></id>",
        "<x/><id>late</id>",
        "<id/>",
    ]
    path = write(shop(*(f"{one}<sku>S</sku><name>A</name>" for one in ids)))
    assert keys(open_feed(path, MAPPING)) == ["7", "7 8 9", "a&b", "x", "late", "S"]


def test_relative_addresses_are_resolved_against_the_feeds_own(write: Write) -> None:
    fields: Any = {"name": ("name",), "image": ("img",), "url": ("link",)}
    mapping = FeedMapping(record="/shop/item", fields=fields)
    path = write(shop("<name>A</name><img>img/a 1.jpg</img><link>/a</link>"))
    [unknown] = open_feed(path, mapping).read()
    assert unknown.product is not None
    assert unknown.product.image_urls == ()
    assert unknown.product.attributes == {"img": "img/a 1.jpg", "link": "/a"}
    [known] = open_feed(path, mapping, base_url="https://s.example/feeds/all.xml").read()
    assert known.product is not None
    assert known.product.image_urls == ("https://s.example/feeds/img/a%201.jpg",)
    assert known.product.url == "https://s.example/a"


def test_a_changed_mapping_is_a_changed_context(write: Write) -> None:
    path = write(shop("<id>1</id><name>A</name><title>B</title>"))
    digests = []
    for name in ("name", "title"):
        feed = open_feed(path, MAPPING.model_copy(update={"fields": {"id": ("id",), "name": (name,)}}))
        list(feed.scan())
        digests.append(feed.context_digest)
    assert digests[0] != digests[1]
