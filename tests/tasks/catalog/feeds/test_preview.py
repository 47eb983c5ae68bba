"""Previews and mapping files: what a person sees of a mapping and changes in it."""

from pathlib import Path

import pytest

from tasks.catalog.feeds.mapping import FeedMapping, Pairs
from tasks.catalog.feeds.mapping_files import MappingFileError, load_mapping, save_mapping, write_mapping
from tasks.catalog.feeds.preview import preview
from tasks.catalog.feeds.sources import open_source
from tasks.catalog.feeds.suggestions import suggest

FEED = """<shop>{}</shop>"""
RECORD = (
    '<item id="{n}"><name>Chair {n}</name><price>{n}.50</price><note>yes: "no" # {n}</note><glow>g{n}</glow>'
    '<p name="Colour">red</p><p name="Wood">oak</p>'
    "<v><sku>A{n}</sku><size>S</size></v><v><sku>B{n}</sku><size>L</size></v></item>"
)


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.xml"
    path.write_text(FEED.format("".join(RECORD.format(n=n) for n in range(100, 108))), encoding="utf-8")
    return path


def test_a_suggestion_s_preview_shows_its_reasons(feed: Path) -> None:
    suggestion = suggest(feed)
    shown = preview(open_source(feed), suggestion.mapping, confidence=suggestion.score, suggestion=suggestion)
    assert (shown.record, shown.records, shown.encoding, shown.profile) == ("/shop/item", 8, "UTF-8", "custom")
    by_path = {field.path: field for field in shown.fields}
    assert {path: field.confidence for path, field in by_path.items()} == {
        field.path: field.confidence for field in suggestion.fields
    }
    assert by_path["name"].target == "name"
    assert by_path["p[Colour]"].target == "color"
    assert (by_path["v/sku"].variant, by_path["v/sku"].target) == (True, "sku")
    assert by_path["glow"].samples == ("g100", "g101", "g102")


def test_a_reviewed_mapping_is_certain_and_the_rest_attributes(feed: Path) -> None:
    mapping = FeedMapping(
        record="/shop/item", fields={"name": ("name",), "sku": ("glow",)}, pairs=(Pairs(path="p", name="@name"),),
        attributes={"note": "remark"}, ignore=("price",), variant="v", variant_fields={"sku": ("sku",)}, name="mine",
    )  # fmt: skip
    shown = {field.path: field for field in preview(open_source(feed), mapping).fields}
    assert (shown["glow"].target, shown["glow"].confidence) == ("sku", 1.0)
    assert (shown["note"].attribute, shown["note"].confidence) == ("remark", 1.0)
    assert (shown["p[Wood]"].attribute, shown["p[Wood]"].confidence) == ("Wood", 0.5)
    assert (shown["v/size"].attribute, shown["v/size"].filled) == ("size", 1.0)
    assert "price" not in shown


def test_a_mapping_file_holds_the_same_mapping_with_its_samples(feed: Path, tmp_path: Path) -> None:
    suggestion = suggest(feed)
    path = tmp_path / "m.yaml"
    save_mapping(path, suggestion.mapping, suggestion.fields)
    assert load_mapping(path) == suggestion.mapping
    lines = path.read_text(encoding="utf-8").splitlines()
    assert '    - "name"  # 0.97, in 100%: Chair 100 | Chair 101 | Chair 102' in lines
    assert any(line.startswith('  "note": "note"  # 0.50') for line in lines)


def test_odd_paths_survive_the_file(tmp_path: Path) -> None:
    odd = FeedMapping(
        record="/a/b",
        fields={"name": ('x[a: "b" # c]', "ö/@ß", "."), "image": ("yes", "1.0")},
        attributes={"no": "null", "e\u0301": "~"}, ignore=("[", "- x"), prices={"p[1]": "off"},
        currency="NOK", name="on",
    )  # fmt: skip
    path = tmp_path / "m.yaml"
    save_mapping(path, odd)
    assert load_mapping(path) == odd
    assert write_mapping(odd).count("\n") < 40


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("fields: {nam: [a]}\nrecord: /a", r"fields\.nam is unknown; did you mean name\?"),
        ("recrod: /a\nfields: {}", r"recrod is unknown; did you mean record"),
        ("fields: {xyzzy: a}\nrecord: /a", r"fields\.xyzzy is unknown; allowed are id, sku, "),
        ("record: /a\nfields: {name: [x], sku: x}", r"fields\.sku: 'x' is mapped to name already"),
        ("record: /a\nfields: {name: x}\nattributes: {x: y}", r"attributes: 'x' is mapped to name already"),
        ("record: /a\nfields: {}\ncurrency: euro", r"currency: string should match pattern"),
        ("fields: {}", r"record: field required"),
        ("a: [", r"is no YAML: .* \(line 1\)"),
        ("- a", r"holds no mapping with the keys record, fields"),
        ("!!python/object/apply:os.system ['true']", r"is no YAML"),
    ],
)
def test_a_wrong_file_is_one_clear_line(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MappingFileError, match=reason) as raised:
        load_mapping(path)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(MappingFileError, match="cannot be read: No such file"):
        load_mapping(tmp_path / "none.yaml")


def test_one_path_may_stand_without_a_list(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text("record: /a/b\nfields:\n  name: title\n  sku:\n", encoding="utf-8")
    assert load_mapping(path).fields == {"name": ("title",), "sku": ()}
