"""A laboratory for crawls: a folder with configuration, sources and database, real children.

``Lab.run`` starts ``crawler.child`` in a process of its own and waits for it; nothing is mocked.
The schema is made once and copied.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from crawler.config import load_config
from crawler.control.sync import load_sources, sync_catalogue
from storage import runs, sources
from storage.engine import Database, open_database
from storage.models import CrawlRun, Document, DocumentVersion, Fetch, FrontierEntry, HostState
from tests.crawler.fetch.forked import Forked

HTML_SOURCE = """\
title: 测试来源
publisher: 测试部
region: CN
level: national
kind: html_list
url: {url}
row: ul.list > li
link: a::attr(href)
date: span::text
body: div.article
every: 6h
recheck: {{every: {recheck}, for: 30d}}
expect: {{min_rows: 1}}
notes: {notes}
"""

TEXT = (
    "为进一步规范试点工作，现将有关事项通知如下。各单位应当按照职责分工，认真组织实施，"
    "及时总结经验，不断完善工作机制。试点期间遇到的重要情况，请及时报告。"
)


def article(number: int, *, text: str = TEXT, title: str | None = None) -> str:
    """The body of an article page; each number gives another text."""
    name = title or f"关于第{number}号试点工作的通知"
    paragraphs = "".join(f"<p>{part}类第{number}组：{text}</p>" for part in "甲乙丙丁")
    return (
        f'<div class="nav"><a href="/">首页</a></div><h1>{name}</h1>'
        f'<p class="info">发布时间：2026-03-0{number % 9 + 1} 来源：测试部</p>'
        f'<div class="article">{paragraphs}</div>'
    )


def listing(entries: list[tuple[str, str]], *, undated: tuple[str, ...] = ()) -> str:
    """A list page of (address, title); rows of ``undated`` addresses carry no day."""
    rows = "".join(
        f'<li><a href="{url}">{title}</a><span>{"" if url in undated else "2026-03-02"}</span></li>'
        for url, title in entries
    )
    return f'<ul class="list">{rows}</ul>'


@dataclass(slots=True)
class Lab:
    """One data folder. ``crawl`` overrides keys of the [crawl] section."""

    folder: Path
    template: Path
    crawl: dict[str, Any] = field(default_factory=dict)
    _db: Database | None = None

    def __post_init__(self) -> None:
        (self.folder / "sources").mkdir(parents=True, exist_ok=True)
        (self.folder / "data").mkdir(exist_ok=True)
        shutil.copy(self.template, self.folder / "data" / "dibao.db")
        self.configure()

    @property
    def config_path(self) -> Path:
        """The configuration file."""
        return self.folder / "dibao.toml"

    @property
    def db(self) -> Database:
        """The database, opened by the test itself."""
        if self._db is None:
            self._db = open_database(f"sqlite:///{self.folder / 'data' / 'dibao.db'}")
        return self._db

    def configure(self, **crawl: Any) -> None:
        """Write the configuration."""
        self.crawl.update(crawl)
        values: dict[str, Any] = {
            "delay": 0,
            "timeout": 5,
            "contact": "test@example.org",
            "allow_private": ["127.0.0.1"],
            "packaged_catalog": False,
            "catalog_folders": ["sources"],
            **self.crawl,
        }
        lines = [f"{name} = {_toml(value)}" for name, value in values.items()]
        self.config_path.write_text("\n".join(["[crawl]", *lines, ""]), encoding="utf-8")

    def source(self, key: str, text: str) -> None:
        """Add a source file."""
        (self.folder / "sources" / f"{key}.yaml").write_text(text, encoding="utf-8")

    def html_source(
        self, key: str, url: str, *, recheck: str = "7d", notes: str = "sample"
    ) -> None:
        """Add a source of kind html_list."""
        self.source(key, HTML_SOURCE.format(url=url, recheck=recheck, notes=notes))

    def sync(self) -> None:
        """Bring the source rows in line with the files."""
        config = load_config(self.config_path).crawl
        sync_catalogue(self.db, load_sources(config), now=datetime.now(UTC))

    def queue(self, key: str, **options: Any) -> int:
        """Queue a run of a source."""
        self.sync()
        with self.db.writer() as session:
            source = sources.source_by_key(session, key)
            assert source is not None
            run = runs.queue_run(
                session,
                source_id=source.id,
                trigger="manual",
                now=datetime.now(UTC),
                options=options,
            )
            assert run is not None
            return run.id

    def start(
        self, run_id: int, *, token: str | None = None, fault: Callable[[], None] | None = None
    ) -> Forked:
        """Start the child of a queued run; ``fault`` happens to the process before all else."""
        arguments = ["--run-id", str(run_id), "--lease-token", token or secrets.token_hex(8)]
        arguments += ["--config", str(self.config_path)]
        return Forked(arguments, folder=self.folder, scrapy=False, fault=fault)

    def run(self, key: str, *, timeout: float = 60, **options: Any) -> Outcome:
        """Queue a run, crawl, wait."""
        run_id = self.queue(key, **options)
        child = self.start(run_id)
        output, _ = child.communicate(timeout=timeout)
        return self.outcome(run_id, exit_code=child.returncode, log=output)

    def scrapy(self, *arguments: str, timeout: float = 60) -> Finished:
        """Plain Scrapy in this folder."""
        child = Forked(arguments, folder=self.folder, scrapy=True)
        output, _ = child.communicate(timeout=timeout)
        return Finished(child.returncode or 0, output)

    def outcome(self, run_id: int, *, exit_code: int | None, log: str) -> Outcome:
        """What the database says of a run."""
        with self.db.reader() as session:
            run = session.get_one(CrawlRun, run_id)
            errors = session.execute(
                select(Fetch.url, Fetch.error_code).where(
                    Fetch.run_id == run_id, Fetch.error_code.is_not(None)
                )
            ).all()
            return Outcome(
                run_id=run_id,
                exit_code=exit_code,
                log=log,
                state=run.state,
                error_code=run.error_code,
                counts={
                    name: getattr(run, name)
                    for name in ("listed", "fetched", "new", "changed", "unchanged", "failed")
                },
                stats=dict(run.stats or {}),
                errors={row.url: row.error_code for row in errors},
            )

    def documents(self) -> dict[str, str]:
        """Path of every stored document with its text hash."""
        with self.db.reader() as session:
            rows = session.execute(select(Document.url, Document.latest_sha)).all()
        return {_path(url): sha for url, sha in rows}

    def text_of(self, path: str) -> str:
        """The newest text of a document."""
        with self.db.reader() as session:
            rows = session.execute(
                select(Document.url, DocumentVersion.body_text)
                .join(DocumentVersion, DocumentVersion.document_id == Document.id)
                .order_by(DocumentVersion.seq)
            ).all()
        return {_path(url): text for url, text in rows}[path]

    def frontier(self) -> dict[str, tuple[str, str | None]]:
        """State and error code of every frontier row, by path."""
        with self.db.reader() as session:
            rows = session.scalars(select(FrontierEntry)).all()
            return {_path(row.url): (row.state, row.error_code) for row in rows}

    def host(self, host: str) -> HostState | None:
        """What is remembered of a host."""
        with self.db.reader() as session:
            return session.get(HostState, host)


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of a Scrapy command; ``output`` is everything it printed."""

    returncode: int
    output: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a run, as the run record tells it; ``errors`` maps address to code."""

    run_id: int
    exit_code: int | None
    log: str
    state: str
    error_code: str | None
    counts: dict[str, int]
    stats: dict[str, Any]
    errors: dict[str, str]

    def code_of(self, path: str) -> str | None:
        """The error code of the address that ends with ``path``."""
        return next((code for url, code in self.errors.items() if url.endswith(path)), None)


def _path(url: str) -> str:
    return "/" + url.split("/", 3)[-1]


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)
