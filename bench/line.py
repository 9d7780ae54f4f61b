"""The whole line against stock Scrapy fetching alone: ``python -m bench.line [--json]``.

One crawl run through the child process, from the list pages to committed, searchable rows, beside
stock Scrapy fetching the same pages and doing nothing with them, and beside the obvious stack
(``bench/obvious.py``) where its libraries are installed. CPU a page is the slope between two
page counts. What was stored is checked before anything is reported.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench import obvious
from bench.running import Line, Usage, measure, report, site, slope
from bench.site import PER_LIST, title_of

GATE = 2.5
OBVIOUS_GATE = 0.20
MEMORY_GATE = 350
START_GATE = 2.0  # times stock Scrapy: 1.0 s where Scrapy alone takes 0.5 s

SOURCE = """\
title: 基准测试
publisher: 示例省人民政府
region: CN
level: provincial
kind: html_list
url: {url}/list/plain
row: ul.list > li
link: a::attr(href)
date: span::text
every: 6h
paging: {{style: number, param: page}}
budget: {{pages: {pages}, items: {items}}}
"""


def crawl(folder: Path, url: str, count: int) -> Usage:
    """One run over ``count`` articles into a new database; raises if not all are found again."""
    from crawler.config import load_config
    from crawler.control.sync import load_sources, sync_catalogue
    from storage import runs, search, sources
    from storage.documents import DocumentFilter, count_documents
    from storage.engine import open_database
    from storage.migrate import upgrade

    here = folder / secrets.token_hex(4)
    (here / "sources").mkdir(parents=True)
    pages = -(-count // PER_LIST)
    text = SOURCE.format(url=url, pages=pages, items=count)
    (here / "sources" / "bench.yaml").write_text(text, encoding="utf-8")
    config_path = here / "dibao.toml"
    config_path.write_text(
        "[crawl]\ndelay = 0\nsoft_limit = 3600\nallow_private = ['127.0.0.1']\n"
        "packaged_catalog = false\ncatalog_folders = ['sources']\n"
        "[attachments]\nenabled = false\n",  # pages are measured; their files do not exist
        encoding="utf-8",
    )
    config = load_config(config_path)
    database = open_database(config.storage.database_url)
    upgrade(database)
    now = datetime.now(UTC)
    sync_catalogue(database, load_sources(config.crawl), now=now)
    with database.writer() as session:
        source = sources.source_by_key(session, "bench")
        if source is None:
            raise RuntimeError("the source file was not read")
        run = runs.queue_run(session, source_id=source.id, trigger="manual", now=now)
        run_id = run.id if run is not None else 0
    usage = measure("line", "--run-id", str(run_id), "--config", str(config_path))
    with database.reader() as session:
        stored = count_documents(session, filters=DocumentFilter())
        number = count - 1
        found = search.search(session, f"第{number + 1}批重点项目", limit=5)
    database.dispose()
    if stored != count or not found:
        raise RuntimeError(f"{stored} of {count} stored; {len(found)} found: {title_of(number)}")
    return usage


Used = dict[tuple[str, int], list[Usage]]


def figures(used: Used, *, small: int, large: int) -> list[Line]:
    """What the runs say, with gates."""
    counts = (small, large)
    stock = slope(used["stock", small], used["stock", large], pages=large - small)
    line = slope(used["line", small], used["line", large], pages=large - small)
    peak = max(usage.rss_mb for count in counts for usage in used["line", count])
    start = {
        mode: min(usage.first_request_cpu or 9.9 for count in counts for usage in used[mode, count])
        for mode in ("stock", "line")
    }
    lines = [
        Line("stock Scrapy, fetching alone", stock, unit="ms/page"),
        Line("ours, fetch to searchable row", line, unit="ms/page"),
        Line("ours / stock", line / stock, gate=GATE),
        Line("peak memory of the crawl process", peak, gate=MEMORY_GATE, unit="MB"),
        Line("CPU to first request, stock", start["stock"], unit="s"),
        Line("CPU to first request, ours", start["line"], unit="s"),
        Line("CPU to first request, ours / stock", start["line"] / start["stock"], START_GATE),
    ]
    half = small // 2
    if ("obvious", half) in used:
        plain = slope(used["obvious", half], used["obvious", small], pages=small - half)
        lines.append(Line("obvious stack", plain, unit="ms/page"))
        lines.append(Line("ours / obvious stack", line / plain, gate=OBVIOUS_GATE))
    return lines


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=200, help="articles of the short runs")
    parser.add_argument("--large", type=int, default=1000, help="articles of the long runs")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each kind")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    small, large = arguments.small, arguments.large
    missing = obvious.missing_libraries()
    used: Used = {}
    with site(large) as url, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for _ in range(arguments.repeat):
            for count in (small, large):
                pages = ("--url", url, "--count", str(count))
                used.setdefault(("stock", count), []).append(measure("stock", *pages))
                used.setdefault(("line", count), []).append(crawl(folder, url, count))
            for count in () if missing else (small // 2, small):
                database = str(folder / f"obvious-{secrets.token_hex(4)}.db")
                asked = ("--url", url, "--count", str(count), "--database", database)
                used.setdefault(("obvious", count), []).append(measure("obvious", *asked))
    notes = [f"obvious stack not measured, absent: {', '.join(missing)}"] if missing else []
    lines = figures(used, small=small, large=large)
    return report("line", lines, as_json=arguments.json, notes=notes)


if __name__ == "__main__":
    sys.exit(main())
