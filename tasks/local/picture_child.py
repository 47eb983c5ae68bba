"""The program that decodes pictures from outside: `python -m tasks.local.picture_child MEMORY_BYTES`.

Started by `picture_reader`, without secrets in its environment and with a ceiling on its memory: a picture that hangs,
crashes or explodes a decoder costs that picture. It speaks length-prefixed JSON over its standard streams and ends
when its input does, or by the alarm that it sets for each picture.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import warnings
from pathlib import Path
from typing import Any

from PIL import Image

from tasks.catalog.downloaded_images import PictureBounds, encode_download
from tasks.catalog.pdf.image_files import ImageError
from tasks.catalog.pdf.images import ImageStore
from tasks.catalog.pdf.options import ReadOptions
from tasks.local.page_messages import receive_message, send_message


def main(memory_bytes: int) -> int:
    """Serve requests until the input ends. `memory_bytes` bounds the address space; 0 does not."""
    if memory_bytes:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # we have our own bound
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what a library prints is no answer
    while (request := receive_message(sys.stdin.buffer)) is not None:
        signal.setitimer(signal.ITIMER_REAL, request["seconds"])  # unhandled, so it ends even a hanging decoder
        message = answer(request)
        signal.setitimer(signal.ITIMER_REAL, 0)
        send_message(answers, message)
    return 0


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """`{"ok": facts}` or `{"error": reason}`, with `"fatal": true` where this process should not go on."""
    try:
        return {"ok": read(Path(request["path"]), Path(request["folder"]), PictureBounds(*request["bounds"]))}
    except ImageError as error:
        return {"error": str(error), "fatal": isinstance(error.__cause__, MemoryError)}
    except MemoryError:
        return {"error": "it needs more memory than allowed", "fatal": True}
    except Exception as error:  # the picture's edge: whatever a decoder raises costs this picture only
        return {"error": f"it cannot be decoded: {type(error).__name__}", "fatal": True}


def read(path: Path, folder: Path, bounds: PictureBounds) -> dict[str, Any]:
    """Store the picture in `folder` under its content's name; its facts, plain."""
    stored = ImageStore(folder, ReadOptions()).save(encode_download(path.read_bytes(), bounds))
    return {
        "sha256": stored.sha256,
        "ext": stored.ext,
        "width": stored.width,
        "height": stored.height,
        "bytes": stored.bytes,
        "phash": stored.likeness.phash,
        "stats": stored.stats.model_dump(),
    }


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1])))
