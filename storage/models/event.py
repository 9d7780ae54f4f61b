"""Policy events: which pages belong to one policy, in which role, and what people decided."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Base, BigKey, UtcDateTime, one_of

EVENT_ROLES = (
    "draft",
    "feedback",
    "final",
    "full_text",
    "interpretation",
    "report",
    "amendment",
    "repeal",
)
REFERENCE_KINDS = ("repeal", "amend", "mention")
EVENT_ORIGINS = ("rule", "human")


class Event(Base):
    """One policy with all its pages. ``locked_by`` names the person who last shaped it."""

    __tablename__ = "event"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    title_origin: Mapped[str] = mapped_column(Text, default="rule")
    size: Mapped[int] = mapped_column(default=0)
    locked_by: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EventMember(Base):
    """A page of an event; a page belongs to one event at most. ``position`` is set by a person
    who ordered the pages, null = by day."""

    __tablename__ = "event_member"
    __table_args__ = (
        one_of("role", EVENT_ROLES),
        one_of("origin", EVENT_ORIGINS),
    )

    document_id: Mapped[int] = mapped_column(
        BigKey,
        ForeignKey("document.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(Text)
    role_origin: Mapped[str] = mapped_column(Text, default="rule")
    reason: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text, default="rule")
    confidence: Mapped[float] = mapped_column(default=1.0)
    position: Mapped[int | None]
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


Index("ix_event_member_event_id", EventMember.event_id)


class EventVerdict(Base):
    """What a person decided about two pages; code never joins or parts them against it."""

    __tablename__ = "event_verdict"
    __table_args__ = (one_of("verdict", ("same", "different")),)

    low_id: Mapped[int] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True
    )
    high_id: Mapped[int] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    verdict: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EventKey(Base):
    """One key under which a page is found by other pages of its policy."""

    __tablename__ = "event_key"
    __table_args__ = ({"sqlite_with_rowid": False},)

    value: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    document_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)


Index("ix_event_key_document_id", EventKey.document_id)


class EventReference(Base):
    """A policy that a page repeals, amends or mentions, under one key it is found by. It joins no
    pages; it ends with the page or the text that makes it. ``place`` is "" when unknown."""

    __tablename__ = "event_reference"
    __table_args__ = (one_of("kind", REFERENCE_KINDS),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    document_id: Mapped[int] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), index=True
    )
    value: Mapped[int] = mapped_column(BigKey, index=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    number: Mapped[str | None] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text, default="")


class OfficialSource(Base):
    """The official page of what a medium reported: a stored document, or an address from a link.

    Both empty and ``origin`` human: a person says that there is none.
    """

    __tablename__ = "official_source"
    __table_args__ = (one_of("origin", EVENT_ORIGINS),)

    document_id: Mapped[int] = mapped_column(
        BigKey,
        ForeignKey("document.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    official_id: Mapped[int | None] = mapped_column(ForeignKey("document.id", ondelete="SET NULL"))
    url: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text)
    confidence: Mapped[float] = mapped_column(default=1.0)
    origin: Mapped[str] = mapped_column(Text, default="rule")
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
