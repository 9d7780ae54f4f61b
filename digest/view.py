"""The frozen issue: plain values that every rendering of an issue is made from.

An ``IssueView`` is built once by ``digest.compose``, stored as JSON with the issue, and never
changed afterwards: mail, text part and web page show the same items with the same numbers. All
strings are plain text (never HTML) and already cleaned of control characters; all ``date``
values are calendar days in the zone of the edition or of the publisher.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Literal

from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class AlsoSeen:
    """Another page carrying the same document."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Official:
    """The official page behind a medium's report; without an address none was found."""

    name: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Touched:
    """Another policy that an act repeals or amends, as the act itself names it."""

    kind: Literal["repeal", "amend"]
    name: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One numbered entry. ``mark`` is 更新, 续 or 撤下 with the number of the issue it continues.

    ``news`` says in a few words what is new since that issue.
    ``also_total`` counts all other sources, ``also`` holds the first few. ``minutes`` is the
    reading time of the original. ``lang`` is empty when it is the language of the issue. ``note``
    is the editors' own word on the item, printed with a label and never mixed into the summary.
    ``story`` holds the first of ``story_total`` other pages of the same policy event; ``official``
    is the official page behind a report, None where the item is official itself. ``touched``: what
    it repeals or amends.
    """

    number: int
    document_id: int
    title: str
    url: str
    source: str = ""
    day: date | None = None
    region: str = ""
    doc_number: str = ""
    doc_type: str = ""
    summary: str = ""
    topics: tuple[str, ...] = ()
    watches: tuple[str, ...] = ()
    also: tuple[AlsoSeen, ...] = ()
    also_total: int = 0
    mark: str = ""
    mark_issue: int = 0
    comments_until: date | None = None
    effective_on: date | None = None
    minutes: int = 0
    lang: str = ""
    note: str = ""
    story: tuple[AlsoSeen, ...] = ()
    story_total: int = 0
    official: Official | None = None
    news: str = ""
    touched: tuple[Touched, ...] = ()

    @property
    def anchor(self) -> str:
        """Stable fragment of the item inside the issue, e.g. ``i12``."""
        return f"i{self.number}"


@dataclass(frozen=True, slots=True)
class Section:
    """Items under one heading. ``brief`` sections print titles only."""

    slug: str
    title: str
    items: tuple[Item, ...]
    brief: bool = False


@dataclass(frozen=True, slots=True)
class Lead:
    """One line of 要点: who did what, and the number of the item that tells more."""

    number: int
    who: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day on which something ends or begins. ``number`` is 0 when the item is not in this issue.

    ``what`` is 意见截止 or 施行; ``days_left`` counts from the day of the issue.
    """

    day: date
    what: str
    title: str
    url: str
    days_left: int
    number: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the week with its label."""

    value: int
    label: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was looked at: sources checked of all sources, and the names of those that failed.

    ``partial`` were checked, but their latest look left pages or lists unread.
    """

    checked: int = 0
    total: int = 0
    failed: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IssueView:
    """One issue of one edition. ``first_day`` and ``last_day`` bound the period covered.

    ``intro`` is the editors' own preface, ``permit`` the 准印证号 of a printed internal serial.
    """

    edition: str
    title: str
    number: int
    issued_on: date
    first_day: date
    last_day: date
    sections: tuple[Section, ...] = ()
    subtitle: str = ""
    leads: tuple[Lead, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    figures: tuple[Figure, ...] = ()
    coverage: Coverage = Coverage()
    minutes: int = 1
    lang: str = "zh-CN"
    publisher: str = ""
    contact: str = ""
    notice: str = ""
    intro: str = ""
    cadence: str = "每周"
    composed_at: datetime | None = None
    permit: str = ""

    @property
    def items(self) -> tuple[Item, ...]:
        """All items in the order of their numbers."""
        return tuple(item for section in self.sections for item in section.items)

    @property
    def label(self) -> str:
        """``第12期``."""
        return f"第{self.number}期"


@cache
def _adapter() -> TypeAdapter[IssueView]:
    return TypeAdapter(IssueView)


def dump_view(view: IssueView) -> str:
    """The view as JSON; the same view always gives the same characters."""
    return _adapter().dump_json(view).decode("utf-8")


def load_view(text: str) -> IssueView:
    """The view from its JSON; raises ``pydantic.ValidationError`` on anything else."""
    return _adapter().validate_json(text)


def view_hash(view: IssueView) -> str:
    """SHA-256 of the JSON form, printed (first ten digits) in every rendering.

    Default values are left out, so that a field added by a later version of the program does not
    change the hash of an approved issue.
    """
    return hashlib.sha256(_adapter().dump_json(view, exclude_defaults=True)).hexdigest()
