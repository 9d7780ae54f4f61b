"""RTF, OpenDocument and PPTX: text, headings and tables; what lies or breaks has a named state."""

from __future__ import annotations

import io
import zipfile

import pytest

from pipelines.attachments.kinds import kind_of
from pipelines.attachments.model import FileText, Limits
from pipelines.attachments.reading import read_file
from tests.pipelines.attachments import files

SPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
)
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def read(data: bytes, **limits: int) -> FileText:
    return read_file(data, limits=Limits(**limits))


def odf(body: str, *, kind: str = "text", more: dict[str, bytes] | None = None) -> bytes:
    content = (
        f"<office:document-content {SPACES}><office:body><office:{kind}>{body}</office:{kind}>"
        "</office:body></office:document-content>"
    )
    mime = f"application/vnd.oasis.opendocument.{kind}".encode()
    return files.zipped({"mimetype": mime, "content.xml": content.encode(), **(more or {})})


def test_an_opendocument_text_in_order() -> None:
    found = read(
        odf(
            "<text:tracked-changes><text:p>删去的话</text:p></text:tracked-changes>"
            '<text:h text:outline-level="1">关于开展试点的通知</text:h>'
            '<text:p>各单位<text:s text:c="2"/>并抄送：<text:line-break/>现通知'
            "<office:annotation><text:p>批注</text:p></office:annotation>如下。</text:p>"
            "<table:table><table:table-row><table:table-cell><text:p>序号</text:p>"
            '</table:table-cell><table:table-cell table:number-columns-spanned="2"><text:p>名称'
            "</text:p></table:table-cell><table:covered-table-cell/></table:table-row>"
            "<table:table-row><table:table-cell><text:p>1</text:p></table:table-cell>"
            "<table:table-cell><text:p>甲</text:p></table:table-cell>"
            "<table:table-cell><text:p>乙</text:p></table:table-cell></table:table-row>"
            "</table:table><text:list><text:list-item><text:p>请按时报送。</text:p>"
            "</text:list-item></text:list>"
        )
    )
    assert (found.kind, found.state, found.tables) == ("odt", "read", 1)
    assert found.text.splitlines() == [
        "关于开展试点的通知",
        "各单位 并抄送：",
        "现通知如下。",
        "序号 | 名称",
        "1 | 甲 | 乙",
        "请按时报送。",
    ]
    assert found.html.startswith("<h2>关于开展试点的通知</h2>")


def test_a_sheet_repeats_an_empty_row_a_million_times() -> None:
    found = read(
        odf(
            '<table:table table:name="清单"><table:table-row><table:table-cell><text:p>算力'
            "</text:p></table:table-cell>"
            '<table:table-cell table:number-columns-repeated="16383"/></table:table-row>'
            '<table:table-row table:number-rows-repeated="1048575"><table:table-cell '
            'table:number-columns-repeated="16384"/></table:table-row></table:table>',
            kind="spreadsheet",
        )
    )
    assert (found.kind, found.text) == ("ods", "清单\n算力")


def slide(*shapes: str) -> bytes:
    return (
        f'<p:sld xmlns:p="{SLIDES}" xmlns:a="{DRAWING}"><p:cSld><p:spTree>{"".join(shapes)}'
        "</p:spTree></p:cSld></p:sld>"
    ).encode()


