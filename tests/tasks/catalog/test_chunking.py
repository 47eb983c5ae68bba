import itertools
import random
import re
from collections.abc import Sequence

import pytest

from tasks.catalog.boxes import Box
from tasks.catalog.chunk_quality import QUALITY_FLOOR, band, score_chunk
from tasks.catalog.chunk_sentences import join_lines, split_long, split_sentences
from tasks.catalog.chunking import Chunk, chunk_pages
from tasks.catalog.pages import Block, Line, Page, Table

WIDTH, HEIGHT = 595.0, 842.0


def make_block(lines: Sequence[str], top: float, *, size: float = 10, bold: bool = False, left: float = 60) -> Block:
    made = tuple(
        Line(text=text, box=Box(left, top + 14 * n, left + 400, top + 14 * n + 12), size=size, bold=bold)
        for n, text in enumerate(lines)
    )
    return Block(box=Box(left, top, left + 400, top + 14 * len(lines)), lines=made)


def make_page(number: int, *blocks: Block, tables: tuple[Table, ...] = ()) -> Page:
    return Page(number=number, width=WIDTH, height=HEIGHT, blocks=blocks, tables=tables)


def make_table(rows: int, *, top: float = 300, headers: tuple[str, ...] = ("Code", "Size", "Price")) -> Table:
    body = tuple((f"TR-{n:04}", f"{n} x 60 cm", f"{n}.50 EUR") for n in range(rows))
    return Table(box=Box(60, top, 460, top + 200), headers=headers, rows=body)


def wrap(text: str, width: int = 80) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        if len(line) + len(word) > width:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return [*lines, line]


SENTENCES = [
    "Each tile is pressed from porcelain clay and fired at 1200 degrees.",
    "Dimensions are approx. 3.5 mm larger than stated.",
    "The surface keeps its matt look for many years of heavy use in public rooms.",
    "Is it suitable for floor heating?",
    "Yes, see No. 4 of the fitting instructions.",
]


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def invent_pages(seed: int) -> list[Page]:
    """Pages of headings, prose, lists and tables with words that occur once, so that a lost one shows."""
    rng = random.Random(seed)
    counter = iter(range(100_000))

    def invent(count: int) -> str:
        return " ".join(f"w{next(counter)}" + rng.choice(["", "", "", ",", ".", "!"]) for _ in range(count))

    pages = []
    for number in range(1, rng.randint(1, 6) + 1):
        blocks, tables, top = [], [], 100.0
        for _ in range(rng.randint(0, 7)):
            kind = rng.choice(["prose", "prose", "rows", "heading", "table", "endless"])
            if kind == "table":
                columns = rng.randint(1, 5)
                rows = tuple(
                    tuple(invent(rng.randint(0, 9)) for _ in range(columns)) for _ in range(rng.randint(1, 30))
                )
                headers = tuple(invent(1) for _ in range(columns)) if rng.random() < 0.7 else ()
                tables.append(Table(box=Box(60, top, 460, top + 10), headers=headers, rows=rows))
            elif kind == "heading":
                blocks.append(make_block([invent(3)], top, size=18))
            elif kind == "endless":
                blocks.append(make_block(["x" * rng.randint(1, 2500)], top))
            elif kind == "rows":
                blocks.append(make_block([invent(rng.randint(1, 6)) for _ in range(rng.randint(1, 40))], top))
            else:
                blocks.append(make_block(wrap(invent(rng.randint(1, 400))), top))
            top += 15
        pages.append(make_page(number, *blocks, tables=tuple(tables)))
    return pages


SEEDS = range(60)


def test_every_word_is_in_a_chunk() -> None:
    for seed in SEEDS:
        pages = invent_pages(seed)
        cells = [
            cell for page in pages for table in page.tables for row in (table.headers, *table.rows) for cell in row
        ]
        said = [word for text in [*(page.text for page in pages), *cells] for word in words_of(text) if word[0] == "w"]
        found = {word for chunk in chunk_pages(pages).chunks for word in words_of(chunk.text)}
        assert set(said) <= found, f"seed {seed} lost {sorted(set(said) - found)[:5]}"


@pytest.mark.parametrize(("max_chars", "overlap"), [(1000, 200), (300, 100), (100, 0), (4000, 1000)])
def test_no_chunk_is_longer_than_the_maximum(max_chars: int, overlap: int) -> None:
    for seed in SEEDS:
        chunks = chunk_pages(invent_pages(seed), max_chars=max_chars, overlap_chars=overlap).chunks
        assert all(0 < len(chunk.text) <= max_chars for chunk in chunks), f"seed {seed}"


