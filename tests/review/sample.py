"""Fills a database with realistic rows, as crawls, editors and digests would have left them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from digest.frozen import item_record, shell
from digest.view import Coverage, Figure, IssueView, Item, Lead, Section
from pipelines.urls import url_key
from storage.audit import record_action
from storage.clusters import merge
from storage.documents import save_document
from storage.engine import Database
from storage.health import open_event
from storage.issues import approve, create_issue, freeze
from storage.labels import LabelTerm, sync_labels
from storage.leases import acquire
from storage.models import CrawlRun, Document, Outbox, Source
from storage.outbox import OutboxRecord
from storage.records import AttachmentRecord, DocumentRecord, LabelRecord
from storage.removal import set_review_state
from storage.runs import FetchRow, queue_run, record_fetches
from storage.sources import SourceRecord, sync_sources
from storage.subscribers import subscribe, suppress
from tests.review.sample_texts import ITEMS, SOURCES, SampleItem, SampleSource, more_items

NOW = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)  # 10:30 in Shanghai

_SECTIONS = ("新法速递", "监管动态", "行业热点", "典型案例")


def fill(db: Database, *, now: datetime = NOW, extra: int = 60) -> None:
    """Everything a desk in use would hold."""
    with db.writer() as session:
        _taxonomy(session, now)
        sync_sources(session, [_source(row) for row in SOURCES], now=now - timedelta(days=40))
        for row in SOURCES:
            _runs(session, row, now)
        items = [*ITEMS, *more_items(extra)]
        # oldest first, as they would have arrived
        ids = [_save(session, item, now) for item in reversed(items)][::-1]
        _revise(session, ITEMS[0], ids[0], now)
        merge(session, [ids[0], ids[7]], actor="editor", now=now - timedelta(hours=3))
        acquire(session, name="scheduler", holder="sample", now=now, ttl=timedelta(days=3650))
    with db.writer() as session:
        _people(session, now)
        _sent_issue(session, ids[5:12], now)
        _draft_issue(session, ids[:7], now)
        record_action(
            session,
            actor="editor",
            action="review",
            target_kind="document",
            target_id=ids[6],
            before={"review_state": "new"},
            after={"review_state": "accepted"},
            now=now - timedelta(hours=20),
        )


def _taxonomy(session: Session, now: datetime) -> None:
    topics = sorted({topic for item in ITEMS for topic in item.topics})
    terms = [LabelTerm(name, "section", name, position=n) for n, name in enumerate(_SECTIONS)]
    terms += [LabelTerm(name, "topic", name, position=n) for n, name in enumerate(topics)]
    sync_labels(session, terms, now=now)


def _source(row: SampleSource) -> SourceRecord:
    return SourceRecord(
        key=row.key,
        title=row.title,
        publisher=row.publisher,
        kind="html_list",
        spec_hash="0" * 8,
        host_group=row.host,
        every_seconds=6 * 3600,
        region=row.region,
        level=row.level,
        status=row.status,
        homepage=f"https://www.{row.host}/",
        quiet_days=row.quiet_days,
    )


def _runs(session: Session, row: SampleSource, now: datetime) -> None:
    source = session.query(Source).filter_by(key=row.key).one()
    source.next_check_at = now + timedelta(hours=2)
    for age, fate in reversed(list(enumerate(row.runs))):
        at = now - timedelta(hours=6 * age + 1)
        run = queue_run(session, source_id=source.id, trigger="schedule", now=at)
        assert run is not None
        run.started_at, run.heartbeat_at = at, at
        run.listed, run.fetched = 20, 3
        if fate == "running":
            run.state, run.listed, run.fetched, run.new = "running", 20, 7, 5
            run.started_at = run.heartbeat_at = now - timedelta(minutes=1)
            continue
        _finish(session, run, source, fate, at)
    if row.runs[:1] == ("ok",):
        source.last_new_at = now - timedelta(hours=5 if row.key != "cn-court-gongbao" else 24 * 17)
    if row.runs[:1] not in ((), ("ok",)):
        source.last_new_at = now - timedelta(days=2)
    source.last_run_at = now - timedelta(hours=1) if row.runs else None
    _incident(session, row, source, now)


def _finish(session: Session, run: CrawlRun, source: Source, fate: str, at: datetime) -> None:
    run.finished_at = at + timedelta(seconds=48)
    run.bytes_in = 402_113
    if fate in {"ok", "partial"}:
        run.state, run.new, run.changed, run.unchanged = fate, 3, 1, 16
        source.last_ok_at, source.failures = run.finished_at, 0
    else:
        run.state = "failed"
        run.error_code = "challenge" if fate == "blocked" else "empty_listing"
        run.error_detail = "0 rows matched ul.list > li"
        run.listed = run.fetched = 0
        source.failures += 1
    if fate == "partial":
        run.failed, run.error_code = 2, None
        rows = [("empty_body", "c_1.htm"), ("timeout", "c_2.htm")]
        record_fetches(
            session,
            [
                FetchRow(
                    role="detail",
                    url=f"https://www.{source.host_group}/{name}",
                    url_key=url_key(f"https://www.{source.host_group}/{name}"),
                    fetched_at=at,
                    error_code=code,
                    error_detail=None,
                )
                for code, name in rows
            ],
            run_id=run.id,
        )


def _incident(session: Session, row: SampleSource, source: Source, now: datetime) -> None:
    rules = {"failed": "broken_structure", "blocked": "blocked"}
    rule = rules.get(row.runs[0]) if row.runs else None
    if rule:
        open_event(
            session,
            subject=f"source:{row.key}",
            rule=rule,
            severity="error",
            now=now - timedelta(hours=13),
            summary=f"{row.title}：{'页面结构已变' if rule != 'blocked' else '网站拒绝访问'}",
            source_id=source.id,
        )


def _record(session: Session, item: SampleItem, body: tuple[str, ...]) -> DocumentRecord:
    source = session.query(Source).filter_by(key=item.source).one()
    url = f"https://www.{source.host_group}/art/{hashlib.md5(item.title.encode()).hexdigest()[:8]}.html"  # noqa: S324
    text = "\n".join(body)
    run = (
        session.query(CrawlRun).filter_by(source_id=source.id).order_by(CrawlRun.id.desc()).first()
    )
    return DocumentRecord(
        source_id=source.id,
        url=url,
        url_key=url_key(url),
        title=item.title,
        body_text=text,
        body_html="".join(f"<p>{line}</p>" for line in body),
        text_sha256=hashlib.sha256((item.title + text).encode()).hexdigest(),
        text_length=len(text),
        publisher=source.publisher,
        issuing_bodies=item.issuers,
        doc_number=item.number,
        doc_type="通知" if item.number else None,
        region=source.region,
        level=source.level,
        lang="en" if source.region == "GB" else "zh",
        published_on=item.published,
        written_on=item.published,
        comments_until=item.comments_until,
        date_confidence=0.95,
        evidence=_evidence(item),
        labels=(
            LabelRecord(item.section, "section", 0.92, "境内机关发布的文件"),
            *(LabelRecord(topic, "topic", 0.66, f"标题含“{topic}”") for topic in item.topics),
        ),
        attachments=_files(item, url),
        run_id=run.id if run else None,
    )


def _evidence(item: SampleItem) -> tuple[dict[str, Any], ...]:
    rows: list[dict[str, Any]] = []
    if item.published:
        day = item.published
        span = f"发布时间：{day.year}年{day.month}月{day.day}日"
        rows.append(_proof("published_on", day.isoformat(), span, "labelled_date", 0.97, "head"))
        rows.append(_proof("written_on", day.isoformat(), span, "same_as_published", 0.6, "tail"))
    if item.number:
        rows.append(_proof("doc_number", item.number, item.number, "doc_number", 0.99, "table"))
    for body in item.issuers:
        rows.append(_proof("issuing_bodies", body, body, "title_head", 0.93, "title"))
    return tuple(rows)


def _proof(
    name: str, value: str, span: str, rule: str, confidence: float, place: str
) -> dict[str, Any]:
    return {
        "field": name,
        "value": value,
        "span": span,
        "rule": rule,
        "confidence": confidence,
        "place": place,
    }


def _files(item: SampleItem, url: str) -> tuple[AttachmentRecord, ...]:
    if not item.number:
        return ()
    link = url.replace(".html", ".pdf")
    return (
        AttachmentRecord(link, url_key(link), f"附件：{item.title[:18]}….pdf", "application/pdf"),
    )


def _save(session: Session, item: SampleItem, now: datetime) -> int:
    at = now - timedelta(days=item.days, hours=2)
    saved = save_document(session, _record(session, item, item.body), now=at)
    assert saved.document_id is not None
    if item.state != "new":
        set_review_state(session, saved.document_id, state=item.state)
    return saved.document_id


def _revise(session: Session, item: SampleItem, document_id: int, now: datetime) -> None:
    """The page is corrected an hour later: another goal, one more sentence."""
    body = tuple(line.replace("1500亿元", "2000亿元") for line in item.body)
    body = (*body, "四、本计划由省经信厅负责解释。")
    saved = save_document(
        session,
        _record(session, item, body),
        now=now - timedelta(hours=1),
        compare=lambda old, new: ("content", 0.08),
    )
    assert saved.document_id == document_id, saved


def _people(session: Session, now: datetime) -> None:
    for n in range(9):
        subscribe(
            session,
            address=f"reader{n}@example.org",
            edition="weekly",
            name=("张三", "李四", None)[n % 3],
            consent={"by": "admin", "text": "2026-11-01 培训签到表"},
            now=now - timedelta(days=9 - n),
            confirmed=n != 8,
        )
    subscribe(
        session,
        address="gone@example.org",
        edition="weekly",
        consent={"by": "admin", "text": "电话"},
        now=now - timedelta(days=20),
        confirmed=True,
    )
    suppress(session, subscriber_id=10, reason="mailbox full", now=now)


def _view(session: Session, ids: list[int], *, number: int, end: datetime) -> IssueView:
    documents = [session.get_one(Document, document_id) for document_id in ids]
    half = max(1, len(ids) // 2)
    items = [
        Item(
            number=n,
            document_id=row.id,
            title=row.title,
            url=row.url,
            source=row.publisher or "",
            day=row.published_on,
            doc_number=row.doc_number or "",
            summary="明确到2028年的产业规模、企业培育和应用场景目标，并提出设备投资补助等支持措施。",
        )
        for n, row in enumerate(documents, start=1)
    ]
    day = end.date()
    return IssueView(
        edition="weekly",
        title="政策法规周报",
        number=number,
        issued_on=day,
        first_day=day - timedelta(days=7),
        last_day=day - timedelta(days=1),
        sections=(
            Section("新法速递", "新法速递", tuple(items[:half])),
            Section("行业热点", "行业热点", tuple(items[half:])),
        ),
        leads=(Lead(1, "浙江省经信厅", items[0].title[:30], items[0].url),),
        figures=(Figure(len(items), "条目"), Figure(9, "来源")),
        coverage=Coverage(checked=9, total=11, failed=("四川省经济和信息化厅",)),
        publisher="示例编辑部",
    )


def _issue(session: Session, ids: list[int], *, number: int, end: datetime, now: datetime) -> int:
    view = _view(session, ids, number=number, end=end)
    issue = create_issue(
        session,
        edition="weekly",
        title=view.title,
        number=number,
        period_start=end - timedelta(days=7),
        period_end=end,
        due_at=end,
        items=[
            item_record(item, section=section.slug, version_id=_version(session, item.document_id))
            for section in view.sections
            for item in section.items
        ],
        figures=shell(view),
        now=now,
    )
    assert issue is not None
    return issue.id


def _version(session: Session, document_id: int) -> int:
    from storage.documents import latest_version

    found = latest_version(session, document_id)
    assert found is not None
    return found.id


def _sent_issue(session: Session, ids: list[int], now: datetime) -> None:
    end = datetime(2026, 11, 16, 0, 0, tzinfo=UTC)
    issue_id = _issue(session, ids, number=11, end=end, now=end)
    approve(session, issue_id, actor="editor", now=end + timedelta(minutes=42))
    messages = [
        OutboxRecord(
            dedupe_key=f"issue:{issue_id}:mail:{n}",
            channel="mail",
            recipient=f"reader{n}@example.org",
            issue_id=issue_id,
            message_id=f"<{issue_id}.{n}@dibao.example>",
        )
        for n in range(8)
    ]
    freeze(session, issue_id, messages=messages, content_hash="0" * 64, now=end)
    rows = session.query(Outbox).filter_by(issue_id=issue_id).order_by(Outbox.id).all()
    for n, row in enumerate(rows):
        row.attempts, row.settled_at = 1, end + timedelta(minutes=43)
        row.state = ("failed", "unknown")[n] if n < 2 else "sent"
    rows[0].error_code, rows[0].last_error = "permanent", "550 5.1.1 no such user"
    rows[1].error_code, rows[1].last_error = "unknown", "connection lost after the final dot"
    from storage.issues import finish_issue

    assert finish_issue(session, issue_id, now=end + timedelta(minutes=44))


def _draft_issue(session: Session, ids: list[int], now: datetime) -> None:
    end = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    _issue(session, ids, number=12, end=end, now=now - timedelta(hours=1))
