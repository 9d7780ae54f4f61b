"""新旧对照: two items or two versions in two columns, and the table as a file."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import Response
from markupsafe import Markup
from sqlalchemy.orm import Session

from pipelines.events.part import names_same_policy, policy_part
from pipelines.versions import Sheet, as_csv, as_html, compare_sheet
from pipelines.versions.sheet import Cell, cell_html
from review.access import Access, access
from review.desk import AtDesk
from review.queries import items as reads
from review.queries.events import file_texts
from storage.documents import get_document
from storage.errors import NotFound

router = APIRouter()

_SIDE = re.compile(r"(?P<id>\d{1,15})(?:@(?P<seq>\d{1,6})|f(?P<file>\d{1,3}))?")
_FILES = 20
_FEW, _COMMON = 6, 0.2  # rows, and the share of them that has both sides
_TYPES = {
    "html": "text/html; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True, slots=True)
class Side:
    """One text of a comparison, as named in the address: ``12`` is the policy an item holds (its
    own text without the covering notice), ``12@1`` a version of the whole page, ``12f2`` the
    second of its readable files, the longest first. ``file`` names the attachment the text is from,
    ``choices`` are the other texts that can stand here: key and name."""

    key: str
    document_id: int
    seq: int
    title: str
    text: str
    file: str = ""
    day: date | None = None
    number: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@router.get("/compare")
@access(Access.READER)
def compare_page(desk: AtDesk) -> Response:
    """Two texts side by side, clause by clause."""
    query = desk.query()
    only = query.get("show") == "changed"
    with desk.reader() as session:
        old, new = _side(session, query.get("a", "")), _side(session, query.get("b", ""))
        sheet = _sheet(old, new)
        return desk.page(
            "compare.html",
            section="items",
            old=old,
            new=new,
            sheet=sheet,
            counts=sheet.comparison.counts(),
            apart=_apart(sheet),
            rows=sheet.changed if only else sheet.rows,
            only=only,
            cell=_cell,
        )


@router.get("/compare/file")
@access(Access.READER)
def compare_file(desk: AtDesk) -> Response:
    """The table as a file: ``?as=html``, ``csv`` or ``docx``."""
    query = desk.query()
    form = query.get("as", "html")
    if form not in _TYPES:
        raise NotFound(f"没有这种格式 / no such format: {form[:20]}")
    with desk.reader() as session:
        old, new = _side(session, query.get("a", "")), _side(session, query.get("b", ""))
    sheet = _sheet(old, new)
    if form == "docx":
        from pipelines.versions.docx_sheet import as_docx

        content = as_docx(sheet, now=desk.now)
    elif form == "csv":
        content = as_csv(sheet).encode("utf-8-sig")
    else:
        content = as_html(sheet).encode()
    name = quote(f"对照表-{new.title[:40]}.{form}")
    return Response(
        content,
        media_type=_TYPES[form],
        headers={"content-disposition": f"attachment; filename*=UTF-8''{name}"},
    )


def _side(session: Session, text: str) -> Side:
    match = _SIDE.fullmatch(text)
    document = get_document(session, int(match["id"])) if match else None
    if match is None or document is None or document.state == "suppressed":
        raise NotFound(f"没有这个条目 / no such item: {text[:40]}")
    seq = int(match["seq"] or document.latest_seq)
    version = reads.version_at(session, document.id, seq)
    if version is None:
        raise NotFound(f"没有这一版 / no such version: {text[:40]}")
    found = Side(
        text, document.id, seq, version.title, version.body_text,
        day=document.published_on or document.written_on, number=document.doc_number or "",
    )  # fmt: skip
    if match["seq"]:
        return replace(found, title=f"{version.title}（第{seq}版）")
    files = file_texts(session, document.id)
    found = replace(found, choices=_choices(document.id, [name for name, _ in files]))
    if match["file"]:
        if not 0 < int(match["file"]) <= len(files):
            raise NotFound(f"没有这个附件 / no such file: {text[:40]}")
        name, words = files[int(match["file"]) - 1]
        return replace(found, text=policy_part(version.title, words), file=name)
    words, file = _policy(version.title, version.body_text, files)
    return replace(found, text=words, file=file)


def _choices(document_id: int, names: list[str]) -> tuple[tuple[str, str], ...]:
    return tuple((f"{document_id}f{at}", name) for at, name in enumerate(names[:_FILES], 1))


def _apart(sheet: Sheet) -> bool:
    """Whether both texts have next to no clause in common: one of them is likely no policy but
    the notice around it."""
    both = sum(row.old is not None and row.new is not None for row in sheet.rows)
    return len(sheet.rows) >= _FEW and both < _COMMON * len(sheet.rows)


def _policy(title: str, body: str, files: list[tuple[str, str]]) -> tuple[str, str]:
    """The policy's own text: below its name in the page, or in the file that bears its name."""
    part = policy_part(title, body)
    if len(part) < len(body):
        return part, ""
    for name, text in files:
        if names_same_policy(title, name):
            return policy_part(title, text), name
    return body, ""


def _sheet(old: Side, new: Side) -> Sheet:
    return compare_sheet(old.text, new.text, old_title=old.title, new_title=new.title)


def _cell(side: Cell | None) -> Markup:
    return Markup(cell_html(side))  # noqa: S704 - cell_html escapes every text
