"""Source files and source rows: a mistake in a file retires nothing."""

from __future__ import annotations

from datetime import UTC, datetime

from crawler.config import load_config
from crawler.control import ticks
from storage.sources import list_sources
from tests.crawler.fetch.lab import Lab


def test_a_broken_file_leaves_the_source_as_it_was_and_due(lab: Lab) -> None:
    lab.html_source("one", "https://one.gov.cn/list")
    lab.html_source("two", "https://two.gov.cn/list")
    lab.sync()
    good = (lab.folder / "sources" / "one.yaml").read_text(encoding="utf-8")
    lab.source("one", good + "title: [twice\n")
    (lab.folder / "sources" / "two.yaml").unlink()
    queued = ticks.queue_due(lab.db, load_config(lab.config_path), now=datetime.now(UTC))
    assert queued == 1
    with lab.db.reader() as session:
        rows = {row.key: row for row in list_sources(session, include_retired=True)}
    assert rows["one"].retired_at is None
    assert rows["one"].title == "测试来源"
    assert rows["two"].retired_at is not None
