"""The texts of a document's files, for search. Most documents have none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select

from storage.models import Attachment, StoredFile

MOST_SEARCHED = 120_000  # characters of all files of one document

_TEXTS = (
    select(
        Attachment.document_id,
        Attachment.name,
        func.substr(StoredFile.text, 1, MOST_SEARCHED),
    )
    .join(StoredFile, StoredFile.sha256 == Attachment.sha256)
    .where(
        Attachment.document_id.in_(bindparam("ids", expanding=True)),
        Attachment.role == "file",
        StoredFile.state == "read",
    )
    .order_by(Attachment.document_id, Attachment.id)
)


@dataclass(frozen=True, slots=True)
class FilePiece:
    """A file's name and the part of its text that is searched."""

    name: str
    text: str


def file_pieces(
    connection: Connection, document_ids: Sequence[int]
) -> dict[int, tuple[FilePiece, ...]]:
    """The searched texts of files by document, in the order of the page.

    Files whose text is the body of their document are left out: it is searched as such.
    """
    if not document_ids:
        return {}
    found: dict[int, list[FilePiece]] = {}
    left: dict[int, int] = {}
    for document_id, name, text in connection.execute(_TEXTS, {"ids": list(document_ids)}):
        room = left.get(document_id, MOST_SEARCHED)
        if room > 0:
            piece = text[:room]
            left[document_id] = room - len(piece)
            found.setdefault(document_id, []).append(FilePiece(name, piece))
    return {key: tuple(pieces) for key, pieces in found.items()}


def joined(pieces: Sequence[FilePiece]) -> str:
    """The searched text of a document's files."""
    return "\n".join(f"{piece.name}\n{piece.text}" for piece in pieces)
