"""Files that lie, break, bite or never end: each a named state, none of them harm."""

from __future__ import annotations

import os
import stat
import struct
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from pipelines.attachments.limited import read_limited
from pipelines.attachments.model import FileText, Limits
from pipelines.attachments.names import disposition_name, safe_name
from pipelines.attachments.reading import read_file
from tests.pipelines.attachments import files

ENTITY = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    b'<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>'
)


def read(data: bytes, **limits: int) -> FileText:
    return read_file(data, limits=Limits(**limits))


def encrypted_zip() -> bytes:
    data = bytearray(files.zipped({"a.txt": b"secret"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.index(mark) + offset
        data[place] |= 1
    return bytes(data)


def linked_zip() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("link.txt")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


def lying_zip() -> bytes:
    """A member that unpacks to more than its header says."""
    data = bytearray(files.zipped({"a.txt": b"0" * 3_000_000}))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(mark) + offset, 100)
    return bytes(data)


CASES = {
    "a login page": (
        "<html><body><form>请登录 用户名 密码<input type=password></form></body></html>".encode(),
        ("html", "unread", "not_the_file"),
    ),
    "nothing": (b"", ("empty", "unread", "file_empty")),
    "noise": (bytes(range(256)) * 40, ("unknown", "unread", "kind_unread")),
    "old slides": (
        files.compound({"PowerPoint Document": b"x"}),
        ("ppt", "unread", "kind_unread"),
    ),
    "rar": (b"Rar!\x1a\x07\x01\x00....", ("rar", "unread", "kind_unread")),
    "a cut pdf": (files.pdf([b""])[:60], ("pdf", "unread", "file_damaged")),
    "a pdf with a password": (
        files.pdf([b""], trailer=b"/ID [<00><00>] /Encrypt << /Filter /Standard /V 1 /R 2 "
                  b"/O (%s) /U (%s) /P -4 >>" % (b"a" * 32, b"b" * 32)),
        ("pdf", "unread", "file_encrypted"),
    ),
    "word with a password": (
        files.word_97(["正文\r"], flags=0x0100), ("doc", "unread", "file_encrypted")
    ),
    "word 95": (files.word_97(["正文\r"], magic=0xA5DC), ("doc", "unread", "kind_unread")),
    "office with a password": (
        files.compound({"EncryptedPackage": b"x"}), ("ole", "unread", "file_encrypted")
    ),
    "entities in a docx": (
        files.zipped({"word/document.xml": ENTITY, "[Content_Types].xml": b"<t/>"}),
        ("docx", "unread", "file_hostile"),
    ),
    "entities in an ofd": (files.zipped({"OFD.xml": ENTITY}), ("ofd", "unread", "file_hostile")),
    "entities in an xlsx": (
        files.zipped({"xl/workbook.xml": ENTITY, "[Content_Types].xml": b"<t/>"}),
        ("xlsx", "unread", "file_hostile"),
    ),
    "an encrypted ofd": (
        files.ofd([[(20, 20, "正文")]], **{"Encryptions.xml": b"<e/>"}),
        ("ofd", "unread", "file_encrypted"),
    ),
    "a bomb": (files.zipped({"0": b"0" * 20_000_000}), ("zip", "unread", "archive_bomb")),
    "a bomb in a docx": (
        files.zipped({"word/document.xml": b"<a>" + b" " * 20_000_000}),
        ("docx", "unread", "archive_bomb"),
    ),
    "a climbing name": (files.zipped({"../../x.txt": b"a"}), ("zip", "unread", "archive_path")),
    "an absolute name": (files.zipped({"/etc/x": b"a"}), ("zip", "unread", "archive_path")),
    "a drive": (files.zipped({"C:\\x.txt": b"a"}), ("zip", "unread", "archive_path")),
    "a link": (linked_zip(), ("zip", "unread", "archive_path")),
    "a locked archive": (encrypted_zip(), ("zip", "unread", "file_encrypted")),
    "a lying header": (lying_zip(), ("zip", "unread", "file_damaged")),
    "archives in archives": (
        files.zipped({"in.zip": files.zipped({"a.txt": b"text"})}),
        ("zip", "unread", "archive_nested"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_has_its_state(case: str) -> None:
    data, expected = CASES[case]
    found = read(data)
    assert (found.kind, found.state, found.code) == expected
    assert found.text == ""
    assert "root:" not in found.detail


def test_a_good_member_is_read_beside_a_nested_archive() -> None:
    inner = files.zipped({"a.txt": b"text"})
    found = read(files.zipped({"in.zip": inner, "正文.txt": "第一条".encode()}))
    assert found.state == "read"
    assert [(m.name, m.state, m.code) for m in found.members] == [
        ("in.zip", "unread", "archive_nested"),
        ("正文.txt", "read", None),
    ]
    assert found.text == "正文.txt\n第一条"


def test_absurd_numbers_fail_closed() -> None:
    many = files.zipped({f"{n}.txt": b"" for n in range(60)})
    assert read(many, entries=50).code == "too_many_pages"
    assert read(files.pdf([b""] * 6), pages=5).code == "too_many_pages"
    assert read("字".encode() * 3000, text=1000).code == "text_cut"


@pytest.mark.parametrize("length", [200, 700, 1500, 3000])
def test_cut_and_mangled_files_never_raise(length: int) -> None:
    whole = [
        files.docx(["正文"]),
        files.word_97(["正文\r" * 50]),
        files.biff_8([["甲"]]),
        files.ofd([[(20, 20, "正文")]]),
        files.pdf([files.shown([(70, 700, "text")])]),
    ]
    for data in whole:
        mangled = bytearray(data)
        for place in range(length % 97, len(mangled), length):
            mangled[place] ^= 0xFF
        for broken in (data[:length], bytes(mangled)):
            found = read(broken)
            assert found.state in ("read", "no_text", "unread")


PROBE = """
import json, os, sys
sys.stdin.buffer.readline()
from pipelines.attachments.worker import prepare, restrict
prepare()
restrict(memory=800_000_000, seconds=5)
import socket
results = []
def attempt(name, call):
    try:
        call()
        results.append(name)
    except BaseException:
        pass
attempt("connect", lambda: socket.create_connection(("127.0.0.1", 9)))
attempt("socket", lambda: socket.socket())
attempt("fork", os.fork)
attempt("run", lambda: os.system("true"))
attempt("write", lambda: open(%r, "w").write("x"))
attempt("memory", lambda: bytearray(2_000_000_000))
from pipelines.attachments.model import FileText
print(json.dumps(FileText("txt", "read", text="|".join(results)).to_json()))
"""


def test_the_reading_process_can_do_no_harm(tmp_path: Path) -> None:
    """No network, no processes, no files to write, no more memory than allowed; no secrets."""
    file = tmp_path / "x"
    file.write_bytes(b"x")
    target = str(tmp_path / "written")
    command = [sys.executable, "-P", "-c", PROBE % target]
    found = read_limited(file, limits=Limits(), command=command)
    assert (found.state, found.text) == ("read", ""), found
    assert not os.path.exists(target)


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("while True: pass", "reader_timeout"),
        ("import os; os.abort()", "reader_crashed"),
        ("print('{}')", "reader_crashed"),
        ('print(\'{"kind": 1, "state": "read"}\')', "reader_crashed"),
        ("raise SystemExit(3)", "reader_memory"),
    ],
)
def test_a_reader_that_dies_or_hangs_is_a_state(
    program: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.attachments import limited

    monkeypatch.setattr(limited, "_GRACE", 0.2)
    file = tmp_path / "x"
    file.write_bytes(b"x" * 3_000_000)
    command = [sys.executable, "-S", "-c", program]
    found = read_limited(file, limits=Limits(seconds=0.5), command=command)
    assert (found.state, found.code) == ("unread", code)


def test_what_the_reader_says_is_cleaned_again(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"x")
    text = FileText(
        "docx", "read", text="好\u202e\x00文", html="<p onclick=x>a<script>1</script></p>"
    )
    program = f"import json; print(json.dumps({text.to_json()!r}))"
    found = read_limited(file, limits=Limits(), command=[sys.executable, "-S", "-c", program])
    assert found.html == "<p>a</p>"
    assert found.text == "好文"


def test_scans_are_read_by_the_configured_command(tmp_path: Path) -> None:
    file = tmp_path / "scan.pdf"
    file.write_bytes(files.pdf([b"0 0 9 9 re f"]))
    echo = [sys.executable, "-c", "import sys; print('识别', sys.argv[1][-4:])", "{file}"]
    found = read_limited(file, limits=Limits(), ocr=echo)
    assert (found.state, found.code, found.text) == ("read", "by_ocr", "识别 .pdf")
    broken = read_limited(file, limits=Limits(), ocr=["/nonexistent-program"])
    assert (broken.state, broken.code) == ("no_text", "no_text")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "etc_passwd"),
        ("附件\u202efdp.exe", "附件_fdp.exe"),
        ("a\x00b.pdf", "a_b.pdf"),
        ("", "附件"),
        ("con.txt", "_con.txt"),
        ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
    ],
)
def test_names_are_made_harmless(name: str, expected: str) -> None:
    assert safe_name(name) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b'attachment; filename="notice.pdf"', "notice.pdf"),
        ("attachment; filename=附件.pdf".encode("gbk"), "附件.pdf"),
        ("attachment; filename=附件.pdf".encode(), "附件.pdf"),
        (b"attachment; filename*=UTF-8''%E9%99%84.pdf; filename=x", "附.pdf"),
        (b"attachment; filename=%E9%99%84.pdf", "附.pdf"),
        (b"inline", None),
    ],
)
def test_offered_names_in_every_spelling(header: bytes, expected: str | None) -> None:
    assert disposition_name(header) == expected


def test_a_page_called_pdf_is_not_offered_as_one() -> None:
    assert safe_name("通知.pdf", kind="html") == "通知.html.txt"
    assert safe_name("通知", kind="docx") == "通知.docx"
