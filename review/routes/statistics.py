"""The statistics of the collected policies: tables with their counting rules, and as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from markupsafe import Markup

from pipelines.fields.regions import Convention
from pipelines.policy_export import Analysis, as_csv
from pipelines.policy_tables import Table
from review.access import Access, access
from review.charts import Bar, bar_chart
from review.desk import AtDesk, Desk
from review.item_filters import ItemFilters, read_filters
from review.queries import items as reads
from review.queries.statistics import POLICY_TYPES, analyse, describe
from storage.filters import DocumentFilter
from storage.query import QueryError

router = APIRouter()

CONVENTIONS: tuple[Convention, ...] = ("hierarchy", "municipality-districts-as-cities")
LEVELS = ("national", "provincial", "municipal", "district")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address asks for."""

    filters: ItemFilters
    convention: Convention
    every_type: bool

    @property
    def query(self) -> dict[str, Any]:
        """The address's query for the link to the CSV."""
        return {
            **self.filters.query,
            "convention": self.convention if self.convention != CONVENTIONS[0] else None,
            "types": "all" if self.every_type else None,
        }


@router.get("/statistics")
@access(Access.READER)
def statistics(desk: AtDesk) -> Response:
    """The tables of what the filters choose."""
    asked = _asked(desk.query())
    problem = ""
    try:
        analysis = _analysis(desk, asked)
    except QueryError as error:
        problem = desk.texts("query_error.bad", why=desk.one_language(str(error)))
        asked = _asked({key: value for key, value in desk.query().items() if key != "q"})
        analysis = _analysis(desk, asked)
    with desk.reader() as session:
        topics = reads.labels_in_use(session, "topic")
        regions = reads.regions_of_sources(session)
    return desk.page(
        "statistics.html",
        section="statistics",
        asked=asked,
        filters=asked.filters,
        analysis=analysis,
        titles={row.key: row for row in analysis.documents},
        charts={table.name: _chart(table, desk) for table in analysis.tables},
        choices={"topics": topics, "regions": regions, "levels": LEVELS},
        conventions=CONVENTIONS,
        types=POLICY_TYPES,
        query_problem=problem,
    )


@router.get("/statistics.csv")
@access(Access.READER)
def statistics_csv(desk: AtDesk) -> Response:
    """The same as a file for spreadsheets."""
    asked = _asked(desk.query())
    try:
        analysis = _analysis(desk, asked)
    except QueryError:
        return desk.go("/statistics", **asked.query)
    return Response(
        # spreadsheet programs read Chinese CSV right only with the mark
        as_csv(analysis).encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="statistics.csv"'},
    )


def _asked(query: Mapping[str, str]) -> _Asked:
    """Read the address; wrong values are dropped."""
    wanted = query.get("convention", "")
    convention = next((name for name in CONVENTIONS if name == wanted), CONVENTIONS[0])
    return _Asked(read_filters(query), convention, query.get("types") == "all")


def _analysis(desk: Desk, asked: _Asked) -> Analysis:
    chosen = asked.filters
    filters = DocumentFilter(
        query=chosen.q or None,
        source=chosen.source or None,
        labels=tuple(name for name in (chosen.label, chosen.topic) if name),
        region=chosen.region or None,
        level=chosen.level or None,
        review_state=chosen.state or None,
        since=_day(chosen.since),
        until=_day(chosen.until),
    )
    types = () if asked.every_type else POLICY_TYPES
    with desk.reader() as session:
        return analyse(
            session,
            filters=filters,
            types=types,
            convention=asked.convention,
            chosen=describe(filters, types),
        )


def _chart(table: Table, desk: Desk) -> Markup:
    """The table as bars, with its largest lines in a sentence."""
    texts = desk.texts
    bars = [Bar(line.name, line.count, f"{line.percent}%") for line in table.lines]
    largest = sorted(bars, key=lambda bar: -bar.value)[:3]
    named = texts("comma").join(f"{bar.name} {bar.value}" for bar in largest)
    sentence = texts("statistics.chart_text", n=table.denominator, most=named)
    title = texts(f"statistics.table_{table.name}")
    return bar_chart(bars, label=f"{title}{texts('colon')}{sentence}")


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
