"""How much of a mapping is right for feeds that no profile knows: generated ones in two dozen languages and structures,
and the corpus's feeds read as if their profile did not exist (the profile's mapping is the truth).

A field is right when it gets its target, or becomes an attribute where it is none. Confidence is checked too: what
share of the targets suggested at 0.9 and more (sure), and from 0.7 to 0.9 (likely), is right.

Then feeds of formats that are not in the corpus, read as an import reads them: products counted, fields compared.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import supplier_feeds
from custom_feeds import CustomFeed, load_feeds
from supplier_scores import measure_feed

from tasks.catalog.feeds.errors import FeedError
from tasks.catalog.feeds.heads import read_head
from tasks.catalog.feeds.mapping import FeedMapping
from tasks.catalog.feeds.profiles import recognise
from tasks.catalog.feeds.sources import Source, open_source
from tasks.catalog.feeds.suggestions import Suggestion, suggest_for

SURE, LIKELY = 0.9, 0.7
_ATTRIBUTES = frozenset({"size", "color", "material", "finish", "collection", "designer", "width", "height", "depth",
                         "length", "thickness", "diameter", "weight", "dimensions", "supplier"})  # fmt: skip
# A real feed without a profile, mapped by a person. Its AVAILABILITY is a planting date.
_REVIEWED = {
    "plant-catalog-custom.xml": FeedMapping(
        record="/CATALOG/PLANT", fields={"name": ("COMMON",), "price": ("PRICE",)}, name="reviewed"
    )
}


def main() -> int:
    """Print each wrong field and the figures; 1 where a generated feed's record is not found."""
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for feed in load_feeds():
            _measure_generated(feed, Path(folder), counts)
    _measure_corpus(counts)
    _measure_suppliers(counts)
    share = _share(counts, "right", "fields")
    print(
        f"RESULT mappings feeds={counts['feeds']} fields={counts['fields']} share={share:.4f}"
        f" records={counts['records']} variants={counts['variants']} wrong={counts['fields'] - counts['right']}"
        f" sure={_share(counts, 'sure_right', 'sure'):.4f} likely={_share(counts, 'likely_right', 'likely'):.4f}"
        f" corpus_feeds={counts['corpus_feeds']} corpus_fields={counts['corpus_fields']}"
        f" corpus_share={_share(counts, 'corpus_right', 'corpus_fields'):.4f}"
        f" supplier_feeds={counts['supplier_feeds']} supplier_counts={counts['supplier_counts']}"
        f" supplier_flawless={counts['supplier_flawless']} supplier_fields={counts['supplier_fields']}"
        f" supplier_share={_share(counts, 'supplier_right', 'supplier_fields'):.4f}"
        f" seconds_per_feed={counts['milliseconds'] / 1000 / max(1, counts['feeds'] + counts['corpus_feeds']):.3f}"
    )
    return 0 if counts["records"] == counts["feeds"] else 1


def _share(counts: Mapping[str, int], right: str, all_of: str) -> float:
    return counts[right] / max(1, counts[all_of])


def _measure_generated(feed: CustomFeed, folder: Path, counts: Counter[str]) -> None:
    path = folder / f"{feed.name}.xml"
    path.write_bytes(feed.write())
    started = time.perf_counter()
    suggestion = suggest_for(open_source(path))
    counts["milliseconds"] += round(1000 * (time.perf_counter() - started))
    counts["feeds"] += 1
    counts["records"] += suggestion.mapping.record == feed.record
    counts["variants"] += suggestion.mapping.variant == feed.variant
    wrong = list(_compare(suggestion, feed.truth, counts, ""))
    right = len(feed.truth) - len(wrong)
    print(f"{feed.name:12} {feed.language:3} {right:3} of {len(feed.truth):3}  {'; '.join(wrong)}")


def _compare(suggestion: Suggestion, truth: Mapping[str, str | None], counts: Counter[str], kind: str) -> Iterator[str]:
    """Count every field of `truth`; yields those that are wrong."""
    found = {field.path: field for field in suggestion.fields}
    for path, target in truth.items():
        field = found.get(path)
        counts[f"{kind}fields"] += 1
        is_right = field is not None and field.target == target
        counts[f"{kind}right"] += is_right
        if field is not None and field.target:
            band = "sure" if field.confidence >= SURE else "likely" if field.confidence >= LIKELY else "unsure"
            counts[band] += 1
            counts[f"{band}_right"] += is_right
        if not is_right:
            got = f"{field.target or 'attribute'} {field.confidence:.2f}" if field else "nothing"
            yield f"{path}: {target or 'attribute'}, not {got}"


def _measure_suppliers(counts: Counter[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for feed in supplier_feeds.load_feeds():
            score = measure_feed(feed, Path(folder))
            print(score)
            counts["supplier_feeds"] += 1
            counts["supplier_counts"] += score.found_count == score.true_count
            counts["supplier_flawless"] += not score.wrong
            counts["supplier_fields"] += score.fields
            counts["supplier_right"] += score.right


def _measure_corpus(counts: Counter[str]) -> None:
    corpus = os.environ.get("QUARRY_CORPUS")
    if not corpus:
        print("QUARRY_CORPUS names no folder of real files: only generated feeds are measured")
        return
    for path in sorted((Path(corpus) / "xml").iterdir()):
        if not path.is_file():
            continue
        source = open_source(path)
        profile = _profile_of(source) or _REVIEWED.get(path.name)
        if profile is None:
            continue
        started = time.perf_counter()
        suggestion = suggest_for(source)
        counts["milliseconds"] += round(1000 * (time.perf_counter() - started))
        if not _is_same_record(suggestion.mapping.record, profile.record):
            print(f"{path.name}: record {suggestion.mapping.record}, not {profile.record}")
            continue
        counts["corpus_feeds"] += 1
        truth = _truth(suggestion, profile)
        wrong = list(_compare(suggestion, truth, counts, "corpus_"))
        print(f"{path.name} ({profile.name}) {len(truth) - len(wrong)} of {len(truth)}  {'; '.join(wrong)}")


def _profile_of(source: Source) -> FeedMapping | None:
    try:
        return recognise(read_head(source))
    except FeedError:  # a document that is no feed
        return None


def _is_same_record(found: str, wanted: str) -> bool:
    steps, others = found.split("/"), wanted.split("/")
    return len(steps) == len(others) and all(other in ("*", step) for step, other in zip(steps, others, strict=True))


def _truth(suggestion: Suggestion, profile: FeedMapping) -> dict[str, str | None]:
    """What the profile says of each path that the suggestion saw."""
    targets: dict[str, str] = {}
    for target, paths in profile.fields.items():
        targets.update({_bare(path): target for path in paths})
    # A colour that the profile keeps as an attribute is one either way.
    either = {_bare(field.path): field.target for field in suggestion.fields if field.target in _ATTRIBUTES}
    if profile.variant:
        for target, paths in profile.variant_fields.items():
            targets.update({_bare(f"{profile.variant}/{path}"): target for path in paths})
    targets = either | targets
    return {field.path: targets.get(_bare(field.path)) for field in suggestion.fields}


def _bare(path: str) -> str:
    """A path without prefixes and case."""
    steps = (("@" if "@" in step else "") + step.rpartition(":")[2].lstrip("@") for step in path.split("/"))
    return "/".join(steps).lower()


if __name__ == "__main__":
    sys.exit(main())
