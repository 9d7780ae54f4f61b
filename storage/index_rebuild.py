"""The search index built anew after its tokens have changed: in steps that survive a stop.

A large index takes many minutes. Each step is a transaction that also notes how far it came; while
the note stands the index counts as outdated, so that nobody searches in half of one. Within one
program version ``storage.index_queue.reindex`` does the same in one transaction, beside searches.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.engine import Database
from storage.models import Document, IndexQueue, SchemaMeta
from storage.search_index import TOKENIZER_KEY, add_to_index, empty_index, stored_texts
from storage.tokens import TOKENIZER_VERSION

STEP = 1000  # documents in a transaction
_UP_TO = f"{TOKENIZER_VERSION} up to "


def rebuild_index(database: Database, *, step: int = STEP) -> Iterator[tuple[int, int]]:
    """Yield (done, total) after each step; goes on where it was stopped. Consume it to the end."""
    with database.reader() as session:
        total = session.scalar(select(func.count()).select_from(Document)) or 0
        last = _reached(session) or 0
        query = select(func.count()).where(Document.id <= last)
        done = session.scalar(query) or 0
    taken = step
    while taken == step:
        with database.writer() as session:
            taken = _advance(session, step)
        done += taken
        yield done, max(done, total)


def _advance(session: Session, step: int) -> int:
    """Index the next documents; returns how many, fewer than ``step`` when all are indexed."""
    last = _reached(session)
    if last is None:
        empty_index(session)
        last = 0
    chosen = list(
        session.scalars(
            select(Document.id).where(Document.id > last).order_by(Document.id).limit(step)
        )
    )
    # What waits in the queue comes into the index from there.
    waiting = set(
        session.scalars(select(IndexQueue.document_id).where(IndexQueue.document_id.in_(chosen)))
    )
    texts = stored_texts(session, [key for key in chosen if key not in waiting])
    add_to_index(session.connection(), [(key, found.tokens) for key, found in texts.items()])
    ready = len(chosen) < step
    value = TOKENIZER_VERSION if ready else f"{_UP_TO}{chosen[-1]}"
    session.merge(SchemaMeta(key=TOKENIZER_KEY, value=value))
    return len(chosen)


def _reached(session: Session) -> int | None:
    """The last document of an index of ours that was begun; None if none was."""
    value = session.scalar(select(SchemaMeta.value).where(SchemaMeta.key == TOKENIZER_KEY)) or ""
    return int(value.removeprefix(_UP_TO)) if value.startswith(_UP_TO) else None
