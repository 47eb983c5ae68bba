"""Pages whose heading or captions say that they show no goods: tickets, people, care, terms."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tasks.catalog.discovery.candidates import Candidate
from tasks.catalog.discovery.context import PageText
from tasks.catalog.vocabulary import fold, words, words_pattern

NUMBERING = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2})*|[A-Z]|[IVX]{1,4})[.)]?\s+(?=[^\W\d_])")  # "3. Care"
_CREDIT = re.compile(
    r"(?<!\w)(?:photo(?:s|graph|graphy|graphie)?|foto(?:s|grafie|grafia)?|picture|bild|image|фото)\s?(?:by\b|credits?\b|:|©)",
    re.I,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_MAX_HEADING_WORDS = 6
_HEADING_RATIO = 1.25  # of the names under it
_PEOPLE_SHARE = 0.5  # of the captions on a page that have no code, price or size
_GOODS = frozenset({"sku", "size"})  # what neither tickets nor people have


def without_strangers(candidates: list[Candidate], text: PageText) -> list[Candidate]:
    """The candidates without those that the page itself calls something else than goods.

    Under such a heading only a code or a size makes a product; portraits are told by the offices under the names,
    pictures of a report by their photographers.
    """
    candidates = [one for one in candidates if "sku" in one.evidence or not heads_data(one.product.name)]
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
    return (
        heading is not None
        and heading.size >= _HEADING_RATIO * largest
        and (heads_no_goods(heading.text) or may_head_no_goods(heading.text))
    )


def heads_no_goods(heading: str) -> bool:
    """Whether a heading says that no goods follow: "3. Care", "Terms of delivery and finishes", "Pattern number index".

    Of several things joined by commas and conjunctions each has to be none.
    """
    folded = fold(NUMBERING.sub("", heading))
    tokens = folded.split()
    if len(tokens) > 1 and words("index_headings") & {tokens[0], tokens[-1]}:
        return True
    parts = [" ".join(part.split()) for part in words_pattern("joining_words").sub(",", folded).split(",")]
    return any(parts) and all(map(_is_no_goods, filter(None, parts)))


def heads_data(heading: str) -> bool:
    """Whether a heading only says that data follow: "Formats and technical data"."""
    parts = words_pattern("joining_words").sub(",", fold(NUMBERING.sub("", heading))).split(",")
    named = [" ".join(part.split()) for part in parts if part.strip()]
    return bool(named) and all(part in words("data_headings") or _is_no_goods(part) for part in named)


def may_head_no_goods(heading: str) -> bool:
    """Whether a heading leaves it to the evidence under it: "Installation and clearances", "Selected projects"."""
    folded = fold(NUMBERING.sub("", heading))
    tokens = folded.split()
    if not tokens or len(tokens) > _MAX_HEADING_WORDS:
        return False
    if {tokens[0], tokens[-1]} & words("reference_words") or set(tokens) & words("freight_words"):
        return True
    first, *more = words_pattern("joining_words").split(folded)
    return bool(more) and _is_no_goods(" ".join(first.split()))


def _is_no_goods(folded: str) -> bool:
    folded = " ".join(_YEAR.sub(" ", folded).split())  # "2025 at a glance"
    return folded in words("prose_headings") or folded in words("other_headings")


def _has_office(one: Candidate) -> bool:
    """Whether a caption names what somebody is in a company ("Chief executive")."""
    return bool(words_pattern("office_words").search(fold(one.product.description or "")))


def _has_credit(one: Candidate) -> bool:
    """Whether a caption names the photographer ("Photo: A. Meier")."""
    texts = [one.product.description or "", *(f"{label}:" for label in one.product.attributes)]
    return any(_CREDIT.search(text) for text in texts)
