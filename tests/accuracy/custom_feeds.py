"""Feeds of no known profile, as shops in many countries write them, with what each of their fields is.

`custom_feeds.json` has for each feed its fields as [name, template of its value, target], or the template of a record.
A word in braces is drawn anew for every record, so that values differ as in real feeds. Names of the feeds "public_..."
were taken from public feeds after the vocabulary had been written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

RECORDS = 24
_DATA = Path(__file__).with_suffix(".json")
_CATEGORIES = "".join(f'<category id="{n}"><name>C{n}</name></category>' for n in range(60))
_NOUNS = ("Aurora", "Bergen", "Calma", "Delta", "Ember", "Fjord", "Grove", "Halo", "Iris", "Juno", "Kite", "Luna")
_WORDS = {
    "en": "sofa armchair table lamp rug shelf bench stool cabinet mirror vase bed",
    "es": "sofá sillón mesa lámpara alfombra estante banco taburete armario espejo jarrón cama",
    "fr": "canapé fauteuil table lampe tapis étagère banc tabouret armoire miroir vase lit",
    "de": "Sofa Sessel Tisch Leuchte Teppich Regal Bank Hocker Schrank Spiegel Vase Bett",
    "it": "divano poltrona tavolo lampada tappeto scaffale panca sgabello armadio specchio vaso letto",
    "pt": "sofá poltrona mesa candeeiro tapete estante banco armário espelho jarra cama cadeira",
    "nl": "bank fauteuil tafel lamp kleed kast kruk spiegel vaas bed stoel plank",
    "pl": "sofa fotel stół lampa dywan regał ławka taboret szafa lustro wazon łóżko",
    "cs": "pohovka křeslo stůl lampa koberec regál lavice stolička skříň zrcadlo váza postel",
    "ru": "диван кресло стол лампа ковёр полка скамья табурет шкаф зеркало ваза кровать",
    "uk": "диван крісло стіл лампа килим полиця лава табурет шафа дзеркало ваза ліжко",
    "el": "καναπές πολυθρόνα τραπέζι λάμπα χαλί ράφι πάγκος σκαμπό ντουλάπα καθρέφτης βάζο κρεβάτι",
    "tr": "koltuk berjer masa lamba halı raf bank tabure dolap ayna vazo yatak",
    "hu": "kanapé fotel asztal lámpa szőnyeg polc pad szék szekrény tükör váza ágy",
    "ro": "canapea fotoliu masă lampă covor raft bancă taburet dulap oglindă vază pat",
    "sv": "soffa fåtölj bord lampa matta hylla bänk pall skåp spegel vas säng",
    "da": "sofa lænestol bord lampe tæppe reol bænk skammel skab spejl vase seng",
    "fi": "sohva nojatuoli pöytä lamppu matto hylly penkki jakkara kaappi peili maljakko sänky",
    "hr": "kauč fotelja stol lampa tepih polica klupa tabure ormar ogledalo vaza krevet",
    "bg": "диван фотьойл маса лампа килим рафт пейка табуретка шкаф огледало ваза легло",
    "ar": "أريكة كرسي طاولة مصباح سجادة رف مقعد خزانة مرآة مزهرية سرير وسادة",
}


class CustomFeed(NamedTuple):
    """A feed's parts and encoding, its record's path, and the target of each path (None: an attribute)."""

    name: str
    language: str
    record: str
    truth: dict[str, str | None]
    variant: str | None
    head: str
    template: str
    tail: str
    encoding: str = "utf-8"

    def write(self, records: int = RECORDS) -> bytes:
        """The feed with so many records, in its encoding."""
        body = "\n".join(self.template.format_map(values) for values in draw_values(self.language, records))
        declared = f'<?xml version="1.0" encoding="{self.encoding}"?>\n'
        return (declared + self.head + body + self.tail).encode(self.encoding, "xmlcharrefreplace")


def load_feeds() -> list[CustomFeed]:
    """Every feed of the data."""
    return [_read(entry) for entry in json.loads(_DATA.read_text(encoding="utf-8"))]


def _read(entry: dict[str, Any]) -> CustomFeed:
    if fields := entry.pop("fields", None):
        *outer, tag = entry["record"].strip("/").split("/")
        values = "".join(f"<{name}>{value}</{name}>" for name, value, _ in fields)
        entry["head"] = "".join(f"<{name}>" for name in outer)
        entry["template"] = f"<{tag}>{values}</{tag}>"
        entry["tail"] = "".join(f"</{name}>" for name in reversed(outer))
        entry["truth"] = {name: target for name, _, target in fields}
    entry["head"] = entry["head"].replace("{categories}", _CATEGORIES)
    return CustomFeed(**{"variant": None, **entry})


def draw_values(language: str, records: int) -> Iterator[dict[str, str]]:
    """What the words in braces stand for in each of so many records."""
    words = _WORDS[language].split()
    for n in range(records):
        word, noun = words[n % len(words)], _NOUNS[(n * 5) % len(_NOUNS)]
        price = 49 + (n * 37) % 900
        sentence = " ".join(words[(n + step) % len(words)] for step in range(14))
        yield {
            "n": str(1000 + n * 7), "i": str(n + 1), "sku": f"{noun[:3].upper()}-{4000 + n * 13}", "noun": noun,
            "name": escape(f"{word} {noun} {n + 1}"), "desc": escape(f"{sentence}. {noun} {sentence}."),
            "short": escape(f"{word} {noun}"), "gtin": _gtin(n), "p": f"{price}.90", "pc": f"{price},90",
            "net": f"{price / 1.24:.2f}", "old": f"{price * 1.25:.2f}", "oldc": f"{price * 1.25:.2f}".replace(".", ","),
            "sale": f"{price * 0.8:.2f}", "whole": f"{price * 0.5:.2f}", "qty": str((n * 3) % 17),
            "yn": "Y" if n % 5 else "N", "tf": "true" if n % 4 else "false",
            "w": str(60 + (n * 5) % 90), "d": str(40 + (n * 3) % 50), "h": str(70 + n % 40),
            "kg": f"{8 + n % 30}.{n % 10}", "brand": ("Nordhus", "Casa Lume", "Forma 9")[n % 3],
            "maker": ("Studio A. Berg", "L. Rossi", "M. Papas")[n % 3], "cat": f"{words[n % 3]} > {words[n % 4]}",
            "cat1": words[n % 3], "cat2": words[n % 4], "color": words[(n + 5) % 4], "mat": words[(n + 2) % 3],
            "slug": f"{noun.lower()}-{n + 1}", "group": f"G{n // 3}", "date": f"2026-0{1 + n % 9}-1{n % 9}",
        }  # fmt: skip


def _gtin(n: int) -> str:
    digits = f"520{123000000 + n * 7919:09d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits + str(-total % 10)
