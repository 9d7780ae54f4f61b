"""Working out unknown lists: ``python -m bench.wrapper --data PATH [--json]``.

Every saved list below ``PATH`` is given to ``spiders.induction.induce`` with nothing but its
bytes and an address, and the rows are compared with its gold. Sets: ``zh_list_pages``,
``juriscraper_lists``, ``city_scrapers_lists``, ``gov_api_lists``, ``zh_feeds`` (those present).

``f1`` is over all rows of a set (a row is right when its link and its title are), ``pages`` the
share of pages whose rows are at least 0.97 right with right dates, ``recall`` the share of gold
rows found, ``date`` the share of found rows with the right day.

What is counted where gold and page do not say the same:

``juriscraper_lists``  That gold comes from hand-written scrapers, which rewrite links and case
    names. A row is right when its link or its title is; titles are compared without prefixes of
    case names (``v``/``vs``, ``USA``/``United States``, ``et al``), links by file name and query,
    for the pages are stored without their address. Gold rows of which the page states neither
    link nor title are left out, and pages with no other rows with them. A page that is stored for
    several courts has a part of its rows in each gold: there, rows beyond gold are not counted.
``city_scrapers_lists``  Gold states how many meetings a hand-written scraper made (often of a
    page without links, or of several pages) and the first day. ``f1`` compares counts only,
    ``pages`` is the share of pages with exactly as many rows, ``date`` the share of pages on
    which the first day is that of some row.

``all`` stands for the pages of all sets whose gold has rows together.

``--half dev`` or ``--half other`` measures the pages of one half (by a hash of their name).
"""

from __future__ import annotations

import argparse
import hashlib
import html
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from bench.report import page_bytes, rows_of
from pipelines.decode import decode
from pipelines.urls import canonicalise, url_key
from spiders.induction import NothingFound, induce
from spiders.rows import ListRow

