"""``dibao verify``: compute every digest of the captures again, and say what is whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.commands.context import (
    EXIT_FAILED,
    EXIT_OK,
    EXIT_USAGE,
    App,
    ConfigOption,
    JsonOption,
    fail,
    file_trouble,
    now_utc,
    open_app,
)

if TYPE_CHECKING:
    from storage.archive_check import FileReport, Problem

MOST_LINES = 30  # of files that are in order; what is wrong is always shown
WORDS = {
    "whole": "完好 / whole",
    "torn": "尾部残缺 / torn",
    "altered": "已被改动 / altered",
    "missing": "缺失 / missing",
    "writing": "正在写 / being written",
    "pruned": "已按期清理 / pruned",
    "erasing": "抹除未完成 / erasing not finished",
}
REASONS = {
    "checksum": "压缩校验不符 / the checksum does not match",
    "cut off": "记录被截断 / the record is cut off",
    "wrong length": "长度不符 / the length is not the stated one",
    "no record begins here": "这里不是记录 / no record begins here",
    "not a WARC record": "不是 WARC 记录 / not a WARC record",
    "too large": "解压后过大 / too large when unpacked",
    "block digest differs": "内容摘要不符 / the block digest differs",
    "payload digest differs": "正文摘要不符 / the payload digest differs",
    "not the digest that the fetch took down": "与抓取时记下的摘要不同 / not the digest noted "
    "when it was fetched",
    "not the length that the fetch took down": "与抓取时记下的长度不同 / not the length noted "
    "when it was fetched",
    "no record begins at this place": "数据库记着这里有一条记录 / a record should begin here",
    "not the digest it is named by": "内容与名字（SHA-256）不符 / not the digest it is named by",
    "says that it was erased, which nobody noted": "自称已抹除，数据库里没有记录 / it says that it "
    "was erased, the database does not know",
    "is to be erased and still there": "应抹除而仍在，请运行 dibao erase --finish / to be erased "
    "and still there: run dibao erase --finish",
    "was erased and is there again": "抹除过的内容又出现了 / it was erased and is there again",
    "the file is not there": "文件不在 / the file is not there",
    "SHA-256 of the file is not the one noted at its end": "整个文件的 SHA-256 与关闭时不同 / "
    "the SHA-256 of the file is not the one noted when it was closed",
}


def register(app: typer.Typer) -> None:
    """Add the command to the root application."""
    app.command()(verify)


def verify(
    files: Annotated[
        list[Path] | None, typer.Argument(help="WARC files; default: all captures.")
    ] = None,
    run: Annotated[int | None, typer.Option(help="Only the captures of this run.")] = None,
    mend: Annotated[
        bool,
        typer.Option("--mend", help="Finish files of killed runs: cut behind the last record."),
    ] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check captures record by record. Exit 0 all whole, 1 torn, altered or missing, 2 usage."""
    if files and (run is not None or mend):
        raise fail(
            "文件与 --run、--mend 不能同时给 / name files, or use --run and --mend", code=EXIT_USAGE
        )
    if files:
        reports = _named(files)
    else:
        with open_app(config) as state:
            if mend:
                _mend(state)
            reports = _stored(state, run=run, quiet=as_json)
    _print(reports, as_json=as_json)
    raise typer.Exit(EXIT_FAILED if any(report.bad for report in reports) else EXIT_OK)


def _named(files: list[Path]) -> list[FileReport]:
    from storage.archive_check import check_file

    reports = []
    for path in files:
        try:
            reports.append(check_file(path, name=str(path)))
        except OSError as error:
            raise fail(file_trouble(error, name=path), code=EXIT_USAGE) from error
    return reports


def _stored(state: App, *, run: int | None, quiet: bool) -> list[FileReport]:
    """The files that the database knows, those that only the folder knows, then attachments."""
    from rich.console import Console
    from rich.progress import track

    from storage import captures
    from storage.archive_check import check_blobs, check_file, check_kept, strangers
    from storage.blobs import BlobStore
    from storage.erasure import erased_in
    from storage.models import CrawlRun

    folder = state.config.storage.captures
    reports = []
    with state.db.reader() as session:
        if run is not None and session.get(CrawlRun, run) is None:
            raise fail(f"没有这次运行 / no such run: {run}", code=EXIT_USAGE)
        known = captures.files(session, run_id=run)
        for kept in track(
            known,
            description="核对 / checking",
            console=Console(stderr=True),
            transient=True,
            disable=quiet,
        ):
            places = captures.places_in(session, path=kept.path, run_id=kept.run_id)
            erased = erased_in(session, kept.path)
            reports.append(check_kept(folder, kept, places, erased))
        if run is None:
            names = {kept.path for kept in known}
            reports += [check_file(path, name=name) for name, path in strangers(folder, names)]
            reports += check_blobs(session, BlobStore(state.config.storage.blobs))
    return reports


def _mend(state: App) -> None:
    from storage import captures

    folder = state.config.storage.captures
    with state.db.reader() as session:
        left = captures.left_open(session)
    for kept in left:
        with state.db.writer() as session:
            mended = captures.mend_file(session, folder, kept, now=now_utc())
        if mended is not None:
            typer.echo(
                f"{kept.path}: 已收尾 / finished: {mended.kept} bytes kept, {mended.torn} aside",
                err=True,
            )


def _print(reports: list[FileReport], *, as_json: bool) -> None:
    if as_json:
        from dataclasses import asdict

        from crawler.commands.output import print_json

        print_json([asdict(report) for report in reports])
        return
    if not reports:
        typer.echo("还没有存档（crawl.warc 是否开启？） / no captures yet: is crawl.warc on?")
        return
    for report in reports if len(reports) <= MOST_LINES else [one for one in reports if one.bad]:
        colour = typer.colors.RED if report.bad else None
        held = f"{report.records} 条 / records" if report.records else f"{report.bytes} B"
        if report.erased:
            held += f"，{report.erased} 条已按要求抹除 / erased on request"
        line = f"{WORDS[report.state]}  {report.path}  ({held})"
        typer.secho(line, fg=colour)
        for problem in report.problems:
            typer.secho(f"    ✗ {_words(problem)}", fg=colour)
    _sum(reports)


def _words(problem: Problem) -> str:
    place = f" @{problem.offset}" if problem.offset >= 0 else ""
    return f"{problem.about}{place}：{REASONS.get(problem.reason, problem.reason)}"


def _sum(reports: list[FileReport]) -> None:
    counts: dict[str, int] = {}
    for report in reports:
        counts[report.state] = counts.get(report.state, 0) + 1
    records = sum(report.records for report in reports)
    erased = sum(report.erased for report in reports)
    size = sum(report.bytes for report in reports)
    parts: list[Any] = [f"{WORDS[state]} {number}" for state, number in sorted(counts.items())]
    if erased:
        parts.append(f"抹除 / erased {erased}")
    typer.echo(f"\n{'；'.join(parts)}；{records} 条记录 / records；{size / 1024**2:.1f} MiB")