def shape(text: str, role: str = "body") -> str:
    return (
        f'<p:sp><p:nvSpPr><p:nvPr><p:ph type="{role}"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r>'
        f"<a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def pptx() -> bytes:
    table = (
        "<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>甲"
        "</a:t></a:r></a:p></a:txBody></a:tc><a:tc><a:txBody><a:p><a:r><a:t>乙</a:t></a:r></a:p>"
        "</a:txBody></a:tc></a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
    )
    parts = {
        "ppt/presentation.xml": (
            f'<p:presentation xmlns:p="{SLIDES}" xmlns:r="{RELATIONS}"><p:sldIdLst>'
            '<p:sldId id="256" r:id="rId9"/><p:sldId id="257" r:id="rId2"/></p:sldIdLst>'
            "</p:presentation>"
        ).encode(),
        "ppt/_rels/presentation.xml.rels": (
            b'<Relationships><Relationship Id="rId2" Target="slides/slide1.xml"/>'
            b'<Relationship Id="rId9" Target="/ppt/slides/slide2.xml"/></Relationships>'
        ),
        "ppt/slides/slide1.xml": slide(shape("第二步", "title"), table),
        "ppt/slides/slide2.xml": slide(
            shape("第一步", "ctrTitle"), shape("先登记。"), shape("7", "sldNum")
        ),
    }
    return files.zipped(parts)


def test_slides_in_the_order_of_the_presentation() -> None:
    found = read(pptx())
    assert (found.kind, found.state, found.pages, found.tables) == ("pptx", "read", 2, 1)
    assert found.text.splitlines() == ["第一步", "先登记。", "第二步", "甲 | 乙"]
    assert read(pptx(), pages=1).code == "too_many_pages"


RTF = (
    rb"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fcharset0 Times;}{\f1\fcharset134 SimSun;}"
    rb"{\f2\fcharset136 MingLiU;}}{\colortbl;\red0\green0\blue0;}{\*\generator Writer;}"
    rb"{\info{\title not this}}{\header page head\par}"
    rb"\pard\outlinelevel0\f1 " + "关于开展试点的通知".encode("gb18030") + rb"\par"
    rb"\pard\outlinelevel9 \uc1\u21508 ?\u21333\u20301 ?\f0\'a3\'ba\par"  # 各单位：
    rb"{\f2 " + "臺北".encode("big5") + rb"} \ldblquote x\rdblquote\tab y{\v hidden}\line"
    rb"\u-10180 ?\u-8704 ?{\pict\bin4 }}}{{\pngblip 89504e47}}\par"
    rb"\trowd\cellx1000\cellx2000\pard\intbl A1\par A1b\cell B1\cell\row"
    rb"\pard\intbl A2\cell B2\cell\row\pard After{\footnote a note}.\par}"
)


def test_rich_text_in_the_encodings_of_its_fonts() -> None:
    found = read(RTF)
    assert (found.kind, found.state, found.tables) == ("rtf", "read", 1)
    assert found.text.splitlines() == [
        "关于开展试点的通知",
        "各单位：",
        "臺北 “x” y",
        "\U0001f200",
        "A1 A1b | B1",
        "A2 | B2",
        "After.",
    ]
    assert found.html.startswith("<h2>关于开展试点的通知</h2><p>各单位：</p>")


def corrupted(data: bytes, name: bytes) -> bytes:
    """The deflated bytes of one member overwritten, its headers as they were."""
    place = data.index(name) + len(name)
    return data[:place] + b"\xff" * 12 + data[place + 12 :]


def squeezed(members: dict[str, bytes]) -> bytes:
    """A zip packed by LZMA, as some archivers write."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


CASES = {
    "a mimetype by LZMA that does not unpack": (
        squeezed({"mimetype": b"application/vnd.oasis.opendocument.text"}).replace(
            b"\x05\x00\x5d",
            b"\x05\x00\xff",  # the properties at the head of the stream
        ),
        ("zip", "unread", "file_damaged"),
    ),
    "a mimetype that does not unpack": (
        corrupted(odf("<text:p>x</text:p>"), b"mimetype"),
        ("zip", "unread", "file_damaged"),
    ),
    "entities in an OpenDocument text": (
        files.zipped(
            {
                "mimetype": b"application/vnd.oasis.opendocument.text",
                "content.xml": b'<!DOCTYPE d [<!ENTITY a "b">]><d>&a;</d>',
            }
        ),
        ("odt", "unread", "file_hostile"),
    ),
    "an encrypted OpenDocument text": (
        odf("", more={"META-INF/manifest.xml": b"<manifest><encryption-data/></manifest>"}),
        ("odt", "unread", "file_encrypted"),
    ),
    "an OpenDocument text without its content": (
        files.zipped({"mimetype": b"application/vnd.oasis.opendocument.text"}),
        ("odt", "unread", "file_damaged"),
    ),
    "slides that are not there": (
        files.zipped({"ppt/presentation.xml": b"<p/>"}),
        ("pptx", "unread", "file_damaged"),
    ),
    "an endless nest of groups": (b"{\\rtf1 " + b"{" * 50_000, ("rtf", "unread", "file_damaged")),
    "rich text of a picture": (b"{\\rtf1{\\pict 00ff}}", ("rtf", "no_text", "no_text")),
    "rich text cut short": (b"{\\rtf1\\ansi half a sentence", ("rtf", "read", None)),
    "a blob longer than the file": (b"{\\rtf1 a\\par\\bin99999999 b", ("rtf", "read", None)),
    "rich text of closing braces": (b"{\\rtf1 a" + b"}" * 9000, ("rtf", "read", None)),
}


@pytest.mark.parametrize("name", CASES)
def test_broken_and_hostile_files_have_named_states(name: str) -> None:
    data, expected = CASES[name]
    found = read(data)
    assert (found.kind, found.state, found.code) == expected


def test_a_zip_with_any_damage_is_still_a_zip() -> None:
    data = odf("<text:p>公告</text:p>")
    for place in range(0, len(data), 7):
        hurt = data[:place] + b"\xff\x00\xff" + data[place + 3 :]
        assert kind_of(hurt) in ("zip", "odt", "unknown")
        assert read(hurt).state in ("read", "unread", "no_text")
