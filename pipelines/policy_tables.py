"""The tables of a policy analysis: level, region, city tier, scenarios, measures, years.

Counting rules are named in each table, because published figures depend on them:

- ``hierarchy``: a district of a 直辖市 counts as 区县级;
- ``municipality-districts-as-cities``: it counts as 地市级, as several published reports do.

Percentages are whole numbers of the stated denominator, rounded half up (12.5 → 13). A table of
scenarios or measures may name a row several times; its shares do not add up to 100.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pipelines.classify import Taxonomy, classify, load_taxonomy
from pipelines.fields.issuers import canonical_body, place_of
from pipelines.fields.regions import ZONES, Convention, Level, Region, level_label
from pipelines.items import CleanPage
from pipelines.metadata import extract_metadata

TableName = Literal["level", "region", "city_tier", "scenario", "measure", "year"]

_LEVEL_NAMES = {
    "national": "国家级",
    "provincial": "省级",
    "municipal": "地市级",
    "district": "区县级",
}
_LEVELS = tuple(_LEVEL_NAMES.values())
_ZONES = ("全国", *dict.fromkeys(ZONES.values()))
_TIERS = ("一线", "新一线", "非一线")
UNKNOWN = "未知"


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """One policy of the analysis. ``region`` None = the issuer's place is not known; then ``level``
    may still say which level of government it is."""

    key: str
    region: Region | None
    day: date | None = None
    scenarios: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: how many rows, their share in percent, and which rows they are."""

    name: str
    count: int
    percent: int
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its counting rule.

    ``denominator`` is the number that 100 % stands for; ``note`` says in Chinese what was counted.
    """

    name: TableName
    convention: str
    denominator: int
    lines: tuple[Line, ...]
    note: str

    def counts(self) -> dict[str, int]:
        """Name of the line → number of rows."""
        return {line.name: line.count for line in self.lines}

    def percents(self) -> dict[str, int]:
        """Name of the line → share in percent."""
        return {line.name: line.percent for line in self.lines}


def percent(part: int, whole: int) -> int:
    """``part`` of ``whole`` in whole percent, rounded half up; 0 when there is nothing."""
    return (200 * part + whole) // (2 * whole) if whole else 0


def policy_row(
    key: str,
    *,
    issuers: Sequence[str],
    day: date | None = None,
    title: str = "",
    text: str = "",
    context: Region | None = None,
    taxonomy: Taxonomy | None = None,
) -> PolicyRow:
    """A row from what a document says: the first issuer with a place decides where it counts,
    scenarios and measures are those the rules of the taxonomy find. For documents that are labelled
    already make the row from their labels.

    ``context`` is the region of the source, for names without a place (市工信局).
    """
    region = next((r for name in issuers if (r := _region(name, context)) is not None), None)
    page = CleanPage(title=title, body_html="", body_text=text)
    labels = classify(page, extract_metadata(page), taxonomy=taxonomy or load_taxonomy())
    return PolicyRow(
        key,
        region,
        day,
        tuple(label.slug for label in labels if label.kind == "scenario"),
        tuple(label.slug for label in labels if label.kind == "measure"),
    )


def _region(name: str, context: Region | None) -> Region | None:
    level, region = place_of(canonical_body(name, context=context), context=context)
    return None if level in ("foreign", "none") else region


def level_table(rows: Sequence[PolicyRow], *, convention: Convention = "hierarchy") -> Table:
    """国家级, 省级, 地市级, 区县级 under the named convention."""
    return _table(
        "level",
        convention,
        rows,
        lambda row: (_level(row, convention),),
        order=_LEVELS,
        note="直辖市的区县计入"
        + ("区县级" if convention == "hierarchy" else "地市级")
        + "；百分比按政策总数计，四舍五入",
    )


def _level(row: PolicyRow, convention: Convention) -> str:
    if row.region is not None:
        return level_label(row.region, convention=convention)
    return _LEVEL_NAMES.get(row.level or "none", UNKNOWN)


def region_table(rows: Sequence[PolicyRow]) -> Table:
    """华东, 华南 …; a national body counts under 全国. 江西 counts in 华东."""
    return _table(
        "region",
        "seven-zones",
        rows,
        lambda row: (row.region.zone,) if row.region else (UNKNOWN,),
        order=_ZONES,
        note="江西计入华东；百分比按政策总数计，四舍五入",
    )


def city_tier_table(rows: Sequence[PolicyRow]) -> Table:
    """一线, 新一线, 非一线: only rows issued below the province; a district counts for its city."""
    of_cities = [row for row in rows if row.region is not None and row.region.city_tier]
    return _table(
        "city_tier",
        "rows-of-cities-2022",
        of_cities,
        lambda row: (row.region.city_tier or UNKNOWN,) if row.region else (UNKNOWN,),
        order=_TIERS,
        note="不含国家级和省级政策；区县计入所在城市，直辖市的区县计入直辖市；城市分级按2022年名单",
    )


def scenario_table(rows: Sequence[PolicyRow]) -> Table:
    """How many policies name each scenario; of the policies that name any."""
    named = [row for row in rows if row.scenarios]
    return _table(
        "scenario",
        "multi-label",
        named,
        lambda row: row.scenarios,
        note="一项政策可计入多个场景；百分比按提出具体场景的政策数计，合计不为100%",
    )


def measure_table(rows: Sequence[PolicyRow]) -> Table:
    """How many policies name each kind of measure; of all policies."""
    return _table(
        "measure",
        "multi-label",
        rows,
        lambda row: row.measures,
        note="一项政策可计入多类措施；百分比按政策总数计，合计不为100%",
    )


def year_table(rows: Sequence[PolicyRow]) -> Table:
    """Policies by year; rows without a date are counted as unknown."""
    years = sorted({str(row.day.year) for row in rows if row.day is not None})
    return _table(
        "year",
        "calendar-year",
        rows,
        lambda row: (str(row.day.year),) if row.day else (UNKNOWN,),
        order=years,
        note="按发布日期所在年份计",
    )


def policy_tables(
    rows: Sequence[PolicyRow], *, convention: Convention = "hierarchy"
) -> tuple[Table, ...]:
    """All tables of one analysis. The same rows give the same tables in the same order."""
    return (
        level_table(rows, convention=convention),
        region_table(rows),
        city_tier_table(rows),
        scenario_table(rows),
        measure_table(rows),
        year_table(rows),
    )


def _table(
    name: TableName,
    convention: str,
    rows: Sequence[PolicyRow],
    names: Callable[[PolicyRow], Iterable[str]],
    *,
    order: Sequence[str] = (),
    note: str,
) -> Table:
    """Lines in ``order`` (empty ones left out), else by count; what is unknown comes last."""
    keys: dict[str, list[str]] = {}
    for row in rows:
        for line in names(row):
            keys.setdefault(line, []).append(row.key)
    known = [line for line in keys if line != UNKNOWN]
    if order:
        known.sort(key=lambda line: order.index(line) if line in order else len(order))
    else:
        known.sort(key=lambda line: (-len(keys[line]), line))
    shown = [*known, *([UNKNOWN] if UNKNOWN in keys else [])]
    lines = tuple(
        Line(line, len(keys[line]), percent(len(keys[line]), len(rows)), tuple(keys[line]))
        for line in shown
    )
    return Table(name, convention, len(rows), lines, note)
