import io
import logging
import sys

import pytest

from tasks.catalog.redaction import MARK, RedactingFilter, looks_random, redact

JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
RANDOM = "a8F3kQ92mZx71LpW0vTb4YcN"

SECRETS = [
    ("GET https://user:hunter2@host.example/a.pdf", "GET https://***@host.example/a.pdf"),
    ("https://gh-token-value@host.example/", "https://***@host.example/"),
    ("https://u:p@ss@host.example/x", "https://***@host.example/x"),
    ("postgresql://postgres.abc:pa/ss@db.example:5432/postgres", "postgresql://***@db.example:5432/postgres"),
    ("postgresql+psycopg2://u:secret@h/db", "postgresql+psycopg2://***@h/db"),
    ("host=db user=me password=hunter2 dbname=x", "host=db user=me password=*** dbname=x"),
    ("password='two words' host=db", "password='***' host=db"),
    ("redis://:hunter2@cache:6379/0", "redis://***@cache:6379/0"),
    ("https://s.example/a.pdf?token=abc&page=2", "https://s.example/a.pdf?token=***&page=2"),
    ("https://s.example/a?page=2&access_token=abc", "https://s.example/a?page=2&access_token=***"),
    ("https://s.example/a?X-Amz-Signature=1&X-Amz-Date=2", "https://s.example/a?X-Amz-Signature=***&X-Amz-Date=***"),
    ("https://s.example/a?sig=1%2B2&se=2026", "https://s.example/a?sig=***&se=2026"),
    ("https://s.example/a?apikey=1#access_token=2", "https://s.example/a?apikey=***#access_token=***"),
    ("https://s.example/a?api-key=1&client_secret=2", "https://s.example/a?api-key=***&client_secret=***"),
    ("https://s.example/a?Key-Pair-Id=1&Policy=2", "https://s.example/a?Key-Pair-Id=***&Policy=***"),
    (f"https://s.example/a?x={RANDOM}", "https://s.example/a?x=***"),
    ("https://s.example/?v=550e8400-e29b-41d4-a716-446655440000", "https://s.example/?v=***"),
    ("Authorization: Bearer abc.def-123", "Authorization: Bearer ***"),
    ("{'Authorization': 'Bearer abcdef123456'}", "{'Authorization': 'Bearer ***'}"),
    ("authorization: Basic dXNlcjpwYXNz", "authorization: Basic ***"),
    ('{"apikey": "abc", "page": 2}', '{"apikey": "***", "page": 2}'),
    ("x-api-key: abc", "x-api-key: ***"),
    ("Set-Cookie: session=abc; Path=/", "Set-Cookie: ***"),
    ('{"password": "a\\"b", "n": 1}', '{"password": "***", "n": 1}'),
    ("client_secret=abc", "client_secret=***"),
    ("SUPABASE_SERVICE_KEY=abc", "SUPABASE_SERVICE_KEY=***"),
    ("PGPASSWORD=abc psql", "PGPASSWORD=*** psql"),
    (f"token: {RANDOM}", "token: ***"),
    (f"jwt {JWT} expired", "jwt *** expired"),
    ("using sk-ant-api03-AbCdEf0123456789_xyz-99 now", "using *** now"),
    ("sb_secret_abcDEF123456", MARK),
    ("sbp_0123456789abcdef0123", MARK),
    ("AKIAIOSFODNN7EXAMPLE is known", "*** is known"),
    ("ghp_abcdefghijklmnop1234", MARK),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- end", "*** end"),
    ("https://hooks.slack.com/services/T0/B0/abc", "https://hooks.slack.com/services/***"),
    ("two https://a:b@h/ and https://c:d@i/", "two https://***@h/ and https://***@i/"),
]

HARMLESS = [
    "locked-user-password.pdf: encrypted: give it with --password",
    "Token ring adapter, key: oak, pass: 2 times",
    "SKU SK-1200-OAK, code=TR-6060, Key: A1",
    "sk-1234 and pa-77-matt are article numbers",
    "Basic collection, Bearer cable, basic Classics",
    "Travertine 60x60 cm: rectified; price=12.50",
    "https://shop.example/tiles?q=travertine-beige-60x60-rectified-floor-tile&page=2",
    "https://cdn.example/3f2a9c0d1e4b5a697887a6b5c4d3e2f1a0b9c8d7.jpg",
    "info@supplier.example, https://supplier.example/contact@home",
    "EAN 4006381333931, article=4006381333931",
    "pa-travertine-60x60-rectified-beige, sk-oak-1200-natural-oiled",
    "Signature: hand-knotted, Secret: none, sig: 3",
    "https://shop.example/item?code=TR-6060&size=60x60",
    "Secret garden wallpaper, password protected",
    "keyword=oak monkey=banana",
    "Clé en main : 3 tokens",
    "Батарея: ключ=дуб",
    "2026-11-22 10:00:00.123 | INFO | Flow run 'amber-owl' - page 3 of 12",
    "",
]


@pytest.mark.parametrize(("raw", "expected"), SECRETS)
def test_secrets_are_replaced_and_the_rest_stays(raw: str, expected: str) -> None:
    assert redact(raw) == expected


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("raw", [raw for raw, _ in SECRETS] + HARMLESS)
def test_redacting_twice_changes_nothing(raw: str) -> None:
    assert redact(redact(raw)) == redact(raw)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(RANDOM, True), ("4006381333931123456789", False), ("travertinebeigefloortile", False), ("oak", False)],
)
def test_randomness_is_told_from_words_and_numbers(value: str, expected: bool) -> None:
    assert looks_random(value) is expected


@pytest.mark.parametrize(
    "piece", ["a", "https://a:", "key=", "sk-", "eyJaaaaaaaaa.", "password='", "?a=b&", "Cookie:", '"\\']
)
def test_hostile_text_does_not_hang(piece: str) -> None:
    text = piece * 50_000
    assert redact(redact(text)) == redact(text)


def log_lines(action: object) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(message)s %(source)s", defaults={"source": "-"}))
    handler.addFilter(RedactingFilter())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    action(logger)  # type: ignore[operator]
    return stream.getvalue()


def test_log_arguments_are_redacted() -> None:
    assert log_lines(lambda log: log.info("GET %s took %d ms", "https://a:b@h/?sig=1", 12)) == (
        "GET https://***@h/?sig=*** took 12 ms -\n"
    )


def test_added_fields_are_redacted() -> None:
    assert "***@h" in log_lines(lambda log: log.info("x", extra={"source": "https://a:b@h/"}))


def test_tracebacks_are_redacted() -> None:
    def fail(log: logging.Logger) -> None:
        try:
            raise RuntimeError("cannot open postgresql://u:hunter2@db/x")
        except RuntimeError:
            log.exception("failed")

    text = log_lines(fail)
    assert "hunter2" not in text
    assert "Traceback" in text
    assert "postgresql://***@db/x" in text


def test_a_message_whose_arguments_do_not_fit_is_still_logged_and_redacted() -> None:
    text = log_lines(lambda log: log.info("page %d", "https://a:hunter2@h/"))
    assert "page" in text
    assert "hunter2" not in text


def test_the_filter_is_safe_on_a_record_seen_twice() -> None:
    record = logging.LogRecord("n", logging.INFO, __file__, 1, "token=%s", ("abc",), None)
    try:
        raise ValueError("sig=abc")
    except ValueError:
        record.exc_info = sys.exc_info()
    for _ in range(2):
        assert RedactingFilter().filter(record)
    assert record.exc_info is None
    assert record.exc_text is not None
    assert "sig=***" in record.exc_text
