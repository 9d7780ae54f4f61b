"""What ``induce`` gives back: settings, rows, and the other lists of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from spiders.rows import Listing


class NothingFound(Exception):
    """No list could be made out. The text says what was seen (zh / en)."""

    code = "no_list_found"


@dataclass(frozen=True, slots=True)
class Glance:
    """A list of a page: how many links it has, how many with a day, and its first title."""

    links: int
    dated: int
    first: str


@dataclass(frozen=True, slots=True)
class Induced:
    """``settings`` are the keys of a source file that read the list; ``listing`` what they give.

    ``lists`` are the lists of the page, the weightiest first: ``choice`` counts in them.
    """

    settings: Mapping[str, Any]
    listing: Listing
    lists: tuple[Glance, ...] = ()


#: reads the list with the keys of a source file
Read = Callable[[Mapping[str, Any]], Induced]
