"""``dibao source record``: a recording of a site on loopback, read by a person, then tested."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crawler.cli import app
from tests.fault_server import FaultServer, Reply, html
from tests.spiders.test_induction import TITLES, written

TEXT = "为贯彻落实有关决策部署，扎实推进各项工作，现将有关事项通知如下，请结合实际认真执行。" * 8
SOURCE = """\
title: 示例市 通知公告
publisher: 示例市人民政府
region: CN
level: municipal
kind: html_list
url: {url}
row: ul.list > li
date: span::text
"""


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["source", *arguments])
    return done.exit_code, done.output


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sources").mkdir()
    (tmp_path / "dibao.toml").write_text(
        '[crawl]\ndelay = 0.0\nallow_private = ["127.0.0.1"]\ncatalog_folders = ["sources"]\n'
        'packaged_catalog = false\n[storage]\ndata_dir = "data"\n',
        "utf-8",
    )
    return tmp_path


def test_recording_fails_once_then_the_test_passes_until_the_file_is_wrong(home: Path) -> None:
    with FaultServer() as site:
        site.routes["/l/index.html"] = Reply(written("items with a date beside"))
        for i, title in enumerate(TITLES):
            site.routes[f"/l/202611/t202611_{1000 + i}.html"] = html(
                f"<h1>{title}</h1><p>发布时间：2026-11-{18 - 2 * i:02d}</p>"
                f"<div><p>{TEXT}</p></div>",
                title=title,
            )
        source = home / "sources" / "cn-rec.yaml"
        source.write_text(SOURCE.format(url=site.url("/l/index.html")), "utf-8")
        code, shown = run("record", "cn-rec")
        assert code == 1
        assert "expected.json" in shown
        assert run("record", "cn-rec")[0] == 1, "an older recording is kept"
        assert len(site.requests) == 5, "robots, list, three articles"
    folder = home / "data" / "gold" / "cn-rec"
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    assert [row["title"] for row in expected["rows"]] == TITLES
    assert len(expected["details"]) == 3
    assert expected["details"][0]["published_on"] == "2026-11-18"
    code, shown = run("test", "cn-rec")
    assert code == 0, shown
    source.write_text(source.read_text("utf-8").replace("span::text", "b::text"), "utf-8")
    text = (folder / "expected.json").read_text("utf-8").replace(TITLES[0], TITLES[0] + "（二）")
    (folder / "expected.json").write_text(text, "utf-8")
    code, shown = run("test", "cn-rec")
    assert code == 1
    assert "expected" in shown


def test_an_older_recording_is_kept_and_tested_with_the_layout_of_its_day(home: Path) -> None:
    source = home / "sources" / "cn-rec.yaml"
    folder = home / "data" / "gold" / "cn-rec"
    with FaultServer() as site:
        site.routes["/l/index.html"] = Reply(written("items with a date beside"))
        for i, title in enumerate(TITLES):
            site.routes[f"/l/202611/t202611_{1000 + i}.html"] = html(
                f'<div class="old"><p>{TEXT}</p></div><div class="more"><p>{TEXT[::-1]}</p></div>',
                title=title,
            )
        source.write_text(SOURCE.format(url=site.url("/l/index.html")) + "body: div.old\n", "utf-8")
        assert run("record", "cn-rec")[0] == 1
        text = (folder / "meta.json").read_text("utf-8")
        day = json.loads(text)["today"]  # it is made one of the time before the redesign
        (folder / "meta.json").write_text(text.replace(day, "2026-11-19"), "utf-8")
        rows = json.loads((folder / "expected.json").read_text("utf-8"))
        # the redesign: a table instead of a list, another box around the text
        site.routes["/l/index.html"] = Reply(written("a table"))
        for i, title in enumerate(TITLES):
            site.routes[f"/l/202611/t202611_{1000 + i}.html"] = html(
                f'<h1>{title}</h1><section class="new"><p>{TEXT}</p></section>', title=title
            )
        redesigned = SOURCE.format(url=site.url("/l/index.html")).replace(
            "row: ul.list > li\ndate: span::text", "row: table tr\ndate: td:nth-of-type(2)::text"
        )
        source.write_text(redesigned + "body: section.new\n", "utf-8")
        assert run("record", "cn-rec")[0] == 1, "neither --keep nor --force"
        assert run("record", "cn-rec", "--keep")[0] == 1
    assert json.loads((folder / "2026-11-19" / "expected.json").read_text("utf-8")) == rows
    code, shown = run("test", "cn-rec")
    assert code == 1, "without the older layout the older recording cannot be read"
    assert "2026-11-19" in shown
    older = (
        "layouts:\n- {until: 2026-11-20, row: ul.list > li, date: 'span::text', body: div.old}\n"
    )
    source.write_text(redesigned + "body: section.new\n" + older, "utf-8")
    code, shown = run("test", "cn-rec")
    assert code == 0, shown
    assert "2 份样例，2 份一致" in shown


def test_a_site_that_is_away_leaves_nothing_behind(home: Path) -> None:
    with FaultServer() as site:
        (home / "sources" / "cn-rec.yaml").write_text(SOURCE.format(url=site.url("/x")), "utf-8")
        code, shown = run("record", "cn-rec")
    assert code == 1
    assert "nothing recorded" in shown
    assert not (home / "data" / "gold" / "cn-rec").exists()


def test_the_live_test_reads_list_and_articles_and_says_what_to_do(home: Path) -> None:
    with FaultServer() as site:
        site.routes["/l/index.html"] = Reply(written("items with a date beside"))
        for i, title in enumerate(TITLES):
            site.routes[f"/l/202611/t202611_{1000 + i}.html"] = html(
                f"<h1>{title}</h1><div><p>{TEXT}</p></div>", title=title
            )
        source = home / "sources" / "cn-rec.yaml"
        source.write_text(SOURCE.format(url=site.url("/l/index.html")), "utf-8")
        site.routes[f"/l/202611/t202611_{1000}.html"] = html("<p>页面不存在</p>")
        code, shown = run("test", "cn-rec", "--live")
    assert code == 1
    assert "6 条，其中 6 条有日期" in shown
    assert "✓ 2026-11-16" in shown, "the second article is as it should be"
    assert "结论：未通过" in shown
