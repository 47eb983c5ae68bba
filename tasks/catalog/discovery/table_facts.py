"""What a page says of all rows of its tables: a strip of labels side by side, each with one value right under it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tasks.catalog.codes import FOOTNOTE_MARKS
from tasks.catalog.discovery.candidates import Candidate
from tasks.catalog.discovery.context import Context, PageText
from tasks.catalog.discovery.fields import AXES, Fields
from tasks.catalog.discovery.labels import Label, read_label
from tasks.catalog.discovery.layout import read_rows
from tasks.catalog.discovery.segments import Segment

_MIN_FACTS, _MIN_AXES = 3, 2  # labels of a strip; known ones of sizes among them
_FLUSH_POINTS = 3.0
_GAP_SHARE = 1.5  # of the values' type size, below the labels and below the strip

Fact = tuple[Label, Segment]


def with_facts(tables: list[list[Candidate]], text: PageText, context: Context) -> list[list[Candidate]]:
    """The candidates of a page's tables with what the one strip of facts above them says of all; their own stays."""
    top = min((one.cell.y0 for rows in tables for one in rows), default=0.0)
    strips = _list_strips([one for one in text.segments if one.box.y1 <= top])
    if len(strips) != 1:
        return tables
    fields = Fields(context)
    for label, value in strips[0]:
        fields.read_value(label, value.text.rstrip(FOOTNOTE_MARKS), value.box)
    return [[_with(one, fields, context) for one in rows] for rows in tables]


def _with(one: Candidate, fields: Fields, context: Context) -> Candidate:
    own = one.product.attributes
    sized = any(field in own or any(field in form.attributes for form in one.product.variants) for field in AXES)
    told = {
        field: value
        for field, value in fields.values.items()
        if field not in own and not (sized and field in AXES)  # a row's own size is all of it
    }
    places = {field: context.place(one.page, fields.boxes[field]) for field in told if field in fields.boxes}
    update = {"attributes": {**own, **told}, "provenance": {**places, **one.product.provenance}}
    return one._replace(product=one.product.model_copy(update=update))


def _list_strips(segments: Sequence[Segment]) -> list[list[Fact]]:
    rows = [*read_rows(segments), []]
    found = []
    for (labels, values), after in zip(pairwise(rows), [*rows[2:], []], strict=False):
        known = [label for one in labels if (label := read_label(one.text))]
        if len(labels) < _MIN_FACTS or sum(label.field in AXES for label in known) < _MIN_AXES:
            continue
        if _stand_under(values, labels) and not _stand_under(after, values):
            pairs = ((read_label(label.text), value) for label, value in zip(labels, values, strict=True))
            found.append([(label, value) for label, value in pairs if label])
    return found


def _stand_under(row: Sequence[Segment], above: Sequence[Segment]) -> bool:
    """Whether each cell of a row is flush below the one above."""
    return len(row) == len(above) > 0 and all(
        abs(one.box.x0 - two.box.x0) <= _FLUSH_POINTS and one.box.y0 - two.box.y1 <= _GAP_SHARE * one.size
        for one, two in zip(row, above, strict=True)
    )
