"""Crawl saved pages under their own names, through the whole line, and mail a digest of them.

``python -m bench.replay CORPORA [--only SET …] [--limit N] [--keep FOLDER] [--show N] [--json]``

A server process plays the sites on loopback (HTTP and TLS); ``crawl.hosts`` leads their names
there. Sources are written on the fly; spiders, crawl processes, pipelines, database, digest and
SMTP are those of the program, unchanged. Nothing outside this machine is contacted.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench import replay_report
from bench.replay_config import EDITION, write_config
from bench.replay_corpus import (
    Corpus,
    Page,
    dump_json,
    gold_by_key,
    load_corpus,
    moved,
    unpacked,
)
from bench.replay_mailbox import MAIL_FOLDER, SMTP_FILE
from bench.replay_processes import helper
from bench.replay_server import CA_FILE, ROUTES_FILE, SERVED_FILE, WEB_FILE, route_key
from bench.replay_sources import Plan, plan_sources, write_sources
from crawler.config import Config, load_config
from crawler.control.batch import queue_batch, run_batch
from crawler.control.dispatch import LocalDispatcher
from crawler.control.sync import load_sources, sync_catalogue
from crawler.control.ticks import send
from digest.compose import compose_issue
from digest.editions import edition_by_key, next_moment, period_at
from digest.errors import DigestError
from digest.issues import approve_issue
from pipelines.errors import ParseError
from spiders.catalogue import Catalogue, load_catalogue
from spiders.listing import read_listing
from storage.engine import Database, open_database
from storage.migrate import upgrade
from storage.sources import list_sources

_DECLARED = re.compile(rb"charset\s*=\s*[\"']?([\w-]{2,20})", re.IGNORECASE)


@dataclass(slots=True)
class Replayed:
    """Everything a replay measured, as JSON-able values, and the documents."""

    figures: dict[str, Any] = field(default_factory=dict)
    records: list[replay_report.Record] = field(default_factory=list)


def replay(
    root: Path,
    folder: Path,
    *,
    only: tuple[str, ...] = (),
    limit: int | None = None,
    any_port: bool = False,
    processes: int = 2,
) -> Replayed:
    """Serve, crawl, send; database, sources, mailbox and ``records.json`` stay in ``folder``."""
    began = time.monotonic()
    corpus = load_corpus(root, only=only, limit=limit)
    with ExitStack() as stack:
        options = ("--any-port",) if any_port else ()
        web = stack.enter_context(helper("replay_server", folder, WEB_FILE, *options))
        smtp = stack.enter_context(helper("replay_mailbox", folder, SMTP_FILE))
        corpus = moved(corpus, ports=web["ports"])
        plan = plan_sources(corpus, http_port=web["ports"]["http"])
        write_sources(plan, folder / "sources")
        dump_json(folder / ROUTES_FILE, routes(corpus, plan))
        config_path = write_config(
            folder,
            address=web["address"],
            hosts=hosts_of(corpus, plan, load_catalogue((), packaged=folder / "sources")),
            ca_file=CA_FILE,
            smtp_port=int(smtp["port"]),
            processes=processes,
        )
        config = load_config(config_path)
        with _database(config) as db:
            problems = crawl(db, config, config_path, folder)
            crawled = time.monotonic()
            mail = publish(db, config, folder / MAIL_FOLDER)
            done = _collect(db, corpus, plan)
    served = json.loads((folder / SERVED_FILE).read_text(encoding="utf-8"))
    figures = done.figures
    figures["served"] = _served(served, corpus)
    figures["digest"] = mail
    figures["source_errors"] = problems
    figures["seconds"] = {
        "crawl": round(crawled - began, 1),
        "all": round(time.monotonic() - began, 1),
    }
    dump_json(folder / "records.json", [asdict(record) for record in done.records])
    return done


def crawl(db: Database, config: Config, config_path: Path, folder: Path) -> list[str]:
    """Run every source once; returns the errors of source files (there should be none)."""
    catalogue = load_sources(config.crawl)
    sync_catalogue(db, catalogue, now=datetime.now(UTC))
    with db.reader() as session:
        chosen = [(row.id, row.key) for row in list_sources(session)]
    batch = queue_batch(db, chosen, trigger="replay", now=datetime.now(UTC))
    dispatcher = LocalDispatcher(
        db=db, config=config.crawl, config_path=config_path, log_dir=folder / "logs"
    )
    run_batch(db, batch, dispatcher, clock=lambda: datetime.now(UTC))
    return [str(error) for error in catalogue.errors]


def publish(db: Database, config: Config, mailbox: Path) -> dict[str, Any]:
    """Compose, approve and send one issue; what arrived, or why nothing did."""
    edition = edition_by_key(config.digest, EDITION)
    now = datetime.now(UTC)
    # the period that is running now, as if it ended today
    period = period_at(edition, next_moment(edition, now))
    try:
        with db.writer() as session:
            composed = compose_issue(session, edition, period, now)
            if composed.outcome != "draft" or composed.issue_id is None:
                return {"outcome": composed.outcome, "items": 0, "mails": 0, "bytes": 0}
            approved = approve_issue(session, config, composed.issue_id, actor="replay", now=now)
    except DigestError as error:
        return {"outcome": "refused", "error": str(error)[:500], "items": 0, "mails": 0, "bytes": 0}
    report = send(db, config, now=datetime.now(UTC))
    arrived = sorted(mailbox.glob("*.eml"))
    return {
        "outcome": "sent" if report.sent == approved.recipients == len(arrived) else "not sent",
        "items": composed.items,
        "mails": len(arrived),
        "bytes": arrived[-1].stat().st_size if arrived else 0,
        "warnings": [str(warning) for warning in approved.warnings],
    }


def routes(corpus: Corpus, plan: Plan) -> dict[str, dict[str, Any]]:
    """What the server answers, by host and target."""
    found: dict[str, dict[str, Any]] = {}
    for page in corpus.pages:
        media = content_type(page)
        found[_route(page.url)] = {"role": "page", "file": str(page.file), "media": media}
    for saved in corpus.lists:
        found[_route(saved.url)] = {
            "role": "list",
            "file": str(saved.file),
            "media": saved.media,
        }
    for url, (media, text) in plan.made.items():
        found[_route(url)] = {"role": "made list", "text": text, "media": media}
    return found


def content_type(page: Page) -> str:
    """``text/html``; for every second page with the charset it is really in, never another."""
    if sum(page.url.encode()) % 2:
        return "text/html"
    charset = true_charset(unpacked(page.file))
    return f"text/html; charset={charset}" if charset else "text/html"


def true_charset(content: bytes) -> str | None:
    """UTF-8 if that is what the bytes are, else the declared one if they are that."""
    declared = _DECLARED.search(content[:8192])
    names: list[str] = ["utf-8"]
    if declared is not None:
        names.append(declared[1].decode("ascii"))
    for name in names:
        codec = "gb18030" if name.lower() in ("gb2312", "gbk") else name
        try:
            content.decode(codec)
        except (UnicodeDecodeError, LookupError):
            continue
        return name
    return None


def _route(url: str) -> str:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return route_key(parts.hostname or "", target)


def hosts_of(corpus: Corpus, plan: Plan, catalogue: Catalogue) -> tuple[str, ...]:
    """Every host that the crawl can ask for: of pages and lists, and of the rows of the lists."""
    urls = [page.url for page in corpus.pages] + list(plan.made)
    for key, saved in plan.lists.items():
        urls.append(saved.url)
        with suppress(ParseError):
            listing = read_listing(
                catalogue.specs[key], unpacked(saved.file), base_url=saved.url, charset=None
            )
            urls += [row.address for row in listing.rows]
    return tuple(sorted({urlsplit(url).hostname or "" for url in urls} - {""}))


@contextmanager
def _database(config: Config) -> Iterator[Database]:
    db = open_database(config.storage.database_url)
    try:
        upgrade(db)
        yield db
    finally:
        db.dispose()


def _collect(db: Database, corpus: Corpus, plan: Plan) -> Replayed:
    offered = Counter(page.corpus for page in corpus.pages)
    sets = {key: saved.corpus for key, saved in plan.lists.items()}
    records = replay_report.read_records(db, gold_by_key(corpus), sets=sets)
    runs = replay_report.runs(db)
    documents = len(records)
    return Replayed(
        {
            "pages_stored": len(corpus.pages),
            "pages_shared": corpus.shared,
            "lists_stored": len(corpus.lists),
            "lists_unusable": list(corpus.unusable),
            "documents": documents,
            "cpu_ms_per_document": round(1000 * runs["cpu_seconds"] / max(1, documents), 1),
            "runs": runs,
            "failures": replay_report.failures(db),
            "sets": replay_report.scores(records, offered=offered),
            "lists": replay_report.lists(db, plan.lists),
        },
        records,
    )


def _served(served: Mapping[str, Any], corpus: Corpus) -> dict[str, Any]:
    known = {_route(page.url): page.url for page in corpus.pages}
    never = sorted(set(known) - set(served["pages"]))
    return {
        "answers": served["answers"],
        "pages_never_asked_for": len(never),
        "examples": [known[key] for key in never[:5]],
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.replay", description=__doc__)
    parser.add_argument("corpora", type=Path, help="a folder of sets, or one set")
    parser.add_argument("--only", nargs="+", default=[], metavar="SET")
    parser.add_argument("--limit", type=int, help="rows of each set")
    parser.add_argument("--keep", type=Path, help="an empty folder for database, sources, mailbox")
    parser.add_argument(
        "--show", type=int, default=0, metavar="N", help="records beside their gold"
    )
    parser.add_argument("--any-port", action="store_true", help="do not try ports 80 and 443")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args(arguments)
    keep: Path | None = options.keep
    if keep is not None and keep.exists() and any(keep.iterdir()):
        parser.error(f"not empty: {keep}")
    with tempfile.TemporaryDirectory(prefix="replay-") as temporary:
        folder = (keep or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        try:
            done = replay(
                options.corpora.resolve(),
                folder,
                only=tuple(options.only),
                limit=options.limit,
                any_port=options.any_port,
            )
        except FileNotFoundError as error:
            parser.error(str(error))
    chosen = replay_report.sample(done.records, count=options.show)
    if options.json:
        shown = [{"url": r.url, "ours": r.values, "gold": r.gold} for r in chosen]
        print(json.dumps({"task": "replay", **done.figures, "shown": shown}, ensure_ascii=False))
    else:
        print("\n".join(replay_report.summary(done.figures)))
        for record in chosen:
            print("\n" + "\n".join(replay_report.compare(record)))
    return 0 if done.figures["digest"]["outcome"] == "sent" else 1


if __name__ == "__main__":
    sys.exit(main())
