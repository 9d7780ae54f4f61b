"""``dibao run``: the history of crawl runs."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from crawler.commands.context import ConfigOption, JsonOption, fail, open_app
from crawler.commands.output import print_json, print_rows, shown

app = typer.Typer(help="History of crawl runs.", no_args_is_help=True)

COLUMNS = {
    "id": "编号",
    "source": "来源",
    "state": "结果",
    "trigger": "起因",
    "finished_at": "结束",
    "listed": "列出",
    "new": "新增",
    "changed": "修订",
    "failed": "失败",
    "error_code": "错误",
}


@app.command(name="list")
def list_runs(
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    limit: Annotated[int, typer.Option(help="How many, newest first.")] = 30,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List runs, newest first."""
    from storage.runs import list_runs as read_runs

    with open_app(config) as state, state.db.reader() as session:
        rows = [
            _facts(item.run, item.source_key)
            for item in read_runs(session, source_key=source, limit=limit)
        ]
    print_rows(
        rows,
        columns=COLUMNS,
        as_json=as_json,
        empty="还没有采集过；运行 `dibao crawl --due` / no runs yet: dibao crawl --due",
    )


@app.command()
def show(
    run_id: Annotated[int, typer.Argument(help="Number of the run.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one run with its errors, each with what to do."""
    from sqlalchemy import select

    from crawler.remedies import remedy_for
    from storage.models import CrawlRun, Fetch, Source

    with open_app(config) as state, state.db.reader() as session:
        run = session.get(CrawlRun, run_id)
        if run is None:
            raise fail(f"没有此次运行 / no such run: {run_id}")
        values = _facts(run, session.get_one(Source, run.source_id).key)
        values |= {"reason": run.finish_reason, "detail": run.error_detail, "stats": run.stats}
        errors = session.execute(
            select(Fetch.url, Fetch.status, Fetch.error_code, Fetch.error_detail)
            .where(Fetch.run_id == run_id, Fetch.error_code.is_not(None))
            .order_by(Fetch.id)
            .limit(200)
        )
        values["errors"] = [
            {
                "url": url,
                "status": status,
                "code": code,
                "detail": detail,
                "remedy": remedy_for(code or ""),
            }
            for url, status, code, detail in errors
        ]
    if as_json:
        print_json(values)
        return
    for key, value in values.items():
        if key not in ("errors", "stats"):
            typer.echo(f"{key:14} {shown(value)}")
    for error in values["errors"]:
        typer.echo(f"  ✗ {error['code']} {error['url']}\n      {error['remedy']}")


def _facts(run: Any, source_key: str) -> dict[str, Any]:
    names = ("id", "state", "trigger", "requested_at", "started_at", "finished_at", "listed")
    counts = ("fetched", "new", "changed", "unchanged", "duplicate", "failed", "skipped")
    facts = {name: getattr(run, name) for name in (*names, *counts, "error_code")}
    return {"id": run.id, "source": source_key, **facts}
