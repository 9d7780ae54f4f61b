"""A test copy goes out without touching the issue; all renderings of an issue are the same one."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from docx import Document

from digest.errors import AddressInvalid, IssueStateError
from digest.feeds import FeedFacts, Published, json_feed
from digest.files import issue_file, possible_types
from digest.links import Reader
from digest.message import build_message
from digest.render import render_mail, render_web
from digest.settings import MailConfig
from digest.trial import printed_hash, queue_test_copy
from digest.view import view_hash
from storage.engine import Database
from tests.digest.archive import folder_mail, settings
from tests.digest.samples import sample_issue
from tests.digest.sending import NOW, fill, send, states


def test_a_test_copy_counts_for_nothing(sqlite_database: Database, tmp_path: Path) -> None:
    db = sqlite_database
    fill(db, readers=1)
    folder = tmp_path / "mails"
    config = settings(mail=folder_mail(folder))
    before = states(db)
    with db.writer() as session:
        assert queue_test_copy(session, 1, " me@example.net ", now=NOW)
        assert not queue_test_copy(session, 1, "me@example.net", now=NOW + timedelta(minutes=1))
        with pytest.raises(AddressInvalid):
            queue_test_copy(session, 1, "me@example.net, you@example.net", now=NOW)
        with pytest.raises(IssueStateError):
            queue_test_copy(session, 99, "me@example.net", now=NOW)
    assert states(db)["queued"] == before["queued"] + 1
    assert send(db, config).sent == 2
    found = [one.read_bytes() for one in folder.iterdir()]
    mails = [message_from_bytes(content, policy=policy.default) for content in found]
    test, real = sorted(mails, key=lambda mail: "测试" not in str(mail["Subject"]))
    assert str(test["Subject"]).startswith("【测试】")
    assert test["To"] == "me@example.net"
    assert test["Message-ID"] != real["Message-ID"]
    assert "【测试】" not in str(real["Subject"])


def test_every_rendering_carries_the_same_items_and_check_digits() -> None:
    view = sample_issue(20)
    sections = tuple(replace(section, brief=False) for section in view.sections)
    view = replace(view, sections=sections)
    reader = Reader(address="a@example.org", web_url="https://d.example/i/1")
    mail, web = render_mail(view, reader=reader), render_web(view)
    letter = build_message(
        mail,
        view=view,
        reader=reader,
        mail=MailConfig(from_address="d@example.org"),
        sent_at=datetime(2026, 11, 16, tzinfo=UTC),
        issue=1,
    )
    files = {
        "mail.html": mail.html.encode(),
        "mail.txt": mail.text.encode(),
        "mail.eml": letter.content,
        "web.html": web.html.encode(),
        **{f"issue.{kind}": issue_file(view, kind) for kind in possible_types()},
    }
    wanted = view_hash(view)[:10]
    assert {name: printed_hash(name, content) for name, content in files.items()} == dict.fromkeys(
        files, wanted
    )
    other = render_web(replace(view, number=99)).html.encode()
    assert printed_hash("x.html", other) not in ("", wanted)
    assert printed_hash("x.docx", b"no zip") == printed_hash("x.pdf", b"no pdf") == ""

    word = "\n".join(one.text for one in Document(io.BytesIO(files["issue.docx"])).paragraphs)
    words = {"mail": mail.html, "text": _bare(mail.text), "web": web.html, "word": word}
    for item in view.items:
        for name, text in words.items():
            title = _bare(item.title) if name == "text" else item.title
            assert title in text, (name, item.number)
        assert item.url in mail.html
        assert item.url in web.html
        assert item.url in mail.text
    facts = FeedFacts("t", "https://d.example", "https://d.example/feed.json", "a")
    at = datetime(2026, 11, 16, tzinfo=UTC)
    feed = json.loads(json_feed(facts, [Published("https://d.example/archive/1", at, view)]))
    assert [(one["title"], one["external_url"]) for one in feed["items"]] == [
        (item.title, item.url) for item in view.items
    ]


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text)
