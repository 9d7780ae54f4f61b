"""Where the records of a JSON answer lie: lists of objects or of rows of cells, with their path."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from spiders.jsonpaths import opened

MAX_RECORDS = 300
_MAX_DEPTH = 9


def joined(path: str, key: str) -> str:
    """The path of a value inside a record."""
    return f"{path}.{key}" if path else key


def is_usable(key: str) -> bool:
    """Whether a key can stand in a path: without the signs that mean something there."""
    return bool(key) and not re.search(r"[.\[\]|&{}]", key) and len(key) <= 60


def bundles(nodes: Sequence[Any], path: str, depth: int) -> Iterator[tuple[str, list[Any]]]:
    """Lists of objects (or of rows of cells), with the path that leads to all of them."""
    nodes = [opened(node) for node in nodes]
    records = [node for node in nodes if isinstance(node, dict)]
    if depth > _MAX_DEPTH or not records:
        rows = [node for node in nodes if isinstance(node, list)]
        named = path.endswith("[]") and path != "[]"
        if named and len(rows) > 1 and all(map(is_flat, rows[:50])):
            yield path.removesuffix("[]"), rows  # with the brackets, rows would be opened too
        lists = [entry for row in rows for entry in row]
        if lists and depth <= _MAX_DEPTH:
            yield from bundles(lists[:MAX_RECORDS], path + "[]", depth + 1)
        return
    if "[]" in path:
        yield path, records
    keys = dict.fromkeys(key for record in records[:50] for key in record)
    for key in list(keys)[:200]:
        values = [opened(record[key]) for record in records if record.get(key)]
        if not is_usable(key) or not any(isinstance(value, dict | list) for value in values):
            continue
        lists = [v for value in values if isinstance(value, list) for v in value]
        if lists:
            yield from bundles(lists[:MAX_RECORDS], joined(path, key) + "[]", depth + 1)
        objects = [value for value in values if isinstance(value, dict)]
        if objects:
            yield from bundles(objects, joined(path, key), depth + 1)


def is_flat(row: list[Any]) -> bool:
    """Whether a list is a row of cells, as tables in JSON have them."""
    return len(row) > 1 and not any(isinstance(cell, list | dict) for cell in row)


def texts_in(nodes: Sequence[Any], path: str, depth: int) -> Iterator[tuple[str, str]]:
    """All texts, with the path that leads to them."""
    strings = [node for node in nodes if isinstance(node, str)]
    if strings and path:
        yield path, " ".join(strings)
    if depth > _MAX_DEPTH:
        return
    lists = [entry for node in nodes if isinstance(node, list) for entry in node[:MAX_RECORDS]]
    if lists:
        yield from texts_in(lists, path + "[]", depth + 1)
    objects = [node for node in nodes if isinstance(node, dict)]
    for key in dict.fromkeys(key for node in objects[:50] for key in node):
        if is_usable(key):
            values = [node[key] for node in objects if node.get(key)]
            yield from texts_in(values, joined(path, key), depth + 1)
