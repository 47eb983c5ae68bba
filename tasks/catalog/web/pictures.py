"""Addresses of pictures: the largest form of one, what its forms share, and what is no product's picture."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from tasks.catalog.vocabulary import TEXT_CACHE
from tasks.catalog.web.dom import Document, Element

_LARGE = (
    "data-old-hires", "data-zoom-image", "data-zoom", "data-large_image", "data-large-image", "data-large", "data-full",
    "data-full-src", "data-image-large-src", "data-magnify-src", "data-hires",
    "data-original", "data-lazy-src", "data-lazy", "data-src",
    "data-image", "data-flickity-lazyload", "data-original-src", "ng-src",
)  # fmt: skip
_FILE = re.compile(r"\.(?:jpe?g|png|webp|avif|gif|jfif|bmp|tiff?)(?:$|[?/!,;&])", re.IGNORECASE)
_JUNK = re.compile(
    r"(?:^|[/_.\-=])(?:logos?|icons?|ico|sprites?|pixel|spacer|blank|placeholder|loading|loader|lazy|preload\w*|transparent|clear|dot|"
    r"badges?|payments?|visa|mastercard|paypal|amex|klarna|avatar|flags?|stars?|rating|no-?_?(?:image|photo|img|pic)\w*|captcha|arrow\w*|btn|button|"
    r"facebook|twitter|instagram|pinterest|youtube|whatsapp|emoji|1x1|captchaimage|qr-?code|favicon|close|search|cart|ajax-loader)(?:$|[/_.\-?\d])",
    re.IGNORECASE,
)
_JUNK_HOSTS = re.compile(
    r"(?:^|\.)(?:ytimg\.com|youtube\.com|doubleclick\.net|google-analytics\.com|googletagmanager\.com|facebook\.com|bat\.bing\.com|"
    r"criteo\.\w+|gravatar\.com|bazaarvoice\.com|trustpilot\.com|adnxs\.com|hotjar\.com|quantserve\.com|scorecardresearch\.com)$"
)
_TRACKING = re.compile(
    r"(?:^|[/.])(?:track(?:ing)?|beacon|analytics|collect|impression)s?(?:[./?]|$)|/tr\?|\.gif\?", re.IGNORECASE
)
_SIZE = re.compile(
    r"[_\-.@]?(?:\d{2,4}x\d{0,4}|x\d{2,4}|\d{2,4}(?:px|w)|(?<=[_\-])(?:pico|icon|thumb(?:nail)?|small|compact|medium|large|grande|master|original|zoom|big|mini|full|"
    r"product|detail|main|hires|xl|lg|md|sm|xs)\d?)(?=[._\-@]|$)|\._[A-Z0-9_,]+_(?=\.|$)",
    re.IGNORECASE,
)
_SMALL_PIXELS = 70  # pictures said to be smaller are controls
_TOO_PLAIN = re.compile(r"(?:image|img|photo|picture|main|default|large|zoom|\d{1,2})", re.IGNORECASE)


@lru_cache(maxsize=TEXT_CACHE)
def is_junk(url: str) -> bool:
    """Whether an address is of a logo, an icon, a tracking pixel or a placeholder."""
    split = urlsplit(url)
    path = unquote(split.path)
    return bool(
        _JUNK.search("/".join(path.split("/")[-2:]))
        or path.lower().endswith((".svg", ".gif", ".ico"))
        or _JUNK_HOSTS.search(split.hostname or "")
        or _TRACKING.search(url)
    )


@lru_cache(maxsize=TEXT_CACHE)
def picture_key(url: str) -> str:
    """What all sizes of one picture share: its file's name without sizes, with its folder where that says nothing."""
    split = urlsplit(url)
    parts = [part for part in unquote(split.path).split("/") if part]
    if not parts:
        return url
    stem = re.sub(r"\.(?:jpe?g|png|webp|avif|gif|jfif|bmp|tiff?)$", "", parts[-1], flags=re.IGNORECASE)
    stem = re.sub(r"[,;!].*$", "", stem)
    bare = _SIZE.sub("", stem) or stem
    if _TOO_PLAIN.fullmatch(bare) and len(parts) > 1:
        bare = f"{_SIZE.sub('', parts[-2]) or parts[-2]}/{bare}"
    return bare.casefold()


def largest(document: Document, image: Element) -> str | None:
    """The address of an img's largest form: of its link to a file, its zoom, srcset, lazy source, or source."""
    link = next((one for one in image.iterancestors("a")), None)
    if (
        link is not None
        and (url := document.absolute(link.get("href")))
        and _FILE.search(urlsplit(url).path + "?")
        and not is_junk(url)
    ):
        return url
    for name in _LARGE[:11]:
        if (url := _picture(document, image.get(name))) is not None:
            return url
    sources = [image.get("srcset"), image.get("data-srcset")]
    parent = image.getparent()
    if parent is not None and parent.tag == "picture":
        sources += [one.get("srcset") or one.get("data-srcset") for one in parent.iter("source")]
    if found := _widest(document, sources):
        return found
    for name in (*_LARGE[11:], "src"):
        if (url := _picture(document, image.get(name))) is not None:
            return url
    return None


def _picture(document: Document, value: str | None) -> str | None:
    """An attribute's address; many of these attributes hold flags and JSON instead."""
    value = (value or "").strip()
    is_file = bool(_FILE.search(value))
    if not value or value[0] in "{[" or not (is_file or ("/" in value and " " not in value)):
        return None
    return document.absolute(value.replace("{width}", "1024"))


def _widest(document: Document, sources: list[str | None]) -> str | None:
    best: tuple[float, str] | None = None
    for source in sources:
        for part in re.split(r",\s+|,(?=https?:|//)", (source or "").strip()):
            pieces = part.strip().rstrip(",").split()
            if not pieces or (url := document.absolute(pieces[0])) is None:
                continue
            size = re.fullmatch(r"(\d+(?:\.\d+)?)[wx]", pieces[1]) if len(pieces) > 1 else None
            width = float(size[1]) if size else 1.0
            if best is None or width > best[0]:
                best = (width, url)
    return best[1] if best else None


def is_small(image: Element) -> bool:
    """Whether an img says that it is a control's size."""
    for name in ("width", "height"):
        value = (image.get(name) or "").removesuffix("px")
        if value.isdigit() and int(value) < _SMALL_PIXELS and not any(image.get(one) for one in _LARGE[:11]):
            return True
    return False
