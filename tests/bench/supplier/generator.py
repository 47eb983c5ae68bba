"""A supplier's feed of any size, the same bytes for the same seed: Google's RSS, 490 bytes a record, no pictures."""

from __future__ import annotations

import random
from pathlib import Path

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">\n<channel>\n'
    "<title>Nordhaus</title>\n<link>https://nordhaus.example/</link>\n<description>All products</description>\n"
)
_TAIL = "</channel>\n</rss>\n"
_KINDS = {
    "Floor Tile": ("Tiles > Floor", ("porcelain", "ceramic", "slate")),
    "Dining Chair": ("Furniture > Chairs", ("oak", "beech", "steel")),
    "Pendant Lamp": ("Lighting > Ceiling", ("glass", "brass", "linen")),
    "Wool Rug": ("Textiles > Rugs", ("wool", "jute", "cotton")),
    "Bath Mixer": ("Bathroom > Taps", ("brass", "steel", "chrome")),
}
_MAKERS = ("Alvö", "Brandt & Söhne", "Casa Lume", "Dänhof", "Ebenist", "Fjordline", "Granero", "Hölm")
_COLOURS = ("white", "grey", "anthracite", "sand", "olive", "walnut", "black", "blue")
_SENTENCES = (
    "Made to last, with a surface that is easy to clean.",
    "Delivered with fittings &amp; instructions.",
    "Suitable for kitchen, bath and hall.",
    "Tested for daily use at home or in a shop.",
    "Part of a series in matching colours.",
)


def write_feed(path: Path, records: int, seed: int = 1, changed_share: float = 0.0) -> int:
    """Write the feed to `path`; returns its bytes. `changed_share` of the records have another price than without."""
    every = round(1 / changed_share) if changed_share else 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_HEAD)
        for number in range(records):
            file.write(_write_record(number, seed, dearer=bool(every) and number % every == 0))
        file.write(_TAIL)
    return path.stat().st_size


def _write_record(number: int, seed: int, *, dearer: bool) -> str:
    rng = random.Random(seed * 1_000_003 + number)
    kind, maker, colour = rng.choice(list(_KINDS)), rng.choice(_MAKERS), rng.choice(_COLOURS)
    category, materials = _KINDS[kind]
    price = rng.randint(900, 99_900) + (100 if dearer else 0)
    maker_xml = maker.replace("&", "&amp;")
    name = f"{maker_xml} {kind} {colour} {number}"
    told = " ".join(rng.sample(_SENTENCES, 2))
    return (
        f"<item>\n<g:id>NH-{number:06d}</g:id>\n<title>{name}</title>\n<description>{told}</description>\n"
        f"<link>https://nordhaus.example/p/{number}</link>\n<g:brand>{maker_xml}</g:brand>\n"
        f"<g:gtin>{_make_gtin(number)}</g:gtin>\n<g:price>{price // 100}.{price % 100:02d} EUR</g:price>\n"
        f"<g:availability>{rng.choice(('in_stock', 'out_of_stock'))}</g:availability>\n"
        f"<g:product_type>{category.replace('>', '&gt;')}</g:product_type>\n<g:color>{colour}</g:color>\n"
        f"<g:material>{rng.choice(materials)}</g:material>\n</item>\n"
    )


def _make_gtin(number: int) -> str:
    """An EAN-13 of its own for each record, its check digit right."""
    digits = f"400{number:09d}"
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"
