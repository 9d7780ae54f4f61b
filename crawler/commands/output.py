"""Printing results: a table for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import typer


def print_json(value: object) -> None:
    """JSON on stdout, UTF-8, times as ISO 8601 in UTC."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def print_rows(
    rows: Sequence[Mapping[str, Any]],
    *,
    columns: Mapping[str, str],
    as_json: bool,
    empty: str,
) -> None:
    """A listing. ``columns`` maps keys to headings; ``empty`` says what to do when none."""
    if as_json:
        print_json(list(rows))
        return
    if not rows:
        typer.echo(empty)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in columns.values():
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(shown(row.get(key)) for key in columns))
    Console().print(table)


def shown(value: object, *, zone: str = "Asia/Shanghai") -> str:
    """A value for people: local time to the minute, yes/no in Chinese, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return "、".join(shown(item) for item in value)
    return str(value).replace("[", "\\[")


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
