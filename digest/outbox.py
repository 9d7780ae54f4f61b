"""Sending what is queued: claim one, make the copy, hand it over, record what became of it.

A row is committed as ``sending`` before the first byte leaves and settled after the answer, so a
crash leaves at most one row per sender undecided; that row becomes ``unknown`` and only a person
sends it again. Refusals of one recipient park that recipient; a fault of the server or of our
settings pauses the whole queue with growing delay.
"""

from __future__ import annotations

import hashlib
import logging
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from digest.bounces import is_unknown_recipient
from digest.copies import Press
from digest.errors import DigestError, Permanent, ServiceDown, Transient, Unknown
from digest.message import Envelope
from digest.pace import DAY, Pace, domain_of
from digest.settings import DigestSettings, MailConfig
from digest.transports import Transport
from storage import outbox as store
from storage.engine import Database
from storage.errors import NotFound, StoreError
from storage.issues import finish_issue, list_issues
from storage.models import Outbox
from storage.subscribers import record_bounce

log = logging.getLogger(__name__)

CHANNELS = ("mail", "alert")
BREAKER = 5
_MINUTE = timedelta(minutes=1)
_DELAYS = tuple(_MINUTE * n for n in (5, 15, 30, 60, 120, 240, 480, 720))
_PAUSES = tuple(_MINUTE * n for n in (1, 2, 5, 10, 20, 30))
_SETTLE_TRIES = 3


