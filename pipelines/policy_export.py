"""A policy analysis as text for spreadsheets, programs and browsers (CSV, JSON, HTML).

Every line keeps the documents it was counted from, and every table its counting rule: a figure
that cannot be checked is worth nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from pipelines.policy_tables import Table

TITLES: Mapping[str, str] = {
    "level": "发布层级",
    "region": "地区",
    "city_tier": "城市分级",
    "scenario": "应用场景",
    "measure": "支持措施",
    "year": "年份",
}
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Document:
    """A policy that was counted; ``url`` is the page it stands for."""

    key: str
    title: str
    url: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True)
class Analysis:
    """Tables with what they were made from.

    ``chosen`` says in Chinese which documents were asked for, ``left_out`` how many of them were
    not counted, by reason; ``cut`` is true when there were more than are read at once.
    """

    tables: tuple[Table, ...]
    documents: tuple[Document, ...]
    chosen: str
    left_out: Mapping[str, int]
    cut: bool = False

    @property
    def count(self) -> int:
        """Number of policies counted."""
        return len(self.documents)


def basis_lines(analysis: Analysis) -> tuple[str, ...]:
    """What the figures rest on, for the head or foot of every form."""
    lines = [f"范围：{analysis.chosen}", f"计入政策 {analysis.count} 项"]
    if analysis.left_out:
        parts = "，".join(f"{reason} {number}" for reason, number in analysis.left_out.items())
        lines.append(f"未计入：{parts}")
    if analysis.cut:
        lines.append("条目过多，只计入最新的一部分；请缩小范围")
    return tuple(lines)


def as_csv(analysis: Analysis) -> str:
    """One line a figure; safe to open in a spreadsheet. Write it with the UTF-8 mark."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["表", "项", "数量", "百分比", "分母", "口径", "说明", "条目编号"])
    for row in _rows(analysis.tables):
        writer.writerow([_safe(value) for value in row])
    for line in basis_lines(analysis):
        writer.writerow([_safe(line)])
    return out.getvalue()


def _rows(tables: Sequence[Table]) -> Iterator[tuple[str, ...]]:
    for table in tables:
        for line in table.lines:
            yield (
                TITLES[table.name],
                line.name,
                str(line.count),
                f"{line.percent}%",
                str(table.denominator),
                table.convention,
                table.note,
                " ".join(line.keys),
            )


def _safe(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA_START) else value


def as_json(analysis: Analysis) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "chosen": analysis.chosen,
        "count": analysis.count,
        "left_out": dict(analysis.left_out),
        "cut": analysis.cut,
        "tables": [
            {
                "name": table.name,
                "title": TITLES[table.name],
                "convention": table.convention,
                "denominator": table.denominator,
                "note": table.note,
                "lines": [
                    {
                        "name": line.name,
                        "count": line.count,
                        "percent": line.percent,
                        "documents": list(line.keys),
                    }
                    for line in table.lines
                ],
            }
            for table in analysis.tables
        ],
        "documents": [
            {"id": row.key, "title": row.title, "url": row.url, "day": row.day}
            for row in analysis.documents
        ],
    }


_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>政策统计</title>
<style>
body{{font:16px/1.6 system-ui,"Noto Sans CJK SC",sans-serif}}
body{{max-width:52rem;margin:2rem auto;padding:0 1rem}}
table{{border-collapse:collapse;width:100%;margin:.5rem 0 .25rem}}
th,td{{border-bottom:1px solid #ccc;padding:.25rem .5rem;text-align:left}}
td.n,th.n{{text-align:right;font-variant-numeric:tabular-nums}}
p.note{{color:#555;font-size:.875rem;margin:0 0 1.5rem}}
</style></head><body>
<h1>政策统计</h1>
{basis}
{tables}
<h2>计入的政策</h2>
<ol>
{documents}
</ol>
</body></html>
"""


def as_html(analysis: Analysis) -> str:
    """A page of its own that needs nothing else; all texts escaped."""
    return _PAGE.format(
        basis="\n".join(f"<p>{escape(line)}</p>" for line in basis_lines(analysis)),
        tables="\n".join(_html_table(table) for table in analysis.tables if table.lines),
        documents="\n".join(_html_document(row) for row in analysis.documents),
    )


def _html_table(table: Table) -> str:
    lines = "\n".join(
        f'<tr><td>{escape(line.name)}</td><td class="n">{line.count}</td>'
        f'<td class="n">{line.percent}%</td></tr>'
        for line in table.lines
    )
    return (
        f"<h2>{TITLES[table.name]}</h2>\n<table><thead><tr><th>项</th>"
        f'<th class="n">数量</th><th class="n">占比</th></tr></thead>\n<tbody>\n{lines}\n'
        f'</tbody></table>\n<p class="note">口径 {escape(table.convention)}：'
        f"{escape(table.note)}；分母 {table.denominator}</p>"
    )


def _html_document(row: Document) -> str:
    title = escape(row.title)
    if row.url.startswith(("https://", "http://")):
        title = f'<a href="{escape(row.url, quote=True)}" rel="noreferrer">{title}</a>'
    return f"<li>{title} {escape(row.day)}</li>"
