"""Published issues as feeds: valid, stable ids, closed unless the archive is open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest

from tests.review.conftest import Desk, open_desk


@pytest.fixture
def opened(filled: Path, tmp_path: Path) -> Iterator[Desk]:
    made = open_desk(filled, tmp_path, public_archive=True, public_url="https://dibao.example.org")
    yield made
    made.close()


def test_both_feeds_name_the_same_items_by_their_permalinks(opened: Desk) -> None:
    visitor = opened.visitor()
    answer = visitor.get("/archive/feed.xml", headers={"host": "dibao.example.org"})
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    assert feed.version == "atom10"
    assert feed.feed.title
    ids = [entry.id for entry in feed.entries]
    assert len(ids) == len(set(ids)) > 0
    assert all(one.startswith("https://dibao.example.org/archive/1#i") for one in ids)
    for entry in feed.entries:
        assert entry.title
        assert entry.updated_parsed is not None
        assert entry.link == entry.id

    data = json.loads(
        visitor.get("/archive/feed.json", headers={"host": "dibao.example.org"}).content
    )
    assert data["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["id"] for item in data["items"]] == ids
    assert all(item["content_text"] and item["date_published"] for item in data["items"])
    page = visitor.get("/archive/1", headers={"host": "dibao.example.org"}).text
    assert all(f'id="{one.rpartition("#")[2]}"' in page for one in ids)


def test_a_reader_that_has_it_gets_a_304(opened: Desk) -> None:
    visitor = opened.visitor()
    first = visitor.get("/archive/feed.xml")
    again = visitor.get("/archive/feed.xml", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = visitor.get("/archive/feed.xml?edition=none")
    assert feedparser.parse(other.content).entries == []


def test_feeds_are_closed_unless_the_archive_is_open(desk: Desk) -> None:
    for name in ("feed.xml", "feed.json"):
        got = desk.visitor().get(f"/archive/{name}")
        assert got.headers["location"].startswith("/login")
    assert desk.visitor("reader").get("/archive/feed.xml").status_code == 200
