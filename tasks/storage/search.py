"""What a search asks the library: candidates of each view, their similarities, and the products to show.

Every query is bound to a workspace, and every vector query to the model and version that made the query's own vector.
Products of several sources that were merged are found by what any of them says, and stand for one: the canonical one.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, LiteralString, NamedTuple

import numpy as np

from tasks.catalog.engines import EngineVersion
from tasks.catalog.queries import QueryTerm
from tasks.storage.database import Database
from tasks.storage.library import SELECT_PRODUCTS

# Rows that a view proposes; pgvector goes on scanning its index until so many pass the filters.
CANDIDATES = 200
# Rows of known candidates (products of at most six views, each with a few images or chunks) in one answer.
MOST_ROWS = 20_000

_PRICE = "coalesce(p.price, (select min(value::numeric) from jsonb_each_text(p.prices)))"
_FILTER: LiteralString = f"""
  p.workspace_id = %(workspace)s and p.status <> 'missing'
  and (%(brand)s::text is null or quarry.fold(p.brand) like '%%' || quarry.fold(%(brand)s) || '%%'
    or exists (select from public.documents d where d.id = p.source_document_id
      and quarry.fold(d.brand) like '%%' || quarry.fold(%(brand)s) || '%%'))
  and (%(source)s::text is null or quarry.fold(p.source) like '%%' || quarry.fold(%(source)s) || '%%'
    or exists (select from public.documents d where d.id = p.source_document_id
      and quarry.fold(d.filename) like '%%' || quarry.fold(%(source)s) || '%%'))
  and (%(max_price)s::numeric is null or {_PRICE} <= %(max_price)s)
"""
# The product that a row stands for, and whether it is one of the candidates.
_ID: LiteralString = "coalesce(p.merged_into, p.id)"
_CANDIDATE: LiteralString = "(p.id = any(%(candidates)s) or p.merged_into = any(%(candidates)s))"
# Words that a bulk import has left for later are computed as they are asked for.
_WORDS: LiteralString = "coalesce(p.keywords, quarry.product_words(p))"


class ProductFilter(NamedTuple):
    """Which products may be found; None lets all through. The price is compared in the product's own currency."""

    workspace: uuid.UUID
    brand: str | None = None
    source: str | None = None
    max_price: Decimal | None = None


class Found(NamedTuple):
    """A product's best cosine in one view, and what had it: a chunk's text, or an image's hash, with its page."""

    product_id: uuid.UUID
    cosine: float
    witness: str
    page: int | None


class KeywordHit(NamedTuple):
    """Which words of a query a product, or a chunk about it, holds.

    3 as spelt; 2 in another form; 1 only in a chunk that speaks of other products too; 0 not at all.
    """

    product_id: uuid.UUID
    matches: tuple[int, ...]


async def find_keywords(
    database: Database, wanted: ProductFilter, terms: Sequence[QueryTerm], candidates: Sequence[uuid.UUID] | None
) -> list[KeywordHit]:
    """Products that hold any of `terms`, those with most first; with `candidates`, only these, whatever they hold."""
    exact = [" | ".join(map(_lexeme, term.exact)) for term in terms]
    starts = [" | ".join(f"{_lexeme(start)}:*" for start in term.starts) for term in terms]
    parameters: dict[str, Any] = {"any": " | ".join(filter(None, [*exact, *starts])), "candidates": _list(candidates)}
    columns = []
    for index, (one, other) in enumerate(zip(exact, starts, strict=True)):
        parameters |= {f"exact{index}": one, f"starts{index}": other or one}
        columns.append(
            f"max(case when w.own and w.keywords @@ %(exact{index})s::tsquery then 3 "
            f"when w.own and w.keywords @@ %(starts{index})s::tsquery then 2 "
            f"when w.keywords @@ (%(exact{index})s::tsquery || %(starts{index})s::tsquery) then 1 else 0 end)"
        )
    array = f"array[{', '.join(columns)}]"
    query = f"""
      with w as (
        select {_ID} as id, {_WORDS} as keywords, true as own from public.products p where {_FILTER}
          and ({_CANDIDATE} or (%(candidates)s::uuid[] is null and (p.keywords @@ %(any)s::tsquery
            or (p.keywords is null and quarry.product_words(p) @@ %(any)s::tsquery))))
        union all
        select {_ID}, c.keywords, c.product_id is not distinct from p.id from public.products p
          join public.chunk_product_relationships r on r.product_id = p.id
          join public.document_chunks c on c.id = r.chunk_id
          where {_FILTER} and c.keywords @@ %(any)s::tsquery
          and ({_CANDIDATE} or %(candidates)s::uuid[] is null))
      select id, {array} from w group by id
        order by (select sum(value) from unnest({array}) as value) desc, id limit {CANDIDATES}"""
    rows = await database.fetch_named(query, {**_parameters(wanted), **parameters})
    return [KeywordHit(row[0], tuple(row[1])) for row in rows]


