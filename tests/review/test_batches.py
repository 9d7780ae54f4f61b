"""Several items at once, and the way back to the list they came from."""

from __future__ import annotations

from sqlalchemy import select

from storage.models import Document, ReviewAction
from tests.review.conftest import NEWEST, Desk
from tests.review.visitor import Visitor

LIST = "/items?state=new&page=1"


def ticked(editor: Visitor, count: int) -> list[str]:
    """The values of the first boxes of the list."""
    return [box.attr("value") for box in editor.page(LIST).all("input.pick")][:count]


def states(desk: Desk, values: list[str]) -> set[str]:
    """Stored states of the ticked items."""
    keys = [int(value.partition(":")[0]) for value in values]
    with desk.db.reader() as session:
        return set(session.scalars(select(Document.review_state).where(Document.id.in_(keys))))


def test_a_batch_is_decided_told_and_taken_back_as_one(desk: Desk) -> None:
    editor = desk.visitor("editor")
    before = editor.page(LIST).one(".results .filter-chips .key").text()
    chosen = ticked(editor, 4)
    with desk.db.reader() as session:
        earlier = len(list(session.scalars(select(ReviewAction.id))))
    got = editor.post("/items/review", {"chosen": chosen, "to": "rejected", "next": LIST})
    assert got.headers["location"].startswith(f"{LIST}&done=")
    page = editor.page(got.headers["location"])
    assert "已将 4 条标为“不用”" in page.one("[role=status]").text()
    assert page.one(".results .filter-chips .key").text() != before
    assert states(desk, chosen) == {"rejected"}
    item = chosen[0].partition(":")[0]
    assert "不用" in editor.page(f"/items/{item}").one("[aria-labelledby=history-head]").text()

    undo = page.one("[role=status] form").attr("action")
    back = editor.post(undo, {"next": LIST})
    assert back.headers["location"] == f"{LIST}&ok=undone"
    assert states(desk, chosen) == {"new"}
    assert editor.post(undo, {"next": LIST}).status_code == 409
    assert desk.visitor("admin").post(undo, {}).status_code == 404
    with desk.db.reader() as session:
        actions = list(session.scalars(select(ReviewAction.action)))[earlier:]
    assert (actions.count("review"), actions.count("review_undo")) == (4, 4)


def test_what_changed_meanwhile_is_left_alone_and_counted(desk: Desk) -> None:
    editor = desk.visitor("editor")
    chosen = ticked(editor, 3)
    with desk.db.writer() as session:
        session.get_one(Document, int(chosen[0].partition(":")[0])).row_version += 1
    odd = ["x:new.1.1", "999999:new.1.1", "1"]
    got = editor.post("/items/review", {"chosen": [*chosen, *odd], "to": "accepted", "next": LIST})
    told = editor.page(got.headers["location"]).one("[role=status]").text()
    assert "已将 2 条标为“采用”" in told
    assert "另有 4 条" in told
    again = editor.post("/items/review", {"chosen": chosen, "to": "accepted", "next": LIST})
    assert again.status_code == 409
    nothing = editor.post("/items/review", {"to": "accepted", "next": LIST})
    assert nothing.headers["location"] == f"{LIST}&ok=nothing_chosen"


def test_readers_see_no_boxes(desk: Desk) -> None:
    reader = desk.visitor("reader")
    assert not reader.page(LIST).has("input.pick")
    assert reader.post("/items/review", {"chosen": "1:x", "to": "accepted"}).status_code == 403


def test_the_item_page_leads_back_to_the_list_as_it_was(desk: Desk) -> None:
    editor = desk.visitor("editor")
    wanted = "/items?q=元宇宙&state=new"
    link = editor.page(wanted).one("[data-open]").attr("href")
    page = editor.page(link)
    item = link.partition("?")[0].rpartition("/")[2]
    back = page.one(".crumb a").attr("href")
    assert back.endswith(f"state=new#item-{item}")
    assert editor.page(back.partition("#")[0]).has(f"#item-{item}")
    onward = page.one("a[rel=next]").attr("href")
    assert "?from=" in onward
    assert (
        editor.page(onward).one(".crumb a").attr("href").partition("#")[0]
        == back[: back.index("#")]
    )
    form = page.one(".review-form")
    fields = {box.attr("name"): box.attr("value") for box in form.all("input")}
    done = editor.post(form.attr("action"), {**fields, "to": "accepted"})
    after = editor.page(done.headers["location"])
    assert after.one(".crumb a").attr("href") == back


def test_a_way_back_to_somewhere_else_is_not_taken(desk: Desk) -> None:
    editor = desk.visitor("editor")
    for hostile in ("https://evil.example/", "//evil.example", "/logout", "javascript:alert(1)"):
        page = editor.page(f"/items/{NEWEST}?from={hostile}")
        assert page.one(".crumb a").attr("href") == "/items?state=new"
