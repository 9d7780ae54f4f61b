"""What happened in one run, counted; and what state that makes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

# What is not the page's fault: the address waits for a later run, without a bad mark.
NOT_THE_PAGE = frozenset(
    {
        "robots_denied",
        "robots_unreachable",
        "host_paused",
        "rate_limited",
        "maintenance",
        "run_closing",
        "evidence_failed",
        "database_locked",
        "database_unreachable",
        "disk_full",
        "lease_lost",
    }
)
MANY_MISSED = 3  # pages without the source's own body before it is called a redesign
UNCOUNTED = frozenset({"run_closing"})
ENDED_EARLY = {
    "soft_limit": ("timed_out", "time_box"),
    "memusage_exceeded": ("failed", "out_of_memory"),
    "shutdown": ("partial", "interrupted"),
    "hours_over": ("partial", "hours_over"),
    "start_error": ("failed", "spider_crashed"),
}


@dataclass(slots=True)
class RunCounts:
    """Counters of one run. ``duplicate`` are new pages with a text we already have."""

    listed: int = 0
    fetched: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    duplicate: int = 0
    failed: int = 0
    skipped: int = 0
    bytes_in: int = 0
    gone: int = 0
    lists_read: int = 0
    list_failures: list[tuple[str, str]] = field(default_factory=list)
    layouts_missed: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    details: dict[str, str] = field(default_factory=dict)

    def columns(self) -> dict[str, int]:
        """The counters that the run row has columns for."""
        return {
            "listed": self.listed,
            "fetched": self.fetched,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "duplicate": self.duplicate,
            "failed": self.failed,
            "skipped": self.skipped,
            "bytes_in": self.bytes_in,
        }

    @property
    def read(self) -> int:
        """Pages that became, or confirmed, a document."""
        return self.new + self.changed + self.unchanged + self.duplicate

    def outcome(self, name: str) -> None:
        """Count what became of a stored page."""
        if name == "new":
            self.new += 1
        elif name == "changed":
            self.changed += 1
        elif name == "unchanged":
            self.unchanged += 1
        elif name == "duplicate":
            self.duplicate += 1
        else:
            self.skipped += 1

    def page_failed(self, code: str, detail: str) -> None:
        """Count a page that gave no document."""
        if code in UNCOUNTED:
            return
        if code == "robots_denied":
            self.skipped += 1  # the site's wish, not a fault
            self.note(code, detail)
            return
        self.failed += 1
        self.failures[code] += 1
        self.note(code, detail)

    def list_failed(self, code: str, detail: str) -> None:
        """Count a list page that could not be read."""
        if code in UNCOUNTED:
            return
        self.list_failures.append((code, detail))
        self.note(code, detail)

    def layout_missed(self, url: str) -> None:
        """Count a page on which none of the source's selectors for the body matched."""
        self.layouts_missed += 1
        self.details.setdefault("layout_changed", url)

    def note(self, code: str, detail: str) -> None:
        """Count an error code and keep its first detail."""
        self.codes[code] += 1
        self.details.setdefault(code, detail[:500])

    def verdict(self, reason: str) -> tuple[str, str | None, str | None]:
        """State, error code and detail of a run that closed with ``reason``.

        ok: everything listed was dealt with. partial: some pages failed. failed: no list page
        could be read, or nothing could go on. timed_out: the time box ended it before any page
        was read.
        """
        if reason in ENDED_EARLY:
            state, code = ENDED_EARLY[reason]
            if code == "time_box" and self.read:
                state = "partial"  # a backlog on its way down is no fault of the source
            return state, code, self.details.get(code)
        if reason != "finished":
            return "failed", reason, self.details.get(reason)
        if self.list_failures:
            code, detail = self.list_failures[0]
            return ("partial" if self.lists_read else "failed"), code, detail
        if self.failed:
            code = self.failures.most_common(1)[0][0]
            return "partial", code, self.details[code]
        return "ok", None, None

    @property
    def redesigned(self) -> str | None:
        """An example of the pages on which the source's own body is gone, if most are such."""
        if self.layouts_missed >= MANY_MISSED and self.layouts_missed * 2 > self.read:
            return self.details["layout_changed"]
        return None
