"""Blocks: a heading that names a product, and below or beside it a small table whose rows are the product's forms."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tasks.catalog.boxes import Box, union
from tasks.catalog.codes import clean_code, is_code, is_spaced_code
from tasks.catalog.discovery.block_areas import (
    Area,
    find_area,
    find_codes,
    find_options_of,
    find_template,
    read_body,
)
from tasks.catalog.discovery.block_continued import find_continued
from tasks.catalog.discovery.block_forms import are_forms, cost_alike
from tasks.catalog.discovery.block_headings import Titled, find_titled
from tasks.catalog.discovery.block_heads import Head, Row, find_heads, read_page_rows
from tasks.catalog.discovery.block_orphans import find_orphans
from tasks.catalog.discovery.block_pictures import find_shown
from tasks.catalog.discovery.block_rows import Columns, FormRow, fit_rows, read_pool, read_rows_of
from tasks.catalog.discovery.block_runs import find_runs
from tasks.catalog.discovery.candidates import Candidate, Evidence, evidence_of, make_candidate
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.fields import AXES, Fields
from tasks.catalog.discovery.grid import Picture
from tasks.catalog.discovery.label_columns import own_labels
from tasks.catalog.discovery.labels import read_label
from tasks.catalog.discovery.layout import read_rows
from tasks.catalog.discovery.materials import material_kind
from tasks.catalog.discovery.naming import Name
from tasks.catalog.discovery.sections import keep_description
from tasks.catalog.discovery.segments import Segment
from tasks.catalog.discovery.table_forms import name_their_rows
from tasks.catalog.names import clean_name, is_name, strip_continued
from tasks.catalog.products import ImageLink, Variant
from tasks.catalog.vocabulary import fold

_MIN_BLOCKS, _MIN_RUNS = 2, 4
_TOLD_SHARE = 0.6  # of the headings over rows without a head have other lines under them, too
_LIKE_MOST = 0.6  # of the blocks under headings of one look are certain: the others are as they are
_SCORE = 0.85


class PageBlocks(NamedTuple):
    """The products that a page's blocks tell, and the areas that the blocks take."""

    candidates: list[Candidate]
    areas: list[Box]


class _Reader(NamedTuple):
    """What the document's blocks are read with: rows by page, columns by head, heads that go on, texts of the form,
    and codes that stand beside the headings.
    """

    rows: Mapping[int, Sequence[Row]]
    pools: Mapping[tuple[str, ...], Columns]
    parts: Mapping[Head, Sequence[Head]]
    template: frozenset[str]
    codes: frozenset[str]
    repeated: frozenset[str]
    context: Context


def read_blocks(texts: Sequence[PageText], repeated: frozenset[str], context: Context) -> Mapping[int, PageBlocks]:
    """By page, the products of a document's blocks; empty where its tables list products or it has no blocks."""
    rows = {text.number: read_page_rows(text) for text in texts}
    heads = find_heads(list(rows.items()))
    titled = find_titled(texts, heads)
    pools = _read_pools(titled, rows, context)
    taken = frozenset(one.region.head.page for one in titled if one.region.head.signature in pools)
    runs = find_titled(texts, find_runs(list(rows.items()), taken, context))
    if len(runs) >= _MIN_RUNS and _are_told(runs):
        pools |= _read_pools(runs, rows, context)
        titled += runs
    if len(titled) < _MIN_BLOCKS:
        return {}
    pages = {text.number: text for text in texts}
    listed = [one for one in titled if one.region.head.signature not in pools and _lists_products(one, rows, context)]
    titled = [one for one in titled if one.region.head.signature in pools]
    by_page: dict[int, list[Titled]] = defaultdict(list)
    begun, parts = find_continued([*titled, *find_orphans(titled, listed, pages, rows)], heads)
    for one in begun:
        by_page[one.region.head.page].append(one)
    for found_here in by_page.values():
        found_here.sort(key=lambda one: (one.box.y0, one.box.x0))
    areas = {number: [find_area(one, found, pages[number]) for one in found] for number, found in by_page.items()}
    template = find_template([pages[number] for number in areas], [area for found in areas.values() for area in found])
    codes = find_codes(pages, [area for found in areas.values() for area in found])
    reader = _Reader(rows, pools, parts, template, codes, repeated, context)
    read = {number: _read_page(pages[number], found, reader) for number, found in areas.items()}
    for head in (head for found in parts.values() for head in found):
        box = union([head.box, *(cell.box for row in head.rows for cell in row)])
        on_page = read.get(head.page, PageBlocks([], []))
        read[head.page] = on_page._replace(areas=[*on_page.areas, box])
    return read


def _are_told(runs: Sequence[Titled]) -> bool:
    """Whether most headings have more than rows under them: a group's heading in a price list stands alone."""
    told = [one for one in runs if len({*one.region.segments} - {*one.lines}) > 0]
    return len(told) >= _TOLD_SHARE * len(runs)


