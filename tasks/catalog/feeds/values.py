"""What a feed's texts say: money, availability, codes, sizes, prose, paths and addresses. A feed has millions of them.

Each function takes one text of a record and returns its value, or None (an empty text, an empty dict) where it is none.
"""

from __future__ import annotations

from tasks.catalog.feeds.values_availability import AvailabilityScale, parse_availability
from tasks.catalog.feeds.values_codes import parse_gtin, parse_vat
from tasks.catalog.feeds.values_money import Money, parse_currency, parse_money
from tasks.catalog.feeds.values_sizes import parse_dimensions, parse_measure
from tasks.catalog.feeds.values_text import clean_html, clean_url, split_category, split_urls

__all__ = [
    "AvailabilityScale",
    "Money",
    "clean_html",
    "clean_url",
    "parse_availability",
    "parse_currency",
    "parse_dimensions",
    "parse_gtin",
    "parse_measure",
    "parse_money",
    "parse_vat",
    "split_category",
    "split_urls",
]
