"""``dibao source list``: the catalogue, and how it covers the regions of China."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.commands.context import ConfigOption, JsonOption, fail, readable_errors
from crawler.commands.output import print_rows

if TYPE_CHECKING:
    from crawler.config import CrawlConfig
    from spiders.catalogue import Catalogue


def list_sources(
    tag: Annotated[str | None, typer.Option(help="Only this tag.")] = None,
    status: Annotated[str | None, typer.Option(help="enabled, unproven, manual, disabled.")] = None,
    regions: Annotated[
        bool, typer.Option("--regions", help="Regions of China and their sources instead.")
    ] = False,
    missing: Annotated[
        bool, typer.Option("--missing", help="With --regions: only those without a source.")
    ] = False,
    under: Annotated[
        str | None, typer.Option(help="Only this place and those in it (四川, 四川省/德阳市).")
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List every source of the catalogue; with --regions, what each region of China has."""
    from crawler.config import load_config

    with readable_errors():
        catalogue = catalogue_of(load_config(config).crawl)
    if regions or missing:
        _print_regions(catalogue, under=under, missing=missing, as_json=as_json)
        return
    inside = _prefix(under)
    rows = [
        {
            "key": key,
            "title": spec.title,
            "region": spec.region,
            "level": spec.level,
            "kind": spec.kind,
            "family": spec.family,
            "status": spec.status,
            "tags": list(spec.tags),
            "url": str(spec.first_url),
        }
        for key, spec in sorted(catalogue.specs.items())
        if (tag is None or tag in spec.tags)
        and (status is None or status == spec.status)
        and (inside is None or f"{spec.region}-".startswith(f"{inside}-"))
    ]
    columns = {"key": "来源", "title": "名称", "region": "地区", "kind": "类型"}
    print_rows(
        rows,
        columns=columns | {"status": "状态", "tags": "标签"},
        as_json=as_json,
        empty="没有匹配的来源 / no source matches",
    )
    print_errors(catalogue.errors)


def catalogue_of(config: CrawlConfig) -> Catalogue:
    """The catalogue of a configuration, without loading anything of the database."""
    from spiders.catalogue import Catalogue, load_catalogue

    folders = config.catalog_folders
    if config.packaged_catalog:
        return load_catalogue(folders)
    return load_catalogue(folders[1:], packaged=folders[0]) if folders else Catalogue({})


def print_errors(errors: Any) -> None:
    """What is wrong with source files, on standard error."""
    for error in errors:
        typer.secho(f"✗ {error}", fg=typer.colors.YELLOW, err=True)


def _prefix(under: str | None) -> str | None:
    from pipelines.fields.regions import parse_region

    if not under:
        return None
    region = parse_region(under)
    return region.path if region is not None else under


def _print_regions(
    catalogue: Catalogue, *, under: str | None, missing: bool, as_json: bool
) -> None:
    from spiders.regions import UnknownPlace, covered, places_under

    try:
        places = places_under(under)
    except UnknownPlace as error:
        raise fail(str(error)) from error
    have = covered(catalogue.specs.values())
    counts = Counter(spec.region for spec in catalogue.specs.values() if spec.status == "enabled")
    rows = [
        {
            "path": place.path,
            "code": place.code,
            "level": place.level,
            "region": place.region,
            "covered": place.region in have,
            "enabled": counts.get(place.region, 0),
            "family": place.family,
            "url": place.url,
        }
        for place in places
        if not (missing and place.region in have)
    ]
    columns = {
        "path": "地区",
        "code": "代码",
        "covered": "有来源",
        "enabled": "启用",
        "url": "网址",
    }
    print_rows(
        rows,
        columns=columns,
        as_json=as_json,
        empty="都已有来源 / every region has a source",
    )
    if not as_json:
        lacking = sum(not row["covered"] for row in rows)
        typer.echo(
            f"{len(places)} 个地区，{lacking} 个尚无来源；用 dibao source new --region 地区 添加 / "
            "regions; those without a source: dibao source new --region PATH"
        )
