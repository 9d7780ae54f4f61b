"""Paths into JSON answers.

``data.results``                 keys, one after the other
``data.results[]``               every entry of a list (``[]`` alone: the answer is the list)
``agencies[].name``              a key of every entry
``meta[key=refno].value``        entries whose ``key`` is ``refno``
``A || B``                       B when A is missing or empty; in a single value also when A is 0
                                 (a time that was never set)
``A && B``                       both, joined by a space (lists: one after the other)

A text that holds JSON (``{"pc": "…"}``) is read when a path goes on into it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from spiders.patterns import MAX_SUBJECT

_PART = re.compile(
    r"(?P<key>[^.\[\]|&]*)(?P<sub>(?:\[(?:[^\[\]=]{1,60}=[^\[\]]{0,120}|\d{0,4})\]){0,3})"
)
_SUB = re.compile(r"\[([^\]]*)\]")
_MAX_VALUES = 20_000
_TEMPLATE = re.compile(r"\{([^{}]{1,120})\}")


class PathError(ValueError):
    """A path that cannot be understood (zh / en)."""


@dataclass(frozen=True, slots=True)
class Move:
    """One step: a key, every entry (``each``), one entry (``index``) or a filter (``where``)."""

    key: str = ""
    each: bool = False
    index: int | None = None
    where: tuple[str, str] | None = None


Path = tuple[tuple[tuple[Move, ...], ...], ...]


def check_field(text: str) -> None:
    """Raise ``PathError`` unless ``text`` is a path or a template of paths (``/{id}.html``)."""
    if "{" not in text:
        compile_path(text)
        return
    paths = _TEMPLATE.findall(text)
    if not paths:
        raise PathError(f"模板中没有 {{字段}}：{text} / the template names no {{field}}: {text}")
    for path in paths:
        compile_path(path)


@lru_cache(maxsize=4096)
def compile_path(text: str) -> Path:
    """Parse a path. Raises ``PathError``."""
    if not text or len(text) > 300:
        raise PathError("路径为空或过长 / an empty or too long path")
    return tuple(
        tuple(_moves(part.strip()) for part in alternative.split("&&"))
        for alternative in text.split("||")
    )


def _moves(text: str) -> tuple[Move, ...]:
    moves: list[Move] = []
    for piece in re.split(r"\.(?![^\[]*\])", text):
        match = _PART.fullmatch(piece.strip())
        if not piece.strip() or match is None:
            raise PathError(f"JSON 路径有误：{text} / not a JSON path: {text}")
        if match["key"]:
            moves.append(Move(key=match["key"].strip()))
        for sub in _SUB.findall(match["sub"]):
            if not sub:
                moves.append(Move(each=True))
            elif sub.isdigit():
                moves.append(Move(index=int(sub)))
            else:
                name, _, value = sub.partition("=")
                moves.append(Move(where=(name.strip(), value.strip())))
    return tuple(moves)


def find_all(data: Any, path: str) -> list[Any]:
    """Every value at ``path``: entries of lists one by one, empty values left out."""
    for alternative in compile_path(path):
        found = [value for moves in alternative for value in _walk(data, moves)]
        if found:
            return found
    return []


def find_list(data: Any, path: str) -> list[Any]:
    """The records at ``path``: lists are opened, ``&&`` puts one list after the other."""
    for alternative in compile_path(path):
        found: list[Any] = []
        for moves in alternative:
            for place in _walk(data, moves):
                found.extend(place if isinstance(place, list) else [place])
        if found:
            return found[:_MAX_VALUES]
    return []


def find_text(data: Any, path: str) -> str | None:
    """One value as text; several are joined by a space; numbers as they would be printed.

    A path with braces is a template of paths: every one must have a value.
    """
    if "{" in path:
        return _from_template(data, path)
    first: str | None = None
    for alternative in compile_path(path):
        groups = [_walk(data, moves) for moves in alternative]
        if all(groups):
            texts = [text for group in groups for value in group if (text := as_text(value))]
            if texts and texts != ["0"]:
                return " ".join(texts)
            first = first or " ".join(texts) or None
    return first


def _from_template(data: Any, template: str) -> str | None:
    complete = True

    def put(match: re.Match[str]) -> str:
        nonlocal complete
        value = find_text(data, match[1])
        if value is None:
            complete = False
        return value or ""

    text = _TEMPLATE.sub(put, template)
    return text if complete else None


def as_text(value: Any) -> str | None:
    """Text of a JSON scalar; None for objects, lists, null and empty text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    return value.strip() or None if isinstance(value, str) else None


def _walk(data: Any, moves: tuple[Move, ...]) -> list[Any]:
    places = [data]
    for move in moves:
        following: list[Any] = []
        for place in places:
            following.extend(_step(place, move))
        places = following[:_MAX_VALUES]
    return [place for place in places if place not in (None, "", [], {})]


def _step(place: Any, move: Move) -> list[Any]:
    place = opened(place)
    if move.key:
        return [place[move.key]] if isinstance(place, dict) and move.key in place else []
    if not isinstance(place, list):
        return []
    if move.each:
        return place
    if move.index is not None:
        return [place[move.index]] if move.index < len(place) else []
    if move.where is None:
        return []
    name, wanted = move.where
    return [
        entry for entry in place if isinstance(entry, dict) and as_text(entry.get(name)) == wanted
    ]


def opened(place: Any) -> Any:
    """JSON inside a text is read when the path leads into it."""
    if isinstance(place, str) and len(place) <= 50 * MAX_SUBJECT and place[:1] in ("{", "["):
        try:
            return json.loads(place)
        except (ValueError, RecursionError):
            return place
    return place
