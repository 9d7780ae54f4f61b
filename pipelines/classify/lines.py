"""Where an entry stands in a TOML text: the line of a field named by its path.

The standard parser keeps no places, so headers and keys are counted here. Only arrays of tables
as the taxonomy has them ([[topic]], [[section.when]]) are known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_HEADER = re.compile(r"\s{0,40}\[\[\s{0,40}([A-Za-z0-9_.\-]{1,200})\s{0,40}\]\]")
_KEY = re.compile(r"\s{0,40}([A-Za-z0-9_\-]{1,80})\s{0,40}=")


def line_of(text: str, path: Sequence[str | int]) -> int:
    """Line (from 1) of the deepest part of ``path`` that is printed, e.g. ("topic", 3, "bar")."""
    best = 1
    depth = 0
    counts: dict[str, int] = {}
    here: tuple[str | int, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            here = _entered(counts, header[1])
            known = here
        elif key := _KEY.match(line):
            known = (*here, key[1])
        else:
            continue
        length = len(known)
        if length > depth and tuple(path[:length]) == known:
            best, depth = number, length
    return best


def _entered(counts: dict[str, int], name: str) -> tuple[str | int, ...]:
    """The path of the table that a header opens; what is nested in it counts from 0 again."""
    counts[name] = counts.get(name, -1) + 1
    for other in [known for known in counts if known.startswith(f"{name}.")]:
        del counts[other]
    path: list[str | int] = []
    parts = name.split(".")
    for depth in range(1, len(parts) + 1):
        path += [parts[depth - 1], counts.get(".".join(parts[:depth]), 0)]
    return tuple(path)
