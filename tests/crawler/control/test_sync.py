"""Source files and source rows: a mistake in a file retires nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crawler.config import load_config
from crawler.control import ticks
from storage.health import open_events
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


def test_a_folder_that_is_away_retires_nothing_and_is_told(lab: Lab) -> None:
    lab.html_source("one", "https://one.gov.cn/list")
    lab.sync()
    config = load_config(lab.config_path)
    now = datetime.now(UTC)
    ticks.judge(lab.db, config, now=now)
    (lab.folder / "sources").rename(lab.folder / "elsewhere")
    ticks.queue_due(lab.db, config, now=now)
    ticks.judge(lab.db, config, now=now)
    with lab.db.reader() as session:
        assert [row.key for row in list_sources(session)] == ["one"]
        (event,) = open_events(session)
    assert (event.subject, event.rule) == ("system", "source_files")
    (lab.folder / "elsewhere").rename(lab.folder / "sources")
    ticks.judge(lab.db, config, now=now)
    with lab.db.reader() as session:
        assert open_events(session) == []


def test_a_failing_source_whose_file_is_mended_is_due_at_once(lab: Lab) -> None:
    now = datetime.now(UTC)
    lab.html_source("one", "https://one.gov.cn/list")
    lab.html_source("two", "https://two.gov.cn/list")
    lab.sync()
    with lab.db.writer() as session:
        for row in list_sources(session):
            row.next_check_at, row.failures = now + timedelta(days=1), int(row.key == "one")
    for key in ("one", "two"):
        lab.html_source(key, f"https://{key}.gov.cn/new", notes="moved")
    lab.sync()
    with lab.db.reader() as session:
        due = {row.key: row.next_check_at for row in list_sources(session)}
    assert due["one"] is not None
    assert due["two"] is not None
    assert due["one"] <= datetime.now(UTC) < due["two"]
