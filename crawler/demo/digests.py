"""The two issues of the demo: composed, approved, sent over SMTP, found again in the mailbox."""

from __future__ import annotations

import email.policy
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesParser
from pathlib import Path

from crawler.config import Config
from crawler.control.ticks import send
from crawler.demo.config import EDITION, READER
from digest.compose import compose_issue
from digest.editions import edition_by_key, period_at
from digest.issues import approve_issue
from storage.engine import Database

ACTOR = "demo"


class NotDelivered(Exception):
    """The mail did not arrive as it was sent; the text says what was seen."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A mail that was found in the mailbox. ``size`` in bytes; ``page`` is its HTML part."""

    path: Path
    page: Path
    subject: str
    items: int
    size: int


def publish(
    db: Database, config: Config, *, folder: Path, week_end: datetime, now: datetime
) -> Delivered:
    """Make and send the issue of the week that ends at ``week_end``. Raises ``NotDelivered``."""
    edition = edition_by_key(config.digest, EDITION)
    before = set(folder.glob("*.eml"))
    with db.writer() as session:
        composed = compose_issue(session, edition, period_at(edition, week_end), now)
        if composed.outcome != "draft" or composed.issue_id is None:
            raise NotDelivered(f"没有可发的内容 / nothing to send: {composed.outcome}")
        approved = approve_issue(session, config, composed.issue_id, actor=ACTOR, now=now)
    report = send(db, config, now=now)
    arrived = sorted(set(folder.glob("*.eml")) - before)
    if report.sent != approved.recipients or len(arrived) != approved.recipients:
        raise NotDelivered(
            f"应到 {approved.recipients} 封，发出 {report.sent}，收到 {len(arrived)} / "
            f"expected {approved.recipients}, sent {report.sent}, arrived {len(arrived)}"
        )
    return _check(arrived[-1], items=composed.items)


def _check(path: Path, *, items: int) -> Delivered:
    content = path.read_bytes()
    message = BytesParser(policy=email.policy.default).parsebytes(content)
    html = message.get_body(("html",))
    if html is None or READER not in str(message["To"]):
        raise NotDelivered(f"{path.name} 不是预期的邮件 / is not the expected mail")
    page = path.with_suffix(".html")
    page.write_text(html.get_content(), encoding="utf-8")
    return Delivered(path, page, str(message["Subject"]), items, len(content))
