"""The program that reads pages from outside: `python -m tasks.local.web_page_child MEMORY_BYTES`.

Started by `web_page_reader`, without secrets in its environment and with a ceiling on its memory: a page that hangs,
crashes or explodes a parser costs that page. It ends when its input does, or by the alarm that it sets for each page.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tasks.catalog.web.found_links import find_links
from tasks.catalog.web.reading import read_page
from tasks.catalog.web.urls import PageUrl
from tasks.local.json_server import serve


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """`{"page": JSON of a WebPage, "found": [[address, priority], ...]}` or `{"error": reason}`.

    With `"fatal": true` this process should not go on.
    """
    try:
        body = Path(request["path"]).read_bytes()
        page = read_page(body, request["url"], request["content_type"])
        found = find_links(page, [PageUrl(*seed) for seed in request["seeds"]])
        kept = page.model_copy(update={"links": ()})  # what is of them is in `found`
        return {"page": kept.model_dump_json(), "found": [[list(link.page), link.priority] for link in found]}
    except MemoryError:
        return {"error": "reading it needs more memory than allowed", "fatal": True}
    except Exception as error:  # the page's edge: whatever a parser raises costs this page only
        return {"error": f"it cannot be read: {type(error).__name__}", "fatal": True}


if __name__ == "__main__":
    raise SystemExit(serve(int(sys.argv[1]), answer))