def _read_pools(
    titled: Sequence[Titled], rows: Mapping[int, Sequence[Row]], context: Context
) -> dict[tuple[str, ...], Columns]:
    """By head, the columns of the tables under it; only of those whose rows are forms."""
    kinds: dict[tuple[str, ...], list[Titled]] = defaultdict(list)
    for one in titled:
        kinds[one.region.head.signature].append(one)
    pools: dict[tuple[str, ...], Columns] = {}
    open_pools: dict[tuple[str, ...], Columns] = {}
    for signature, found in kinds.items():
        heads = [one.region.head for one in found]
        pool = read_pool(heads, [_beside(one, rows) for one in found], context, priced=context.lists_prices)
        if pool is None or _name_collections(found) or not _tell_forms(pool):
            continue
        if name_their_rows([_form_rows(one, rows) for one in found]):
            continue
        forms = [_form_rows(one, rows) for one in found]
        if are_forms(forms, heads, pool, context):
            pools[signature] = pool
        elif not _labels_names(pool) and cost_alike(forms, heads, pool, context):
            open_pools[signature] = pool
    return pools | _like_most(kinds, pools, open_pools)


def _lists_products(one: Titled, rows: Mapping[int, Sequence[Row]], context: Context) -> bool:
    """Whether the rows under a heading cost so differently that they are products."""
    head = one.region.head
    pool = read_pool([head], [_beside(one, rows)], context, priced=True)
    return pool is not None and _tell_forms(pool) and not cost_alike([_form_rows(one, rows)], [head], pool, context)


def _labels_names(pool: Columns) -> bool:
    return any(column.field == "name" and column.by_label for column in pool.columns)


def _like_most(
    kinds: Mapping[tuple[str, ...], Sequence[Titled]],
    pools: Mapping[tuple[str, ...], Columns],
    others: Mapping[tuple[str, ...], Columns],
) -> dict[tuple[str, ...], Columns]:
    """Of `others`, rows under heads of other kinds, those whose headings are set as most headings over forms are."""
    sure = Counter(one.look for signature in pools for one in kinds[signature])
    unsure = Counter(one.look for signature in others for one in kinds[signature])
    forms = {look for look in unsure if sure[look] >= _LIKE_MOST * (sure[look] + unsure[look])}
    return {signature: pool for signature, pool in others.items() if all(one.look in forms for one in kinds[signature])}


def _tell_forms(pool: Columns) -> bool:
    """Whether rows have a code or a price, and not only amounts: those may be the prices of things side by side."""
    fields = {column.field for column in pool.columns}
    return bool(fields & {"price", "sku"}) and fields != {"price"}


def _name_collections(titled: Sequence[Titled]) -> bool:
    """Whether most headings say that they name a series ("SERIE TOSCANA"): its rows are products."""
    named = 0
    for one in titled:
        tokens = " ".join(line.text for line in one.lines).split()
        labels = [read_label(token) for token in (tokens[0], tokens[-1])]
        named += any(label is not None and label.field == "collection" for label in labels)
    return named > 0.5 * len(titled)


def _beside(one: Titled, rows: Mapping[int, Sequence[Row]], part: Head | None = None) -> list[Row]:
    """For each of a head's rows the cells left of the head, in its column; `part` goes on with the block elsewhere."""
    head, found = part or one.region.head, []
    left = one.region.left if part is None else part.box.x0 - (one.region.head.box.x0 - one.region.left)
    for row in head.rows:
        whole = next((line for line in rows[head.page] if row[0] in line), list(row))
        found.append([cell for cell in whole if left <= cell.box.x0 and cell.box.x1 <= row[0].box.x0])
    return found


def _form_rows(one: Titled, rows: Mapping[int, Sequence[Row]], part: Head | None = None) -> list[Row]:
    head = part or one.region.head
    return [[*left, *row] for left, row in zip(_beside(one, rows, part), head.rows, strict=True)]


def _read_page(text: PageText, areas: Sequence[Area], reader: _Reader) -> PageBlocks:
    shown = find_shown(text, areas, reader.repeated)
    candidates, boxes = [], []
    for area, own in zip(areas, shown, strict=True):
        head = area.titled.region.head
        pool = reader.pools[head.signature]
        table = [row for row, _ in fit_rows(_form_rows(area.titled, reader.rows), head, pool)]
        forms = read_rows_of(head, table, pool, reader.context)
        for part in reader.parts.get(head, ()):
            forms += read_rows_of(part, _form_rows(area.titled, reader.rows, part), pool, reader.context)
        if head.kind and len({label for form in forms for label in form.prices}) == 1:
            forms = [form._replace(graded=False) for form in forms]  # under a head of one price, which was not read
        body = read_body(area, text, table, own)
        one = _read_block(area.titled, body, forms, own, text, reader)
        if one is not None:
            candidates.append(one)
            boxes.append(_taken(area, body, own))
    return PageBlocks(candidates, boxes)


