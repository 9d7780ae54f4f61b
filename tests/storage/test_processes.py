"""Several processes on one database, and processes that die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

from sqlalchemy import select, text

from storage.documents import count_documents, save_document, versions
from storage.engine import Database
from storage.models import Document, DocumentVersion, Outbox
from storage.outbox import OutboxRecord, claim, enqueue, sweep_interrupted
from storage.search import search
from tests.storage.samples import HOUR, NOW, add_source, record

ROOT = Path(__file__).parents[2]

SAVER = """
import sys
from storage.documents import save_document
from storage.engine import open_database
from tests.storage.samples import NOW, record
database = open_database(sys.argv[1])
for number in range(8):
    for letter in "AABBAA":
        text = f"{number} {letter} " + "数据安全" * 40
        with database.writer() as session:
            save_document(session, record(1, f"https://sample.gov.cn/{number}", text=text), now=NOW)
database.dispose()
"""

SENDER = """
import sys
from storage.engine import open_database
from storage.outbox import claim, settle_sent
from tests.storage.samples import NOW
database = open_database(sys.argv[1])
worker = sys.argv[2]
while True:
    with database.writer() as session:
        rows = [row.id for row in claim(session, worker=worker, now=NOW, limit=2)]
    if not rows:
        break
    for row in rows:
        print(row)
        with database.writer() as session:
            assert settle_sent(session, outbox_id=row, worker=worker, now=NOW)
database.dispose()
"""

DYING = """
import os, signal, sys
from storage.documents import AttachmentRecord, save_document
from storage.engine import open_database
from storage.outbox import OutboxRecord, claim, enqueue
from tests.storage.samples import NOW, key, record
database = open_database(sys.argv[1])
with database.writer() as session:
    claim(session, worker="dying", now=NOW, limit=1)
with database.writer() as session:
    file = AttachmentRecord("https://sample.gov.cn/1.pdf", key("1.pdf"), "附件.pdf")
    save_document(session, record(1, "https://sample.gov.cn/9", attachments=(file,)), now=NOW)
    enqueue(session, [OutboxRecord("second", "alert", "ops@example.org")], now=NOW)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_four_processes_save_the_same_pages(database: Database, database_url: str) -> None:
    with database.writer() as session:
        add_source(session)
    children = [start(SAVER, database_url) for _ in range(4)]
    for child in children:
        _, errors = child.communicate(timeout=60)
        assert child.returncode == 0, errors
    with database.reader() as session:
        assert count_documents(session) == 8
        rows = session.scalars(select(Document)).all()
        for row in rows:
            found = versions(session, row.id)
            assert [version.seq for version in found] == list(range(1, row.latest_seq + 1))
            digests = [version.text_sha256 for version in found]
            assert all(a != b for a, b in pairwise(digests))
            assert digests[-1] == row.latest_sha
            assert row.latest_seq >= 3
        assert len(search(session, "数据安全", limit=100)) == 8
        assert len(search(session, "7 B OR 7 A", limit=100)) == 1


def test_no_message_is_claimed_twice(database: Database, database_url: str) -> None:
    with database.writer() as session:
        messages = [OutboxRecord(f"k{n}", "mail", f"{n}@example.org") for n in range(30)]
        assert enqueue(session, messages, now=NOW) == 30
    children = [start(SENDER, database_url, f"worker-{n}") for n in range(3)]
    claimed: Counter[int] = Counter()
    for child in children:
        output, errors = child.communicate(timeout=60)
        assert child.returncode == 0, errors
        claimed.update(map(int, output.split()))
    assert set(claimed.values()) == {1}
    assert len(claimed) == 30
    with database.reader() as session:
        assert set(session.scalars(select(Outbox.state))) == {"sent"}
        assert set(session.scalars(select(Outbox.attempts))) == {1}


def test_kill_in_the_middle_of_a_save(database: Database, database_url: str) -> None:
    with database.writer() as session:
        add_source(session)
        enqueue(session, [OutboxRecord("first", "alert", "ops@example.org")], now=NOW)
    child = start(DYING, database_url)
    child.communicate(timeout=60)
    assert child.returncode == -signal.SIGKILL
    with database.writer() as session:
        for table in ("document", "document_version", "attachment", "index_queue"):
            assert session.execute(text(f"select count(*) from {table}")).scalar() == 0, table  # noqa: S608
        # The claim was committed before: what became of that message only a person can know.
        assert claim(session, worker="other", now=NOW + HOUR, limit=5) == []
        assert sweep_interrupted(session, now=NOW + HOUR, older_than=HOUR) == [1]
        states = session.execute(select(Outbox.dedupe_key, Outbox.state)).all()
        assert [tuple(row) for row in states] == [("first", "unknown")]
        # The same work again succeeds.
        result = save_document(session, record(1, "https://sample.gov.cn/9"), now=NOW)
        assert result.outcome == "new"
        assert len(session.scalars(select(DocumentVersion.id)).all()) == 1
