"""Files of articles in real crawls: fetched politely, stored once, read apart, searchable."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from pipelines.attachments.reading import READER_VERSION
from storage.attachments import reopen_files
from storage.file_views import FileView, file_views
from storage.models import Attachment, Document, DocumentVersion, StoredFile
from storage.search import search
from tests.crawler.fetch.lab import Lab, article, listing
from tests.fault_server import FaultServer, Reply, html
from tests.pipelines.attachments import files

LOGIN = "<html><body><form>请先登录：用户名 <input> 密码 <input type=password></form></body></html>"
PLAN = [
    "关于元宇宙试点的实施方案",
    "示部发〔2026〕7号",
    "各单位：",
    "第一条 建设量子计算公共平台。" * 12,
]
PLAN += ["示例部", "2026年2月27日"]
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def page(number: int, links: dict[str, str], *, text: str | None = None) -> Reply:
    """An article with links to files."""
    anchors = "".join(f'<p><a href="{url}">{name}</a></p>' for url, name in links.items())
    if text is None:
        return html(article(number).replace("</div>", anchors + "</div>", 2))
    body = f'<div class="article"><p>{text}</p>{anchors}</div>'
    head = f"<h1>关于第{number}号试点工作的通知</h1><p>发布时间：2026-03-02 来源：测试部</p>"
    return html(head + body)


def file(body: bytes, **more: str) -> Reply:
    """A file with an ETag."""
    return Reply(body, content_type=more.get("type", "application/octet-stream"), etag='"f1"')


def views(lab: Lab) -> dict[str, FileView]:
    """Attachments by the end of their address."""
    with lab.db.reader() as session:
        return {view.url.rsplit("/", 1)[-1]: view for view in file_views(session)}


def _troubles(server: FaultServer) -> None:
    """Two articles with files of every kind of luck."""
    plan = files.docx(
        ["附件正文：量子计算公共平台建设任务分工。"], rows=[("序号", "任务"), ("1", "平台")]
    )
    rows = [(f"/a/{n}.html", f"关于第{n}号试点工作的通知") for n in (1, 2)]
    server.routes["/list"] = html(listing(rows))
    server.routes["/a/1.html"] = page(
        1,
        {
            "/f/plan.docx": "附件1：任务分工.docx",
            "/f/login.pdf": "附件2：名单.pdf",
            "/f/gone.pdf": "附件3.pdf",
            "/f/huge.zip": "附件4：资料.zip",
            "/f/empty.xls": "附件5.xls",
            "http://169.254.169.254/meta.pdf": "附件6.pdf",
        },
    )
    server.routes["/a/2.html"] = page(2, {"/f/copy.docx": "附件：任务分工（副本）.docx"})
    server.routes["/f/plan.docx"] = server.routes["/f/copy.docx"] = file(plan)
    server.routes["/f/login.pdf"] = Reply(LOGIN.encode(), content_type="application/pdf")
    server.routes["/f/huge.zip"] = Reply(b"0" * 3_000_000, content_type=None, length=-1)
    server.routes["/f/empty.xls"] = file(b"")


def test_files_are_stored_once_and_every_trouble_has_a_name(lab: Lab, server: FaultServer) -> None:
    _troubles(server)
    lab.html_source("cn-files", server.url("/list"))
    with lab.config_path.open("a") as config:
        config.write("[attachments]\nmax_size = '1 MB'\n")
    done = lab.run("cn-files")
    assert (done.state, done.counts["new"], done.counts["failed"]) == ("ok", 2, 0), done.log

    found = views(lab)
    states = {
        name: (v.state, v.text_state, v.error_code or v.text_code) for name, v in found.items()
    }
    assert states == {
        "plan.docx": ("stored", "read", None),
        "copy.docx": ("stored", "read", None),
        "login.pdf": ("failed", None, "not_the_file"),
        "gone.pdf": ("failed", None, "gone"),  # it may still come
        "huge.zip": ("skipped", None, "too_large"),
        "empty.xls": ("failed", None, "file_empty"),
        "meta.pdf": ("skipped", None, "blocked_address"),
    }
    assert found["plan.docx"].sha256 == found["copy.docx"].sha256
    assert found["plan.docx"].media_type == DOCX
    assert found["plan.docx"].tables == 1
    assert found["login.pdf"].error_detail == "login"
    blobs = [path for path in (lab.folder / "data" / "blobs").rglob("*") if path.is_file()]
    assert len(blobs) == 1
    with lab.db.reader() as session:
        hits = search(session, "量子计算公共平台")
        assert [hit.document_id for hit in hits] == [2, 1]
        assert "".join(part.text for part in hits[0].snippet).startswith("附件《")
        assert session.scalars(select(StoredFile.reader_version)).all() == [READER_VERSION]

    _age_files(lab)  # files are looked at again although nobody asks for their pages
    asked = server.hits("/a/1.html")
    anew = files.docx(["附件正文：任务分工调整为脑机接口验证平台。"])
    server.routes["/f/plan.docx"] = Reply(anew, etag='"f2"')
    assert lab.run("cn-files").state == "ok"
    assert server.hits("/a/1.html") == asked
    assert server.hits("/f/plan.docx") == server.hits("/f/copy.docx") == 2
    with lab.db.reader() as session:
        assert [hit.document_id for hit in search(session, "脑机接口验证平台")] == [1]
        assert [hit.document_id for hit in search(session, "量子计算公共平台")] == [2]


def test_a_shell_takes_text_and_facts_from_its_file(lab: Lab, server: FaultServer) -> None:
    server.routes["/list"] = html(listing([("/a/1.html", "关于第1号试点工作的通知")]))
    server.routes["/a/1.html"] = page(
        1, {"/f/plan.docx": "附件：实施方案.docx"}, text="现予印发，请认真贯彻执行。"
    )
    server.routes["/f/plan.docx"] = file(files.docx(PLAN))
    lab.html_source("cn-shell", server.url("/list"), recheck="0s")
    first = lab.run("cn-shell")
    assert (first.state, first.counts["new"]) == ("ok", 1), first.log
    with lab.db.reader() as session:
        document = session.scalars(select(Document)).one()
        version = session.scalars(select(DocumentVersion)).one()
        assert version.body_text.startswith("现予印发，请认真贯彻执行。\n关于元宇宙试点的实施方案")
        assert "<p>第一条" in version.body_html
        assert document.doc_number == "示部发〔2026〕7号"
        evidence = {row["field"]: row for row in version.evidence}
        assert evidence["doc_number"]["place"] == "attachment"
        assert (
            evidence["body"]["value"] == "实施方案.docx" or "实施方案" in evidence["body"]["value"]
        )
        assert version.details is not None
        assert "body_from_attachment" in version.details["flags"]
        assert session.scalars(select(Attachment.role)).all() == ["body"]
    assert server.hits("/f/plan.docx") == 1

    second = lab.run("cn-shell")  # looked at again: our copy of the file is fresh
    assert (second.counts["unchanged"], second.counts["changed"]) == (1, 0), second.log
    assert server.hits("/f/plan.docx") == 1

    _age_files(lab)
    third = lab.run("cn-shell")
    assert (third.counts["unchanged"], server.hits("/f/plan.docx")) == (1, 2), third.log
    assert server.requests[-1].headers.get("if-none-match") == '"f1"'

    _age_files(lab)
    server.routes["/f/plan.docx"] = file(files.docx([*PLAN, "第二条 新增内容。"]))
    server.routes["/f/plan.docx"] = Reply(files.docx([*PLAN, "第二条 新增内容。"]), etag='"f2"')
    fourth = lab.run("cn-shell")
    assert fourth.counts["changed"] == 1, fourth.log
    assert "新增内容" in lab.text_of("/a/1.html")


def _age_files(lab: Lab) -> None:
    """As if the files had been looked at eight days ago."""
    long_ago = datetime.now(UTC) - timedelta(days=8)
    with lab.db.writer() as session:
        session.execute(update(Attachment).values(checked_at=long_ago))


def test_what_one_run_leaves_the_next_one_takes_up(lab: Lab, server: FaultServer) -> None:
    server.routes["/list"] = html(listing([("/a/1.html", "关于第1号试点工作的通知")]))
    links = {f"/f/{n}.docx": f"附件{n}：材料{n}.docx" for n in range(4)}
    server.routes["/a/1.html"] = page(1, links)
    for n in range(4):
        server.routes[f"/f/{n}.docx"] = file(files.docx([f"第{n}份材料的内容"]))
    server.routes["/f/3.docx"] = [Reply(b"", 403), file(files.docx(["第3份材料的内容"]))]
    server.robots("User-agent: *\nDisallow: /f/2.docx\n")
    lab.html_source("cn-later", server.url("/list"))
    with lab.config_path.open("a") as config:
        config.write("[attachments]\nper_run = 1\nper_document = 4\n")
    assert lab.run("cn-later").state == "ok"
    assert sorted(view.state for view in views(lab).values()).count("listed") == 3
    for _ in range(3):
        lab.run("cn-later")
    found = views(lab)
    assert {name: (v.state, v.error_code) for name, v in found.items()} == {
        "0.docx": ("stored", None),
        "1.docx": ("stored", None),
        "2.docx": ("skipped", "robots_denied"),
        "3.docx": ("failed", "blocked"),
    }
    with lab.db.writer() as session:
        assert reopen_files(session, codes=["blocked"]) == 1
    assert lab.run("cn-later").state == "ok"
    assert views(lab)["3.docx"].text_state == "read"
    assert server.hits("/f/2.docx") == 0