@dataclass(slots=True)
class SendReport:
    """What one round of sending did. ``paused`` says why it stopped early, empty if it did not.

    ``interrupted`` rows had been left ``sending`` by a sender that died and are now ``unknown``;
    ``held`` rows were too old to go without a person. ``slowed``: the pace of a minute was used up.
    """

    sent: int = 0
    retried: int = 0
    failed: int = 0
    unknown: int = 0
    interrupted: int = 0
    held: int = 0
    finished: int = 0
    paused: str = ""
    slowed: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Rows that changed state."""
        return self.sent + self.retried + self.failed + self.unknown + self.interrupted + self.held


def retry_delay(*, attempts: int, key: str) -> timedelta:
    """Wait after the nth refusal: 5 minutes growing to 12 hours, spread by up to 20 % by key."""
    base = _DELAYS[min(max(attempts, 1), len(_DELAYS)) - 1]
    return base * (1 + 0.2 * _spread(f"{key}:{attempts}"))


def pause_delay(*, attempts: int) -> timedelta:
    """Wait of the whole queue after the nth fault of the server: 1 to 30 minutes."""
    return _PAUSES[min(max(attempts, 1), len(_PAUSES)) - 1]


def send_due(
    db: Database,
    config: DigestSettings,
    now: datetime,
    transport: Transport,
    *,
    worker: str | None = None,
    limit: int | None = None,
    go_on: Callable[[], bool] = lambda: True,
) -> SendReport:
    """Send what is due at ``now`` (aware UTC), at most ``limit`` messages.

    Several senders may run at once; none takes a row that another one has. ``go_on`` is asked
    before each message: a process that is to stop leaves between two, not in the middle of one.
    """
    sender = _Sender(db, config, transport, worker or worker_name(), _clock(now), go_on)
    return sender.run(config.mail.max_per_tick if limit is None else limit)


def worker_name() -> str:
    """Host and process, for ``claimed_by``."""
    return f"{socket.gethostname()}:{os.getpid()}"


class _Sender:
    """One round of sending."""

    def __init__(
        self,
        db: Database,
        config: DigestSettings,
        transport: Transport,
        worker: str,
        clock: Callable[[], datetime],
        go_on: Callable[[], bool],
    ) -> None:
        self.go_on = go_on
        self.db = db
        self.mail: MailConfig = config.mail
        self.config = config
        self.transport = transport
        self.worker = worker
        self.clock = clock
        self.report = SendReport()
        self.unknown_people: dict[int, str] = {}

    def run(self, limit: int) -> SendReport:
        self._tidy()
        press: Press | None = None
        pace = self._pace()
        for _ in range(limit):
            if not self.go_on() or self._too_fast(pace):
                break
            row = self._claim()
            if row is None:
                break
            if until := pace.domain_until(row.recipient, self.clock()):
                self._defer_domain(row, until)
                continue
            try:
                press = press or Press.open(self.config)
            except (OSError, ValueError) as error:
                self._pause(row, ServiceDown(f"密钥无法读取 / a key cannot be read: {error}"))
                break
            self._deliver(row, press)
            pace.note(row.recipient, self.clock())
            if self.report.paused:
                break
        self._finish()
        if press is not None:
            self.report.warnings = tuple(press.warnings)
        return self.report

    def _tidy(self) -> None:
        """Rows of dead senders become unknown, rows too old wait for a person."""
        patience = self.mail.final_timeout + 10 * self.mail.timeout
        with self.db.writer() as session:
            now = self.clock()
            lost = store.sweep_interrupted(session, now=now, older_than=timedelta(seconds=patience))
            held = store.park_stale(
                session, now=now, older_than=timedelta(hours=self.mail.stale_hours)
            )
        self.report.interrupted, self.report.held = len(lost), held

    def _pace(self) -> Pace:
        mail = self.mail
        made = Pace(mail.per_minute, mail.per_domain_minute, mail.per_day)
        if made.limited:
            query = select(Outbox.recipient, Outbox.settled_at).where(
                Outbox.state.in_(("sent", "unknown")), Outbox.settled_at > self.clock() - DAY
            )
            with self.db.reader() as session:
                made.note_all((to, at) for to, at in session.execute(query) if at is not None)
        return made

    def _too_fast(self, pace: Pace) -> bool:
        """Whether nothing more may go out now. A minute's pace waits for the next round; the limit
        of a day holds the whole queue until it may go on."""
        now = self.clock()
        until = pace.closed_until(now)
        if until is None:
            return False
        if until - now <= _MINUTE:
            self.report.slowed = True
        else:
            self._hold_back(until)
            self.report.paused = (
                f"24 小时内已发 {self.mail.per_day} 封，到 {until:%m-%d %H:%M}Z 自动继续"
                f" / mail.per_day is reached: sending goes on by itself"
            )
            log.warning("mail.per_day is reached: nothing goes out before %s", until.isoformat())
        return True

    def _defer_domain(self, row: Outbox, until: datetime) -> None:
        """Leave everybody of this domain for later in one step."""
        self.report.slowed = True
        with self.db.writer() as session:
            store.release_claim(session, outbox_id=row.id, worker=self.worker)
            session.execute(
                update(Outbox)
                .where(
                    Outbox.state == "queued",
                    Outbox.recipient.iendswith(f"@{domain_of(row.recipient)}", autoescape=True),
                    or_(Outbox.not_before.is_(None), Outbox.not_before < until),
                )
                .values(not_before=until)
                .execution_options(synchronize_session=False)
            )

    def _claim(self) -> Outbox | None:
        with self.db.writer() as session:
            rows = store.claim(
                session, worker=self.worker, now=self.clock(), limit=1, channels=CHANNELS
            )
            session.expunge_all()
        return rows[0] if rows else None

    def _deliver(self, row: Outbox, press: Press) -> None:
        try:
            with self.db.reader() as session:
                message = press.copy(session, row)
        except DigestError as error:
            self._refuse(row, error, code=error.code)
            return
        except StoreError:
            raise
        except Exception as error:  # nothing was sent, and the others must still go out
            log.exception("mail %s could not be made", row.id)
            self._refuse(row, DigestError(type(error).__name__), code="render_failed")
            return
        try:
            receipt = self.transport.send(message)
        except Transient as error:
            self._retry(row, error)
        except Permanent as error:
            self._refuse(row, error, code=error.code)
            if row.subscriber_id and error.step == "rcpt" and is_unknown_recipient(error.reply):
                self.unknown_people[row.subscriber_id] = error.reply
            self._break_circuit(row, error)
        except ServiceDown as error:
            self._pause(row, error)
        except Unknown as error:
            self._undecided(row, error)
        else:
            self._sent(row, message, receipt.reply)

    def _sent(self, row: Outbox, message: Envelope, reply: str) -> None:
        def settle(session: Session) -> bool:
            return store.settle_sent(
                session,
                outbox_id=row.id,
                worker=self.worker,
                now=self.clock(),
                message_id=message.message_id,
            )

        self._settle(settle)
        self.report.sent += 1
        log.info("mail %s sent: %s", row.id, reply)

    def _retry(self, row: Outbox, error: Transient) -> None:
        now = self.clock()
        if now - row.created_at >= timedelta(days=self.mail.retry_days):
            self._refuse(row, error, code="expired")
            return
        delay = retry_delay(attempts=row.attempts, key=row.dedupe_key)
        self._put_back(row, error, until=now + delay)
        self.report.retried += 1

    def _refuse(self, row: Outbox, error: DigestError, *, code: str) -> None:
        def settle(session: Session) -> bool:
            return store.settle_failed(
                session,
                outbox_id=row.id,
                worker=self.worker,
                now=self.clock(),
                error_code=code,
                error=_words(error),
            )

        self._settle(settle)
        self.report.failed += 1
        log.warning("mail %s failed: %s", row.id, code)

    def _undecided(self, row: Outbox, error: Unknown) -> None:
        def settle(session: Session) -> bool:
            return store.settle_unknown(
                session,
                outbox_id=row.id,
                worker=self.worker,
                now=self.clock(),
                error_code=error.code,
                error=_words(error),
            )

        self._settle(settle)
        self.report.unknown += 1
        log.error("mail %s may or may not have arrived", row.id)

    def _pause(self, row: Outbox, error: ServiceDown) -> None:
        """Put the row back and let nothing out before the pause is over."""
        until = self.clock() + pause_delay(attempts=row.attempts)
        if self.clock() - row.created_at >= timedelta(days=self.mail.retry_days):
            self._refuse(row, error, code="expired")
        else:
            self._put_back(row, error, until=until)
            self.report.retried += 1
        self._hold_back(until)
        self.report.paused = _words(error)
        log.error("sending pauses until %s: %s", until.isoformat(), error.step)

    def _break_circuit(self, row: Outbox, error: Permanent) -> None:
        """Nothing but refusals: more likely our fault than theirs, so stop before all are lost."""
        if not self._only_refusals():
            return
        self._hold_back(self.clock() + _PAUSES[-1])
        self.report.paused = (
            f"连续 {self.report.failed} 封被拒收，暂停发送"
            f" / {self.report.failed} refusals in a row, paused: {_words(error)}"
        )

    def _put_back(self, row: Outbox, error: DigestError, *, until: datetime) -> None:
        def settle(session: Session) -> bool:
            return store.settle_failed(
                session,
                outbox_id=row.id,
                worker=self.worker,
                now=self.clock(),
                error_code=error.code,
                error=_words(error),
                retry_at=until,
            )

        self._settle(settle)

    def _hold_back(self, until: datetime) -> None:
        with self.db.writer() as session:
            session.execute(
                update(Outbox)
                .where(
                    Outbox.state == "queued",
                    Outbox.channel.in_(CHANNELS),
                    or_(Outbox.not_before.is_(None), Outbox.not_before < until),
                )
                .values(not_before=until)
                .execution_options(synchronize_session=False)
            )

    def _settle(self, settle: Callable[[Session], bool]) -> None:
        """Record the outcome; a busy database is tried again, since the mail is already out."""
        for attempt in range(1, _SETTLE_TRIES + 1):
            try:
                with self.db.writer() as session:
                    settle(session)
                return
            except StoreError as error:
                if not error.retry or attempt == _SETTLE_TRIES:
                    raise

    def _only_refusals(self) -> bool:
        """That says more of our server than of the readers."""
        return not self.report.sent and self.report.failed >= BREAKER

    def _finish(self) -> None:
        for person, reply in () if self._only_refusals() else self.unknown_people.items():
            # whoever asked to be erased meanwhile is not there any more
            with suppress(NotFound), self.db.writer() as session:
                record_bounce(
                    session, subscriber_id=person, hard=True, reason=reply, now=self.clock()
                )
        with self.db.reader() as session:
            open_issues = [issue.id for issue in list_issues(session, states=["sending"])]
        for issue_id in open_issues:
            with self.db.writer() as session:
                self.report.finished += finish_issue(session, issue_id, now=self.clock())


def _words(error: DigestError) -> str:
    reply = getattr(error, "reply", "")
    return f"{error} [{reply}]" if reply else str(error)


def _clock(now: datetime) -> Callable[[], datetime]:
    """``now`` going on from here, so that a long round does not claim with an old time."""
    start = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - start)


def _spread(text: str) -> float:
    """-1 to 1, the same for the same text."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest()[:4], "big") / 2**31 - 1
