"""Files made byte by byte for the tests: compound files, binary Word, BIFF, OFD, PDF, zips."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence

from docx import Document

SECTOR = 512
FREE, END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
NO_STREAM = 0xFFFFFFFF


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file ([MS-CFB] version 3); streams are padded so that none is a mini stream."""
    bodies = {name: data.ljust(4096, b"\0") for name, data in streams.items()}
    sizes = [-(-len(data) // SECTOR) for data in bodies.values()]
    directory = -(-(len(bodies) + 1) * 128 // SECTOR)
    fat_entries: list[int] = [FAT_SECTOR]
    starts = []
    place = 1
    for length in (directory, *sizes):
        starts.append(place)
        fat_entries += [*range(place + 1, place + length), END]
        place += length
    fat_entries += [FREE] * (SECTOR // 4 - len(fat_entries))
    assert len(fat_entries) == SECTOR // 4, "one FAT sector is enough for tests"
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\0" * 16, 0x3E, 3, 0xFFFE, 9, 6, b"\0" * 6,
        0, 1, starts[0], 0, 4096, END, 0, END, 0,
    )  # fmt: skip
    header += struct.pack("<I", 0) + struct.pack("<I", FREE) * 108
    entries = [_entry("Root Entry", 5, child=1 if bodies else NO_STREAM, start=END, size=0)]
    names = list(bodies)
    for number, name in enumerate(names):
        right = number + 2 if number + 1 < len(names) else NO_STREAM
        data = bodies[name]
        entries.append(_entry(name, 2, right=right, start=starts[number + 1], size=len(data)))
    table = b"".join(entries).ljust(directory * SECTOR, b"\0")
    padded = [data.ljust(-(-len(data) // SECTOR) * SECTOR, b"\0") for data in bodies.values()]
    return header + struct.pack(f"<{len(fat_entries)}I", *fat_entries) + table + b"".join(padded)


def _entry(
    name: str, kind: int, *, start: int, size: int, right: int = NO_STREAM, child: int = NO_STREAM
) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        raw, len(raw), kind, 1, NO_STREAM, right, child, b"\0" * 16, 0, 0, 0, start, size,
    )  # fmt: skip


def word_97(pieces: Sequence[str | bytes], *, flags: int = 0, magic: int = 0xA5EC) -> bytes:
    """A binary Word file; each piece is stored as UTF-16 (str) or one byte a character (bytes)."""
    word = bytearray(0x400)
    bounds, places = [0], []
    for piece in pieces:
        if isinstance(piece, str):
            places.append(len(word))
            word += piece.encode("utf-16-le")
        else:
            places.append(len(word) * 2 | 1 << 30)
            word += piece + b"\0" * (len(piece) % 2)
        bounds.append(bounds[-1] + len(piece))
    plc = struct.pack(f"<{len(bounds)}I", *bounds)
    plc += b"".join(struct.pack("<HIH", 0, place, 0) for place in places)
    properties = b"\x01" + struct.pack("<h", 4) + b"\1\2\3\4"
    clx = properties + b"\x02" + struct.pack("<I", len(plc)) + plc
    struct.pack_into("<H", word, 0, magic)
    struct.pack_into("<H", word, 0x0A, flags | 0x0200)
    struct.pack_into("<i", word, 0x4C, bounds[-1])
    struct.pack_into("<II", word, 0x1A2, 64, len(clx))
    return compound({"WordDocument": bytes(word), "1Table": b"\0" * 64 + clx})


def biff_8(rows: Sequence[Sequence[str | float]], *, name: str = "Sheet1") -> bytes:
    """An XLS file with one sheet."""

    def record(number: int, data: bytes) -> bytes:
        return struct.pack("<HH", number, len(data)) + data

    def begin(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))

    def text(value: str) -> bytes:
        return struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")

    title = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
    globals_ = begin(0x0005) + record(0x0042, struct.pack("<H", 1200))
    offset = len(globals_) + 4 + 6 + len(title) + 4
    globals_ += record(0x0085, struct.pack("<IH", offset, 0) + title) + record(0x000A, b"")
    sheet = begin(0x0010)
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            place = struct.pack("<HHH", row, column, 0)
            if isinstance(value, str):
                sheet += record(0x0204, place + text(value))
            else:
                sheet += record(0x0203, place + struct.pack("<d", value))
    return compound({"Workbook": globals_ + sheet + record(0x000A, b"")})


def ofd(pages: Sequence[Sequence[tuple[float, float, str]]], **more: bytes) -> bytes:
    """An OFD package; each page is a list of (x, y, text) in mm."""
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    parts: dict[str, bytes] = {
        "OFD.xml": f"<ofd:OFD {space}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>"
        "</ofd:DocBody></ofd:OFD>".encode(),
    }
    places = "".join(
        f'<ofd:Page ID="{number}" BaseLoc="Pages/Page_{number}/Content.xml"/>'
        for number in range(len(pages))
    )
    parts["Doc_0/Document.xml"] = (
        f"<ofd:Document {space}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297"
        f"</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData><ofd:Pages>{places}</ofd:Pages>"
        "</ofd:Document>"
    ).encode()
    for number, pieces in enumerate(pages):
        texts = "".join(
            f'<ofd:TextObject Boundary="{x} {y} {5 * len(text)} 6" Size="5"><ofd:TextCode X="0" '
            f'Y="5" DeltaX="g {len(text) - 1} 5">{text}</ofd:TextCode></ofd:TextObject>'
            for x, y, text in pieces
        )
        layer = f"<ofd:Content><ofd:Layer>{texts}</ofd:Layer></ofd:Content>"
        page = f"<ofd:Page {space}>{layer}</ofd:Page>"
        parts[f"Doc_0/Pages/Page_{number}/Content.xml"] = page.encode()
    return zipped({**parts, **more})


def zipped(members: Mapping[str, bytes], *, stored: bool = False) -> bytes:
    """A zip; names as given."""
    out = io.BytesIO()
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def gbk_zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip whose names are GBK bytes without the UTF-8 mark, as Chinese archivers write."""
    plain = {f"name-{number}": data for number, data in enumerate(members.values())}
    data = zipped(plain)
    for number, name in enumerate(members):
        raw, old = name.encode("gbk"), f"name-{number}".encode()
        raw = raw[: len(old)].ljust(len(old), b"_")
        data = data.replace(old, raw)
    return data


def docx(lines: Sequence[str], *, rows: Sequence[Sequence[str]] = ()) -> bytes:
    """A Word file as python-docx writes it."""
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    if rows:
        table = document.add_table(len(rows), len(rows[0]))
        for row, cells in zip(table.rows, rows, strict=True):
            for cell, value in zip(row.cells, cells, strict=True):
                cell.text = value
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pdf(pages: Sequence[bytes], *, trailer: bytes = b"") -> bytes:
    """A PDF from content streams; font ``/F1`` is Helvetica."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, content in enumerate(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font "
            b"<< /F1 3 0 R >> >> /Contents %d 0 R >>" % (5 + 2 * number)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, 2)
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
    out.write(b"trailer << /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, trailer))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def shown(lines: Sequence[tuple[float, float, str]], *, size: int = 11) -> bytes:
    """A content stream that shows ASCII lines at (x, y)."""
    texts = [f"BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET" for x, y, text in lines]
    return "\n".join(texts).encode()


def ruled(rows: Sequence[Sequence[str]], *, left: int = 80, top: int = 700) -> bytes:
    """A content stream with a ruled table, cells of 120 by 20 points."""
    width, height = 120, 20
    right, bottom = left + width * len(rows[0]), top - height * len(rows)
    out = []
    for number in range(len(rows) + 1):
        y = top - height * number
        out.append(f"{left} {y} m {right} {y} l S")
    for number in range(len(rows[0]) + 1):
        x = left + width * number
        out.append(f"{x} {top} m {x} {bottom} l S")
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            x, y = left + width * column + 4, top - height * row - 14
            out.append(f"BT /F1 10 Tf {x} {y} Td ({text}) Tj ET")
    return "\n".join(out).encode()
