"""Starting an errand (``crawler.errand``) and reading its report; never loads Scrapy itself."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WAIT = 3600.0  # seconds; the politeness of a host may make a batch of files long


class ErrandFailed(Exception):
    """The errand process ended without a report."""

    code = "errand_failed"
    remedy = "采集进程异常退出，请看日志 / the crawl process ended badly: see the log"


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """An answer, or the named error in its place (then ``path`` is None)."""

    asked: str
    url: str
    path: Path | None
    content_type: str | None = None
    disposition: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    code: str | None = None
    detail: str = ""


def fetch_pages(
    urls: Sequence[str], *, folder: Path, config_path: Path | None
) -> list[FetchedPage]:
    """Fetch pages into ``folder``, in the order asked. Raises ErrandFailed."""
    report = send({"urls": list(urls), "folder": str(folder)}, config_path=config_path)
    found = {str(page.get("asked")): page for page in report.get("pages", ())}
    return [_page(url, found.get(url)) for url in urls]


def fetch_files(
    *,
    config_path: Path | None,
    source_id: int | None = None,
    document_id: int | None = None,
) -> int:
    """Fetch and read the files that wait, of a source or document or all; how many were asked.

    Raises ErrandFailed.
    """
    chosen = {"source_id": source_id, "document_id": document_id, "all": True}
    report = send({"files": chosen}, config_path=config_path)
    return int(report.get("files", 0))


def send(request: dict[str, Any], *, config_path: Path | None) -> dict[str, Any]:
    """Run one errand in a process of its own. Raises ErrandFailed."""
    command = [sys.executable, "-P", "-m", "crawler.errand"]
    if config_path is not None:
        command += ["--config", str(config_path)]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command,
            input=json.dumps(request),
            capture_output=True,
            text=True,
            check=False,
            timeout=WAIT,
        )
        report = json.loads(done.stdout)
    except (ValueError, subprocess.TimeoutExpired) as error:
        raise ErrandFailed(f"{ErrandFailed.remedy}: {error}") from error
    if not isinstance(report, dict):
        raise ErrandFailed(ErrandFailed.remedy)
    return report


def _page(url: str, found: dict[str, Any] | None) -> FetchedPage:
    if found is None:
        return FetchedPage(url, url, None, code="fetch_failed", detail="no answer")
    if "path" not in found:
        return FetchedPage(
            url, url, None, code=str(found.get("code")), detail=str(found.get("detail", ""))
        )
    return FetchedPage(
        asked=url,
        url=str(found["url"]),
        path=Path(found["path"]),
        content_type=found.get("content_type"),
        disposition=found.get("disposition"),
        etag=found.get("etag"),
        last_modified=found.get("last_modified"),
    )
