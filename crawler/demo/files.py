"""Small valid PDF and DOCX files with Chinese text, for the attachments of the samples.

The PDF names one of the standard Chinese fonts without embedding it and carries a ToUnicode
map, so viewers show it and text extraction reads it. Same input, same bytes.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from xml.sax.saxutils import escape

from crawler.demo.content import SampleFile
from crawler.demo.markup import blocks

MARK = "示例数据，仅供演示 / SAMPLE DATA"
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_LINE_CELLS = 70  # half-width cells on a line of 12 pt in 420 pt
_PAGE_LINES = 36
_EPOCH = (1980, 1, 1, 0, 0, 0)


def build_file(file: SampleFile, *, made_at: datetime) -> bytes:
    """The bytes of an attachment."""
    title = file.name.rsplit(".", 1)[0]
    if file.kind == "pdf":
        return make_pdf(file.lines, title=title, made_at=made_at)
    return make_docx(file.lines, title=title, made_at=made_at)


def make_pdf(lines: Iterable[str], *, title: str, made_at: datetime) -> bytes:
    """A PDF 1.5 file, A4, text only."""
    flow = list(_wrapped(lines))
    pages = [flow[start : start + _PAGE_LINES] for start in range(0, len(flow), _PAGE_LINES)]
    objects: list[bytes] = []
    kids = " ".join(f"{8 + 2 * n} 0 R" for n in range(len(pages)))
    objects.append(b"<< /Type /Catalog /Pages 2 0 R /Lang (zh-CN) >>")
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode())
    objects.append(
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H "
        b"/DescendantFonts [4 0 R] /ToUnicode 6 0 R >>"
    )
    objects.append(
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo "
        b"<< /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 /W [1 95 500] "
        b"/FontDescriptor 5 0 R >>"
    )
    objects.append(
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] "
        b"/ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
    )
    objects.append(_stream(_TO_UNICODE))
    day = made_at.strftime("D:%Y%m%d%H%M%S+08'00'")
    objects.append(
        f"<< /Title {_hex(title, mark=True)} /Subject {_hex(MARK, mark=True)} "
        f"/Producer (Dibao sample) /CreationDate ({day}) >>".encode()
    )
    for number, page in enumerate(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources "
            b"<< /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % (9 + 2 * number)
        )
        objects.append(_stream(_page_content(page, number + 1, len(pages))))
    return _assemble(objects)


def _assemble(objects: Sequence[bytes]) -> bytes:
    out = io.BytesIO()
    out.write(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for offset in offsets:
        out.write(b"%010d 00000 n \n" % offset)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R /Info 7 0 R >>\n" % (len(objects) + 1))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def _stream(content: bytes) -> bytes:
    packed = zlib.compress(content, 9)
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)


def _hex(text: str, *, mark: bool = False) -> str:
    prefix = "FEFF" if mark else ""
    return f"<{prefix}{text.encode('utf-16-be').hex().upper()}>"


def _page_content(lines: Sequence[tuple[str, str]], number: int, total: int) -> bytes:
    out = ["BT", "/F1 12 Tf"]
    height = 770
    for kind, text in lines:
        width = 6 * _cells(text)
        left = {"centre": (595 - width) // 2, "right": 507 - width}.get(kind, 88)
        out.append(f"1 0 0 1 {max(left, 40)} {height} Tm {_hex(text)} Tj")
        height -= 19
    out.append("/F1 9 Tf")
    out.append(f"1 0 0 1 88 46 Tm {_hex(f'{MARK}　　第{number}页 共{total}页')} Tj")
    out.append("ET")
    return "\n".join(out).encode()


def _wrapped(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The lines of the page flow with their alignment."""
    for block in blocks(lines):
        if block.kind == "table":
            for row in block.rows:
                yield from (("left", part) for part in _cut("　".join(row)))
            continue
        text = "　　" + block.text if block.kind in ("text", "head") else block.text
        kind = block.kind if block.kind in ("centre", "right") else "left"
        yield from ((kind, part) for part in _cut(text))


def _cut(text: str) -> Iterator[str]:
    part, width = "", 0
    for char in text:
        cells = _cells(char)
        if width + cells > _LINE_CELLS and char not in "，。；：、）”》":
            yield part
            part, width = "", 0
        part += char
        width += cells
    if part:
        yield part


def _cells(text: str) -> int:
    return sum(1 if char < "\u0100" else 2 for char in text)


def _to_unicode() -> bytes:
    """The identity map of all two-byte codes, in blocks of at most 100 ranges."""
    ranges = [f"<{high:02X}00> <{high:02X}FF> <{high:02X}00>" for high in range(256)]
    out = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
    ]
    for start in range(0, 256, 100):
        part = ranges[start : start + 100]
        out += [f"{len(part)} beginbfrange", *part, "endbfrange"]
    out.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(out).encode()


_TO_UNICODE = _to_unicode()
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/>'
    '<Override PartName="/docProps/core.xml" '
    'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
)
_RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/officeDocument" Target="word/document.xml"/>'
    '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/'
    'relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>'
)


def make_docx(lines: Iterable[str], *, title: str, made_at: datetime) -> bytes:
    """A minimal Word file."""
    body = "".join(_docx_blocks(lines)) + _docx_paragraph(MARK, "right")
    size = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>'
    document = f"{_XML}<w:document {_W}><w:body>{body}{size}</w:body></w:document>"
    day = made_at.strftime("%Y-%m-%dT%H:%M:%S+08:00")
    core = (
        f'{_XML}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/'
        'metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:subject>{MARK}</dc:subject>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{day}</dcterms:created></cp:coreProperties>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (
            ("[Content_Types].xml", _XML + _TYPES),
            ("_rels/.rels", _XML + _RELS),
            ("word/document.xml", document),
            ("docProps/core.xml", core),
        ):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), text.encode())
    return out.getvalue()


def _docx_blocks(lines: Iterable[str]) -> Iterator[str]:
    for block in blocks(lines):
        if block.kind == "table":
            rows = "".join(
                "<w:tr>"
                + "".join(f"<w:tc>{_docx_paragraph(cell, 'left')}</w:tc>" for cell in row)
                + "</w:tr>"
                for row in block.rows
            )
            yield f'<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr>{rows}</w:tbl>'
        else:
            yield _docx_paragraph(block.text, {"centre": "center"}.get(block.kind, block.kind))


def _docx_paragraph(text: str, align: str) -> str:
    jc = f'<w:pPr><w:jc w:val="{align}"/></w:pPr>' if align in ("center", "right") else ""
    bold = "<w:rPr><w:b/></w:rPr>" if align == "head" else ""
    run = f'<w:r>{bold}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    return f"<w:p>{jc}{run}</w:p>"
