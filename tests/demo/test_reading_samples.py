"""The packaged source files read the sample sites' own lists completely."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import crawler.demo
from crawler.demo.content import pages_of
from crawler.demo.families import FAMILIES
from crawler.demo.sample_site import load_sites
from crawler.demo.webserver import Request, SiteServer
from crawler.demo.weeks import SHANGHAI, Weeks
from pipelines.errors import EmptyListing
from pipelines.urls import url_key
from spiders.asks import first_ask, lanes, next_ask, resolve_ask, resolve_values
from spiders.catalogue import Catalogue, Spec, load_catalogue
from spiders.listing import read_listing
from spiders.rows import ListRow

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
WEEKS = Weeks.before(NOW)
FOLDER = Path(crawler.demo.__file__).parent / "catalog"
SITES = {f"{site.host}:8600": site for site in load_sites()}
KEYS = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def catalogue() -> Catalogue:
    return load_catalogue(packaged=FOLDER)


def fetch(url: str, *, week: int) -> bytes | None:
    parts = urlsplit(url)
    server = SiteServer(SITES[parts.netloc], WEEKS, week=lambda: week)
    server.base = f"http://{parts.netloc}"
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    head, _, body = server.respond(Request("GET", target, {})).partition(b"\r\n\r\n")
    return body if head.split()[1] == b"200" else None


def read_all(spec: Spec, *, week: int) -> list[ListRow]:
    """All rows of a source as its spider would read them, page after page."""
    today = WEEKS.seen_at(week).date()
    resolve = resolve_ask(spec)
    values: dict[str, str] = {}
    if resolve is not None:
        values = resolve_values(spec, (fetch(resolve.url, week=week) or b"").decode())
    rows: list[ListRow] = []
    for lane in lanes(spec, today=today, resolved=values):
        urls = [first_ask(spec, lane).url]
        while urls and lane.page <= spec.budget.pages:
            url = urls.pop()
            body = fetch(url, week=week)
            assert body is not None, url
            listing = read_listing(spec, body, base_url=url, today=today)
            assert not listing.problems, listing.problems
            if not listing.rows and not listing.children:
                break
            rows += listing.rows
            lane.ids_text = lane.ids_text or body.decode("latin-1")
            ask = next_ask(spec, lane, listing, page_url=url)
            urls += list(listing.children) + ([ask.url] if ask else [])
            lane.page += 1
    return rows


def test_the_source_files_are_valid_and_cover_every_site() -> None:
    found = catalogue()
    assert found.errors == ()
    hosts = {urlsplit(spec.first_url).netloc for spec in found.specs.values()}
    assert hosts == set(SITES)
    assert {spec.kind for spec in found.specs.values()} == {
        "feed",
        "html_list",
        "json_api",
        "sitemap",
    }


@pytest.mark.parametrize("key", KEYS)
def test_each_list_gives_every_bulletin_with_title_and_day(key: str) -> None:
    spec = catalogue().get(key)
    host = urlsplit(spec.first_url).netloc
    site = SITES[host]
    week = 1 if site.redesigned else 2
    pages = pages_of(WEEKS, site.key, moment=WEEKS.seen_at(week))
    path_of = FAMILIES[site.family].page_path
    rows = {url_key(row.url): row for row in read_all(spec, week=week)}
    assert set(rows) == {url_key(f"http://{host}{path_of(page)}") for page in pages}
    for page in pages:
        row = rows[url_key(f"http://{host}{path_of(page)}")]
        if spec.kind != "sitemap":
            assert row.title.endswith(page.title)
        zone = SHANGHAI if spec.timezone == "Asia/Shanghai" else UTC
        assert row.published_on in (page.at.astimezone(zone).date(), None)
        assert row.published_on is not None or spec.kind == "sitemap"


def test_the_redesigned_list_is_an_error_and_not_an_empty_week() -> None:
    spec = catalogue().get("demo-association")
    assert len(read_all(spec, week=1)) >= 5
    body = fetch(spec.first_url, week=2)
    assert body is not None
    try:
        listing = read_listing(spec, body, base_url=spec.first_url, today=NOW.date())
    except EmptyListing:
        return
    assert listing.rows == ()
