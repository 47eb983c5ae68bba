"""Search: a text or a picture in, products with their scores and the reasons out. Reads only; needs no Prefect.

Each view proposes its nearest products; then every view is asked about all of them, so that no product is judged by
the view that proposed it alone. A view that fails is named as degraded, and the others go on.
"""

from __future__ import annotations

import asyncio
import math
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, LiteralString

import numpy as np
from pydantic import Field

from tasks import resources
from tasks.catalog import ids
from tasks.catalog.engines import EngineVersion, ImageCase, ItemFailure, Vector
from tasks.catalog.image_analysis import serialize
from tasks.catalog.pages import Frozen
from tasks.catalog.queries import QueryTerm, read_terms
from tasks.catalog.ranking import PROFILES, TEXT_PARTS, Evidence, Profile, Voice, calibrate, choose_profile, fuse
from tasks.catalog.redaction import redact
from tasks.engines import Engines, get_engines
from tasks.storage import search as store
from tasks.storage import vectors
from tasks.storage.database import Database
from tasks.storage.search import Found, ProductFilter

SNIPPET_CHARACTERS = 160
# A word in another form ("chairs" for "chair") counts so much of the word itself.
OTHER_FORM_SHARE = 0.85
# And a word in a chunk that speaks of other products too.
SHARED_CHUNK_SHARE = 0.4

# A product whose name or code the query is scores at least this, and one that holds all of its words at least that.
CALLED_SCORE = 0.9
ALL_WORDS_SCORE = 0.5
KEYWORD = "text:keyword"
NOTHING = Evidence(0.0, "")

Like = Literal["color", "texture", "material", "style"]
PROFILE_OF_LIKE: dict[Like, Profile] = {
    "color": "color_finish",
    "texture": "texture_pattern",
    "material": "material_search",
    "style": "style_aesthetic",
}
COLLECTIONS: dict[str, LiteralString] = {
    "visual": vectors.VISUAL,
    "color": vectors.COLOR,
    "texture": vectors.TEXTURE,
    "style": vectors.STYLE,
    "material": vectors.MATERIAL,
}

Hits = dict[uuid.UUID, Evidence]
# Asks one view: about all products (None), or about these.
Ask = Callable[[Sequence[uuid.UUID] | None], Awaitable[Hits]]


class SearchRequest(Frozen):
    """What is looked for. Exactly one of `text` and `image`."""

    text: str | None = None
    image: Path | None = None
    like: Like | None = None
    workspace: str = ids.DEFAULT_WORKSPACE
    brand: str | None = None
    source: str | None = None
    max_price: Decimal | None = None
    limit: int = Field(10, ge=1)


class SearchHit(Frozen):
    """One product with its score (0 to 1) and the views that spoke for it."""

    product: dict[str, Any]
    score: float
    views: tuple[Voice, ...]


class SearchResult(Frozen):
    """What was found. `degraded` names views that failed and why; `silent` those with nothing to search."""

    kind: Literal["text", "image"]
    profile: Profile
    weights: dict[str, float]
    hits: tuple[SearchHit, ...]
    degraded: dict[str, str] = {}
    silent: tuple[str, ...] = ()


class SearchFailedError(RuntimeError):
    """Nothing could be searched: the query cannot be read, or every view failed."""


async def search(request: SearchRequest) -> SearchResult:
    """Products of the workspace by descending score. Raises `SearchFailedError`."""
    opened, engines = resources.current(), get_engines()
    called: dict[uuid.UUID, tuple[str, str]] = {}
    wanted = ProductFilter(ids.workspace_id(request.workspace), request.brand, request.source, request.max_price)
    if request.text is not None:
        called = await store.find_called(opened.database, wanted, request.text)
        profile = choose_profile(request.text, [name for kind, name in called.values() if kind == "name"])
        asks = await _ask_by_text(opened.database, engines, wanted, request.text)
        kind: Literal["text", "image"] = "text"
    else:
        assert request.image is not None
        profile = PROFILE_OF_LIKE[request.like] if request.like else "balanced"
        asks = await _ask_by_image(opened.database, engines, wanted, request.image)
        kind = "image"
    weights = spread_weights(profile, request.like)
    return await _rank(opened.database, kind, profile, weights, asks, request.limit, called)


