"""Pages to set type, pictures and rules on; what the base fonts lack is set with the fallback fonts that MuPDF has."""

from __future__ import annotations

import io
from collections.abc import Sequence
from random import Random

import numpy as np
import pymupdf
from PIL import Image, ImageFilter

from .truth import Rect

_BOLD = {"helv": "hebo", "tiro": "tibo", "cour": "cobo"}


def paint(seed: int, width: int = 160, height: int = 120) -> bytes:
    """A JPEG that looks like a material, another one for every seed."""
    random = np.random.default_rng(seed)
    base = random.integers(40, 215, 3)
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    angle, wave = random.uniform(0, np.pi), random.uniform(4, 30)
    stripes = np.sin((x * np.cos(angle) + y * np.sin(angle)) / wave)[..., None] * random.uniform(5, 35)
    pixels = np.clip(base + stripes + random.normal(0, 16, (height, width, 3)), 0, 255).astype("uint8")
    buffer = io.BytesIO()
    Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(0.7)).save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


class Sheet:
    """A document under construction; places are points from the top left, text stands on its baseline."""

    def __init__(self, random: Random, *, font: str = "helv", beyond: bool = False) -> None:
        self.document = pymupdf.open()
        self._beyond = beyond  # the language is beyond the base fonts: all is set with one of the fallback fonts
        self.random, self.font = random, font
        self._seed = random.randrange(1 << 30)

    @property
    def number(self) -> int:
        return int(self.document.page_count)

    @property
    def width(self) -> float:
        return float(self.page.rect.width)

    @property
    def height(self) -> float:
        return float(self.page.rect.height)

    def add(self, width: float = 595, height: float = 842) -> Sheet:
        self.page = self.document.new_page(width=width, height=height)
        return self

    def measure(self, text: str, size: float, *, bold: bool = False) -> float:
        return float(pymupdf.get_text_length(text, _BOLD[self.font] if bold else self.font, size))

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 9,
        *,
        bold: bool = False,
        grey: bool = False,
        align: str = "left",
        color: tuple[float, float, float] = (0, 0, 0),
    ) -> Sheet:
        """One line; with `align` "right" it ends at `x`, with "center" its middle is there."""
        color = (0.45, 0.45, 0.45) if grey else color
        if not self._beyond and all(ord(char) < 0x100 for char in text):
            width = self.measure(text, size, bold=bold)
            left = x - width if align == "right" else x - width / 2 if align == "center" else x
            name = _BOLD[self.font] if bold else self.font
            self.page.insert_text((left, y), text, fontsize=size, fontname=name, color=color)
        else:
            self._text_beyond(x, y, text, size, bold, align, color)
        return self

    def _text_beyond(
        self, x: float, y: float, text: str, size: float, bold: bool, align: str, color: tuple[float, ...]
    ) -> None:
        rtl = any("\u0590" <= char <= "\u06ff" for char in text)
        weight, rgb = "bold" if bold else "normal", ",".join(str(int(255 * part)) for part in color)
        style = (
            f"font-family:sans-serif;font-size:{size}px;font-weight:{weight};margin:0;line-height:1;"
            f"text-align:{align};color:rgb({rgb})" + ("" if rtl else ";white-space:nowrap")
        )
        spread = {"left": (0.0, 400.0), "right": (400.0, 0.0), "center": (200.0, 200.0)}[align]
        box = pymupdf.Rect(x - spread[0], y - size, x + spread[1], y + size * 0.6)
        if rtl:  # set within a box that ends at `x`; "left" is where its lines end
            style = style.replace("text-align:right", "text-align:left")
            box.x0, box.x1 = max(2.0, x - 150), x
        direction = ' dir="rtl"' if rtl else ""
        self.page.insert_htmlbox(box, f'<p{direction} style="{style}">{text}</p>', scale_low=1)

    def lines(self, x: float, y: float, texts: Sequence[str], size: float = 9, leading: float = 1.3) -> float:
        """Lines below one another; returns the next baseline."""
        for text in texts:
            self.text(x, y, text, size)
            y += size * leading
        return y

    def prose(self, x: float, y: float, width: float, text: str, size: float = 9) -> float:
        """Running text wrapped by the width of base letters; returns the next baseline."""
        line = ""
        for word in text.split():
            longer = f"{line} {word}".strip()
            if len(longer) * size * 0.5 > width and line:
                self.text(x, y, line, size)
                y, line = y + size * 1.35, word
            else:
                line = longer
        self.text(x, y, line, size)
        return y + size * 1.35

    def picture(self, x: float, y: float, width: float, height: float) -> Rect:
        self._seed += 1
        scale = 160 / max(width, height)
        data = paint(self._seed, max(24, int(width * scale)), max(24, int(height * scale)))
        self.page.insert_image(pymupdf.Rect(x, y, x + width, y + height), stream=data, keep_proportion=False)
        return (x, y, x + width, y + height)

    def rule(self, x0: float, y0: float, x1: float, y1: float, width: float = 0.5) -> Sheet:
        self.page.draw_line((x0, y0), (x1, y1), color=(0.2, 0.2, 0.2), width=width)
        return self

    def fill(self, x0: float, y0: float, x1: float, y1: float, shade: float = 0.92) -> Sheet:
        self.page.draw_rect(pymupdf.Rect(x0, y0, x1, y1), color=None, fill=(shade,) * 3)
        return self

    def folio(self, footer: str = "", number: int | None = None) -> Sheet:
        """The printed page number and a running foot."""
        self.text(self.width - 45, self.height - 24, str(number or self.number), 8)
        if footer:
            self.text(45, self.height - 24, footer, 7, grey=True)
        return self

    def tobytes(self) -> bytes:
        return bytes(self.document.tobytes(deflate=True, garbage=1))


def scan(data: bytes, dpi: int, random: Random, quality: int = 60) -> bytes:
    """The document as a scanner gives it: one slightly turned, noisy JPEG a page and no text."""
    source, target = pymupdf.open("pdf", data), pymupdf.open()
    for page in source:
        pixels = page.get_pixmap(dpi=dpi)
        image = Image.frombytes("RGB", (pixels.width, pixels.height), pixels.samples)
        image = image.rotate(random.uniform(-0.4, 0.4), Image.Resampling.BICUBIC, fillcolor=(252, 251, 248))
        grain = np.random.default_rng(random.randrange(1 << 30)).normal(0, 4, (pixels.height, pixels.width, 1))
        noisy = np.clip(np.asarray(image, dtype=np.int16) + grain, 0, 255).astype("uint8")
        buffer = io.BytesIO()
        Image.fromarray(noisy).save(buffer, "JPEG", quality=quality)
        target.new_page(width=page.rect.width, height=page.rect.height).insert_image(
            pymupdf.Rect(0, 0, page.rect.width, page.rect.height), stream=buffer.getvalue()
        )
    return bytes(target.tobytes())
