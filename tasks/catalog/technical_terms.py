"""Terms of the trade that are written like article codes: sockets, ratings, protocols, colour systems, norms."""

from __future__ import annotations

import re
from functools import lru_cache

from tasks.catalog.vocabulary import TEXT_CACHE

_TERM = re.compile(
    r"ip[\dx]{2,3}|ik\d\d"  # protection from dust, water and blows
    r"|(?:cri|irc|ra|ugr|sdcm|tm)-?[<>≥≤]?\d{1,3}"  # light
    r"|\d{3,5}k|k[ -]?(?:1800|2[0247]00|[345]000|3500|5700|6[05]00)"  # its colour in kelvin
    r"|dali-?[12]?|dt[68]|[01]-10v|knx|dmx-?512|usb-?[abc]?\d?|rj-?\d\d|cat-?\d[a-z]?|dim-?(?:2|to)-?warm|wi-?fi-?\d?"
    r"|e-?\d\d|g[uxyz]?-?\d{1,2}(?:\.\d)?(?:-q\d)?|g24[dq]?-?\d?|2g(?:x)?\d{1,2}|r7s|b(?:15|22)d?|s14[ds]"  # sockets
    r"|mr-?(?:11|16)|ar-?111|par-?\d\d|es-?111|t-?(?:2|5|8|16|26)"  # lamps
    r"|dn-?(?:6|8|10|15|20|25|32|40|50|65|80|100|125|150|200)|pn-?(?:6|10|16|25|40)|m\d{1,2}(?:[x×]\d{1,3})?"  # pipes
    r"|tb-?\d{3}-\d{4}|(?:ec|eu|eg|ce|ue|eu)-?\d{2,4}/\d{2,4}|\d{4}/\d{2,4}/(?:ec|eu|eg|ce|ue)"  # norms and laws
    r"|s?\d{4}-(?:n|[ygrb](?:\d\d[ygrb])?)"  # Natural Color System
    r"|[a-d]\d-[a-d]\d"  # modules of a life cycle
    r"|(?:0?[1-9]|1[0-2])[-/.]20(?:1[5-9]|2\d|3[0-2])|q[1-4][-/](?:19|20)?\d\d"  # months and quarters
    r"|[abdhlpstwø]\.\d{1,3}(?:,\d)?",  # a side of a size: "L.12", "H.150"
    re.IGNORECASE,
)
# Country, digits as many as it has, and the place behind them: "DK-5500 Middelfart". Countries of one letter and four
# digits are left out: so are codes written.
_POSTCODE = re.compile(
    r"(?:(?:D|F|I|E|DE|FR|IT|ES|FI|SE|HR|TR|GR|EE|LT|UA|MC|SM)-\d{5}|PL-\d{2}-?\d{3}|(?:CZ|SK|SE|GR)-\d{3} ?\d\d"
    r"|(?:AT|BE|CH|DK|LU|NO|HU|SI|BG|LV|NL|PT)-\d{4}|(?:RO|RU)-\d{6})(?!\d)"
)
_PLACE = re.compile(r"[^\W\d_][^\d\s,]{2,}(?:,.*)?")


@lru_cache(maxsize=TEXT_CACHE)
def is_technical_term(text: str) -> bool:
    """Whether all of `text` is a socket, a rating, a colour system's notation, a norm or a month, and no code."""
    return _TERM.fullmatch(text) is not None


@lru_cache(maxsize=TEXT_CACHE)
def is_place(text: str) -> bool:
    """Whether all of `text` is a postcode with its country before the name of a place: "DK-5500 Middelfart"."""
    match = _POSTCODE.match(text)
    rest = text[match.end() :] if match else ""
    place = rest.strip()
    return rest[:1].isspace() and place[:1].isupper() and _PLACE.fullmatch(place) is not None
