"""Issues, the outbox and the people who receive mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from storage import issues, outbox, subscribers
from storage.documents import save_document
from storage.engine import Database
from storage.errors import Conflict, NotFound, StateConflict
from storage.issues import ItemRecord
from storage.models import Issue, Outbox, Subscriber
from storage.outbox import OutboxRecord
from storage.removal import bury_document
from tests.storage.samples import DAY, HOUR, NOW, add_source, record

WEEK = 7 * DAY


def draft(session: Session, *, items: int = 2, start: int = 0) -> Issue:
    source = add_source(session)
    chosen = []
    for number in range(1, items + 1):
        url = f"https://sample.gov.cn/{number}"
        saved = save_document(session, record(source, url, text=f"第{number}条" * 50), now=NOW)
        assert saved.document_id is not None
        chosen.append(ItemRecord(saved.document_id, saved.document_id, "监管动态"))
    issue = issues.create_issue(
        session,
        edition="weekly",
        title="周报",
        period_start=NOW + start * WEEK,
        period_end=NOW + (start + 1) * WEEK,
        items=chosen,
        now=NOW,
    )
    assert issue is not None
    return issue


def mail(number: int, issue_id: int | None = None, **more: Any) -> OutboxRecord:
    address = f"{number}@example.org"
    return OutboxRecord(f"issue:{issue_id}:{number}", "mail", address, issue_id, **more)


def reader(session: Session, address: str = "Li@Example.org", **more: Any) -> Subscriber:
    values: dict[str, Any] = {"edition": "weekly", "consent": {"form": "web"}, "now": NOW}
    return subscribers.subscribe(session, address=address, **{"confirmed": True, **values, **more})


def test_issue_from_draft_to_sent(database: Database) -> None:
    with database.writer() as session:
        issue = draft(session)
        assert (issue.number, issue.state) == (1, "draft")
        with pytest.raises(StateConflict, match="approved"):
            issues.freeze(session, issue.id, messages=[], content_hash="h", now=NOW)
        issues.approve(session, issue.id, actor="li", now=NOW, content_hash="h")
        with pytest.raises(StateConflict, match="approve again"):
            issues.freeze(session, issue.id, messages=[], content_hash="other", now=NOW)
        messages = [mail(1, issue.id), mail(2, issue.id)]
        frozen = issues.freeze(session, issue.id, messages=messages, content_hash="h", now=NOW)
        assert (frozen.state, frozen.recipients) == ("sending", 2)
        with pytest.raises(StateConflict):
            issues.void_issue(session, issue.id, reason="late", now=NOW)
        assert not issues.finish_issue(session, issue.id, now=NOW)
        first, second = outbox.claim(session, worker="w", now=NOW, limit=5)
        outbox.settle_sent(session, outbox_id=first.id, worker="w", now=NOW)
        assert not issues.finish_issue(session, issue.id, now=NOW)
        outbox.settle_unknown(
            session, outbox_id=second.id, worker="w", now=NOW, error_code="lost", error="reset"
        )
        assert issues.finish_issue(session, issue.id, now=NOW + HOUR)
        assert not issues.finish_issue(session, issue.id, now=NOW + HOUR)
        assert (issue.state, issue.sent_at) == ("sent", NOW + HOUR)
        counts = outbox.count_states(session, issue_id=issue.id)
        assert (counts["sent"], counts["unknown"], counts["queued"]) == (1, 1, 0)


def test_one_issue_a_period_and_numbers_that_go_on(database: Database) -> None:
    with database.writer() as session:
        first = draft(session)
        again = issues.create_issue(
            session,
            edition="weekly",
            title="周报",
            period_start=first.period_start,
            period_end=first.period_end,
            items=[],
            now=NOW,
        )
        assert again is None
        assert draft(session, start=1).number == 2
        found = issues.issue_by_period(session, edition="weekly", period_start=NOW)
        assert found is first
        assert [issue.number for issue in issues.list_issues(session, edition="weekly")] == [2, 1]


def test_void_issue_keeps_its_period_until_reopened(database: Database) -> None:
    with database.writer() as session:
        issue = draft(session)
        issues.approve(session, issue.id, actor="li", now=NOW)
        assert issues.withdraw_approval(session, issue.id).approved_by is None
        issues.void_issue(session, issue.id, reason="内容不足", now=NOW)
        assert issues.issue_by_period(session, edition="weekly", period_start=NOW) is issue
        assert issues.reopen_issue(session, issue.id).state == "draft"
        with pytest.raises(NotFound):
            issues.approve(session, 99, actor="li", now=NOW)


def test_two_editors_do_not_overwrite_each_other(database: Database) -> None:
    with database.writer() as session:
        issue = draft(session, items=3)
        seen = issue.row_version
        order = [row.item.document_id for row in issues.issue_items(session, issue.id)]
        turned = [ItemRecord(found, found, "行业热点", headline="改") for found in reversed(order)]
        issues.edit_issue(session, issue.id, row_version=seen, items=turned, intro="编者按")
        with pytest.raises(StateConflict, match="reload"):
            issues.edit_issue(session, issue.id, row_version=seen, title="另一个标题")
        rows = issues.issue_items(session, issue.id)
        assert [row.item.document_id for row in rows] == order[::-1]
        assert [row.item.position for row in rows] == [1, 2, 3]
        assert rows[0].document.title == rows[0].version.title
        issues.approve(session, issue.id, actor="li", now=NOW)
        with pytest.raises(StateConflict):
            issues.edit_issue(session, issue.id, title="太晚")


def test_what_was_sent_cannot_be_removed_and_is_remembered(database: Database) -> None:
    with database.writer() as session:
        issue = draft(session)
        issues.approve(session, issue.id, actor="li", now=NOW)
        issues.freeze(session, issue.id, messages=[], content_hash="h", now=NOW)
        found = issues.earlier_appearances(
            session, edition="weekly", document_ids=[1, 2, 3], before=NOW + WEEK
        )
        assert found == {1: (1, 1), 2: (1, 2)}
        with pytest.raises(Conflict, match="hide it"):
            bury_document(session, 1, reason="x", actor="li", now=NOW)


def test_message_is_queued_once_and_claimed_when_due(database: Database) -> None:
    with database.writer() as session:
        later = OutboxRecord("later", "alert", "ops@example.org", not_before=NOW + HOUR)
        assert outbox.enqueue(session, [mail(1), mail(1), later], now=NOW) == 2
        assert outbox.enqueue(session, [mail(1), later], now=NOW) == 0
        assert outbox.enqueue(session, [], now=NOW) == 0
        assert outbox.claim(session, worker="w", now=NOW, limit=5, channels=["webhook"]) == []
        (row,) = outbox.claim(session, worker="w", now=NOW, limit=5)
        assert (row.recipient, row.state, row.attempts) == ("1@example.org", "sending", 1)
        assert outbox.claim(session, worker="v", now=NOW, limit=5) == []
        (row,) = outbox.claim(session, worker="v", now=NOW + HOUR, limit=5)
        assert row.dedupe_key == "later"


def test_only_the_claiming_worker_settles(database: Database) -> None:
    with database.writer() as session:
        outbox.enqueue(session, [mail(1)], now=NOW)
        (row,) = outbox.claim(session, worker="w", now=NOW, limit=1)
        mine: dict[str, Any] = {"outbox_id": row.id, "worker": "w"}
        other: dict[str, Any] = {"outbox_id": row.id, "worker": "v"}
        assert not outbox.settle_sent(session, **other, now=NOW)
        assert outbox.release_claim(session, **mine)
        assert not outbox.settle_sent(session, **mine, now=NOW)
        outbox.claim(session, worker="w", now=NOW, limit=1)
        retry_at = NOW + HOUR
        assert outbox.settle_failed(
            session, **mine, now=NOW, error_code="greylisted", error="451", retry_at=retry_at
        )
        assert outbox.claim(session, worker="w", now=NOW, limit=1) == []
        (row,) = outbox.claim(session, worker="w", now=retry_at, limit=1)
        assert row.attempts == 2
        assert outbox.settle_failed(session, **mine, now=NOW, error_code="refused", error="550")
        assert row.state == "failed"
        assert outbox.retry(session, outbox_id=row.id, now=retry_at)
        assert not outbox.retry(session, outbox_id=row.id, now=retry_at)
        assert row.state == "queued"


def test_interrupted_message_waits_for_a_person(database: Database) -> None:
    with database.writer() as session:
        outbox.enqueue(session, [mail(1), mail(2)], now=NOW)
        first, second = outbox.claim(session, worker="w", now=NOW, limit=2)
        assert outbox.sweep_interrupted(session, now=NOW, older_than=HOUR) == []
        swept = outbox.sweep_interrupted(session, now=NOW + HOUR, older_than=HOUR)
        assert sorted(swept) == [first.id, second.id]
        assert not outbox.settle_sent(session, outbox_id=first.id, worker="w", now=NOW)
        assert outbox.claim(session, worker="w", now=NOW + DAY, limit=5) == []
        assert outbox.confirm_sent(session, outbox_id=first.id, now=NOW)
        assert outbox.retry(session, outbox_id=second.id, now=NOW)
        states = [row.state for row in outbox.list_outbox(session)]
        assert states == ["queued", "sent"]


def test_stale_messages_are_held(database: Database) -> None:
    with database.writer() as session:
        outbox.enqueue(session, [mail(1)], now=NOW - 3 * DAY)
        outbox.enqueue(session, [mail(2)], now=NOW)
        assert outbox.park_stale(session, now=NOW, older_than=2 * DAY) == 1
        (claimed,) = outbox.claim(session, worker="w", now=NOW, limit=5)
        assert claimed.recipient == "2@example.org"
        (held,) = outbox.list_outbox(session, state="held")
        assert outbox.give_up(session, outbox_id=held.id, now=NOW)
        assert held.error_code == "given_up"


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.sampled_from(["claim", "sent", "fail", "later", "lost", "retry", "hold"])))
def test_message_is_never_sent_after_it_was_sent(
    sqlite_database: Database, steps: list[str]
) -> None:
    """Whatever order the steps come in, a sent message stays sent."""
    with sqlite_database.writer() as session:
        session.query(Outbox).delete()
        outbox.enqueue(session, [mail(1)], now=NOW)
        row = session.query(Outbox).one()
        sent = False
        for step in steps:
            mine: dict[str, Any] = {"outbox_id": row.id, "worker": "w", "now": NOW}
            error: dict[str, Any] = {"error_code": "x", "error": "x"}
            match step:
                case "claim":
                    claimed = outbox.claim(session, worker="w", now=NOW + DAY, limit=1)
                    assert not (claimed and sent)
                case "sent":
                    sent = outbox.settle_sent(session, **mine) or sent
                case "fail":
                    outbox.settle_failed(session, **mine, **error)
                case "later":
                    outbox.settle_failed(session, **mine, **error, retry_at=NOW + HOUR)
                case "lost":
                    outbox.sweep_interrupted(session, now=NOW + 9 * DAY, older_than=HOUR)
                case "retry":
                    outbox.retry(session, outbox_id=row.id, now=NOW)
                case "hold":
                    outbox.park_stale(session, now=NOW + 9 * DAY, older_than=DAY)
            session.refresh(row)
            assert not sent or row.state == "sent"


def test_subscription_needs_confirmation_once(database: Database) -> None:
    with database.writer() as session:
        row = reader(session, confirmed=False, consent={"form": "web", "ip": "192.0.2.1"})
        assert row.state == "pending"
        assert subscribers.recipients(session, edition="weekly") == []
        evidence = {"at": "2026-11-16T00:00:00Z"}
        for _ in range(2):
            assert subscribers.confirm(session, subscriber_id=row.id, now=NOW, evidence=evidence)
        assert row.consent == {"form": "web", "ip": "192.0.2.1", "confirmation": evidence}
        same = reader(session, "li@EXAMPLE.org ", confirmed=False)
        assert (same.id, same.state) == (row.id, "active")
        (found,) = subscribers.recipients(session, edition="weekly")
        assert (found.address, found.subscriber_id) == ("Li@Example.org", row.id)


def test_leaving_is_idempotent_and_per_edition(database: Database) -> None:
    with database.writer() as session:
        row = reader(session)
        reader(session, edition="daily", filters={"topics": ["topic-ai"]})
        for _ in range(3):
            assert subscribers.unsubscribe(session, subscriber_id=row.id, edition="weekly", now=NOW)
        assert row.state == "active"
        assert subscribers.recipients(session, edition="weekly") == []
        (daily,) = subscribers.recipients(session, edition="daily")
        assert daily.filters == {"topics": ["topic-ai"]}
        assert subscribers.set_filters(
            session, subscriber_id=row.id, edition="daily", filters={"regions": ["CN-44"]}
        )
        assert subscribers.unsubscribe(session, subscriber_id=row.id, edition=None, now=NOW)
        assert row.state == "unsubscribed"
        assert not subscribers.unsubscribe(session, subscriber_id=99, edition=None, now=NOW)
        assert reader(session, confirmed=False).state == "pending"


def test_who_left_between_freeze_and_claim_gets_nothing(database: Database) -> None:
    with database.writer() as session:
        stays, leaves, blocked = (reader(session, f"{name}@example.org") for name in "abc")
        issue = draft(session)
        issues.approve(session, issue.id, actor="li", now=NOW)
        messages = [mail(p.id, issue.id, subscriber_id=p.id) for p in (stays, leaves, blocked)]
        issues.freeze(session, issue.id, messages=messages, content_hash="h", now=NOW)
        subscribers.unsubscribe(session, subscriber_id=leaves.id, edition="weekly", now=NOW)
        subscribers.suppress(session, subscriber_id=blocked.id, reason="complaint", now=NOW)
        (claimed,) = outbox.claim(session, worker="w", now=NOW, limit=10)
        assert claimed.subscriber_id == stays.id
        assert outbox.count_states(session)["suppressed"] == 2
        outbox.settle_sent(session, outbox_id=claimed.id, worker="w", now=NOW)
        assert issues.finish_issue(session, issue.id, now=NOW)


def test_bounces_and_suppression(database: Database) -> None:
    with database.writer() as session:
        soft, hard = reader(session, "soft@example.org"), reader(session, "hard@example.org")

        def bounce(row: Subscriber, *, days: int, hard: bool = False) -> str:
            return subscribers.record_bounce(
                session, subscriber_id=row.id, hard=hard, reason="mailbox", now=NOW + days * DAY
            )

        assert [bounce(soft, days=day) for day in (0, 1)] == ["active"] * 2
        hours = []
        for day in range(30, 36):
            assert bounce(soft, days=day) == "active"
            until = subscribers.paused_until(soft)
            assert until is not None
            hours.append((until - (NOW + day * DAY)).total_seconds() / 3600)
        assert hours == [2, 4, 8, 16, 32, 64]
        assert bounce(soft, days=36) == "bounced"
        assert bounce(hard, days=0, hard=True) == "bounced"
        with pytest.raises(StateConflict, match="operator"):
            reader(session, "hard@example.org")
        subscribers.lift_suppression(session, subscriber_id=hard.id, now=NOW)
        assert (hard.state, hard.soft_bounces) == ("active", 0)
        with pytest.raises(StateConflict):
            subscribers.lift_suppression(session, subscriber_id=hard.id, now=NOW)
        listed = subscribers.list_subscribers(session, state="active")
        assert [(row.address, [s.edition for s in subs]) for row, subs in listed] == [
            ("hard@example.org", ["weekly"])
        ]


def test_erased_person_leaves_no_address(database: Database) -> None:
    with database.writer() as session:
        row = reader(session)
        person = row.id
        message = OutboxRecord("k", "mail", "li@example.org", subscriber_id=person)
        outbox.enqueue(session, [message], now=NOW)
        assert subscribers.erase_subscriber(session, subscriber_id=person)
        assert not subscribers.erase_subscriber(session, subscriber_id=person)
        assert subscribers.find_subscriber(session, "li@example.org") is None
        assert outbox.claim(session, worker="w", now=NOW, limit=5) == []
        (left,) = outbox.list_outbox(session)
        assert (left.recipient, left.state, left.subscriber_id) == ("erased", "suppressed", None)
        # Signed links carry the number of the subscriber: it must not pass to somebody else.
        assert reader(session).id > person


@pytest.mark.parametrize(
    "address", ["", "no-at", "@x.org", "a@", "a b@x.org", "a@x.org\nBcc: b@y.org", "a@" + "x" * 80]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="邮箱"):
        subscribers.normalise_address(address)


def test_spellings_of_one_address() -> None:
    spellings = ("Li@例子.cn", " li@xn--fsqu00a.cn", "LI@XN--FSQU00A.CN.")
    assert len({subscribers.normalise_address(spelling) for spelling in spellings}) == 1


def test_waiting_time_is_measured_from_when_a_message_was_due(database: Database) -> None:
    from storage.metrics import overview

    with database.writer() as session:
        outbox.enqueue(session, [mail(1)], now=NOW - timedelta(minutes=5))
        assert overview(session, now=NOW).outbox_oldest_age == 300
