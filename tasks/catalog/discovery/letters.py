"""Letters: they offer nothing, but may have a price list enclosed."""

from __future__ import annotations

from tasks.catalog.discovery.context import PageText
from tasks.catalog.vocabulary import fold, words, words_pattern

_TITLE_SHARE = 0.55  # of the largest type on its page
_MAX_SALUTATION_WORDS, _MAX_CLOSING_WORDS = 7, 5


def is_letter(text: PageText) -> bool:
    """Whether a page greets its reader in a line of its own, and ends so or says most of what it says in sentences."""
    lines = [(one.text.strip(), fold(one.text)) for one in text.segments]
    greets = any(
        line.endswith((",", ":", "!"))
        and len(folded.split()) <= _MAX_SALUTATION_WORDS
        and words_pattern("salutations").match(folded)
        for line, folded in lines
    )
    short = (folded for _, folded in lines if len(folded.split()) <= _MAX_CLOSING_WORDS)
    closes = any(words_pattern("closings").match(folded) for folded in short)
    return (greets and closes) or (text.number == 1 and (greets or closes) and text.prose_words >= 40)


def is_price_list(text: PageText) -> bool:
    """Whether the largest line of a page says that it lists prices."""
    largest = max((one.size for one in text.segments), default=0.0)
    return any(
        one.size >= _TITLE_SHARE * largest and set(fold(one.text).split()) & words("price_list_words")
        for one in text.segments
    )