SETS = (
    "zh_list_pages",
    "gov_api_lists",
    "zh_feeds",
    "juriscraper_lists",
    "city_scrapers_lists",
)
#: sets whose gold says how many rows there are, not which: they are in no total
COUNTED = ("city_scrapers_lists",)
TODAY = date(2026, 11, 20)
UNKNOWN = "https://list.example.org/a/b/list.html"
ENOUGH = 0.97
_NON_WORD = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One page: rows in gold, found, right, and right with the right day (of those dated)."""

    name: str
    gold: int
    found: int
    right: int
    dated: int
    date_right: int
    seconds: float

    @property
    def f1(self) -> float:
        total = self.gold + self.found
        return 2 * self.right / total if total else 1.0

    @property
    def good(self) -> bool:
        return self.f1 >= ENOUGH and self.date_right >= ENOUGH * self.dated


def measure(folder: Path, *, half: str | None = None) -> list[Outcome]:
    """All pages of one set, or those of one half of it."""
    manifest = folder / "manifest.jsonl"
    rows = list(rows_of(manifest))
    copies = Counter(row.get("raw_sha256") for row in rows)
    found = []
    for row in rows:
        if half is not None and half_of(row["id"]) != half:
            continue
        content = page_bytes(manifest, row)
        gold = row.get("gold") or {}
        known = gold.get("items") if "items" in gold else gold.get("n_items")
        if content is None or known is None:
            continue
        shared = folder.name == "juriscraper_lists" and copies[row.get("raw_sha256")] > 1
        outcome = _page(folder.name, row, content, shared=shared)
        if outcome is not None:
            found.append(outcome)
    return found


def half_of(name: str) -> str:
    """The half a page belongs to, by its name alone."""
    return "other" if hashlib.sha256(name.encode()).digest()[0] % 2 else "dev"


def _page(
    set_name: str, row: Mapping[str, Any], content: bytes, *, shared: bool = False
) -> Outcome | None:
    base = row.get("url") or UNKNOWN
    started = time.process_time()
    try:
        rows: Sequence[ListRow] = induce(
            content, base_url=base, today=TODAY, lang=row.get("lang") or "zh"
        ).listing.rows
    except NothingFound:
        rows = ()
    seconds = time.process_time() - started
    gold = row["gold"]
    if "items" not in gold:
        return _counted(row, rows, seconds)
    items = gold["items"]
    if set_name == "juriscraper_lists":
        items = _stated(items, content)
        if not items:
            return None
    lookup = (_loose if set_name == "juriscraper_lists" else _strict)(items, base)
    hits: dict[int, tuple[ListRow, Mapping[str, Any]]] = {}
    extra = 0
    for entry in rows:
        item = lookup(entry)
        if item is None:
            extra += not shared
        else:
            hits.setdefault(id(item), (entry, item))
    distinct = len({_key(item, base) for item in items})
    dated = [(entry, item) for entry, item in hits.values() if _day_of(item)]
    exact = sum(str(entry.published_on) == _day_of(item) for entry, item in dated)
    return Outcome(row["id"], distinct, len(hits) + extra, len(hits), len(dated), exact, seconds)


def _counted(row: Mapping[str, Any], rows: Sequence[ListRow], seconds: float) -> Outcome:
    """A page of which gold says how many rows there are, and the day of the first."""
    gold = row["gold"]
    numbers = [int(part) for part in re.findall(r"\d+", gold.get("first_start") or "")][:3]
    first = date(*numbers) if len(numbers) == 3 else None
    same = first is not None and any(entry.published_on == first for entry in rows)
    right = min(len(rows), gold["n_items"])
    return Outcome(
        row["id"], gold["n_items"], len(rows), right, int(first is not None), int(same), seconds
    )


def _stated(items: Sequence[Mapping[str, Any]], content: bytes) -> list[Mapping[str, Any]]:
    """The gold rows whose link or title the page states."""
    text = decode(content, header_charset=None).text
    folded = _plain(unquote(text.replace("\\/", "/")))
    return [
        item
        for item in items
        if any(
            part and part in folded
            for part in (_plain(_tail(_address(item))), _plain(item.get("title")))
        )
    ]


def _plain(text: str | None) -> str:
    return _NON_WORD.sub("", html.unescape(text or "")).lower()


def _address(item: Mapping[str, Any]) -> str:
    return str(item.get("url") or item.get("href") or item.get("link") or "")


def _key(item: Mapping[str, Any], base: str) -> str:
    address = _address(item)
    return url_key(canonicalise(address, base=base)) if address else _plain(item.get("title"))


def _day_of(item: Mapping[str, Any]) -> str:
    if item.get("pubDate"):
        from email.utils import parsedate_to_datetime

        return parsedate_to_datetime(item["pubDate"]).date().isoformat()
    return str(item.get("date") or "")[:10]


Lookup = Callable[[ListRow], Mapping[str, Any] | None]


def _strict(items: Sequence[Mapping[str, Any]], base: str) -> Lookup:
    """A row is right when a gold item has its address and its title."""
    known: dict[tuple[str, str], Mapping[str, Any]] = {}
    for item in items:
        known.setdefault((_key(item, base), _plain(item.get("title"))), item)

    def lookup(row: ListRow) -> Mapping[str, Any] | None:
        return known.get((url_key(row.url), _plain(row.title)))

    return lookup


def _loose(items: Sequence[Mapping[str, Any]], base: str) -> Lookup:
    """A row is right when a gold item has its title, or the end of its address.

    Of several items with that title, each is the match of one row.
    """
    by_tail = {_tail(_address(item)): item for item in reversed(items) if _address(item)}
    by_title: dict[str, list[Mapping[str, Any]]] = {}
    for item in items:
        by_title.setdefault(_case(item.get("title")), []).append(item)
    taken: set[int] = set()

    def lookup(row: ListRow) -> Mapping[str, Any] | None:
        named = by_title.get(_case(row.title), [])
        free = [item for item in named if id(item) not in taken]
        found = by_tail.get(_tail(row.url)) or next(iter(free or named), None)
        if found is not None:
            taken.add(id(found))
        return found

    return lookup


def _case(text: str | None) -> str:
    """A case name without what reporters rewrite."""
    words = re.sub(r"\bet al\b\.?", "", (text or "").lower())
    words = re.sub(r"\b(?:usa|u\.\s?s\.(?:\s?a\.)?)(?=\W)", "united states", words)
    words = re.sub(r"^.{0,40}\bno\.[^:]{1,40}:", "", re.sub(r"\bvs\b\.?", "v", words))
    return _plain(words)


def _tail(url: str) -> str:
    """File name and query of an address; the last two parts where the name alone says little."""
    parts = urlsplit(unquote(url))
    names = parts.path.lower().strip("/").split("/")
    keep = 1 if parts.query or any(char.isdigit() for char in names[-1]) else 2
    return "/".join(names[-keep:]) + "?" + parts.query


def summary(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """The figures of one set."""
    gold = sum(o.gold for o in outcomes)
    found = sum(o.found for o in outcomes)
    right = sum(o.right for o in outcomes)
    dated = sum(o.dated for o in outcomes)
    return {
        "n": len(outcomes),
        "rows": gold,
        "f1": 2 * right / (gold + found) if gold + found else 1.0,
        "recall": right / gold if gold else 1.0,
        "date": sum(o.date_right for o in outcomes) / dated if dated else 1.0,
        "pages": sum(o.good for o in outcomes) / len(outcomes) if outcomes else 0.0,
        "ms": 1000 * sum(o.seconds for o in outcomes) / max(1, len(outcomes)),
    }


def main(arguments: list[str] | None = None) -> int:
    """Print a table by set, or one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m bench.wrapper", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument(
        "--pages", action="store_true", help="also list the pages that are not right"
    )
    parser.add_argument("--half", choices=("dev", "other"), help="the pages of one half only")
    options = parser.parse_args(arguments)
    folders = [
        options.data / name for name in SETS if (options.data / name / "manifest.jsonl").is_file()
    ]
    if (options.data / "manifest.jsonl").is_file():
        folders = [options.data]
    if not folders:
        parser.error(f"no known set in {options.data}")
    results = {folder.name: measure(folder, half=options.half) for folder in folders}
    table = {name: summary(outcomes) for name, outcomes in results.items()}
    told = {name: outcomes for name, outcomes in results.items() if name not in COUNTED}
    if len(told) > 1:
        table["all"] = summary([o for outcomes in told.values() for o in outcomes])
    if options.json:
        plain = {n: {k: round(v, 4) for k, v in row.items()} for n, row in table.items()}
        print(json.dumps({"task": "wrapper", "sets": plain}, ensure_ascii=False))
        return 0
    print(
        f"{'set':22}{'pages':>6}{'rows':>7}{'F1':>8}{'recall':>8}{'date':>8}{'exact':>8}{'ms':>7}"
    )
    for name, row in table.items():
        print(
            f"{name:22}{row['n']:6.0f}{row['rows']:7.0f}{row['f1']:8.3f}{row['recall']:8.3f}"
            f"{row['date']:8.3f}{row['pages']:8.3f}{row['ms']:7.0f}"
        )
    for outcome in (
        o for outcomes in results.values() for o in outcomes if options.pages and not o.good
    ):
        print(
            f"  {outcome.name}: {outcome.right} of {outcome.gold}, {outcome.found} found, "
            f"{outcome.date_right} of {outcome.dated} days"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
