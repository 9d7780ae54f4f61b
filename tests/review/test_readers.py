"""Subscribers, and the links they find in their mails."""

from __future__ import annotations

from typing import Literal

import pytest
from sqlalchemy import select

from digest.tokens import make_token
from review.routes.subscribers import read_lines
from storage.models import ReviewAction, Subscriber, Subscription
from tests.review.conftest import Desk
from tests.review.parsed import parse

KEY = b"k" * 40


def link(
    kind: Literal["unsubscribe", "manage", "confirm"], n: int = 0, *, edition: str = "weekly"
) -> str:
    """The signed link in the mail of reader n."""
    token = make_token(
        KEY, purpose=kind, row=n + 1, address=f"reader{n}@example.org", edition=edition
    )
    return {"unsubscribe": "/u/", "manage": "/m/", "confirm": "/c/"}[kind] + token


def state(desk: Desk, n: int = 0) -> tuple[str, str]:
    """States of subscriber and subscription."""
    with desk.db.reader() as session:
        row = session.get_one(Subscriber, n + 1)
        assert row.address == f"reader{n}@example.org"
        found = session.scalars(
            select(Subscription.state).where(Subscription.subscriber_id == n + 1)
        ).one()
        return row.state, found


def test_opening_the_link_five_times_changes_nothing(desk: Desk) -> None:
    scanner = desk.visitor(peer="198.51.100.7")
    for _ in range(5):
        response = scanner.get(link("unsubscribe"))
        assert response.status_code == 200
        assert "确认退订" in response.text
        assert "r***@example.org" in response.text
        assert "reader0@example.org" not in response.text
        scanner.send("HEAD", link("unsubscribe"))
    assert state(desk) == ("active", "active")


def test_the_button_ends_the_subscription(desk: Desk) -> None:
    stranger = desk.visitor()
    path = stranger.page(link("unsubscribe")).one("main form").attr("action")
    assert path is not None
    response = stranger.send("POST", path, data={"confirm": "yes"})
    assert "已退订《政策法规周报》" in response.text
    assert state(desk) == ("unsubscribed", "ended")
    assert state(desk, 1) == ("active", "active")


@pytest.mark.parametrize("form", ["urlencoded", "multipart"])
def test_one_click_of_a_mail_provider(desk: Desk, form: str) -> None:
    provider = desk.visitor(peer="198.51.100.7")
    body = {"List-Unsubscribe": "One-Click"}
    options = (
        {"data": body}
        if form == "urlencoded"
        else {"files": {k: (None, v) for k, v in body.items()}}
    )
    headers = {"sec-fetch-site": "cross-site"}
    for _ in range(3):
        response = provider.send("POST", link("unsubscribe"), headers=headers, **options)
        assert response.status_code == 200
    assert state(desk) == ("unsubscribed", "ended")
    with desk.db.reader() as session:
        row = session.scalars(
            select(ReviewAction).where(ReviewAction.action == "unsubscribed").limit(1)
        ).one()
    assert row.after == {"edition": "weekly", "how": "one-click"}


def test_a_post_that_says_nothing_only_shows_the_button(desk: Desk) -> None:
    for data in ({}, {"List-Unsubscribe": "no"}, {"x": "y"}):
        response = desk.visitor().send("POST", link("unsubscribe"), data=data)
        assert "确认退订" in response.text
    assert state(desk) == ("active", "active")


def test_a_token_is_good_for_one_person_and_one_purpose(desk: Desk) -> None:
    good = link("unsubscribe").removeprefix("/u/")
    number, _, signature = good.partition(".")
    bad = [
        f"2.{signature}",  # somebody else's number
        f"{number}.{signature[:-1]}A" if signature[-1] != "A" else f"{number}.{signature[:-1]}B",
        link("manage").removeprefix("/m/"),
        link("unsubscribe", edition="other").removeprefix("/u/"),
        number,
        "",
        ".",
        f"{number}.",
        "zzzzzzzzzzzz.x",
        "1" * 200,
        "1.%00",
    ]
    for token in bad:
        for method in ("GET", "POST"):
            data = {"data": {"confirm": "yes"}} if method == "POST" else {}
            response = desk.visitor().send(method, f"/u/{token}", **data)
            assert response.status_code in {404, 405}, token
    assert state(desk) == ("active", "active")
    assert state(desk, 1) == ("active", "active")


def test_confirming_needs_the_button(desk: Desk) -> None:
    stranger = desk.visitor()
    assert state(desk, 8)[0] == "pending"
    assert "确认订阅" in stranger.get(link("confirm", 8)).text
    assert state(desk, 8)[0] == "pending"
    response = stranger.send("POST", link("confirm", 8), data={"confirm": "yes"})
    assert "已订阅" in response.text
    assert state(desk, 8)[0] == "active"
    with desk.db.reader() as session:
        assert session.get_one(Subscriber, 9).consent["confirmation"]["address"] == "127.0.0.1"


