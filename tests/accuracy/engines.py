"""How good the embedded engines are: labels, views, texts, scans. Each part has its own script and can be run alone."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

PARTS = {"classes": "Image classes", "views": "Image views", "texts": "Text vectors", "ocr": "OCR"}


def main() -> int:
    sys.path.insert(0, str(Path(__file__).parent))
    figures: dict[str, float] = {}
    for name, title in PARTS.items():
        print(f"\n== {title} ({name}.py)")
        figures |= {f"{name}_{key}": value for key, value in importlib.import_module(name).measure().items()}
    print("\nRESULT accuracy-engines " + " ".join(f"{key}={value:.4g}" for key, value in figures.items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
