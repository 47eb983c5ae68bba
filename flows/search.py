"""Search the library: `python -m flows.search "travertine 60x60"` or `python -m flows.search photo.jpg`.

A text is compared with what products, their chunks and the analyses of their images say, and with the words that they
hold. A picture is compared with pictures, view by view. Reads only, so it is a plain command and no Prefect run.
"""

from __future__ import annotations

from flows.cli.search import main

if __name__ == "__main__":
    main()
