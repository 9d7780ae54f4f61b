"""Files by the hash of their bytes, and what was read in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Base, BigKey, HexDigest, Json, UtcDateTime, one_of, unpack_pair

READING_STATES = ("read", "no_text", "unread")


class StoredFile(Base):
    """One file of the blob store. ``state`` is null until somebody tried to read it.

    ``code`` says why it could not be read, or what is special about the reading.
    """

    __tablename__ = "stored_file"
    __table_args__ = (one_of("state", READING_STATES),)

    sha256: Mapped[str] = mapped_column(HexDigest, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    state: Mapped[str | None] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[str | None] = mapped_column(Text)
    reader_version: Mapped[str | None] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigKey)
    pages: Mapped[int | None]
    tables: Mapped[int] = mapped_column(default=0)
    characters: Mapped[int] = mapped_column(default=0)
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    members: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    packed: Mapped[bytes | None] = mapped_column(LargeBinary)
    text: Mapped[str | None] = mapped_column(Text)

    @property
    def html(self) -> str:
        """Safe HTML of the text (sanitised before it was stored)."""
        return unpack_pair(self.packed, near=self.text or "")[1]