def _taken(area: Area, body: Sequence[Segment], pictures: Sequence[Picture]) -> Box:
    head = area.titled.region.head
    whole = union([area.titled.box, head.box, *(cell.box for row in head.rows for cell in row),
                   *(segment.box for segment in body), *(picture.box for picture in pictures)])  # fmt: skip
    return Box(min(whole.x0, max(area.box.x0, 0.0)), whole.y0, whole.x1, whole.y1)


def _read_block(
    titled: Titled,
    body: Sequence[Segment],
    forms: Sequence[FormRow],
    pictures: Sequence[Picture],
    text: PageText,
    reader: _Reader,
) -> Candidate | None:
    context, template = reader.context, reader.template
    name = clean_name(strip_continued(" ".join(line.text for line in titled.lines)))
    if not name or not any(form.code or form.prices for form in forms):
        return None
    fields = Fields(context)
    beside = [one for one in body if one.box.y_overlap(titled.box) > 0.5]
    if name.split()[0] in reader.codes and is_name(name.partition(" ")[2]):
        name = name.partition(" ")[2]
    codes = (one for one in beside if is_code(one.text) or is_spaced_code(one.text) or one.text in reader.codes)
    code = next(codes, None)
    options = find_options_of(body)
    labels = own_labels(read_rows(body))
    told = [
        one for one in body
        if one is not code and one not in options and (one in labels or fold(one.text) not in template)
    ]  # fmt: skip
    fields.read(told)
    labelled = fields.named_code and not any(form.code for form in forms)  # "Réf. AUB 24" over sizes without codes
    for field in ("price", "list_price", *(() if labelled else ("sku",))):  # of other articles; it has a table
        fields.values.pop(field, None)
        fields.boxes.pop(field, None)
    fields.prices, fields.currency = {}, None
    if code is not None:
        fields.put("sku", clean_code(code.text), code.box)
    elif (first := titled.lines[0].text.split()[0]) in reader.codes and name != titled.lines[0].text:
        fields.put("sku", first, titled.box)
    keep_description(fields, Name(name, titled.box, titled.lines))
    if len(forms) == 1:
        _put_only(forms[0], fields)
    for field in {field for form in forms for field in form.attributes if field in (*AXES, "packaging")}:
        if all(form.attributes.get(field) == forms[0].attributes.get(field) for form in forms):
            fields.put(field, forms[0].attributes[field], forms[0].box)  # what all forms share is the product's
    evidence: set[Evidence] = evidence_of(fields) | ({"price"} if any(form.prices for form in forms) else set())
    evidence |= {"sku"} if any(form.code for form in forms) else set()
    evidence |= {"image"} if pictures else set()
    images = tuple(
        ImageLink(sha256=sha256, page=text.number, score=_SCORE, reason="same_cell")
        for sha256 in dict.fromkeys(picture.sha256 for picture in pictures)
    )
    cell = union([titled.box, *(form.box for form in forms), *(one.box for one in told)])
    one = make_candidate(name, titled.box, fields, text.number, cell, "spec" if pictures else "table", evidence, images)
    if len(forms) == 1:
        return _with_prices(one, forms[0], context)
    return _with_forms(one, forms, context)


def _put_only(form: FormRow, fields: Fields) -> None:
    """The only row's code, fields and finish are the product's own."""
    fields.put("sku", form.code, form.box)
    if kind := material_kind(form.name):
        fields.put(kind, form.name, form.box)
    for field, value in form.attributes.items():
        fields.put(field, value, form.box)
    if len(form.prices) == 1 and not form.graded:
        fields.put("price", next(iter(form.prices.values())), form.box)


def _with_prices(one: Candidate, form: FormRow, context: Context) -> Candidate:
    currencies = set(form.currencies.values())
    update = {
        "prices": dict(form.prices) if form.graded else {},
        "currency": currencies.pop() if len(currencies) == 1 else context.currency if form.prices else None,
    }
    return one._replace(product=one.product.model_copy(update=update))


def _with_forms(one: Candidate, forms: Sequence[FormRow], context: Context) -> Candidate:
    """The candidate with a variant for each row."""
    currencies = {currency for form in forms for currency in form.currencies.values()}
    currency = currencies.pop() if len(currencies) == 1 else None if currencies else context.currency
    variants = tuple(
        Variant(
            name=form.name or None,
            sku=form.code or None,
            price=next(iter(form.prices.values())) if len(form.prices) == 1 and not form.graded else None,
            prices=dict(form.prices) if form.graded else {},
            currency=currency if form.prices else None,
            attributes=form.attributes,
        )
        for form in forms
    )
    places = {
        f"variants.{form.code or number}": context.place(one.page, form.box) for number, form in enumerate(forms, 1)
    }
    update = {
        "variants": variants,
        "currency": one.product.currency or currency,
        "provenance": {**places, **one.product.provenance},
    }
    return one._replace(product=one.product.model_copy(update=update))
