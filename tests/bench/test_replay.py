"""The replay on a made-up corpus: two pages and a list, through servers, crawl, digest and mail."""

from __future__ import annotations

import email
import email.policy
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from bench.replay import content_type, main, true_charset
from bench.replay_corpus import load_corpus

ENGLISH = """<!DOCTYPE html><html><head><meta charset="utf-8">
<title>Regulator publishes rules for tokenised deposits | Sample News</title></head><body>
<nav><a href="/">Home</a></nav><article><h1>Regulator publishes rules for tokenised deposits</h1>
<time datetime="2026-03-04T09:00:00Z">4 March 2026</time>{}</article></body></html>"""
CHINESE = """<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<title>关于开展数据要素试点工作的通知</title></head><body><h1>关于开展数据要素试点工作的通知</h1>
<p>发布时间：2026-03-05 来源：样例市数据局</p><div class="article">{}</div></body></html>"""
LIST = """<html><head><meta charset="gb2312"></head><body><ul class="news">
<li><a href="/art/2.html">关于开展数据要素试点工作的通知</a></li>
<li><a href="/art/gone.html">关于已经撤下的文件的通知</a></li></ul></body></html>"""


def _paragraphs(text: str, *, count: int) -> str:
    return "".join(f"<p>{text.format(number)}</p>" for number in range(count))


def _set(root: Path, name: str, rows: list[tuple[dict[str, Any], bytes]]) -> None:
    folder = root / name
    (folder / "pages").mkdir(parents=True)
    lines = []
    for row, content in rows:
        file = f"pages/{row['id']}.html.gz"
        (folder / file).write_bytes(gzip.compress(content))
        lines.append(json.dumps({**row, "file": file}, ensure_ascii=False))
    (folder / "manifest.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    root = tmp_path / "corpora"
    english = ENGLISH.format(
        _paragraphs(
            "Banks must report point {} of their tokenised deposits to the regulator every month, "
            "the authority said, and keep the records for five years.",
            count=5,
        )
    )
    chinese = CHINESE.format(
        _paragraphs("第{}项任务：各区数据主管部门应当组织企业申报，并于年底前报送总结。", count=6)
    )
    pages: list[tuple[dict[str, Any], bytes]] = [
        (
            {
                "id": "made_1",
                "kind": "article",
                "lang": "en",
                "url": "https://news.sample-media.example/2026/rules.html?utm_source=feed",
                "gold": {"title": "Regulator publishes rules for tokenised deposits"},
            },
            english.encode(),
        ),
        (
            {
                "id": "made_2",
                "kind": "article",
                "lang": "zh",
                "url": "http://data.sample-city.example/art/2.html",
                "gold": {"title": "关于开展数据要素试点工作的通知", "date": "2026-03-05"},
            },
            chinese.encode("gb18030"),
        ),
    ]
    _set(root, "made_articles", pages)
    row = {"id": "made_list", "kind": "list-html", "item_selector": "//ul[@class='news']/li"}
    row["url"] = "http://data.sample-city.example/list.html"
    _set(root, "made_lists", [(row, LIST.encode("gb18030"))])
    return root


def test_saved_pages_go_through_the_whole_line(
    corpora: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep = tmp_path / "kept"
    arguments = [str(corpora), "--any-port", "--json", "--show", "2", "--keep", str(keep)]
    assert main(arguments) == 0
    found = json.loads(capsys.readouterr().out)
    # the Chinese page is listed by its set and by the saved list
    assert (found["documents"], found["served"]["pages_never_asked_for"]) == (3, 0)
    articles = next(row for row in found["sets"] if row["set"] == "made_articles")
    assert (articles["title"], articles["date"]) == ("3/3", "2/2")
    assert [(one["code"], one["count"]) for one in found["failures"]] == [("gone", 1)]
    assert [(one["listed"], one["gold"]) for one in found["lists"]] == [(2, None)]
    assert found["source_errors"] == []
    assert found["cpu_ms_per_document"] > 0
    assert len(found["shown"]) == 2
    mail = found["digest"]
    assert (mail["outcome"], mail["items"], mail["mails"]) == ("sent", 2, 1)
    message = email.message_from_bytes(
        next((keep / "mailbox").glob("*.eml")).read_bytes(), policy=email.policy.default
    )
    body = message.get_body(("plain",))
    assert body is not None
    assert "数据要素试点" in body.get_content()


def test_what_cannot_be_replayed_is_said(
    corpora: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([str(corpora), "--only", "no_such_set"])
    assert "no_such_set" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([str(corpora), "--keep", str(corpora)])
    assert "not empty" in capsys.readouterr().err
    assert [page.id for page in load_corpus(corpora, limit=1).pages] == ["made_1"]


def test_a_header_never_names_a_charset_that_the_page_is_not_in(corpora: Path) -> None:
    assert true_charset("<meta charset=gb2312>试点".encode("gb18030")) == "gb2312"
    assert true_charset("<meta charset=gb2312>试点".encode()) == "utf-8"
    assert true_charset(b"<meta charset=utf-8>\xff\xfe\xb1") is None
    known = {content_type(page) for page in load_corpus(corpora).pages}
    assert known <= {"text/html", "text/html; charset=utf-8", "text/html; charset=gb2312"}
