"""`python -m flows.search`, and the search behind it, on a library that the PDF flow made."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from PIL import Image

from tasks.resources import open_resources
from tasks.search import SearchFailedError, SearchHit, SearchRequest, SearchResult, search


def test_the_command_finds_products_and_says_why(run, stones: tuple[str, Path]) -> None:
    done = run("flows.search", "Stone 71 2B", "--json", "--workspace", stones[0])
    assert done.code == 0
    answer = json.loads(done.stdout)
    assert (answer["kind"], answer["profile"]) == ("text", "product_name")
    first = answer["results"][0]
    assert (first["name"], first["sku"]) == ("Stone 71 2B", "ST-710021")
    assert {"text:keyword", "text:product"} <= {view["view"] for view in first["views"]}
    assert first["views"][0]["reason"] == "the query is its name"
    assert sum(view["weight"] for view in first["views"][1:]) == pytest.approx(1, abs=0.001)
    assert "visual" not in answer["weights"]  # a text never claims to look at pixels
    assert "Stone 71 2B" in done.stderr


@pytest.fixture
async def ask(stones: tuple[str, Path]) -> AsyncIterator[Callable[..., Awaitable[SearchResult]]]:
    """Search the workspace of stones."""
    async with open_resources():
        yield lambda **request: search(SearchRequest(workspace=stones[0], **request))


def names(result: SearchResult) -> list[str]:
    return [hit.product["name"] for hit in result.hits]


def views(hit: SearchHit) -> set[str]:
    return {voice.view for voice in hit.views}


async def test_codes_and_sizes_are_found_as_they_are_written(ask: Any) -> None:
    coded = await ask(text="st-710011")
    assert (names(coded)[0], coded.hits[0].views[0].reason) == ("Stone 71 1B", "the query is its SKU")
    sized = await ask(text="60 x 60")
    assert any(voice.reason == "says 60x60/600x600/6x6" for voice in sized.hits[0].views)


async def test_a_picture_finds_the_product_that_shows_it(ask: Any, stones: tuple[str, Path], tmp_path: Path) -> None:
    picture = stones[1] / "71-2-0.png"  # as it went into the catalog's second page, on the left
    crop = tmp_path / "crop.jpg"
    with Image.open(picture) as image:
        image.crop((40, 40, 440, 440)).save(crop, quality=70)
    whole = await ask(image=crop)
    assert names(whole)[0] == "Stone 71 2A"
    assert {"visual", "color", "texture", "style", "material"} <= set(whole.weights)
    for like in ("color", "texture", "material", "style"):
        alone = await ask(image=crop, like=like)
        assert (names(alone)[0], alone.weights) == ("Stone 71 2A", {like: 1.0})


async def test_filters_leave_out_what_does_not_fit(ask: Any) -> None:
    assert names(await ask(text="stone", source="stones"))
    assert names(await ask(text="stone", source="another")) == []
    assert names(await ask(text="stone", brand="nobody")) == []
    assert names(await ask(text="stone", max_price=Decimal(5))) == []
    assert len(names(await ask(text="stone", limit=2))) == 2


@pytest.fixture
def broken_color_view(dsn: str) -> Iterator[None]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("alter table vecs.image_color_embeddings rename to hidden_for_a_test")
        yield
        connection.execute("alter table vecs.hidden_for_a_test rename to image_color_embeddings")


async def test_a_view_that_fails_is_named_and_the_others_go_on(
    ask: Any, stones: tuple[str, Path], broken_color_view: None
) -> None:
    picture = stones[1] / "71-1-1.png"
    result = await ask(image=picture)
    assert list(result.degraded) == ["color"]
    assert names(result)[0] == "Stone 71 1B"
    assert "color" not in views(result.hits[0])
    with pytest.raises(SearchFailedError, match="no view could be searched"):
        await ask(image=picture, like="color")


async def test_a_vector_of_another_model_is_not_compared(ask: Any, dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("update public.products set text_embedding_1024_model = 'another'")
        connection.execute("update public.document_chunks set embedding_model = 'another'")
    result = await ask(text="stone")
    assert {"text:product", "text:chunk"} <= set(result.silent)
    assert views(result.hits[0]) <= {"text:keyword", "understanding"}


def test_wrong_use_is_one_line(run_here, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    for arguments, code, line in (
        (["nowhere.jpg"], 2, "nowhere.jpg: no such file"),
        (["oak", "--like", "color"], 2, "--like needs a picture"),
        ([broken, "--like", "smell"], 2, "--like takes color, texture, material, style"),
        (["oak", "--max-price", "cheap"], 2, "--max-price cheap: not an amount"),
        (["  "], 2, "the query is empty"),
        ([broken], 1, "broken.jpg"),
    ):
        done = run_here("flows.search", *arguments)
        assert (done.code, line in done.stderr, len(done.stderr.splitlines())) == (code, True, 1), done.stderr
