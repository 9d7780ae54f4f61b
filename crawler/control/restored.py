"""A database put back from an older copy does not know what was sent since: nothing goes twice.

Each round of sending counts one in the database and, after that, in a small file beside it. A
database that lags behind the file is an old copy. What it believes to be unsent may have arrived
long ago, so that a person decides: queued mails are held, and issues of periods that ended before
the last round of the file are composed but not approved. A copy of database and file together
cannot be told; that, and several machines, is in docs/operate.md.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from crawler.config import Config
from storage import health
from storage.engine import Database
from storage.models import Outbox, SchemaMeta

log = logging.getLogger(__name__)

ROUNDS = "mail_rounds"
UNTIL = "mail_sent_until"
RULE = "restored"
TOLD_FOR = timedelta(days=7)
REMEDY = (
    "核对最近一期是否已经发出：已发的在审稿台作废，没发的批准；发件箱里暂停的逐封决定"
    " / see which of the latest issues went out; void those, approve the others"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """What the file says: rounds of sending so far, and when the last one began (UTC)."""

    rounds: int
    at: datetime


def mark_file(config: Config) -> Path:
    """Where the mark is kept."""
    return config.storage.data_dir / "sent.json"


def count_round(db: Database, config: Config, *, now: datetime) -> bool:
    """Count a round before its first mail leaves. False: nothing is due, nothing was counted."""
    due = select(Outbox.id).where(
        Outbox.state == "queued", or_(Outbox.not_before.is_(None), Outbox.not_before <= now)
    )
    with db.reader() as session:
        if session.scalar(due.limit(1)) is None:
            return False
    with db.writer() as session:
        rounds = _rounds(session) + 1
        session.merge(SchemaMeta(key=ROUNDS, value=str(rounds)))
    _write(mark_file(config), Mark(rounds, now))
    return True


def sent_until(db: Database, config: Config, *, now: datetime) -> datetime | None:
    """Until when an older copy of the database cannot know what was sent; None if it knows all.

    The first look at such a copy holds what is queued and opens an event.
    """
    mark = _read(mark_file(config))
    with db.reader() as session:
        behind = mark is not None and _rounds(session) < mark.rounds
        until = session.scalar(select(SchemaMeta.value).where(SchemaMeta.key == UNTIL))
    if mark is None or not behind:
        known = datetime.fromisoformat(until) if until else None
        if known is not None and now - known > TOLD_FOR:
            _close(db, now=now)
        return known
    with db.writer() as session:
        count = _hold(session, mark, now=now)
    log.error("the database is an older copy: %d mails are held", count)
    return mark.at


def _hold(session: Session, mark: Mark, *, now: datetime) -> int:
    held = session.scalars(
        update(Outbox)
        .where(Outbox.state.in_(("queued", "sending")))
        .values(state="held", error_code=RULE)
        .returning(Outbox.id)
    ).all()
    session.merge(SchemaMeta(key=ROUNDS, value=str(mark.rounds)))
    session.merge(SchemaMeta(key=UNTIL, value=mark.at.isoformat()))
    health.open_event(
        session,
        subject="system",
        rule=RULE,
        severity="error",
        summary=f"数据库是较早的副本，不知道 {mark.at:%Y-%m-%d %H:%M}Z 之前发过什么："
        f"{len(held)} 封邮件暂停，此前到期的各期等人批准",
        evidence={"held": len(held), "remedy": REMEDY, "since": mark.at.isoformat()},
        now=now,
    )
    return len(held)


def _close(db: Database, *, now: datetime) -> None:
    with db.reader() as session:
        told = [one.id for one in health.open_events(session, subject="system") if one.rule == RULE]
    for event_id in told:
        with db.writer() as session:
            health.close_event(session, event_id, now=now)


def _rounds(session: Session) -> int:
    return int(session.scalar(select(SchemaMeta.value).where(SchemaMeta.key == ROUNDS)) or 0)


def _read(path: Path) -> Mark | None:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Mark(int(data["rounds"]), datetime.fromisoformat(data["at"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("%s cannot be read: %s", path, error)
        return None


def _write(path: Path, mark: Mark) -> None:
    """Whole or not at all, and on the disk before the first mail is out."""
    made = path.with_suffix(".part")
    try:
        with made.open("w", encoding="utf-8") as file:
            json.dump({"rounds": mark.rounds, "at": mark.at.isoformat()}, file)
            file.flush()
            os.fsync(file.fileno())
        made.replace(path)
    except OSError as error:  # mail goes out all the same: only a restore is not noticed
        log.error("%s cannot be written: %s", path, error)