def spread_weights(profile: Profile, like: Like | None) -> dict[str, float]:
    """The profile's weights, that of text split over its parts. `like` is one view's answer: it alone has weight."""
    if like:
        return {like: 1.0}
    weights = {str(view): weight for view, weight in PROFILES[profile].items()}
    text = weights.pop("text")
    return {**weights, **{f"text:{part}": text * share for part, share in TEXT_PARTS.items()}}


async def _rank(
    database: Database,
    kind: Literal["text", "image"],
    profile: Profile,
    weights: Mapping[str, float],
    asks: Mapping[str, Ask],
    limit: int,
    called: Mapping[uuid.UUID, tuple[str, str]],
) -> SearchResult:
    """Ask, score and cut off. `called` are products whose name or code the query is: they come first."""
    asks = {view: ask for view, ask in asks.items() if weights.get(view)}
    proposed, degraded = await _ask_all(asks, None)
    candidates = sorted({product for hits in proposed.values() for product in hits} | set(called))
    silent = tuple(view for view, hits in proposed.items() if not hits)
    heard, later = await _ask_all({view: ask for view, ask in asks.items() if view in proposed}, candidates)
    degraded |= later
    if degraded and len(degraded) == len(asks):
        raise SearchFailedError("no view could be searched: " + "; ".join(degraded.values()))
    scored = []
    for product in candidates:
        evidence = {view: hits[product] for view, hits in heard.items() if product in hits}
        score, voices = fuse(weights, evidence)
        if evidence.get(KEYWORD, NOTHING).similarity >= OTHER_FORM_SHARE:
            score = ALL_WORDS_SCORE + (1 - ALL_WORDS_SCORE) * score
        if product in called:
            score = CALLED_SCORE + (1 - CALLED_SCORE) * score
            name = Voice("name", 1.0, 1.0, f"the query is its {called[product][0]}")
            voices = (name, *voices)
        if score > 0:
            scored.append((score, product, voices))
    scored.sort(key=lambda item: (-item[0], item[1]))
    rows = await store.read_products(database, [product for _, product, _ in scored[:limit]])
    hits = tuple(
        SearchHit(product=rows[product], score=score, views=voices) for score, product, voices in scored[:limit]
    )
    return SearchResult(
        kind=kind, profile=profile, weights=_shares(weights, asks), hits=hits, degraded=degraded, silent=silent
    )


def _shares(weights: Mapping[str, float], asks: Mapping[str, Ask]) -> dict[str, float]:
    total = sum(weights[view] for view in asks) or 1.0
    return {view: round(weights[view] / total, 4) for view in asks}


async def _ask_all(
    asks: Mapping[str, Ask], candidates: Sequence[uuid.UUID] | None
) -> tuple[dict[str, Hits], dict[str, str]]:
    """The answers by view, and why a view gave none."""
    answers = await asyncio.gather(*(ask(candidates) for ask in asks.values()), return_exceptions=True)
    heard: dict[str, Hits] = {}
    degraded: dict[str, str] = {}
    for view, answer in zip(asks, answers, strict=True):
        if isinstance(answer, Exception):
            degraded[view] = redact(f"{view}: {type(answer).__name__}: {answer}".splitlines()[0])
        elif isinstance(answer, BaseException):
            raise answer
        else:
            heard[view] = answer
    return heard, degraded


