"""``dibao event``: list policy events, show one, look for them anew in a whole database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.commands.context import (
    EXIT_USAGE,
    ConfigOption,
    JsonOption,
    fail,
    now_utc,
    open_app,
)
from crawler.commands.output import print_json, print_rows, shown

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

app = typer.Typer(help="政策事件 / policy events.", no_args_is_help=True)

BATCH = 200
DOES = {"repeal": "废止", "amend": "修改", "mention": "提及"}


@app.command("list")
def list_events(
    words: Annotated[str, typer.Argument(help="Words of the name.")] = "",
    limit: Annotated[int, typer.Option(help="How many.")] = 20,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Events that changed last first."""
    from review.queries.events import event_lines

    with open_app(config) as state, state.db.reader() as session:
        rows: list[dict[str, Any]] = [
            {
                "id": line.id,
                "title": line.title,
                "pages": line.size,
                "first_day": line.first_day,
                "last_day": line.last_day,
                "roles": dict(line.roles),
            }
            for line in event_lines(session, words=words, limit=limit, offset=0)
        ]
    print_rows(
        rows if as_json else [{**row, "roles": "、".join(row["roles"])} for row in rows],
        columns={
            "id": "编号",
            "title": "名称",
            "pages": "篇数",
            "first_day": "最早",
            "last_day": "最近",
            "roles": "角色",
        },
        as_json=as_json,
        empty="还没有事件 / no events yet",
    )


@app.command("show")
def show_event(
    event: Annotated[int, typer.Argument(help="Number of the event.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """The pages of an event with role, reason and official source."""
    from review.queries.events import event_by_id, page_lines

    with open_app(config) as state, state.db.reader() as session:
        found = event_by_id(session, event)
        if found is None:
            raise fail(f"没有这个事件 / no such event: {event}", code=EXIT_USAGE)
        pages = [
            {
                "id": line.id,
                "day": line.day,
                "role": line.role,
                "title": line.title,
                "publisher": line.publisher,
                "url": line.url,
                "reason": line.reason,
                "confidence": line.confidence,
                "by": line.origin,
                "official": line.official,
                "official_source": (line.trace.url or None) if line.trace else None,
                "same_text": [twin.id for twin in line.twins],
            }
            for line in page_lines(session, event)
        ]
        others = _spoken_of(session, pages)
        title = found.title
    if as_json:
        print_json({"id": event, "title": title, "pages": pages, "spoken_of_by": others})
        return
    typer.echo(title)
    columns = {
        "day": "日期",
        "role": "角色",
        "title": "标题",
        "publisher": "发布者",
        "reason": "依据",
    }
    rows = [{key: shown(page[key]) for key in columns} for page in pages]
    print_rows(rows, columns=columns, as_json=False, empty="")
    for row in others:
        typer.echo(f"{DOES[row['does']]} {shown(row['day'])} {row['title']} {row['publisher']}")


def _spoken_of(session: Session, pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Who repeals, amends or mentions the policy of these pages."""
    from review.queries.references import spoken_of

    acts = [page["id"] for page in pages if page["role"] in ("final", "full_text")]
    return [
        {
            "id": row.document_id,
            "does": row.kind,
            "day": row.day,
            "title": row.title,
            "publisher": row.publisher,
            "url": row.url,
        }
        for row in spoken_of(session, acts)
    ]


@app.command("rebuild")
def rebuild(config: ConfigOption = None) -> None:
    """Look for the event of every stored page again; what people decided stays."""
    from sqlalchemy import select

    from review.relink import look_again
    from storage.models import Document

    done = joined = 0
    with open_app(config) as state:
        with state.db.reader() as session:
            ids = list(session.scalars(select(Document.id).order_by(Document.id)))
        for start in range(0, len(ids), BATCH):
            with state.db.writer() as session:
                for document_id in ids[start : start + BATCH]:
                    joined += look_again(session, document_id, now=now_utc()) is not None
                    done += 1
    typer.echo(
        f"已检查 {done} 篇，{joined} 篇属于事件 / {done} pages looked at, {joined} in events"
    )
