"""What a replay found, read from its database, beside what the manifests say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Any
from zlib import crc32

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.replay_corpus import SavedList
from bench.scoring import mean, same_day, same_title, sh4_f1
from pipelines.urls import url_key
from storage.engine import Database
from storage.models import CrawlRun, Document, DocumentVersion, FrontierEntry, Source

Gold = Mapping[str, tuple[str, dict[str, Any]]]
EXAMPLES = 3
FIELDS = (
    ("title", "title"),
    ("publisher", ""),
    ("doc_number", "doc_no"),
    ("issuers", "issuer"),
    ("published", "date"),
    ("written", "date_written"),
    ("index", "index_no"),
)


@dataclass(frozen=True, slots=True)
class Record:
    """One stored document beside its gold. Days are ISO texts, empty when unknown."""

    corpus: str
    source: str
    url: str
    values: dict[str, str]
    body: str
    gold: dict[str, Any]


def read_records(db: Database, gold: Gold, *, sets: Mapping[str, str]) -> list[Record]:
    """Every document; ``sets`` names the set of a source for documents that gold does not know."""
    query = (
        select(Document, DocumentVersion.body_text, Source.key)
        .join(Source, Source.id == Document.source_id)
        .join(
            DocumentVersion,
            (DocumentVersion.document_id == Document.id)
            & (DocumentVersion.seq == Document.latest_seq),
        )
        .order_by(Document.id)
    )
    with db.reader() as session:
        rows = session.execute(query).all()
    found = []
    for document, body, key in rows:
        corpus, known = gold.get(document.url_key, (sets.get(key, ""), {}))
        found.append(Record(corpus, key, document.url, _values(document), body or "", dict(known)))
    return found


def _values(document: Document) -> dict[str, str]:
    return {
        "title": document.title,
        "publisher": document.publisher or "",
        "doc_number": document.doc_number or "",
        "issuers": "、".join(document.issuing_bodies or ()),
        "published": _day(document.published_on),
        "written": _day(document.written_on),
        "index": document.index_number or "",
    }


def _day(value: Any) -> str:
    return value.isoformat() if value else ""


def scores(records: Iterable[Record], *, offered: Mapping[str, int]) -> list[dict[str, Any]]:
    """For each set: pages offered, documents, and shares of right values where gold has one."""
    by_set: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_set[record.corpus].append(record)
    rows = []
    for name in sorted(set(by_set) | set(offered)):
        members = by_set.get(name, [])
        row: dict[str, Any] = {"set": name, "pages": offered.get(name, 0), "docs": len(members)}
        row["title"] = _share(
            same_title(str(r.gold["title"]), r.values["title"]) for r in _with(members, "title")
        )
        row["date"] = _share(
            same_day(str(r.gold["date"]), r.values["published"]) for r in _with(members, "date")
        )
        row["written"] = _share(
            same_day(str(r.gold["date_written"]), r.values["written"])
            for r in _with(members, "date_written")
        )
        row["doc_no"] = _share(
            _plain(r.gold["doc_no"]) == _plain(r.values["doc_number"])
            for r in _with(members, "doc_no")
        )
        row["issuer"] = _share(
            _plain(r.gold["issuer"]) in _plain(r.values["issuers"])
            for r in _with(members, "issuer")
        )
        bodies = [sh4_f1(str(r.gold["body"]), r.body) for r in _with(members, "body")]
        row["body_sh4"] = round(mean(bodies), 3) if bodies else None
        rows.append(row)
    return rows


def _with(records: Iterable[Record], name: str) -> list[Record]:
    return [record for record in records if str(record.gold.get(name) or "") not in ("", "nan")]


def _share(hits: Iterable[bool]) -> str | None:
    found = list(hits)
    return f"{sum(found)}/{len(found)}" if found else None


def _plain(value: Any) -> str:
    return "".join(str(value).split())


def failures(db: Database) -> list[dict[str, Any]]:
    """Pages that brought no document, by error code, with examples; most frequent first."""
    found: dict[str, list[str]] = defaultdict(list)
    query = select(FrontierEntry.error_code, FrontierEntry.url).where(
        FrontierEntry.error_code.is_not(None), FrontierEntry.state != "done"
    )
    with db.reader() as session:
        for code, url in session.execute(query.order_by(FrontierEntry.url)):
            found[str(code)].append(url)
    return [
        {"code": code, "count": len(urls), "examples": _spread(urls)}
        for code, urls in sorted(found.items(), key=lambda pair: -len(pair[1]))
    ]


def _spread(urls: Sequence[str]) -> list[str]:
    step = max(1, len(urls) // EXAMPLES)
    return list(urls[::step][:EXAMPLES])


def runs(db: Database) -> dict[str, Any]:
    """States of the runs, their CPU, what they remarked, and the runs that failed."""
    states: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    failed, cpu, fetched, listed = [], 0.0, 0, 0
    largest, memory = (0, 0.0, ""), 0
    with db.reader() as session:
        query = select(CrawlRun, Source.key).join(Source, Source.id == CrawlRun.source_id)
        for run, key in session.execute(query.order_by(CrawlRun.id)):
            stats = run.stats or {}
            used = float(stats.get("cpu_seconds", 0.0))
            stored = run.new + run.changed + run.duplicate
            states[run.state] += 1
            codes.update(stats.get("codes") or {})
            cpu, fetched, listed = cpu + used, fetched + run.fetched, listed + run.listed
            largest = max(largest, (stored, used, key))
            memory = max(memory, int(stats.get("max_rss_mb", 0)))
            if run.state not in ("ok", "partial"):
                failed.append(
                    {
                        "source": key,
                        "code": run.error_code,
                        "detail": (run.error_detail or "")[:160],
                    }
                )
    return {
        "count": sum(states.values()),
        "states": dict(states),
        "remarks": dict(codes.most_common()),
        "failed": failed,
        "cpu_seconds": round(cpu, 1),
        "fetched": fetched,
        "listed": listed,
        "max_rss_mb": memory,
        "largest": {"source": largest[2], "documents": largest[0], "cpu_seconds": largest[1]},
    }


def lists(db: Database, saved: Mapping[str, SavedList]) -> list[dict[str, Any]]:
    """For each saved list: rows read against the items of the manifest, and how many of these
    came with the right title and the right day."""
    with db.reader() as session:
        query = select(CrawlRun, Source).join(Source, Source.id == CrawlRun.source_id)
        found = {source.key: (run, source.id) for run, source in session.execute(query)}
        return [
            _list_figures(one, *found[key], rows=_known_rows(session, found[key][1]))
            for key, one in saved.items()
            if key in found
        ]


def _list_figures(
    saved: SavedList, run: CrawlRun, source_id: int, *, rows: Mapping[str, tuple[str, str]]
) -> dict[str, Any]:
    spider = (run.stats or {}).get("spider", {})
    gold = {url_key(item["url"]): item for item in saved.gold}
    nothing = ("", "")
    return {
        "list": saved.id,
        "gold": len(gold) or None,
        "listed": int(spider.get("listed", 0)),
        "dated": int(spider.get("listed_with_date", 0)),
        "title": _share(
            same_title(str(item["title"]), rows.get(key, nothing)[0]) for key, item in gold.items()
        ),
        "date": _share(
            same_day(str(item["date"]), rows.get(key, nothing)[1])
            for key, item in gold.items()
            if item.get("date")
        ),
        "left_out": sum(v for k, v in spider.items() if k.startswith("row_problem/")),
        "state": run.state,
        "code": run.error_code,
    }


def _known_rows(session: Session, source_id: int) -> dict[str, tuple[str, str]]:
    """Title and day by address: as the list said, or of the document that came of it."""
    rows = {}
    entries = select(FrontierEntry.url_key, FrontierEntry.hints)
    for key, hints in session.execute(entries.where(FrontierEntry.source_id == source_id)):
        if hints:
            rows[key] = (str(hints.get("title", "")), str(hints.get("published_on", "")))
    documents = select(Document.url_key, Document.title, Document.published_on)
    for key, title, day in session.execute(documents.where(Document.source_id == source_id)):
        rows[key] = (title, _day(day))
    return rows


def sample(records: Iterable[Record], *, count: int) -> list[Record]:
    """``count`` records with gold, the same at each run, in turn from every set."""
    by_set: dict[str, dict[str, Record]] = defaultdict(dict)
    for record in records:
        if record.gold:
            by_set[record.corpus][record.url] = record
    queues = [
        sorted(by_set[name].values(), key=lambda record: crc32(record.url.encode()))
        for name in sorted(by_set)
    ]
    turns = (record for turn in zip_longest(*queues) for record in turn if record is not None)
    return list(islice(turns, count))


def compare(record: Record) -> list[str]:
    """Lines that put a record and its gold beside each other."""
    lines = [f"[{record.corpus}] {record.url}"]
    for name, gold_name in FIELDS:
        ours = record.values.get(name) or "-"
        known = record.gold.get(gold_name) if gold_name else None
        lines.append(f"    {name:<11}{ours}")
        if known:
            mark = "=" if _plain(known) == _plain(ours) else "≠"
            lines.append(f"    {'':<9}{mark} {known}")
    lines.append(f"    {'body':<11}{_start(record.body)}  ({len(record.body)})")
    body = record.gold.get("body")
    if body:
        likeness = sh4_f1(str(body), record.body)
        lines.append(f"    {'':<9}~ {_start(str(body))}  ({len(str(body))}, sh4 {likeness:.3f})")
    return lines


def _start(text: str) -> str:
    return " ".join(text.split())[:80]


def summary(figures: Mapping[str, Any]) -> list[str]:
    """The figures as lines to read."""
    run, mail, served = figures["runs"], figures["digest"], figures["served"]
    largest = run["largest"]
    lines = [
        f"pages stored        {figures['pages_stored']} pages, {figures['lists_stored']} lists"
        f"  ({figures['pages_shared']} more have the address of an earlier one)",
        f"served              {_pairs(served['answers'])}",
        f"never asked for     {served['pages_never_asked_for']}  {' '.join(served['examples'])}",
        f"runs                {run['count']}: {_pairs(run['states'])}",
        f"rows listed         {run['listed']}; pages fetched {run['fetched']}",
        f"documents out       {figures['documents']}",
        f"CPU                 {figures['cpu_ms_per_document']} ms a document, start-up of "
        f"{run['count']} processes included; {run['cpu_seconds']} s in all",
        f"                    largest source: {largest['documents']} documents in "
        f"{largest['cpu_seconds']:.1f} s ({largest['source']}); peak {run['max_rss_mb']} MB",
        f"seconds             crawl {figures['seconds']['crawl']}, all {figures['seconds']['all']}",
        f"digest              {mail['outcome']}: {mail['items']} items, {mail['bytes']} bytes, "
        f"{mail['mails']} mail",
        *(f"                    ! {text}" for text in mail.get("warnings", ())),
    ]
    if mail.get("error"):
        lines.append(f"                    {mail['error']}")
    lines.append("\nfailures by code")
    for entry in figures["failures"]:
        lines.append(f"  {entry['code']:<20}{entry['count']:>5}  {'  '.join(entry['examples'])}")
    lines += [f"  run failed: {one}" for one in run["failed"]]
    lines += [f"  source file: {one}" for one in figures["source_errors"]]
    lines.append(f"remarks             {_pairs(run['remarks'])}")
    lines += ["", *_table(figures["sets"]), "", *_table(figures["lists"])]
    return lines


def _pairs(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {count}" for name, count in values.items()) or "none"


def _table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    if not rows:
        return []
    names = list(rows[0])
    cells = [names, *([_cell(row[name]) for name in names] for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(names))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]


def _cell(value: Any) -> str:
    return "-" if value is None else str(value)
