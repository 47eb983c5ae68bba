"""Matrices of codes: colours that the document shows across, sizes and finishes or trims down, a code in each cell.

A column's codes are forms of the colour; a row that names an article of its own ("Skirting") is a product that comes in
the colours. Rows of sizes and finishes are no products.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.codes import clean_code, is_code
from tasks.catalog.dimensions import find_sizes, parse_measure
from tasks.catalog.discovery.block_heads import Row, is_value
from tasks.catalog.discovery.candidates import Candidate, make_candidate, with_attribute
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.fields import Fields
from tasks.catalog.discovery.labels import read_heads
from tasks.catalog.discovery.layout import read_rows
from tasks.catalog.discovery.options import is_form
from tasks.catalog.discovery.page_products import with_collection
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.names import clean_name
from tasks.catalog.products import Variant
from tasks.catalog.vocabulary import fold

_MIN_COLORS, _MIN_ROWS = 3, 2
_FILLED = 0.5  # of a row's colours have a code
_FORMS = 0.5  # of the rows' first cells may be materials or finishes where they name articles
_REACH_LINES = 4.0  # of the type size, from row to row
_FLUSH_POINTS = 3.0


class _Matrix(NamedTuple):
    """A page's head of colours, and the rows of codes under it."""

    page: int
    colors: tuple[Segment, ...]
    rows: tuple[Row, ...]
    box: Box
    thick: tuple[Segment, ...] = ()  # the label of thickness beside them, if any


def with_code_matrices(candidates: Sequence[Candidate], texts: Sequence[PageText], context: Context) -> list[Candidate]:
    """The candidates with the codes that matrices list of them, and the articles that rows of such matrices name."""
    shown: dict[str, list[Candidate]] = defaultdict(list)
    for one in candidates:
        if "image" in one.evidence:
            shown[fold(one.product.name)].append(one)
    names = {name for name, found in shown.items() if len(found) == 1}
    captions = _find_captions(candidates)
    tails = _find_tails([one for found in shown.values() for one in found if fold(one.product.name) in names])
    matrices = [
        matrix
        for text in (texts if len(names) >= _MIN_COLORS else ())
        for matrix in _find_matrices(text, names | tails[text.number].keys(), captions[text.number])
    ]
    if not matrices:
        return list(candidates)
    forms: dict[str, list[Variant]] = defaultdict(list)
    articles: list[Candidate] = []
    for matrix in matrices:
        named = _name_articles(matrix)
        told: list[Segment] = []
        for row in matrix.rows:
            codes = _codes_of(row, matrix)
            if (name := named.get(row[0].box)) is not None:
                articles.append(_make_article(name, row, codes, matrix, context))
            else:
                # A size stands once beside its finishes.
                told = [cell for cell in told if cell.box.x1 < row[0].box.x0]
                told += [cell for cell in row if cell.box.x1 < matrix.colors[0].box.x0]
                name = clean_name(", ".join(cell.text for cell in told))
                for color, code in codes.items():
                    forms[tails[matrix.page].get(color, color)].append(Variant(name=name or None, sku=code))
    pages = {text.number: text for text in texts}
    by_page = groupby(articles, key=lambda one: one.page)
    articles = [one for number, found in by_page for one in with_collection(list(found), pages[number], context)]
    kept = [one for one in candidates if not any(_is_in(one, matrix) for matrix in matrices)]
    kept = _in_series(kept, matrices, tails, context)
    return [*(_with_forms(one, forms, names) for one in kept), *articles]


def _find_captions(candidates: Sequence[Candidate]) -> defaultdict[int, list[Box]]:
    """By page, where products with a code of their own are named: the row of their captions is no head."""
    found = defaultdict[int, list[Box]](list)
    for one in candidates:
        box = one.product.provenance["name"].bbox
        if box and one.product.sku and "image" in one.evidence:
            found[one.page].append(box)
    return found


def _find_tails(shown: Sequence[Candidate]) -> defaultdict[int, dict[str, str]]:
    """By page, the ends of names that several share the beginning of ("avorio" of "lunara avorio"), with the names."""
    found = defaultdict[int, dict[str, str]](dict)
    by_series = defaultdict[tuple[int, str], list[str]](list)
    for one in shown:
        tokens = fold(one.product.name).split()
        for count in range(1, len(tokens)):
            by_series[one.page, " ".join(tokens[:count])].append(" ".join(tokens[count:]))
    for (page, series), tails in by_series.items():
        if len(tails) >= _MIN_COLORS:
            found[page] |= {tail: f"{series} {tail}" for tail in tails}
    return found


def _in_series(
    candidates: Sequence[Candidate],
    matrices: Sequence[_Matrix],
    tails: Mapping[int, Mapping[str, str]],
    context: Context,
) -> list[Candidate]:
    """The colours of a series with what their columns call them and what all rows say; the series is no product."""
    found = list(candidates)
    for matrix in matrices:
        for color in matrix.colors:
            name = tails.get(matrix.page, {}).get(fold(color.text), "")
            series = name.removesuffix(fold(color.text)).strip()
            own = [one for one in found if one.page == matrix.page and series and fold(one.product.name) == name]
            for one in own:
                told = with_attribute(one, "colours", clean_name(color.text), context, color.box)
                told = with_attribute(told, "collection", one.product.name[: len(series)], context, color.box)
                found[found.index(one)] = _with_thickness(told, matrix, context)
            found = [
                one
                for one in found
                if not own
                or one.page != matrix.page
                or fold(one.product.name) != series
                or one.product.method != "spec"
            ]
    return found