def test_overlap_is_bounded_repeated_from_the_chunk_before_and_followed_by_something_new() -> None:
    overlapping = 0
    for seed in SEEDS:
        texts = [chunk for chunk in chunk_pages(invent_pages(seed)).chunks if chunk.kind == "text"]
        for before, chunk in itertools.pairwise(texts):
            repeated, new = chunk.text[: chunk.overlap], chunk.text[chunk.overlap :]
            assert len(repeated) <= 200
            assert before.text.endswith(repeated)
            assert new.strip(), f"seed {seed}: chunk {chunk.index} holds only overlap"
            overlapping += bool(repeated)
    assert overlapping > 50


def test_no_word_is_new_twice_unless_it_is_overlap() -> None:
    for seed in SEEDS:
        new = [w for c in chunk_pages(invent_pages(seed)).chunks for w in words_of(c.text[c.overlap :]) if w[0] == "w"]
        assert len(new) == len(set(new)), f"seed {seed}"


def test_chunking_is_deterministic_and_numbered_in_reading_order() -> None:
    for seed in SEEDS:
        first, second = (chunk_pages(invent_pages(seed)) for _ in range(2))
        assert first == second
        assert [chunk.index for chunk in first.chunks] == list(range(len(first.chunks)))
        assert [chunk.page for chunk in first.chunks] == sorted(chunk.page for chunk in first.chunks)


def test_chunks_of_prose_end_with_whole_sentences_and_overlap_whole_sentences() -> None:
    prose = make_block(wrap(" ".join(f"{s[:-1]} {n}{s[-1]}" for n in range(100, 112) for s in SENTENCES)), 100)
    chunks = chunk_pages([make_page(1, prose)]).chunks
    assert len(chunks) >= 3
    assert all(chunk.text[-1] in ".?" and chunk.text[0].isupper() for chunk in chunks)
    assert all(0 < chunk.overlap <= 200 for chunk in chunks[1:])


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It is approx. 3.5 mm thick. Next.", 2),
        ("See No. 4 for details. Then No. 5.", 2),
        ("Geeignet z.B. Für Böden, d.h. Immer. Ende.", 2),
        ("Dim. 60x60 cm. Ref. TR12 incl. Grout.", 2),
        ("Am 3. Mai geliefert. Fertig.", 2),
        ("Designed by J. R. Smith. Made in Italy.", 2),
        ("What? Yes! “Really.” Good…", 4),
        ("см. рис. 4 и табл. 5. Далее.", 2),
        ("Βλ. σελ. 4. Τέλος.", 2),
        ("这是瓷砖。适合地板！真的吗？", 3),
        ("هذا بلاط. هل هو مناسب؟ نعم۔ جيد", 4),
        ("यह टाइल है। अच्छा है।", 2),
        ("2.5 kg/m. and 4.000,00 EUR", 1),
        ("", 0),
    ],
)
def test_sentences_end_where_they_end(text: str, count: int) -> None:
    sentences = split_sentences(text)
    assert len(sentences) == count, sentences
    assert "".join("".join(sentences).split()) == "".join(text.split())


def test_wrapped_lines_join_with_a_space_but_not_inside_chinese() -> None:
    assert join_lines(["oak", "floor"]) == "oak floor"
    assert join_lines(["瓷砖适合", "地板"]) == "瓷砖适合地板"
    assert join_lines(["porce\u00ad", "lain"]) == "porcelain"


def test_long_text_is_cut_after_a_clause() -> None:
    pieces = split_long("a" * 40 + ", " + "b" * 40 + ", " + "c" * 40, 100)
    assert pieces == ["a" * 40 + ", " + "b" * 40 + ",", "c" * 40]


def test_a_table_that_fits_stays_whole_and_its_lines_are_not_repeated_as_text() -> None:
    table = make_table(5)
    repeated = make_block(["Code Size Price", *(" ".join(row) for row in table.rows)], 310)
    chunks = chunk_pages([make_page(1, repeated, tables=(table,))]).chunks
    assert [chunk.kind for chunk in chunks] == ["table"]
    assert chunks[0].text.splitlines()[:2] == ["Code | Size | Price", "TR-0000 | 0 x 60 cm | 0.50 EUR"]


def test_text_inside_a_tables_box_that_its_cells_lack_is_kept() -> None:
    note = make_block(["Prices exclude delivery to the islands"], 320)
    chunks = chunk_pages([make_page(1, note, tables=(make_table(3),))]).chunks
    assert any("exclude delivery" in chunk.text for chunk in chunks)


