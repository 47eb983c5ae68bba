"""How found products are matched to the true ones: exactly, but for case, spaces and the marks of inches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple


class Score(NamedTuple):
    """Of one document: how many true products were found, missed and invented, and how many fields were right."""

    name: str
    true: int
    found: int
    invented: int
    fields: int = 0
    fields_right: int = 0
    missed_names: tuple[str, ...] = ()
    invented_names: tuple[str, ...] = ()

    @property
    def missed(self) -> int:
        return self.true - self.found

    def __str__(self) -> str:
        share = f" ({100 * self.found / self.true:.1f} %)" if self.true else ""
        lines = [
            f"{self.name}: true {self.true}, found {self.found}{share}, missed {self.missed}, invented {self.invented}"
            + (f", fields right {self.fields_right} of {self.fields}" if self.fields else "")
        ]
        for title, names in (("missed", self.missed_names), ("invented", self.invented_names)):
            lines += [f"    {title}: {name}" for name in names[:8]]
            lines += [f"    {title}: ... {len(names) - 8} more"] if len(names) > 8 else []
        return "\n".join(lines)


def normalise(text: str) -> str:
    """Case and spaces aside; the typographic and the typewriter marks of inches are one."""
    return " ".join(text.casefold().replace("″", '"').replace("”", '"').split())


def match(true: Iterable[Hashable], found: Iterable[Hashable]) -> tuple[int, list[Hashable], list[Hashable]]:
    """Each found thing counts once: how many are true, which are missed, which invented."""
    wanted, got = Counter(true), Counter(found)
    common = wanted & got
    return common.total(), list((wanted - got).elements()), list((got - wanted).elements())


def score_names(name: str, true: Sequence[tuple[int, str]], found: Sequence[tuple[int, str]]) -> Score:
    """Names by page: a name on the wrong page is missed there and invented here."""
    hits, missed, invented = match(
        ((page, normalise(text)) for page, text in true), ((page, normalise(text)) for page, text in found)
    )
    return Score(
        name,
        len(true),
        hits,
        len(invented),
        missed_names=tuple(map(str, missed)),
        invented_names=tuple(map(str, invented)),
    )
