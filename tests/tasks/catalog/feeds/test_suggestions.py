"""Mappings of feeds that no profile knows: the record, the fields by names of many languages, types and values."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tasks.catalog.feeds.errors import FeedError
from tasks.catalog.feeds.sources import open_source
from tasks.catalog.feeds.structure import find_record
from tasks.catalog.feeds.suggestions import FieldSuggestion, Suggestion, suggest
from tasks.catalog.feeds.suggestions_concepts import mean_path

Make = Callable[..., Path]
NAMES = ("Oak table", "Elm chair", "Ash bench", "Fir shelf", "Teak stool", "Pine bed", "Beech desk", "Cork lamp")


@pytest.fixture
def make_feed(tmp_path: Path) -> Make:
    """A feed whose `record` is repeated once for each name; its braces are filled in."""

    def make(record: str, *, head: str = "<shop>", tail: str = "</shop>", encoding: str = "utf-8") -> Path:
        path = tmp_path / "feed.xml"
        rows = "".join(record.format(n=number + 10, name=name) for number, name in enumerate(NAMES))
        text = f'<?xml version="1.0" encoding="{encoding}"?>{head}{rows}{tail}'
        path.write_bytes(text.encode(encoding))
        return path

    return make


def field(suggestion: Suggestion, path: str) -> FieldSuggestion:
    return next(one for one in suggestion.fields if one.path == path)


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("NomProduit", "name"), ("cena_brutto", "price"), ("Artikelnr.", "sku"), ("PRICE_VAT", "price"),
        ("precio-oferta", "sale_price"), ("Verkaufspreis", "price"), ("kategorienavn", "category"),
        ("prix_ht", "price_net"), ("UVP", "list_price"), ("manufacturer/@code", "mpn"), ("kod_producenta", "mpn"),
        ("name_en", "name"), ("ITEMGROUP_ID", "group"), ("price/@currency", "currency"), ("τιμή_με_φπα", "price"),
        ("رقم_المنتج", "sku"), ("cikkszám", "sku"), ("Наименование", "name"), ("tuotenimi", "name"),
        ("images/image/url", "image"), ("dimensions/width", "width"), ("designer/name", "designer"),
        ("details/name", "name"), ("brand/url", None), ("shipping/price", None), ("weight/@unit", None),
        ("meta_title", None), ("category_id", None), ("wholesale_price", None), ("summary/@type", None),
        ("price/vat_rate", "vat_rate"), ("description/language/@href", None),
        ("media/content/@width", None), ("model/designer", "designer"), ("dimensions/W", "width"), ("W", None),
        ("produktid", "id"), ("Retail_x0020_Price", "price"), ("price/value", "price"), ("prix_achat_ht", None),
    ],
)  # fmt: skip
def test_names_mean_fields_in_many_languages(path: str, target: str | None) -> None:
    assert mean_path(path)[0].target == target


def test_an_unknown_thing_s_name_is_not_the_product_s() -> None:
    assert mean_path("gizmo/name")[0].confidence < mean_path("name")[0].confidence - 0.3


def test_the_record_is_what_repeats_and_is_sold(make_feed: Make) -> None:
    categories = "".join(f'<category id="{n}"><name>C{n}</name><url>https://s/{n}</url></category>' for n in range(90))
    record = (
        "<thing><title>{name}</title><price>{n}.00</price><pictures><picture>https://s/{n}.jpg</picture>"
        "<picture>https://s/{n}b.jpg</picture></pictures><sizes><size>S</size><size>M</size><size>L</size></sizes></thing>"
    )
    path = make_feed(record, head=f"<shop><categories>{categories}</categories><things>", tail="</things></shop>")
    found = find_record(open_source(path))
    assert found is not None
    assert (found.path, found.seen) == ("/shop/things/thing", len(NAMES))


def test_a_group_of_products_is_not_the_record(make_feed: Make) -> None:
    record = "<product><name>{name}</name><sku>K-{n}</sku><price>{n}.50</price></product>"
    path = make_feed(record, head="<list><category><name>A</name><url>https://s/a</url>", tail="</category></list>")
    found = find_record(open_source(path))
    assert found is not None
    assert found.path == "/list/category/product"


def test_every_field_is_a_target_or_an_attribute(make_feed: Make) -> None:
    record = (
        "<item><ref>K-{n}</ref><title>{name}</title><price>{n}.50</price><gizmo>x{n}</gizmo>"
        "<designer><name>A. Berg</name><born>1950</born></designer></item>"
    )
    found = suggest(make_feed(record))
    assert found.mapping.fields == {
        "sku": ("ref",),
        "name": ("title",),
        "price": ("price",),
        "designer": ("designer/name",),
    }
    assert found.mapping.attributes == {"gizmo": "gizmo", "designer/born": "born"}
    assert field(found, "title").confidence >= 0.9
    assert field(found, "gizmo").confidence == 0.5
    assert field(found, "price").samples == ("10.50", "11.50", "12.50")
    assert all(one.target or one.attribute for one in found.fields)


def test_values_decide_where_names_say_nothing(make_feed: Make) -> None:
    record = (
        "<r><a>{name}</a><b>£{n}.50</b><c>https://s/{n}.jpg</c><d>https://s/{n}</d><e>in stock</e><f>K-{n}</f>"
        "<g>60 x 40 x {n} cm</g></r>"
    )
    found = suggest(make_feed(record))
    assert {target: paths[0] for target, paths in found.mapping.fields.items()} == {
        "name": "a", "price": "b", "image": "c", "url": "d", "availability": "e", "dimensions": "g",
    }  # fmt: skip
    assert all(one.confidence < 0.9 for one in found.fields), "a guess by values alone is never sure"
    assert found.mapping.currency == "GBP"


def test_values_overrule_names(make_feed: Make) -> None:
    record = "<item><name>{name}</name><price>{n}</price><availability>0315{n}</availability><image>none</image></item>"
    found = suggest(make_feed(record))
    assert field(found, "availability").target is None
    assert field(found, "image").target is None


def test_a_plain_price_beside_one_with_vat_is_the_net_one(make_feed: Make) -> None:
    found = suggest(make_feed("<item><name>{name}</name><PRICE>{n}00</PRICE><PRICE_VAT>{n}21</PRICE_VAT></item>"))
    assert (found.mapping.fields["price"], found.mapping.fields["price_net"]) == (("PRICE_VAT",), ("PRICE",))


def test_columns_that_take_turns_are_one_field(make_feed: Make) -> None:
    path = make_feed("<item><name>{name}</name><price>{n}</price></item>")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("<name>Fir shelf</name>", "<title>Fir shelf</title>"), encoding="utf-8")
    assert suggest(path).mapping.fields["name"] == ("name", "title")
    both = make_feed("<item><name>{name}</name><title>The {name}</title><price>{n}</price></item>")
    assert suggest(both).mapping.fields["name"] == ("name",), "the other says more, and is kept as an attribute"


@pytest.mark.parametrize(
    "record",
    [
        '<row><f name="title">{name}</f><f name="price">{n}.00</f><f name="glow">g{n}</f></row>',
        "<row><f><key>title</key><value>{name}</value></f><f><key>price</key><value>{n}.00</value></f>"
        "<f><key>glow</key><value>g{n}</value></f></row>",
    ],
)
def test_elements_that_name_their_values_are_pairs(make_feed: Make, record: str) -> None:
    found = suggest(make_feed(record))
    assert found.mapping.pairs[0].path == "f"
    assert found.mapping.fields == {"name": ("f[title]",), "price": ("f[price]",)}
    assert field(found, "f[glow]").attribute == "glow"


def test_prices_of_several_kinds_are_told_apart(make_feed: Make) -> None:
    record = '<item><name>{name}</name><price type="retail">{n}.00</price><price type="dealer">9</price></item>'
    assert suggest(make_feed(record)).mapping.fields["price"] == ("price[retail]",)


def test_variants_have_fields_of_their_own(make_feed: Make) -> None:
    record = (
        "<item><name>{name}</name><offers><offer><sku>S-{n}</sku><size>S</size><price>{n}.00</price></offer>"
        "<offer><sku>L-{n}</sku><size>L</size><price>2{n}.00</price></offer></offers></item>"
    )
    found = suggest(make_feed(record))
    assert found.mapping.record == "/shop/item"
    assert found.mapping.variant == "offers/offer"
    assert found.mapping.variant_fields == {"sku": ("sku",), "size": ("size",), "price": ("price",)}
    assert field(found, "offers/offer/sku").variant


def test_units_and_further_prices_are_found_in_names(make_feed: Make) -> None:
    record = "<item><name>{name}</name><width_cm>{n}</width_cm><price>{n}</price><dealer_price>5</dealer_price></item>"
    mapping = suggest(make_feed(record)).mapping
    assert mapping.units == {"width": "cm"}
    assert mapping.prices == {"dealer_price": "dealer_price"}


def test_names_that_differ_in_their_namespace_are_two(make_feed: Make) -> None:
    record = "<item><price>{n}.00</price><title>{name}</title><g:title>The {name}</g:title></item>"
    found = suggest(make_feed(record, head='<shop xmlns:g="urn:g">'))
    assert {"title", "g:title"} <= {one.path for one in found.fields}


def test_other_encodings_and_scripts(make_feed: Make) -> None:
    record = "<товар><название>{name}</название><цена>{n} руб.</цена></товар>"
    found = suggest(make_feed(record, encoding="windows-1251"))
    assert found.mapping.fields == {"name": ("название",), "price": ("цена",)}
    assert found.mapping.currency == "RUB"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<a><b>1</b></a>", "no repeating record"),
        ("<a><b><name>x</name></c></a>", "line 1: .*mismatch"),
    ],
)
def test_what_holds_no_products_is_an_error(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "a.xml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FeedError, match=reason):
        suggest(path)


def test_only_the_head_is_looked_at(make_feed: Make, monkeypatch: Any) -> None:
    path = make_feed("<item><name>{name}</name><price>{n}</price></item>")
    path.write_bytes(path.read_bytes().removesuffix(b"</shop>") + b" " * 9_000_000 + b"<broken")
    assert suggest(path).mapping.fields["name"] == ("name",)


def test_a_short_description_is_the_name_where_there_is_none(make_feed: Make) -> None:
    record = "<item><code>K-{n}</code><description>{name}</description><price>{n}.50</price></item>"
    fields = suggest(make_feed(record)).mapping.fields
    assert fields["name"] == ("description",)
    assert "description" not in fields


def test_a_title_that_repeats_a_code_is_no_name(make_feed: Make) -> None:
    record = "<item><title>K-{n}</title><sku>K-{n}</sku><productname>{name}</productname><price>{n}.50</price></item>"
    assert suggest(make_feed(record)).mapping.fields["name"] == ("productname",)


def test_the_long_one_of_several_descriptions_is_taken(make_feed: Make) -> None:
    long = "A table of solid oak, oiled by hand, that seats six persons and is delivered in two parcels"
    record = f"<item><name>{{name}}</name><short_text>Oak {{n}}</short_text><full_text>{long}</full_text></item>"
    assert suggest(make_feed(record)).mapping.fields["description"] == ("full_text",)


@pytest.mark.parametrize(
    ("columns", "path"),
    [
        ("<delivery_time>1-3 days</delivery_time>", "delivery_time"),
        ("<delivery_time>1-3 days</delivery_time><stock>5</stock>", "stock"),
        ("<delivery_time>3</delivery_time>", None),
    ],
)
def test_a_time_of_delivery_tells_the_stock_where_nothing_else_does(
    make_feed: Make, columns: str, path: str | None
) -> None:
    found = suggest(make_feed(f"<item><name>{{name}}</name><price>{{n}}</price>{columns}</item>")).mapping
    assert found.fields.get("availability", (None,))[0] == path
    assert found.availability_scale == ("days" if path == "delivery_time" else "flag")


def test_a_status_of_words_of_stock_is_the_availability_and_one_of_sale_is_not(make_feed: Make) -> None:
    record = "<item><name>{name}</name><price>{n}</price><status>WORD</status></item>"
    assert suggest(make_feed(record.replace("WORD", "in stock"))).mapping.fields["availability"] == ("status",)
    assert "availability" not in suggest(make_feed(record.replace("WORD", "active"))).mapping.fields


def test_a_logo_is_no_picture_of_a_product(make_feed: Make) -> None:
    record = (
        "<item><name>{name}</name><photo>https://s/{n}.jpg</photo><programLogo>https://s/logo.gif</programLogo></item>"
    )
    assert suggest(make_feed(record)).mapping.fields["image"] == ("photo",)


@pytest.mark.parametrize(
    "head",
    ['<shop waehrung="CHF">', "<shop><valuta>CHF</valuta>", '<shop><price_list cur_code="chf"/>'],
)
def test_the_currency_is_named_in_the_header_in_any_language(make_feed: Make, head: str) -> None:
    assert suggest(make_feed("<item><name>{name}</name><price>{n}</price></item>", head=head)).mapping.currency == "CHF"


def test_a_unit_beside_several_sizes_is_theirs(make_feed: Make) -> None:
    record = "<item><name>{name}</name><price>1</price><width>{n}</width><length_class>см</length_class></item>"
    assert suggest(make_feed(record)).mapping.units["width"] == "cm"


def test_names_of_values_may_lie_deeper_than_the_values(make_feed: Make) -> None:
    record = (
        "<item><name>{name}</name><price>{n}</price>"
        '<Feature Value="{n} cm"><Kind><Name Value="Width"/></Kind></Feature>'
        '<Feature Value="red"><Kind><Name Value="Hue"/></Kind></Feature></item>'
    )
    found = suggest(make_feed(record))
    assert found.mapping.fields["width"] == ("Feature[Width]",)
    assert field(found, "Feature[Hue]").samples == ("red",)


def test_an_id_of_no_known_name_keeps_the_records_apart(make_feed: Make) -> None:
    record = "<item><xyid>{n}</xyid><name>{name}</name><price>5</price></item>"
    assert suggest(make_feed(record)).mapping.fields["id"] == ("xyid",)


def test_texts_may_stand_in_an_element_for_their_language(make_feed: Make) -> None:
    record = (
        '<item><name><language id="1" href="https://s/l/1">{name}</language></name><price>{n}</price>'
        '<text><language id="1" href="https://s/l/1">Solid {name}, oiled by hand, for six</language></text></item>'
    )
    fields = suggest(make_feed(record)).mapping.fields
    assert (fields["name"], fields["description"]) == (("name/language",), ("text/language",))
    assert "url" not in fields


def test_sizes_of_a_picture_are_none_of_the_product(make_feed: Make) -> None:
    record = '<item><name>{name}</name><price>1</price><content url="https://s/{n}.jpg" width="{n}" height="9"/></item>'
    fields = suggest(make_feed(record)).mapping.fields
    assert fields["image"] == ("content/@url",)
    assert not {"width", "height"} & fields.keys()


def test_elements_that_hold_named_values_are_no_variants(make_feed: Make) -> None:
    record = (
        '<item><name>{name}</name><Values><Value AttributeID="SKU">K-{n}</Value><Value AttributeID="Price">{n}.50'
        '</Value><Several AttributeID="Colours"><Value>red</Value><Value>blue</Value></Several></Values></item>'
    )
    found = suggest(make_feed(record)).mapping
    assert found.variant is None
    assert (found.fields["sku"], found.fields["price"]) == (("Values/Value[SKU]",), ("Values/Value[Price]",))


def test_a_regular_price_beside_a_net_one_is_what_a_consumer_pays(make_feed: Make) -> None:
    record = "<item><name>{name}</name><rrp_incl_vat>{n}9.00</rrp_incl_vat><net_price>{n}.00</net_price></item>"
    fields = suggest(make_feed(record)).mapping.fields
    assert (fields["price"], fields["price_net"]) == (("rrp_incl_vat",), ("net_price",))


def test_an_article_number_is_the_sku_before_any_code(make_feed: Make) -> None:
    record = "<item><code>{n}</code><article_no>K-{n}</article_no><name>{name}</name><price>5</price></item>"
    assert suggest(make_feed(record)).mapping.fields["sku"] == ("article_no",)
