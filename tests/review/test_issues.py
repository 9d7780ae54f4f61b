"""Issues: preview, approval, voiding, the outbox, the archive."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from docx import Document as open_word
from sqlalchemy import select

from digest.frozen import load_issue
from digest.gates import record_links
from digest.link_check import check_links
from storage.models import Document, Issue, IssueItem, Outbox, ReviewAction
from storage.subscribers import subscribe, unsubscribe
from tests.review.conftest import Desk, open_desk

DRAFT, SENT = 2, 1


def approval(desk: Desk, visitor_role: str = "editor") -> dict[str, str]:
    """What the approval form of the draft would send."""
    page = desk.visitor(visitor_role).page(f"/issues/{DRAFT}")
    form = page.one(f'form[action="/issues/{DRAFT}/approve"]')
    fields = {
        node.attr("name"): node.attr("value")
        for node in form.all("input[hidden], input[type=hidden]")
    }
    return {name: value or "" for name, value in fields.items() if name} | {"confirm": "yes"}


def state(desk: Desk, issue_id: int = DRAFT) -> str:
    """Stored state."""
    with desk.db.reader() as session:
        return session.get_one(Issue, issue_id).state


def test_the_list_counts_what_became_of_the_mails(desk: Desk) -> None:
    rows = desk.visitor("reader").page("/issues").all("tbody tr")
    assert "待批准" in rows[0].text()
    sent = " ".join(rows[1].text().split())
    assert "第 11 期" in sent
    assert "2026-11-09 — 2026-11-15" in sent
    assert "6 / 8 1 1" in sent


def test_links_that_were_found_dead_stand_among_the_checks(desk: Desk) -> None:
    with desk.db.writer() as session:
        _, view = load_issue(session, DRAFT)
        report = check_links(view, lambda url: 404 if url == view.items[0].url else 200)
        record_links(session, DRAFT, report, actor="editor", now=desk.now)
    page = desk.visitor("reader").page(f"/issues/{DRAFT}")
    told = [line.text() for line in page.all(".lines li") if "S10" in line.text()]
    assert len(told) == 1
    assert "链接打不开：本期第 1 条" in told[0]
    assert "HTTP 404" in told[0]


def test_the_preview_is_a_frame_that_can_do_nothing(desk: Desk) -> None:
    reader = desk.visitor("reader")
    page = reader.page(f"/issues/{DRAFT}")
    frame = page.one("iframe")
    assert frame.attr("src") == f"/issues/{DRAFT}/mail"
    assert "allow-scripts" not in (frame.attr("sandbox") or "")
    assert "allow-same-origin" not in (frame.attr("sandbox") or "")
    mail = reader.get(f"/issues/{DRAFT}/mail")
    policy = mail.headers["content-security-policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert mail.headers["x-frame-options"] == "SAMEORIGIN"
    assert "浙江省经济和信息化厅等5部门" in mail.text
    text = reader.page(f"/issues/{DRAFT}?part=text").one("pre").text()
    assert "新法速递" in text
    assert len(reader.page(f"/issues/{DRAFT}?part=items").all(".issue-lines > li")) == 7
    assert reader.get("/issues/99").status_code == 404
    assert reader.get("/issues/99/mail").status_code == 404


def test_approval_queues_one_mail_per_recipient(desk: Desk) -> None:
    editor = desk.visitor("editor")
    assert "发给 8 位收件人" in editor.get(f"/issues/{DRAFT}").text
    answer = editor.post(f"/issues/{DRAFT}/approve", approval(desk))
    assert answer.status_code == 303, answer.text
    assert state(desk) == "sending"
    with desk.db.reader() as session:
        rows = session.scalars(select(Outbox).where(Outbox.issue_id == DRAFT)).all()
        audit = session.scalars(
            select(ReviewAction).where(ReviewAction.action == "issue.approve")
        ).one()
    assert {row.recipient for row in rows} == {f"reader{n}@example.org" for n in range(8)}
    assert {row.state for row in rows} == {"queued"}
    assert audit.actor == "editor"
    again = editor.post(f"/issues/{DRAFT}/approve", {"confirm": "yes"})
    assert again.status_code == 409


def test_the_number_told_counts_those_whom_approval_subscribes(desk: Desk) -> None:
    site = desk.app.state.site
    plain = site.digest.editions[0]
    elsewhere = "only-daily@example.org"
    with desk.db.writer() as session:
        common: dict[str, Any] = {"consent": {"by": "li"}, "now": desk.now, "confirmed": True}
        subscribe(session, address=elsewhere, edition="daily", **common)
        gone = subscribe(session, address="left@example.org", edition="weekly", **common)
        unsubscribe(session, subscriber_id=gone.id, edition=None, now=desk.now)
        for edition in ("weekly", "daily"):
            half = subscribe(session, address="half@example.org", edition=edition, **common)
        unsubscribe(session, subscriber_id=half.id, edition="weekly", now=desk.now)
    named = [elsewhere, "new@example.org", "left@example.org", "half@example.org"]
    told = plain.model_copy(update={"recipients": named})
    site.digest = site.digest.model_copy(update={"editions": [told]})
    assert "发给 10 位收件人" in desk.visitor("editor").get(f"/issues/{DRAFT}").text
    desk.visitor("editor").post(f"/issues/{DRAFT}/approve", approval(desk))
    with desk.db.reader() as session:
        rows = session.scalars(select(Outbox).where(Outbox.issue_id == DRAFT)).all()
    assert len(rows) == 10
    assert elsewhere in {row.recipient for row in rows}


def test_approval_needs_the_tick_and_the_content_that_was_seen(desk: Desk) -> None:
    editor = desk.visitor("editor")
    form = approval(desk)
    assert "请先勾选" in editor.post(f"/issues/{DRAFT}/approve", {**form, "confirm": ""}).text
    for broken in ({"seen": ""}, {"seen": "0" * 64}, {"expected": "99"}):
        answer = editor.post(f"/issues/{DRAFT}/approve", {**form, **broken})
        assert answer.status_code == 409, broken
    with desk.db.writer() as session:
        item = session.scalars(select(IssueItem).where(IssueItem.issue_id == DRAFT)).first()
        assert item is not None
        item.headline = "有人改了标题"
    assert editor.post(f"/issues/{DRAFT}/approve", form).status_code == 409
    assert state(desk) == "draft"


def test_an_issue_that_breaks_the_rules_of_mail_is_not_queued(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from digest import issues
    from digest.lint import Problem

    monkeypatch.setattr(issues, "check_rendered", lambda _: [Problem("E01", "broken")])
    editor = desk.visitor("editor")
    answer = editor.post(f"/issues/{DRAFT}/approve", approval(desk))
    assert answer.status_code == 422
    assert "邮件未通过检查" in answer.text
    assert "E01" in answer.text
    assert state(desk) == "draft"


def test_void_and_back(desk: Desk) -> None:
    editor = desk.visitor("editor")
    expected = approval(desk)["expected"]
    stale = editor.post(f"/issues/{DRAFT}/void", {"expected": "77", "reason": "x"})
    assert stale.status_code == 409
    editor.post(f"/issues/{DRAFT}/void", {"expected": expected, "reason": "选题重复"})
    assert state(desk) == "void"
    page = editor.page(f"/issues/{DRAFT}")
    assert "选题重复" in page.one("main").text()
    expected = page.one("form[action$=reopen] input[name=expected]").attr("value") or ""
    editor.post(f"/issues/{DRAFT}/reopen", {"expected": expected})
    assert state(desk) == "draft"


def test_what_was_sent_can_be_neither_approved_nor_voided(desk: Desk) -> None:
    editor = desk.visitor("editor")
    page = editor.page(f"/issues/{SENT}")
    assert not page.has("details.confirm")
    with desk.db.reader() as session:
        version = str(session.get_one(Issue, SENT).row_version)
    for action in ("void", "reopen", "withdraw"):
        data = {"expected": version, "reason": "x"}
        assert editor.post(f"/issues/{SENT}/{action}", data).status_code == 409, action
    assert state(desk, SENT) == "sent"


def test_uncertain_mails_are_decided_by_a_person(desk: Desk) -> None:
    editor = desk.visitor("editor")
    rows = editor.page(f"/issues/{SENT}/outbox").all("tbody tr")
    assert "结果不明" in rows[0].text(), "what waits for a person comes first"
    assert "550 5.1.1 no such user" in rows[1].text()
    assert len(editor.page(f"/issues/{SENT}/outbox?state=sent").all("tbody tr")) == 6
    with desk.db.reader() as session:
        unknown = session.scalars(select(Outbox.id).where(Outbox.state == "unknown")).one()
        failed = session.scalars(select(Outbox.id).where(Outbox.state == "failed")).one()
    assert editor.post(f"/outbox/{unknown}/settle", {"expected": "sent"}).status_code == 409
    assert editor.post(f"/outbox/{unknown}/settle", {"expected": "unknown"}).status_code == 303
    assert editor.post(f"/outbox/{unknown}/resend", {"expected": "unknown"}).status_code == 409
    assert editor.post(f"/outbox/{failed}/resend", {"expected": "failed"}).status_code == 303
    with desk.db.reader() as session:
        assert session.get_one(Outbox, unknown).state == "sent"
        assert session.get_one(Outbox, failed).state == "queued"
        found = set(session.scalars(select(ReviewAction.action)))
    assert {"mail_settled", "mail_resent"} <= found
    assert editor.post("/outbox/999/resend", {"expected": "failed"}).status_code == 404


def test_addresses_of_recipients_are_for_editors(desk: Desk) -> None:
    reader = desk.visitor("reader")
    assert reader.get(f"/issues/{SENT}/outbox").status_code == 403
    for path in (f"/issues/{SENT}", f"/issues/{SENT}/mail", "/issues", "/archive/1", "/"):
        assert "reader1@example.org" not in reader.get(path).text, path


def test_the_archive_holds_sent_issues_only(desk: Desk) -> None:
    reader = desk.visitor("reader")
    assert [a.text() for a in reader.page("/archive").all(".row-title a")] == [
        "政策法规周报 第 11 期"
    ]
    assert reader.get(f"/archive/{DRAFT}").status_code == 404
    response = reader.get(f"/archive/{SENT}")
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert 'rel="canonical"' in response.headers["link"]
    assert 'id="i1"' in response.text
    assert response.text.count("<script") == response.text.count("application/ld+json") == 1
    assert len(response.content) < 300_000


def test_the_archive_is_open_only_when_set(filled: Path, tmp_path: Path, desk: Desk) -> None:
    stranger = desk.visitor()
    for path in ("/archive", "/archive/1"):
        assert stranger.get(path).headers["location"].startswith("/login")
    folder = tmp_path / "open"
    folder.mkdir()
    opened = open_desk(filled, folder, public_archive=True)
    try:
        visitor = opened.visitor()
        assert visitor.get("/archive").status_code == 200
        assert visitor.get("/archive/1").status_code == 200
        assert visitor.get("/archive/2").status_code == 404
        assert visitor.get("/issues").status_code == 303
    finally:
        opened.close()


def test_an_issue_can_be_saved_as_a_file(desk: Desk) -> None:
    reader = desk.visitor("reader")
    links = [a.attr("href") for a in reader.page(f"/issues/{DRAFT}").all(".save-as a")]
    assert links[0] == f"/issues/{DRAFT}/file?as=docx"
    got = reader.get(links[0])
    assert got.content[:2] == b"PK"
    assert "attachment" in got.headers["content-disposition"]
    assert reader.get(f"/issues/{DRAFT}/file?as=exe").status_code == 404
    pdf = reader.get(f"/issues/{DRAFT}/file?as=pdf")
    assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-") or "dibao[pdf]" in pdf.text
    assert reader.get(f"/archive/{SENT}/file?as=docx").content[:2] == b"PK"
    assert reader.get(f"/archive/{DRAFT}/file").status_code == 404
    stranger = desk.visitor()
    for path in (f"/archive/{SENT}/file", f"/issues/{SENT}/file"):
        assert stranger.get(path).headers["location"].startswith("/login")


def test_an_editor_changes_the_draft_and_takes_it_back(desk: Desk) -> None:
    editor = desk.visitor("editor")
    address = f"/issues/{DRAFT}?part=items"
    assert not desk.visitor("reader").page(address).has(".line-edit")
    assert not editor.page(f"/issues/{SENT}?part=items").has(".line-edit")
    lines = editor.page(address).all(".issue-lines > li")
    form = lines[1].one("form")
    hidden = {node.attr("name"): node.attr("value") for node in form.all("input[type=hidden]")}
    where = form.attr("action")
    assert where is not None
    note = {
        **hidden,
        "act": "save",
        "note": "值得细读。",
        "summary": "改过的摘要。",
        "section": "无",
    }
    saved = editor.post(where, note)
    assert saved.headers["location"].startswith(f"{address}&done=")
    page = editor.page(saved.headers["location"].partition("#")[0])
    assert "短评　值得细读。" in page.all(".issue-lines > li")[1].text()
    assert "值得细读。" in editor.get(f"/issues/{DRAFT}/mail").text
    assert editor.post(where, {**hidden, "act": "remove"}).status_code == 409, "seen before"

    undo = page.one("[role=status] form").attr("action")
    assert undo is not None
    assert editor.post(undo, {}).headers["location"] == f"{address}&ok=undone"
    assert "值得细读。" not in editor.get(f"/issues/{DRAFT}/mail").text

    version = editor.page(address).one(".line-edit input[name=expected]").attr("value")
    editor.post(f"/issues/{DRAFT}/intro", {"intro": "本期重点。", "expected": version or ""})
    assert "本期重点。" in editor.get(f"/issues/{DRAFT}/mail").text
    version = editor.page(address).one(".line-edit input[name=expected]").attr("value")
    editor.post(where, {"act": "remove", "expected": version or ""})
    assert len(editor.page(address).all(".issue-lines > li")) == len(lines) - 1
    nothing = editor.post(where, {"act": "fly", "expected": version or ""})
    assert nothing.headers["location"] == address


def test_a_test_copy_is_queued_for_one_address(desk: Desk) -> None:
    editor = desk.visitor("editor")
    page = editor.page(f"/issues/{DRAFT}")
    assert page.has(f'form[action="/issues/{DRAFT}/test"]')
    sent = editor.post(f"/issues/{DRAFT}/test", {"address": "me@example.org"})
    assert "测试邮件已排队" in editor.page(sent.headers["location"]).one("[role=status]").text()
    assert state(desk) == "draft"
    again = editor.post(f"/issues/{DRAFT}/test", {"address": "me@example.org"})
    assert again.headers["location"].endswith("ok=test_again")
    bad = editor.post(f"/issues/{DRAFT}/test", {"address": "a@b.example, c@d.example"})
    assert "不是一个有效" in editor.page(bad.headers["location"]).one("[role=status]").text()
    with desk.db.reader() as session:
        queued = list(session.scalars(select(Outbox).where(Outbox.issue_id.is_(None))))
    assert [row.recipient for row in queued if "test_of" in row.payload] == ["me@example.org"]
    assert desk.visitor("reader").post(f"/issues/{DRAFT}/test", {}).status_code == 403


def test_a_word_file_goes_out_and_comes_back(desk: Desk) -> None:
    editor = desk.visitor("editor")
    document = open_word(io.BytesIO(editor.get(f"/issues/{DRAFT}/file?as=docx").content))
    one = next(p for p in document.paragraphs if p.style and p.style.name == "来源")
    one.insert_paragraph_before("", style="来源")  # editors leave empty lines
    headings = [p for p in document.paragraphs if p.style and p.style.name == "Heading 2"]
    headings[1].insert_paragraph_before("在 Word 里改写。", style="Normal")
    out = io.BytesIO()
    document.save(out)
    address = f"/issues/{DRAFT}/takeover"
    files = {"file": ("issue.docx", out.getvalue())}
    done = editor.post(address, files=files)
    page = editor.page(done.headers["location"])
    assert "已修改本期草稿" in page.one("[role=status]").text()
    assert "在 Word 里改写。" in page.one(".issue-lines").text()
    again = editor.post(address, files=files)
    assert again.status_code == 422
    assert "不是从这份草稿导出" in again.text
    assert editor.post(address).headers["location"].endswith("ok=nothing_chosen")
    undo = page.one("[role=status] form").attr("action")
    assert undo is not None
    editor.post(undo, {})
    assert "在 Word 里改写。" not in editor.get(f"/issues/{DRAFT}/mail").text


def test_an_item_that_vanished_or_was_rejected_since_is_flagged(desk: Desk) -> None:
    editor = desk.visitor("editor")
    address = f"/issues/{DRAFT}?part=items"
    before = len(editor.page(address).all(".issue-lines .flag"))
    with desk.db.writer() as session:
        keys = list(
            session.scalars(
                select(IssueItem.document_id)
                .where(IssueItem.issue_id == DRAFT)
                .order_by(IssueItem.position)
            )
        )
        session.get_one(Document, keys[0]).state = "gone"
        session.get_one(Document, keys[1]).review_state = "rejected"
    lines = editor.page(address).all(".issue-lines > li")
    assert "已撤下" in lines[0].text()
    assert "已被标为不用" in lines[1].text()
    assert len(editor.page(address).all(".issue-lines .flag")) == before + 2


def test_the_draft_of_a_period_that_has_ended_is_made_on_the_desk(desk: Desk) -> None:
    editor, reader = desk.visitor("editor"), desk.visitor("reader")
    assert not editor.page("/issues").has('form[action="/issues"]')  # the sample has a draft
    desk.later(days=14)
    editor, reader = desk.visitor("editor"), desk.visitor("reader")
    form = editor.page("/issues").one('form[action="/issues"]')
    assert "还没有草稿" in form.text()
    assert not reader.page("/issues").has('form[action="/issues"]')
    assert reader.post("/issues", {"edition": "weekly"}).status_code == 403
    answer = editor.post("/issues", {"edition": "weekly"})
    told = editor.get(answer.headers["location"]).text
    assert "已编成草稿" in told or "没有新内容" in told
    assert not editor.page("/issues").has('form[action="/issues"]')
    again = editor.post("/issues", {"edition": "weekly"})
    assert again.headers["location"] == answer.headers["location"].partition("?")[0] + (
        "?ok=issue_exists"
    )
    assert editor.post("/issues", {"edition": "none"}).status_code == 404
    with desk.db.reader() as session:
        query = select(ReviewAction).where(ReviewAction.action == "issue.compose")
        assert [row.actor for row in session.scalars(query)] == ["editor"]
