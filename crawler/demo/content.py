"""The sample bulletins: one Markdown-like file each, read into ``SamplePage``.

A file is YAML between two ``---`` lines, then the text, one paragraph a line. ``^`` centres a
line, ``>`` sets it flush right, ``##`` is an English heading and ``|a|b|`` a table row.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, cast

import yaml

from crawler.demo.weeks import Weeks

FileKind = Literal["pdf", "docx"]
_AT = re.compile(r"^at: (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SampleFile:
    """An attachment; ``lines`` are its paragraphs in the same notation as a page's text."""

    name: str
    kind: FileKind
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Revision:
    """What the publisher changed later, and when (Shanghai time)."""

    at: datetime
    replace: tuple[tuple[str, str], ...]
    append: str = ""


@dataclass(frozen=True, slots=True)
class SamplePage:
    """One bulletin of a sample site. Times are Shanghai times."""

    site: str
    slug: str
    title: str
    at: datetime
    lines: tuple[str, ...]
    written: datetime | None = None
    number: str = ""
    index: str = ""
    column: str = ""
    issuers: tuple[str, ...] = ()
    source: str = ""
    author: str = ""
    category: str = ""
    topic: str = ""
    doc_type: str = ""
    effective: str = ""
    event: str = ""
    reprint_of: str = ""
    files: tuple[SampleFile, ...] = ()
    revised: Revision | None = None
    withdrawn: datetime | None = None

    @property
    def serial(self) -> int:
        """A seven-digit number that stays the same for this page."""
        return 1_000_000 + zlib.crc32(f"{self.site}/{self.slug}".encode()) % 9_000_000

    @property
    def token(self) -> str:
        """32 hexadecimal digits that stay the same for this page."""
        parts = (zlib.crc32(f"{n}/{self.site}/{self.slug}".encode()) for n in range(4))
        return "".join(f"{part:08x}" for part in parts)

    def shown(self, moment: datetime) -> bool:
        """Whether the page is online at ``moment``."""
        return self.at <= moment and (self.withdrawn is None or moment < self.withdrawn)

    def changed_at(self, moment: datetime) -> datetime:
        """When the page was last changed, seen from ``moment``."""
        if self.revised is not None and self.revised.at <= moment:
            return self.revised.at
        return self.at

    def lines_at(self, moment: datetime) -> tuple[str, ...]:
        """The text as it reads at ``moment``, with the publisher's later corrections."""
        if self.revised is None or moment < self.revised.at:
            return self.lines
        lines = list(self.lines)
        for old, new in self.revised.replace:
            lines = [line.replace(old, new) for line in lines]
        return (*lines, self.revised.append) if self.revised.append else tuple(lines)


def sites_folder() -> Path:
    """The folder with one folder of bulletins per sample site."""
    return Path(str(files("crawler.demo"))) / "sites"


@lru_cache(maxsize=4)
def load_pages(weeks: Weeks) -> dict[str, SamplePage]:
    """All bulletins by ``site/slug``, with dates filled in and reprints completed."""
    pages: dict[str, SamplePage] = {}
    reprints: dict[str, float] = {}
    for path in sorted(sites_folder().glob("*/*.md")):
        page, keep = _read(path, weeks)
        pages[f"{page.site}/{page.slug}"] = page
        if page.reprint_of:
            reprints[f"{page.site}/{page.slug}"] = keep
    for key, keep in reprints.items():
        original = pages[pages[key].reprint_of]
        count = max(3, round(len(original.lines) * keep))
        pages[key] = replace(pages[key], lines=pages[key].lines + original.lines[:count])
    return pages


def pages_of(weeks: Weeks, site: str, *, moment: datetime) -> list[SamplePage]:
    """The bulletins that ``site`` shows at ``moment``, newest first."""
    found = [page for page in load_pages(weeks).values() if page.site == site]
    return sorted((p for p in found if p.shown(moment)), key=lambda p: p.at, reverse=True)


def _read(path: Path, weeks: Weeks) -> tuple[SamplePage, float]:
    text = path.read_text(encoding="utf-8")
    match = _AT.search(text)
    if match is None:
        raise ValueError(f"{path}: no 'at' line")
    published = weeks.moment(match[1])
    _, head, body = weeks.fill(text, published=published).split("---\n", 2)
    data: dict[str, Any] = yaml.safe_load(head)
    lines = tuple(line.strip() for line in body.splitlines() if line.strip())
    reprint = data.get("reprint") or {}
    page = SamplePage(
        site=path.parent.name,
        slug=path.stem,
        title=str(data["title"]),
        at=published,
        lines=lines,
        written=weeks.moment(data["written"]) if "written" in data else None,
        issuers=tuple(data.get("issuers") or ()),
        reprint_of=str(reprint.get("of", "")),
        files=tuple(_file(item, lines) for item in data.get("files") or ()),
        revised=_revision(data.get("revised"), weeks),
        withdrawn=weeks.moment(data["withdrawn"]) if "withdrawn" in data else None,
        **{name: str(data.get(name) or "") for name in _TEXTS},
    )
    return page, float(reprint.get("keep", 1.0))


_TEXTS = (
    "number",
    "index",
    "column",
    "source",
    "author",
    "category",
    "topic",
    "doc_type",
    "effective",
    "event",
)


def _file(item: dict[str, Any], page_lines: Sequence[str]) -> SampleFile:
    own = item.get("lines")
    return SampleFile(
        name=str(item["name"]),
        kind=cast("FileKind", item["kind"]),
        lines=tuple(own) if own else tuple(page_lines),
    )


def _revision(data: dict[str, Any] | None, weeks: Weeks) -> Revision | None:
    if data is None:
        return None
    return Revision(
        at=weeks.moment(data["at"]),
        replace=tuple((str(old), str(new)) for old, new in data.get("replace") or ()),
        append=str(data.get("append") or ""),
    )
