"""A crawl that cannot be opened ends by name; it neither waits for ever nor fetches unrecorded."""

from __future__ import annotations

import os
import sys
import threading
from datetime import UTC, datetime
from typing import Any

from storage.models import CrawlRun, Source
from tests.crawler.fetch.lab import Lab, article, listing
from tests.fault_server import FaultServer, html


def _site(lab: Lab, server: FaultServer) -> None:
    server.routes["/list"] = html(listing([("/a/1.html", "关于第1号试点工作的通知")]))
    server.routes["/a/1.html"] = html(article(1))
    lab.html_source("cn-open", server.url("/list"))


def no_threads() -> None:
    """The system gives this process no further thread."""

    def refuse(*_: Any, **__: Any) -> None:
        raise RuntimeError("can't start new thread")

    threading.Thread.start = refuse  # type: ignore[method-assign]


def no_spiders() -> None:
    """A part of the program cannot be loaded."""
    import crawler.fetch.loader

    def refuse(*_: Any) -> None:
        raise OSError("library damaged")

    crawler.fetch.loader.CatalogueLoader.from_settings = refuse  # type: ignore


def ends_outside() -> None:
    """Whatever looks a foreign name up, or dials anything but this machine, ends the process."""

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.getaddrinfo" and arguments[0] not in ("127.0.0.1", "localhost"):
            os._exit(98)
        dialled = arguments[1] if event in ("socket.connect", "socket.sendto") else None
        if isinstance(dialled, tuple) and dialled[0] not in ("127.0.0.1", "::1"):
            os._exit(98)

    sys.addaudithook(watch)


def test_a_crawl_talks_to_its_source_and_to_nobody_else(lab: Lab, server: FaultServer) -> None:
    """No telemetry, no look for updates: neither at the beginning nor at the end of a run."""
    _site(lab, server)
    run_id = lab.queue("cn-open")
    child = lab.start(run_id, fault=ends_outside)
    log, _ = child.communicate(timeout=30)
    assert child.returncode == 0, log
    assert list(lab.documents()) == ["/a/1.html"]
    lab.html_source("cn-out", "http://nowhere.example/list")  # the watch itself is awake
    child = lab.start(lab.queue("cn-out"), fault=ends_outside)
    child.communicate(timeout=30)
    assert child.returncode == 98


def _closed(lab: Lab, run_id: int) -> tuple[str, str | None, str]:
    with lab.db.reader() as session:
        run = session.get_one(CrawlRun, run_id)
        source = session.get_one(Source, run.source_id)
        assert source.failures == 1
        assert source.next_check_at is not None
        assert source.next_check_at > datetime.now(UTC)
        return run.state, run.error_code, run.error_detail or ""


def test_a_process_without_threads_closes_its_run_and_asks_nobody(
    lab: Lab, server: FaultServer
) -> None:
    _site(lab, server)
    run_id = lab.queue("cn-open")
    child = lab.start(run_id, fault=no_threads)
    log, _ = child.communicate(timeout=30)
    assert child.returncode == 1, log
    state, code, detail = _closed(lab, run_id)
    assert (state, code) == ("failed", "start_failed")
    assert "can't start new thread" in detail
    assert server.requests == []
    assert lab.run("cn-open").counts["new"] == 1


def test_a_part_that_cannot_be_loaded_closes_the_run(lab: Lab, server: FaultServer) -> None:
    _site(lab, server)
    run_id = lab.queue("cn-open")
    child = lab.start(run_id, fault=no_spiders)
    log, _ = child.communicate(timeout=30)
    assert child.returncode == 1, log
    assert _closed(lab, run_id)[:2] == ("failed", "start_failed")


def test_a_source_file_that_is_gone_closes_the_run(lab: Lab, server: FaultServer) -> None:
    _site(lab, server)
    run_id = lab.queue("cn-open")
    (lab.folder / "sources" / "cn-open.yaml").unlink()
    child = lab.start(run_id)
    log, _ = child.communicate(timeout=30)
    assert child.returncode == 1, log
    assert "cn-open" in log
    assert _closed(lab, run_id)[:2] == ("failed", "start_failed")
