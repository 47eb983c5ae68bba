"""What a row is, and the hash of its content that decides whether a stored row is left alone."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import uuid
from typing import Any, ClassVar, Protocol, cast

# Columns that say when and by which job a row was written: they never make two rows different.
_ABOUT_THE_WRITE = frozenset({"content_hash", "source_job_id", "record_hash", "mapping_version"})


class Row(Protocol):
    """A frozen dataclass with the name of its table."""

    TABLE: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def id(self) -> uuid.UUID: ...


def hash_content(row: Row) -> str:
    """SHA-256 over every column that carries content, in a fixed order."""
    values = {
        field.name: getattr(row, field.name)
        for field in dataclasses.fields(cast(Any, row))
        if field.name not in _ABOUT_THE_WRITE
    }
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str, ensure_ascii=False).encode()).hexdigest()
