"""Importing by hand on the desk, with the real import code behind it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from crawler.config import load_config
from crawler.control.desk_import import DeskImporter
from crawler.importing.__main__ import handle
from crawler.importing.service import Service
from storage.models import Attachment, Document, ReviewAction
from tests.pipelines.attachments import files
from tests.review.conftest import Desk

NOTICE = [
    "示例市人民政府办公室关于印发低空经济实施方案的通知",
    "示政办发〔2026〕15号",
    "各区人民政府，市政府各部门：",
    "《低空经济实施方案》已经市政府同意，现印发给你们，请认真贯彻执行。" * 4,
    "示例市人民政府办公室",
    "2026年3月2日",
]
_TOKEN = re.compile(r'name="token" value="([0-9a-f]{32})"')


class Here:
    """The import process's own code, without the cost of a process each time."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def ask(self, request: Mapping[str, Any], content: bytes = b"") -> dict[str, Any]:
        return handle(self.service, request, content=content)


@pytest.fixture
def importing(desk: Desk, tmp_path: Path) -> Desk:
    """A desk whose imports go into its own database."""
    site = desk.app.state.site
    url = str(desk.db.write_engine.url)
    config = tmp_path / "dibao.toml"
    config.write_text(f"[storage]\nurl = '{url}'\ndata_dir = '{site.data_dir}'\n")
    site.importer = Here(Service(load_config(config), desk.db, config))
    return desk


def test_a_file_is_previewed_corrected_saved_and_taken_back(importing: Desk) -> None:
    visitor = importing.visitor("editor")
    assert 'href="/import"' in visitor.get("/items").text
    data = files.docx(NOTICE)
    page = visitor.post("/import", {"url": ""}, files={"file": ("通知.docx", data, "x/y")})
    assert page.status_code == 200, page.text[-2000:]
    for words in ("示政办发〔2026〕15号", "示例市人民政府办公室", "没有找到发布日期", "没有原网址"):
        assert words in page.text, words
    found = _TOKEN.search(page.text)
    assert found is not None
    with importing.db.reader() as session:
        before = session.scalars(select(Document.id).order_by(Document.id.desc())).first() or 0

    values = {"token": found[1], "title": "低空经济实施方案的通知", "published": "2026-03-05"}
    wrong = visitor.post("/import/save", {**values, "published": "2026-13-05"})
    assert "日期应形如" in wrong.text
    saved = visitor.post("/import/save", {**values, "publisher": "示例市政府"})
    assert saved.status_code == 303, saved.text[-2000:]
    number = int(re.findall(r"/items/(\d+)", saved.headers["location"])[0])
    assert number > before
    item = visitor.get(saved.headers["location"]).text
    for words in ("已录入", "手工录入", "撤销录入", "正文取自此附件", "2026-03-05", "示例市政府"):
        assert words in item, words
    again = visitor.post("/import/save", values)
    assert "预览已过期" in again.text

    undone = visitor.post(f"/items/{number}/import/undo")
    assert undone.headers["location"] == "/items?ok=import_removed"
    with importing.db.reader() as session:
        assert session.get(Document, number) is None
        assert (
            session.scalars(select(Attachment).where(Attachment.document_id == number)).all() == []
        )
        done = session.scalars(select(ReviewAction).where(ReviewAction.target_id == str(number)))
        assert [(row.action, row.actor) for row in done] == [
            ("import", "editor"),
            ("import_undone", "editor"),
        ]
    config = importing.app.state.site.importer.service.config_path
    importing.app.state.site.importer = DeskImporter(config)  # and once as a process
    crawled = visitor.post(f"/items/{before}/import/undo")
    assert "不是手工录入的" in crawled.text
    importing.app.state.site.importer = DeskImporter(Path("/nonexistent.toml"))
    assert "导入进程异常退出" in visitor.post(f"/items/{before}/import/undo").text


def test_pasted_text_and_hostile_pages(importing: Desk) -> None:
    visitor = importing.visitor("editor")
    text = (
        "关于召开座谈会的通知<img src=x onerror=alert(1)>\n定于2026年3月5日召开座谈会，请准时参加。"
    )
    page = visitor.post("/import", {"text": text, "publisher": "示例部"})
    assert "<img src=x" not in page.text
    assert "&lt;img src=x" in page.text
    assert "关于召开座谈会的通知" in page.text


class Recorded:
    """An importer that only notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Mapping[str, Any]] = []

    def ask(self, request: Mapping[str, Any], content: bytes = b"") -> dict[str, Any]:
        self.asked.append(request)
        return {"error": "x", "message": "不行 / no"}


def test_only_editors_import_and_bad_input_asks_nobody(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("review.shield.MAX_UPLOAD", 1 << 20)
    importer = Recorded()
    desk.app.state.site.importer = importer
    reader = desk.visitor("reader")
    assert reader.get("/import").status_code == 403
    assert reader.post("/import", {"text": "x"}).status_code == 403
    editor = desk.visitor("editor")
    for form, words in (
        ({}, "请给出网址、文件或文字之一"),
        ({"url": "file:///etc/passwd"}, "网址应以 http"),
        ({"url": "https://example.cn/", "published": "soon"}, "日期应形如"),
    ):
        answer = editor.post("/import", form)
        assert answer.status_code == 400
        assert words in answer.text
    assert importer.asked == []
    large = editor.post("/import", {}, files={"file": ("x", b"0" * (2 << 20), "x/y")})
    assert large.status_code == 413
    desk.app.state.site.importer = None
    assert "没有启用手工录入" in editor.get("/import").text
    assert editor.post("/import", {"text": "x"}).status_code == 404
