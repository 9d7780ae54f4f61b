"""The item list, the item page, decisions and their undo."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select

from review.word_diff import word_diff
from storage.labels import labels_of
from storage.models import Document, IssueItem, ReviewAction
from storage.removal import suppress_document
from storage.users import add_user
from tests.review.conftest import NEWEST, PASSWORDS, Desk
from tests.review.parsed import Node
from tests.review.visitor import Visitor

TITLES = ".row h3 a"


def titles(page: Node) -> list[str]:
    """Titles of the list, in order."""
    return [node.text() for node in page.all(TITLES)]


def state(desk: Desk, item_id: int) -> str:
    """Stored review state."""
    with desk.db.reader() as session:
        return session.get_one(Document, item_id).review_state


def decide(visitor: Visitor, item_id: int, to: str, *, page: str = "/items") -> httpx.Response:
    """Press the button of an item on a page."""
    form = visitor.page(page).one(f'form[action="/items/{item_id}/review"]')
    assert form is not None
    expected = form.one("input[name=expected]").attr("value")
    return visitor.post(f"/items/{item_id}/review", {"to": to, "expected": expected, "next": page})


def test_the_list_shows_the_newest_first_by_day_of_arrival(desk: Desk) -> None:
    page = desk.visitor("reader").page("/items")
    assert titles(page)[0].startswith("浙江省经济和信息化厅等5部门")
    days = [node.text() for node in page.all(".dayhead")]
    assert days[0] == "今天 2026-11-20 周五 收录"
    assert days[1].startswith("昨天 2026-11-19")
    assert "62 条" in page.one(".list-head").text()
    first = page.one(".row")
    text = first.text()
    for part in (
        "浙经信数经〔2026〕112号",
        "浙江 · 省级",
        "2026-11-19",
        "另有 1 处刊登",
        "2 个版本",
    ):
        assert part in text, part


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("state=rejected", 1 + 16),
        ("label=典型案例", 1),
        ("topic=元宇宙", 2),
        ("label=新法速递&topic=元宇宙", 1),
        ("source=cn-miit-wjfb", 2),
        ("region=CN-四川", 1),
        ("region=GB", 1),
        ("level=municipal", 1),
        ("since=2026-11-19&until=2026-11-19", 4),
        ("fresh=changed&within=1", 1),
        ("fresh=new&within=1", 9),
        ("fresh=gone", 0),
        ("q=元宇宙", 2),
        ("q=元宇宙&fold=no", 3),
        ("q=issuer:财政厅", 1),
        ("q=number:成办规[2026]9号", 1),
        ("q=数字藏品 NOT 区块链", 0),
        ("q=元宇宙&state=accepted", 1),
        ("state=nonsense&since=nonsense&level=nonsense'--", 0),
    ],
)
def test_filters_and_search(desk: Desk, query: str, count: int) -> None:
    page = desk.visitor("reader").page(f"/items?{query}")
    shown = len(titles(page))
    assert page.one(".list-head").text().split()[0] == str(count)
    assert shown == min(count, 40)
    if count == 0:
        assert page.has(".empty h2")


def test_a_filter_in_force_is_shown_and_can_be_taken_off(desk: Desk) -> None:
    page = desk.visitor("reader").page("/items?region=CN-四川&level=municipal&q=算力")
    chips = {node.text().split(" ×")[0].strip(): node for node in page.all(".active-filters a")}
    assert set(chips) == {"四川", "市级"}
    href = chips["四川"].attr("href")
    assert href is not None
    assert "region" not in href
    assert "level=municipal" in href


def test_an_unreadable_query_is_searched_as_words_and_said_so(desk: Desk) -> None:
    page = desk.visitor("reader").page('/items?q="元宇宙')
    assert "引号没有成对" in page.one("[role=alert]").text()
    assert len(titles(page)) == 2


def test_search_marks_the_words_and_can_order_by_relevance(desk: Desk) -> None:
    page = desk.visitor("reader").page("/items?q=元宇宙&order=relevance")
    assert {node.text() for node in page.all(".snippet mark")} == {"元宇宙"}
    assert "按相关程度" in page.one(".list-head").text()


def test_pages_turn(desk: Desk) -> None:
    reader = desk.visitor("reader")
    first, second = reader.page("/items"), reader.page("/items?page=2")
    assert (len(titles(first)), len(titles(second))) == (40, 22)
    assert not set(titles(first)) & set(titles(second))
    assert titles(reader.page("/items?page=99")) == titles(second)
    assert titles(reader.page("/items?page=-1")) == titles(first)


def test_an_empty_search_says_what_to_do(desk: Desk) -> None:
    page = desk.visitor("editor").page("/items?q=没有这样的词")
    assert "换个更短的词" in page.one(".empty").text()


def test_a_desk_without_anything_says_what_to_do(bare: Desk) -> None:
    with bare.db.writer() as session:
        hashed = bare.passwords.hash(PASSWORDS["editor"])
        add_user(session, name="editor", password_hash=hashed, role="editor", now=bare.now)
    fresh = bare.visitor("editor")
    assert fresh.page("/items").one(".empty a.main").attr("href") == "/sources"
    for path in ("/", "/sources", "/runs", "/issues", "/archive", "/subscribers"):
        assert fresh.get(path).status_code == 200, path


def test_the_item_page_shows_facts_with_their_evidence(desk: Desk) -> None:
    page = desk.visitor("reader").page(f"/items/{NEWEST}")
    text = page.one("main").text()
    assert "浙江省经济和信息化厅、浙江省科学技术厅、浙江省财政厅" in text
    facts = {d.one("dt").text(): d for d in page.all("aside .facts > div")}
    assert "发布时间：2026年11月19日" in facts["发布日期"].text()
    assert "可信度 97%" in facts["发布日期"].text()
    assert facts["成文日期"].has(".sure.low"), "60 % is marked as weak"
    labels = page.one("section[aria-labelledby=labels-head]").text()
    assert "境内机关发布的文件" in labels
    assert "规则" in labels
    also = page.one("section[aria-labelledby=also-head]").text()
    assert "数字经济观察" in also
    assert page.one("section[aria-labelledby=files-head] a").attr("href").endswith(".pdf")
    original = page.one(".bar a[target=_blank]")
    assert original.attr("rel") == "noopener noreferrer nofollow"
    assert "jxt.zj.gov.cn" in original.text()


def test_versions_and_their_comparison(desk: Desk) -> None:
    reader = desk.visitor("reader")
    lines = reader.page(f"/items/{NEWEST}").all("#versions li")
    assert [line.one("strong").text() for line in lines] == ["第 2 版", "第 1 版"]
    page = reader.page(f"/items/{NEWEST}/diff?from=1&to=2")
    diff = page.one(".diff")
    assert "20" in "".join(node.text() for node in diff.all("ins"))
    assert diff.all("del") != []
    assert "省经信厅负责解释" in diff.text()
    old = reader.page(f"/items/{NEWEST}/versions/1").one(".prose").text()
    assert "1500亿元" in old
    assert reader.get(f"/items/{NEWEST}/versions/3").status_code == 404
    assert reader.get(f"/items/{NEWEST}/diff?from=7&to=9").status_code == 404
    assert not reader.page(f"/items/{NEWEST}/diff?from=2&to=2").has(".diff")


def test_accept_says_so_and_can_be_undone(desk: Desk) -> None:
    editor = desk.visitor("editor")
    answer = decide(editor, NEWEST, "accepted", page="/items?state=new")
    assert state(desk, NEWEST) == "accepted"
    page = editor.page(answer.headers["location"])
    notice = page.one("[role=status]")
    assert "已采用《浙江省经济和信息化厅等5部门" in notice.text()
    undo = notice.one("form").attr("action")
    assert undo is not None
    assert editor.post(undo, {"next": "/items?state=new"}).status_code == 303
    assert state(desk, NEWEST) == "new"
    assert "待审 → 采用" in editor.page(f"/items/{NEWEST}").one("main").text()
    assert editor.post(undo).status_code == 409, "an undo works once"


def test_an_undo_belongs_to_its_author_and_ends(desk: Desk) -> None:
    editor, admin = desk.visitor("editor"), desk.visitor("admin")
    location = decide(editor, NEWEST, "rejected").headers["location"]
    undo = editor.page(location).one("[role=status] form").attr("action")
    assert undo is not None
    assert not admin.page(location).has("[role=status]")
    assert admin.post(undo).status_code == 404
    desk.later(hours=1)
    assert not editor.page(location).has("[role=status]")
    assert editor.post(undo).status_code == 409
    assert state(desk, NEWEST) == "rejected"


def test_two_reviewers_do_not_overwrite_each_other(desk: Desk) -> None:
    first, second = desk.visitor("editor"), desk.visitor("admin")
    form = second.page(f"/items/{NEWEST}").one("form.review-form")
    stale = form.one("input[name=expected]").attr("value")
    decide(first, NEWEST, "accepted")
    answer = second.post(
        f"/items/{NEWEST}/review", {"to": "rejected", "expected": stale, "next": "/items"}
    )
    assert answer.status_code == 409
    assert "已被他人修改" in answer.text
    assert 'href="/items"' in answer.text
    assert state(desk, NEWEST) == "accepted"


def test_a_decision_on_a_text_that_changed_meanwhile_is_refused(desk: Desk) -> None:
    editor = desk.visitor("editor")
    form = editor.page(f"/items/{NEWEST}").one("form.review-form")
    stale = form.one("input[name=expected]").attr("value")
    with desk.db.writer() as session:
        session.get_one(Document, NEWEST).latest_seq += 1
    data = {"to": "accepted", "expected": stale}
    assert editor.post(f"/items/{NEWEST}/review", data).status_code == 409
    assert state(desk, NEWEST) == "new"


def test_labels_by_hand(desk: Desk) -> None:
    editor = desk.visitor("editor")
    path = f"/items/{NEWEST}/labels"
    editor.post(path, {"slug": "元宇宙", "present": "no"})
    editor.post(path, {"slug": "区块链", "present": "yes"})
    with desk.db.reader() as session:
        labels = {label.slug: label.origin for label in labels_of(session, [NEWEST])[NEWEST]}
    assert "元宇宙" not in labels
    assert labels["区块链"] == "human"
    text = editor.page(f"/items/{NEWEST}").one("main").text()
    assert "人工" in text
    assert "标签 区块链：添加" in text
    assert editor.post(path, {"slug": "没有这个", "present": "yes"}).status_code == 404
    with desk.db.reader() as session:
        rows = session.scalars(select(ReviewAction).where(ReviewAction.action == "label")).all()
    assert {row.actor for row in rows} == {"editor"}


def test_what_is_not_there_is_404(desk: Desk) -> None:
    editor = desk.visitor("editor")
    with desk.db.writer() as session:
        suppress_document(session, NEWEST)
    for path in (f"/items/{NEWEST}", "/items/9999", f"/items/{2**70}", "/items/0", "/items/-1"):
        assert editor.get(path).status_code == 404, path
    assert editor.get("/items/abc").status_code == 422
    assert "浙江省经济和信息化厅等5部门" not in editor.get("/items").text
    assert editor.post("/items/9999/review", {"to": "accepted"}).status_code == 404
    assert editor.post("/actions/9999/undo").status_code == 404


def test_a_comparison_leads_from_change_to_change(desk: Desk) -> None:
    reader = desk.visitor("reader")
    page = reader.page(f"/items/{NEWEST}/diff")
    hits = page.all(".diff p.hit")
    assert hits
    assert [hit.attr("id") for hit in hits] == [f"c{n}" for n in range(1, len(hits) + 1)]
    assert [link.attr("href") for link in page.all(".jumps a")] == [
        f"#{hit.attr('id')}" for hit in hits
    ]
    assert f"改动 {len(hits)} 处" in page.one(".jumps").text()
    assert page.has(f'a[href^="/compare?a={NEWEST}@"]')


def test_only_what_changed_says_what_it_leaves_out() -> None:
    old = "\n".join(f"第{n}段文字。" for n in range(9))
    found = word_diff(old, old.replace("第4段文字", "第4段<b>文章"), only_changes=True)
    assert (found.changes, found.skipped) == (1, 3)
    assert [one.number for one in found.paragraphs] == [0, 1, 0]
    assert found.paragraphs[0].skipped == 3
    assert "&lt;b&gt;" in found.paragraphs[1].html
    assert len(word_diff(old, old).paragraphs) == 9


def test_an_item_names_the_issues_that_have_it(desk: Desk) -> None:
    with desk.db.reader() as session:
        carried = session.scalars(select(IssueItem.document_id).where(IssueItem.issue_id == 1))
        item = carried.first()
    page = desk.visitor("reader").page(f"/items/{item}")
    link = page.one(f'a[href="/issues/1?part=items#line-{item}"]')
    assert link.text().endswith("期")
