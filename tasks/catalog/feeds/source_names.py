"""What a delivery line is called: the same name for every delivery of it, so that the library can be kept in step."""

from __future__ import annotations

import re

# Dates and times in a file's path belong to one delivery: 2020-06-25, 20200625, 25.06.2020, 2020-06-25T10:15, ...
_YEAR, _MONTH, _DAY = r"(?:19|20)\d\d", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_DATE = rf"(?:{_YEAR}(?P<a>[-_.]?){_MONTH}(?P=a){_DAY}|{_DAY}(?P<b>[-_.]){_MONTH}(?P=b){_YEAR})"
_TIME = r"(?:[T_\- .]?(?:[01]\d|2[0-3])[-_:.h]?[0-5]\d(?:[-_:.m]?[0-5]\d)?s?Z?)?"
_STAMP = re.compile(rf"(?<!\d){_DATE}{_TIME}(?!\d)")


def name_source(origin: str) -> str:
    """The name of the line that a delivery at `origin` (a path, or an address without secrets) belongs to.

    Dates are replaced by "*": `/in/shop-2026-11-21.xml` and `/in/shop-2026-11-22.xml` are two deliveries of one line.
    """
    return _STAMP.sub("*", origin)
