"""Identifiers computed from content, so that writing twice changes nothing (uuid5 over workspace and content)."""

from __future__ import annotations

import hashlib
import uuid
from functools import lru_cache

# Version and variant of a UUID (RFC 9562, 5.5), and the bits that they leave.
_VERSION_5 = 5 << 76 | 2 << 62
_UNVERSIONED = (1 << 128) - 1 - (0xF << 76) - (3 << 62)
NAMESPACE = uuid.UUID("8d6f6f5e-3a0f-5b36-9c55-1d2b6f5a7c10")
DEFAULT_WORKSPACE = "default"
WORKSPACE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$"  # it is part of file paths


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _uuid(*parts: str) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, _join(*parts))


def _join(*parts: str) -> str:
    # A length before each part keeps ("ab", "c") and ("a", "bc") apart.
    return "".join(f"{len(part)}:{part}" for part in parts)


@lru_cache(maxsize=64)
def _begin_product(workspace: uuid.UUID, source: str) -> hashlib._Hash:
    """What the ids of all products of a source have in common, hashed once: there may be 100,000 of them."""
    return hashlib.sha1(NAMESPACE.bytes + _join("product", str(workspace), source).encode(), usedforsecurity=False)


def workspace_id(name: str) -> uuid.UUID:
    return _uuid("workspace", name)


def document_id(workspace: uuid.UUID, sha256: str) -> uuid.UUID:
    return _uuid("document", str(workspace), sha256)


def image_id(workspace: uuid.UUID, sha256: str) -> uuid.UUID:
    return _uuid("image", str(workspace), sha256)


def occurrence_id(document: uuid.UUID, sha256: str, page: int, index: int) -> uuid.UUID:
    return _uuid("occurrence", str(document), sha256, str(page), str(index))


def chunk_id(document: uuid.UUID, page: int, text: str) -> uuid.UUID:
    return _uuid("chunk", str(document), str(page), text)


def product_id(workspace: uuid.UUID, source: str, key: str) -> uuid.UUID:
    """`source` names the delivery line (a document, a feed, a shop); `key` is the product's identity inside it."""
    return uuid.UUID(product_hex(workspace, source, key))


def product_hex(workspace: uuid.UUID, source: str, key: str) -> str:
    """`product_id` as 32 hexadecimal digits: making the object takes three times as long."""
    digest = _begin_product(workspace, source).copy()
    digest.update(f"{len(key)}:{key}".encode())
    number = int.from_bytes(digest.digest()[:16], "big")
    return f"{number & _UNVERSIONED | _VERSION_5:032x}"


def page_id(document: uuid.UUID, number: int) -> uuid.UUID:
    return _uuid("page", str(document), str(number))


def link_id(kind: str, left: uuid.UUID, right: uuid.UUID) -> uuid.UUID:
    """A relation between two rows; `kind` keeps relations of different tables apart."""
    return _uuid("link", kind, str(left), str(right))
