"""The spiders against a server on loopback, in a process of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.spiders.site import Answer, serve
from tests.spiders.traps import jobs, pages

ROOT = Path(__file__).parents[2]


def crawl(jobs: list[dict[str, Any]]) -> dict[str, Any]:
    """Run all jobs in one child process."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.spiders.crawl_child"],
        input=json.dumps(jobs),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def crawled() -> dict[str, Any]:
    site_pages = pages()
    with serve(site_pages) as site:
        for path, answer in site_pages.items():
            if isinstance(answer, Answer):
                site_pages[path].body = answer.body.replace(b"HOST", site.url.encode())  # type: ignore[union-attr]
        results = crawl(jobs(site.url))
        return {"results": results, "site": site, "url": site.url}


def urls(crawled: dict[str, Any], key: str) -> list[str]:
    prefix = len(crawled["url"])
    return [item["url"][prefix:] for item in crawled["results"][key]["items"]]


def failures(crawled: dict[str, Any], key: str) -> list[tuple[str, str, str]]:
    prefix = len(crawled["url"])
    found = crawled["results"][key]["failures"]
    return sorted((role, url[prefix:], code) for role, url, code in found)


def stat(crawled: dict[str, Any], key: str, name: str) -> int:
    return int(crawled["results"][key]["stats"].get(f"dibao/{name}", 0))


def numbers(*days: int) -> list[str]:
    return sorted(f"/a/t202611{day:02d}_{day}.html" for day in days)


def test_paging_ends_when_a_page_brings_no_new_link(crawled: dict[str, Any]) -> None:
    assert sorted(urls(crawled, "t-paged")) == numbers(7, 8, 9, 10, 11, 12)
    assert stat(crawled, "t-paged", "list_pages") == 3
    assert failures(crawled, "t-paged") == []


def test_the_item_budget_holds_and_is_reported(crawled: dict[str, Any]) -> None:
    assert len(urls(crawled, "t-budget")) == 2
    assert stat(crawled, "t-budget", "limit/items") >= 1


def test_known_ground_ends_paging(crawled: dict[str, Any]) -> None:
    assert urls(crawled, "t-ground") == []
    assert stat(crawled, "t-ground", "list_pages") == 1


def test_after_a_crash_unfinished_rows_and_unseen_pages_are_fetched(
    crawled: dict[str, Any],
) -> None:
    assert sorted(urls(crawled, "t-crashed")) == numbers(7, 8, 9, 10, 11)


def test_since_reads_back_to_the_day_and_no_further(crawled: dict[str, Any]) -> None:
    assert sorted(urls(crawled, "t-since")) == numbers(8, 9, 10, 11, 12)


def test_an_empty_list_is_a_failure_unless_the_source_allows_it(crawled: dict[str, Any]) -> None:
    assert failures(crawled, "t-empty") == [("list", "/empty/", "empty_listing")]
    assert failures(crawled, "t-may-be-empty") == []


def test_a_short_list_is_counted_and_a_missing_second_page_is_the_end(
    crawled: dict[str, Any],
) -> None:
    assert stat(crawled, "t-short", "list_short") == 1
    assert urls(crawled, "t-short") == numbers(3)
    assert failures(crawled, "t-short") == []


def test_a_bad_row_and_a_dead_link_do_not_stop_the_others(crawled: dict[str, Any]) -> None:
    assert urls(crawled, "t-broken") == numbers(12)
    assert failures(crawled, "t-broken") == [("detail", "/a/t20261113_13.html", "gone")]
    assert stat(crawled, "t-broken", "row_problem/no_link") == 1


def test_one_broken_list_does_not_stop_the_other_lists(crawled: dict[str, Any]) -> None:
    assert urls(crawled, "t-two-lists") == numbers(3)
    assert failures(crawled, "t-two-lists") == [
        ("list", "/empty/", "empty_listing"),
        ("list", "/missing/", "gone"),
    ]


def test_an_article_that_leads_to_the_home_page_is_no_article(crawled: dict[str, Any]) -> None:
    assert urls(crawled, "t-home") == numbers(12)
    assert failures(crawled, "t-home") == [("detail", "/a/t20261114_14.html", "not_an_article")]


def test_rows_that_are_files_become_attachments_without_being_parsed(
    crawled: dict[str, Any],
) -> None:
    items = crawled["results"]["t-files"]["items"]
    assert [item["media"] for item in items] == ["fragment", "fragment"]
    assert all("<a href=" in item["text"] for item in items)
    assert "/f/t20261101_1.pdf" not in crawled["site"].paths()


