"""``dibao import``: addresses, saved pages, WeChat articles, MHTML, files; twice; undone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from crawler.cli import app
from crawler.importing.material import Given, material_of
from storage.models import Attachment, Document, DocumentVersion, Source, StoredFile
from storage.search import search
from tests.crawler.fetch.lab import Lab, article, listing
from tests.fault_server import FaultServer, Reply, html
from tests.pipelines.attachments import files

WECHAT = """<!DOCTYPE html><html><head><title></title>
<meta property="og:title" content="关于开展数据要素试点工作的解读" />
<meta property="og:url" content="http://mp.weixin.qq.com/s?__biz=MzA&amp;mid=1&amp;sn=ab" />
</head><body class="rich_media"><h1 class="rich_media_title" id="activity-name">
  关于开展数据要素试点工作的解读 </h1>
<div id="meta_content"><a id="js_name"> 示例发布 </a><em id="publish_time"></em></div>
<div class="rich_media_content" id="js_content" style="visibility: hidden;">
<p>数据要素试点工作自今年起在全国开展，覆盖十个省市，重点支持公共数据授权运营。</p>
<p>各地应当建立协调机制，明确责任单位，按季度报送进展，及时总结可复制可推广的经验。</p>
<p>试点期为两年，期满后由示例部组织评估，评估结果向社会公开。</p></div>
<script>var ct = "1767571200"; var nickname = htmlDecode("示例发布");</script></body></html>"""
NOTICE = [
    "示例市人民政府办公室文件",
    "示政办发〔2026〕15号",
    "示例市人民政府办公室关于印发低空经济实施方案的通知",
    "各区人民政府，市政府各部门：",
    "《低空经济实施方案》已经市政府同意，现印发给你们，请认真贯彻执行。" * 3,
    "示例市人民政府办公室",
    "2026年3月2日",
]


def run(lab: Lab, *arguments: str, code: int = 0) -> Any:
    """The command with JSON output."""
    options = ["import", *arguments, "--config", str(lab.config_path), "--json", "--no-files"]
    result = CliRunner().invoke(app, options)
    assert result.exit_code == code, (result.output, result.exception)
    return json.loads(result.stdout)


def write(lab: Lab, name: str, data: str | bytes) -> str:
    path = lab.folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return str(path)


def test_a_wechat_article_with_its_account_and_hidden_date(lab: Lab) -> None:
    path = write(lab, "wechat.html", WECHAT)
    (seen,) = run(lab, path, "--preview")
    assert seen["title"] == "关于开展数据要素试点工作的解读"
    assert (seen["publisher"], seen["published_on"]) == ("示例发布", "2026-01-05")
    assert seen["url"].startswith("http://mp.weixin.qq.com/s?")
    assert seen["warnings"] == []
    assert not list((lab.folder / "data").glob("imports/*"))
    with lab.db.reader() as session:
        assert session.scalar(select(func.count()).select_from(Document)) == 0

    (first,) = run(lab, path)
    (second,) = run(lab, path)
    assert (first["outcome"], second["outcome"]) == ("new", "unchanged")
    assert first["id"] == second["id"]
    with lab.db.reader() as session:
        version = session.scalars(select(DocumentVersion)).one()
        assert version.details is not None
        assert (version.details["origin"], version.details["by"]) == ("import", "cli")
        assert "公共数据授权运营" in version.body_text
        source = session.scalars(select(Source)).one()
        assert (source.key, source.status, source.title) == ("manual-import", "manual", "手工录入")
        assert len(search(session, "公共数据授权运营")) == 1
    lab.html_source("cn-other", "http://example.org/list")
    lab.sync()
    with lab.db.reader() as session:
        assert (
            session.scalar(select(Source.retired_at).where(Source.key == "manual-import")) is None
        )


def test_a_file_is_the_text_and_stays_with_the_document(lab: Lab) -> None:
    path = write(lab, "附件 通知.docx", files.docx(NOTICE))
    (done,) = run(lab, path, "--published", "2026-03-03", "--source-title", "示例市人民政府")
    assert done["title"] == "示例市人民政府办公室关于印发低空经济实施方案的通知"
    assert (done["doc_number"], done["published_on"]) == ("示政办发〔2026〕15号", "2026-03-03")
    assert done["issuing_bodies"] == ["示例市人民政府办公室"]
    assert done["warnings"] == ["no_url"]
    with lab.db.reader() as session:
        row = session.scalars(select(Attachment)).one()
        assert (row.state, row.role, row.name) == ("stored", "body", "附件 通知.docx")
        stored = session.scalars(select(StoredFile)).one()
        blob = lab.folder / "data" / "blobs" / stored.path
        assert blob.is_file()
        version = session.scalars(select(DocumentVersion)).one()
        dates = [row for row in version.evidence if row["field"] == "published_on"]
        assert [(row["rule"], row["place"]) for row in dates] == [("by_hand", "import")]
    assert run(lab, path)[0]["outcome"] == "unchanged"

    removed = CliRunner().invoke(
        app, ["import", "--undo", str(done["id"]), "--config", str(lab.config_path)]
    )
    assert removed.exit_code == 0, removed.output
    with lab.db.reader() as session:
        assert session.scalars(select(Document)).all() == []
        assert session.scalars(select(StoredFile)).all() == []
        assert search(session, "低空经济") == []
    assert not blob.exists()
    assert run(lab, path)[0]["outcome"] == "new"


def test_addresses_are_fetched_with_manners_and_known_ones_are_shown(
    lab: Lab, server: FaultServer
) -> None:
    server.routes["/list"] = html(listing([("/a/1.html", "关于第1号试点工作的通知")]))
    server.routes["/a/1.html"] = html(article(1))
    server.routes["/a/2.html"] = html(article(2))
    server.routes["/f/3.pdf"] = Reply(files.docx(NOTICE), content_type="application/pdf")
    shell = '<p>现予印发，请认真贯彻执行。</p><p><a href="/f/3.pdf">附件：实施方案.docx</a></p>'
    server.routes["/a/4.html"] = html(f"<h1>关于印发实施方案的通知</h1><div>{shell}</div>")
    server.robots("User-agent: *\nDisallow: /secret/\n")
    lab.html_source("cn-crawled", server.url("/list"))
    assert lab.run("cn-crawled").counts["new"] == 1
    hits = server.hits("/a/1.html")
    targets = [server.url(path) for path in ("/a/1.html", "/a/2.html", "/f/3.pdf", "/a/4.html")]
    targets.append(server.url("/secret/x"))
    targets += ["http://10.0.0.1/inside", str(lab.folder / "absent.pdf")]
    found = run(lab, *targets, code=3)
    assert [row["outcome"] for row in found] == ["known", *["new"] * 3, *["failed"] * 3]
    assert (found[0]["known"], server.hits("/a/1.html")) == (1, hits)
    assert found[1]["published_on"] == "2026-03-03"
    assert found[2]["kind"] == "docx"
    assert [row["code"] for row in found[4:]] == ["robots_denied", "blocked_address", "unreadable"]
    assert server.hits("/secret/x") == 0
    filled = found[3]
    assert filled["doc_number"] == "示政办发〔2026〕15号"
    assert filled["preview"].startswith("现予印发，请认真贯彻执行。\n示例市人民政府办公室文件")
    assert server.hits("/robots.txt") == 1
    for number in ("1", "99"):  # a crawl brought it; nothing is there
        options = ["import", "--undo", number, "--config", str(lab.config_path)]
        assert CliRunner().invoke(app, options).exit_code == 1
    assert "/a/1.html" in lab.documents()


def test_saved_pages_say_where_they_are_from() -> None:
    saved = (
        "<!-- saved from url=(0031)https://www.example.gov.cn/a/1.html -->\n<html><body><p>x</p>"
    )
    assert material_of(saved.encode(), Given()).url == "https://www.example.gov.cn/a/1.html"
    given = Given(url="https://other.example.cn/2")
    assert material_of(saved.encode(), given).url == "https://other.example.cn/2"
    archive = (
        "From: <Saved by a browser>\r\nSnapshot-Content-Location: https://www.example.cn/3.html\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="b"\r\n'
        "\r\n--b\r\nContent-Type: text/html; charset=gbk\r\nContent-Transfer-Encoding: "
        "quoted-printable\r\n\r\n<html><body><p>=C4=E3=BA=C3</p></body></html>\r\n--b--\r\n"
    )
    found = material_of(archive.encode(), Given())
    assert (found.form, found.url, found.charset) == (
        "html",
        "https://www.example.cn/3.html",
        "gbk",
    )
    assert "你好".encode("gbk") in found.content


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"   ", "empty_body"),
        ("<html><title>404</title><body><h1>404</h1><p>您访问的页面不存在</p></body></html>".encode(),
         "not_an_article"),
        (b"<html><body></body></html>", "empty_body"),
    ],
)  # fmt: skip
def test_what_is_no_article_is_refused_by_name(lab: Lab, data: bytes, code: str) -> None:
    (found,) = run(lab, write(lab, "x.html", data), code=1)
    assert (found["outcome"], found["code"]) == ("failed", code)


def test_pasted_text_and_warnings(lab: Lab) -> None:
    text = "关于召开座谈会的通知\n定于下周召开座谈会，请准时参加。"
    (found,) = run(lab, write(lab, "note.txt", text))
    assert (found["outcome"], found["title"]) == ("new", "关于召开座谈会的通知")
    assert set(found["warnings"]) == {"no_date", "no_url", "no_publisher", "short_text"}
