"""Sources, their health in one word, runs and "run now"."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from review.queries.sources import HEALTH_ORDER, health_of
from storage.models import CrawlRun, HealthEvent, ReviewAction, Source
from storage.runs import claim_run, finish_run
from tests.review.conftest import Desk
from tests.review.sample import NOW


def health_in(desk: Desk) -> dict[str, str]:
    """Health by key, as the JSON interface tells it."""
    rows = desk.visitor("reader").get("/api/sources").json()["sources"]
    return {row["key"]: row["health"] for row in rows}


def test_health_in_one_word_worst_first(desk: Desk) -> None:
    found = health_in(desk)
    assert found["cn-zhejiang-jxt"] == "broken"
    assert found["cn-sichuan-jxt"] == "blocked"
    assert found["cn-cac-zcfg"] == "degraded"
    assert found["cn-jinan-gxj"] == "never"
    assert found["cn-court-gongbao"] == "quiet"
    assert found["cn-miit-wjfb"] == "healthy"
    assert found["cn-wechat-import"] == "off"
    order = [HEALTH_ORDER.index(value) for value in found.values()]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("run", "event", "changes", "expected"),
    [
        (None, None, {}, "never"),
        ("ok", None, {}, "healthy"),
        ("ok", ("few_rows", "warning"), {}, "degraded"),
        ("ok", ("bad_records", "error"), {}, "broken"),
        ("ok", ("quiet", "warning"), {}, "quiet"),
        ("failed", ("blocked", "error"), {}, "blocked"),
        ("failed", None, {"failures": 1}, "degraded"),
        ("failed", None, {"failures": 2}, "broken"),
        ("timed_out", None, {"failures": 3}, "broken"),
        ("partial", None, {}, "degraded"),
        ("ok", None, {"last_new_at": NOW - timedelta(days=30)}, "quiet"),
        ("ok", None, {"enabled": False}, "off"),
        ("ok", None, {"status": "unproven"}, "off"),
    ],
)
def test_health_rules(
    run: str | None,
    event: tuple[str, str] | None,
    changes: dict[str, bool | int | str | datetime],
    expected: str,
) -> None:
    source = Source(enabled=True, status="enabled", failures=0, quiet_days=21, last_new_at=NOW)
    for name, value in changes.items():
        setattr(source, name, value)
    last = CrawlRun(state=run, error_code="timeout") if run else None
    opened = HealthEvent(rule=event[0], severity=event[1]) if event else None
    assert health_of(source, last, opened, now=NOW) == expected


def test_the_list_says_why_and_filters(desk: Desk) -> None:
    page = desk.visitor("reader").page("/sources?health=broken")
    rows = page.all("tbody tr")
    assert len(rows) == 1
    assert "页面结构已变（列表页没有条目）" in rows[0].text()
    page = desk.visitor("reader").page("/sources?q=成都 政府")
    assert len(page.all("tbody tr")) == 1
    assert desk.visitor("reader").page("/sources?q=没有这个").has(".empty")


def test_run_now_queues_one_run_and_only_one(desk: Desk) -> None:
    editor = desk.visitor("editor")
    first = editor.post("/sources/cn-miit-wjfb/run")
    assert "ok=run_queued" in first.headers["location"]
    page = editor.page(first.headers["location"])
    assert "正在排队" in page.one("main").text()
    assert page.one("#live").attr("data-refresh") == "2"
    assert '<noscript><meta http-equiv="refresh"' in editor.get(first.headers["location"]).text
    again = editor.post("/sources/cn-miit-wjfb/run")
    assert again.headers["location"].split("?")[0] == first.headers["location"].split("?")[0]
    assert "ok=run_active" in again.headers["location"]
    with desk.db.reader() as session:
        runs = session.scalars(select(CrawlRun).where(CrawlRun.state == "queued")).all()
        audit = session.scalars(select(ReviewAction).where(ReviewAction.action == "run")).all()
    assert [(run.trigger, run.requested_by) for run in runs] == [("manual", "editor")]
    assert len(audit) == 1
    for key in ("no-such-source", "cn-wechat-import"):
        assert editor.post(f"/sources/{key}/run").status_code == 404, key
    assert not editor.page("/sources/cn-wechat-import").has('form[action$="/run"]')


def test_a_finished_run_shows_counts_and_stops_refreshing(desk: Desk) -> None:
    editor = desk.visitor("editor")
    path = editor.post("/sources/cn-miit-wjfb/run").headers["location"].split("?")[0]
    run_id = int(path.rpartition("/")[2])
    with desk.db.writer() as session:
        assert claim_run(session, run_id=run_id, lease_token="t", now=desk.now)
    assert editor.page(path).has("progress")
    with desk.db.writer() as session:
        finish_run(
            session,
            run_id=run_id,
            lease_token="t",
            state="failed",
            reason="error",
            error_code="robots_denied",
            error_detail="/zcfb/",
            counts={"listed": 20, "new": 2},
            now=desk.now + timedelta(seconds=75),
        )
    page = editor.page(path)
    assert not page.has("#live[data-refresh]")
    text = page.one("main").text()
    for part in ("robots 不允许", "robots_denied", "改用其订阅源或接口", "1 分 15 秒"):
        assert part in text, part


def test_a_queued_run_without_scheduler_says_so(desk: Desk) -> None:
    editor = desk.visitor("editor")
    path = editor.post("/sources/cn-miit-wjfb/run").headers["location"].split("?")[0]
    assert "调度程序没有运行" not in editor.get(path).text
    from storage.models import Lease

    with desk.db.writer() as session:
        session.get_one(Lease, "scheduler").expires_at = desk.now
    desk.later(minutes=3)
    assert "调度程序没有运行" in editor.get(path).text


def test_pages_that_failed_are_listed_by_reason_with_a_remedy(desk: Desk) -> None:
    with desk.db.reader() as session:
        run_id = session.scalars(select(CrawlRun.id).where(CrawlRun.state == "partial")).one()
    page = desk.visitor("reader").page(f"/runs/{run_id}")
    groups = page.all("section .lines > li")
    told = " ".join(group.text() for group in groups)
    assert "正文为空" in told
    assert "核对正文选择器" in told
    assert "https://www.cac.gov.cn/c_2.htm" in told
    assert desk.visitor("reader").get("/runs/9999").status_code == 404


def test_pausing_and_resuming(desk: Desk) -> None:
    editor = desk.visitor("editor")
    editor.post("/sources/cn-miit-wjfb/switch", {"to": "off"})
    assert health_in(desk)["cn-miit-wjfb"] == "off"
    assert "已暂停" in editor.get("/sources/cn-miit-wjfb").text
    editor.post("/sources/cn-miit-wjfb/switch", {"to": "on"})
    assert health_in(desk)["cn-miit-wjfb"] == "healthy"


def test_acknowledging_an_incident(desk: Desk) -> None:
    editor = desk.visitor("editor")
    form = editor.page("/sources/cn-zhejiang-jxt").one('form[action^="/events/"]')
    path = form.attr("action")
    assert path is not None
    assert editor.post(path, {"next": "/sources/cn-zhejiang-jxt"}).status_code == 303
    page = editor.page("/sources/cn-zhejiang-jxt")
    assert "editor 已确认" in page.one("main").text()
    assert not page.has('form[action^="/events/"]')
    assert editor.post("/events/9999/acknowledge").status_code == 404


def test_one_glance(desk: Desk) -> None:
    reader = desk.visitor("reader")
    text = "".join(reader.page("/").one("main").text().split())
    for part in (
        "待审条目24条",
        "2026-11-23周一08:00",
        "发给8人·目前收录7条",
        "已编好，等待批准后发送",
        "已送出6",
        "被退回1",
        "结果不明1",
        "页面结构已变（列表页没有条目）",
        "调度程序运行中",
        "未设置：本机停机时不会有人知道",
    ):
        assert part in text, (part, text)
    links = [node.attr("href") for node in reader.page("/").all("a.tile")]
    for link in links:
        assert link is not None
        assert reader.get(link).status_code == 200


def test_one_glance_tells_when_nothing_will_be_sent(desk: Desk) -> None:
    from storage.models import Issue, Lease, Subscriber

    with desk.db.writer() as session:
        session.get_one(Issue, 2).state = "void"
        session.get_one(Lease, "scheduler").expires_at = desk.now
    page = desk.visitor("reader").page("/").one("main").text()
    assert "调度程序没有运行，到时间不会发送" in page
    with desk.db.writer() as session:
        for row in session.scalars(select(Subscriber)):
            row.state = "unsubscribed"
    assert "还没有收件人" in desk.visitor("reader").page("/").one("main").text()
