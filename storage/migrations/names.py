"""Which tables the schema comparison leaves alone."""

from __future__ import annotations

from typing import Any

# Made by a revision but not by a model: on SQLite it is a virtual table with shadow tables.
SEARCH_PREFIX = "search_document"


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """False for the search tables and their shadow tables."""
    return not (kind == "table" and name is not None and name.startswith(SEARCH_PREFIX))
