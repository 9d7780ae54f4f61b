"""Who wrote a text, and where it comes from, as pages of different systems say it."""

from __future__ import annotations

import pytest

from pipelines.fields.sourceline import author_of, source_of


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("By Jane Doe\n14 May 2024", "Jane Doe"),
        ("Von Erika Mustermann\nStand: 12.02.2025, 06:00 Uhr", "Erika Mustermann"),
        ("Par Jeanne Dupont\nPublié le 26 août 2024", "Jeanne Dupont"),
        ("Published 3 June | By Jane de la Roe and John Doe", "Jane de la Roe and John Doe"),
        ("18. Juni 2023 von Erika", "Erika"),
        ("来源：示例网作者：陈某某责任编辑：王某", "陈某某"),
    ],
)
def test_an_author_in_the_lines_around_the_title(head: str, name: str) -> None:
    found = author_of(head, {}, None)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "head",
    [
        "来源：示例网作者：责任编辑：王某",
        "by\nAdvertisement",
        "Reached by 12 March 2024",
        "by the desk",
    ],
)
def test_what_is_no_author(head: str) -> None:
    assert author_of(head, {}, None) is None


def test_a_person_stated_by_the_page_comes_before_the_name_of_the_site() -> None:
    meta = {
        "author": "Anzeiger Verlag",
        "ld:author": "Erika Mustermann",
        "og:site_name": "Anzeiger",
    }
    found = author_of("", meta, None)
    assert found is not None
    assert found.name == "Erika Mustermann"


@pytest.mark.parametrize("value", ["105092", "desk@example.org", "https://example.org/a", "admin"])
def test_accounts_and_addresses_are_no_authors(value: str) -> None:
    assert author_of("", {"author": value}, None) is None


def test_the_site_itself_is_no_author_of_a_chinese_page() -> None:
    assert author_of("", {"author": "示例网", "html:title": "示例标题_示例网"}, None) is None


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("2025年03月02日 18:20 示例通讯社\n责任编辑：赵某", "示例通讯社"),
        ("来源于：东区办事处\n发布日期：2019-03-06", "东区办事处"),
        ("2024-07-04 01:55 来源: 示例新闻客户端举报", "示例新闻客户端"),
    ],
)
def test_sources_behind_times_and_beside_tools(head: str, name: str) -> None:
    found = source_of({}, head, "", {})
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "head",
    [
        "2024-03-05 10:20 浏览次数",
        "2024-03-05 10:20 收藏",
        "2024-03-05 10:20 举报",
        "2024年3月5日 农历正月",
        "会议于2024年3月5日召开",
        "开放时间：9:00至17:00 报名",
    ],
)
def test_other_words_behind_a_time_are_no_source(head: str) -> None:
    assert source_of({}, head, "", {}) is None
