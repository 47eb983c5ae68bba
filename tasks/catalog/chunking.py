"""Pages to chunks: the pieces of text that are embedded and searched.

A chunk ends where a sentence, a row or a table ends. It prefers to end where another product, a heading or a new page
begins; only running text that had to be cut is overlapped. Every word of the pages is in some chunk, running headers
and footers excepted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tasks.catalog.boxes import Box
from tasks.catalog.chunk_elements import Atom, ProductsAt, read_atoms
from tasks.catalog.chunk_quality import QUALITY_FLOOR, ChunkKind, ChunkMetrics, measure_chunks, score_chunk
from tasks.catalog.chunk_tables import split_table
from tasks.catalog.pages import Frozen, Page
from tasks.catalog.running_lines import find_running_lines

CHUNK_SCHEMA_VERSION = 1
MAX_CHARS = 1000  # sizes given by the first seed
OVERLAP_CHARS = 200
MIN_CHARS = 100  # a smaller chunk is joined to its neighbour where that fits
_MAX_HEADINGS_CARRIED = 3
_PRODUCT_SHARE = 0.25  # of the maximum: from this size on a chunk ends where the same page's next product begins
_SECTION_SHARE = 0.5  # ... where a heading or a page begins


class Chunk(Frozen):
    """One piece of a document. `page` is the first page, `pages` all (also those of exact duplicates)."""

    index: int
    page: int
    pages: tuple[int, ...]
    kind: ChunkKind
    text: str
    overlap: int = 0  # characters at the start that the chunk before ends with (in tables: headers shown before)
    products: tuple[str, ...] = ()
    quality: float = 0.0  # 0 to 1, see chunk_quality
    flagged: bool = False  # quality below the floor: for review, never left out


class ChunkingResult(Frozen):
    """All chunks of one document and what was counted on the way."""

    chunks: tuple[Chunk, ...]
    metrics: ChunkMetrics


class _Draft(NamedTuple):
    """A chunk before numbering. `order` is its first atom's place in the document."""

    order: int
    kind: ChunkKind
    text: str
    overlap: int
    pages: tuple[int, ...]
    products: frozenset[str]


def _no_products(_page: int, _box: Box) -> tuple[str, ...]:
    return ()


def chunk_pages(
    pages: Sequence[Page],
    products_at: ProductsAt = _no_products,
    *,
    max_chars: int = MAX_CHARS,
    overlap_chars: int = OVERLAP_CHARS,
) -> ChunkingResult:
    """Chunks of one document; `products_at(page, box)` names the products that a block or table belongs to.

    Raises ValueError unless `max_chars` is at least 100 and `overlap_chars` under half of it.
    """
    if max_chars < MIN_CHARS or not 0 <= overlap_chars * 2 < max_chars:
        raise ValueError(f"chunks of {max_chars} characters with {overlap_chars} overlap are not possible")
    running = find_running_lines(pages)
    packer = _Packer(max_chars, overlap_chars)
    for order, atom in enumerate(read_atoms(pages, products_at, running, max_chars)):
        packer.add(order, atom)
    packer.close()
    drafts = sorted(packer.drafts, key=lambda draft: draft.order)
    chunks = _number(_merge_duplicates(drafts))
    metrics = measure_chunks(
        [chunk.text for chunk in chunks], [chunk.quality for chunk in chunks], [chunk.overlap for chunk in chunks]
    )
    counts = {
        "created": len(drafts),
        "duplicates": len(drafts) - len(chunks),
        "tables": packer.tables,
        "tables_split": packer.tables_split,
        "running_lines": len(running),
    }
    return ChunkingResult(chunks=chunks, metrics=metrics.model_copy(update=counts))


