"""Papers that lie among catalogs and offer nothing: letters, certificates, reports, instructions, forms, notices.

A paper is told by its title and by how such papers are made, page by page: a letter may have a price list enclosed.
"""

from __future__ import annotations

from collections.abc import Sequence

from tasks.catalog.discovery.candidates import Candidate
from tasks.catalog.discovery.context import PageText
from tasks.catalog.discovery.guides import lists_counted_parts, without_steps
from tasks.catalog.discovery.letters import is_letter, is_price_list
from tasks.catalog.discovery.paper_parts import has_name, is_offer, without_care, without_covers, without_sections
from tasks.catalog.discovery.paper_titles import (
    is_report,
    is_title,
    is_titled_otherwise,
    list_headings,
    list_titles,
    lists_parts,
    runs_otherwise,
    speaks_of_freight,
)
from tasks.catalog.discovery.services import without_services
from tasks.catalog.discovery.topics import heads_no_goods, may_head_no_goods
from tasks.catalog.names import names_norm
from tasks.catalog.vocabulary import fold, fold_page, words, words_pattern

__all__ = ["is_letter", "kind_of_paper", "without_papers"]

_FEW_PAGES = 3  # a short document is judged by its words
_FEW_PRODUCTS = 2  # in a document: each has to be shown
_MIN_NORMS = 4  # lines of a page
_MAX_CODED = 2  # products with codes beside a list of parts


def kind_of_paper(texts: Sequence[PageText], kept: Sequence[Candidate]) -> str | None:
    """What the document as a whole is when it is no catalog, by its title or the words it cannot do without."""
    joined = fold_page(" ".join(segment.text for text in texts[:4] for segment in text.segments))
    if len(texts) <= _FEW_PAGES and len(set(words_pattern("transaction_words").findall(joined))) >= 2:
        return "an invoice or order"
    priced = any("price" in one.evidence for one in kept)
    if not any(map(is_offer, kept)) and (runs_otherwise(texts) or is_report(texts)):
        return "instructions, a report or a release"
    if not priced and (is_titled_otherwise(texts) or any(map(is_title, list_titles(texts, kept)))):
        return "instructions, a report or a release"
    coded = sum("sku" in one.evidence for one in kept)
    if not priced and coded <= _MAX_CODED and any(lists_parts(text) or lists_counted_parts(text) for text in texts):
        return "instructions with a list of parts"
    everything = fold_page(" ".join(segment.text for text in texts for segment in text.segments))
    if len(set(words_pattern("paper_words").findall(everything))) >= 3 and not any(
        "sku" in one.evidence for one in kept
    ):
        return "a paper"
    return "a text with numbers like codes" if 0 < len(kept) <= _FEW_PRODUCTS and not _are_shown(kept) else None


def _are_shown(kept: Sequence[Candidate]) -> bool:
    """Whether products are more than headings with a code, a price or sizes under them.

    They are pictured, listed, or have a code with a price, or with sizes under labels.
    """
    told = {kind for one in kept for kind in one.evidence}  # of one that goes on overleaf, its parts have a kind each
    sized = any(frozenset({"sku", "size", "labels"}) <= one.evidence for one in kept)
    documented = sized or {"sku", "price"} <= told
    return documented or any(one.product.method != "spec" or "image" in one.evidence for one in kept)


def without_papers(candidates: Sequence[Candidate], texts: Sequence[PageText]) -> list[Candidate]:
    """The candidates without those of letters, of care for materials, and of a paper's counted sections."""
    found = _without_letters(candidates, texts)
    found = without_services(without_steps(without_sections(found, texts)), texts)
    titled = {
        text.number
        for text in texts
        if any(is_title(line) or speaks_of_freight(line) for line in list_headings(text, found))
    }
    found = [one for one in found if one.page not in titled or ("sku" in one.evidence and has_name(one))]
    found = [one for one in found if not _names_no_goods(one)]
    return without_covers(without_care(_without_norms(found, texts)), texts)


def _without_norms(candidates: Sequence[Candidate], texts: Sequence[PageText]) -> list[Candidate]:
    """Without the one thing that a page of norms and their values tells in words: the properties of all products."""
    listing = {text.number for text in texts if sum(names_norm(one.text) for one in text.segments) >= _MIN_NORMS}
    listing = {number for number in listing if sum(one.page == number for one in candidates) == 1}
    return [
        one
        for one in candidates
        if one.page not in listing or one.product.method != "spec" or one.evidence & {"image", "price"}
    ]


def _names_no_goods(one: Candidate) -> bool:
    """Whether a name is a paper's title, the heading of a part without goods, or the label of a column of grades."""
    name = one.product.name
    labels_grades = one.product.method == "spec" and fold(name) in words("grade_words")
    if is_title(name) or heads_no_goods(name) or labels_grades or name.endswith("?"):
        return True
    return not frozenset({"sku", "price"}) <= one.evidence and may_head_no_goods(name)


def _without_letters(candidates: Sequence[Candidate], texts: Sequence[PageText]) -> list[Candidate]:
    """A letter offers nothing; what it encloses does where it has codes and prices, or says that it lists prices."""
    letters = [text.number for text in texts[:_FEW_PAGES] if is_letter(text)]
    if not letters:
        return list(candidates)
    lists = {text.number for text in texts if is_price_list(text)} - set(letters)
    rows = [one for one in candidates if one.page not in letters or one.product.method == "table"]
    # What a further page tells in words goes on with the letter; a sheet enclosed shows its product.
    rows = [one for one in rows if one.product.method != "spec" or "image" in one.evidence or one.page in lists]
    return [one for one in rows if is_offer(one) or (one.page in lists and "price" in one.evidence)]
