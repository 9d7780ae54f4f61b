"""Composing and approving issues of the sample archive."""

from __future__ import annotations

from sqlalchemy.orm import Session

from digest.compose import Composed, compose_issue
from digest.frozen import load_issue
from digest.issues import approve_issue
from digest.periods import Period
from digest.settings import EditionConfig
from digest.view import IssueView
from storage.issues import get_issue
from tests.digest.archive import PERIOD, Settings, settings

CONFIG = settings()
EDITION = CONFIG.digest.editions[0]


def compose(
    session: Session,
    *,
    edition: EditionConfig = EDITION,
    period: Period = PERIOD,
) -> tuple[Composed, IssueView]:
    """The draft of a period, and what its readers would see."""
    made = compose_issue(session, edition, period, period.end)
    assert made.issue_id is not None
    return made, load_issue(session, made.issue_id)[1]


def send_out(session: Session, issue_id: int, *, config: Settings = CONFIG) -> None:
    """Approve without recipients: the issue counts as sent."""
    issue = get_issue(session, issue_id)
    assert issue is not None
    approve_issue(session, config, issue_id, actor="test", now=issue.period_end)


def titles(view: IssueView) -> list[str]:
    """The titles of an issue in its order."""
    return [item.title for item in view.items]
