"""How fast mail may leave: in a minute, to one domain in a minute, in a day.

Counted from what the outbox says was sent, so a restart or a second sender starts no new budget.
Providers slow down or refuse a sender that is faster than it used to be; the daily limit is an
emergency brake besides: it ends what a mistake began, and lets the rest go a day later.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass(slots=True)
class Pace:
    """The limits (0: none) and what went out lately. All times aware UTC, oldest first."""

    per_minute: int = 0
    per_domain: int = 0
    per_day: int = 0
    _sent: deque[datetime] = field(default_factory=deque)
    _to: defaultdict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))

    @property
    def limited(self) -> bool:
        """Whether any limit is set."""
        return bool(self.per_minute or self.per_domain or self.per_day)

    def note(self, recipient: str, at: datetime) -> None:
        """A mail went out, or may have."""
        self._sent.append(at)
        self._to[domain_of(recipient)].append(at)

    def note_all(self, sent: Iterable[tuple[str, datetime]]) -> None:
        """Mails of the last day, in any order."""
        for recipient, at in sorted(sent, key=lambda pair: pair[1]):
            self.note(recipient, at)

    def closed_until(self, now: datetime) -> datetime | None:
        """When the next mail may go to anybody; None: now."""
        while self._sent and self._sent[0] <= now - DAY:
            self._sent.popleft()
        waits = [
            _free_at(self._sent, self.per_minute, now, window=MINUTE),
            _free_at(self._sent, self.per_day, now, window=DAY),
        ]
        return max((at for at in waits if at is not None), default=None)

    def domain_until(self, recipient: str, now: datetime) -> datetime | None:
        """When the next mail may go to the domain of this address; None: now."""
        return _free_at(self._to[domain_of(recipient)], self.per_domain, now, window=MINUTE)


def domain_of(address: str) -> str:
    """The part behind the last @, lower case."""
    return address.rpartition("@")[2].lower()


def _free_at(
    times: deque[datetime], limit: int, now: datetime, *, window: timedelta
) -> datetime | None:
    """When fewer than ``limit`` of the times lie in the window; None: now, or no limit."""
    if not limit or len(times) < limit:
        return None
    free = times[-limit] + window
    return free if free > now else None
