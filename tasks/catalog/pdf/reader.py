"""One page of a PDF as a `Page`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pymupdf

from tasks.catalog.boxes import Box
from tasks.catalog.pages import Block, Page, PageImage, TextSource
from tasks.catalog.pdf.blocks import build_blocks, build_text
from tasks.catalog.pdf.captions import find_captions
from tasks.catalog.pdf.chips import find_chips
from tasks.catalog.pdf.content import Fragment, PageContent, read_content
from tasks.catalog.pdf.document import open_document
from tasks.catalog.pdf.drawings import find_drawings, is_rule, may_hold_drawings
from tasks.catalog.pdf.image_files import MUPDF_ERRORS, ImageError
from tasks.catalog.pdf.images import FoundImage, ImageStore, find_images, merge_images
from tasks.catalog.pdf.ocr import OcrError, recognise_text
from tasks.catalog.pdf.ocr_words import count_letters, drop_known
from tasks.catalog.pdf.options import ReadOptions
from tasks.catalog.pdf.raster import survey_page
from tasks.catalog.pdf.renders import choose_renders, is_scan, render_box
from tasks.catalog.pdf.tables import find_tables

__all__ = ["PageReader", "ReadOptions", "read_document", "read_page"]

_JUNK_SHARE = 0.5  # of a text layer's characters without a meaning: no text
_BACKGROUND_SHARE = 0.6  # of the page: larger images lie under the text
_DRAWN_PICTURE_POINTS = 40.0  # smaller shapes are symbols, rules and cells
_RULE_SHARE = 0.6  # of the page's width: a rule that parts what is above it from what is below
_MOST_RULES = 6  # more are the lines of a table
_LITTLE_TEXT = 25  # characters; a scan often carries a stamp or a page number as its only text
_NAMED_JUNK_SHARE = 0.05  # from here the page says that part of its text is unreadable


class PageReader:
    """Reads pages of one document. Raises nothing of its own: what cannot be read is named in `Page.problems`."""

    def __init__(self, document: pymupdf.Document, image_folder: Path, options: ReadOptions) -> None:
        self._document, self._options = document, options
        self._store = ImageStore(image_folder, options)

    def read(self, number: int) -> Page:
        """Page `number` (1-based); its images are written to the folder as `<sha256>.<ext>`."""
        page = self._document[number - 1]
        return _PageReading(page, self._store, self._options).read()


def read_page(document: pymupdf.Document, number: int, image_folder: Path, options: ReadOptions) -> Page:
    """Page `number` (1-based) of an open document; many pages are read faster by one `PageReader`."""
    return PageReader(document, image_folder, options).read(number)


def read_document(path: Path, image_folder: Path, options: ReadOptions | None = None) -> list[Page]:
    """All pages of the document at `path`, in this process: for tests and measurements.

    Raises `DocumentError`; a page that cannot be read is an empty page with the problem's name.
    """
    image_folder.mkdir(parents=True, exist_ok=True)
    with open_document(path) as document:
        reader, pages = PageReader(document, image_folder, options or ReadOptions()), []
        for number in range(1, document.page_count + 1):
            try:
                pages.append(reader.read(number))
            except MUPDF_ERRORS as error:
                pages.append(Page(number=number, width=0, height=0, text_source="none", problems=(str(error),)))
        return pages


class _PageReading:
    """The steps of reading one page and the problems met on the way."""

    def __init__(self, page: pymupdf.Page, store: ImageStore, options: ReadOptions) -> None:
        self._page, self._store, self._options = page, store, options
        self._frame = Box(0.0, 0.0, float(page.rect.width), float(page.rect.height))
        self._display_list: Any = page.get_displaylist()
        self._problems: list[str] = []

    def read(self) -> Page:
        content = read_content(self._display_list)
        images, problems = find_images(content.images, self._store, self._options)
        self._problems += problems
        fragments, source, pictures = self._read_text(content, images)
        text = build_text(fragments)
        tables = find_tables(text.lines, content.vectors, text.turn) if self._options.tables and text.lines else ()
        blocks = build_blocks(text, tables, self._list_obstacles(images, pictures, content.vectors))
        images += self._render(images, content, blocks, pictures)
        return Page(
            number=int(self._page.number) + 1,
            width=self._frame.width,
            height=self._frame.height,
            rotation=int(self._page.rotation),
            text_source=source,
            blocks=blocks,
            tables=tables,
            images=self._describe(images, blocks),
            problems=tuple(self._problems),
        )

    def _read_text(
        self, content: PageContent, images: list[FoundImage]
    ) -> tuple[tuple[Fragment, ...], TextSource, tuple[Box, ...]]:
        """The page's text, where it comes from, and the pictures told apart from it on a scan."""
        junk = content.unreadable > _JUNK_SHARE * content.characters
        layer = () if junk else content.fragments
        if content.unreadable > _NAMED_JUNK_SHARE * content.characters:
            self._problems.append(
                f"{content.unreadable} of {content.characters} characters of the text layer have no meaning"
            )
        boxes = [box for image in images for box in image.boxes]
        covered = is_scan(boxes, self._frame) or sum(box.area for box in boxes) > self._frame.area / 2
        wanted = (junk and content.characters > 0) or (covered and content.characters < _LITTLE_TEXT)
        read = self._recognise(images, layer) if wanted and self._options.ocr else None
        if read is None:
            return layer, "layer" if layer else "none", self._find_drawn(content, boxes) if layer else ()
        recognised, pictures = read
        more = count_letters(recognised) > count_letters(layer)
        return (*layer, *recognised), "ocr" if more else "layer" if layer else "none", pictures

    def _find_drawn(self, content: PageContent, images: list[Box]) -> tuple[Box, ...]:
        """Boxes of the pictures that are drawn in lines and shapes on a page of text."""
        if self._frame.area > self._options.max_pixels:
            return ()
        words = [word for fragment in content.fragments for word in fragment.words]
        try:
            chips = find_chips(self._display_list, content.vectors, words)
            if not may_hold_drawings(content.vectors):
                return chips
            rules = [box for box in content.vectors if is_rule(box)]
            known = [*images, *chips, *rules]
            return (*chips, *find_drawings(self._display_list, survey_page(self._display_list), words, known))
        except MUPDF_ERRORS as error:
            self._problems.append(f"drawings were not looked for: {error}")
            return ()

    def _recognise(
        self, images: list[FoundImage], layer: tuple[Fragment, ...]
    ) -> tuple[tuple[Fragment, ...], tuple[Box, ...]] | None:
        """Text that the layer does not have, and the pictures told apart from it; None where there is no OCR."""
        if self._frame.area > self._options.max_pixels:
            self._problems.append("no OCR: the page is too large")
            return None
        survey = survey_page(self._display_list)
        if layer and not survey.is_plain:  # a few words set on a photograph are all there is to read
            return None
        native = max((image.effective_dpi for image in images), default=float(self._options.ocr_dpi))
        try:
            recognised = recognise_text(self._display_list, survey, native, self._options)
            words = [word for fragment in recognised for word in fragment.words]
            pictures = (*survey.pictures, *find_drawings(self._display_list, survey, words))
            return drop_known(recognised, layer), pictures
        except OcrError as error:
            self._problems.append(f"no OCR: {error}")
        except MUPDF_ERRORS as error:
            self._problems.append(f"OCR failed: {error}")
        return None

    def _list_obstacles(
        self, images: list[FoundImage], pictures: tuple[Box, ...], vectors: tuple[Box, ...]
    ) -> list[Box]:
        """Boxes of pictures, drawn ones too, and of rules across the page, that text is arranged around."""
        drawn = [box for box in vectors if min(box.width, box.height) >= _DRAWN_PICTURE_POINTS]
        rules = [box for box in vectors if box.height <= 3 and box.width >= _RULE_SHARE * self._frame.width]
        boxes = [*drawn, *(box for image in images for box in image.boxes)]
        boxes = [box for box in boxes if box.area < _BACKGROUND_SHARE * self._frame.area]
        return [*pictures, *boxes, *(rules if len(rules) <= _MOST_RULES else ())]

    def _render(
        self, images: list[FoundImage], content: PageContent, blocks: tuple[Block, ...], pictures: tuple[Box, ...]
    ) -> list[FoundImage]:
        # Drawings found one by one are not rendered again as the page's one drawing.
        boxes = choose_renders(images, () if pictures else content.vectors, blocks, self._frame, self._options)
        renders = []
        for box in [*boxes, *pictures]:
            try:
                renders.append(render_box(self._display_list, box, self._frame, self._store, self._options))
            except (ImageError, *MUPDF_ERRORS) as error:
                self._problems.append(f"a part of the page was not rendered: {error}")
        return merge_images(renders, self._options.phash_distance)

    def _describe(self, images: list[FoundImage], blocks: tuple[Block, ...]) -> tuple[PageImage, ...]:
        boxes = [max(image.boxes, key=lambda box: box.area) for image in images]
        captions = find_captions(boxes, blocks, self._frame)
        return tuple(
            image.describe(caption.text, caption.box) if caption else image.describe()
            for image, caption in zip(images, captions, strict=True)
        )
