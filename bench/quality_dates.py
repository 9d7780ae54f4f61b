"""Publication days of saved pages, and days understood in holiday notices.

``date_exact`` is the share of pages whose day is right, ``date_missing`` the share without one,
``dates_precision`` the share of given days that are right, ``dates_false`` the share of pages
without a day in gold that were given one; ``holiday_exact`` the share of notices whose set of days
is exactly right. ``cpu_ms_per_doc`` is the reading of the day alone, without cleaning the page.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench.report import Metrics, Report, data_sets, page_bytes, rows_of
from pipelines.clean import clean_page
from pipelines.decode import decode
from pipelines.fields.holidays import holiday_days
from pipelines.items import CleanPage, Hints
from pipelines.metadata import extract_metadata

_SEEN = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Page:
    key: str
    url: str
    text: str
    page: CleanPage
    gold: str | None


def measure(data: Path) -> Report:
    """Measure every set at ``data`` that has days in its gold."""
    reports: dict[str, Report] = {}
    everything: list[_Page] = []
    for manifest in data_sets(data):
        pages = list(_pages(manifest))
        holidays = _holidays(manifest)
        if pages:
            everything += pages
            reports[manifest.parent.name] = _measured(pages)
        elif holidays:
            n, metrics = holidays
            reports[manifest.parent.name] = Report("dates", n, metrics)
    if len(reports) == 1:
        return next(iter(reports.values()))
    total = _measured(everything) if everything else Report("dates", 0, {})
    for report in reports.values():
        total.ours.update({k: v for k, v in report.ours.items() if k.startswith("holiday")})
    total.sets = reports
    return total


def _pages(manifest: Path) -> Iterator[_Page]:
    for row in rows_of(manifest):
        gold = row.get("gold") or {}
        if row.get("kind", "article") != "article" or not row.get("file"):
            continue
        content = page_bytes(manifest, row)
        if content is None or "date" not in gold:
            continue
        decoded = decode(content, header_charset=None)
        lang, url = row.get("lang") or "zh", row.get("url") or ""
        page = clean_page(decoded, url=url, layouts=(), hints=Hints(), lang=lang)
        day = str(gold["date"])[:10] if _is_day(gold["date"]) else None
        yield _Page(row["id"], url, decoded.text, page, day)


def _is_day(value: object) -> bool:
    """Not empty and not ``NaN``, which some sets write for pages without a date."""
    return isinstance(value, str) and value not in {"", "nan"}


def _measured(pages: list[_Page]) -> Report:
    _ours(pages[0])  # loads tables
    ours = _score(pages, _ours)
    return Report("dates", len(pages), ours, {n: _score(pages, run) for n, run in _peers().items()})


def _ours(page: _Page) -> str | None:
    zone = "Asia/Shanghai" if page.page.lang.startswith("zh") else "UTC"
    found = extract_metadata(page.page, url=page.url, timezone=zone, fetched_at=_SEEN)
    return str(found.published_on) if found.published_on else None


def _score(pages: list[_Page], run: Callable[[_Page], str | None]) -> Metrics:
    started = time.process_time()
    found = [run(page) for page in pages]
    spent = time.process_time() - started
    dated = [(page.gold, day) for page, day in zip(pages, found, strict=True) if page.gold]
    undated = [day for page, day in zip(pages, found, strict=True) if not page.gold]
    right = sum(gold == day for gold, day in dated)
    given = sum(day is not None for _, day in dated)
    metrics: Metrics = {"cpu_ms_per_doc": spent / len(pages) * 1000}
    if dated:
        metrics["date_exact"] = right / len(dated)
        metrics["date_missing"] = 1 - given / len(dated)
        metrics["dates_precision"] = right / max(1, given)
    if undated:
        metrics["dates_false"] = sum(day is not None for day in undated) / len(undated)
    return metrics


def _peers() -> dict[str, Callable[[_Page], str | None]]:
    available: dict[str, tuple[str, Callable[[_Page], Any]]] = {
        "htmldate": ("htmldate", _htmldate),
        "htmldate-fast": ("htmldate", _htmldate_fast),
        "trafilatura": ("trafilatura", _trafilatura),
        "gne": ("gne", _gne),
    }
    return {n: _guarded(run) for n, (module, run) in available.items() if find_spec(module)}


def _guarded(run: Callable[[_Page], Any]) -> Callable[[_Page], str | None]:
    def call(page: _Page) -> str | None:
        try:
            value = run(page)
        except Exception:  # a peer's failure is its score
            return None
        return str(value)[:10] if value else None

    return call


def _htmldate(page: _Page) -> Any:
    import htmldate  # type: ignore[import-not-found]

    return htmldate.find_date(page.text, original_date=True, url=page.url)


def _htmldate_fast(page: _Page) -> Any:
    import htmldate

    return htmldate.find_date(page.text, original_date=True, url=page.url, extensive_search=False)


def _trafilatura(page: _Page) -> Any:
    import trafilatura  # type: ignore[import-not-found]

    found = trafilatura.extract_metadata(page.text, default_url=page.url)
    return found.date if found else None


def _gne(page: _Page) -> Any:
    from gne import GeneralNewsExtractor  # type: ignore[import-not-found]

    return GeneralNewsExtractor().extract(page.text).get("publish_time")


def _holidays(manifest: Path) -> tuple[int, Metrics] | None:
    rows = [row for row in rows_of(manifest) if "expected" in (row.get("gold") or {})]
    if not rows:
        return None
    started = time.process_time()
    found = [
        {(str(d.date), d.is_off) for d in holiday_days(row["description"], year=row["year"])}
        for row in rows
    ]
    spent = time.process_time() - started
    wanted = [{(e["date"], e["isOffDay"]) for e in row["gold"]["expected"]} for row in rows]
    exact = sum(gold == ours for gold, ours in zip(wanted, found, strict=True))
    return len(rows), {
        "holiday_exact": exact / len(rows),
        "cpu_ms_per_doc": spent / len(rows) * 1000,
    }
