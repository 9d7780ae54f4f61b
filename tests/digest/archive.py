"""A small archive for the tests: sources of several levels, documents, labels, subscribers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from digest.periods import Period
from digest.settings import DigestConfig, EditionConfig, MailConfig
from storage.documents import save_document
from storage.labels import LabelTerm, sync_labels
from storage.records import DocumentRecord, LabelRecord
from storage.sources import SourceRecord, set_next_check, source_by_key, sync_sources
from storage.subscribers import subscribe

# Monday 2026-11-16 08:00 in Shanghai, and the week before it.
END = datetime(2026, 11, 16, 0, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
PERIOD = Period(start=END - WEEK, end=END)
NEXT = Period(start=END, end=END + WEEK)
SEEN = END - timedelta(days=3)

_SECTIONS = ("新法速递", "监管动态", "典型案例", "行业热点")
_SOURCES = (
    ("cn-council", "示例国务院 政策", "国务院", "national", "CN"),
    ("cn-gd", "示例广东 政策文件", "广东省人民政府", "provincial", "CN-广东"),
    ("cn-sz", "示例深圳 通知", "深圳市人民政府", "municipal", "CN-广东-深圳"),
    ("press-a", "示例日报", "示例日报", "none", None),
    ("press-b", "示例财经", "示例财经", "none", None),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The two sections that the digest reads."""

    digest: DigestConfig
    mail: MailConfig


def settings(*, mail: dict[str, Any] | None = None, **edition: Any) -> Settings:
    """One weekly edition; links signed, everything else as a newcomer finds it."""
    values = {
        "from_address": "digest@example.org",
        "public_url": "https://digest.example.org",
        "secret": "k" * 40,
        "security": "none",
        **(mail or {}),
    }
    made = EditionConfig(**{"title": "政策与法律周报", "publisher": "示例律所", **edition})
    return Settings(DigestConfig(editions=(made,)), MailConfig(**values))


def add_sources(session: Session) -> None:
    """Five sources; the last one has not answered this week."""
    sync_sources(
        session,
        [
            SourceRecord(
                key=key,
                title=title,
                publisher=publisher,
                kind="html_list",
                spec_hash="1",
                host_group=f"{key}.example",
                every_seconds=3600,
                region=region,
                level=level,
            )
            for key, title, publisher, level, region in _SOURCES
        ],
        now=SEEN - WEEK,
    )
    for key, *_ in _SOURCES[:-1]:
        source = source_by_key(session, key)
        assert source is not None
        set_next_check(session, source_id=source.id, next_check_at=END, checked_at=SEEN, ok=True)
    terms = [
        LabelTerm(slug=name, kind="section", title=name, position=position)
        for position, name in enumerate(_SECTIONS)
    ]
    sync_labels(session, terms, now=SEEN)


def add_document(
    session: Session,
    title: str,
    *,
    source: str = "cn-council",
    section: str | None = "新法速递",
    topics: tuple[str, ...] = (),
    text: str | None = None,
    seen: datetime = SEEN,
    path: str | None = None,
    **more: Any,
) -> int:
    """Store a document (or a new version of it); returns its id."""
    row = source_by_key(session, source)
    assert row is not None
    body = text or f"{title}。" + "为规范数据流通，明确各方责任，现就有关事项作出规定。" * 8
    url = f"https://www.{source}.example/{path or hashlib.sha256(title.encode()).hexdigest()[:8]}"
    labels = [LabelRecord(slug=section, kind="section")] if section else []
    labels += [LabelRecord(slug=name, kind="topic", confidence=0.9) for name in topics]
    values: dict[str, Any] = {
        "publisher": row.publisher,
        "region": row.region,
        "level": row.level,
        "published_on": date(2026, 11, 12),
        "issuing_bodies": (row.publisher,) if row.level != "none" else (),
        **more,
    }
    result = save_document(
        session,
        DocumentRecord(
            source_id=row.id,
            url=url,
            url_key=hashlib.sha256(url.encode()).hexdigest()[:32],
            title=title,
            body_text=body,
            text_sha256=hashlib.sha256(body.encode()).hexdigest(),
            text_length=len(body),
            labels=tuple(labels),
            **values,
        ),
        now=seen,
        compare=lambda old, new: ("content", 0.3),
    )
    assert result.document_id is not None
    return result.document_id


def add_readers(session: Session, count: int, *, edition: str = "weekly") -> list[str]:
    """Active subscribers ``reader-001@example.net`` and so on."""
    addresses = [f"reader-{number:03d}@example.net" for number in range(1, count + 1)]
    for address in addresses:
        subscribe(
            session,
            address=address,
            edition=edition,
            consent={"by": "test"},
            now=SEEN,
            confirmed=True,
        )
    return addresses


def folder_mail(folder: Path) -> dict[str, Any]:
    """Mail settings of a dry run."""
    return {"transport": "folder", "folder": folder}
