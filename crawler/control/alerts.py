"""Telling people that a source broke or mended: health events → outbox, by mail.

One message per tick and recipient, never one per source. When the network is down, two hundred
sources fail at once: that is one event of the system, beside which theirs are silent. An event is
announced when it opens, again after 1, 3 and 7 days, and when it closes; an acknowledged one is
left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crawler.control.watch import HealthChange
from storage import health, outbox
from storage.models import HealthEvent
from storage.outbox import OutboxRecord

MOST_LINES = 30


def announce(
    session: Session,
    changes: Sequence[HealthChange],
    *,
    recipients: Sequence[str],
    repeat_days: Sequence[int],
    now: datetime,
) -> int:
    """Queue the alert mails; the number of messages. Call it in one write transaction."""
    if not recipients:
        return 0
    opened = {change.event_id for change in changes if change.opened}
    shared = {event.rule for event in health.open_events(session, subject="system")}
    due = [
        event
        for event in health.unattended_events(session, now=now)
        if (event.id in opened or _reminder_due(event, repeat_days, now))
        and (event.subject == "system" or event.rule not in shared)
    ]
    closed = [change for change in changes if not change.opened]
    if not due and not closed:
        return 0
    subject, text = _letter(due, closed)
    records = [
        OutboxRecord(
            dedupe_key=f"alert:{now:%Y%m%dT%H%M%S.%f}:{address}",
            channel="alert",
            recipient=address,
            payload={"subject": subject, "text": text},
        )
        for address in recipients
    ]
    count = outbox.enqueue(session, records, now=now)
    for event in due:
        health.mark_notified(session, event_id=event.id, now=now)
    return count


def _reminder_due(event: HealthEvent, repeat_days: Sequence[int], now: datetime) -> bool:
    """Whether the next reminder's day has come; ``notices`` counts the mails so far."""
    if event.notices == 0:
        return True
    if event.notices > len(repeat_days):
        return False
    return now - event.opened_at >= timedelta(days=repeat_days[event.notices - 1])


def _letter(due: Sequence[HealthEvent], closed: Sequence[HealthChange]) -> tuple[str, str]:
    parts = [f"{len(due)} 项异常"] if due else []
    parts += [f"{len(closed)} 项恢复"] if closed else []
    lines = []
    for event in due[:MOST_LINES]:
        lines += [
            f"✗ {event.summary}",
            f"  始于 / since: {event.evidence.get('since', event.opened_at.isoformat())}",
            f"  怎么办 / what to do: {event.evidence.get('remedy', '')}",
            "",
        ]
    if len(due) > MOST_LINES:
        lines += [f"另有 {len(due) - MOST_LINES} 项 / and more: dibao health", ""]
    lines += [f"✓ 已恢复 / mended: {change.message}" for change in closed[:MOST_LINES]]
    return "邸报来源状态：" + "，".join(parts), "\n".join(lines).rstrip() + "\n"
