"""Policy events: pages of one policy joined with a role each, official pages behind reports.

Every row of a set (``title``, ``text``, ``url``, ``publisher``, ``level``, ``day``, ``links``;
gold: ``event``, ``role``, ``official``) runs through the steps of a crawl and is stored, in two
orders of arrival; then the stored events are compared with the gold. On a gold folder
(``items.jsonl`` beside ``documents.jsonl``) two records are of one event when one is ``related``
to the other and names its title first, or when they share a ``document_key``.
``hard_negatives_apart`` counts marked traps that stayed alone or with their own.
``official_precision`` is the share of right ones among the official pages assigned,
``official_recall`` among those that exist. The worse of both orders of arrival is reported.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from itertools import combinations
from pathlib import Path
from shutil import copyfile
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.report import Metrics, Report, data_sets, rows_of
from pipelines.events.keys import EventKeys, keys_of
from pipelines.items import Bulletin, Hints, Layout
from pipelines.judging import sketch_of
from pipelines.saving import Incoming, document_record, save_all
from pipelines.steps import (
    clean,
    fingerprint_of,
    metadata_of,
    page_of,
    read_metadata,
    take_fingerprint,
    validate,
)
from storage.engine import Database, open_database
from storage.migrate import upgrade
from storage.models import EventMember, OfficialSource, Source

Row = dict[str, Any]
_Page = tuple[str, Incoming]
"""Id of a row and what is saved of it."""
_GROUP = 64  # pages saved together, as in a crawl
_NOW = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Stored:
    """What the store says after a run: event and role by row, official page by row."""

    events: dict[str, int] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    official: dict[str, str] = field(default_factory=dict)


def measure(data: Path) -> Report:
    """Measure the sets of pages at ``data``."""
    reports: dict[str, Report] = {}
    for name, rows in _sets(data):
        if rows:
            reports[name] = _report(rows)
    if len(reports) == 1:
        return next(iter(reports.values()))
    total = Report("events", sum(r.n for r in reports.values()), {})
    total.sets = reports
    for metric in {key for report in reports.values() for key in report.ours}:
        values = [r.ours[metric] for r in reports.values() if metric in r.ours]
        total.ours[metric] = sum(values) / len(values)
    return total


def _sets(data: Path) -> Iterator[tuple[str, list[Row]]]:
    if (data / "documents.jsonl").is_file() and (data / "items.jsonl").is_file():
        yield "gold", _gold_rows(data)
        return
    for path in data_sets(data):
        yield path.parent.name, [row for row in rows_of(path) if "event" in (row.get("gold") or {})]


def _gold_rows(folder: Path) -> list[Row]:
    """Items and full texts of the bulletins as pages: items stand in media, texts at the issuer."""
    documents = list(rows_of(folder / "documents.jsonl"))
    keys = {row["id"]: row["document_key"] for row in documents}
    titles = {_plain(row["title"]): row["document_key"] for row in documents}
    rows: list[Row] = []
    for row in documents:
        rows.append(_gold_row(row, "national", row["document_key"], "final"))
    for row in rows_of(folder / "items.jsonl"):
        named = [titles[_plain(t)] for t in row["doc_titles"][:1] if _plain(t) in titles]
        related = [keys[key] for key in row["related"] if keys.get(key) in named]
        event = related[0] if related else None
        rows.append(_gold_row(row, "none", event, "report" if event else None))
    return rows


def _gold_row(row: Row, level: str, event: str | None, role: str | None) -> Row:
    key = row["id"].replace("/", "-")
    site = "gov.example.gov.cn" if level != "none" else "media.example.com"
    bodies = row.get("issuing_bodies") or [""]
    return {
        "id": row["id"],
        "title": row["title"],
        "text": row["body"],
        "url": f"https://{site}/{key}.html",
        "publisher": bodies[0] if level != "none" else "",
        "level": level,
        "day": row.get("event_date") or row.get("published_date"),
        "links": [],
        "signed": list(bodies) if level != "none" else [],
        "gold": {"event": event, "role": role},
    }


def _plain(title: str) -> str:
    return "".join(c for c in title if c.isalnum())


def _report(rows: Sequence[Row]) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder, "empty.db")
        pages, seconds = _read_rows(rows, _empty_store(empty, rows))
        forward = _stored(pages, _copy(empty, "forward.db"))
        backward = _stored(pages[::-1], _copy(empty, "backward.db"))
    first, second = _score(rows, forward), _score(rows, backward)
    ours = {name: min(first[name], second.get(name, 1.0)) for name in first}
    ours["keys_ms"] = seconds / max(1, len(rows)) * 1000
    return Report("events", len(rows), ours)


@contextmanager
def _opened(path: Path) -> Iterator[Database]:
    db = open_database(f"sqlite:///{path}")
    try:
        yield db
    finally:
        db.dispose()


def _empty_store(path: Path, rows: Sequence[Row]) -> dict[tuple[str, str], int]:
    """Make a store that knows the sources of all rows; their ids by publisher and level."""
    sources: dict[tuple[str, str], int] = {}
    with _opened(path) as db:
        upgrade(db)
        with db.writer() as session:
            for at in dict.fromkeys(map(_source_of, rows)):
                sources[at] = _source(session, len(sources), publisher=at[0], level=at[1])
    return sources


def _copy(path: Path, name: str) -> Path:
    return Path(copyfile(path, path.with_name(name)))


def _source_of(row: Row) -> tuple[str, str]:
    return row["publisher"] or "", row["level"]


def _read_rows(
    rows: Sequence[Row], sources: dict[tuple[str, str], int]
) -> tuple[list[_Page], float]:
    """Every row after the steps of a crawl, once for all orders; seconds of CPU that keys took."""
    pages, seconds = [], 0.0
    for row in rows:
        item = _bulletin(row)
        for step in (validate, clean, read_metadata, take_fingerprint):
            step(item)
        started = time.process_time()
        keys = keys_of(item, page_of(item), metadata_of(item))
        seconds += time.process_time() - started
        record = document_record(item, source_id=sources[_source_of(row)], run_id=None)
        sketch = sketch_of(item, metadata_of(item), fingerprint_of(item))
        pages.append((row["id"], Incoming(record, sketch, keys, page_of(item).links)))
        if "--keys" in sys.argv:
            _show(row, keys)
    return pages, seconds


def _stored(pages: Sequence[_Page], path: Path) -> _Stored:
    """Save the pages in their order, in groups as a crawl does."""
    found, ids = _Stored(), {}
    with _opened(path) as db:
        with db.writer() as session:
            for start in range(0, len(pages), _GROUP):
                group = pages[start : start + _GROUP]
                saved = save_all(session, [incoming for _, incoming in group])
                for (name, _), result in zip(group, saved, strict=True):
                    ids[result.document_id or 0] = name
        _read(db, ids, found)
    return found


def _source(session: Session, number: int, *, publisher: str, level: str) -> int:
    source = Source(
        key=f"bench-{number}",
        title=publisher or "bench",
        publisher=publisher,
        region="CN",
        level=level,
        kind="html_list",
        status="enabled",
        spec_hash="1",
        host_group=f"bench-{number}",
        every_seconds=3600,
        created_at=_NOW,
        updated_at=_NOW,
    )
    session.add(source)
    session.flush()
    return source.id


def _show(row: Row, keys: EventKeys) -> None:
    name = keys.subject.name if keys.subject else None
    print(row["id"], keys.role, name, sorted(keys.numbers), keys.issuers)


def _bulletin(row: Row) -> Bulletin:
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in row["text"].split("\n") if line)
    signed = "".join(f"<p>{escape(name)}</p>" for name in row.get("signed", ()))
    links = "".join(
        f'<p><a href="{escape(url)}">{escape(words)}</a></p>' for url, words in row["links"]
    )
    day = f"<div class='info'>发布时间：{row['day']}</div>" if row["day"] else ""
    html = (
        f"<html><head><title>{escape(row['title'])}</title></head><body><h1>{escape(row['title'])}"
        f"</h1>{day}<div class='article'>{paragraphs}{signed}{links}</div></body></html>"
    )
    return Bulletin(
        source_key="bench",
        url=row["url"],
        fetched_at=_NOW,
        content=html.encode(),
        publisher=row["publisher"] or None,
        level=row["level"],
        hints=Hints(title=row["title"], date_text=row["day"]),
        layouts=(Layout(body="div.article", title="h1", date="div.info"),),
    )


def _read(db: Database, ids: dict[int, str], found: _Stored) -> None:
    with db.reader() as session:
        for member in session.scalars(select(EventMember)):
            found.events[ids[member.document_id]] = member.event_id
            found.roles[ids[member.document_id]] = member.role
        for row in session.scalars(select(OfficialSource)):
            name = ids[row.official_id] if row.official_id else row.url
            found.official[ids[row.document_id]] = name


def _score(rows: Sequence[Row], found: _Stored) -> Metrics:
    right = given = wanted = 0
    for a, b in combinations(rows, 2):
        same = a["gold"]["event"] is not None and a["gold"]["event"] == b["gold"]["event"]
        ours = a["id"] in found.events and found.events[a["id"]] == found.events.get(b["id"])
        right += same and ours
        wanted += same
        given += ours
        if same != ours and "--misses" in sys.argv:
            print("missed" if same else "wrongly joined", a["id"], b["id"])
    precision, recall = right / max(1, given), right / max(1, wanted)
    metrics: Metrics = {
        "event_precision": precision,
        "event_recall": recall,
        "event_f1": 2 * precision * recall / max(1e-9, precision + recall),
    }
    _score_roles(rows, found, metrics)
    _score_traps(rows, found, metrics)
    _score_official(rows, found, metrics)
    return metrics


def _score_roles(rows: Sequence[Row], found: _Stored, metrics: Metrics) -> None:
    with_role = [row for row in rows if row["gold"].get("role") and row["id"] in found.roles]
    if with_role:
        hits = [found.roles[row["id"]] == row["gold"]["role"] for row in with_role]
        metrics["role_accuracy"] = sum(hits) / len(hits)
        for row, hit in zip(with_role, hits, strict=True):
            if not hit and "--misses" in sys.argv:
                print("role", row["id"], found.roles[row["id"]], "not", row["gold"]["role"])


def _score_traps(rows: Sequence[Row], found: _Stored, metrics: Metrics) -> None:
    events: dict[int, set[str | None]] = {}
    for row in rows:
        if row["id"] in found.events:
            events.setdefault(found.events[row["id"]], set()).add(row["gold"]["event"])
    traps = [row for row in rows if row["gold"].get("trap")]
    if traps:
        apart = [
            row["id"] not in found.events
            or events[found.events[row["id"]]] == {row["gold"]["event"]} - {None}
            for row in traps
        ]
        metrics["hard_negatives_apart"] = sum(apart) / len(apart)


def _score_official(rows: Sequence[Row], found: _Stored, metrics: Metrics) -> None:
    known = [row for row in rows if "official" in row["gold"]]
    if not known:
        return
    expected = {row["id"]: row["gold"]["official"] for row in known}
    right = sum(1 for key, page in expected.items() if page and found.official.get(key) == page)
    wanted = sum(row["gold"]["official"] is not None for row in known)
    metrics["official_precision"] = right / max(1, len(found.official))
    metrics["official_recall"] = right / max(1, wanted)
    if "--misses" in sys.argv:
        for row in known:
            got = found.official.get(row["id"])
            if got != row["gold"]["official"]:
                print("official", row["id"], got, "not", row["gold"]["official"])
