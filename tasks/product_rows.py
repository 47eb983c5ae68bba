"""A product as a row of the library, wherever it comes from."""

from __future__ import annotations

from tasks.catalog import ids
from tasks.catalog.match_keys import fold_sku
from tasks.catalog.products import PRODUCT_SCHEMA_VERSION, Product
from tasks.storage.rows import ProductRow, RowOrigin


def product_row(product: Product, position: int, origin: RowOrigin, record_hash: bytes | None = None) -> ProductRow:
    """The product's row, without its hash. Pictures are listed by their addresses."""
    return ProductRow(
        id=ids.product_id(origin.workspace_id, origin.source, product.key),
        workspace_id=origin.workspace_id,
        source=origin.source,
        source_key=product.key,
        source_type=origin.source_type,
        source_document_id=None,
        name=product.name,
        external_sku=product.sku,
        external_sku_folded=fold_sku(product.sku),
        gtin=product.gtin,
        mpn=product.mpn,
        brand=product.brand,
        supplier=product.supplier,
        category=product.category,
        description=product.description,
        price=product.price,
        list_price=product.list_price,
        prices=product.prices,
        currency=product.currency,
        availability=product.availability,
        url=product.url,
        attributes=product.attributes,
        variants=list(product.variants),  # type: ignore[arg-type]  # written as JSON, as models are
        images=[{"url": url} for url in product.image_urls],
        pages=product.pages,
        position=position,
        provenance=product.provenance,
        confidence_score=product.confidence,
        engine=origin.engine,
        schema_version=PRODUCT_SCHEMA_VERSION,
        source_job_id=origin.job_id,
        record_hash=record_hash,
        mapping_version=origin.mapping_version,
    )
