"""``dibao subscriber``: who receives which edition."""

from __future__ import annotations

import csv
import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.commands.context import (
    EXIT_PARTIAL,
    EXIT_USAGE,
    ConfigOption,
    JsonOption,
    fail,
    now_utc,
    open_app,
)
from crawler.commands.output import print_rows
from crawler.commands.wishes import wishes

if TYPE_CHECKING:
    from crawler.config import Config
    from storage.engine import Database

app = typer.Typer(help="Readers of the editions.", no_args_is_help=True)
app.command()(wishes)

EditionOption = Annotated[str, typer.Option(help="Key of the edition.")]
ConsentOption = Annotated[
    str, typer.Option(help="How they asked for it (kept as evidence), e.g. 'signed form 2026-03'.")
]


@app.command()
def add(
    address: Annotated[str, typer.Argument(help="Mail address.")],
    consent: ConsentOption,
    edition: EditionOption = "weekly",
    name: Annotated[str | None, typer.Option(help="Name.")] = None,
    config: ConfigOption = None,
) -> None:
    """Subscribe one address."""
    with open_app(config) as state:
        _require_edition(state.config, edition)
        _subscribe(state.db, [(address, name)], edition=edition, consent=consent)
    typer.echo(f"已订阅 / subscribed: {address} → {edition}")


@app.command(name="import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV: address, name; or one address a line.")],
    consent: ConsentOption,
    edition: EditionOption = "weekly",
    config: ConfigOption = None,
) -> None:
    """Subscribe many addresses; bad lines are named and skipped. Exit 3 if any."""
    if not file.is_file():
        raise fail(f"文件不存在 / no such file: {file}", code=EXIT_USAGE)
    rows: list[tuple[str, str | None]] = []
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.reader(lines):
            if row and "@" in row[0]:
                rows.append((row[0].strip(), row[1].strip() if len(row) > 1 else None))
    with open_app(config) as state:
        _require_edition(state.config, edition)
        bad = _subscribe(state.db, rows, edition=edition, consent=consent, strict=False)
    typer.echo(f"已订阅 {len(rows) - len(bad)} 个 / subscribed")
    for text in bad:
        typer.secho(f"✗ {text}", err=True)
    if bad:
        raise typer.Exit(EXIT_PARTIAL)


@app.command()
def remove(
    address: Annotated[str, typer.Argument(help="Mail address.")],
    edition: Annotated[str | None, typer.Option(help="Only this edition (default: all).")] = None,
    config: ConfigOption = None,
) -> None:
    """End a subscription, or all of an address."""
    from storage.subscribers import find_subscriber, unsubscribe

    with open_app(config) as state, state.db.writer() as session:
        found = find_subscriber(session, address)
        if found is None:
            raise fail(f"没有此订阅者 / no such subscriber: {address}")
        unsubscribe(session, subscriber_id=found.id, edition=edition, now=now_utc())
    typer.echo(f"已退订 / unsubscribed: {address}")


@app.command(name="list")
def list_readers(
    edition: Annotated[str | None, typer.Option(help="Only readers of this edition.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the subscribers and their state."""
    from storage.subscribers import list_subscribers

    with open_app(config) as state, state.db.reader() as session:
        rows = [
            {
                "id": row.id,
                "address": row.address,
                "name": row.name,
                "state": row.state,
                "editions": [entry.edition for entry in entries if entry.state == "active"],
                "created_at": row.created_at,
            }
            for row, entries in list_subscribers(session, limit=100_000)
            if edition is None or edition in {entry.edition for entry in entries}
        ]
    print_rows(
        rows,
        columns={
            "address": "地址",
            "name": "姓名",
            "state": "状态",
            "editions": "版本",
            "created_at": "订阅时间",
        },
        as_json=as_json,
        empty="还没有订阅者；dibao subscriber add 地址 --consent 依据 / no subscribers yet",
    )


def _require_edition(config: Config, key: str) -> None:
    from digest.editions import edition_by_key
    from digest.errors import EditionUnknown

    try:
        edition_by_key(config.digest, key)
    except EditionUnknown as error:
        raise fail(str(error), code=EXIT_USAGE) from error


def _subscribe(
    db: Database,
    rows: list[tuple[str, str | None]],
    *,
    edition: str,
    consent: str,
    strict: bool = True,
) -> list[str]:
    """Subscribe confirmed readers; the texts of the bad addresses (raised when ``strict``)."""
    from storage.subscribers import subscribe

    now = now_utc()
    evidence = {"how": consent, "by": getpass.getuser(), "at": now.isoformat()}
    bad = []
    with db.writer() as session:
        for address, name in rows:
            try:
                subscribe(
                    session,
                    address=address,
                    edition=edition,
                    consent=evidence,
                    now=now,
                    name=name,
                    confirmed=True,
                )
            except ValueError as error:
                if strict:
                    raise fail(str(error), code=EXIT_USAGE) from error
                bad.append(str(error))
    return bad
