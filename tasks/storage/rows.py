"""The rows of the library's tables, typed: names are the columns of `deployments/supabase/migrations`."""

from __future__ import annotations

import dataclasses
import uuid
from typing import Any, ClassVar, Literal, NamedTuple, TypeVar

from tasks.catalog.match_keys import fold_maker, normalize_gtin
from tasks.storage.sealing import Row, hash_content

R = TypeVar("R", bound=Row)


def seal(row: R) -> R:
    """The row with its `content_hash` filled in."""
    return dataclasses.replace(row, content_hash=hash_content(row))


class RowOrigin(NamedTuple):
    """Where rows of products come from: `source` as in `products.source`, `engine` names what read them."""

    workspace_id: uuid.UUID
    job_id: uuid.UUID
    source: str
    source_type: Literal["pdf", "feed", "web"]
    engine: str
    mapping_version: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    TABLE: ClassVar[str] = "public.document_pages"
    id: uuid.UUID
    workspace_id: uuid.UUID
    document_id: uuid.UUID
    page_number: int
    kind: str | None
    text_source: str
    content: str
    tables: list[dict[str, Any]]
    problems: list[str]
    schema_version: int
    source_job_id: uuid.UUID
    content_hash: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ProductRow:
    """`record_hash` and `mapping_version` say of which record, read how, the row was made: of sources with records.

    The match keys (`gtin14`, `brand_folded`, `supplier_folded`) are computed.
    """

    TABLE: ClassVar[str] = "public.products"
    id: uuid.UUID
    workspace_id: uuid.UUID
    source: str
    source_key: str
    source_type: str
    source_document_id: uuid.UUID | None
    name: str
    external_sku: str | None
    external_sku_folded: str | None
    gtin: str | None
    mpn: str | None
    brand: str | None
    category: str | None
    description: str | None
    price: str | None
    list_price: str | None
    prices: dict[str, str]
    currency: str | None
    availability: str | None
    url: str | None
    attributes: dict[str, Any]
    variants: list[dict[str, Any]]
    images: list[dict[str, Any]]
    pages: tuple[int, ...]
    position: int
    provenance: dict[str, Any]
    confidence_score: float
    engine: str
    schema_version: int
    source_job_id: uuid.UUID
    supplier: str | None = None
    record_hash: bytes | None = None
    mapping_version: str | None = None
    gtin14: str | None = dataclasses.field(init=False, default=None)
    brand_folded: str | None = dataclasses.field(init=False, default=None)
    supplier_folded: str | None = dataclasses.field(init=False, default=None)
    content_hash: str = ""

    def __post_init__(self) -> None:
        if self.gtin:
            object.__setattr__(self, "gtin14", normalize_gtin(self.gtin))
        if self.brand:
            object.__setattr__(self, "brand_folded", fold_maker(self.brand))
        if self.supplier:
            object.__setattr__(self, "supplier_folded", fold_maker(self.supplier))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ImageRow:
    """What is known of an image from its bytes alone; label and vectors are set later (`library.py`)."""

    TABLE: ClassVar[str] = "public.document_images"
    id: uuid.UUID
    workspace_id: uuid.UUID
    sha256: str
    storage_path: str
    content_type: str
    width: int
    height: int
    file_size: int
    extraction_layer: str
    perceptual_hash: str
    stats: dict[str, Any]
    schema_version: int
    source_job_id: uuid.UUID
    content_hash: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class OccurrenceRow:
    TABLE: ClassVar[str] = "public.image_occurrences"
    id: uuid.UUID
    workspace_id: uuid.UUID
    image_id: uuid.UUID
    document_id: uuid.UUID
    page_number: int
    bbox: tuple[float, float, float, float]
    caption: str | None
    content_hash: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ImageProductRow:
    TABLE: ClassVar[str] = "public.image_product_associations"
    id: uuid.UUID
    workspace_id: uuid.UUID
    image_id: uuid.UUID
    product_id: uuid.UUID
    document_id: uuid.UUID | None
    page_number: int | None
    overall_score: float
    reasoning: str
    content_hash: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ChunkRow:
    TABLE: ClassVar[str] = "public.document_chunks"
    id: uuid.UUID
    workspace_id: uuid.UUID
    document_id: uuid.UUID | None
    product_id: uuid.UUID | None
    content: str
    chunk_index: int
    chunk_kind: str
    page_number: int | None
    pages: tuple[int, ...]
    quality_score: float
    quality_flagged: bool
    schema_version: int
    source_job_id: uuid.UUID
    content_hash: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ChunkProductRow:
    TABLE: ClassVar[str] = "public.chunk_product_relationships"
    id: uuid.UUID
    workspace_id: uuid.UUID
    chunk_id: uuid.UUID
    product_id: uuid.UUID
    document_id: uuid.UUID | None
    relationship_type: str
    relevance_score: float
    content_hash: str = ""
