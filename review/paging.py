"""Paging of lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Paging:
    """Which part of a list is shown. ``query`` is kept in the links, ``address`` is their path."""

    page: int
    size: int
    total: int
    query: Mapping[str, Any] = field(default_factory=dict)
    address: str = ""

    @property
    def pages(self) -> int:
        """Number of pages, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return (self.page - 1) * self.size


def paged(
    text: str | None,
    *,
    size: int,
    total: int,
    query: Mapping[str, Any] | None = None,
    address: str = "",
) -> Paging:
    """Paging for ``?page=``; anything that is no page of the list becomes the nearest one."""
    wanted = int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 1
    last = max(1, -(-total // size))
    return Paging(
        page=min(max(1, wanted), last), size=size, total=total, query=query or {}, address=address
    )