def test_topics_can_be_chosen_and_everything_ended(desk: Desk) -> None:
    stranger = desk.visitor()
    page = stranger.page(link("manage"))
    offered = {n.attr("value") for n in page.all("input[name=topics]")}
    assert "元宇宙" in offered
    data = {"action": "save", "topics": ["元宇宙", "not a topic"], "sections": ["新法速递"]}
    assert "已保存" in stranger.send("POST", link("manage"), data=data).text
    with desk.db.reader() as session:
        found = session.scalars(select(Subscription).where(Subscription.subscriber_id == 1)).one()
    assert found.filters == {"topics": ["元宇宙"], "sections": ["新法速递"]}
    ticked = stranger.page(link("manage")).all("input[checked]")
    assert {n.attr("value") for n in ticked} == {"元宇宙", "新法速递"}
    words = {
        "action": "save",
        "keywords": "算力券、数据跨境",
        "not_words": "招聘",
        "regions": "浙江",
    }
    page = parse(stranger.send("POST", link("manage"), data=words).text)
    assert page.one("input[name=keywords]").attr("value") == "算力券、数据跨境"
    assert page.one("input[name=not_words]").attr("value") == "招聘"
    assert "第 11 期的" in page.text()
    with desk.db.reader() as session:
        found = session.scalars(select(Subscription).where(Subscription.subscriber_id == 1)).one()
    assert found.filters == {
        "keywords": ["算力券", "数据跨境"],
        "not_words": ["招聘"],
        "regions": ["浙江"],
    }
    stranger.send("POST", link("manage"), data={"action": "leave"})
    assert state(desk) == ("unsubscribed", "ended")
    assert stranger.get("/m/1.x").status_code == 404


def test_the_issue_link_of_a_mail_needs_no_login(desk: Desk) -> None:
    sent = make_token(KEY, purpose="issue", row=1, address="", edition="weekly")
    draft = make_token(KEY, purpose="issue", row=2, address="", edition="weekly")
    stranger = desk.visitor()
    assert "第11期" in stranger.get(f"/i/{sent}").text
    assert stranger.get(f"/i/{sent}/file?as=docx").content[:2] == b"PK"
    assert stranger.get(f"/i/{draft}").status_code == 404
    assert stranger.get(f"/i/{draft}/file?as=docx").status_code == 404
    assert stranger.get(f"/i/{sent[:-2]}xx").status_code == 404


def test_adding_subscribers_keeps_the_evidence(desk: Desk) -> None:
    editor = desk.visitor("editor")
    lines = "New@Example.ORG\n张三 <zhang@example.org>; reader1@example.org,\nnew@example.org\n"
    answer = editor.post(
        "/subscribers", {"addresses": lines, "edition": "weekly", "consent": "11月培训"}
    )
    assert "added=2&known=1" in answer.headers["location"]
    assert "已添加 2 个地址，1 个已在名单中" in editor.get(answer.headers["location"]).text
    with desk.db.reader() as session:
        row = session.scalars(
            select(Subscriber).where(Subscriber.address == "zhang@example.org")
        ).one()
    assert (row.name, row.state) == ("张三", "active")
    assert row.consent["by"] == "editor"
    assert row.consent["text"] == "11月培训"


def test_lines_that_are_no_address_come_back(desk: Desk) -> None:
    editor = desk.visitor("editor")
    data = {"addresses": "ok@example.org\nnot an address\ngone@example.org", "edition": "weekly"}
    assert editor.post("/subscribers", data).status_code == 422, "consent is required"
    answer = editor.post("/subscribers", {**data, "consent": "邮件"})
    assert answer.status_code == 422
    assert "已添加 1 个地址，0 个已在名单中，2 个不能添加" in answer.text
    rest = parse(answer.text).one("textarea").text()
    assert rest.split("\n") == ["not an address", "gone@example.org"]
    many = "\n".join(f"a{n}@example.org" for n in range(1001))
    answer = editor.post("/subscribers", {**data, "addresses": many, "consent": "x"})
    assert "1000" in answer.text
    assert answer.status_code == 422


def test_addresses_cannot_smuggle_headers() -> None:
    good, bad = read_lines("a@example.org\\r\\nBcc: x@example.org\nb@example.org\tc\n<d@e.f>\n<>")
    assert [line.address for line in good] == ["d@e.f"]
    assert len(bad) == 3


def test_the_list_finds_filters_and_stops(desk: Desk) -> None:
    editor = desk.visitor("editor")
    assert len(editor.page("/subscribers").all("tbody tr")) == 10
    assert len(editor.page("/subscribers?q=reader3").all("tbody tr")) == 1
    assert len(editor.page("/subscribers?state=pending").all("tbody tr")) == 1
    assert "mailbox full" in editor.page("/subscribers?state=suppressed").one("tbody").text()
    editor.post("/subscribers/1/end")
    assert state(desk) == ("unsubscribed", "ended")
    editor.post("/subscribers/10/lift")
    with desk.db.reader() as session:
        assert session.get_one(Subscriber, 10).state == "active"
    for path in ("/subscribers/99/end", "/subscribers/99/lift", f"/subscribers/{2**70}/end"):
        assert editor.post(path).status_code == 404
