"""Later pages of an article are known by address and title, nothing else is taken for one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from pipelines.cluster import Sketch
from pipelines.events import PageFacts, read_keys
from pipelines.fingerprint import fingerprint
from pipelines.page_split import first_page, one_article
from pipelines.saving import Incoming, save_all
from pipelines.urls import url_key
from storage.engine import Database
from storage.records import SaveResult
from tests.storage.samples import add_source, record


@pytest.mark.parametrize(
    ("later", "first"),
    [
        ("https://a.cn/2026/11/123_2.html", "https://a.cn/2026/11/123.html"),
        ("https://a.cn/n1/c-3.shtml", "https://a.cn/n1/c.shtml"),
        ("https://a.cn/show?id=9&page=2", "https://a.cn/show?id=9"),
        ("https://a.cn/story/77/2/", "https://a.cn/story/77"),
    ],
)
def test_the_first_page_is_named(later: str, first: str) -> None:
    assert first_page(later) == first


@pytest.mark.parametrize(
    "url",
    [
        "https://a.cn/202611/t20261110_6270580.html",
        "https://a.cn/art/2026/11/8/art_1229560784_4021.html",
        "https://a.cn/show?id=9&page=1",
        "https://a.cn/2026/11/",
    ],
)
def test_other_addresses_are_left_alone(url: str) -> None:
    assert first_page(url) in (None, "https://a.cn/2026")


def test_the_title_must_be_the_same_but_for_the_number_of_the_page() -> None:
    assert one_article("数据要素市场化改革观察", "数据要素市场化改革观察（2）")
    assert one_article("数据要素市场化改革观察", "数据要素市场化改革观察")
    assert not one_article("数据要素市场化改革观察", "数据要素流通观察（2）")
    assert not one_article("要闻", "要闻")


def test_pages_of_one_article_are_one_text_in_the_store(database: Database) -> None:
    title = "数据要素市场化改革观察"
    with database.writer() as session:
        source = add_source(session)
        saved = [
            _saved(session, source, f"https://a.cn/n/1{end}.html", title, text)
            for end, text in (("", "前半篇。" * 60), ("_2", "后半篇。" * 60))
        ]
        other = _saved(session, source, "https://a.cn/n/2_2.html", title, "别的文章。" * 60)
    assert saved[0].cluster_id is None
    assert saved[1].duplicate_of == saved[0].document_id
    assert other.cluster_id is None


def _saved(session: Session, source: int, url: str, title: str, text: str) -> SaveResult:
    row = replace(record(source, url, text=text, title=title), url_key=url_key(url))
    keys = read_keys(PageFacts(title=title, url=url))
    incoming = Incoming(row, Sketch(title, fingerprint(text)), keys)
    return save_all(session, [incoming])[0]
