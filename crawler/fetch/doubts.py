"""Is what a run brought to be believed? Rules over the whole of it, before anybody reads it.

A page that fails is a page; a run in which half the pages carry the same text, or the dates are
gone, or ten times the usual number of items appears, is a redesign that no selector noticed. Its
documents are held for a person (``storage.held``), the run is partial, and an alert says why.
Bounds never widen by themselves (the rule of OpenSanctions).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.held import FIELDS, SampleRow

FEWEST_ALIKE = 3
FEWEST_FOR_FILL = 5
KNOWN_FOR_FILL = 20
USUALLY_FILLED = 0.8
# Numbers and issuers come and go with the kind of document; only their own floors count.
LEARNED = frozenset({"published_on"})
MEASURED = frozenset(FIELDS)
USUAL_RUNS = 5
FLOOD_TIMES = 10
FLOOD_LEAST = 40
KNOWN_AGAIN = 0.8


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a run is not believed; ``code`` is that of the run."""

    code: str
    detail: str


def doubt_of(
    brought: Sequence[SampleRow],
    *,
    known: Sequence[SampleRow],
    usual: Sequence[int],
    floors: Mapping[str, float],
) -> Doubt | None:
    """The first doubt about what a run brought; None if it may be believed.

    ``known`` are earlier documents of the source, newest first, ``usual`` the numbers that earlier
    runs brought (empty: the number says nothing), ``floors`` the source's own ``expect.fill``. A
    source that brings one document a run is judged by its latest ones together.
    """
    if not brought:
        return None
    found = _same_text(_latest(brought, known, FEWEST_ALIKE)[0])
    recent, earlier = _latest(brought, known, FEWEST_FOR_FILL)
    return found or _low_fill(recent, earlier, floors) or _flood(brought, usual)


def known_again(brought: Sequence[SampleRow], known: Sequence[SampleRow]) -> str | None:
    """Whether nearly all that a run brought are texts which the source itself gave before, as
    when its addresses change from day to day; the share in figures, else None."""
    texts = {row.text_sha for row in known}
    count = sum(row.text_sha in texts for row in brought)
    if count < FEWEST_ALIKE or count < KNOWN_AGAIN * len(brought):
        return None
    return f"{count} / {len(brought)} ({brought[0].url[:200]})"


def _latest(
    brought: Sequence[SampleRow], known: Sequence[SampleRow], fewest: int
) -> tuple[Sequence[SampleRow], Sequence[SampleRow]]:
    """What was brought, made up to ``fewest`` by the newest known ones; and the other known."""
    more = max(0, fewest - len(brought))
    return [*brought, *known[:more]], known[more:]


def _same_text(brought: Sequence[SampleRow]) -> Doubt | None:
    if len(brought) < FEWEST_ALIKE:
        return None
    (_, count) = Counter(row.text_sha for row in brought).most_common(1)[0]
    if count < FEWEST_ALIKE or count * 2 <= len(brought):
        return None
    return Doubt("same_text", f"{count} / {len(brought)}")


def _low_fill(
    brought: Sequence[SampleRow], known: Sequence[SampleRow], floors: Mapping[str, float]
) -> Doubt | None:
    if len(brought) < FEWEST_FOR_FILL:
        return None
    for name in sorted(LEARNED | set(floors)):
        share, before = _share(brought, name), _share(known, name)
        learned = name in LEARNED and len(known) >= KNOWN_FOR_FILL
        learned = learned and before >= USUALLY_FILLED and share < before / 2
        if learned or (name in floors and name in MEASURED and share < floors[name]):
            return Doubt("low_fill", f"{name}: {share:.0%} ({before:.0%})")
    return None


def _share(rows: Sequence[SampleRow], name: str) -> float:
    return sum(name in row.filled for row in rows) / len(rows) if rows else 0.0


def _flood(brought: Sequence[SampleRow], usual: Sequence[int]) -> Doubt | None:
    if len(usual) < USUAL_RUNS:
        return None
    most = max(FLOOD_LEAST, FLOOD_TIMES * max(usual))
    return Doubt("flood", f"{len(brought)} (≤ {max(usual)})") if len(brought) > most else None
