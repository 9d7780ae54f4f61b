"""Look-ups and searches in a large database: ``python -m bench.scale --documents N [--json]``.

Builds an SQLite database of N documents (``bench/scale_build.py``), measures duplicate look-ups on
the way (at 100,000) and at the end, then searches, desk queries and saving. Every query runs three
times and the fastest counts: CPU time with warm caches. Answers of searches are held
against a scan of all texts.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Date, event, text
from sqlalchemy.orm import Session

from bench.running import Line, report
from bench.scale_build import GONE, REAL_KEYS, WAITING, fill, prepare, record_of
from bench.scale_queries import Query, Stored, queries, truth
from bench.scale_texts import BATCH, Library, Made
from pipelines.fingerprint import fingerprint, likeness
from pipelines.items import Fingerprint
from review.queries import home, items
from storage.documents import DocumentFilter, list_documents, save_document
from storage.engine import Database, open_database
from storage.migrate import upgrade
from storage.near import near_candidates
from storage.search import Order, search
from storage.tokens import compare_text

FIRST = 100_000  # documents at the first measurement
PROBES = 300
SAVED = 320
LIMIT = 20
ORDERS: tuple[Order, ...] = ("newest", "relevance")
NEAR_GATE, NEWEST_GATE, RANKED_GATE, GROWTH_GATE, SIZE_GATE = 0.5, 5.0, 150.0, 2.0, 11.0


def fastest(work: Callable[[], Any], *, times: int = 3) -> float:
    """CPU milliseconds of the fastest of some runs: nothing waits for a disk, or for others."""
    found = []
    for _ in range(times):
        started = time.process_time()
        work()
        found.append(time.process_time() - started)
    return 1000 * min(found)


def p95(values: Sequence[float]) -> float:
    """The 95th percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


# near duplicates --------------------------------------------------------------------------


