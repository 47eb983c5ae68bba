"""Cutting text into sentences and rows, in any script, without a model.

Cutting too rarely costs little (a longer sentence); cutting inside "approx. 3.5" or "No. 4" tears a specification
apart. So a full stop ends a sentence only where nothing speaks against it.
"""

from __future__ import annotations

import re

# Western, Arabic and Urdu, Devanagari, Armenian, Ethiopic marks; then the full-width ones, which need no space after.
_SPACED_MARKS = ".!?…؟۔।॥։።"
_WIDE_MARKS = "。！？｡"
SENTENCE_MARKS = _SPACED_MARKS + _WIDE_MARKS
_CLOSERS = "\"'”’»)]』」）】"
_END = re.compile(
    rf"(?:[{re.escape(_SPACED_MARKS)}]+[{re.escape(_CLOSERS)}]*(?=\s)|[{_WIDE_MARKS}]+[{re.escape(_CLOSERS)}]*)"
)

# Words whose full stop does not end a sentence. A full stop before a lower-case word needs no entry.
# English; German; French, Italian, Spanish; Polish, Hungarian; Russian; Greek.
_ABBREVIATION_LIST = """
approx appr no nos nr fig figs art ref vol max min incl excl est etc vs resp tel dept st mr mrs ms dr prof inc ltd
co corp cat col dim ext int qty pcs pc pkg temp typ wt ed eds pp pg sec ch
ca bzw ggf inkl exkl zzgl abb mind bspw evtl usw str gem lt ausf stk vgl sog mio tsd
env réf dép av bd mod cod cad pag pagg tab sig sr sra ej aprox núm pág ud uds
np tzn itd itp ok ul pkt poz wym gr szt szer wys gł db stb kb pl ill
рис стр арт см табл напр прим им гл ул тел тыс млн шт кг обл
αρ σελ βλ τηλ περ δηλ κωδ
"""
_ABBREVIATIONS = frozenset(_ABBREVIATION_LIST.split())
_LIST_NUMBER = re.compile(r"\d{1,2}")  # "3. Mai", "1. Apply": a day or a step, not the end of a sentence
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
_CLAUSE_ENDS = "；;，,、،؛:："


def split_sentences(text: str) -> list[str]:
    """Sentences of one paragraph in order; together they hold every word of it. White space is collapsed."""
    text = " ".join(text.split())
    sentences: list[str] = []
    start = 0
    for match in _END.finditer(text):
        if _ends_sentence(text, start, match):
            sentences.append(text[start : match.end()].strip())
            start = match.end()
    sentences.append(text[start:].strip())
    return [sentence for sentence in sentences if sentence]


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    following = text[match.end() :].lstrip()
    if not following or match.group()[0] != "." or match.group().startswith(".."):
        return bool(following)
    if following[0].islower():
        return False
    words = text[start : match.start()].split()
    word = words[-1].lstrip("(\"'„“«[").lower() if words else ""
    last = re.split(r"[.\-/]", word)[-1]  # "z.b" ends in "b"
    if _LIST_NUMBER.fullmatch(last):
        return len(words) > 1 and words[-2].endswith(".")  # "No. 4." ends what "4." does not
    return len(last) >= 2 and last not in _ABBREVIATIONS


def join_lines(lines: list[str]) -> str:
    """A wrapped paragraph as one line: a space at each wrap, none between CJK characters; soft hyphens closed."""
    joined = ""
    for line in lines:
        line = line.strip()
        if joined.endswith("\u00ad"):
            joined = joined[:-1] + line
        elif joined and line:
            tight = _CJK.match(joined[-1]) and _CJK.match(line[0])
            joined += line if tight else f" {line}"
        else:
            joined += line
    return joined


def split_long(text: str, max_chars: int) -> list[str]:
    """Pieces of at most `max_chars`: cut after a clause that ends in the second half, else at a space, else hard."""
    pieces: list[str] = []
    rest = text.strip()
    while len(rest) > max_chars:
        cut = _find_cut(rest, max_chars)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces


def _find_cut(text: str, max_chars: int) -> int:
    space = max(text.rfind(" ", 0, max_chars + 1), text.rfind("\n", 0, max_chars + 1))
    for position in range(max_chars - 1, max_chars // 2, -1):
        before, after = text[position], text[position + 1]
        if before in _CLAUSE_ENDS and (after.isspace() or _CJK.match(before)):
            return position + 1
    return space if space > 0 else max_chars


def is_rows(lines: list[str]) -> bool:
    """True for a list or a specification block, whose lines stand for themselves; False for wrapped prose.

    Prose fills its lines: nearly all but the last are about as long as the longest, or sentences end inside.
    """
    if len(lines) < 2:
        return False
    marks = sum(count_sentence_ends(line) for line in lines)
    if marks * 4 >= len(lines) and marks >= 1:
        return False
    longest = max(map(len, lines))
    filled = sum(len(line) >= 0.7 * longest for line in lines[:-1])
    continues = sum(bool(line[:1].islower()) for line in lines[1:])
    return not (longest >= 40 and filled >= 0.8 * (len(lines) - 1)) and continues * 2 <= len(lines) - 1


def count_sentence_ends(text: str) -> int:
    """How many sentences end in `text`, its end included."""
    return sum(sentence[-1:] in SENTENCE_MARKS for sentence in split_sentences(text))