def test_a_challenge_page_is_not_an_empty_list(crawled: dict[str, Any]) -> None:
    assert failures(crawled, "t-challenge") == [("list", "/challenge/", "not_an_article")]


def test_the_next_link_of_a_page_is_followed(crawled: dict[str, Any]) -> None:
    assert sorted(urls(crawled, "t-next")) == numbers(11, 12)


def test_a_feed_with_full_text_needs_no_page(crawled: dict[str, Any]) -> None:
    by_url = {item["url"]: item for item in crawled["results"]["t-feed"]["items"]}
    full = by_url[f"{crawled['url']}/full/1"]
    assert full["media"] == "fragment"
    assert "全文内容已经在源里" in full["text"]
    assert "/full/1" not in crawled["site"].paths()
    assert by_url[f"{crawled['url']}/a/t20261112_12.html"]["media"] == "html"
    assert stat(crawled, "t-feed", "row_problem/no_link") == 1


def test_json_lists_by_number_form_and_cursor(crawled: dict[str, Any]) -> None:
    assert sorted(urls(crawled, "t-api")) == numbers(10, 11, 12)
    assert crawled["results"]["t-api"]["items"][0]["title"].startswith("第1")
    assert urls(crawled, "t-post") == numbers(12)
    assert sorted(urls(crawled, "t-cursor")) == numbers(11, 12)


def test_gkmlpt_finds_its_sid_and_reads_the_text_from_the_script(crawled: dict[str, Any]) -> None:
    (item,) = crawled["results"]["t-gkmlpt"]["items"]
    assert item["title"] == "正式标题"
    assert item["number"] == "示发〔2026〕1号"
    assert "<p>脚本中的正文</p>" in item["text"]
    assert "页面外壳" not in item["text"]


def test_jpage_reads_records_and_asks_the_data_proxy(crawled: dict[str, Any]) -> None:
    assert sorted(urls(crawled, "t-jpage")) == [
        "/art/2026/11/8/art_1_2.html",
        "/art/2026/11/9/art_1_1.html",
    ]


def test_a_sitemap_index_is_followed_and_an_empty_part_is_no_failure(
    crawled: dict[str, Any],
) -> None:
    assert sorted(urls(crawled, "t-sitemap")) == numbers(11, 12)
    assert failures(crawled, "t-sitemap") == []


def test_a_list_without_end_stops_at_its_budget_and_says_so(crawled: dict[str, Any]) -> None:
    assert stat(crawled, "t-endless", "list_pages") == 4
    assert stat(crawled, "t-endless", "limit/pages") == 1


def test_texts_read_at_another_address_keep_the_address_of_the_reader(
    crawled: dict[str, Any],
) -> None:
    (item,) = crawled["results"]["t-records"]["items"]
    assert item["url"] == f"{crawled['url']}/show?id=1"
    assert "<p>记录正文</p>" in item["text"]
    assert failures(crawled, "t-records") == [("detail", "/show?id=2", "not_an_article")]


def test_a_list_that_leads_to_the_home_page_gives_none_of_its_rows(crawled: dict[str, Any]) -> None:
    assert failures(crawled, "t-moved") == [("list", "/moved/", "not_an_article")]
    assert urls(crawled, "t-moved") == []


def test_rows_that_come_to_nothing_are_told_and_the_others_read(crawled: dict[str, Any]) -> None:
    assert failures(crawled, "t-one-link") == [("list", "/one-link/", "layout_changed")]
    assert failures(crawled, "t-few-links") == [("list", "/few-links/", "layout_changed")]
    assert urls(crawled, "t-one-link") == urls(crawled, "t-few-links") == numbers(12)


def test_a_list_without_a_known_row_says_that_some_may_be_missed(crawled: dict[str, Any]) -> None:
    """Its paging repeats the first page, or there is none to follow."""
    assert stat(crawled, "t-turnover", "list_pages") == 2
    assert stat(crawled, "t-turnover", "limit/unmet") == 1
    assert stat(crawled, "t-one-page", "limit/unmet") == 1  # the other list meets what it knows
    assert stat(crawled, "t-ground", "limit/unmet") == 0


def test_the_days_of_each_list_are_noted(crawled: dict[str, Any]) -> None:
    stats = crawled["results"]["t-one-page"]["stats"]
    newest, third = stats["dibao/days/0"]
    assert newest - third == 2
    assert "dibao/days/1" not in stats  # three rows say too little


def test_old_unfinished_rows_leave_room_for_new_ones(crawled: dict[str, Any]) -> None:
    assert sorted(urls(crawled, "t-backlog")) == numbers(1, 2, 3, 12)
