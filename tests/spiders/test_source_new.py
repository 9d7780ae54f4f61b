"""``dibao source new`` as a user runs it: on a saved page, and on a site on loopback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crawler.cli import app
from spiders.catalogue import read_source
from tests.fault_server import FaultServer, Reply, html, redirect
from tests.spiders.list_shapes_more import SHAPES as LISTS
from tests.spiders.test_induction import BASE, TITLES, written

TEXT = "为贯彻落实有关决策部署，扎实推进各项工作，现将有关事项通知如下，请结合实际认真执行。" * 8


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dibao.toml").write_text(
        '[crawl]\ndelay = 0.0\nallow_private = ["127.0.0.1"]\ncontact = "a@example.org"\n', "utf-8"
    )
    return tmp_path


def run(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["source", *arguments])
    assert done.exit_code == code, done.output
    return done.output


def test_a_saved_page_gives_rows_and_a_file(in_folder: Path) -> None:
    saved = in_folder / "page.html"
    saved.write_bytes(written("items with a date beside"))
    found = json.loads(run("new", "--html", str(saved), "--base", BASE, "--json"))
    assert [row["title"] for row in found["rows"]] == TITLES
    assert found["rows"][0]["date"] == "2026-11-18"
    assert found["file"] is None, "a program asks for rows; nothing is written"
    assert sorted(path.name for path in in_folder.iterdir()) == ["dibao.toml", "page.html"]
    shown = run("new", "--html", str(saved), "--base", BASE, "--key", "cn-mine")
    assert TITLES[0] in shown
    spec = read_source(in_folder / "sources" / "cn-mine.yaml")
    assert spec.status == "unproven"
    assert spec.first_url == BASE
    refused = run("new", "--html", str(saved), "--base", BASE, "--key", "cn-mine", code=2)
    assert "--force" in refused


def test_a_site_is_read_with_two_or_three_articles(in_folder: Path) -> None:
    with FaultServer() as site:
        site.routes["/list/"] = redirect("/list/index.html")
        site.routes["/list/index.html"] = Reply(written("items with a date beside"))
        for i, title in enumerate(TITLES):
            site.routes[f"/list/202611/t202611_{1000 + i}.html"] = html(
                f"<h1>{title}</h1><p>发布时间：2026-11-{18 - 2 * i:02d}</p>"
                f"<div><p>{TEXT}</p></div>",
                title=title,
            )
        found = json.loads(run("new", site.url("/list/"), "--key", "cn-site", "--json"))
        asked = [seen.path for seen in site.requests]
    assert [row["title"] for row in found["rows"]] == TITLES
    assert len(found["articles"]) == 3
    assert all(line.startswith("✓ 2026-11-") for line in found["articles"]), found["articles"]
    assert asked[0] == "/robots.txt"
    assert len(asked) == len(set(asked)), "nothing is fetched twice"
    assert read_source(in_folder / "sources" / "cn-site.yaml").first_url.endswith(
        "/list/index.html"
    )


def test_a_feed_that_carries_the_list_is_preferred() -> None:
    with FaultServer() as site:
        content = written("items with a date beside").replace(
            b"</head>", b'<link rel=alternate type="application/rss+xml" href="/rss.xml"></head>'
        )
        items = "".join(
            f"<item><title>{title}</title>"
            f"<link>{site.url()}list/202611/t202611_{1000 + i}.html</link>"
            f"<description>{TEXT}</description></item>"
            for i, title in enumerate(TITLES)
        )
        feed = f'<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'
        site.routes["/list/index.html"] = Reply(content)
        site.routes["/rss.xml"] = Reply(feed.encode(), content_type="application/rss+xml")
        found = json.loads(run("new", site.url("/list/index.html"), "--key", "cn-feed", "--json"))
    assert "kind: feed" in found["source"]
    assert "/rss.xml" in found["source"]


def test_the_data_of_a_known_cms_is_read_instead_of_its_empty_page(in_folder: Path) -> None:
    articles = [
        {
            "title": title,
            "url": f"/gkmlpt/content/1/2/post_{i}.html",
            "date": 1795017600 - 90000 * i,
        }
        for i, title in enumerate(TITLES)
    ]
    with FaultServer() as site:
        site.routes["/gkmlpt/index"] = html("<script>window._CONFIG = {SID: '755001'}</script>")
        site.routes["/gkmlpt/api/all/0?page=1&sid=755001"] = Reply(
            json.dumps({"articles": articles}).encode(), content_type="application/json"
        )
        found = json.loads(run("new", site.url("/gkmlpt/index"), "--key", "cn-gd", "--json"))
    assert [row["title"] for row in found["rows"]] == TITLES
    assert all(row["date"] for row in found["rows"])
    spec = read_source(in_folder / "sources" / "cn-gd.yaml")
    assert spec.family == "gkmlpt"
    assert "{sid}" in spec.first_url


def test_data_that_a_script_reads_is_found_behind_an_empty_page(in_folder: Path) -> None:
    records = [{"bt": title, "lj": f"/a/{1000 + i}.html"} for i, title in enumerate(TITLES)]
    script = "<script>$.ajax({url: '/zwgk/list.json', success: show}); fetch('/app.js')</script>"
    with FaultServer() as site:
        site.routes["/zwgk/index.html"] = html(f"<div id=list></div>{script}", title="通知公告")
        site.routes["/zwgk/list.json"] = Reply(
            json.dumps({"rows": records}).encode(), content_type="application/json"
        )
        found = json.loads(run("new", site.url("/zwgk/index.html"), "--key", "cn-js", "--json"))
    assert [row["title"] for row in found["rows"]] == TITLES
    spec = read_source(in_folder / "sources" / "cn-js.yaml")
    assert (spec.kind, spec.first_url.rsplit("/", 1)[-1]) == ("json_api", "list.json")


@pytest.mark.parametrize(
    ("reply", "robots", "said"),
    [
        (Reply(b"no", status=404), "", "HTTP 404"),
        (Reply(written("a table")), "User-agent: *\nDisallow: /", "robots"),
        (html("<p>nothing here</p>"), "", "no rows of article links"),
        (redirect("http://10.0.0.1/"), "", "allow_private"),
        (redirect("/list/index.html"), "", "too many redirects"),
    ],
)
def test_what_cannot_be_had_is_said(reply: Reply, robots: str, said: str, in_folder: Path) -> None:
    with FaultServer() as site:
        site.routes["/list/index.html"] = reply
        if robots:
            site.robots(robots)
        shown = run("new", site.url("/list/index.html"), "--key", "cn-none", code=1)
    assert said in shown
    assert not (in_folder / "sources").exists()


def test_inside_addresses_are_not_visited(in_folder: Path) -> None:
    (in_folder / "dibao.toml").write_text("[crawl]\ndelay = 0.0\n", "utf-8")
    with FaultServer() as site:
        run("new", site.url("/"), code=1)
        assert site.requests == []


def test_a_region_without_an_entry_names_its_likes() -> None:
    assert "/ no region" in run("new", "--region", "四川省/德阳市/罗江县城", code=1)
    assert "--region" in run("new", code=2)


def test_saved_articles_give_the_template_of_their_site(in_folder: Path) -> None:
    saved = in_folder / "page.html"
    saved.write_bytes(written("items with a date beside"))
    files = []
    for i, title in enumerate(TITLES[:2]):
        path = in_folder / f"article{i}.html"
        path.write_text(
            f'<html><body><h1>{title}</h1><div class="news_txt"><p>{TEXT}</p></div>'
            "<p>发布时间：2026-11-18</p></body></html>",
            "utf-8",
        )
        files += ["--article", str(path)]
    found = json.loads(run("new", "--html", str(saved), "--base", BASE, "--json", *files))
    assert "body: div.news_txt" in found["source"]
    assert len(found["articles"]) == 2
    assert all(line.startswith("✓") for line in found["articles"])
    assert 12 <= len(found["source"].splitlines()) <= 25


def test_the_other_lists_of_a_page_are_offered(in_folder: Path) -> None:
    saved = in_folder / "page.html"
    sample = LISTS["a_short_list_of_favourites_beside_it"]()
    saved.write_bytes(sample.content)
    shown = run("new", "--html", str(saved), "--base", sample.base, "--key", "cn-one")
    assert "--list 2：3 条" in shown
    second = json.loads(
        run("new", "--html", str(saved), "--base", sample.base, "--list", "2", "--json")
    )
    assert len(second["rows"]) == 3
    assert [each["links"] for each in second["lists"]] == [8, 3]
