from __future__ import annotations

import pytest

from tasks.catalog.web.decoding import decode_page

TEXT = "<html><head>{}</head><body>Größe, Kč, цена</body></html>"


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (TEXT.format("").encode(), None),
        (b"\xef\xbb\xbf" + TEXT.format("").encode(), "text/html; charset=iso-8859-1"),
        (TEXT.format("").encode("utf-16"), None),
        (TEXT.format('<meta charset="iso-8859-1">').encode(), None),  # declared wrongly: it is UTF-8
        (TEXT.format("").encode(), "text/html; charset=windows-1251"),
        (TEXT.format("").encode(), "text/html; charset=no-such-thing"),
    ],
)
def test_utf_text_is_read_whatever_is_declared(body: bytes, header: str | None) -> None:
    assert "Größe, Kč, цена" in decode_page(body, header)


@pytest.mark.parametrize(
    ("text", "charset", "head", "header"),
    [
        ("цена 100 руб.", "windows-1251", "", "text/html; charset=windows-1251"),
        (
            "цена 100 руб.",
            "windows-1251",
            '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">',
            None,
        ),
        ("価格 1,200円", "shift_jis", '<meta charset="Shift_JIS">', "text/html"),
        ("Größe – „groß“", "cp1252", '<meta charset="iso-8859-1">', None),  # WHATWG: latin-1 means cp1252
        ("價格 990 元", "big5", '<meta charset="big5">', None),
    ],
)
def test_legacy_charsets_are_read_as_declared(text: str, charset: str, head: str, header: str | None) -> None:
    assert text in decode_page(f"<html>{head}<p>{text}</p>".encode(charset), header)


def test_an_undeclared_charset_is_detected() -> None:
    text = "Интернет-магазин мебели: столы, стулья и шкафы из массива дуба с доставкой по всей стране. " * 5
    assert "столы, стулья" in decode_page(f"<html><p>{text}</p></html>".encode("windows-1251"))
