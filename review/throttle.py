"""Slowing down guesses: a growing pause per account and address.

The caller is refused at once instead of being kept waiting, so that guessing never occupies a
worker thread. Counters are rows, so that they hold over restarts and processes; their keys are
hashes, so that the table cannot be filled with long names.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from storage.users import clear_failures, failures, record_failure

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=15)
FORGET_AFTER = timedelta(hours=1)

# Free failures of one account from one address; of an account from anywhere (higher, so that an
# outsider cannot lock the owner out cheaply); of one address over all accounts.
_PAIR, _ACCOUNT, _ADDRESS = 4, 30, 30


def seconds_left(session: Session, account: str, address: str, *, now: datetime) -> int:
    """Whole seconds until the next try is allowed; 0 = now."""
    return max(
        _wait(session, key, free=free, now=now) for key, free in _keys(account, address).items()
    )


def note_failure(session: Session, account: str, address: str, *, now: datetime) -> None:
    """Count a failed try."""
    for key in _keys(account, address):
        record_failure(session, key=key, now=now, forget_after=FORGET_AFTER)


def note_success(session: Session, account: str, address: str) -> None:
    """Forget the failures of this account from this address."""
    clear_failures(session, key=next(iter(_keys(account, address))))


def pause_after(count: int, *, free: int) -> timedelta:
    """Pause after so many failures in a row: none at first, then doubling up to 15 minutes."""
    if count <= free:
        return timedelta(0)
    doublings = min(count - free - 1, 20)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def _wait(session: Session, key: str, *, free: int, now: datetime) -> int:
    found = failures(session, key=key)
    if found is None or now - found[1] > FORGET_AFTER:
        return 0
    left = (found[1] + pause_after(found[0], free=free) - now).total_seconds()
    return max(0, -(-int(left * 1000) // 1000))


def _keys(account: str, address: str) -> dict[str, int]:
    folded = account.strip().casefold()
    return {
        _key("pair", f"{folded}\x00{address}"): _PAIR,
        _key("account", folded): _ACCOUNT,
        _key("address", address): _ADDRESS,
    }


def _key(kind: str, text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"login:{kind}:{digest[:32]}"
