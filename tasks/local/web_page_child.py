"""The program that reads pages from outside: `python -m tasks.local.web_page_child MEMORY_BYTES`.

Started by `web_page_reader`, without secrets in its environment and with a ceiling on its memory: a page that hangs,
crashes or explodes a parser costs that page. It ends when its input does, or by the alarm that it sets for each page.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from tasks.catalog.web.found_links import find_links
from tasks.catalog.web.reading import read_page
from tasks.catalog.web.urls import PageUrl
from tasks.local.page_messages import receive_message, send_message


def main(memory_bytes: int) -> int:
    """Serve requests until the input ends. `memory_bytes` bounds the address space; 0 does not."""
    if memory_bytes:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what a library prints is no answer
    while (request := receive_message(sys.stdin.buffer)) is not None:
        signal.setitimer(signal.ITIMER_REAL, request["seconds"])  # unhandled, so it ends even a hanging parser
        message = answer(request)
        signal.setitimer(signal.ITIMER_REAL, 0)
        send_message(answers, message)
    return 0


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
    raise SystemExit(main(int(sys.argv[1])))
