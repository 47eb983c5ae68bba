"""Vectors from the rehearsed SLIG, Voyage and OpenAI endpoints."""

import asyncio
from typing import Any

import numpy as np
import pytest

from tasks.catalog.aspects import blend_aspects
from tasks.catalog.engines import VIEWS, ImageViews, ItemFailure
from tasks.clients.errors import TransientServiceError
from tasks.clients.slig import SligEmbedder
from tasks.clients.text_embedders import RemoteTextEmbedder


def stats(server: Any, service: str) -> dict[str, Any]:
    return server.stats()["services"][service]


def slig(lab: Any, **config: Any) -> SligEmbedder:
    return SligEmbedder(lab.caller("slig", **config), lab.remembered())


def voyage(lab: Any, flavour: Any = "voyage", **config: Any) -> RemoteTextEmbedder:
    return RemoteTextEmbedder(lab.caller(flavour, **config), lab.remembered(), flavour)


async def test_twenty_images_are_one_request_and_have_five_views(lab: Any, rehearse: Any, make_cases: Any) -> None:
    server = rehearse()
    results = await slig(lab).embed(make_cases(20))
    for result in results:
        assert isinstance(result, ImageViews)
        assert set(result.views) == set(VIEWS)
        for vector in result.views.values():
            assert (vector.shape, vector.dtype) == ((768,), np.float32)
            assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert (stats(server, "slig")["requests"], stats(server, "slig")["items"]) == (2, 24)  # four aspect texts first


async def test_images_and_aspect_texts_are_paid_once_over_processes(
    make_lab: Any, rehearse: Any, make_cases: Any
) -> None:
    server, cases = rehearse(), make_cases(5)
    first = await slig(make_lab()).embed(cases)
    again = await slig(make_lab()).embed([*cases, *make_cases(1, seed=4)])
    assert stats(server, "slig")["items"] == 4 + 5 + 1
    np.testing.assert_array_equal(first[0].views["color"], again[0].views["color"])  # type: ignore[union-attr]


def test_the_blend_leans_to_the_image_the_more_it_is_like_the_text() -> None:
    visual, other = np.eye(768, dtype=np.float32)[:2]
    views = blend_aspects(visual, {"color": other, "style": visual, "texture": -visual})
    assert views["color"] @ visual == pytest.approx(0.7 / np.hypot(0.7, 0.3))
    assert views["style"] @ visual == pytest.approx(1)
    assert views["texture"] @ visual == pytest.approx(1)  # 0.7 - 0.3, at unit length: s is clamped at 0


async def test_malformed_vectors_are_asked_for_again_and_never_stored(lab: Any, rehearse: Any, make_cases: Any) -> None:
    rehearse(slig={"malformed": 0.5})
    results = await asyncio.gather(
        *(slig(lab).embed(make_cases(2, seed=seed)) for seed in range(4)), return_exceptions=True
    )
    good = [one for result in results if not isinstance(result, BaseException) for one in result]
    assert good
    assert all(one.views["visual"].shape == (768,) for one in good if isinstance(one, ImageViews))


async def test_a_batch_that_is_refused_is_halved(lab: Any, rehearse: Any, make_cases: Any) -> None:
    server = rehearse(slig={"max_items": 6})
    results = await slig(lab).embed(make_cases(20))
    assert all(isinstance(result, ImageViews) for result in results)
    assert stats(server, "slig")["items_paid_twice"] == 0


async def test_an_unreadable_image_fails_alone(lab: Any, rehearse: Any, make_cases: Any) -> None:
    rehearse()
    cases = make_cases(3)
    cases[0].path.write_bytes(b"\xff\xd8\xff broken")
    results = await slig(lab).embed(cases)
    assert isinstance(results[0], ItemFailure)
    assert isinstance(results[2], ImageViews)


async def test_no_vector_at_all_is_an_error(lab: Any, rehearse: Any, make_cases: Any) -> None:
    rehearse(slig={"statuses": {500: 1.0}})
    with pytest.raises(TransientServiceError):
        await slig(lab).embed(make_cases(2))


@pytest.mark.parametrize("flavour", ["voyage", "openai"])
async def test_texts_get_unit_vectors_and_empty_ones_fail_alone(lab: Any, rehearse: Any, flavour: Any) -> None:
    server = rehearse()
    results = await voyage(lab, flavour).embed(["oak chair", " \x00 ", "oak chair", "slate \ud800"], "document")
    assert isinstance(results[1], ItemFailure)
    np.testing.assert_array_equal(results[0], results[2])  # type: ignore[arg-type]
    assert [np.shape(results[at]) for at in (0, 3)] == [(1024,), (1024,)]
    assert stats(server, flavour)["items"] == 2


async def test_voyage_tells_documents_from_queries(make_lab: Any, rehearse: Any) -> None:
    server = rehearse()
    lab = make_lab()
    await voyage(lab).embed(["oak"], "document")
    await voyage(lab).embed(["oak"], "query")
    await voyage(make_lab()).embed(["oak"], "document")
    assert stats(server, "voyage")["items"] == 2
    assert lab.figures("voyage").input_tokens > 0


async def test_many_texts_go_in_batches(lab: Any, rehearse: Any) -> None:
    server = rehearse()
    results = await voyage(lab).embed([f"text {number}" for number in range(300)], "document")
    assert all(np.shape(result) == (1024,) for result in results)
    assert stats(server, "voyage")["requests"] == 3
