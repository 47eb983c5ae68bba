"""Tesseract as PyMuPDF's own library carries it, with what PyMuPDF does not hand on.

`Pixmap.pdfocr_tobytes` gives neither confidences nor a choice of page segmentation, and loads the language anew each
time. The library exports Tesseract's C API (capi.h), which has them; where a build hides it, `is_available` is false.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import pymupdf
from PIL import Image
from pymupdf import mupdf

from tasks.catalog.boxes import Box

_LIBRARIES = ("libmupdf.so*", "libmupdf*.dylib", "mupdfcpp*.dll")
_NAMES = ("TessBaseAPICreate", "TessBaseAPIGetHOCRText", "TessMonitorSetDeadlineMSecs", "fz_set_leptonica_mem")
_LSTM_ONLY = 1  # OcrEngineMode; the fast data has no other
INK_SIZES = 1.4  # times the height of its ink is the most that a line's type measures; capitals are 0.7 of it
_STORE_BYTES = 1 << 20  # of the context that lends Leptonica its memory; it caches nothing


class Segmentation(IntEnum):
    """How a picture is laid out (Tesseract's PageSegMode)."""

    AUTO = 3
    BLOCK = 6
    LINE = 7
    SPARSE = 11


class ReadWord(NamedTuple):
    """A word, its box in pixels and Tesseract's confidence, 0 to 1."""

    text: str
    box: Box
    confidence: float


class ReadLine(NamedTuple):
    """A line of words; `size` is the height of its type in pixels, from descender to ascender."""

    words: tuple[ReadWord, ...]
    box: Box
    size: float

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def confidence(self) -> float:
        """Mean of its words' by their lengths."""
        length = sum(len(word.text) for word in self.words)
        return sum(word.confidence * len(word.text) for word in self.words) / max(1, length)


class OcrTimeoutError(RuntimeError):
    """The picture was not read in the time it was given."""


class Tesseract:
    """One language loaded once. Threads take turns: Leptonica's memory belongs to one, and there is no parallel code
    (OpenMP) in PyMuPDF's build."""

    def __init__(self, folder: Path, language: str) -> None:
        """Raises `ValueError` where Tesseract cannot load the data."""
        self._api, self._context = _load(), _create_context()
        with _LentMemory(self._api, self._context):
            self._handle = self._api.TessBaseAPICreate()
            arguments = os.fsencode(folder), language.encode(), _LSTM_ONLY
            if self._api.TessBaseAPIInit2(self._handle, *arguments) != 0:
                raise ValueError(f"Tesseract cannot load {language!r} from {folder}")
        self._set("debug_file", os.devnull)

    def read(
        self, picture: Image.Image, dpi: int, segmentation: Segmentation, seconds: float, *, letters: str = ""
    ) -> tuple[ReadLine, ...]:
        """Lines of a grey picture, dark on light, in Tesseract's order. `letters` are all that may occur (empty: any).

        Raises `OcrTimeoutError` after `seconds`.
        """
        grey = picture if picture.mode == "L" else picture.convert("L")
        with _LentMemory(self._api, self._context):
            self._set("tessedit_char_whitelist", letters)
            try:
                return tuple(_parse(self._recognise(grey, dpi, segmentation, seconds)))
            finally:
                self._api.TessBaseAPIClear(self._handle)

    def _recognise(self, grey: Image.Image, dpi: int, segmentation: Segmentation, seconds: float) -> bytes:
        api, handle = self._api, self._handle
        pixels = grey.tobytes()
        api.TessBaseAPISetPageSegMode(handle, int(segmentation))
        api.TessBaseAPISetImage(handle, pixels, grey.width, grey.height, 1, grey.width)
        api.TessBaseAPISetSourceResolution(handle, dpi)
        monitor = api.TessMonitorCreate()
        try:
            api.TessMonitorSetDeadlineMSecs(monitor, max(1, int(seconds * 1000)))
            if api.TessBaseAPIRecognize(handle, monitor) != 0:
                raise OcrTimeoutError(f"not recognised within {seconds:g} s")
        finally:
            api.TessMonitorDelete(monitor)
        address = api.TessBaseAPIGetHOCRText(handle, 0)
        if not address:
            return b""
        try:
            return ctypes.string_at(address)
        finally:
            api.TessDeleteText(address)

    def _set(self, name: str, value: str) -> None:
        self._api.TessBaseAPISetVariable(self._handle, name.encode(), value.encode())


_LENDING = threading.Lock()  # lent twice, MuPDF ends the process


class _LentMemory:
    """MuPDF's build of Leptonica allocates from a MuPDF context, which one thread at a time lends it."""

    def __init__(self, api: Any, context: int) -> None:
        self._api, self._context = api, context

    def __enter__(self) -> None:
        _LENDING.acquire()
        self._api.fz_set_leptonica_mem(self._context)

    def __exit__(self, *_: object) -> None:
        self._api.fz_clear_leptonica_mem(self._context)
        _LENDING.release()


def is_available() -> bool:
    """Whether PyMuPDF's library shows Tesseract's C API."""
    try:
        _load()
    except (OSError, AttributeError):
        return False
    return True


@lru_cache(maxsize=4)
def load_tesseract(folder: Path, language: str) -> Tesseract:
    """The engine of a language, kept for the life of the process."""
    return Tesseract(folder, language)


@lru_cache(maxsize=1)
def _load() -> Any:
    """The library with the types of what is called; raises OSError or AttributeError."""
    folder = Path(pymupdf.__file__).parent
    paths = [path for pattern in _LIBRARIES for path in sorted(folder.glob(pattern))]
    if not paths:
        raise OSError(f"no MuPDF library in {folder} on {sys.platform}")
    api = ctypes.CDLL(str(paths[0]))
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    for name, result, arguments in (
        ("fz_new_context_imp", pointer, (pointer, pointer, ctypes.c_size_t, text)),
        ("fz_set_leptonica_mem", None, (pointer,)),
        ("fz_clear_leptonica_mem", None, (pointer,)),
        ("TessBaseAPICreate", pointer, ()),
        ("TessBaseAPIInit2", number, (pointer, text, text, number)),
        ("TessBaseAPISetVariable", number, (pointer, text, text)),
        ("TessBaseAPISetPageSegMode", None, (pointer, number)),
        ("TessBaseAPISetImage", None, (pointer, text, number, number, number, number)),
        ("TessBaseAPISetSourceResolution", None, (pointer, number)),
        ("TessBaseAPIRecognize", number, (pointer, pointer)),
        ("TessBaseAPIGetHOCRText", pointer, (pointer, number)),
        ("TessBaseAPIClear", None, (pointer,)),
        ("TessDeleteText", None, (pointer,)),
        ("TessMonitorCreate", pointer, ()),
        ("TessMonitorDelete", None, (pointer,)),
        ("TessMonitorSetDeadlineMSecs", None, (pointer, number)),
    ):
        function = getattr(api, name)
        function.restype, function.argtypes = result, arguments
    return api


@lru_cache(maxsize=1)
def _create_context() -> int:
    """A MuPDF context of our own; PyMuPDF's are bound to its threads."""
    context = _load().fz_new_context_imp(None, None, _STORE_BYTES, mupdf.FZ_VERSION.encode())
    if not context:
        raise OSError("MuPDF's library is of another version than its bindings")
    return int(context)


def _parse(hocr: bytes) -> Iterator[ReadLine]:
    """The lines in Tesseract's hOCR, a fragment of XHTML."""
    if not hocr.strip():
        return
    for line in ElementTree.fromstring(b"<page>" + hocr + b"</page>").iter("span"):
        if line.get("class", "").startswith(("ocr_line", "ocr_caption", "ocr_header", "ocr_textfloat")):
            words = tuple(word for span in line.iter("span") if (word := _parse_word(span)))
            if words:
                title = _parse_title(line)
                most = INK_SIZES * median(word.box.height for word in words)
                yield ReadLine(words, Box(*title["bbox"]), min(title.get("x_size", [most])[0], most))


def _parse_word(span: ElementTree.Element) -> ReadWord | None:
    text = "".join(span.itertext()).strip()
    if span.get("class") != "ocrx_word" or not text:
        return None
    title = _parse_title(span)
    return ReadWord(text, Box(*title["bbox"]), title["x_wconf"][0] / 100)


def _parse_title(span: ElementTree.Element) -> dict[str, list[float]]:
    """Names and numbers of a title such as bbox 1 2 3 4; x_wconf 90."""
    parts = [part.split() for part in span.get("title", "").split(";")]
    return {name: [float(value) for value in values] for name, *values in parts if name != "image"}
