"""Takes secrets out of text before it is shown, stored or logged.

Works on whole messages: URLs, connection strings, headers, `name=value` pairs and key-shaped strings are found
wherever they stand. Product text stays as it is; where a word could be either ("key", "token"), the value must look
random. Redacting twice changes nothing.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from itertools import pairwise

MARK = "***"

# Words of a parameter's or header's name that make its value a secret wherever they stand.
# fmt: off
_SECRET_WORDS = frozenset({
    "authorization", "passwd", "password", "passphrase", "pwd", "pgpassword", "apikey", "accesskey", "secretkey",
    "privatekey", "clientsecret", "accesstoken", "authtoken", "refreshtoken", "idtoken", "sessionid", "jwt",
    "awsaccesskeyid", "googleaccessid",
})
# After '=' and in JSON too; "Signature: hand-knotted" is product text.
_ASSIGNED_WORDS = _SECRET_WORDS | {
    "secret", "credential", "credentials", "signature", "sig", "hmac", "sas", "dsn",
}
# In a URL's query too; elsewhere ("key: oak", "pass=2") only when the value looks random.
_QUERY_WORDS = _ASSIGNED_WORDS | {"token", "key", "auth", "pass", "session", "sid", "policy", "ticket", "otp"}
# fmt: on
_SIGNING_PREFIXES = ("x-amz-", "x-goog-", "x-oss-", "x-cos-", "x-ms-")
_RANDOM_MIN_CHARS = 20

_KEY_SHAPES = re.compile(
    r"""
    -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----[\s\S]*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
  | \beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?                                          # JSON Web Token
  | \b(?:sb_secret_|sb_publishable_|sbp_|sk_live_|sk_test_|rk_live_|whsec_|ghp_|gho_|ghu_|ghs_|github_pat_
        |glpat-|hf_|npm_|xox[abeoprs]-)[\w-]{8,}
  | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b                                                   # AWS access key id
  | \bAIza[\w-]{30,}                                                                # Google
  | \b(?:sk|pa|fc)-(?=[\w-]{0,200}?\d)(?=(?:\w{1,15}-){0,4}\w{16})[\w-]{16,}       # model and scraping services
    """,
    re.VERBOSE,
)
# The password of a connection string may hold unescaped '/', so it runs to the last '@' of the word.
_DSN_USER = re.compile(
    r"\b((?:postgres(?:ql)?|mysql|mariadb|rediss?|amqps?|mongodb|mssql)(?:\+\w+)?://)[^\s\"'<>]*@", re.I
)
_URL_USER = re.compile(r"\b([a-z][a-z0-9+.-]{1,20}://)[^\s/?#\"'<>]*@", re.IGNORECASE)
_WEB_HOOK = re.compile(
    r"(hooks\.slack\.com/(?:services|workflows)/|discord(?:app)?\.com/api/webhooks/|api\.telegram\.org/bot)[^\s\"'<>?#]+",
    re.IGNORECASE,
)
_QUERY_PAIR = re.compile(r"([?&;#])([\w.~%\[\]-]{1,100})=([^\s&;#\"'<>]+)")
_SCHEME_AUTH = re.compile(r"\b(Bearer|Basic)(\s+)(?!\*)([\w.~+/=-]{8,})", re.IGNORECASE)
_COOKIE = re.compile(r"\b((?:set-)?cookie[\"']?\s*:\s*[\"']?)([^\r\n\"']+)", re.IGNORECASE)
# name=value, name: value, "name": "value"; the name may have dashes, underscores and dots.
_PAIR = re.compile(
    r"(?<![\w?&;#%-])([A-Za-z][\w.-]{2,60})([\"']?\s{0,3}[:=]\s{0,3})(?:\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'|([^\s,;&\"'<>]+))"
)
_FILE_NAME = re.compile(r"\.[a-z][a-z0-9]{1,4}$", re.IGNORECASE)
_NAME_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NO_SECRETS = ("Bearer", "Basic", "None", "null")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def redact(text: str) -> str:
    """`text` with every secret replaced by ***; names, hosts and paths stay so that a message is still of use."""
    text = _KEY_SHAPES.sub(MARK, text)
    text = _DSN_USER.sub(rf"\1{MARK}@", text)
    text = _URL_USER.sub(rf"\1{MARK}@", text)
    text = _WEB_HOOK.sub(rf"\1{MARK}", text)
    text = _QUERY_PAIR.sub(_redact_query_pair, text)
    text = _COOKIE.sub(rf"\1{MARK}", text)
    text = _SCHEME_AUTH.sub(_redact_scheme, text)
    return _PAIR.sub(_redact_pair, text)


def _redact_query_pair(match: re.Match[str]) -> str:
    before, name, value = match.groups()
    secret = name.lower().startswith(_SIGNING_PREFIXES) or _has_word(name, _QUERY_WORDS) or looks_random(value)
    return f"{before}{name}={MARK}" if secret else match.group()


def _redact_scheme(match: re.Match[str]) -> str:
    scheme, space, value = match.groups()
    # "bearer cable" and "basic collection" are words; credentials are long or have digits or signs.
    word = value.isalpha() and len(value) < _RANDOM_MIN_CHARS and (value.islower() or value.istitle())
    return match.group() if word else f"{scheme}{space}{MARK}"


def _redact_pair(match: re.Match[str]) -> str:
    name, glue, *values = match.groups()
    value = next((found for found in values if found is not None), "")
    if ":" in glue and _FILE_NAME.search(name):  # "user-password.pdf: encrypted" is about a file
        return match.group()
    if not value or value.startswith((MARK, "//", f"Bearer {MARK}", f"Basic {MARK}")) or value in _NO_SECRETS:
        return match.group()
    words = _ASSIGNED_WORDS if "=" in glue or glue[0] in "\"'" else _SECRET_WORDS
    certain = _has_word(name, words) or _is_secret_setting(name)
    if not certain and not (_has_word(name, _QUERY_WORDS) and looks_random(value)):
        return match.group()
    quote = match.group()[match.end(2) - match.start()]
    return f"{name}{glue}{quote}{MARK}{quote}" if quote in "\"'" else f"{name}{glue}{MARK}"


def _has_word(name: str, words: frozenset[str]) -> bool:
    """True when `words` has a word of `name` (`client_secret`, `clientSecret`, `X-Api-Key`), or two joined."""
    parts = [part.lower() for part in _NAME_PARTS.findall(name)]
    joined = [a + b for a, b in pairwise(parts)]
    return not words.isdisjoint([*parts, *joined])


def _is_secret_setting(name: str) -> bool:
    """True for environment variables: SUPABASE_SERVICE_KEY, VOYAGE_TOKEN."""
    return name.isupper() and name.endswith(("_KEY", "_TOKEN", "_AUTH"))


def looks_random(value: str) -> bool:
    """True for what a machine drew: a UUID, or 20 and more letters and digits in one run without words' shape."""
    if _UUID.search(value):
        return True
    for run in re.findall(rf"[A-Za-z0-9]{{{_RANDOM_MIN_CHARS},}}", value):
        digits = sum(c.isdigit() for c in run)
        changes = sum(a.islower() and b.isupper() for a, b in pairwise(run))
        if (digits >= 3 and not run.isdigit()) or changes >= 4:
            return True
    return False


class RedactingFilter(logging.Filter):
    """Redacts a record in place: message, traceback, stack and added text fields. Never drops a record.

    Attach it to handlers: a logger's filters do not see what its children pass up.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            message = f"{record.msg} {record.args}"
        record.msg, record.args = redact(message), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = _FORMATTER.formatException(record.exc_info)
        if record.exc_text:
            # Formatters that would print exc_info themselves must not see the unredacted exception again.
            record.exc_text, record.exc_info = redact(record.exc_text), None
        _redact_fields(record, redact)
        return True


_FORMATTER = logging.Formatter()
_STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) - {"stack_info"} | {"message", "asctime"}


def _redact_fields(record: logging.LogRecord, clean: Callable[[str], str]) -> None:
    for field, value in vars(record).items():
        if field not in _STANDARD_FIELDS and isinstance(value, str):
            setattr(record, field, clean(value))