async def _ask_by_text(database: Database, engines: Engines, wanted: ProductFilter, text: str) -> dict[str, Ask]:
    terms, floor = read_terms(text), engines.floors.text
    version = engines.texts.version
    embedded = asyncio.ensure_future(_embed_query(engines, text))

    async def by_product(candidates: Sequence[uuid.UUID] | None) -> Hits:
        found = await store.find_products(database, wanted, await embedded, version, candidates)
        return {hit.product_id: Evidence(calibrate(hit.cosine, floor), "its description means alike") for hit in found}

    async def by_chunk(candidates: Sequence[uuid.UUID] | None) -> Hits:
        # A product's own description is one of the passages about it: a weak chunk must not weigh more than none.
        found = await store.find_chunks(database, wanted, await embedded, version, candidates)
        passages = {hit.product_id: Evidence(calibrate(hit.cosine, floor), _quote(hit)) for hit in found}
        for product, own in (await by_product(candidates)).items():
            if product not in passages or passages[product].similarity < own.similarity:
                passages[product] = own
        return passages

    async def by_understanding(candidates: Sequence[uuid.UUID] | None) -> Hits:
        vector = await embedded
        found = await store.find_images(database, vectors.UNDERSTANDING, wanted, vector, version, candidates)
        return {hit.product_id: _image_evidence(hit, floor, "is described alike") for hit in found}

    async def by_keyword(candidates: Sequence[uuid.UUID] | None) -> Hits:
        return await _find_keywords(database, wanted, terms, candidates)

    asks: dict[str, Ask] = {
        "text:chunk": by_chunk,
        "text:product": by_product,
        "understanding": by_understanding,
    }
    return {**asks, KEYWORD: by_keyword} if terms else asks


async def _embed_query(engines: Engines, text: str) -> Vector:
    [vector] = await engines.texts.embed([text], "query")
    if isinstance(vector, ItemFailure):
        raise SearchFailedError(vector.reason)
    return vector


async def _find_keywords(
    database: Database, wanted: ProductFilter, terms: Sequence[QueryTerm], candidates: Sequence[uuid.UUID] | None
) -> Hits:
    """The share of the query's words that a product holds, rare words counting more; 0 where it holds none."""
    *counts, total = await store.count_keywords(database, wanted, terms)
    weights = [math.log(1 + (total + 1) / (count + 1)) for count in counts]
    hits: Hits = {}
    for hit in await store.find_keywords(database, wanted, terms, candidates):
        shares = [(0.0, SHARED_CHUNK_SHARE, OTHER_FORM_SHARE, 1.0)[match] for match in hit.matches]
        held = [
            "/".join(dict.fromkeys((term.word, *term.exact)))
            for term, share in zip(terms, shares, strict=True)
            if share
        ]
        similarity = float(np.dot(weights, shares) / sum(weights))
        reason = f"says {', '.join(held)}" if held else "says none of the words"
        hits[hit.product_id] = Evidence(similarity, reason)
    return hits


async def _ask_by_image(database: Database, engines: Engines, wanted: ProductFilter, image: Path) -> dict[str, Ask]:
    case = ImageCase(sha256=ids.sha256_hex(await asyncio.to_thread(image.read_bytes)), path=image)
    [views] = await engines.images.embed([case])
    if isinstance(views, ItemFailure):
        raise SearchFailedError(views.reason)
    version = engines.images.version
    asks: dict[str, Ask] = {
        view: _ask_view(database, wanted, collection, views.views[view], version, engines.floors.images[view], view)  # type: ignore[index]
        for view, collection in COLLECTIONS.items()
        if view in views.views
    }
    [examined] = await engines.examiner.examine([case])
    if not isinstance(examined, ItemFailure) and examined.analysis and (text := serialize(examined.analysis)):
        [vector] = await engines.texts.embed([text], "document")
        if not isinstance(vector, ItemFailure):
            asks["understanding"] = _ask_view(
                database,
                wanted,
                vectors.UNDERSTANDING,
                vector,
                engines.texts.version,
                engines.floors.text,
                "description",
            )
    return asks


def _ask_view(
    database: Database,
    wanted: ProductFilter,
    collection: LiteralString,
    vector: Vector,
    version: EngineVersion,
    floor: float,
    name: str,
) -> Ask:
    async def ask(candidates: Sequence[uuid.UUID] | None) -> Hits:
        found = await store.find_images(database, collection, wanted, vector, version, candidates)
        return {hit.product_id: _image_evidence(hit, floor, f"is near in {name}") for hit in found}

    return ask


def _image_evidence(hit: Found, floor: float, says: str) -> Evidence:
    place = f" on page {hit.page}" if hit.page else ""
    return Evidence(calibrate(hit.cosine, floor), f"its image {hit.witness[:12]}{place} {says}")


def _quote(hit: Found) -> str:
    text = " ".join(hit.witness.split())
    short = text if len(text) <= SNIPPET_CHARACTERS else text[: SNIPPET_CHARACTERS - 1] + "…"
    return f"page {hit.page}: {short}" if hit.page else short
