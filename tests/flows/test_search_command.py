"""`python -m flows.search` on a library that the PDF flow made."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from PIL import Image


@pytest.fixture
def library(run, stones: tuple[str, Path]) -> Callable[..., Any]:
    """Run a search in a workspace that has one catalog of four products."""
    return lambda *arguments: run("flows.search", *arguments, "--workspace", stones[0])


def names(done: Any) -> list[str]:
    return [result["name"] for result in json.loads(done.stdout)["results"]]


def test_a_text_finds_products_by_name_code_and_size_and_says_why(library) -> None:
    done = library("Stone 71 2B", "--json")
    assert done.code == 0
    answer = json.loads(done.stdout)
    assert (answer["kind"], answer["profile"]) == ("text", "product_name")
    first = answer["results"][0]
    assert first["name"] == "Stone 71 2B"
    assert {"text:keyword", "text:product"} <= {view["view"] for view in first["views"]}
    assert first["views"][0]["reason"] == "the query is its name"
    assert sum(view["weight"] for view in first["views"][1:]) == pytest.approx(1, abs=0.001)
    assert "visual" not in answer["weights"]  # a text never claims to look at pixels
    coded = json.loads(library("st-710011", "--json").stdout)["results"][0]
    assert (coded["name"], coded["views"][0]["reason"]) == ("Stone 71 1B", "the query is its SKU")
    sized = library("60x60")
    assert sized.code == 0
    assert "says 60x60" in sized.stdout


def test_a_picture_finds_the_product_that_shows_it(library, stones: tuple[str, Path], tmp_path: Path) -> None:
    picture = stones[1] / "71-2-0.png"  # as it went into the catalog's second page, on the left
    crop = tmp_path / "crop.jpg"
    with Image.open(picture) as image:
        image.crop((40, 40, 440, 440)).save(crop, quality=70)
    whole = library(crop, "--json")
    assert names(whole)[0] == "Stone 71 2A"
    assert {"visual", "color", "texture", "style", "material"} <= set(json.loads(whole.stdout)["weights"])
    by_color = library(crop, "--json", "--like", "color")
    assert names(by_color)[0] == "Stone 71 2A"
    assert json.loads(by_color.stdout)["weights"] == {"color": 1.0}


def test_filters_leave_out_what_does_not_fit(library) -> None:
    assert names(library("stone", "--source", "stones", "--json"))
    assert names(library("stone", "--source", "another", "--json")) == []
    assert names(library("stone", "--brand", "nobody", "--json")) == []
    empty = library("stone", "--max-price", "5")
    assert (empty.code, "nothing found" in empty.stdout) == (0, True)


@pytest.fixture
def broken_color_view(dsn: str) -> Iterator[None]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("alter table vecs.image_color_embeddings rename to hidden_for_a_test")
        yield
        connection.execute("alter table vecs.hidden_for_a_test rename to image_color_embeddings")


def test_a_view_that_fails_is_named_and_the_others_go_on(
    library, stones: tuple[str, Path], broken_color_view: None
) -> None:
    done = library(stones[1] / "71-1-1.png", "--json")
    answer = json.loads(done.stdout)
    assert (done.code, list(answer["degraded"])) == (0, ["color"])
    assert answer["results"][0]["name"] == "Stone 71 1B"
    assert "color" not in {view["view"] for view in answer["results"][0]["views"]}
    alone = library(stones[1] / "71-1-1.png", "--like", "color")
    assert (alone.code, alone.stdout) == (1, "")
    assert "error: no view could be searched" in alone.stderr


def test_a_vector_of_another_model_is_not_compared(library, dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("update public.products set text_embedding_1024_model = 'another'")
        connection.execute("update public.document_chunks set embedding_model = 'another'")
    answer = json.loads(library("stone", "--json").stdout)
    assert {"text:product", "text:chunk"} <= set(answer["silent"])
    assert {view["view"] for view in answer["results"][0]["views"]} <= {"text:keyword", "understanding"}


def test_wrong_use_is_one_line(run, tmp_path: Path) -> None:
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
        done = run("flows.search", *arguments)
        assert (done.code, line in done.stderr, len(done.stderr.splitlines())) == (code, True, 1), done.stderr