async def count_keywords(database: Database, wanted: ProductFilter, terms: Sequence[QueryTerm]) -> list[int]:
    """In how many of the products each term occurs, in any form; the last number is that of all products."""
    forms = [
        " | ".join([*map(_lexeme, term.exact), *(f"{_lexeme(start)}:*" for start in term.starts)]) for term in terms
    ]
    parameters = {f"form{index}": form for index, form in enumerate(forms)}
    counts = [f"count(*) filter (where keywords @@ %(form{index})s::tsquery)" for index in range(len(forms))]
    words = f"select {_WORDS} as keywords from public.products p where {_FILTER} offset 0"
    query = f"select {', '.join([*counts, 'count(*)'])} from ({words}) as words"
    rows = await database.fetch_named(query, {**_parameters(wanted), **parameters})
    return [int(count) for count in rows[0]]


async def find_products(
    database: Database,
    wanted: ProductFilter,
    vector: np.ndarray,
    version: EngineVersion,
    candidates: Sequence[uuid.UUID] | None = None,
) -> list[Found]:
    """Products whose own vector is nearest."""
    query = f"""
      select {_ID}, 1 - (p.text_embedding_1024 <=> %(vector)s::vector), p.name, p.pages[1]
      from public.products p
      where {_FILTER} and p.text_embedding_1024_model = %(model)s and p.text_embedding_schema_version = %(version)s
        and (%(candidates)s::uuid[] is null or {_CANDIDATE})
      order by p.text_embedding_1024 <=> %(vector)s::vector limit %(rows)s"""
    return await _fetch(database, query, wanted, vector, version, candidates)


async def find_chunks(
    database: Database,
    wanted: ProductFilter,
    vector: np.ndarray,
    version: EngineVersion,
    candidates: Sequence[uuid.UUID] | None = None,
) -> list[Found]:
    """Products with a chunk of their own that is nearest."""
    query = f"""
      select {_ID}, 1 - (c.text_embedding <=> %(vector)s::vector), c.content, c.page_number
      from public.document_chunks c join public.products p on p.id = c.product_id
      where {_FILTER} and c.workspace_id = %(workspace)s
        and c.embedding_model = %(model)s and c.embedding_schema_version = %(version)s
        and (%(candidates)s::uuid[] is null or {_CANDIDATE})
      order by c.text_embedding <=> %(vector)s::vector limit %(rows)s"""
    return await _fetch(database, query, wanted, vector, version, candidates)


async def find_images(
    database: Database,
    collection: LiteralString,
    wanted: ProductFilter,
    vector: np.ndarray,
    version: EngineVersion,
    candidates: Sequence[uuid.UUID] | None = None,
) -> list[Found]:
    """Products with an image of theirs that is nearest in `collection` (a constant of `vectors.py`)."""
    query = f"""
      select {_ID}, 1 - (v.vec <=> %(vector)s::vector), i.sha256, a.page_number
      from vecs.{collection} v
        join public.document_images i on i.id = v.id::uuid
        join public.image_product_associations a on a.image_id = i.id
        join public.products p on p.id = a.product_id
      where {_FILTER} and v.metadata @> jsonb_build_object('workspace_id', %(workspace)s::text,
          'model', %(model)s::text, 'schema_version', %(version)s::int)
        and (%(candidates)s::uuid[] is null or {_CANDIDATE})
      order by v.vec <=> %(vector)s::vector limit %(rows)s"""
    return await _fetch(database, query, wanted, vector, version, candidates)


async def read_products(database: Database, products: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, Any]]:
    """The products to show, by id, each with its stored images."""
    rows = await database.fetch_dicts(
        f"{SELECT_PRODUCTS} where p.id = any(%s)",
        list(products),
    )
    return {row["id"]: row for row in rows}


async def find_called(database: Database, wanted: ProductFilter, text: str) -> dict[uuid.UUID, tuple[str, str]]:
    """Products whose name or code (SKU, GTIN, MPN) is the text itself, case and accents aside: (which, as written)."""
    query = f"""
      select {_ID}, found.kind, found.value from public.products p, lateral (values
        ('name', p.name), ('SKU', p.external_sku), ('GTIN', p.gtin), ('MPN', p.mpn)) as found (kind, value)
      where {_FILTER} and quarry.fold(found.value) = quarry.fold(%(text)s)
      order by p.merged_into nulls first, p.id"""
    rows = await database.fetch_named(query, {**_parameters(wanted), "text": text.strip()})
    return {row[0]: (row[1], row[2]) for row in reversed(rows)}


async def _fetch(
    database: Database,
    query: LiteralString,
    wanted: ProductFilter,
    vector: np.ndarray,
    version: EngineVersion,
    candidates: Sequence[uuid.UUID] | None,
) -> list[Found]:
    parameters = {
        **_parameters(wanted),
        "vector": f"[{','.join(map(str, vector.tolist()))}]",  # pgvector's text form
        "model": version.model,
        "version": version.schema_version,
        "candidates": _list(candidates),
        "rows": CANDIDATES if candidates is None else MOST_ROWS,
    }
    best: dict[uuid.UUID, Found] = {}  # rows come nearest first
    for row in await database.fetch_named(query, parameters):
        best.setdefault(row[0], Found(*row))
    return list(best.values())


def _parameters(wanted: ProductFilter) -> dict[str, Any]:
    return wanted._asdict()


def _list(candidates: Sequence[uuid.UUID] | None) -> list[uuid.UUID] | None:
    return None if candidates is None else list(candidates)


def _lexeme(word: str) -> str:
    """A word as a quoted lexeme of a tsquery."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
