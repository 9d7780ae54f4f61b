"""Is a list older than it was? What runs remember of the days on each list, and compare.

A cache that serves last week's copy, or a list turned round so that its first page is the oldest,
shows nothing but known rows: without this it would be "nothing new" for ever. Days are ordinals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from storage.models import CrawlRun, Source

PREFIX = "dibao/days/"


@dataclass(frozen=True, slots=True)
class ListDays:
    """By list: the newest day it shows (None: not read in this run) and what it once showed.

    ``known`` is the third newest day of the best look so far, so that a list may lose its two
    newest rows before it counts as older.
    """

    newest: Mapping[str, int | None]
    known: Mapping[str, int]

    @classmethod
    def of_stats(cls, stats: Mapping[str, Any]) -> Self:
        """What a spider noted (``spiders.listed.newest_days``)."""
        seen = {
            key.removeprefix(PREFIX): days
            for key, days in stats.items()
            if key.startswith(PREFIX) and isinstance(days, tuple)
        }
        return cls(
            {key: day for key, (day, _) in seen.items()}, {k: d for k, (_, d) in seen.items()}
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Self:
        """The inverse of ``to_json``."""
        found = data or {}
        return cls(
            {key: days[0] for key, days in found.items()},
            {key: days[1] for key, days in found.items()},
        )

    def to_json(self) -> dict[str, list[int | None]]:
        """For the stats of a run."""
        return {key: [self.newest.get(key), day] for key, day in self.known.items()}

    def after(self, before: ListDays) -> ListDays:
        """These days with what earlier runs knew."""
        keys = {*self.known, *before.known}
        known = {key: max(self.known.get(key, 0), before.known.get(key, 0)) for key in keys}
        return ListDays(self.newest, known)

    @property
    def older(self) -> str | None:
        """Which list has become older, in words; None if none has."""
        for key, newest in sorted(self.newest.items()):
            if newest is not None and newest < self.known.get(key, 0):
                then = date.fromordinal(self.known[key])
                return f"list {int(key) + 1}: {date.fromordinal(newest)} < {then}"
        return None


def carried(run: CrawlRun | None, source: Source) -> ListDays:
    """What the last run knew; nothing if the source's file was edited since."""
    ended = run.finished_at if run is not None else None
    if run is None or ended is None or source.updated_at > ended:
        return ListDays({}, {})
    return ListDays.from_json((run.stats or {}).get("days"))