def test_a_table_too_long_is_cut_between_rows_under_repeated_headers_and_title() -> None:
    title = make_block(["Travertine price list"], 280, size=16)
    body = make_block([" ".join(SENTENCES)], 100)
    result = chunk_pages([make_page(1, body, title, tables=(make_table(120),))])
    tables = [chunk for chunk in result.chunks if chunk.kind == "table"]
    assert len(tables) > 2
    assert result.metrics.tables == result.metrics.tables_split == 1
    rows = []
    for chunk in tables:
        first, second, *rest = chunk.text.splitlines()
        assert (first, second) == ("Travertine price list", "Code | Size | Price")
        rows += rest
    assert rows == [" | ".join(row) for row in make_table(120).rows]
    assert "price list" not in "".join(chunk.text for chunk in result.chunks if chunk.kind == "text")


def test_the_last_part_of_a_table_is_not_a_single_row() -> None:
    chunks = chunk_pages([make_page(1, tables=(make_table(33),))]).chunks
    assert all(len(chunk.text.splitlines()) > 5 for chunk in chunks)


def test_a_heading_stays_with_its_text() -> None:
    prose = make_block(wrap(" ".join(SENTENCES * 3)), 100)
    heading = make_block(["Cleaning and care"], 400, size=18)
    care = make_block(wrap("Clean with warm water. " * 15), 430)
    chunks = chunk_pages([make_page(1, prose, heading, care)]).chunks
    assert not any(chunk.text.endswith("Cleaning and care") for chunk in chunks)
    assert any(chunk.text.startswith("Cleaning and care\n\nClean with") for chunk in chunks)


def test_chunks_end_where_another_product_begins_and_carry_its_key() -> None:
    def products_at(page: int, box: Box) -> list[str]:
        return ["oak"] if box.y0 < 300 else ["walnut"]

    blocks = [
        make_block([f"{name} parquet, brushed", *[f"Length {n} centimetres" for n in range(12)]], top)
        for name, top in (("Oak", 100), ("Walnut", 400))
    ]
    chunks = chunk_pages([make_page(1, *blocks)], products_at).chunks
    assert [chunk.products for chunk in chunks] == [("oak",), ("walnut",)]
    assert "Walnut" not in chunks[0].text
    assert chunks[1].overlap == 0


def test_parts_of_a_table_carry_the_products_of_their_own_rows() -> None:
    table = make_table(120)
    boxes = tuple((Box(60, 300 + n, 460, 301 + n),) * 3 for n in range(120))
    page = make_page(1, tables=(table.model_copy(update={"row_boxes": boxes}),))
    chunks = chunk_pages(
        [page], lambda page, box: [f"row {n}" for n in range(120) if box == (60, 300 + n, 460, 301 + n)]
    )
    for chunk in chunks.chunks:
        assert set(chunk.products) == {f"row {int(code)}" for code in re.findall(r"TR-(\d+)", chunk.text)}


def test_pages_of_different_products_do_not_share_a_chunk() -> None:
    pages = [
        make_page(n, make_block([f"Table {n} is made of solid oak, {n}00 cm long.", SENTENCES[0]], 100)) for n in (1, 2)
    ]
    chunks = chunk_pages(pages, lambda page, box: [f"table {page}"]).chunks
    assert [chunk.products for chunk in chunks] == [("table 1",), ("table 2",)]


def test_dot_leaders_are_shortened() -> None:
    chunks = chunk_pages(
        [make_page(1, make_block(["Travertine . . . . . . . . . . . . 12", "Onyx............14"], 100))]
    )
    assert chunks.chunks[0].text == "Travertine · 12\nOnyx · 14"


def test_tiny_texts_of_several_products_share_a_chunk_with_all_keys() -> None:
    blocks = [make_block([f"Swatch {n}"], 100 + 30 * n) for n in range(4)]
    chunks = chunk_pages([make_page(1, *blocks)], lambda page, box: [f"p{round(box.y0)}"]).chunks
    assert [chunk.products for chunk in chunks] == [("p100", "p130", "p160", "p190")]


def test_a_sentence_that_runs_over_the_page_is_not_torn() -> None:
    first = make_block(wrap(" ".join(SENTENCES * 2) + " The glaze is"), 100)
    second = make_block(["applied by hand and fired twice."], 100)
    chunks = chunk_pages([make_page(1, first), make_page(2, second)]).chunks
    assert any("The glaze is applied by hand" in chunk.text and chunk.pages == (1, 2) for chunk in chunks) or any(
        "glaze is" in chunk.text and "applied by hand" in chunk.text for chunk in chunks
    )


