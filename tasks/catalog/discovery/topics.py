"""Pages whose heading or captions say that they show no goods: tickets, people, care, terms."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tasks.catalog.discovery.candidates import Candidate
from tasks.catalog.discovery.context import PageText
from tasks.catalog.discovery.layout import Segment
from tasks.catalog.vocabulary import fold, words, words_pattern

_NUMBERING = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2})*|[A-Z]|[IVX]{1,4})[.)]?\s+(?=[^\W\d_])")  # "3. Care"
_CREDIT = re.compile(
    r"(?<!\w)(?:photo(?:s|graph|graphy|graphie)?|foto(?:s|grafie|grafia)?|picture|bild|image|фото)\s?(?:by\b|credits?\b|:|©)",
    re.I,
)
_HEADING_RATIO = 1.25  # of the names under it
_PEOPLE_SHARE = 0.5  # of the captions on a page that have no code, price or size
_GOODS = frozenset({"sku", "size"})  # what neither tickets nor people have


def without_strangers(candidates: list[Candidate], text: PageText) -> list[Candidate]:
    """The candidates without those that the page itself calls something else than goods.

    Under such a heading only a code or a size makes a product; portraits are told by the offices under the names,
    pictures of a report by their photographers.
    """
    if not candidates:
        return candidates
    if _is_elsewhere(candidates, text):
        return [one for one in candidates if one.evidence & _GOODS]
    bare = [one for one in candidates if not one.evidence - {"image", "grid", "labels"}]
    people = [one for one in bare if _has_office(one) or _has_credit(one)]
    return [one for one in candidates if one not in bare] if len(people) > _PEOPLE_SHARE * len(bare) else candidates


def _is_elsewhere(candidates: Sequence[Candidate], text: PageText) -> bool:
    """Whether the largest line over the candidates heads a page of prose, people, tickets or figures."""
    top = min(one.cell.y0 for one in candidates)
    names = {box for one in candidates if (box := one.product.provenance["name"].bbox)}
    above = [one for one in text.segments if one.box.y0 <= top and one.box not in names]
    heading = max(above, key=lambda one: one.size, default=None)
    largest = max((one.size for one in text.segments if one.box in names), default=0.0)
    return heading is not None and heading.size >= _HEADING_RATIO * largest and _heads_no_goods(heading)


def _heads_no_goods(heading: Segment) -> bool:
    folded = fold(_NUMBERING.sub("", heading.text))
    return folded in words("prose_headings") or folded in words("other_headings")


def _has_office(one: Candidate) -> bool:
    """Whether a caption names what somebody is in a company ("Chief executive")."""
    return bool(words_pattern("office_words").search(fold(one.product.description or "")))


def _has_credit(one: Candidate) -> bool:
    """Whether a caption names the photographer ("Photo: A. Meier")."""
    texts = [one.product.description or "", *(f"{label}:" for label in one.product.attributes)]
    return any(_CREDIT.search(text) for text in texts)
