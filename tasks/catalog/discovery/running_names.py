"""Collections that only the page's head or foot names: "Julist" at the foot, JULIST in display type pages before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tasks.catalog.discovery.context import PageText
from tasks.catalog.discovery.materials import collection_name
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.names import is_name
from tasks.catalog.products import Place, Product
from tasks.catalog.vocabulary import fold, words

_EDGE_SHARE = 0.1  # of the page's height: heads and feet
_DISPLAY_RATIO = 1.8  # of the body's type size
_MAX_WORDS = 4
_MIN_NAMES = 2  # one name at every page's foot is the catalog's


def with_running_names(products: Sequence[Product], texts: Sequence[PageText], body: float) -> tuple[Product, ...]:
    """Products without a collection with the one that their page's head or foot names.

    It counts where another page shows the same words in display type, and other pages name others. `body` is the
    size of the document's running text, in points.
    """
    shown = {fold(one.text): one for text in texts for one in text.segments if one.size >= _DISPLAY_RATIO * body}
    running = {text.number: found for text in texts if (found := _running(text, shown, body))}
    if len({fold(one.text) for one in running.values()}) < _MIN_NAMES:
        return tuple(products)
    return tuple(_named(one, running, shown) for one in products)


def _running(text: PageText, shown: Mapping[str, Segment], body: float) -> Segment | None:
    """The page's only small line at its edge that a heading in display type repeats."""
    low, high = _EDGE_SHARE * text.page.height, (1 - _EDGE_SHARE) * text.page.height
    at_edge = (one for one in text.segments if not low <= one.box.center[1] <= high and one.size <= body)
    found = [one for one in at_edge if fold(one.text) in shown and _can_name(one.text)]
    return found[0] if len(found) == 1 else None


def _can_name(text: str) -> bool:
    told = len(text.split()) <= _MAX_WORDS and is_name(text)
    return told and not any(fold(token) in words("title_words") for token in text.split())


def _named(one: Product, running: Mapping[int, Segment], shown: Mapping[str, Segment]) -> Product:
    page = next(iter(sorted(place.page for place in one.provenance.values() if place.page is not None)), None)
    line = running.get(page) if page is not None else None
    if line is None or "collection" in one.attributes:
        return one
    known = next(iter(one.provenance.values()))
    place = Place(source=known.source, page=page, bbox=line.box)
    name = collection_name(line.text if line.text != line.text.upper() else shown[fold(line.text)].text)
    return one.model_copy(
        update={
            "attributes": {**one.attributes, "collection": name},
            "provenance": {**one.provenance, "collection": place},
        }
    )