def near_times(session: Session, library: Library, *, stored: int) -> tuple[list[float], float]:
    """Milliseconds of look-ups, half of them for edited copies; share of copies found."""
    fresh = [made for place in (9001, 9002) for made in library.batch(place)][: PROBES // 2]
    rng = random.Random(3)  # noqa: S311 - sample choice
    copies: list[Made] = []
    while len(copies) < PROBES // 2:
        batch = library.batch(rng.randrange(stored // BATCH))
        copies += [one for one in batch[::REAL_KEYS] if one.number % GONE]
    times, found = [], 0
    for made in fresh:
        keys = fingerprint(made.text)
        times.append(fastest(partial(_near, session, keys)))
    for made in copies:
        keys = fingerprint(_edited(made.text))
        times.append(fastest(partial(_near, session, keys)))
        found += any(
            other.document_id == made.number + 1
            and likeness(keys.signature, other.signature or b"") > 0.7
            for other in _near(session, keys)
        )
    return times, found / len(copies)


def _near(session: Session, keys: Fingerprint) -> list[Any]:
    return near_candidates(
        session, keys.bands, sentences=keys.sentences, text_sha256=keys.text_sha256
    )


def _edited(body: str) -> str:
    """A reprint: another lede, one sentence cut in half."""
    return f"本报讯，记者从有关方面获悉。\n{body[: len(body) // 2]}{body[len(body) // 2 + 30 :]}"


# searches ---------------------------------------------------------------------------------


def searched(session: Session, asked: Sequence[Query]) -> dict[str, list[float]]:
    """Milliseconds by kind, newest first and ranked."""
    times: dict[str, list[float]] = {}
    for query in asked:
        for order in ORDERS:
            took = fastest(partial(search, session, query.text, limit=LIMIT, order=order))
            times.setdefault(order, []).append(took)
            times.setdefault(f"{order}: {query.kind}", []).append(took)
    return times


def scanned(session: Session, asked: Sequence[Query]) -> tuple[float, float, list[str]]:
    """Recall and precision of the newest answers against a scan of every text; wrong queries."""
    wanted = truth(asked, _stored(session), most=LIMIT)
    right = known = given = 0
    wrong = []
    for query, ids in zip(asked, wanted, strict=True):
        found = [hit.document_id for hit in search(session, query.text, limit=LIMIT)]
        right += len(set(found) & set(ids))
        known += len(ids)
        given += len(found)
        if found != ids:
            wrong.append(query.text)
    return right / max(known, 1), right / max(given, 1), wrong


def _stored(session: Session) -> Iterator[tuple[int, Stored]]:
    """What queries are held against, newest first."""
    rows = session.connection().execute(
        text(
            "select d.id, d.title, d.doc_number, d.publisher, d.region, d.published_on, "
            "v.body_text from document d join document_version v on v.document_id = d.id "
            "and v.seq = d.latest_seq where d.state in ('live', 'gone') order by d.id desc"
        ).columns(published_on=Date)
    )
    for key, title, number, publisher, region, day, body in rows:
        whole = compare_text("\x00".join((title, number or "", publisher, body)))
        yield key, Stored(whole, number or "", publisher, region, day)


# the desk and saving ----------------------------------------------------------------------


def desk_queries(session: Session, *, now: datetime) -> dict[str, Callable[[], Any]]:
    """What the pages of the desk ask on every visit."""
    week = now - timedelta(days=7)
    return {
        "waiting items, count and oldest": lambda: home.waiting(session),
        "new, changed, gone since a week": lambda: home.since(session, week),
        "list of waiting items": lambda: _listed(session, review_state="new"),
        "list of all items": lambda: _listed(session),
        "list of a region since a day": lambda: _listed(session, region="CN-44", since=week.date()),
        "next waiting item": lambda: items.next_waiting(session, 10**9),
    }


def _listed(session: Session, **wanted: Any) -> Any:
    return list_documents(session, filters=DocumentFilter(**wanted), limit=50)


def plans(session: Session, work: Callable[[], Any]) -> list[str]:
    """How SQLite answers the statements of ``work``."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        seen.append((statement, values))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    found = []
    for statement, values in seen:
        rows = session.connection().exec_driver_sql(f"explain query plan {statement}", values)
        found.append("; ".join(str(row[3]) for row in rows))
    return found


def saving(database: Database, library: Library, *, ids: tuple[int, int]) -> float:
    """CPU milliseconds to save a new document into the large database, index included."""
    made = [replace(one, number=10**8 + one.number) for one in library.batch(9100)[:SAVED]]
    records = [record_of(one, ids=ids) for one in made]
    started = time.process_time()
    for place in range(0, SAVED, 8):
        with database.writer() as session:
            for record in records[place : place + 8]:
                save_document(session, record, now=datetime.now(UTC))
    return 1000 * (time.process_time() - started) / SAVED


# the report -------------------------------------------------------------------------------


@dataclass(slots=True)
class Measured:
    """Everything that was found out about one size."""

    near: list[float]
    recall: float


def measured_near(database: Database, library: Library, *, stored: int) -> Measured:
    """Duplicate look-ups at one size."""
    with database.reader() as session:
        return Measured(*near_times(session, library, stored=stored))


def build(database: Database, library: Library, *, first: int, count: int, ids: Any) -> None:
    """Fill up to ``count``; says how far it is on stderr."""
    started = time.monotonic()

    def done(stored: int) -> None:
        print(f"{stored} documents, {time.monotonic() - started:.0f} s", file=sys.stderr)

    fill(database, library, first=first, count=count, ids=ids, done=done)


def await_review(database: Database) -> None:
    """The newest documents, and a few of the oldest, wait for review."""
    with database.writer() as session:
        session.execute(
            text(
                "update document set review_state = 'new' where id > "
                "(select max(id) from document) - :most or id < 50"
            ),
            {"most": WAITING},
        )


def figures(
    database: Database, library: Library, *, stored: int, small: Measured | None, ids: Any
) -> tuple[list[Line], list[str]]:
    """All lines of the report, and notes."""
    lines, notes = [], []
    path = database.path
    size = path.stat().st_size / 1024 / stored if path else 0.0
    lines.append(Line("database a document", size, SIZE_GATE, "KB"))
    large = measured_near(database, library, stored=stored)
    lines.append(Line("duplicate look-up, p95", p95(large.near), NEAR_GATE, "ms"))
    lines.append(Line("edited copies not found", 1 - large.recall, 0.0))
    if small is not None:
        lines.append(Line("duplicate look-up at the first size, p95", p95(small.near), unit="ms"))
        mean = sum(large.near) / sum(small.near)
        lines.append(Line("mean look-up, large / first size", mean, GROWTH_GATE))
    with database.reader() as session:
        asked = queries(library, stored=stored)
        times = searched(session, asked)
        lines.append(Line("search newest first, p95", p95(times["newest"]), NEWEST_GATE, "ms"))
        lines.append(Line("search ranked, p95", p95(times["relevance"]), RANKED_GATE, "ms"))
        for kind, values in times.items():
            if ":" in kind:
                lines.append(Line(f"  {kind}, slowest", max(values), unit="ms"))
        recall, precision, wrong = scanned(session, asked)
        notes += [f"other answers than a scan: {query}" for query in wrong]
        lines.append(Line("answers missed, against a scan", 1 - recall, 0.0))
        lines.append(Line("answers wrong, against a scan", 1 - precision, 0.0))
        desk = desk_queries(session, now=library.batch(stored // BATCH - 1)[-1].seen)
        for name, work in desk.items():
            lines.append(Line(f"desk: {name}", fastest(work), unit="ms"))
            notes += [f"{name}: {plan}" for plan in plans(session, work)]
    lines.append(Line("saving a document, CPU", saving(database, library, ids=ids), unit="ms"))
    return lines, notes


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=FIRST)
    parser.add_argument("--keep", type=Path, help="build here and leave it; measure what is there")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    count = arguments.documents // BATCH * BATCH
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="dibao-scale-"))
    folder.mkdir(parents=True, exist_ok=True)
    library = Library()
    database = open_database(f"sqlite:///{folder / 'scale.db'}")
    try:
        upgrade(database)
        with database.reader() as session:
            stored = session.scalar(text("select count(*) from fetch")) or 0
        small = None
        ids = (1, 1) if stored else prepare(database)
        if stored < FIRST < count:
            build(database, library, first=stored, count=FIRST, ids=ids)
            stored = FIRST
        if stored == FIRST < count:
            small = measured_near(database, library, stored=FIRST)
        if stored < count:
            build(database, library, first=stored, count=count, ids=ids)
            stored = count
        await_review(database)
        lines, notes = figures(database, library, stored=stored, small=small, ids=ids)
    finally:
        database.dispose()
        if arguments.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    return report("scale", lines, as_json=arguments.json, notes=notes)


if __name__ == "__main__":
    sys.exit(main())
