"""From a claimed outbox row to the bytes of one copy."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.columns import cut_to_width
from digest.errors import IssueStateError
from digest.fit import Cut
from digest.frozen import load_issue
from digest.issues import limits_of
from digest.message import Envelope, Signature, build_message, build_notice, read_signature
from digest.narrow import Wishes, narrowed, read_wishes
from digest.phrases import SUBJECT_COLUMNS
from digest.readers import reader_for, sample_reader
from digest.render import Limits, render_mail
from digest.settings import DigestSettings
from digest.tokens import read_key
from digest.trial import TEST_MARK, TEST_OF
from digest.view import IssueView, view_hash
from storage.models import Issue, Outbox, Subscription


@dataclass(slots=True)
class _Prepared:
    """An issue that copies are made of; ``cut`` is the first rung that fitted."""

    issue: Issue
    view: IssueView
    limits: Limits
    cut: Cut | None = None


@dataclass(slots=True)
class Press:
    """Makes copies; reads each issue and the keys once. Not safe to share between threads."""

    config: DigestSettings
    key: bytes | None = None
    signature: Signature | None = None
    warnings: dict[str, None] = field(default_factory=dict)
    _issues: dict[int, _Prepared] = field(default_factory=dict)

    @classmethod
    def open(cls, config: DigestSettings) -> Press:
        """With the keys of the configuration. Raises ``OSError`` or ``ValueError`` for bad ones."""
        mail = config.mail
        return cls(config=config, key=read_key(mail), signature=read_signature(mail))

    def copy(self, session: Session, row: Outbox) -> Envelope:
        """The message of a row. Raises ``IssueStateError`` or ``AddressInvalid``."""
        if row.issue_id is None and TEST_OF in row.payload:
            return self._test_copy(session, row)
        if row.issue_id is None:
            return build_notice(
                subject=str(row.payload.get("subject", "")),
                text=str(row.payload.get("text", "")),
                recipient=row.recipient,
                mail=self.config.mail,
                sent_at=row.created_at,
                key=row.dedupe_key,
                signature=self.signature,
            )
        prepared = self._prepare(session, row.issue_id)
        return self._issue_copy(session, row, prepared)

    def _prepare(self, session: Session, issue_id: int) -> _Prepared:
        found = self._issues.get(issue_id)
        if found is not None:
            return found
        issue, view = load_issue(session, issue_id)
        if issue.content_hash and view_hash(view) != issue.content_hash:
            raise IssueStateError(
                f"第 {issue.number} 期的内容在批准之后有变化，没有发送"
                f" / issue {issue.number} changed after approval, not sent"
            )
        found = _Prepared(issue, view, limits_of(self.config, issue.edition))
        self._issues[issue_id] = found
        return found

    def _issue_copy(self, session: Session, row: Outbox, prepared: _Prepared) -> Envelope:
        issue, config = prepared.issue, self.config
        wishes = self._wishes(session, row, issue.edition)
        view = narrowed(prepared.view, wishes)
        reader = reader_for(
            mail=config.mail,
            key=self.key,
            subscriber_id=row.subscriber_id or 0,
            address=row.recipient,
            edition=issue.edition,
            issue_id=issue.id,
            topics=wishes.words,
        )
        rendered = render_mail(
            view,
            reader=reader,
            limits=prepared.limits,
            templates_dir=config.digest.templates_dir,
            start_rung=None if wishes.words else prepared.cut,
        )
        if not wishes.words:
            prepared.cut = rendered.cut
        self.warnings.update(dict.fromkeys(rendered.warnings))
        return build_message(
            rendered,
            view=view,
            reader=reader,
            mail=config.mail,
            sent_at=issue.approved_at or issue.created_at,
            issue=issue.id,
            signature=self.signature,
        )

    def _test_copy(self, session: Session, row: Outbox) -> Envelope:
        """The issue as it is now, for one address that need not be a reader's."""
        config = self.config
        issue, view = load_issue(session, int(row.payload[TEST_OF]))
        reader = sample_reader(
            mail=config.mail, key=self.key, edition=issue.edition, issue_id=issue.id
        )
        reader = replace(reader, address=row.recipient)
        rendered = render_mail(
            view,
            reader=reader,
            limits=limits_of(config, issue.edition),
            templates_dir=config.digest.templates_dir,
        )
        subject = cut_to_width(f"{TEST_MARK}{rendered.subject}", SUBJECT_COLUMNS)
        return build_message(
            replace(rendered, subject=subject),
            view=view,
            reader=reader,
            mail=config.mail,
            sent_at=row.created_at,
            issue=issue.id,
            signature=self.signature,
            key=row.dedupe_key,
        )

    def _wishes(self, session: Session, row: Outbox, edition: str) -> Wishes:
        filters = session.scalar(
            select(Subscription.filters).where(
                Subscription.subscriber_id == row.subscriber_id, Subscription.edition == edition
            )
        )
        return read_wishes(filters or {})
