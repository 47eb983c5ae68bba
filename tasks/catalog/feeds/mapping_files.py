"""Mappings as YAML files for people: every path with what was seen there, ready to be changed and used again."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # its types are a distribution of their own
from pydantic import ValidationError

from tasks.catalog.feeds.mapping import TARGETS, FeedMapping
from tasks.catalog.feeds.suggestions import FieldSuggestion

_HEADER = """\
# How the records of a feed become products. Paths lead from the record: "a/b/@c"; "." is its own text.
# fields: each target takes the first of its paths that has a value (image: all of them). Targets are
#   {targets}
# attributes: paths and the names under which they are kept. What is named nowhere is kept under its own name.
# ignore: paths that are not kept.
"""
_MOST_COMMENT = 90  # characters of samples behind a path
_TARGETS_A_LINE = 100


class MappingFileError(ValueError):
    """A mapping file that cannot be used, in one line that names the file, the key and what is allowed."""


def load_mapping(path: Path) -> FeedMapping:
    """The mapping in the YAML file at `path`. MappingFileError where it is none."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise MappingFileError(f"{path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise MappingFileError(f"{path}: is not UTF-8") from None
    except yaml.YAMLError as error:
        raise MappingFileError(f"{path}: is no YAML: {_yaml_reason(error)}") from None
    if not isinstance(data, dict):
        raise MappingFileError(f"{path}: holds no mapping with the keys {_listed(FeedMapping.model_fields)}")
    _check_keys(path, "", data, FeedMapping.model_fields)
    for group in ("fields", "variant_fields"):
        if isinstance(data.get(group), dict):
            _check_keys(path, group, data[group], TARGETS)
            data[group] = {target: _as_paths(paths) for target, paths in data[group].items()}
    if isinstance(data.get("units"), dict):
        _check_keys(path, "units", data["units"], TARGETS)
    data = {key: value for key, value in data.items() if value is not None}
    try:
        mapping = FeedMapping.model_validate(data)
    except ValidationError as error:
        raise MappingFileError(f"{path}: {_validation_reason(error)}") from None
    _check_paths(path, mapping)
    return mapping


def save_mapping(path: Path, mapping: FeedMapping, fields: Iterable[FieldSuggestion] = ()) -> None:
    """Write `mapping` as YAML; behind each path stand the samples and the confidence of `fields`."""
    path.write_text(write_mapping(mapping, fields), encoding="utf-8")


def write_mapping(mapping: FeedMapping, fields: Iterable[FieldSuggestion] = ()) -> str:
    """The YAML text of `save_mapping`; `load_mapping` reads the same mapping from it."""
    seen = {(field.variant, field.path): field for field in fields}
    data = mapping.model_dump(mode="json", exclude_defaults=True)
    lines = [_HEADER.format(targets=_wrap(TARGETS)), f"record: {_quote(mapping.record)}"]
    lines += _write_group("fields", mapping.fields, seen)
    for key in ("attributes", "prices"):
        if data.get(key):
            lines += [f"{key}:", *(_row(one, name, seen) for one, name in data[key].items())]
    if mapping.variant:
        lines.append(f"variant: {_quote(mapping.variant)}")
        lines += _write_group("variant_fields", mapping.variant_fields, seen, mapping.variant)
    rest = {key: value for key, value in data.items() if key not in _WRITTEN}
    rest = {"name": mapping.name, "version": mapping.version, **rest}
    lines.append(yaml.safe_dump(rest, allow_unicode=True, sort_keys=False, width=120).rstrip())
    return "\n".join(lines) + "\n"


_WRITTEN = frozenset({"record", "fields", "attributes", "prices", "variant", "variant_fields"})


def _write_group(
    key: str, group: Mapping[Any, tuple[str, ...]], seen: Mapping[tuple[bool, str], FieldSuggestion], inside: str = ""
) -> list[str]:
    if not group:
        return [f"{key}: {{}}"]
    lines = [f"{key}:"]
    for target in sorted(group, key=TARGETS.index):
        lines.append(f"  {target}:")
        for path in group[target]:
            full = f"{inside}/{path}" if inside else path
            lines.append(f"    - {_quote(path)}{_comment(seen.get((bool(inside), full)))}")
    return lines


def _row(path: str, name: str, seen: Mapping[tuple[bool, str], FieldSuggestion]) -> str:
    return f"  {_quote(path)}: {_quote(name)}{_comment(seen.get((False, path)))}"


def _comment(field: FieldSuggestion | None) -> str:
    if field is None:
        return ""
    samples = " | ".join(" ".join(sample.split()) for sample in field.samples)
    shown = samples if len(samples) <= _MOST_COMMENT else samples[: _MOST_COMMENT - 1] + "…"
    shown = "".join(char if char.isprintable() else " " for char in shown)
    return f"  # {field.confidence:.2f}, in {field.filled:.0%}: {shown}".rstrip(": ")


def _quote(text: str) -> str:
    """`text` as a YAML scalar on one line."""
    return str(yaml.safe_dump(text, allow_unicode=True, width=10_000, default_style='"')).strip()


def _as_paths(paths: Any) -> Any:
    """One path may stand without a list."""
    return [paths] if isinstance(paths, str) else [] if paths is None else paths


def _check_keys(path: Path, where: str, found: Mapping[Any, Any], allowed: Iterable[str]) -> None:
    allowed = list(allowed)
    for key in found:
        if key not in allowed:
            near = difflib.get_close_matches(str(key), allowed, n=3, cutoff=0.5)
            place = f"{where}.{key}" if where else str(key)
            hint = f"did you mean {' or '.join(near)}?" if near else f"allowed are {_listed(allowed)}"
            raise MappingFileError(f"{path}: {place} is unknown; {hint}")


def _check_paths(path: Path, mapping: FeedMapping) -> None:
    """No path may be two things."""
    taken: dict[str, str] = {}
    for target, paths in mapping.fields.items():
        for one in paths:
            if one in taken and taken[one] != target:
                raise MappingFileError(f"{path}: fields.{target}: {one!r} is mapped to {taken[one]} already")
            taken[one] = target
    for one in mapping.attributes:
        if one in taken:
            raise MappingFileError(f"{path}: attributes: {one!r} is mapped to {taken[one]} already")


def _validation_reason(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg'][0].lower()}{first['msg'][1:]}, not {str(first.get('input'))[:60]!r}"


def _yaml_reason(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return f"{problem} (line {mark.line + 1})" if mark else str(problem)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _wrap(names: Iterable[str]) -> str:
    lines = [""]
    for name in names:
        if len(lines[-1]) + len(name) > _TARGETS_A_LINE:
            lines.append("")
        lines[-1] += name + " "
    return "\n#   ".join(line.rstrip() for line in lines)
