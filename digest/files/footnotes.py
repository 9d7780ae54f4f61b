"""Footnotes for python-docx, which has none: the part, its relations, and the calls in the text.

ECMA-376 17.11: ``footnotes.xml`` holds two separators (ids -1 and 0) and the notes from 1 on; a
run in the text refers to a note by its id; addresses are relations of the footnotes part.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from docx.document import Document

    from digest.files.content import Note

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SEPARATORS = (
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/>'
    "</w:r></w:p></w:footnote>"
)
TEXT_STYLE = "FootnoteText"
CALL_STYLE = "FootnoteReference"


class Footnotes:
    """The notes of one document. Call :meth:`save` once, before the document is saved."""

    def __init__(self, document: Document) -> None:
        from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
        from docx.opc.packuri import PackURI
        from docx.opc.part import Part

        package = document.part.package
        self._part = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, b"", package)
        document.part.relate_to(self._part, RELATIONSHIP_TYPE.FOOTNOTES)
        self._link = RELATIONSHIP_TYPE.HYPERLINK
        self._notes: list[str] = []

    def call(self, paragraph: Any, notes: Iterable[Note]) -> None:
        """Put a footnote with these pages at the end of the paragraph."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        number = len(self._notes) + 1
        words = "<w:r><w:t>；</w:t></w:r>".join(self._named(note) for note in notes)
        self._notes.append(
            f'<w:footnote w:id="{number}"><w:p><w:pPr><w:pStyle w:val="{TEXT_STYLE}"/></w:pPr>'
            f'<w:r><w:rPr><w:rStyle w:val="{CALL_STYLE}"/></w:rPr><w:footnoteRef/></w:r>'
            f'<w:r><w:t xml:space="preserve"> </w:t></w:r>{words}</w:p></w:footnote>'
        )
        run = paragraph.add_run()
        style = OxmlElement("w:rStyle")
        style.set(qn("w:val"), CALL_STYLE)
        run._element.get_or_add_rPr().append(style)
        mark = OxmlElement("w:footnoteReference")
        mark.set(qn("w:id"), str(number))
        run._element.append(mark)

    def save(self) -> None:
        """Write the part."""
        self._part._blob = (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
            f'<w:footnotes xmlns:w="{_W}" xmlns:r="{_R}">'
            f"{_SEPARATORS}{''.join(self._notes)}</w:footnotes>"
        ).encode()

    def _named(self, note: Note) -> str:
        text = escape(note.text)
        if not note.url:
            return f"<w:r><w:t>{text}</w:t></w:r>"
        relation = self._part.relate_to(note.url, self._link, is_external=True)
        return (
            f"<w:r><w:t>{text}，</w:t></w:r>"
            f'<w:hyperlink r:id="{relation}"><w:r><w:rPr><w:color w:val="1D4F8C"/></w:rPr>'
            f"<w:t>{escape(note.url)}</w:t></w:r></w:hyperlink>"
        )
