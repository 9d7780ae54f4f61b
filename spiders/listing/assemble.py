"""What all readers share: from raw values to a checked row."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import parse_qsl, urlsplit

from pipelines.dates import date_from_url
from pipelines.items import AttachmentRef
from pipelines.urls import canonicalise, host_of, is_fetchable, url_key
from spiders.fields import tidy
from spiders.patterns import MAX_SUBJECT, search
from spiders.rowdates import RowDate, day_from_groups, is_relative, read_row_date
from spiders.rows import Listing, ListRow, RowProblem
from spiders.spec import RowFields, SourceBase

MAX_ROWS = 5000
MAX_TITLE = 400
#: markup, but not a name in angle brackets such as <数据安全法>
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,300}>|<!--[^<>]{0,300}>")
#: click counters of site searches, with the real address in a parameter
_COUNTER = re.compile(r"/(?:visit/)?link\.do$")
#: marks that lists put before a title, and after it
_MARKS = re.compile(
    r"^(?:[\[【(（<〔]\s*(?:置顶|顶|热|热门|新|最新|重要|荐|推荐|图文?|视频|new|hot|top)\s*[\]】)）>〕]"
    r"|置顶(?=[\s:：|·《]))[\s:：|·]*|\s*[\[【(（](?:新|最新|new|hot|\s*)[\]】)）]$",
    re.IGNORECASE,
)
#: what pages of labelled lines call the title
_LABEL = re.compile(
    r"^(?:(?:case )?(?:title|name)|subject|标题|名称|文件名称|信息名称|题名)\s?[:：]\s*",
    re.IGNORECASE,
)
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?"
_DAY_IN_LETTERS = (
    r"\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)?\d\d"
    rf"|{_MONTH} \d{{1,2}},? (?:19|20)\d\d|\d{{1,2}} {_MONTH},? (?:19|20)\d\d"
)
_DAY = rf"(?:19|20)\d\d[-/.年]\d{{1,2}}[-/.月]\d{{1,2}}日?|{_DAY_IN_LETTERS}"
#: a day before a title, inside the link
_DAY_AT_START = re.compile(
    r"^(?:[\[【(（]\s*([^\[\]【】()（）]{6,30})[\]】)）]|(\d[\d./-]{7,9})\s"
    rf"|(?:[a-z]{{3,6}}day,? )?({_DAY_IN_LETTERS})(?![\w/])"
    rf"|({_MONTH} \d{{1,2}})(?=\s*[:–—|-])(?!\s?[–—-]\s?\d{{1,2}}(?![\d-])))[\s,:–—|-]*",
    re.IGNORECASE,
)
_DAY_AT_END = re.compile(rf"\s*[\[【(（]\s*({_DAY})\s*[\]】)）]$", re.IGNORECASE)
#: a day behind a title and a dash; not the end of a period
_DAY_AFTER_DASH = re.compile(rf"(?<!\d)\s[–—|-]\s({_DAY})$", re.IGNORECASE)
#: what parts a title from its neighbours in running text; not the Chinese dash, a double one, and
#: not the sign of a number
_EDGES = re.compile(r"^(?:[\s,;:|·•●○■□◆◇▪►▶–/]|-(?!\d)|—(?!—))+|(?:[\s,;:|·•–/(-]|(?<!—)—)+$")
#: what follows a labelled title in a tooltip of several lines
_NEXT_LABEL = re.compile(
    r"\s(?:发布时间|发布日期|发文时间|更新时间|时间|日期|作者|来源|点击数|浏览次数|所属栏目|责任编辑)\s?[:：]"
)
#: an address inside a script: ``window.open('/art/1.html')``
_IN_SCRIPT = re.compile(r"""['"]((?:https?:/)?/[^'"\s]+|[^'"\s]+\.[a-z]{3,5}(?:\?[^'"\s]*)?)['"]""")
_ANCHOR = re.compile(r"""<a\s[^<>]{0,300}?\bhref\s*=\s*(["'])([^"'<>]{1,2000})\1""", re.IGNORECASE)
_SCRIPTED = re.compile(r"^\s*(?:javascript:|[\w.]+\s*[(=])", re.IGNORECASE)
_HAS_YEAR = re.compile(r"(?:19|20)\d\d")
#: articles on these hosts are imported by hand only: their terms and challenges say so
MANUAL_HOSTS = frozenset({"mp.weixin.qq.com"})


@dataclass(frozen=True, slots=True)
class RawRow:
    """Values of one row as the list prints them."""

    link: str | None
    title: str | None = None
    date_text: str | None = None
    when: RowDate | None = None
    modified: RowDate | None = None
    summary: str | None = None
    doc_number: str | None = None
    issuer: str | None = None
    author: str | None = None
    external_id: str | None = None
    categories: tuple[str, ...] = ()
    fetch: str | None = None
    body: str | None = None
    attachments: tuple[AttachmentRef, ...] = ()
    written: str | None = None


@dataclass(slots=True)
class Assembler:
    """Collects the rows of one answer, drops repeated links, counts what is left out and why."""

    spec: SourceBase
    base_url: str
    today: date | None = None
    need_title: bool = True
    rows: list[ListRow] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    skipped: int = 0
    matched: int = 0
    repeated: int = 0
    _seen: set[str] = field(default_factory=set)
    _printed: bool = field(init=False)

    def __post_init__(self) -> None:
        """Rows are HTML as people see it, or data, whose titles say what they mean."""
        plain = getattr(self.spec, "fields", None) is None
        self._printed = plain and isinstance(self.spec, RowFields)

    def add(self, raw: RawRow) -> None:
        """Check one row and keep it, or note why not."""
        self.matched += 1
        if len(self.rows) >= MAX_ROWS:
            self.skipped += 1
            return
        url = self._link(raw)
        if url is None:
            return
        title = plain_text(raw.title)[:MAX_TITLE]
        if self._printed:
            title = _told(title)
        if self._unwanted(url, title):
            self.skipped += 1
            return
        if self.need_title and not title:
            self.problems.append(RowProblem("no_title", url))
            return
        row = self._row(raw, url=url, title=title)
        key = url_key(url)
        if row is None or key in self._seen:
            self.skipped += 1
            self.repeated += key in self._seen
            return
        self._seen.add(key)
        bare = self._without_day(row, printed=raw.date_text) if self._printed else row.title
        self.rows.append(row if bare == row.title else replace(row, title=bare))

    def _without_day(self, row: ListRow, *, printed: str | None) -> str:
        """The title without the day of the row, where the list prints it before or after it.

        Behind a dash it may belong to the title: there it must be the only day the row prints.
        """
        match = _DAY_AT_START.match(row.title) or _DAY_AT_END.search(row.title)
        if match is None and printed is not None and row.title in plain_text(printed):
            match = _DAY_AFTER_DASH.search(row.title)
        if match is None or row.published_on is None:
            return row.title
        spec, text = self.spec, next(filter(None, match.groups()))
        texts = [text] if _HAS_YEAR.search(text) else [text, f"{row.published_on.year} {text}"]
        days = {
            read_row_date(
                each, form=spec.date_format, zone=spec.timezone, lang=spec.lang, today=self.today
            ).day
            for each in texts
        }
        rest = _EDGES.sub("", row.title[: match.start()] + row.title[match.end() :])
        same = row.published_on in days
        return rest if same and len(rest) >= 4 else row.title

    def listing(
        self,
        *,
        next_url: str | None = None,
        cursor: str | None = None,
        children: tuple[str, ...] = (),
    ) -> Listing:
        """What was collected."""
        return Listing(
            rows=tuple(self.rows),
            matched=self.matched,
            problems=tuple(self.problems),
            skipped=self.skipped,
            repeated=self.repeated,
            next_url=next_url,
            cursor=cursor,
            children=children,
        )

    def _link(self, raw: RawRow) -> str | None:
        link = link_in_script(raw.link or "")
        if not link or link.startswith(("#", "javascript:", "mailto:")):
            self.problems.append(RowProblem("no_link", plain_text(raw.title)[:80]))
            return None
        url = _direct(canonicalise(link, base=self.base_url))
        if not is_fetchable(url):
            self.problems.append(RowProblem("bad_link", link[:200]))
            return None
        if host_of(url) in MANUAL_HOSTS:
            self.problems.append(RowProblem("manual_host", url))
            return None
        return url

    def _unwanted(self, url: str, title: str) -> bool:
        spec = self.spec
        if spec.link_regex and search(spec.link_regex, url) is None:
            return True
        if spec.title_match and search(spec.title_match, title) is None:
            return True
        return bool(spec.title_skip) and search(spec.title_skip or "", title) is not None

    def _row(self, raw: RawRow, *, url: str, title: str) -> ListRow | None:
        values = {
            "issuer": self._looked_up("issuer", raw.issuer),
            "author": self._looked_up("author", raw.author),
        }
        categories = tuple(
            found
            for name in raw.categories
            if (found := self._looked_up("category", name)) and found != "ignore"
        )
        if "ignore" in values.values():
            return None
        when = raw.when or read_row_date(
            raw.date_text,
            form=self.spec.date_format,
            zone=self.spec.timezone,
            lang=self.spec.lang,
            today=self.today,
        )
        day = when.day or self._day_of_link(url)
        if when.day is not None and not _HAS_YEAR.search(raw.date_text or ""):
            day = _in_year_of(url, when.day, relative=is_relative(raw.date_text or ""))
        modified = raw.modified.at if raw.modified else None
        fetch = canonicalise(raw.fetch, base=self.base_url) if raw.fetch else None
        return ListRow(
            url=url,
            title=title,
            date_text=_date_text(raw.date_text, when, day),
            published_on=day,
            published_at=when.at,
            modified_at=modified,
            summary=plain_text(raw.summary)[:2000] or None,
            doc_number=plain_text(raw.doc_number)[:120] or None,
            issuer=values["issuer"],
            author=values["author"],
            external_id=(raw.external_id or "")[:300] or None,
            categories=categories,
            fetch_url=fetch if fetch and is_fetchable(fetch) else None,
            body=raw.body,
            attachments=raw.attachments,
            written_on=self._written(raw),
        )

    def _written(self, raw: RawRow) -> date | None:
        """成文日期: the list's own format or any other that reads as a day."""
        zone, lang = self.spec.timezone, self.spec.lang
        for form in (self.spec.date_format, "auto") if raw.written else ():
            found = read_row_date(raw.written, form=form, zone=zone, lang=lang, today=self.today)
            if found.day is not None:
                return found.day
        return None

    def _looked_up(self, kind: str, value: str | None) -> str | None:
        text = plain_text(value)[:200]
        if not text:
            return None
        return {str(key): table for key, table in self.spec.lookups.items()}.get(kind, {}).get(
            text, text
        )

    def _day_of_link(self, url: str) -> date | None:
        if not self.spec.link_regex:
            return None
        match = search(self.spec.link_regex, url)
        return day_from_groups(match) if match else None


def _told(title: str) -> str:
    """A title without labels, marks and what parts it from its neighbours."""
    return _EDGES.sub("", _MARKS.sub("", _named(_EDGES.sub("", title)))) or title


def bare_title(text: str) -> str:
    """What would be left of a text as a title: also without a day at its start or end."""
    title = _told(text)
    match = _DAY_AT_START.match(title) or _DAY_AT_END.search(title)
    return _EDGES.sub("", title[: match.start()] + title[match.end() :]) if match else title


def _named(title: str) -> str:
    """A title without the label before it, and without the labelled lines after it."""
    match = _LABEL.match(title)
    if match is None:
        return title
    title = title[match.end() :]
    after = _NEXT_LABEL.search(title)
    return title[: after.start()] if after is not None else title


def link_in_script(text: str) -> str:
    """The address that a script opens (``onclick``) or a link leads to; other text as it is."""
    text = text.strip()
    if "<" in text and (anchor := _ANCHOR.search(text)) is not None:
        return html.unescape(anchor[2])
    if not _SCRIPTED.match(text):
        return text
    found = _IN_SCRIPT.search(text)
    return found[1] if found else text


def _in_year_of(url: str, day: date, *, relative: bool) -> date:
    """A month and day printed without a year: the year is that of the address, if it has one.

    "3 hours ago" counts from when the page was made: a day in the address says it better.
    """
    stated = date_from_url(url)
    if stated is not None and (relative or (stated.month, stated.day) == (day.month, day.day)):
        return stated
    return day


def _direct(url: str) -> str:
    """The address behind a click counter; any other address as it is."""
    if "link.do" not in url or not _COUNTER.search((parts := urlsplit(url)).path):
        return url
    target = dict(parse_qsl(parts.query)).get("url", "")
    return canonicalise(target) if target.startswith(("http://", "https://")) else url


def plain_text(text: str | None) -> str:
    """One line without tags and entities (highlight marks of search answers, feed titles)."""
    if not text:
        return ""
    text = text[: 10 * MAX_SUBJECT]
    if "<" in text:
        text = _TAG.sub("", text)
    if "&" in text:
        text = html.unescape(text)
    return tidy(text)


def _date_text(text: str | None, when: RowDate, day: date | None) -> str | None:
    """The date as printed; numbers (epoch) and dates from the link as ISO days."""
    printed = plain_text(text)[:80]
    if printed and not printed.lstrip("-").replace(".", "").isdigit():
        return printed
    found = when.day or day
    return found.isoformat() if found else printed or None
