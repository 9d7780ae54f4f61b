"""The files that captured exchanges are kept in; ``fetch`` rows say where each exchange stands."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Base, BigKey, HexDigest, UtcDateTime, one_of

FILE_STATES = ("open", "closed", "mended", "pruned")


class WarcFile(Base):
    """One file of captures. ``sha256`` is that of the whole file, known once it is closed.

    mended: its writer was killed; it was cut behind the last whole record. pruned: deleted on
    purpose, so that its absence is no loss.
    """

    __tablename__ = "warc_file"
    __table_args__ = (UniqueConstraint("path"), one_of("state", FILE_STATES))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    path: Mapped[str] = mapped_column(Text)
    run_id: Mapped[int] = mapped_column(BigKey)
    state: Mapped[str] = mapped_column(Text, default="open")
    size: Mapped[int] = mapped_column(BigKey, default=0)
    records: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str | None] = mapped_column(HexDigest)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


Index("ix_warc_file_run_id", WarcFile.run_id)


class ErasedRecord(Base):
    """A record of a file of captures that was removed on request; ``done`` once it is blank.

    Without it a blank record would be damage: the file alone could be made to say anything.
    """

    __tablename__ = "erased_record"

    warc_file: Mapped[str] = mapped_column(Text, primary_key=True)
    warc_offset: Mapped[int] = mapped_column(BigKey, primary_key=True)
    warc_length: Mapped[int] = mapped_column(BigKey)
    erased_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done: Mapped[bool] = mapped_column(default=False)
