"""What a page says of itself: number, issuers, dates, source, level and region, with evidence.

Nothing is guessed: a field without evidence stays ``None``. The page's own metadata table wins
over its text, the text over the list row. ``extract_metadata`` is the only entry point.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from pipelines.dates import (
    DateSpan,
    date_language,
    find_dates,
    is_day_first,
    is_plausible,
    parse_date,
)
from pipelines.fields.authorship import Authors, issuing_bodies, standing
from pipelines.fields.deadlines import Term, find_comment_deadline, find_effective, find_expiry
from pipelines.fields.docnumber import normalise_doc_number, order_number, own_number
from pipelines.fields.doctype import document_kind, is_interpretation
from pipelines.fields.lawheader import (
    Event,
    adopted,
    amended_in_force,
    history,
    in_force,
    is_stale,
    promulgated_on,
)
from pipelines.fields.published import Places, Published, find_published
from pipelines.fields.regions import parse_region
from pipelines.fields.signature import Signature, find_signature
from pipelines.fields.sourceline import author_of, source_of
from pipelines.fields.subjects import Subject, issuers_in_title
from pipelines.items import CleanPage, Evidence, Hints, Metadata

_NUMBERS = (
    "发文字号", "文号", "发文号", "文件编号", "公文号", "字号", "文件号", "发布文号", "法规文号",
)  # fmt: skip
_ISSUERS = (
    "发文机关", "发布机构", "发文单位", "制定机关", "发布单位", "发文机构", "发布机关", "公开主体",
    "责任部门", "印发机关", "公开机构", "发布部门", "颁布单位", "颁布机构", "信息来源",
)  # fmt: skip
_WRITTEN = (
    "成文日期", "成文时间", "发文日期", "发文时间", "生成日期", "印发日期", "签发日期", "生成时间",
    "颁布日期", "制定日期",
)  # fmt: skip
_EFFECTIVE = ("施行日期", "实施日期", "生效日期", "生效时间", "实施时间", "施行时间", "执行日期")
_EXPIRY = ("失效日期", "废止日期", "失效时间", "有效期至", "截止有效期", "终止日期")
_INDEX = ("索引号", "索取号", "信息索引号", "信息索引")
_OF_ANOTHER = 0.4
"""Confidence in a day in force that an interpretation names: it is that of its document."""
_CHINESE_HOST = re.compile(r"\A(?:[a-z]{2,6}://[^/?#]{1,260}\.(?:cn|hk|mo|tw)(?:[:/?#]|\Z)|\Z)")
_INDEX_LINE = re.compile(r"索\s{0,2}[引取]\s{0,2}号\s{0,2}[:：]\s{0,3}([0-9A-Za-z/\-_.]{6,60})")


def extract_metadata(
    page: CleanPage,
    *,
    url: str = "",
    hints: Hints | None = None,
    timezone: str = "Asia/Shanghai",
    fetched_at: datetime | None = None,
    publisher: str | None = None,
    region: str | None = None,
    level: str | None = None,
) -> Metadata:
    """All metadata of a cleaned page, each value with ``Evidence``.

    ``timezone`` is the publisher's; ``fetched_at`` (aware) bounds plausible dates; ``region`` and
    ``level`` are those of the source and are used for bodies named without a place (市政府) and
    when the page names no body. Nothing of the page is required: an empty page gives an empty
    result.
    """
    today = fetched_at.astimezone(ZoneInfo(timezone)).date() if fetched_at else None
    reader = _Reader(page, url, hints or Hints(), timezone, today, region)
    bodies = reader.bodies()
    where = reader.where(bodies, region, level)
    published, written = reader.published, reader.written
    original, author = reader.credits()
    return Metadata(
        title=reader.title,
        publisher=publisher,
        author=author,
        doc_number=reader.number,
        index_number=reader.index_number(),
        issuing_bodies=bodies,
        written_on=written,
        published_on=published.day if published else None,
        published_at=published.moment if published else None,
        effective_on=reader.effective,
        expires_on=reader.expires(),
        comments_until=reader.comments_until(),
        doc_type=reader.kind,
        level=where[0],
        region=where[1],
        original_source=original,
        evidence=tuple(reader.evidence),
    )


@dataclass(slots=False)
class _Reader:
    """One page under reading; fields that others rest on are read once, with their evidence."""

    page: CleanPage
    url: str
    hints: Hints
    zone: str
    today: date | None
    region: str | None
    evidence: list[Evidence] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.title = _title(self.page.title, self.hints.title)
        self.text = self.page.body_text.replace("\r\n", "\n")
        self.chinese = self.page.lang.startswith("zh")
        self.context = parse_region(self.region)
        self.table = {_label(k): v.strip() for k, v in self.page.table.items() if v.strip()}
        self.lang = _language(self.page, self.url)
        self.dates: tuple[DateSpan, ...] = find_dates(self.text, lang=self.lang)

    def note(
        self, name: str, value: object, span: str, rule: str, confidence: float,
        *, place: str = "body", start: int = -1,
    ) -> None:  # fmt: skip
        row = Evidence(
            name, str(value), span.strip()[:200], rule, round(confidence, 3), place, start
        )
        self.evidence.append(row)

    def fact(self, labels: tuple[str, ...]) -> tuple[str, str] | None:
        """The first of ``labels`` that the page's own table fills, with its value."""
        for label in labels:
            value = self.table.get(label, "").strip(" -—/无")
            if value:
                return label, value
        return None

    @cached_property
    def day_zone(self) -> str:
        """The zone whose day a stamp in UTC means. A page in another language from a host outside
        China is not on China's clock because its source names no other: its day is that printed."""
        abroad = not self.page.lang.startswith(("zh", "ja")) and not _CHINESE_HOST.match(self.url)
        return "UTC" if abroad and self.zone == "Asia/Shanghai" else self.zone

    @cached_property
    def titled(self) -> Subject | None:
        return issuers_in_title(self.title) if self.chinese else None

    @cached_property
    def signature(self) -> Signature | None:
        if not self.chinese:
            return None
        expected = self.titled.bodies if self.titled else ()
        return find_signature(self.text, dates=self.dates, expected=expected)

    @cached_property
    def events(self) -> tuple[Event, ...]:
        return history(self.text) if self.chinese else ()

    @cached_property
    def kind(self) -> str | None:
        kind = document_kind(self.title) if self.chinese else None
        if kind:
            self.note("doc_type", kind, self.title, "title", 0.9, place="title")
        return kind

    @cached_property
    def number(self) -> str | None:
        found = self.fact(_NUMBERS)
        if found:
            value = normalise_doc_number(found[1]) or order_number(found[1], title=self.title)
            if value:
                self.note("doc_number", value, found[1], f"table:{found[0]}", 0.99, place="table")
                return value
        stated = self.page.meta.get("layout:doc_number") or self.hints.doc_number
        if value := normalise_doc_number(stated):
            self.note("doc_number", value, stated or "", "list", 0.97, place="list")
            return value
        for place, text in (
            ("head", self.page.head_text),
            ("title", self.title),
            ("body", self.text),
        ):
            own = own_number(text, title=self.title)
            if own is not None:
                self.note(
                    "doc_number", own.value, own.text, f"{place}:own", 0.95,
                    place=place, start=own.start,
                )  # fmt: skip
                return own.value
        return None

    def index_number(self) -> str | None:
        found = self.fact(_INDEX)
        if found is None:
            match = _INDEX_LINE.search(self.page.head_text)
            if match is None:
                return None
            found = ("索引号", match[1])
        value = "".join(found[1].split())
        self.note("index_number", value, found[1], f"table:{found[0]}", 0.99, place="table")
        return value

    def bodies(self) -> tuple[str, ...]:
        if not self.chinese:
            return ()
        signed = self.signature
        claim = issuing_bodies(
            Authors(
                title=self.title,
                titled=self.titled,
                text=self.text,
                table=self.fact(_ISSUERS),
                hint=self.hints.issuer,
                number=self.number,
                signature=signed,
                adopted=None if signed and signed.bodies else adopted(self.events),
                context=self.context,
            )
        )
        if claim is None:
            return ()
        names = "、".join(claim.bodies)
        self.note(
            "issuing_bodies", names, claim.span, claim.rule, claim.confidence,
            place=claim.place, start=claim.start,
        )  # fmt: skip
        if claim.note:
            self.note(
                "issuing_note",
                claim.note,
                claim.span,
                claim.rule,
                claim.confidence,
                place=claim.place,
            )
        return claim.bodies

    def where(
        self, bodies: tuple[str, ...], region: str | None, level: str | None
    ) -> tuple[str | None, str | None]:
        found = standing(
            bodies, self.title, context=self.context, document=bool(self.number or self.kind),
            region=self.context.path if self.context else region, level=level,
        )  # fmt: skip
        if found.span:
            self.note("level", found.level, found.span, found.rule, found.confidence)
            self.note("region", found.region, found.span, found.rule, found.confidence)
        return found.level, found.region

    @cached_property
    def published(self) -> Published | None:
        places = Places(
            self.page.meta, self.table, self.page.head_text, self.url, self.hints, self.text
        )
        found = find_published(
            places, zone=self.zone, today=self.today, lang=self.lang, day_zone=self.day_zone
        )
        if found is not None:
            self.note(
                "published_on", found.day, found.span, found.rule, found.confidence,
                place=found.place, start=found.start,
            )  # fmt: skip
        return found

    def stated_day(self, name: str, labels: tuple[str, ...]) -> date | None:
        """A day from the page's table; 1970-01-01 and days before 1949 are empty fields."""
        found = self.fact(labels)
        value = parse_date(found[1], lang=self.lang, zone=self.zone) if found else None
        if found and value and is_plausible(value, today=None):
            self.note(name, value, found[1], f"table:{found[0]}", 0.98, place="table")
            return value
        return None

    @cached_property
    def written(self) -> date | None:
        value = self.stated_day("written_on", _WRITTEN)
        if value is not None:
            return value
        listed = self.hints.written_on
        if listed is not None and is_plausible(listed, today=self.today):
            self.note("written_on", listed, listed.isoformat(), "list", 0.97, place="list")
            return listed
        signed = self.signature
        if signed and signed.written_on and is_plausible(signed.written_on, today=self.today):
            confidence = 0.95 if signed.bodies else 0.8
            self.note(
                "written_on", signed.written_on, signed.span, "signature", confidence,
                start=signed.start,
            )  # fmt: skip
            return signed.written_on
        made = adopted(self.events)
        if made is not None and is_plausible(made.day, today=self.today):
            self.note("written_on", made.day, made.span, "adoption", 0.9, start=made.start)
            return made.day
        return None

    def term(self, name: str, found: Term | None) -> date | None:
        if found is None:
            return None
        self.note(name, found.value, found.span, found.rule, found.confidence, start=found.start)
        return found.value

    @cached_property
    def draft(self) -> bool:
        """A text open for comments is not in force: days of its last article are proposals."""
        return self.kind == "征求意见稿"

    @cached_property
    def effective(self) -> date | None:
        if self.draft:
            return None
        value = self.stated_day("effective_on", _EFFECTIVE)
        if value is not None or not self.chinese:
            return value
        published = self.published.day if self.published else None
        line = in_force(self.events)
        if line is not None:
            return self.term("effective_on", Term(line.day, line.span, line.start, "header", 0.95))
        found = find_effective(
            self.text, dates=self.dates, written_on=self.written, published_on=published,
            promulgated_on=self._promulgated(published),
        )  # fmt: skip
        if (found and is_stale(found.value, self.events)) or (not found and self.events):
            found = self._amended(published)
        if found and is_interpretation(self.title):
            found = replace(found, confidence=min(found.confidence, _OF_ANOTHER))
        return self.term("effective_on", found)

    def _amended(self, published: date | None) -> Term | None:
        later = amended_in_force(self.events, published)
        last = self.events[-1]
        return Term(later, last.span, last.start, "amendment", 0.7) if later else None

    def _promulgated(self, published: date | None) -> date | None:
        """Orders are promulgated when signed; a page long after the text is a re-publication."""
        day = promulgated_on(self.events)
        if day is not None or self.written is None:
            return day
        if published is not None and 0 <= (published - self.written).days <= 60:
            return self.written if self.number and "令第" in self.number else published
        return self.written

    def expires(self) -> date | None:
        if self.draft:
            return None
        value = self.stated_day("expires_on", _EXPIRY)
        if value is not None or not self.chinese:
            return value
        found = find_expiry(
            self.text, dates=self.dates, effective_on=self.effective, written_on=self.written
        )
        return self.term("expires_on", found)

    def comments_until(self) -> date | None:
        found = find_comment_deadline(
            self.text, title=self.title, dates=self.dates, written_on=self.written,
            published_on=self.published.day if self.published else None,
        )  # fmt: skip
        return self.term("comments_until", found)

    def credits(self) -> tuple[str | None, str | None]:
        source = source_of(self.table, self.page.head_text, self.text, self.page.meta)
        if source:
            self.note(
                "original_source", source.name, source.span, source.rule, 0.9, place=source.rule
            )
        author = author_of(self.page.head_text, self.page.meta, self.hints.author)
        if author:
            self.note("author", author.name, author.span, author.rule, 0.8, place=author.rule)
        return source.name if source else None, author.name if author else None


def _language(page: CleanPage, url: str) -> str:
    """The page's language with its region where one is stated or shown (en-GB writes 02/10)."""
    if page.lang.startswith("zh"):
        return page.lang
    stated = page.meta.get("html:lang") or page.meta.get("og:locale") or page.lang
    known = next((lang for lang in (page.lang, stated) if is_day_first(lang)), stated)
    return date_language(
        known.strip().lower().replace("_", "-"), url=url, text=f"{page.head_text}\n{page.body_text}"
    )


def _title(own: str, listed: str | None) -> str:
    """The page's title; the list row's where a fragment begins with its addressees."""
    title = " ".join(own.split())
    if listed and (not title or title.endswith(("：", ":"))):
        title = " ".join(listed.split())
    return title


def _label(key: str) -> str:
    return "".join(unicodedata.normalize("NFKC", key).split()).strip(":：[]【】·*")
