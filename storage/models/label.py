"""Labels, who gave them and why, and saved searches."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Base, BigKey, Json, UtcDateTime, one_of

LABEL_KINDS = ("section", "doc_type", "topic", "scenario", "measure", "tag")
LABEL_ORIGINS = ("human", "rule", "model")


class Label(Base):
    """One term of the taxonomy (the TOML is the truth) or a free tag."""

    __tablename__ = "label"
    __table_args__ = (one_of("kind", LABEL_KINDS),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    parent_slug: Mapped[str | None] = mapped_column(Text)
    position: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DocumentLabel(Base):
    """A label on a document. ``present`` false means: this origin says it does not apply."""

    __tablename__ = "document_label"
    __table_args__ = (one_of("origin", LABEL_ORIGINS), {"sqlite_with_rowid": False})

    document_id: Mapped[int] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True
    )
    label_id: Mapped[int] = mapped_column(
        ForeignKey("label.id", ondelete="CASCADE"), primary_key=True
    )
    origin: Mapped[str] = mapped_column(Text, primary_key=True)
    present: Mapped[bool] = mapped_column(default=True)
    confidence: Mapped[float] = mapped_column(default=1.0)
    reason: Mapped[str | None] = mapped_column(Text)
    model_version: Mapped[str | None] = mapped_column(Text)
    actor: Mapped[str | None] = mapped_column(Text)


Index("ix_document_label_label_id_document_id", DocumentLabel.label_id, DocumentLabel.document_id)


class Watch(Base):
    """A saved search of a user."""

    __tablename__ = "watch"
    __table_args__ = (UniqueConstraint("owner", "name"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    owner: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    query: Mapped[str] = mapped_column(Text, default="")
    labels: Mapped[list[str]] = mapped_column(Json, default=list)
    regions: Mapped[list[str]] = mapped_column(Json, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_document_id: Mapped[int] = mapped_column(BigKey, default=0)
