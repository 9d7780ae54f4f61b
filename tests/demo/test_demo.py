"""``dibao demo --no-serve`` from start to end, as a newcomer runs it.

The crawl processes are forked from one that has loaded the program, which spares each of 25 a
second of loading; with DIBAO_TEST_WHOLE_DEMO=1 they are started from nothing, as `make run` does.
"""

from __future__ import annotations

import email.policy
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest
from sqlalchemy import select

from crawler.demo.content import SamplePage, load_pages
from crawler.demo.findings import read_findings
from crawler.demo.weeks import Weeks
from storage.engine import Database, open_database
from storage.models import CrawlRun, Document, DocumentVersion, Source

SECONDS = 240
# Settings of other folders are not for the demo, and it refuses names that it does not know.
ENVIRONMENT = {name: v for name, v in os.environ.items() if not name.startswith("DIBAO_")}
PROGRAM = "crawler" if os.environ.get("DIBAO_TEST_WHOLE_DEMO") else "tests.demo.forking"


@dataclass(frozen=True)
class Outcome:
    """What the run left behind."""

    code: int
    output: str
    folder: Path
    db: Database


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    folder = tmp_path_factory.mktemp("demo") / ".dibao-demo"
    done = subprocess.run(
        [sys.executable, "-P", "-m", PROGRAM, "demo", "--no-serve", "--folder", str(folder)],
        cwd=folder.parent,
        env={**ENVIRONMENT, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    db = open_database(f"sqlite:///{folder / 'dibao.db'}")
    yield Outcome(done.returncode, done.stdout + done.stderr, folder, db)
    db.dispose()


@pytest.fixture(scope="module")
def pages(demo: Outcome) -> dict[str, SamplePage]:
    """The samples of the days on which the demo ran, by title."""
    with demo.db.reader() as session:
        newest = session.scalars(select(CrawlRun).order_by(CrawlRun.id.desc())).first()
        assert newest is not None
        assert newest.finished_at is not None
        weeks = Weeks.before(newest.requested_at + MOVED)
    return {page.title: page for page in load_pages(weeks).values()}


# The last crawl is taken to have run half an hour before the Monday it stands for.
MOVED = timedelta(hours=1)


def it_ends_well_and_says_what_happened(demo: Outcome) -> None:
    assert demo.code == 0, demo.output
    for text in (
        "上周 / last week",
        "本周 / this week",
        "empty_listing",
        "这是有意安排的",
        "撤下 / withdrawn  关于举办",
        "修订 / revised    人工智能生成合成内容标识管理规定",
        "第2期",
        "dibao init",
    ):
        assert text in demo.output.replace("  crawler init", "  dibao init"), demo.output
    assert "Traceback" not in demo.output


def every_readable_bulletin_is_stored_with_title_and_day(
    demo: Outcome, pages: dict[str, SamplePage]
) -> None:
    with demo.db.reader() as session:
        rows = session.execute(select(Document.title, Document.published_on)).all()
    assert len(rows) >= 100
    exact = [(t, day) for t, day in rows if t in pages and pages[t].at.date() == day]
    assert len(exact) >= 0.95 * len(rows), sorted(set(rows) - set(exact), key=str)


def changes_between_the_weeks_are_told_apart(demo: Outcome) -> None:
    found = read_findings(demo.db)
    assert "人工智能生成合成内容标识管理规定" in found.revised
    assert len(found.revised) == 2
    assert len(found.withdrawn) == 1
    assert found.withdrawn[0].endswith("数字藏品创新应用大赛的通知")
    assert found.attachments >= 12
    assert found.files_read == found.attachments
    assert max(len(family.places) for family in found.families) >= 3
    assert len(found.families) >= 5
    assert len(found.alarms) == 1
    assert found.alarms[0].startswith("示例区块链行业协会")


def one_source_failed_by_name_and_the_others_did_not(demo: Outcome) -> None:
    with demo.db.reader() as session:
        keys = {source.id: source.key for source in session.scalars(select(Source))}
        runs = session.scalars(select(CrawlRun)).all()
        failed = [(keys[run.source_id], run.error_code) for run in runs if run.state == "failed"]
        new = sum(run.new + run.duplicate for run in runs)
    assert failed == [("demo-association", "empty_listing")]
    assert len(runs) == 25
    assert new == read_findings(demo.db).documents


def the_city_page_keeps_its_characters(demo: Outcome) -> None:
    with demo.db.reader() as session:
        version = session.scalars(
            select(DocumentVersion)
            .join(Document, Document.id == DocumentVersion.document_id)
            .where(Document.title.like("范例市元宇宙产业创新发展三年行动计划%"))
        ).one()
        assert "〇" in version.body_text
        assert "�" not in version.body_text


def both_issues_arrived_and_the_second_tells_what_is_new(
    demo: Outcome, pages: dict[str, SamplePage]
) -> None:
    mails = [read_mail(path) for path in sorted((demo.folder / "mailbox").glob("*.eml"))]
    assert len(mails) == 2
    assert "第1期" in str(mails[0]["Subject"])
    assert "第2期" in str(mails[1]["Subject"])
    for mail in mails:
        assert mail["To"] == "reader@demo.example"
        assert "dibao@demo.example" in str(mail["List-Unsubscribe"])
    text = part(mails[1], "plain")
    lines = re.sub(r"\s", "", text)
    plan = next(title for title in pages if title.startswith("示例数字发展部等五部门"))
    assert re.sub(r"\s", "", plan) in lines
    assert "重磅！五部门联合发文" not in lines  # a reprint: named beside the original
    assert "示例数字经济观察" in lines
    assert "示例区块链行业协会" in lines  # the source that could not be read is named
    assert "示例" in part(mails[1], "html")


def the_password_is_printed_and_not_stored(demo: Outcome) -> None:
    found = re.search(r"密码 (\S{12,})（", demo.output)
    assert found is not None
    for path in demo.folder.rglob("*"):
        if path.is_file():
            assert found[1].encode() not in path.read_bytes(), path


def read_mail(path: Path) -> EmailMessage:
    return BytesParser(policy=email.policy.default).parsebytes(path.read_bytes())


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_the_demo(demo: Outcome, pages: dict[str, SamplePage], subtests: pytest.Subtests) -> None:
    """One test, so that the demo runs once however the tests are shared out."""
    with subtests.test("it_ends_well_and_says_what_happened"):
        it_ends_well_and_says_what_happened(demo)
    with subtests.test("every_readable_bulletin_is_stored_with_title_and_day"):
        every_readable_bulletin_is_stored_with_title_and_day(demo, pages)
    with subtests.test("changes_between_the_weeks_are_told_apart"):
        changes_between_the_weeks_are_told_apart(demo)
    with subtests.test("one_source_failed_by_name_and_the_others_did_not"):
        one_source_failed_by_name_and_the_others_did_not(demo)
    with subtests.test("the_city_page_keeps_its_characters"):
        the_city_page_keeps_its_characters(demo)
    with subtests.test("both_issues_arrived_and_the_second_tells_what_is_new"):
        both_issues_arrived_and_the_second_tells_what_is_new(demo, pages)
    with subtests.test("the_password_is_printed_and_not_stored"):
        the_password_is_printed_and_not_stored(demo)