def _with_thickness(one: Candidate, matrix: _Matrix, context: Context) -> Candidate:
    """The thickness that all rows have under its label; of the candidate where it has none."""
    under = [cell for row in matrix.rows for cell in row for head in matrix.thick if _is_under(cell, head)]
    values = {parse_measure(cell.text, context.mark, "mm") for cell in under}
    if len(values) != 1 or None in values or len(under) < len(matrix.rows):
        return one
    (value,) = values
    assert value is not None
    return with_attribute(one, "thickness", value, context, under[0].box)


def _find_matrices(text: PageText, names: set[str], captions: Sequence[Box]) -> list[_Matrix]:
    rows = read_rows(text.segments)
    found = []
    for index, row in enumerate(rows):
        colors = [cell for cell in row if fold(cell.text) in names and not _is_caption(cell, captions)]
        if len(colors) < _MIN_COLORS or len({fold(cell.text) for cell in colors}) < len(colors):
            continue
        body = _rows_below(rows[index + 1 :], colors)
        if len(body) >= _MIN_ROWS:
            box = union(cell.box for one in [row, *body] for cell in one)
            thick = tuple(cell for cell in row if cell not in colors and _is_thickness(cell.text))
            found.append(_Matrix(text.number, tuple(colors), tuple(body), box, thick))
    return found


def _is_caption(cell: Segment, captions: Sequence[Box]) -> bool:
    return any(cell.box.intersection(box) > 0.5 * cell.box.area for box in captions)


def _is_thickness(label: str) -> bool:
    return any(one.field == "thickness" for one in read_heads(label))


def _rows_below(rows: Sequence[Row], colors: Sequence[Segment]) -> list[Row]:
    """The rows with codes under the colours; lines of words between them only explain, up to the first gap."""
    found: list[Row] = []
    bottom = colors[0].box.y1
    for row in rows:
        if min(cell.box.y0 for cell in row) - bottom > _REACH_LINES * colors[0].size:
            break
        under = [cell for cell in row if any(_is_under(cell, color) for color in colors)]
        if sum(_is_code(cell.text) for cell in under) >= _FILLED * len(colors):
            found.append(row)
            bottom = max(cell.box.y1 for cell in row)
        elif len(under) >= _MIN_COLORS:
            break
    return found


def _is_under(cell: Segment, color: Segment) -> bool:
    return cell.box.x_overlap(color.box) > 0


def _is_code(text: str) -> bool:
    return is_code(text) and any(map(str.isdigit, text))


def _codes_of(row: Row, matrix: _Matrix) -> dict[str, str]:
    """The row's code for each colour that it has one for."""
    return {
        fold(color.text): clean_code(cell.text)
        for color in matrix.colors
        for cell in row
        if _is_under(cell, color) and _is_code(cell.text)
    }


def _name_articles(matrix: _Matrix) -> Mapping[Box, str]:
    """By the box of a row's first cell its name, where the rows begin at one place with names that all differ."""
    firsts = [row[0] for row in matrix.rows]
    names = [clean_name(one.text) for one in firsts]
    flush = all(abs(one.box.x0 - firsts[0].box.x0) <= _FLUSH_POINTS for one in firsts)
    worded = all(name and not is_value(name) and not _begins_sized(name) for name in names)
    worded = worded and sum(map(is_form, names)) <= _FORMS * len(names)
    if not flush or not worded or len({fold(name) for name in names}) < len(names):
        return {}
    return {one.box: name for one, name in zip(firsts, names, strict=True)}


def _begins_sized(name: str) -> bool:
    sizes = find_sizes(name)
    return bool(sizes) and sizes[0].start == 0


def _make_article(name: str, row: Row, codes: Mapping[str, str], matrix: _Matrix, context: Context) -> Candidate:
    fields = Fields(context)
    fields.options |= {"sku"}
    cell = union(one.box for one in row)
    found = make_candidate(name, row[0].box, fields, matrix.page, cell, "table", {"sku"})
    printed = {fold(color.text): color.text for color in matrix.colors}
    variants = tuple(Variant(name=clean_name(printed[color]), sku=code) for color, code in codes.items())
    return found._replace(product=found.product.model_copy(update={"variants": variants}))


def _is_in(one: Candidate, matrix: _Matrix) -> bool:
    box = one.product.provenance["name"].bbox or one.cell
    return one.page == matrix.page and box.intersection(matrix.box) > 0.5 * box.area


def _with_forms(one: Candidate, forms: Mapping[str, Sequence[Variant]], names: set[str]) -> Candidate:
    own = forms.get(fold(one.product.name), ()) if fold(one.product.name) in names else ()
    known = {form.sku for form in one.product.variants}
    new = tuple(form for form in own if form.sku not in known)
    if not new:
        return one
    product = one.product.model_copy(update={"variants": (*one.product.variants, *new)})
    return one._replace(product=product, evidence=one.evidence | {"sku"})
