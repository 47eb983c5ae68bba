"""The command line of `python -m flows.search`."""

from __future__ import annotations

import asyncio
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from flows.cli import run
from flows.cli.checks import check_workspace
from flows.cli.display import fail
from flows.cli.summary import describe_price, open_console
from tasks.settings import Settings

if TYPE_CHECKING:
    from tasks.search import SearchHit, SearchRequest, SearchResult

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".jp2", ".avif"})
LIKES = ("color", "texture", "material", "style")
VOICES_SHOWN = 3


@app.command()
def search(
    query: Annotated[str, typer.Argument(metavar="TEXT|IMAGE", help="What to look for, or a picture to compare with")],
    like: Annotated[
        str | None, typer.Option(metavar="VIEW", help="With a picture: like it in color, texture, material or style")
    ] = None,
    brand: Annotated[str | None, typer.Option(help="Only products of this brand")] = None,
    source: Annotated[str | None, typer.Option(help="Only products of sources whose name holds this")] = None,
    max_price: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="Only products at most so dear, in their own currency")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many products to show")] = 10,
    workspace: Annotated[str | None, typer.Option(help="Tenant to search", callback=check_workspace)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The result as one line of JSON on stdout")] = False,
) -> None:
    """Find products by text or by picture."""
    settings = run.configure()
    if settings is None:
        raise typer.Exit(run.CONFIGURATION)
    picture = _find_picture(query)
    if like is not None and (picture is None or like not in LIKES):
        fail("--like needs a picture to compare with" if picture is None else f"--like takes {', '.join(LIKES)}")
        raise typer.Exit(run.USAGE)
    options = {
        "text": None if picture else query,
        "image": picture,
        "like": like,
        "brand": brand,
        "source": source,
        "max_price": _read_price(max_price),
        "limit": limit,
        "workspace": workspace or settings.workspace,
    }
    raise typer.Exit(_search(options, settings, as_json))


def _find_picture(query: str) -> Path | None:
    """The file that `query` names; None for a text. Exits with 2 for a picture that is not there."""
    if not query.strip():
        fail("the query is empty: give a text or a picture")
        raise typer.Exit(run.USAGE)
    path = Path(query).expanduser()
    named = path.suffix.lower() in IMAGE_SUFFIXES
    try:
        there = path.is_file()
    except OSError:  # a text too long for a name
        there = False
    if named and not there:
        fail(f"{query}: no such file")
        raise typer.Exit(run.USAGE)
    # A bare word is a text, whatever files lie around.
    return path.absolute() if there and (named or path.name != query) else None


def _read_price(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        price = Decimal(text)
    except InvalidOperation:
        price = Decimal("nan")
    if not price.is_finite() or price < 0:
        fail(f"--max-price {text}: not an amount (write it as 1299.90)")
        raise typer.Exit(run.USAGE)
    return price


def _search(options: dict[str, Any], settings: Settings, as_json: bool) -> int:
    from tasks.search import SearchFailedError, SearchRequest
    from tasks.storage.database import DatabaseUnavailableError

    request = SearchRequest(**options)
    try:
        result = asyncio.run(_run(request))
    except SearchFailedError as error:
        fail(str(error))
        return run.PARTIAL
    except (DatabaseUnavailableError, RuntimeError) as error:
        fail(str(error).splitlines()[0])
        return run.CONFIGURATION
    if as_json:
        run.print_json(_as_json(options, result))
    _print(result, settings, to_stderr=as_json)
    return run.DONE


async def _run(request: SearchRequest) -> SearchResult:
    from tasks.resources import open_resources
    from tasks.search import search as find

    async with open_resources():
        return await find(request)


def _as_json(options: dict[str, Any], result: SearchResult) -> dict[str, Any]:
    return {
        "schema": 1,
        "query": options["text"] or str(options["image"]),
        "kind": result.kind,
        "profile": result.profile,
        "like": options["like"],
        "weights": result.weights,
        "degraded": result.degraded,
        "silent": list(result.silent),
        "results": [_hit_as_json(hit) for hit in result.hits],
    }


def _hit_as_json(hit: SearchHit) -> dict[str, Any]:
    from tasks.storage.export import export_line

    product = hit.product
    line = export_line(product, "unchanged")
    del line["change"]
    views = [{**voice._asdict(), "weight": round(voice.weight, 4)} for voice in hit.views]
    return {**line, "source": product["document"] or product["source"], "score": round(hit.score, 4), "views": views}


def _print(result: SearchResult, settings: Settings, *, to_stderr: bool) -> None:
    console = open_console(stderr=to_stderr)
    for view, reason in result.degraded.items():
        console.print(f"degraded: {view} was left out: {reason}", markup=False, soft_wrap=True)
    if not result.hits:
        console.print(f"nothing found in {settings.home}: no product is like it", markup=False, soft_wrap=True)
        return
    table = Table(title=f"Products ({result.profile.replace('_', ' ')})", title_justify="left", box=SIMPLE_HEAD)
    for name in ("score", "product", "SKU", "price", "where", "why"):
        table.add_column(name, justify="right" if name in ("score", "price") else "left", overflow="fold")
    for hit in result.hits:
        product = hit.product
        where = product["document"] or product["source"]
        page = f" p. {product['pages'][0]}" if product["pages"] else ""
        cells = (product["name"], product["external_sku"] or "", describe_price(product), f"{where}{page}", _why(hit))
        table.add_row(f"{hit.score:.2f}", *map(Text, cells))
    console.print(table)


def _why(hit: SearchHit) -> str:
    spoke = [voice for voice in hit.views if voice.similarity > 0][:VOICES_SHOWN]
    return "; ".join(f"{voice.view} {voice.similarity:.2f}: {voice.reason}" for voice in spoke)


def main() -> None:
    """Run the command; ends the process with the documented exit code."""
    app()
