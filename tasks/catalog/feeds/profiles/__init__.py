"""Formats that are known: each recognises its feeds by their content and brings a mapping and what it cannot say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tasks.catalog.feeds.heads import Head
from tasks.catalog.feeds.mapping import FeedMapping
from tasks.catalog.feeds.profiles import bmecat, ceneo, cxml, google, heureka, shopify, skroutz, woocommerce, yml
from tasks.catalog.feeds.profiles.base import Profile, Rules, has_fields
from tasks.catalog.feeds.profiles.custom import CustomRules

__all__ = ["PROFILES", "Profile", "Rules", "recognise", "start_rules"]

# The first that recognises a feed has it: formats with a namespace or root of their own come first.
PROFILES: Sequence[Profile] = (
    woocommerce.PROFILE,
    shopify.PROFILE,
    google.PROFILE,
    yml.PROFILE,
    bmecat.PROFILE,
    cxml.PROFILE,
    ceneo.PROFILE,
    *heureka.PROFILES,
    *skroutz.PROFILES,
)


def recognise(head: Head, *, accept_orders: bool = False) -> FeedMapping | None:
    """The mapping of the profile that the feed follows, fitted to it; None for a feed of its own.

    FeedError for an order, unless its items are accepted as products.
    """
    if accept_orders and (mapping := cxml.fit_order(head)) is not None:
        return mapping
    for profile in PROFILES:
        if (mapping := profile.fit(head)) is not None and has_fields(head, mapping, *profile.needs):
            return mapping
    return None


def start_rules(mapping: FeedMapping, head: Head, today: date | None) -> Rules:
    """What the mapping's profile knows beyond it; of a mapping of another name, what it says itself."""
    profile = next((one for one in PROFILES if one.name == mapping.name), None)
    return (profile.rules if profile else CustomRules)(head, mapping, today)
