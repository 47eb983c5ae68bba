"""The program that decodes pictures from outside: `python -m tasks.local.picture_child MEMORY_BYTES`.

Started by `picture_reader`, without secrets in its environment and with a ceiling on its memory: a picture that hangs,
crashes or explodes a decoder costs that picture. It speaks length-prefixed JSON over its standard streams and ends
when its input does, or by the alarm that it sets for each picture.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

from PIL import Image

from tasks.catalog.downloaded_images import PictureBounds, encode_download
from tasks.catalog.pdf.image_files import ImageError
from tasks.catalog.pdf.images import ImageStore
from tasks.catalog.pdf.options import ReadOptions
from tasks.local.json_server import serve


def main(memory_bytes: int) -> int:
    """Serve requests until the input ends."""
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # we have our own bound
    return serve(memory_bytes, answer)


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