def test_exact_duplicates_become_one_chunk_of_all_their_pages_and_are_counted() -> None:
    care = " ".join(SENTENCES * 2)
    pages = [make_page(n, make_block(wrap(care if n % 2 else care.upper()), 100)) for n in range(1, 5)]
    result = chunk_pages(pages, lambda page, box: [f"product {page}"])
    assert len(result.chunks) == 1
    assert result.chunks[0].pages == (1, 2, 3, 4)
    assert result.chunks[0].products == ("product 1", "product 2", "product 3", "product 4")
    assert (result.metrics.created, result.metrics.duplicates, result.metrics.final) == (4, 3, 1)


def test_running_headers_and_page_numbers_are_left_out_and_counted() -> None:
    pages = [
        make_page(
            n,
            make_block(["ACME Tiles 2024"], 20),
            make_block(wrap(f"Product {n} is made of clay. " + " ".join(SENTENCES)), 100),
            make_block([f"{n + 2} | www.acme.example"], 810),
        )
        for n in range(1, 9)
    ]
    result = chunk_pages(pages)
    text = "\n".join(chunk.text for chunk in result.chunks)
    assert "ACME Tiles" not in text
    assert "www.acme" not in text
    assert result.metrics.running_lines == 16
    assert all(f"Product {n} is" in text for n in range(1, 9))


def test_repeated_specifications_and_different_names_at_one_place_are_kept() -> None:
    pages = [
        make_page(n, make_block([f"Model {n * 137}"], 20), make_block(["Material: oak"], 300)) for n in range(1, 9)
    ]
    result = chunk_pages(pages)
    text = "\n".join(chunk.text for chunk in result.chunks)
    assert text.count("Material: oak") == 8
    assert all(f"Model {n * 137}" in text for n in range(1, 9))
    assert result.metrics.running_lines == 0


def test_a_tiny_rest_joins_the_chunk_before_where_it_fits() -> None:
    text = "The tile is dense. " + "x" * 960 + ". End."
    chunks = chunk_pages([make_page(1, make_block([text], 100))]).chunks
    assert chunks[-1].text.endswith("End.")
    assert len(chunks) == 1 or len(chunks[-1].text) >= 100


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Material: oak\nWidth: 120 cm\nDepth: 60 cm\nWeight: 14 kg\nFinish: matt lacquer\nCode: 8837", "text"),
        ("Code | Size | Price\nTR-1 | 60x60 | 12.00\nTR-2 | 60x120 | 19.00", "table"),
    ],
)
def test_specification_text_is_not_flagged(text: str, kind: str) -> None:
    assert score_chunk(text, "table" if kind == "table" else "text") >= QUALITY_FLOOR


def test_a_torn_fragment_is_flagged_but_kept() -> None:
    result = chunk_pages([make_page(1, make_block(["and the"], 100))])
    assert [chunk.flagged for chunk in result.chunks] == [True]
    assert (result.metrics.flagged, result.metrics.final) == (1, 1)


def test_quality_follows_the_formula_for_prose() -> None:
    assert score_chunk("A clean sentence. " * 3 + "End.", "text") == pytest.approx(
        0.2 * 0.058 + 0.3 + 0.2 + 0.3, abs=1e-3
    )
    assert [band(q) for q in (0.95, 0.85, 0.75, 0.5)] == ["excellent", "good", "acceptable", "poor"]


def test_metrics_describe_the_chunks() -> None:
    result = chunk_pages(invent_pages(3))
    sizes = [len(chunk.text) for chunk in result.chunks]
    metrics = result.metrics
    assert (metrics.final, metrics.min_chars, metrics.max_chars) == (len(sizes), min(sizes), max(sizes))
    assert sum(metrics.distribution.values()) == metrics.final == metrics.created - metrics.duplicates
    assert metrics.overlap_ratio == pytest.approx(sum(c.overlap for c in result.chunks) / sum(sizes), abs=1e-4)


def test_pages_without_text_give_no_chunks() -> None:
    result = chunk_pages([make_page(1), make_page(2, make_block(["  "], 100))])
    assert result.chunks == ()
    assert result.metrics.final == 0


@pytest.mark.parametrize(("max_chars", "overlap"), [(99, 0), (1000, 500), (1000, -1)])
def test_impossible_sizes_are_refused(max_chars: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="not possible"):
        chunk_pages([], max_chars=max_chars, overlap_chars=overlap)


def test_a_chunk_survives_its_json() -> None:
    for chunk in chunk_pages(invent_pages(5)).chunks:
        assert Chunk.model_validate_json(chunk.model_dump_json()) == chunk
