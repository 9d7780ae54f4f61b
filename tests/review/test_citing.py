"""The list of items that cite a document, by its name, its number or from its page."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

import pytest

from tests.review.conftest import Desk
from tests.review.test_event_references import put

LAW = "中华人民共和国数据安全法"
OWN = "浙江省数据经纪人管理办法（试行）"
DAY = date(2026, 9, 1)


@pytest.fixture
def pages(desk: Desk) -> dict[str, int]:
    based = f"第一条 根据《{LAW}》，制定本规定。"
    return {
        "full": put(desk, "浙江省数据流通规定", based, day=DAY),
        "short": put(
            desk, "数据安全法怎么执行", "律师说，《数据安全法》已有先例。", day=date(2026, 9, 2),
            media=True,
        ),
        "other": put(
            desk, "四川省出台规定", "依照《四川省数据安全法实施办法》办理。", day=date(2026, 9, 3)
        ),
        "own": put(
            desk, f"浙江省数据局关于印发《{OWN}》的通知", f"现将《{OWN}》印发给你们。",
            day=date(2026, 9, 4), number="浙数发〔2026〕8号",
        ),
        "named": put(
            desk, "关于开展数据经纪人备案的通知",
            "按照《浙江省数据经纪人管理办法》的要求备案。", day=date(2026, 9, 5),
        ),
        "numbered": put(
            desk, "关于备案的补充通知", "按照浙数发[2026]8号文件的要求办理。", day=date(2026, 9, 6)
        ),
    }  # fmt: skip


def rows(desk: Desk, query: str) -> set[int]:
    page = desk.visitor("reader").page(f"/items?{query}")
    return {int(row.attr("id").removeprefix("item-")) for row in page.all("li.row")}


@pytest.mark.parametrize("asked", [LAW, "数据安全法", f"《{LAW}》"])
def test_a_law_is_found_by_either_name_and_no_other_law_by_it(
    desk: Desk, pages: dict[str, int], asked: str
) -> None:
    assert rows(desk, f"cites={quote(asked)}") == {pages["full"], pages["short"]}


def test_the_items_that_cite_an_item_leave_out_the_item_itself(
    desk: Desk, pages: dict[str, int]
) -> None:
    editor = desk.visitor("editor")
    link = editor.page(f"/items/{pages['own']}").one('a[href^="/items?cites="]')
    assert link.text() == "引用本文件的条目"
    assert rows(desk, link.attr("href").partition("?")[2]) == {pages["named"], pages["numbered"]}
    chips = editor.page(link.attr("href")).one(".active-filters").text()
    assert f"引用文件 《{OWN}》" in chips


def test_a_number_is_found_in_any_brackets_and_beside_other_filters(
    desk: Desk, pages: dict[str, int]
) -> None:
    number = quote("浙数发〔2026〕8号")
    assert pages["numbered"] in rows(desk, f"cites={number}")
    assert rows(desk, f"cites={number}&q={quote('补充 OR 别的')}") == {pages["numbered"]}
    assert rows(desk, f"cites={number}&since=2026-09-07") == set()
    assert rows(desk, f"cites={number}&q={quote('(补充')}") == {pages["numbered"]}
    assert rows(desk, f"cites={number}&q={quote('补充) OR (流通')}") == set()


@pytest.mark.parametrize("asked", ["9999999", "——", "《（（》", "中华人民共和国"])
def test_a_document_that_cannot_be_meant_is_told_and_narrows_nothing(
    desk: Desk, asked: str
) -> None:
    page = desk.visitor("reader").page(f"/items?cites={quote(asked)}")
    assert "请写文件的全名" in page.one(".note.warn").text()
    assert len(page.all("li.row")) > 10


def test_what_a_text_cites_leads_to_who_else_cites_it(desk: Desk, pages: dict[str, int]) -> None:
    page = desk.visitor("reader").page(f"/items/{pages['full']}/reading")
    link = page.one('table a[href^="/items?cites="]').attr("href")
    assert rows(desk, link.partition("?")[2]) == {pages["full"], pages["short"]}
