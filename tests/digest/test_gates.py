"""S10: what stands between a draft and its readers, and what the command line says of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified
from typer.testing import CliRunner

from crawler.cli import app
from crawler.control.desk_links import DeskLinks
from digest.compose import compose_issue
from digest.errors import GateClosed
from digest.frozen import load_issue
from digest.gates import Gate, gates, kept_links, known_links, link_notes, record_links
from digest.issues import approve_issue, render_view
from digest.link_check import (
    MOST_KEPT,
    LinkUnasked,
    LinkUnreachable,
    Probe,
    check_links,
    issue_links,
    report_of,
)
from digest.trial import queue_test_copy
from review.link_checker import LinkProgress
from storage.engine import Database
from storage.models import Issue, IssueItem, Outbox
from tests.digest.archive import PERIOD, Settings, add_document, add_readers, add_sources, settings
from tests.digest.samples import sample_issue
from tests.digest.sending import NOW, fill
from tests.fault_server import FaultServer, Reply


def required(**conditions: object) -> Settings:
    plain = settings()
    digest = plain.digest.model_validate({**plain.digest.model_dump(), **conditions})
    return Settings(digest, plain.mail)


def draft(session: Session, config: Settings) -> int:
    add_sources(session)
    add_readers(session, 2)
    for name in ("甲办法", "乙办法"):
        add_document(session, name)
    made = compose_issue(session, config.digest.editions[0], PERIOD, NOW)
    assert made.issue_id is not None
    return made.issue_id


def looked(
    session: Session, config: Settings, issue_id: int, *, now: datetime = NOW
) -> dict[str, Gate]:
    issue, view = load_issue(session, issue_id)
    rendered = render_view(view, config=config, issue_id=issue_id)
    found = gates(session, config, issue, view=view, rendered=rendered, now=now)
    return {gate.name: gate for gate in found}


# the links themselves ---------------------------------------------------------------------


def test_every_address_is_asked_once_and_hosts_in_turn() -> None:
    view = sample_issue(8)
    asked: list[str] = []

    def probe(url: str) -> int:
        asked.append(url)
        return 200

    report = check_links(view, probe)
    assert sorted(asked) == sorted({link.url for link in issue_links(view)})
    hosts = [url.split("/")[2] for url in asked]
    assert len(set(hosts[:4])) == 4
    assert {link.state for link in report.links} == {"ok"}
    assert {item.url for item in view.items} <= set(asked)


def test_only_a_page_that_is_gone_counts_as_dead() -> None:
    view = sample_issue(5)
    answers = iter([404, 410, 403, 503, 204])

    def probe(url: str) -> int:
        if url not in {item.url for item in view.items}:
            raise LinkUnasked("robots_denied")
        return next(answers)

    report = check_links(view, probe)
    assert [len(report.of(s)) for s in ("dead", "refused", "ok")] == [2, 2, 1]
    assert len(report.of("unchecked")) == len(report.links) - 5
    kept = report_of(json.loads(json.dumps(report.as_values())))
    assert (kept.of("dead"), kept.key) == (report.of("dead"), report.key)
    assert "HTTP 404" in kept.of("dead")[0].told()
    assert kept.of("dead")[0].told().startswith("本期第 ")


def test_a_dead_link_is_kept_however_many_others_are_kept_too() -> None:
    view = sample_issue(60)
    last = view.items[-1].url
    report = check_links(view, lambda url: 410 if url == last else 403)
    assert len(report.links) > MOST_KEPT
    kept = report_of(report.as_values())
    assert [link.url for link in kept.of("dead")] == [last]


def test_without_a_network_it_stops_asking_and_proves_nothing() -> None:
    view, asked = sample_issue(60), []

    def probe(url: str) -> int:
        asked.append(url)
        raise LinkUnreachable("ConnectError")

    report = check_links(view, probe)
    assert report.offline
    assert len(asked) == 3
    assert report.of("dead") == []


# the gates --------------------------------------------------------------------------------


def test_by_default_links_and_test_copy_are_told_and_not_in_the_way(database: Database) -> None:
    config = settings()
    with database.writer() as session:
        issue_id = draft(session, config)
        found = looked(session, config, issue_id)
        states = {name: gate.state for name, gate in found.items()}
        assert states == {
            "checks": "pass",
            "size": "pass",
            "links": "warn",
            "test": "warn",
            "approval": "wait",
        }
        assert all(" / " in gate.message for gate in found.values() if gate.name != "size")
        assert approve_issue(session, config, issue_id, actor="li", now=NOW).recipients == 2
        assert looked(session, config, issue_id)["approval"].state == "pass"


def test_the_readers_told_are_those_whom_approval_writes_to(database: Database) -> None:
    config = settings(recipients=("new@example.org",))
    with database.writer() as session:
        issue_id = draft(session, config)
        assert "将发给 3 人" in looked(session, config, issue_id)["approval"].message
        approved = approve_issue(session, config, issue_id, actor="li", now=NOW)
        assert approved.recipients == 3


def _report(session: Session, issue_id: int, *, status: int) -> None:
    _looked_for(session, issue_id, lambda url: status)


def _looked_for(session: Session, issue_id: int, probe: Probe) -> None:
    _, view = load_issue(session, issue_id)
    record_links(session, issue_id, check_links(view, probe), actor="li", now=NOW)


def test_required_links_hold_the_approval_until_none_is_dead(database: Database) -> None:
    config = required(check_links="require")
    with database.writer() as session:
        issue_id = draft(session, config)
        _, view = load_issue(session, issue_id)
        with pytest.raises(GateClosed, match="--links"):
            approve_issue(session, config, issue_id, actor="li", now=NOW)
        _report(session, issue_id, status=404)
        with pytest.raises(GateClosed, match="HTTP 404"):
            approve_issue(session, config, issue_id, actor="li", now=NOW)
        assert len(link_notes(session, view, issue_id=issue_id, now=NOW)) == 2
        assert looked(session, config, issue_id)["links"].state == "fail"
        _report(session, issue_id, status=200)
        late = NOW + timedelta(days=4)
        assert known_links(session, view, issue_id=issue_id, now=late) is None
        # a word of the editors is no other link, an item less is
        session.get_one(Issue, issue_id).intro = "编者按"
        assert looked(session, config, issue_id)["links"].state == "pass"
        session.delete(session.scalars(select(IssueItem)).all()[-1])
        session.flush()
        assert looked(session, config, issue_id)["links"].state == "wait"
        _report(session, issue_id, status=403)
        assert looked(session, config, issue_id)["links"].state == "warn"
        approve_issue(session, config, issue_id, actor="li", now=NOW)


def test_links_of_which_none_could_be_checked_are_told_and_hold_the_approval(
    database: Database,
) -> None:
    def robots(url: str) -> int:
        if url == allowed:
            return 200
        raise LinkUnasked("robots_denied")

    allowed = ""
    config = required(check_links="require")
    with database.writer() as session:
        issue_id = draft(session, config)
        _looked_for(session, issue_id, robots)
        with pytest.raises(GateClosed, match=r"robots_denied.*none of 2 .*allow_private"):
            approve_issue(session, config, issue_id, actor="li", now=NOW)
        assert looked(session, config, issue_id)["links"].state == "fail"
        assert looked(session, settings(), issue_id)["links"].state == "warn"
        allowed = issue_links(load_issue(session, issue_id)[1])[0].url
        _looked_for(session, issue_id, robots)
        gate = looked(session, config, issue_id)["links"]
        assert (gate.state, "1 of them not checked" in gate.message) == ("pass", True)
        approve_issue(session, config, issue_id, actor="li", now=NOW)


def test_an_issue_without_links_passes_where_links_are_required(database: Database) -> None:
    config = required(check_links="require")
    with database.writer() as session:
        issue_id = draft(session, config)
        for item in session.scalars(select(IssueItem)).all():
            session.delete(item)
        session.flush()
        issue = session.get_one(Issue, issue_id)
        issue.figures = {**issue.figures, "leads": [], "deadlines": []}
        session.flush()
        assert looked(session, config, issue_id)["links"].state == "pass"


def test_a_required_test_copy_is_of_this_very_content(database: Database) -> None:
    config = required(require_test=True)
    with database.writer() as session:
        issue_id = draft(session, config)
        with pytest.raises(GateClosed, match="dibao digest test"):
            approve_issue(session, config, issue_id, actor="li", now=NOW)
        queue_test_copy(session, issue_id, "me@example.org", now=NOW)
        with pytest.raises(GateClosed, match="queued"):
            approve_issue(session, config, issue_id, actor="li", now=NOW)
        session.scalars(select(Outbox)).one().state = "sent"
        session.get_one(Issue, issue_id).intro = "后来加的"
        session.flush()
        with pytest.raises(GateClosed):
            approve_issue(session, config, issue_id, actor="li", now=NOW)
        session.get_one(Issue, issue_id).intro = None
        session.flush()
        approve_issue(session, config, issue_id, actor="li", now=NOW)


def test_a_mail_that_is_too_large_is_closed_at_its_own_gate(database: Database) -> None:
    config = required(max_html_bytes=20_000)
    with database.writer() as session:
        issue_id = draft(session, config)
        session.get_one(Issue, issue_id).intro = "长" * 9000
        session.flush()
        gate = looked(session, config, issue_id)["size"]
    assert gate.state == "fail"
    assert "/ 20,000" in gate.message


# the command ------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as started:
        yield started


def test_the_desk_has_the_links_asked_by_a_process_of_its_own(
    sqlite_database: Database,
    tmp_path: Path,
    server: FaultServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database = sqlite_database
    fill(database, readers=1)
    with database.writer() as session:
        for item in session.scalars(select(IssueItem)):
            item.extra = {**item.extra, "url": server.url("/gone")}
            flag_modified(item, "extra")
        issue = session.get_one(Issue, 1)
        issue.content_hash, issue.figures = None, {**issue.figures, "leads": []}
    config = tmp_path / "dibao.toml"
    config.write_text(
        f'[storage]\ndata_dir = "{tmp_path}"\nurl = "sqlite:///{database.path}"\n'
        '[crawl]\ndelay = 0.0\nallow_private = ["127.0.0.1"]\ncontact = "a@example.org"\n',
        encoding="utf-8",
    )
    links = DeskLinks(config)
    assert links.progress(1) is None
    assert links.start(1, actor="-li")
    assert not links.start(1, actor="wang")
    ended(1)
    assert links.progress(1) == LinkProgress("done", 1, 1)
    with database.reader() as session:
        _, view = load_issue(session, 1)
        kept = kept_links(session, view, issue_id=1, now=datetime.now(UTC))
    assert kept is not None
    assert (kept.actor, kept.counts["dead"], kept.fits) == ("-li", 1, True)
    monkeypatch.setattr("sys.executable", str(tmp_path / "no-python"))
    assert links.start(1, actor="li")
    ended(1)
    told = links.progress(1)
    assert told is not None
    assert told.state == "failed"


def test_a_check_that_says_nothing_any_more_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = tmp_path / "python"
    silent.write_text("#!/bin/sh\nexec tail -f /dev/null\n", encoding="utf-8")
    silent.chmod(0o700)
    monkeypatch.setattr("sys.executable", str(silent))
    links = DeskLinks(None, silence=0.1)
    assert links.start(1, actor="li")
    ended(1)
    assert links.progress(1) == LinkProgress("failed")
    assert links.start(1, actor="li")
    ended(1)


def ended(issue_id: int) -> None:
    """Wait until the process that asks has ended."""
    for thread in threading.enumerate():
        if thread.name == f"links-of-issue-{issue_id}":
            thread.join(60)


def test_the_command_asks_politely_and_its_exit_code_tells(
    sqlite_database: Database, tmp_path: Path, server: FaultServer
) -> None:
    database = sqlite_database
    fill(database, readers=1)
    paths = ("/there", "/gone", "/only-get", "/private/x", "/moved", "/large")
    with database.writer() as session:
        for item, path in zip(session.scalars(select(IssueItem)), paths, strict=True):
            item.extra = {**item.extra, "url": server.url(path)}
            flag_modified(item, "extra")
        issue = session.get_one(Issue, 1)
        issue.content_hash, issue.figures = None, {**issue.figures, "leads": []}
    server.robots("User-agent: *\nDisallow: /private/\n")
    server.routes["/there"] = Reply(b"x")
    server.routes["/moved"] = Reply(status=301, headers=(("Location", "/there"),))
    server.routes["/large"] = Reply(b"x" * 100_000)
    server.routes["/only-get"] = lambda seen, _: Reply(
        b"x", status=200 if seen.method == "GET" else 405
    )
    config = tmp_path / "dibao.toml"
    config.write_text(
        f'[storage]\ndata_dir = "{tmp_path}"\nurl = "sqlite:///{database.path}"\n'
        '[crawl]\ndelay = 0.0\nallow_private = ["127.0.0.1"]\ncontact = "a@example.org"\n',
        encoding="utf-8",
    )
    done = CliRunner().invoke(
        app, ["digest", "check", "1", "--links", "--json", "--config", str(config)]
    )
    told = {gate["name"]: gate for gate in json.loads(done.stdout)}
    assert done.exit_code == 3, done.output
    assert told["links"]["state"] == "warn"
    assert "/gone HTTP 404" in told["links"]["message"]
    assert "1 个链接打不开" in told["links"]["message"]
    asked = [(seen.method, seen.path) for seen in server.requests if seen.path != "/robots.txt"]
    assert ("GET", "/only-get") in asked
    assert ("GET", "/there") not in asked
    assert not any(path.startswith("/private") for _, path in asked)
    config.write_text(config.read_text("utf-8") + '[digest]\ncheck_links = "require"\n', "utf-8")
    again = CliRunner().invoke(app, ["digest", "check", "1", "--config", str(config)])
    assert (again.exit_code, "✗ 链接" in again.output) == (1, True), again.output
    assert CliRunner().invoke(app, ["digest", "check", "9", "--config", str(config)]).exit_code == 1
