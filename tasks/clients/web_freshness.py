"""How long an answer may be used without asking again (RFC 9111), and which URLs name their content."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path

ONE_YEAR_SECONDS = 31_536_000  # what `immutable` without an age means (RFC 8246's examples), and the longest believed

_LEAST_DIGEST_DIGITS = 12  # 48 bits: that a URL holds so many of a hash's first digits is no accident
_DIGITS = re.compile(rf"[0-9a-f]{{{_LEAST_DIGEST_DIGITS},}}", re.IGNORECASE)


def read_lifetime(headers: Mapping[str, str]) -> int:
    """Seconds for which the answer with these headers (names in lower case) stays fresh; 0 when it says nothing."""
    directives = _read_directives(headers.get("cache-control", ""))
    if "no-store" in directives or "no-cache" in directives:
        return 0
    age = _read_seconds(headers.get("age"))
    if "max-age" in directives:
        lifetime = _read_seconds(directives["max-age"])
    elif "immutable" in directives:
        lifetime = ONE_YEAR_SECONDS
    else:
        lifetime = _count_until_expiry(headers)
    return min(max(0, lifetime - age), ONE_YEAR_SECONDS)


def names_content(url: str, path: Path) -> bool:
    """Whether `url` holds a hash of the file's bytes: then other content would have another URL. Blocks."""
    runs = [run.lower() for run in _DIGITS.findall(url)]
    if not runs:
        return False
    content = path.read_bytes()
    digests = [hashlib.new(name, content, usedforsecurity=False).hexdigest() for name in ("md5", "sha1", "sha256")]
    return any(digest.startswith(run) for run in runs for digest in digests)


def _read_directives(value: str) -> dict[str, str]:
    parts = (part.strip().partition("=") for part in value.lower().split(","))
    return {name.strip(): argument.strip().strip('"') for name, _, argument in parts}


def _read_seconds(value: str | None) -> int:
    digits = (value or "").strip()
    return min(int(digits[:12]), ONE_YEAR_SECONDS) if digits.isascii() and digits.isdigit() else 0


def _count_until_expiry(headers: Mapping[str, str]) -> int:
    """Expires counts from the server's own Date, so a wrong clock there does no harm."""
    try:
        expires, date = (parsedate_to_datetime(headers[name]) for name in ("expires", "date"))
        return int((expires - date).total_seconds())
    except (KeyError, ValueError, TypeError, OverflowError):  # TypeError: one of them has no time zone
        return 0
