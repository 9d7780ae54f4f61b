"""One file to its text: by its kind, archives member by member. Runs in the reading process."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from functools import partial
from html import escape

from pipelines.attachments.errors import (
    Damaged,
    EmptyFile,
    Encrypted,
    FileProblem,
    NotTheFile,
    UnreadKind,
)
from pipelines.attachments.kinds import kind_of
from pipelines.attachments.model import FileText, Limits, Member, Para, State
from pipelines.attachments.names import safe_name

READER_VERSION = "2"  # raise it when the same file would be read differently
_ARCHIVES = frozenset({"zip", "rar", "7z", "gz"})
_HEAD = 65536


def read_file(data: bytes, *, limits: Limits) -> FileText:
    """The reading of a file. Raises MemoryError; every other trouble is in the result."""
    kind = "unknown"
    try:
        kind = kind_of(data)
        return _read(kind, data, limits=limits)
    except FileProblem as problem:
        known = problem.kind if problem.kind != "unknown" else kind
        return FileText(known, "unread", problem.code, detail=problem.detail[:300])
    except RecursionError:
        return FileText(kind, "unread", Damaged.code, detail="nested too deeply")
    except MemoryError:
        raise
    except Exception as error:  # a parser's own fault on this file
        return FileText(
            kind, "unread", Damaged.code, detail=f"{type(error).__name__}: {error}"[:300]
        )


def _read(kind: str, data: bytes, *, limits: Limits) -> FileText:
    reader = _reader(kind)
    if reader is not None:
        return reader(data, limits=limits)
    if kind == "zip":
        return read_zip(data, limits=limits)
    if kind == "html":
        raise NotTheFile(page_state(data), kind=kind)
    if kind == "empty":
        raise EmptyFile(kind=kind)
    if kind == "image":
        return FileText(kind, "no_text", "no_text")
    if kind == "ole_encrypted":
        raise Encrypted(kind="ole")
    raise UnreadKind(kind=kind)


def _reader(kind: str) -> Callable[..., FileText] | None:
    """Imports the library of a kind, so that a PDF does not wait for openpyxl."""
    if kind == "pdf":
        from pipelines.attachments.pdf import read_pdf

        return read_pdf
    if kind == "docx":
        from pipelines.attachments.docx import read_docx

        return read_docx
    if kind == "doc":
        from pipelines.attachments.doc import read_doc

        return read_doc
    if kind == "ofd":
        from pipelines.attachments.ofd import read_ofd

        return read_ofd
    if kind in ("odt", "ods", "odp"):
        from pipelines.attachments.odf import read_odf

        return partial(read_odf, kind=kind)
    if kind == "pptx":
        from pipelines.attachments.pptx import read_pptx

        return read_pptx
    if kind == "rtf":
        from pipelines.attachments.rtf import read_rtf

        return read_rtf
    if kind in ("xlsx", "xls"):
        from pipelines.attachments import sheets

        return sheets.read_xlsx if kind == "xlsx" else sheets.read_xls
    return read_text if kind == "txt" else None


def read_text(data: bytes, *, limits: Limits) -> FileText:
    """Plain text in whatever Chinese encoding."""
    from pipelines.attachments.flow import reading
    from pipelines.decode import decode

    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            text = data.decode(encoding, "replace")
            break
    else:
        text = decode(data, header_charset=None, meta_scan=False).text
    return reading("txt", [Para(line) for line in text.splitlines()], most=limits.text)


def page_state(data: bytes) -> str:
    """What a web page in place of a file is: challenge, login, soft_404, error … or html."""
    from pipelines.decode import decode
    from pipelines.pageclass import classify_response

    text = decode(data[:_HEAD], header_charset=None).text
    state = classify_response(200, text, {})
    return "html" if state in ("ok", "empty") else state


def read_zip(data: bytes, *, limits: Limits) -> FileText:
    """The members' texts one after the other. Archives inside are named, not opened."""
    from pipelines.attachments.unpack import Budget, name_of, opened

    members: list[Member] = []
    texts: list[str] = []
    pages: list[str] = []
    tables, left = 0, limits.text
    with opened(data, limits=limits, kind="zip") as archive:
        budget = Budget(limits, kind="zip")
        files = [info for info in archive.infolist() if _worth(info)]
        for info in files:
            name = safe_name(name_of(info).replace("\\", "/").rsplit("/", 1)[-1])
            if len(members) >= limits.members:
                members.append(Member(name, "unknown", info.file_size, "unread", "file_budget"))
                continue
            found = _member(budget.read(archive, info), limits=limits)
            piece = found.text[: max(0, left)]
            left -= len(piece)
            members.append(
                Member(name, found.kind, info.file_size, found.state, found.code, len(piece))
            )
            tables += found.tables
            if piece:
                texts.append(f"{name}\n{piece}")
                whole = found.html if piece == found.text else _lines(piece)
                pages.append(f"<h3>{escape(name, quote=False)}</h3>{whole}")
    state, code = _verdict(members)
    if texts and left <= 0:
        code = "text_cut"
    return FileText(
        "zip",
        state,
        code,
        tables=tables,
        text="\n".join(texts),
        html="".join(pages),
        members=tuple(members),
    )


def _lines(text: str) -> str:
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in text.splitlines())


def _worth(info: zipfile.ZipInfo) -> bool:
    name = info.filename
    return not (info.is_dir() or name.startswith("__MACOSX/") or name.endswith(".DS_Store"))


def _member(data: bytes, *, limits: Limits) -> FileText:
    kind = kind_of(data)
    if kind in _ARCHIVES:
        return FileText(kind, "unread", "archive_nested")
    return read_file(data, limits=limits)


def _verdict(members: list[Member]) -> tuple[State, str | None]:
    if any(member.state == "read" for member in members):
        return "read", None
    if any(member.state == "no_text" for member in members):
        return "no_text", "no_text"
    codes = [member.code for member in members if member.code]
    return "unread", codes[0] if codes else EmptyFile.code
