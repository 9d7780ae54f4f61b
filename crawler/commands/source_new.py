"""``dibao source new``: from the address of a list, or a saved page, to a source file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.commands import source_find
from crawler.commands.context import (
    EXIT_FAILED,
    EXIT_USAGE,
    ConfigOption,
    JsonOption,
    fail,
    readable_errors,
)
from crawler.commands.source_articles import fetched_articles, read_samples, saved_articles

if TYPE_CHECKING:
    from crawler.commands.source_find import Found
    from spiders.catalogue import Spec
    from spiders.induction.naming import About
    from spiders.rows import ListRow

SHOWN = 10
FOLDER = Path("sources")


def new(
    url: Annotated[str | None, typer.Argument(help="Address of a list page, feed or API.")] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="A saved page instead of the site (offline).")
    ] = None,
    base: Annotated[
        str | None, typer.Option("--base", help="With --html: the address the page came from.")
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(help="Region (四川省/德阳市/罗江区); without an address, that of its list."),
    ] = None,
    number: Annotated[
        int, typer.Option("--list", min=1, help="Which list of a page that has several.")
    ] = 1,
    article: Annotated[
        list[Path] | None,
        typer.Option("--article", help="With --html: a saved article (two or three, repeated)."),
    ] = None,
    key: Annotated[str | None, typer.Option(help="Key (file name); default: from host.")] = None,
    title: Annotated[str | None, typer.Option(help="Name; default: from the page.")] = None,
    folder: Annotated[
        Path | None,
        typer.Option(help="Where to write (default: the first crawl.catalog_folders, or sources)."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a source of any list page: feed, CMS, JSON or repeated rows; writes an unproven YAML."""
    from crawler.config import load_config
    from spiders.induction import NothingFound
    from spiders.regions import UnknownPlace, find_place

    with readable_errors():
        loaded = load_config(config)
    hint = None
    try:
        if region and url is None and html is None:
            place = find_place(region)
            url, hint, region = place.url, place.family, place.path
        wishes = _Wishes(region, key, title, hint, number, tuple(article or ()))
        made = _made(loaded, address=base if html else url, html=html, wishes=wishes)
    except (NothingFound, UnknownPlace) as error:
        raise fail(str(error)) from error
    target = None
    if html is None or not as_json:
        target = _write(made.source, made.key, folder or _folder(loaded), force=force)
    _show(made, target=target, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What the caller knows better."""

    region: str | None
    key: str | None
    title: str | None
    hint: str | None
    number: int
    articles: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Made:
    """The result: key, text of the file, what was found, a line for each article tried."""

    key: str
    source: str
    found: Found
    lines: list[str]

    @property
    def rows(self) -> tuple[ListRow, ...]:
        return self.found.induced.listing.rows


def _made(loaded: Any, *, address: str | None, html: Path | None, wishes: _Wishes) -> _Made:
    if not address:
        raise fail(
            "给出网址，或 --html 与 --base，或 --region / "
            "give an address, or --html with --base, or --region",
            code=EXIT_USAGE,
        )
    visitor = source_find.visitor_of(loaded) if html is None else None
    today = source_find.today_in_china()
    try:
        if visitor is None:
            found = source_find.saved(html, address, choice=wishes.number)
        else:
            found = source_find.visited(visitor, address, choice=wishes.number)
        about = _about(found, region=wishes.region, key=wishes.key, title=wishes.title)
        text, spec = _file(found, about, hint=wishes.hint)
        rows = found.induced.listing.rows
        if visitor is not None:
            samples = list(fetched_articles(visitor, rows))
        else:
            samples = list(saved_articles(wishes.articles, rows, base=address))
        lines, proposed = read_samples(spec, samples, today=today)
        if proposed:
            text, spec = _file(found, about, hint=None, more=proposed)
    finally:
        if visitor is not None:
            visitor.close()
    return _Made(about.key, text, found, lines)


def _about(found: Found, *, region: str | None, key: str | None, title: str | None) -> About:
    from spiders.induction.naming import describe

    about = describe(found.url.split("{", 1)[0], found.text, region=region)
    return replace(about, key=key or about.key, title=title or about.title)


def _file(
    found: Found, about: About, *, hint: str | None, more: Mapping[str, str] | None = None
) -> tuple[str, Spec]:
    """The YAML and the source it means; a mistake in it is a mistake of this program."""
    from spiders.catalogue import SourceFileErrors
    from spiders.induction.source_text import checked, source_text

    settings = {k: v for k, v in found.induced.settings.items() if k != "url"}
    settings |= more or {}
    if hint and "family" not in settings:
        found.notes.append(f"地址形式像 {hint}，页面未能证实 / the address looks like {hint}.")
    rows = len(found.induced.listing.rows)
    text = source_text(about, settings, url=found.url, rows=rows, note=" ".join(found.notes))
    try:
        return text, checked(text, key=about.key)
    except SourceFileErrors as group:
        raise fail(
            f"推断结果未通过检查 / the result is not a good source file:\n{group}\n{text}"
        ) from group


def _folder(loaded: Any) -> Path:
    folders = loaded.crawl.catalog_folders
    return Path(folders[0]) if folders else FOLDER


def _write(text: str, key: str, folder: Path, *, force: bool) -> Path:
    target = folder / f"{key}.yaml"
    if target.exists() and not force:
        raise fail(
            f"{target} 已存在；用 --key 另起名或 --force 覆盖 / exists: --key or --force",
            code=EXIT_USAGE,
        )
    folder.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return target


def _row(row: ListRow) -> dict[str, Any]:
    day = row.published_on
    return {"title": row.title, "url": row.url, "date": day.isoformat() if day else None}


def _show(made: _Made, *, target: Path | None, as_json: bool) -> None:
    if as_json:
        data = {
            "key": made.key,
            "file": str(target) if target else None,
            "source": made.source,
            "rows": [_row(row) for row in made.rows],
            "articles": made.lines,
            "lists": [
                {"links": each.links, "dated": each.dated, "first": each.first}
                for each in made.found.induced.lists
            ],
        }
        typer.echo(json.dumps(data, ensure_ascii=False))
        return
    typer.echo(made.source)
    for row in made.rows[:SHOWN]:
        typer.echo(f"{row.published_on or '????-??-??'}  {row.title}\n            {row.url}")
    dated = sum(row.published_on is not None for row in made.rows)
    typer.echo(f"{len(made.rows)} 条，{dated} 条有日期 / rows, dated")
    for line in made.lines:
        typer.echo(line)
    for place, each in enumerate(made.found.induced.lists[1:], 2):
        typer.echo(
            f"本页还有 / also here: --list {place}：{each.links} 条 / links，{each.first[:40]}"
        )
    typer.echo(f"已写入 / written: {target}")
    typer.echo(
        f"核对后运行 dibao source test {made.key} --live，通过即可把 status 改为 enabled / "
        "check it, run the test, then set status: enabled"
    )
    if not made.rows:
        raise typer.Exit(EXIT_FAILED)
