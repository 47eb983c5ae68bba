"""How a document's pages are dealt out to the workers."""

from __future__ import annotations

import pytest

from tasks.pages import cut_spans


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize("count", [1, 4, 5, 9, 12, 31, 60, 464, 2000])
def test_every_page_is_in_one_span(count: int, workers: int) -> None:
    spans = cut_spans(range(1, count + 1), workers, 5)
    assert sorted(number for span in spans for number in span) == list(range(1, count + 1))


def test_a_long_document_is_a_few_tasks_and_no_worker_waits_long_for_another() -> None:
    spans = cut_spans(range(1, 2001), 2, 5)
    assert len(spans) <= 8
    assert len(spans[-1]) <= 100
    assert sum(map(len, spans[0::2])) == sum(map(len, spans[1::2]))


def test_pages_that_are_hard_to_read_are_not_all_one_workers() -> None:
    hard = set(range(1, 401))
    spans = cut_spans(range(1, 2001), 2, 5)
    shares = [len(hard & {number for span in spans[worker::2] for number in span}) for worker in (0, 1)]
    assert shares == [200, 200]


def test_a_short_document_is_cut_no_finer_than_the_least_span() -> None:
    assert [len(span) for span in cut_spans(range(1, 10), 2, 5)] == [5, 4]
    assert [len(span) for span in cut_spans(range(1, 5), 2, 5)] == [4]
