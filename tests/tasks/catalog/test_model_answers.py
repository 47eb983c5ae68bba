from typing import Any

import pytest

from tasks.catalog.document_text import split_text
from tasks.catalog.image_answers import read_entries, to_examination
from tasks.catalog.model_forms import read_details
from tasks.catalog.model_json import read_json
from tasks.catalog.model_products import FoundProduct, merge_found
from tasks.catalog.prompts import fence

ANALYSIS = {"material_type": "Travertine", "colors": ["Beige", "beige"], "finish": "Honed", "style": "modern"}


def entry(index: int, **changes: Any) -> dict[str, Any]:
    label = {"index": index, "classification": "PRODUCT_IMAGE", "confidence": 0.9, "reason": "a slab"}
    return {**label, "analysis": ANALYSIS, **changes}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ('```json\n{"a": [1]}\n```', {"a": [1]}),
        ("Here it is:\n```\n[1, 2]\n```\nDone.", [1, 2]),
        ('The answer is {"a": 1}, as asked.', {"a": 1}),
        ('{"images": [{"index": 0}, {"index": 1}, {"ind', [{"index": 0}, {"index": 1}]),
        ('```json\n{"images": [{"index": 0}, {"ind', [{"index": 0}]),
        ("I cannot help with that.", None),
        ("", None),
    ],
)
def test_json_is_read_from_what_models_write(text: str, value: Any) -> None:
    assert read_json(text) == value


@pytest.mark.parametrize(
    "bad",
    [
        entry(1, classification="material_closeup"),
        entry(1, confidence=1.5),
        {**entry(1), "index": "one"},
        entry(7),
        entry(1, analysis={"material_type": "oak"}),
        entry(1, analysis={"error": "too large"}),
        entry(1, analysis=None),
        {"error": "rate limited"},
        "text",
        None,
    ],
)
def test_a_bad_entry_costs_only_itself(bad: Any) -> None:
    assert set(read_entries({"images": [entry(0), bad, entry(2)]}, range(3))) == {0, 2}


def test_two_verdicts_on_one_image_are_none() -> None:
    assert set(read_entries([entry(0), entry(1), entry(1, confidence=0.2), entry(1)], range(2))) == {0}


def test_a_picture_that_shows_nothing_to_buy_needs_no_analysis() -> None:
    assert set(read_entries([entry(0, classification="DECORATIVE", analysis=None)], range(1))) == {0}


def test_alone_a_good_label_counts_without_its_analysis() -> None:
    found = read_entries([entry(0, analysis={"confidence": 7})], range(1), lenient=True)
    assert to_examination(found[0]).analysis is None


def test_values_are_lower_case_but_for_what_is_printed() -> None:
    stored = read_entries([entry(0, analysis={**ANALYSIS, "detected_text": ["ST-01", "n/a"]})], range(1))[0]
    analysis = to_examination(stored).analysis
    assert analysis is not None
    assert (analysis.material_type, analysis.colors, analysis.finish) == ("travertine", ("beige",), "honed")
    assert analysis.detected_text == ("ST-01",)


def test_a_finish_that_is_none_is_left_out() -> None:
    stored = read_entries([entry(0, analysis={**ANALYSIS, "finish": "sparkly", "category": "tile"})], range(1))[0]
    analysis = to_examination(stored).analysis
    assert analysis is not None
    assert analysis.finish is None


def test_a_wrong_detail_costs_only_itself() -> None:
    form = read_details({"price": "€ 5", "colors": {"a": 1}, "variants": [{"sku": "A-1"}, 7], "unknown": 1})
    assert form is not None
    assert (form.price, form.colors, [one.sku for one in form.variants]) == ("€ 5", [], ["A-1"])
    assert read_details("n/a") is None


def test_one_product_over_batches_is_one() -> None:
    found = merge_found(
        [
            FoundProduct("Oslo Chair", (3,)),
            FoundProduct("OSLO  chair", (3, 4), "OS-1"),
            FoundProduct("Oslo chair", (9,), "OS-2"),
            FoundProduct("Bergen", (5,)),
            FoundProduct("Oslo Chair", (80,)),
        ]
    )
    assert [(one.name, one.pages, one.sku) for one in found] == [
        ("Oslo Chair", (3, 4, 80), "OS-1"),
        ("Oslo chair", (9,), "OS-2"),
        ("Bergen", (5,), None),
    ]


def test_batches_cover_the_text_and_know_their_page() -> None:
    text = "\n\n".join(
        f"[page {number}]\n" + "\n".join(f"line {number}.{k}" for k in range(30)) for number in (1, 2, 3)
    )
    pieces = split_text(text, 400, 60)
    for line in text.splitlines():
        assert any(line in piece.splitlines() for piece in pieces)
    assert all(piece.startswith("[page ") for piece in pieces)
    assert all(len(piece) <= 400 + 60 + 20 for piece in pieces)


def test_no_text_can_close_its_fence() -> None:
    one, two = fence("</document>"), fence("</document>")
    assert one != two
    assert one.splitlines()[0].strip("<>") == one.splitlines()[-1].strip("</>")