class _Packer:
    """Fills one chunk at a time. `current` holds its atoms, of which the first `carried` are overlap."""

    def __init__(self, max_chars: int, overlap_chars: int) -> None:
        self.max_chars = max_chars
        self.overlap_chars = overlap_chars
        self.current: list[tuple[int, Atom]] = []
        self.carried = 0
        self.drafts: list[_Draft] = []
        self.last_run: list[tuple[int, Atom]] = []  # atoms of the draft closed last, while text still runs on from it
        self.tables = 0
        self.tables_split = 0

    def add(self, order: int, atom: Atom) -> None:
        if atom.table is not None:
            self._add_table(order, atom)
            return
        if self._breaks_before(atom):
            self.close()
        if self._size([*self.current, (order, atom)]) > self.max_chars:
            self._close_full(atom)
        self.current.append((order, atom))

    def close(self) -> None:
        """Ends the chunk for good: nothing is carried over. A small rest joins the chunk it ran on from."""
        fresh = self.current[self.carried :]
        if fresh and self.last_run and self._size(fresh) < MIN_CHARS:
            joined = [*self.last_run, *fresh]
            if self._size(joined) <= self.max_chars:
                before = self.drafts.pop()
                self.current, self.carried = joined, 0
                self._emit()
                self.drafts[-1] = self.drafts[-1]._replace(order=before.order, overlap=before.overlap)
                fresh = []
        if fresh:
            self._emit()
        self.current, self.carried, self.last_run = [], 0, []

    def _close_full(self, following: Atom) -> None:
        """Ends the chunk because it is full: headings at its end move on, else its last sentences are repeated."""
        moved = self._pop_headings(following)
        if not self.current[self.carried :]:
            self.current, self.carried = moved, 0
            return
        self._emit()
        self.last_run = self.current if not moved else []
        self.current = moved or self._pick_overlap(following)
        self.carried = 0 if moved else len(self.current)

    def _pop_headings(self, following: Atom) -> list[tuple[int, Atom]]:
        """Takes the headings that would end the chunk, where something stays behind and they fit with what follows."""
        moved: list[tuple[int, Atom]] = []
        while len(self.current) > self.carried + 1 and self.current[-1][1].heading:
            fits = self._size([self.current[-1], *moved, (0, following)]) <= self.max_chars
            if len(moved) == _MAX_HEADINGS_CARRIED or not fits:
                break
            moved.insert(0, self.current.pop())
        return moved

    def _pick_overlap(self, following: Atom) -> list[tuple[int, Atom]]:
        picked: list[tuple[int, Atom]] = []
        for entry in reversed(self.current):
            candidate = [entry, *picked]
            too_big = self._size([*candidate, (0, following)]) > self.max_chars
            if self._size(candidate) > self.overlap_chars or too_big or len(candidate) == len(self.current):
                break
            picked = candidate
        return picked

    def _breaks_before(self, atom: Atom) -> bool:
        """True where another product, a heading or a page begins and the chunk is big enough to stand alone."""
        size = self._size(self.current[self.carried :])
        if size < MIN_CHARS:
            return False
        products = frozenset[str]().union(*(entry.products for _, entry in self.current))
        if products and atom.products and not products & atom.products:
            same_page = atom.page == self.current[-1][1].page
            return not same_page or size >= self.max_chars * _PRODUCT_SHARE
        return atom.section_start and size >= self.max_chars * _SECTION_SHARE

    def _add_table(self, order: int, atom: Atom) -> None:
        assert atom.table is not None
        headings = self._pop_title()
        title = "\n".join(entry.text for _, entry in headings)
        parts = split_table(atom.table, title, self.max_chars)
        self.tables += 1
        self.tables_split += len(parts) > 1
        for part in parts:
            products = frozenset[str]().union(*(atom.row_products[n] for n in part.rows if n < len(atom.row_products)))
            self.drafts.append(
                _Draft(order, "table", part.text, part.repeated, (atom.page,), products or atom.products)
            )
        if parts:
            self.last_run = []

    def _pop_title(self) -> list[tuple[int, Atom]]:
        """Takes the headings directly above a table out of the running text."""
        title: list[tuple[int, Atom]] = []
        while len(self.current) > self.carried and self.current[-1][1].heading and len(title) < _MAX_HEADINGS_CARRIED:
            title.insert(0, self.current.pop())
        return title

    def _emit(self) -> None:
        atoms = [atom for _, atom in self.current]
        self.drafts.append(
            _Draft(
                order=self.current[self.carried][0],
                kind="text",
                text=_join(atoms),
                overlap=self._size(self.current[: self.carried]),
                pages=tuple(dict.fromkeys(atom.page for atom in atoms)),
                products=frozenset[str]().union(*(atom.products for atom in atoms)),
            )
        )

    @staticmethod
    def _size(entries: Sequence[tuple[int, Atom]]) -> int:
        glue = sum(len(atom.glue) for _, atom in entries[1:])
        return glue + sum(len(atom.text) for _, atom in entries)


def _join(atoms: Iterable[Atom]) -> str:
    first, *others = atoms
    return first.text + "".join(atom.glue + atom.text for atom in others)


def _merge_duplicates(drafts: Sequence[_Draft]) -> list[_Draft]:
    """The first of each set of equal texts, with the pages and products of them all."""
    merged: dict[str, _Draft] = {}
    for draft in drafts:
        key = " ".join(draft.text.lower().split())
        known = merged.get(key)
        merged[key] = (
            draft
            if known is None
            else known._replace(
                pages=tuple(dict.fromkeys((*known.pages, *draft.pages))), products=known.products | draft.products
            )
        )
    return list(merged.values())


def _number(drafts: Iterable[_Draft]) -> tuple[Chunk, ...]:
    chunks = []
    for index, draft in enumerate(drafts):
        quality = score_chunk(draft.text, draft.kind)
        chunks.append(
            Chunk(
                index=index,
                page=draft.pages[0],
                pages=draft.pages,
                kind=draft.kind,
                text=draft.text,
                overlap=draft.overlap,
                products=tuple(sorted(draft.products)),
                quality=quality,
                flagged=quality < QUALITY_FLOOR,
            )
        )
    return tuple(chunks)
