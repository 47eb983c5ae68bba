"""Product rows as lines of COPY's text format: written as text once, hashed as text, sent in large blocks.

psycopg's own row writer and a hash over JSON cost 100 µs a row; this costs about 15.
"""

from __future__ import annotations

import dataclasses
import hashlib
import operator
import uuid
from collections.abc import Iterable
from typing import Any

from pydantic_core import to_json, to_jsonable_python

from tasks.storage.rows import ProductRow

# Control characters that no XML can hold, so that tabs need no escaping; a text that has them all the same loses them.
DELIMITER, NULL = "\x1f", "\x1e"
_FORBIDDEN = {ord(char): None for char in ("\x00", DELIMITER, NULL)}

_JSON_OF_ONE = ("prices", "attributes", "variants", "images")
_JSON = (*_JSON_OF_ONE, "provenance")
_EMPTY = {"prices": "{}", "attributes": "{}", "variants": "[]", "images": "[]", "provenance": "{}"}
_MOST_PROVENANCES = 256  # kept as JSON
# Ids and numbers: nothing in them to escape.
_PLAIN = ("id", "workspace_id", "source_document_id", "confidence_score", "schema_version")
# About the write, not the content: a product that moves in its feed is the same product.
_OF_WRITE = ("position", "source_job_id", "record_hash", "mapping_version", "content_hash")
_TEXT = tuple(
    field.name for field in dataclasses.fields(ProductRow) if field.name not in {*_JSON, *_PLAIN, *_OF_WRITE, "pages"}
)
COLUMNS = (*_PLAIN, "pages", *_JSON, *_TEXT, *_OF_WRITE)

_read_plain = operator.attrgetter(*_PLAIN)
_read_text = operator.attrgetter(*_TEXT)


def write_line(row: ProductRow) -> str:
    """The row's line, its end included, with the content hash computed over all that is content."""
    # str(UUID) takes ten times as long as its digits, and Postgres reads both.
    fields = [NULL if v is None else v.hex if isinstance(v, uuid.UUID) else str(v) for v in _read_plain(row)]
    fields.append("{" + ",".join(map(str, row.pages)) + "}" if row.pages else "{}")
    for name in _JSON_OF_ONE:
        value = getattr(row, name)
        fields.append(to_json(value).decode() if value else _EMPTY[name])
    fields.append(_write_provenance(row.provenance))
    fields += [NULL if value is None else value for value in _read_text(row)]
    content = DELIMITER.join(fields)
    if content.count(DELIMITER) != len(fields) - 1 or "\x00" in content:
        fields = [field if field == NULL else field.translate(_FORBIDDEN) for field in fields]
        content = DELIMITER.join(fields)
    return f"{_escape(content)}{DELIMITER}{_describe_write(row, content)}\n"


_provenances: dict[int, tuple[dict[str, Any], str]] = {}


def _write_provenance(provenance: dict[str, Any]) -> str:
    """As JSON; written once for all rows that share the dict, as records with the same fields do: most of a row."""
    known = _provenances.get(id(provenance))
    if known is None:  # the dict is kept, so that no other one can have its id
        if len(_provenances) >= _MOST_PROVENANCES:
            _provenances.clear()
        known = _provenances[id(provenance)] = (provenance, to_json(provenance).decode() if provenance else "{}")
    return known[1]


def _describe_write(row: ProductRow, content: str) -> str:
    digest = hashlib.blake2b(content.encode(), digest_size=16).hexdigest()
    record = NULL if row.record_hash is None else f"\\\\x{row.record_hash.hex()}"
    version = NULL if row.mapping_version is None else _escape(row.mapping_version)
    return DELIMITER.join((str(row.position), row.source_job_id.hex, record, version, digest))


def _escape(text: str) -> str:
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\n" in text:
        text = text.replace("\n", "\\n")
    return text.replace("\r", "\\r") if "\r" in text else text


def to_columns(row: ProductRow) -> dict[str, Any]:
    """The row's columns as they come back from the database: models as JSON values."""
    columns = {name: getattr(row, name) for name in (*_PLAIN, "pages", *_TEXT)}
    return columns | {name: to_jsonable_python(getattr(row, name)) for name in _JSON}


def write_stubs(stubs: Iterable[tuple[int, str, bytes]]) -> str:
    """(position, key, digest) as lines of a COPY."""
    return "".join(
        f"{position}{DELIMITER}{_escape(key.translate(_FORBIDDEN) if not key.isprintable() else key)}"
        f"{DELIMITER}\\\\x{digest.hex()}\n"
        for position, key, digest in stubs
    )


def copy_statement(table: str, columns: Iterable[str]) -> str:
    """A COPY into `table` of lines as this module writes them; names are constants of this package."""
    names: Any = ", ".join(columns)
    return f"copy {table} ({names}) from stdin (format text, delimiter E'\\x1f', null E'\\x1e')"
