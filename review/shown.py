"""How values are shown: times in the reader's zone, sizes, counts, safe article HTML."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import nh3
from markupsafe import Markup
from selectolax.lexbor import LexborHTMLParser

from review.i18n import Texts

_TAGS = {
    *("p", "br", "hr", "div", "section", "blockquote", "pre", "code", "span", "a"),
    *("h2", "h3", "h4", "h5", "h6", "strong", "em", "b", "i", "u", "s", "sub", "sup", "small"),
    *("ul", "ol", "li", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tfoot"),
    *("tr", "th", "td", "figure", "figcaption", "ruby", "rt", "rp", "mark"),
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
    "span": {"class"},
}


@dataclass(frozen=True, slots=True)
class Clock:
    """The moment of the request and the zone and language in which times are written."""

    now: datetime
    zone: ZoneInfo
    texts: Texts

    def local(self, value: datetime) -> datetime:
        """The moment in the shown zone."""
        return value.astimezone(self.zone)

    @property
    def today(self) -> date:
        """The calendar day in the shown zone."""
        return self.local(self.now).date()

    def stamp(self, value: datetime | None) -> str:
        """Like 2026-11-20 08:05, in the shown zone."""
        return self.local(value).strftime("%Y-%m-%d %H:%M") if value else "—"

    def iso(self, value: datetime) -> str:
        """Machine form in UTC, for ``<time datetime>``."""
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def ago(self, value: datetime | None) -> str:
        """Rough distance from now, before or after, e.g. 3 小时前 / in 5 min."""
        if value is None:
            return self.texts("time.never")
        seconds = (self.now - value).total_seconds()
        side = "ago" if seconds >= 0 else "ahead"
        seconds = abs(seconds)
        if seconds < 60:
            return self.texts(f"time.moment_{side}")
        for unit, size, limit in (("minutes", 60, 90), ("hours", 3600, 36), ("days", 86400, 60)):
            count = round(seconds / size)
            if count < limit:
                return self.texts(f"time.{unit}_{side}", n=max(1, count))
        return self.local(value).strftime("%Y-%m-%d")

    def day(self, value: date | None) -> str:
        """Calendar day with its weekday, e.g. 2026-11-20 周五."""
        if value is None:
            return self.texts("time.unknown_day")
        return f"{value.isoformat()} {self.texts(f'weekday.{value.isoweekday()}')}"

    def duration(self, start: datetime | None, end: datetime | None) -> str:
        """Length of a run, to now when it has not ended."""
        if start is None:
            return "—"
        seconds = max(0, round(((end or self.now) - start).total_seconds()))
        if seconds < 60:
            return self.texts("time.for_seconds", n=seconds)
        if seconds < 3600:
            return self.texts("time.for_minutes", m=seconds // 60, s=seconds % 60)
        return self.texts("time.for_hours", h=seconds // 3600, m=seconds % 3600 // 60)

    def day_bounds(self, first: date | None, last: date | None) -> tuple[datetime | None, ...]:
        """UTC start of the first and end of the last local day."""
        start = datetime.combine(first, datetime.min.time(), self.zone) if first else None
        end = (
            datetime.combine(last + timedelta(days=1), datetime.min.time(), self.zone)
            if last
            else None
        )
        return (start.astimezone(UTC) if start else None, end.astimezone(UTC) if end else None)


def region_name(value: str | None, texts: Texts) -> str:
    """``CN-浙江-杭州`` as 浙江·杭州; codes of countries by name; other values as they are."""
    if not value:
        return ""
    country, _, place = value.partition("-")
    if place and country == "CN":
        return place.replace("-", "·")
    return texts.name("region", value)


def size_text(count: int | None) -> str:
    """Bytes as B, KB, MB or GB."""
    if count is None:
        return "—"
    if count < 1024:
        return f"{count} B"
    if count < 1024 * 1024:
        return f"{count / 1024:.0f} KB"
    if count < 1024**3:
        return f"{count / 1024**2:.1f} MB"
    return f"{count / 1024**3:.1f} GB"


def web_link(value: object) -> str | None:
    """The address when it is plain http(s), else None: never ``javascript:`` or ``data:``."""
    text = str(value or "").strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
        return None
    return text


def host_of(value: object) -> str:
    """Host of an address for showing beside a link, empty when it has none."""
    link = web_link(value)
    return (urlsplit(link).hostname or "") if link else ""


def article(body_html: str, *, image_word: str) -> Markup:
    """Stored body HTML, cleaned once more on the way out.

    Images become a note with their text and a link: showing them would tell other servers
    what is being read here, and the page policy forbids it.
    """
    tree = LexborHTMLParser(body_html or "")
    for image in tree.css("img"):
        attributes: dict[str, Any] = image.attributes
        note = f"[{image_word}] {attributes.get('alt') or ''}".strip()
        image.replace_with(note)
    body = tree.body
    html = (body.inner_html or "") if body is not None else ""
    # the sanitiser runs last, on exactly the text that is sent
    cleaned = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )
    return Markup(cleaned)  # noqa: S704 - sanitised on the line above


def comparison(html: str) -> Markup:
    """The marked-up comparison of two texts, reduced to paragraphs, insertions and deletions."""
    allowed = {"p", "br", "div", "ins", "del", "span", "h3", "hr"}
    return Markup(nh3.clean(html, tags=allowed, attributes={}))  # noqa: S704 - sanitised here
