"""Files on the item page: states in words, safe downloads, text as a page."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import select

from pipelines.attachments.errors import FileProblem
from review.i18n import LANGUAGES, catalogue
from storage.attachments import FileFacts, FileReading, file_failed, link_file, put_file
from storage.blobs import BlobStore
from storage.models import Attachment
from tests.review.conftest import Desk
from tests.review.sample import NOW
from tests.review.test_event_references import put

EVIL = b"<html><script>alert(1)</script></html>"


def keep(desk: Desk, data: bytes, reading: FileReading, *, name: str) -> tuple[int, int]:
    """A file stored for the first attachment of the sample; attachment and item id."""
    blobs = BlobStore(Path(desk.app.state.site.data_dir) / "blobs")
    blob = blobs.put([data], limit=1 << 20)
    facts = FileFacts(blob.sha256, blob.size, blob.path, file_name=name)
    with desk.db.writer() as session:
        row = session.scalars(select(Attachment).order_by(Attachment.id)).first()
        assert row is not None
        put_file(session, facts, reading, now=NOW, reader_version="1")
        link_file(session, row.id, facts, media_type=reading.media_type, now=NOW)
        return row.id, row.document_id


def test_a_read_file_is_shown_found_and_downloaded(desk: Desk) -> None:
    reading = FileReading(
        "docx", "application/x", "read", pages=None, tables=1,
        text="附件里的独有词句：鲲鹏调度平台。", html="<p>附件里的独有词句：鲲鹏调度平台。</p>",
    )  # fmt: skip
    file_id, item_id = keep(desk, b"PK..", reading, name="方案.docx")
    visitor = desk.visitor("reader")
    page = visitor.get(f"/items/{item_id}").text
    for words in ("Word", "已读取", "1 个表格", "鲲鹏调度平台", f'href="/files/{file_id}"'):
        assert words in page, words
    listed = visitor.get("/items", params={"q": "鲲鹏调度平台"}).text
    assert "附件《" in listed
    text = visitor.get(f"/files/{file_id}/text")
    assert "<p>附件里的独有词句" in text.text
    answer = visitor.get(f"/files/{file_id}")
    assert answer.content == b"PK.."
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert "%E6%96%B9%E6%A1%88.docx" in answer.headers["content-disposition"]


def test_a_page_under_the_name_of_a_file_can_do_nothing(desk: Desk) -> None:
    reading = FileReading("html", "text/html", "unread", "not_the_file", detail="login")
    name = 'x".pdf\r\nset-cookie: a=b'
    file_id, item_id = keep(desk, EVIL, reading, name=name)
    visitor = desk.visitor("reader")
    assert "是网页，不是文件" in visitor.get(f"/items/{item_id}").text
    answer = visitor.get(f"/files/{file_id}")
    assert answer.content == EVIL
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers
    assert answer.headers["content-disposition"].count('"') == 2
    assert ".html.txt" in answer.headers["content-disposition"]
    assert visitor.get(f"/files/{file_id}/text").status_code == 404


def test_files_that_are_not_there(desk: Desk) -> None:
    visitor = desk.visitor("reader")
    for path in ("/files/1", "/files/0", "/files/99999", f"/files/{2**70}", "/files/1/text"):
        assert visitor.get(path).status_code == 404, path
    with desk.db.writer() as session:
        row = session.scalars(select(Attachment).order_by(Attachment.id)).first()
        assert row is not None
        item = row.document_id
        file_failed(session, row.id, code="too_large", detail="", retry=False, now=NOW)
    page = visitor.get(f"/items/{item}").text
    assert "已跳过" in page
    assert "内容过大" in page


def test_every_trouble_with_files_has_a_name() -> None:
    codes = {kind.code for kind in FileProblem.__subclasses__()} | {FileProblem.code}
    for language in LANGUAGES:
        assert {code for code in codes if f"error_name.{code}" not in catalogue(language)} == set()


def test_a_notice_is_compared_by_the_text_of_its_file(desk: Desk) -> None:
    clauses = "\n".join(f"第{n}条 企业应当备案，期限{n}日。" for n in "一二三四五六七八")
    reading = FileReading("docx", "application/x", "read", text=clauses, html="<p>x</p>")
    _, item = keep(desk, b"PK..", reading, name="草案.docx")
    final = put(desk, "示例省企业备案办法", clauses.replace("七日", "九日"), day=date(2026, 9, 1))
    reader = desk.visitor("reader")
    page = reader.page(f"/compare?a={item}&b={final}")
    assert "几乎没有对得上的条款" in page.one(".note.warn").text()
    choice = page.one("thead .files a:last-child")
    assert choice.text().startswith("附件：关于公布2026年")
    page = reader.page(choice.attr("href"))
    assert not page.has(".note.warn")
    assert [row.all("td")[2].text() for row in page.all("tr.change")] == ["修改"]
    assert "旧" in page.one("thead th").text()
    assert reader.get(f"/compare?a={item}f2&b={final}").status_code == 404
    word = reader.get(f"/compare/file?as=csv&a={item}f1&b={final}")
    assert "期限" in word.text
