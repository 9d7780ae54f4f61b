"""``dibao structure``: what can be read from the text of one item."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler.commands.context import EXIT_USAGE, ConfigOption, JsonOption, fail, open_app
from crawler.commands.output import print_json, print_rows


def register(app: typer.Typer) -> None:
    """Add the command to the root application."""
    app.command()(structure)


def structure(
    item: Annotated[int, typer.Argument(help="Number of the item (see `dibao search`).")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Aims, support, responsible units, money and citations read from the text of an item."""
    from review.reading import as_plain, reading_of, structure_of
    from storage.documents import get_document

    with open_app(config) as state, state.db.reader() as session:
        document = get_document(session, item)
        if document is None:
            raise fail(f"没有这个条目 / no such item: {item}", code=EXIT_USAGE)
        if as_json:
            found, _ = structure_of(session, document)
            print_json({"id": document.id, "title": document.title, **as_plain(found)})
            return
        reading = reading_of(session, document)
        title = document.title
    typer.echo(title)
    parts = (
        ("量化目标 / aims", reading.targets),
        ("支持措施 / support", reading.support),
        ("期限与门槛 / duties", reading.duties),
        ("金额 / money", reading.amounts),
        ("其他数量 / figures", reading.quantities),
        ("引用文件 / cited", reading.cited),
    )
    columns = {"what": "内容", "value": "数值", "when": "年份", "span": "原文"}
    for name, lines in parts:
        if not lines:
            continue
        typer.echo(f"\n{name}")
        rows = [{key: getattr(line, key) for key in columns} for line in lines]
        print_rows(rows, columns=columns, as_json=False, empty="")
    for task in reading.tasks:
        units = "、".join(f"{unit}（{role}）" for role, unit in task.units)
        typer.echo(f"\n{task.name}\n  {units}")
