"""Products as lines of COPY's text format: written as text once, hashed as text, sent in large blocks.

Rows as objects, psycopg's own row writer and a hash over JSON cost 150 µs a product; this costs about 13.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from typing import Any, NamedTuple

from pydantic_core import to_json, to_jsonable_python

from tasks.catalog import ids
from tasks.catalog.match_keys import fold_maker, fold_sku, normalize_gtin
from tasks.catalog.products import PRODUCT_SCHEMA_VERSION, Product
from tasks.storage.rows import RowOrigin

# Control characters that no XML can hold, so that tabs need no escaping; a text that has them all the same loses them.
DELIMITER, NULL = "\x1f", "\x1e"
_DELIMITER = DELIMITER.encode()
_FORBIDDEN = {ord(char): None for char in ("\x00", DELIMITER, NULL)}

_OF_SOURCE = ("workspace_id", "source", "source_type", "engine", "schema_version", "source_document_id", "pages")
_OF_PRODUCT = (
    "prices", "attributes", "variants", "images", "source_key", "name", "external_sku", "external_sku_folded", "gtin",
    "gtin14", "mpn", "brand", "brand_folded", "supplier", "supplier_folded", "category", "description", "price",
    "list_price", "currency", "availability", "url", "confidence_score",
)  # fmt: skip
# About the write, not the content: a product that moves in its feed is the same product.
_OF_WRITE = ("position", "record_hash", "content_hash", "source_job_id", "mapping_version")
COLUMNS = ("id", *_OF_SOURCE, *_OF_PRODUCT, "provenance", *_OF_WRITE)
_CONTENT_DELIMITERS = len(_OF_SOURCE) + len(_OF_PRODUCT)
_HASH_BYTES = 16
_MOST_PROVENANCES = 256  # kept as written


class PreparedRows(NamedTuple):
    """Rows as `Delivery.send` takes them: lines of a COPY of `COLUMNS`; those of new products apart, with their ids."""

    new: bytes
    new_ids: list[str]
    changed: bytes


class _Provenance(NamedTuple):
    """The column as it stands in a line, between its delimiters, and the hash of what it says."""

    of: dict[str, Any]  # kept, so that no other dict can have its id
    column: bytes
    digest: bytes


class LineWriter:
    """Writes products of one source; what all their lines share is written once."""

    def __init__(self, origin: RowOrigin) -> None:
        self._workspace, self._source = origin.workspace_id, origin.source
        shared = (origin.workspace_id.hex, origin.source, origin.source_type, origin.engine, PRODUCT_SCHEMA_VERSION)
        fields = (*(str(field).translate(_FORBIDDEN) for field in shared), NULL, "{}")
        self._shared = f"{DELIMITER}{DELIMITER.join(fields)}{DELIMITER}"
        version = NULL if origin.mapping_version is None else _escape(origin.mapping_version.encode()).decode()
        self._end = f"{DELIMITER}{origin.job_id.hex}{DELIMITER}{version}\n"
        self._provenances: dict[int, _Provenance] = {}

    def write(self, product: Product, position: int, record_hash: bytes | None) -> tuple[str, bytes]:
        """The product's id in hex, and its line, with the content hash computed over all that is content."""
        identity = ids.product_hex(self._workspace, self._source, product.key)
        fields = self._list_fields(product)
        content = identity + self._shared + DELIMITER.join(fields)
        if content.count(DELIMITER) != _CONTENT_DELIMITERS or "\x00" in content:
            fields = [field if field == NULL else field.translate(_FORBIDDEN) for field in fields]
            content = identity + self._shared + DELIMITER.join(fields)
        data, provenance = content.encode(), self._write_provenance(product.provenance)
        digest = hashlib.blake2b(data + provenance.digest, digest_size=_HASH_BYTES).hexdigest()
        record = NULL if record_hash is None else f"\\\\x{record_hash.hex()}"
        write = f"{position}{DELIMITER}{record}{DELIMITER}{digest}{self._end}"
        return identity, b"".join((_escape(data), provenance.column, write.encode()))

    def _list_fields(self, product: Product) -> list[str]:
        """The columns of `_OF_PRODUCT`; numbers and JSON as text."""
        sku, gtin, brand, supplier = product.sku, product.gtin, product.brand, product.supplier
        texts = (
            product.key,
            product.name,
            sku,
            fold_sku(sku) if sku else None,
            gtin,
            normalize_gtin(gtin) if gtin else None,
            product.mpn,
            brand,
            fold_maker(brand) if brand else None,
            supplier,
            fold_maker(supplier) if supplier else None,
            product.category,
            product.description,
            product.price,
            product.list_price,
            product.currency,
            product.availability,
            product.url,
        )
        return [
            to_json(product.prices).decode() if product.prices else "{}",
            to_json(product.attributes).decode() if product.attributes else "{}",
            to_json(product.variants).decode() if product.variants else "[]",
            to_json(_list_images(product)).decode() if product.image_urls else "[]",
            *[NULL if text is None else text for text in texts],
            str(product.confidence),
        ]

    def _write_provenance(self, provenance: dict[str, Any]) -> _Provenance:
        """Written once for all products that share the dict, as records with the same fields do."""
        known = self._provenances.get(id(provenance))
        if known is None:
            if len(self._provenances) >= _MOST_PROVENANCES:
                self._provenances.clear()
            written = to_json(provenance)
            column = b"".join((_DELIMITER, _escape(written), _DELIMITER))
            digest = hashlib.blake2b(written, digest_size=_HASH_BYTES).digest()
            known = self._provenances[id(provenance)] = _Provenance(provenance, column, digest)
        return known


def _list_images(product: Product) -> list[dict[str, str]]:
    return [{"url": url} for url in product.image_urls]


def _escape(data: bytes) -> bytes:
    if b"\\" in data:
        data = data.replace(b"\\", b"\\\\")
    if b"\n" in data:
        data = data.replace(b"\n", b"\\n")
    return data.replace(b"\r", b"\\r") if b"\r" in data else data


def to_columns(product: Product, workspace: uuid.UUID, source: str) -> dict[str, Any]:
    """What the product fills of its row, as it comes back from the database: models as JSON values, the id in hex."""
    same = ("name", "gtin", "mpn", "brand", "supplier", "category", "description", "price", "list_price", "currency")
    columns = {name: getattr(product, name) for name in (*same, "availability", "url")}
    columns |= {name: to_jsonable_python(getattr(product, name)) for name in ("prices", "attributes", "variants")}
    columns |= {"external_sku": product.sku, "images": _list_images(product), "source_key": product.key}
    return columns | {"id": ids.product_hex(workspace, source, product.key)}


def write_stubs(stubs: Iterable[tuple[int, str, bytes]]) -> bytes:
    """(position, key, digest) as lines of a COPY."""
    return b"".join(
        b"%d%b%b%b\\\\x%b\n" % (position, _DELIMITER, _write_key(key), _DELIMITER, digest.hex().encode())
        for position, key, digest in stubs
    )


def _write_key(key: str) -> bytes:
    return _escape((key if key.isprintable() else key.translate(_FORBIDDEN)).encode())


def copy_statement(table: str, columns: Iterable[str]) -> str:
    """A COPY into `table` of lines as this module writes them; names are constants of this package."""
    names: Any = ", ".join(columns)
    return f"copy {table} ({names}) from stdin (format text, delimiter E'\\x1f', null E'\\x1e')"
