"""Saving documents: versions, outcomes, duplicates, withdrawal."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.documents import (
    AttachmentRecord,
    DocumentFilter,
    LabelRecord,
    NearCandidate,
    SaveResult,
    attachments_of,
    count_documents,
    get_document,
    latest_version,
    list_documents,
    mark_gone,
    near_candidates,
    save_document,
    touch_unchanged,
    versions,
)
from storage.engine import Database
from storage.frontier import FrontierRow, discover, known_urls, pending
from storage.labels import labels_of, set_human_label
from storage.models import Document
from storage.removal import (
    bury_document,
    edit_document,
    restore_document,
    suppress_document,
    unbury_url,
)
from storage.search import search
from tests.storage.samples import BODY, DAY, HOUR, NOW, add_source, key, record

URL = "https://sample.gov.cn/1.html"


def one(session: Session, **more: Any) -> SaveResult:
    return save_document(session, record(add_source(session), **more), now=NOW)


def test_new_then_unchanged(database: Database) -> None:
    with database.writer() as session:
        assert one(session).outcome == "new"
    with database.writer() as session:
        again = save_document(session, record(add_source(session)), now=NOW + DAY)
        assert (again.outcome, again.version_seq) == ("unchanged", 1)
        assert again.document_id is not None
        document = get_document(session, again.document_id)
        assert document is not None
        assert document.first_seen_at == NOW
        assert document.last_checked_at == NOW + DAY
    with database.reader() as session:
        assert count_documents(session) == 1


def test_text_that_returns_to_an_earlier_one_is_a_third_version(database: Database) -> None:
    with database.writer() as session:
        outcomes = [
            one(session, text=text).outcome for text in ("甲" * 200, "乙" * 200, "甲" * 200)
        ]
        assert outcomes == ["new", "changed", "changed"]
        found = versions(session, 1)
        assert [row.seq for row in found] == [1, 2, 3]
        assert found[0].text_sha256 == found[2].text_sha256 != found[1].text_sha256
        assert [row.change for row in found] == ["initial", "content", "content"]


def test_html_and_evidence_come_back_as_given(database: Database) -> None:
    evidence = (
        {"field": "doc_number", "value": "示发〔2026〕8号", "span": "组织实施", "start": 3},
    )
    html = f"<p>{BODY}</p><table><tr><td>1</td></tr></table>"
    with database.writer() as session:
        one(session, body_html=html, evidence=evidence, details={"author": "办公厅"})
    with database.reader() as session:
        version = latest_version(session, 1)
        assert version is not None
        assert version.body_html == html
        assert version.evidence == [dict(evidence[0])]
        assert version.details == {"author": "办公厅"}
        assert version.signature == record(1).signature


def test_compare_names_the_kind_of_change(database: Database) -> None:
    with database.writer() as session:
        one(session)
        changed = save_document(
            session,
            record(1, text=BODY + "附则。"),
            now=NOW,
            compare=lambda old, new: ("cosmetic", round(1 - len(old) / len(new), 3)),
        )
        assert changed.outcome == "changed"
        newest = latest_version(session, 1)
        assert newest is not None
        assert newest.change == "cosmetic"
        assert 0 < newest.change_ratio < 0.1


def test_new_title_on_the_same_text_is_a_metadata_change(database: Database) -> None:
    with database.writer() as session:
        one(session)
        assert one(session, title="关于规范人工智能服务的通知（修订）").outcome == "changed"
        newest = latest_version(session, 1)
        assert newest is not None
        assert (newest.seq, newest.change) == (2, "metadata")
        assert [hit.document_id for hit in search(session, "title:修订")] == [1]


def test_better_extractor_corrects_without_calling_the_page_changed(database: Database) -> None:
    with database.writer() as session:
        one(session, title="通知", published_on=date(2026, 11, 1))
        again = one(
            session, title="完整的标题", published_on=date(2026, 11, 2), extractor_version="2"
        )
        assert again.outcome == "unchanged"
        document = get_document(session, 1)
        assert document is not None
        assert document.title == "完整的标题"
        assert document.published_on == date(2026, 11, 2)
        assert search(session, "title:完整")
        assert not search(session, "title:通知")


def test_the_same_bytes_read_otherwise_are_no_revision(database: Database) -> None:
    """After an update of the program, or of a source file, readers must not hear of changes."""
    page, other = "ab" * 32, BODY + "读出来的又一段。"
    with database.writer() as session:
        one(session, raw_sha256=page)
        one(session, raw_sha256=page, text=other)
        one(session, raw_sha256=page, text=other, title="读出来的另一个标题")
        found = versions(session, 1)
        assert [row.change for row in found] == ["initial", "cosmetic"]
        assert [hit.document_id for hit in search(session, "读出来的又一段")] == [1]
        assert [hit.document_id for hit in search(session, "title:另一个标题")] == [1]


def test_a_file_may_change_while_its_page_stays(database: Database) -> None:
    page = "ab" * 32
    with database.writer() as session:
        one(session, raw_sha256=page, text_from_file=True)
        one(session, raw_sha256=page, text_from_file=True, text=BODY + "附则改了。")
        assert [row.change for row in versions(session, 1)] == ["initial", "content"]


def test_publication_day_stays_as_first_read(database: Database) -> None:
    with database.writer() as session:
        one(session, published_on=date(2026, 11, 1))
        one(session, published_on=date(2026, 11, 16))
        one(session, published_on=date(2026, 11, 17), text=BODY + "新的一段。")
        document = get_document(session, 1)
        assert document is not None
        assert document.published_on == date(2026, 11, 1)


def test_value_missing_on_a_later_visit_is_not_erased(database: Database) -> None:
    with database.writer() as session:
        one(session, comments_until=date(2026, 12, 1))
        one(session, comments_until=None)
        document = get_document(session, 1)
        assert document is not None
        assert document.comments_until == date(2026, 12, 1)


def test_human_edit_survives_the_next_crawl_and_is_searchable(database: Database) -> None:
    with database.writer() as session:
        one(session)
        before = edit_document(session, 1, values={"title": "编辑改过的标题", "region": "CN-44"})
        assert before["region"] == "CN"
        one(session, text=BODY + "又一段。")
        document = get_document(session, 1)
        assert document is not None
        assert (document.title, document.region) == ("编辑改过的标题", "CN-44")
        assert [hit.document_id for hit in search(session, "编辑改过")] == [1]
        assert [hit.document_id for hit in search(session, "又一段")] == [1]
        assert not search(session, "title:生成式")


def test_withdrawn_after_two_runs_and_back_again(database: Database) -> None:
    with database.writer() as session:
        one(session)
        checks = [
            mark_gone(session, source_id=1, url_key=key(URL), run_id=run, now=NOW + DAY)
            for run in (7, 7, 8)
        ]
        assert [(c.state, c.checks) for c in checks if c] == [("live", 1), ("live", 1), ("gone", 2)]
        assert latest_version(session, 1) is not None
        assert one(session).outcome == "unchanged"
        document = get_document(session, 1)
        assert document is not None
        assert (document.state, document.gone_at, document.gone_checks) == ("live", None, 0)
        assert mark_gone(session, source_id=1, url_key=key("x"), run_id=1, now=NOW) is None


def test_not_modified_counts_as_checked(database: Database) -> None:
    with database.writer() as session:
        one(session, etag='"1"')
        assert touch_unchanged(session, source_id=1, url_key=key(URL), now=NOW + HOUR)
        assert not touch_unchanged(session, source_id=1, url_key=key("other"), now=NOW)
    with database.reader() as session:
        known = known_urls(session, source_id=1, url_keys=[key(URL)])[key(URL)]
        assert (known.last_checked_at, known.etag) == (NOW + HOUR, '"1"')


def test_buried_document_leaves_nothing_and_does_not_return(database: Database) -> None:
    with database.writer() as session:
        one(session)
        bury_document(session, 1, reason="应当事人要求", actor="li", now=NOW)
        assert count_documents(session) == 0
        assert search(session, "人工智能") == []
        assert near_candidates(session, record(1).bands, sentences=record(1).sentences) == []
        assert one(session) == SaveResult(None, "tombstoned")
        rows = [FrontierRow(URL, key(URL)), FrontierRow("https://b/", key("b"))]
        new = discover(session, source_id=1, run_id=None, entries=rows, now=NOW)
        assert [row.url_key for row in new] == [key("b")]
        assert known_urls(session, source_id=1, url_keys=[key(URL)])[key(URL)].state == "tombstone"
        assert unbury_url(session, source_id=1, url_key=key(URL))
        assert one(session).outcome == "new"


def test_suppressed_document_is_hidden_until_restored(database: Database) -> None:
    with database.writer() as session:
        one(session)
        suppress_document(session, 1)
        assert list_documents(session) == []
        assert search(session, "人工智能") == []
        assert one(session, text=BODY + "更新").outcome == "tombstoned"
        restore_document(session, 1)
        assert len(list_documents(session)) == 1


def test_labels_human_beats_rule_beats_model(database: Database) -> None:
    guesses = (
        LabelRecord("topic-ai", "topic", 0.6, "模型", origin="model"),
        LabelRecord("topic-ai", "topic", 0.9, "规则", origin="rule"),
        LabelRecord("topic-tax", "topic", 0.7, "模型", origin="model"),
    )
    with database.writer() as session:
        one(session, labels=guesses)
        assert [(v.slug, v.origin) for v in labels_of(session, [1])[1]] == [
            ("topic-ai", "rule"),
            ("topic-tax", "model"),
        ]
        for slug, present in (("topic-ai", False), ("topic-data", True)):
            set_human_label(session, 1, slug=slug, kind="topic", present=present, actor="li")
        # A changed page brings new guesses; what the person said stays.
        one(session, text=BODY + "改", labels=guesses)
        assert [(v.slug, v.origin) for v in labels_of(session, [1])[1]] == [
            ("topic-data", "human"),
            ("topic-tax", "model"),
        ]
        assert not list_documents(session, filters=DocumentFilter(label="topic-ai"))
        both = DocumentFilter(labels=("topic-data", "topic-tax"))
        assert len(list_documents(session, filters=both)) == 1


def test_exact_reprint_joins_the_first_document(database: Database) -> None:
    with database.writer() as session:
        other = add_source(session, "cn-media", group="media.cn")
        first = one(session)
        reprint = save_document(
            session, record(other, "https://media.cn/a", title="转载：通知"), now=NOW + HOUR
        )
        third = save_document(session, record(other, "https://media.cn/b"), now=NOW + HOUR)
        assert reprint.outcome == "new"
        assert reprint.duplicate_of == third.duplicate_of == first.document_id
        assert reprint.cluster_id == third.cluster_id is not None
        representatives = list_documents(session, filters=DocumentFilter(representatives=True))
        assert [row.id for row in representatives] == [first.document_id]


def test_equal_short_texts_are_not_duplicates(database: Database) -> None:
    with database.writer() as session:
        one(session, text="详见附件。")
        second = one(session, url="https://sample.gov.cn/2.html", text="详见附件。")
        assert second.duplicate_of is None


def test_judge_sees_near_candidates_and_decides(database: Database) -> None:
    seen: list[NearCandidate] = []

    def judge(candidate: NearCandidate) -> bool:
        seen.append(candidate)
        return candidate.shared_bands >= 10

    near = record(1)
    with database.writer() as session:
        one(session)
        bands = (*near.bands[:12], *range(13))
        result = save_document(
            session,
            record(1, "https://sample.gov.cn/2.html", text=BODY + "（略有不同）", bands=bands),
            now=NOW,
            judge=judge,
        )
        assert result.duplicate_of == 1
        assert [(c.document_id, c.shared_bands, c.exact) for c in seen] == [(1, 12, False)]
        assert seen[0].signature == near.signature
        assert seen[0].doc_number == "示发〔2026〕8号"


def test_shared_sentences_find_an_excerpt(database: Database) -> None:
    with database.writer() as session:
        one(session)
        shared = (*record(1).sentences[:4], 1, 2)
        found = near_candidates(session, (), sentences=shared)
        assert [(c.document_id, c.shared_sentences) for c in found] == [(1, 4)]
        assert near_candidates(session, (), sentences=record(1).sentences[:2]) == []


def test_attachments_are_kept_in_page_order(database: Database) -> None:
    files = tuple(
        AttachmentRecord(f"https://sample.gov.cn/{n}.pdf", key(f"{n}.pdf"), f"附件{n}.pdf", "a/pdf")
        for n in (2, 1)
    )
    with database.writer() as session:
        one(session, attachments=files)
        one(session, attachments=files, text=BODY + "改")
        assert [row.name for row in attachments_of(session, 1)] == ["附件2.pdf", "附件1.pdf"]


def test_saving_settles_the_frontier(database: Database) -> None:
    with database.writer() as session:
        add_source(session)
        rows = [FrontierRow(URL, key(URL), hints={"title": "通知"})]
        assert discover(session, source_id=1, run_id=None, entries=rows, now=NOW) == rows
        assert discover(session, source_id=1, run_id=None, entries=rows, now=NOW) == []
        assert [entry.hints for entry in pending(session, source_id=1, limit=5)] == [
            {"title": "通知"}
        ]
        one(session)
        assert pending(session, source_id=1, limit=5) == []


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (DocumentFilter(region="CN-44"), {2}),
        (DocumentFilter(region="CN"), {1, 2}),
        (DocumentFilter(issuer="数据局"), {2}),
        (DocumentFilter(source="cn-sample"), {1, 2}),
        (DocumentFilter(source="nowhere"), set()),
        (DocumentFilter(since=date(2026, 11, 10)), {1}),
        (DocumentFilter(until=date(2026, 11, 9)), {2}),
        (DocumentFilter(seen_since=NOW + HOUR), set()),
        (DocumentFilter(query="人工智能", level="city"), {2}),
        (DocumentFilter(query="region:CN-44 人工智能"), {2}),
        (DocumentFilter(review_state="accepted"), set()),
        (DocumentFilter(revised=True), set()),
    ],
)
def test_filters(database: Database, filters: DocumentFilter, expected: set[int]) -> None:
    with database.writer() as session:
        one(session)
        one(
            session,
            url="https://sample.gov.cn/2.html",
            text=BODY + "二",
            region="CN-44",
            level="city",
            issuing_bodies=("国家数据局", "财政部"),
            published_on=date(2026, 11, 9),
        )
    with database.reader() as session:
        assert {row.id for row in list_documents(session, filters=filters)} == expected
        assert count_documents(session, filters=filters) == len(expected)


def test_ids_are_never_reused(database: Database) -> None:
    with database.writer() as session:
        one(session)
        bury_document(session, 1, reason="test", actor="li", now=NOW)
        later = one(session, url="https://sample.gov.cn/2.html")
        assert later.document_id is not None
        assert later.document_id > 1
        assert session.scalars(select(Document.id)).all() == [later.document_id]


def test_validity_subject_and_topic_words_are_kept_and_follow_the_page(
    database: Database,
) -> None:
    with database.writer() as session:
        one(session, validity="有效", subject="综合政务", topic_words=("数据", "登记"))
        document = get_document(session, 1)
        assert document is not None
        assert (document.validity, document.subject) == ("有效", "综合政务")
        assert document.topic_words == ["数据", "登记"]
        one(session, validity="已废止", validity_by="《新办法》", text=BODY + "（已废止）")
        document = get_document(session, 1)
        assert document is not None
        assert (document.validity, document.validity_by) == ("已废止", "《新办法》")
