"""The links of an issue on its page: being asked, what they answered, whether that still fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from digest.gates import kept_links
from digest.link_check import TOLD, CheckedLink, issue_links
from digest.view import IssueView
from review.desk import Desk
from review.link_checker import LinkProgress


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One link to look at. ``items``: number and document of the items that carry it."""

    link: CheckedLink
    items: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class LinkBox:
    """``counts`` by state of the latest answers, None when the links were never asked. ``fits``:
    the answers are recent and of exactly these links."""

    total: int
    can_start: bool
    progress: LinkProgress | None = None
    counts: Mapping[str, int] | None = None
    lines: tuple[LinkLine, ...] = ()
    actor: str = ""
    at: datetime | None = None
    fits: bool = False
    offline: bool = False

    @property
    def is_running(self) -> bool:
        """Whether the links are being asked now."""
        return self.progress is not None and self.progress.state == "running"

    @property
    def has_failed(self) -> bool:
        """Whether the latest check broke off."""
        return self.progress is not None and self.progress.state == "failed"

    @property
    def left_out(self) -> int:
        """Links to look at that are not listed."""
        return sum((self.counts or {}).get(state, 0) for state in TOLD) - len(self.lines)


def link_box(session: Session, desk: Desk, view: IssueView, *, issue_id: int) -> LinkBox:
    """The box of one issue."""
    checker = desk.site.links
    viewer = desk.viewer
    box = LinkBox(
        total=len(issue_links(view)),
        can_start=checker is not None and viewer is not None and viewer.may_edit,
        progress=checker.progress(issue_id) if checker is not None else None,
    )
    kept = kept_links(session, view, issue_id=issue_id, now=desk.now)
    if kept is None:
        return box
    documents = {item.number: item.document_id for item in view.items}
    lines = tuple(
        LinkLine(link, tuple((n, documents[n]) for n in link.numbers if n in documents))
        for state in TOLD
        for link in kept.report.of(state)
    )
    return replace(
        box,
        counts=kept.counts,
        lines=lines,
        actor=kept.actor,
        at=kept.at,
        fits=kept.fits,
        offline=kept.report.offline,
    )
