"""A Word file that an editor worked on, read back: what was changed in summary, 短评 and 编者按.

Items are found by their bookmarks, which Word keeps; tracked insertions count, tracked deletions
do not. Everything else in the file (titles, numbers, sources) is not read: it belongs to the
documents themselves.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from digest.errors import FileUnreadable
from digest.view import IssueView, Item
from digest.wording import clean_line

_NOTE = "短评"
_INTRO = "编者按"
_SOURCE = "来源"


@dataclass(slots=True)
class _Read:
    """What stands below one heading."""

    summary: list[str] = field(default_factory=list)
    note: list[str] = field(default_factory=list)
    has_source: bool = False


@dataclass(frozen=True, slots=True)
class Edited:
    """Changes by number of the item; ``missing`` are numbers whose heading is gone."""

    summaries: Mapping[int, str]
    notes: Mapping[int, str]
    intro: str | None
    missing: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many places changed."""
        return len(self.summaries) + len(self.notes) + (self.intro is not None)


def edited_words(content: bytes, view: IssueView) -> Edited:
    """What the file says otherwise than the issue. Raises ``FileUnreadable``."""
    found, intro = _read(content)
    if not found:
        raise FileUnreadable(
            "文件里没有本刊导出的条目书签，请在重新导出的 Word 里修改"
            " / none of the bookmarks of an exported issue: export it again and edit that file"
        )
    summaries: dict[int, str] = {}
    notes: dict[int, str] = {}
    missing: list[int] = []
    for section in view.sections:
        for item in section.items:
            read = found.get(item.anchor)
            if read is None:
                missing.append(item.number)
                continue
            _compare(item, read, summaries, notes, brief=section.brief)
    changed = clean_line(" ".join(intro))
    return Edited(
        summaries=summaries,
        notes=notes,
        intro=changed if changed != clean_line(view.intro) else None,
        missing=tuple(missing),
    )


def _compare(
    item: Item, read: _Read, summaries: dict[int, str], notes: dict[int, str], *, brief: bool
) -> None:
    summary, note = clean_line(" ".join(read.summary)), clean_line(" ".join(read.note))
    # Sections of titles print neither, so nothing below their headings means nothing.
    if summary != clean_line(item.summary) and (summary or not brief):
        summaries[item.number] = summary
    if note != clean_line(item.note) and (note or not brief):
        notes[item.number] = note


def _read(content: bytes) -> tuple[dict[str, _Read], list[str]]:
    """Paragraphs by bookmark, and those of the preface."""
    from docx import Document
    from docx.opc.exceptions import PackageNotFoundError

    try:
        document = Document(io.BytesIO(content))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise FileUnreadable(
            "不是 Word 文件（.docx），请用导出的文件"
            " / not a Word file (.docx): use the exported one"
        ) from error
    found: dict[str, _Read] = {}
    intro: list[str] = []
    current: _Read | None = None
    for paragraph in document.paragraphs:
        style = paragraph.style.name if paragraph.style is not None else ""
        text = _text(paragraph)
        if style.startswith("Heading") or style == "刊物信息":
            anchor = next(iter(_anchors(paragraph)), "")
            current = found.setdefault(anchor, _Read()) if anchor else None
        elif not text.strip():
            continue
        elif style == _INTRO:
            intro.append(text)
        elif current is not None and style == _SOURCE:
            # A second line of sources belongs to an item whose heading is gone.
            current = None if current.has_source else current
            if current is not None:
                current.has_source = True
        elif current is not None and style == _NOTE:
            current.note.append(text.removeprefix(f"{_NOTE}："))
        elif current is not None and style == "Normal":
            current.summary.append(text)
    return found, intro


def _anchors(paragraph: Any) -> Iterable[str]:
    from docx.oxml.ns import qn

    for mark in paragraph._p.iter(qn("w:bookmarkStart")):
        name = mark.get(qn("w:name")) or ""
        if name[:1] == "i" and name[1:].isdigit():
            yield name


def _text(paragraph: Any) -> str:
    """All text that stands: tracked deletions have other elements (``w:delText``)."""
    from docx.oxml.ns import qn

    return "".join(node.text or "" for node in paragraph._p.iter(qn("w:t")))
