"""What a site asks us to wait: Retry-After in all its forms, and pauses after refusals.

The same for crawls (``crawler.fetch``) and looks by hand (``crawler.host_budget``). Pure
arithmetic; times are aware UTC, pauses are bounded so that a typing error on a server
("ten years") cannot silence a source for good.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(hours=24)
WAIT_IN_RUN = 60.0  # seconds; a longer pause is left to the next run
STRIKES_LAST = timedelta(days=7)
FIRST_PAUSE = timedelta(minutes=5)
REFUSED_PAUSE = timedelta(hours=1)
ROBOTS_PAUSE = timedelta(minutes=15)
MAX_DOUBLINGS = 8


def retry_after(value: str | bytes | None, *, now: datetime) -> timedelta | None:
    """The pause that a Retry-After header asks for (RFC 9110 section 10.2.3).

    Seconds or an HTTP date; dates in the past give zero, anything longer than 24 hours gives
    24 hours, anything else gives None.
    """
    if value is None:
        return None
    text = (value.decode("latin-1") if isinstance(value, bytes) else value).strip()
    if not text:
        return None
    if text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdigit():
        # long digit runs are cut before they become a number too big for a timedelta
        return min(timedelta(seconds=min(float(text[:12]), 1e8)), LONGEST)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(moment - now, timedelta(0)), LONGEST)


def pause_after(strikes: int, *, first: timedelta = FIRST_PAUSE) -> timedelta:
    """The pause after a refusal without a stated time: doubles with each strike, up to a day."""
    doublings: int = 2 ** min(max(strikes, 0), MAX_DOUBLINGS)
    return min(first * doublings, LONGEST)


def pauses_host(status: int, asked: timedelta | None) -> bool:
    """Whether an answer pauses its host: 429, and 503 with Retry-After (``asked``)."""
    return status == 429 or (status == 503 and asked is not None)


def strikes_now(strikes: int, not_before: datetime | None, *, now: datetime) -> int:
    """What is left of the refusals in a row after the pause that ended at ``not_before``."""
    return strikes if not_before is None or now - not_before < STRIKES_LAST else 0


def too_far(seconds: float, *, gap: float = 0.0) -> bool:
    """Whether a turn is not worth waiting for; ``gap`` seconds between two requests are."""
    return seconds > max(WAIT_IN_RUN, 2 * gap)


def backoff_seconds(tries: int, *, first: float = 1.0, longest: float = 30.0) -> float:
    """Seconds before the next try inside one run: full jitter over a doubling window.

    ``tries`` counts the tries already made (1 after the first failure).
    """
    window = min(first * float(2 ** max(tries - 1, 0)), longest)
    return window * (0.5 + random.random() / 2)  # noqa: S311 - spreads load, hides nothing
