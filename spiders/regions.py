"""The directory of Chinese regions: where each province, prefecture and county lists its policies.

2,834 addresses, from a public directory; none of them was contacted when it was made. The family
is what the form of the address suggests; contact tells. Codes are those of GB/T 2260 as of 2023;
seven management areas that the standard does not list have none.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pipelines.fields.regions import parse_region
from spiders.catalogue import Spec
from spiders.explain import did_you_mean

_COVERING = frozenset({"enabled", "unproven"})
_OFFICIAL = frozenset({"provincial", "municipal", "district"})


class UnknownPlace(LookupError):
    """The directory has no such region."""

    code = "unknown_region"

    def __init__(self, text: str, known: Iterable[str]) -> None:
        guess = did_you_mean(text, known)
        hint = (
            f"是否想找 {guess}？ / did you mean {guess}?"
            if guess
            else (
                "写全路径，如 四川省/德阳市/罗江区；dibao source list --regions 列出全部 / "
                "write the whole path; dibao source list --regions lists them"
            )
        )
        super().__init__(f"没有地区“{text}” / no region '{text}'. {hint}")


@dataclass(frozen=True, slots=True)
class Place:
    """One region: its path (四川省/德阳市/罗江区), GB/T 2260 code where known, list address."""

    path: str
    code: str
    level: str
    url: str
    family: str | None

    @property
    def region(self) -> str:
        """The region as source files write it: ``CN-四川-德阳-罗江``."""
        known = parse_region(self.path)
        return known.path if known is not None else "CN-" + self.path.replace("/", "-")


@cache
def directory() -> tuple[Place, ...]:
    """All places by path, read once."""
    packed = (files("spiders") / "data" / "regions.tsv.gz").read_bytes()
    places = []
    for line in gzip.decompress(packed).decode("utf-8").splitlines():
        if line and not line.startswith("#"):
            path, code, level, url, family = line.split("\t")
            places.append(Place(path, code, level, url, family or None))
    return tuple(places)


def find_place(text: str) -> Place:
    """A place by its path, its code, or a last part that is unique. Raises ``UnknownPlace``."""
    wanted = text.strip().strip("/")
    places = directory()
    for place in places:
        if wanted in (place.path, place.code):
            return place
    ends = [place for place in places if place.path.endswith("/" + wanted)]
    if len(ends) == 1:
        return ends[0]
    if ends:
        choices = "、".join(place.path for place in ends[:6])
        raise UnknownPlace(f"{wanted}（{choices}）", [])
    raise UnknownPlace(wanted, [place.path for place in places])


def places_under(text: str | None) -> Sequence[Place]:
    """The places of a province or prefecture (四川, 四川省/德阳市), all without ``text``.

    Raises ``UnknownPlace`` when nothing lies there.
    """
    if not text:
        return directory()
    wanted = text.strip().strip("/")
    found = [p for p in directory() if p.path == wanted or p.path.startswith(wanted + "/")]
    if not found:
        region = parse_region(wanted)
        prefix = region.path if region is not None and region.province else None
        found = [p for p in directory() if prefix and (p.region + "-").startswith(prefix + "-")]
    if not found:
        raise UnknownPlace(wanted, [place.path for place in directory()])
    return found


def covered(specs: Iterable[Spec]) -> frozenset[str]:
    """The regions that have a source of their own government, enabled or unproven."""
    return frozenset(
        spec.region for spec in specs if spec.level in _OFFICIAL and spec.status in _COVERING
    )
