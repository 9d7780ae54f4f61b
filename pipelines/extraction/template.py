"""What repeats on every page of a site is not the article."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Template:
    """Hashes of blocks that were seen on several pages of one site."""

    blocks: frozenset[int] = frozenset()
