"""``dibao erase``: remove what is kept of an address, on request of somebody with a right to."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler.commands.context import (
    EXIT_FAILED,
    EXIT_TRY_LATER,
    EXIT_USAGE,
    App,
    ConfigOption,
    JsonOption,
    YesOption,
    fail,
    now_utc,
    open_app,
)

CLI_ACTOR = "cli"


def register(app: typer.Typer) -> None:
    """Add the command to the root application."""
    app.command()(erase)


def erase(
    target: Annotated[
        str | None, typer.Argument(help="Number of an item, or an address (http…).")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why; kept with the record of it.")] = None,
    by: Annotated[str, typer.Option("--by", help="Who decided; kept as well.")] = CLI_ACTOR,
    finish: Annotated[
        bool, typer.Option("--finish", help="Only finish what an earlier call had to leave.")
    ] = False,
    yes: YesOption = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove an item, its files and its captures for good; its address is not taken in again."""
    if finish == (target is not None):
        raise fail(
            "给出条目编号或网址，或只用 --finish / give an item or an address, or --finish alone",
            code=EXIT_USAGE,
        )
    with open_app(config) as state:
        result: dict[str, object] = {}
        if target is not None:
            if not reason:
                raise fail("请用 --reason 写明原因 / say why: --reason", code=EXIT_USAGE)
            result = _erase(state, target, reason=reason, by=by, yes=yes or as_json)
        blanked, left = _finish(state)
    result |= {"blanked": blanked, "waiting": left}
    _print(result, as_json=as_json)
    if left:
        raise typer.Exit(EXIT_TRY_LATER)


def _erase(state: App, target: str, *, reason: str, by: str, yes: bool) -> dict[str, object]:
    from storage.erasure import erase as run_erase
    from storage.erasure import known_at

    key, url = _address(state, target)
    with state.db.reader() as session:
        documents, captured = known_at(session, key)
    if not documents and not captured:
        typer.echo(
            f"没有存过它，只记下不再收录 / nothing is kept, it is barred only: {url}", err=True
        )
    if not yes:
        for number, title in documents:
            typer.echo(f"{number}  {title}")
        typer.confirm(
            f"永久移除 {len(documents)} 个条目、{captured} 份原始答复，且不再收录 {url}？ / "
            "remove for good, and keep it from coming back?",
            abort=True,
        )
    with state.db.writer() as session:
        done = run_erase(session, url_key=key, url=url, reason=reason, actor=by, now=now_utc())
    for path in done.files:
        (state.config.storage.blobs / path).unlink(missing_ok=True)
    return {
        "documents": list(done.documents),
        "shells": list(done.shells),
        "files": len(done.files),
        "alike": list(done.alike),
    }


def _address(state: App, target: str) -> tuple[str, str]:
    from pipelines.urls import canonicalise, is_fetchable, url_key
    from storage.erasure import addresses_of

    if target.isdigit():
        with state.db.reader() as session:
            found = addresses_of(session, [int(target)])
        if not found:
            raise fail(f"没有这个条目 / no such item: {target}", code=EXIT_FAILED)
        _, key, url, _ = found[0]
        return key, url
    url = canonicalise(target)
    if not is_fetchable(url):
        raise fail(
            f"不是条目编号，也不是网址 / neither an item nor an address: {target}",
            code=EXIT_USAGE,
        )
    return url_key(url), url


def _finish(state: App) -> tuple[int, int]:
    """Blank what is waiting, file by file; records blanked, and those that have to wait."""
    from storage.erasure import blank, settle, waiting

    with state.db.reader() as session:
        todo = waiting(session)
    done = left = 0
    for file, places in todo.items():
        try:
            blanked = blank(state.config.storage.captures, file, places, now=now_utc())
        except OSError as error:
            typer.echo(
                f"{file}：{error}；排除后再运行 dibao erase --finish / "
                "mend that, then run dibao erase --finish",
                err=True,
            )
            left += len(places)
            continue
        if not blanked.places:
            left += len(places)
            continue
        with state.db.writer() as session:
            settle(session, file, blanked, now=now_utc())
        done += 0 if blanked.gone else len(blanked.places)
    return done, left


def _print(result: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        from crawler.commands.output import print_json

        print_json(result)
        return
    if "documents" in result:
        typer.echo(
            f"已移除条目 / items removed: {result['documents']}；文件 / files: {result['files']}"
        )
    if result.get("shells"):
        typer.echo(
            f"刊期引用过，只留空壳并隐藏 / cited by an issue, an empty "
            f"hidden row stays: {result['shells']}"
        )
    if result.get("alike"):
        typer.echo(
            f"同文的其他条目，请逐一决定 / the same text elsewhere, decide each: {result['alike']}"
        )
    typer.echo(f"存档中抹除的记录 / records blanked in captures: {result['blanked']}")
    if result["waiting"]:
        typer.echo(
            f"还有 {result['waiting']} 条未抹（多在未写完的文件里），采集结束后运行 "
            "dibao erase --finish / still there, mostly in files that are being written: run it "
            "again with --finish when the crawl is over",
            err=True,
        )
