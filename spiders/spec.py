"""What a source file may say: one model per kind, frozen, unknown keys refused.

``SourceSpec`` is the union of the four kinds, told apart by ``kind``. Durations are
``timedelta``; selectors, patterns and paths are checked when the file is read. No setting can
name a program, a file or code.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from pipelines.items import Layout
from pipelines.urls import host_group, host_of
from spiders.paging import CursorPaging, JpagePaging, NextPaging, NumberPaging
from spiders.spec_types import (
    Address,
    Certificate,
    Day,
    Duration,
    FieldText,
    Headers,
    Hours,
    JsonField,
    JsonPath,
    Line,
    Name,
    PageSelector,
    Part,
    Pattern,
    PlaceText,
    Region,
    ScalarText,
    ScriptName,
    Selector,
    Slug,
    Topic,
    Zone,
)

Level = Literal[
    "national",
    "provincial",
    "municipal",
    "district",
    "regulator",
    "court",
    "association",
    "international",
    "media",
    "company",
]
Status = Literal["enabled", "unproven", "manual", "disabled"]
DateFormat = Annotated[str, AfterValidator(lambda text: _date_format(text))]


def _date_format(text: str) -> str:
    if text in {"auto", "epoch_s", "epoch_ms"} or (("%Y" in text or "%y" in text) and "%d" in text):
        return text
    raise ValueError(
        "日期格式为 auto、epoch_s、epoch_ms 或 %Y-%m-%d 一类 / "
        "a date format is auto, epoch_s, epoch_ms or one like %Y-%m-%d"
    )


class Expect(Part):
    """What a healthy list looks like; health rules compare every run with it."""

    min_rows: int = Field(1, ge=0, le=1000)
    quiet_days: int | None = Field(None, ge=1, le=730)
    fill: dict[
        Literal["title", "published_on", "body", "doc_number", "issuer"],
        Annotated[float, Field(ge=0, le=1, strict=False)],
    ] = Field(default_factory=dict)


class Recheck(Part):
    """How often a known page is looked at again for revisions, and for how long."""

    every: Duration = timedelta(days=7)
    for_: Duration = Field(timedelta(days=30), alias="for")


class Budget(Part):
    """The most one run may do: list pages per list address, and article pages in all."""

    pages: int = Field(5, ge=1, le=5000)
    items: int = Field(200, ge=1, le=20_000)


class Resolve(Part):
    """A page read first, in which patterns find the values of ``{placeholders}``.

    ``url`` may be relative to the first list address; the first group of a pattern is taken.
    """

    url: PlaceText
    find: dict[Name, Pattern] = Field(min_length=1, max_length=8)


class DatedLayout(Part):
    """Selectors of a site as it was before ``until``.

    Those of articles also read pages of that time which the site still serves. Those of the
    list only serve to test recordings of that time; a key that is left out was the same.
    """

    until: Day
    row: Selector | None = None
    link: FieldText | None = None
    title_field: FieldText | None = Field(None, alias="row_title")
    date: FieldText | None = None
    date_format: DateFormat | None = None
    link_regex: Pattern | None = None
    body: PageSelector | None = None
    article_title: PageSelector | None = None
    article_date: PageSelector | None = None
    article_source: PageSelector | None = None
    article_doc_number: PageSelector | None = None
    drop: Annotated[tuple[PageSelector, ...], Field(max_length=20, strict=False)] = ()


class DetailData(Part):
    """An article whose text is JSON: the whole answer, or a value inside a script of the page.

    ``mark`` is the text before the value in the script, such as ``window._CONFIG``.
    """

    mark: Line | None = None
    body: JsonPath
    title: JsonPath | None = None
    date: JsonPath | None = None
    date_format: DateFormat = "auto"
    written: JsonPath | None = None
    issuer: JsonPath | None = None
    doc_number: JsonPath | None = None


class SourceBase(Part):
    """What all kinds have in common. ``key`` is the file name without ``.yaml``."""

    key: Slug
    title: Line
    publisher: Line
    region: Region
    level: Level
    family: Slug | None = None
    status: Status = "enabled"
    topics: Annotated[tuple[Topic, ...], Field(max_length=20, strict=False)] = ()
    tags: Annotated[tuple[Slug, ...], Field(max_length=20, strict=False)] = ()
    url: Address | None = None
    urls: Annotated[tuple[Address, ...], Field(max_length=40, strict=False)] = ()
    each: dict[Name, Annotated[tuple[ScalarText, ...], Field(min_length=1, strict=False)]] = Field(
        default_factory=dict, max_length=3
    )
    resolve: Resolve | None = None
    homepage: Address | None = None
    lang: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,4})?$")] = "zh"
    timezone: Zone = "Asia/Shanghai"
    every: Duration = timedelta(hours=6)
    hours: Hours | None = None
    delay: Duration | None = None
    max_age: Duration | None = None
    needs: Literal["js"] | None = None
    certificate: Certificate | None = None
    headers: Headers = Field(default_factory=dict)
    link_regex: Pattern | None = None
    title_match: Pattern | None = None
    title_skip: Pattern | None = None
    date_format: DateFormat = "auto"
    body: PageSelector | None = None
    article_title: PageSelector | None = None
    article_date: PageSelector | None = None
    article_source: PageSelector | None = None
    article_doc_number: PageSelector | None = None
    drop: Annotated[tuple[PageSelector, ...], Field(max_length=20, strict=False)] = ()
    layouts: Annotated[tuple[DatedLayout, ...], Field(max_length=20, strict=False)] = ()
    detail: DetailData | None = None
    expect: Expect = Expect()
    recheck: Recheck = Recheck()
    budget: Budget = Budget()
    lookups: dict[Literal["issuer", "author", "category"], dict[str, ScalarText]] = Field(
        default_factory=dict
    )
    notes: Annotated[str, Field(max_length=2000)] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if bool(self.url) == bool(self.urls):
            raise ValueError(
                "写 url 或 urls 之一 / give either url or urls (a list of pages of the same form)"
            )
        if self.status in ("manual", "disabled") and not self.notes:
            raise ValueError(
                "停用或手工来源请在 notes 写明原因 / a manual or disabled source says why in notes"
            )
        if self.every < timedelta(minutes=5):
            raise ValueError("every 至少 5m / every must be at least 5m")
        if self.delay is not None and self.delay > timedelta(minutes=10):
            raise ValueError("delay 至多 10m / delay must be at most 10m")
        return self

    @property
    def list_urls(self) -> tuple[str, ...]:
        """The list addresses as written, placeholders included."""
        return (self.url,) if self.url else self.urls

    @property
    def first_url(self) -> str:
        """The first list address."""
        return self.list_urls[0]

    @property
    def host_group(self) -> str:
        """The politeness group of the first list address."""
        return host_group(self.first_url)

    @property
    def delay_seconds(self) -> float | None:
        """Seconds between two requests to the host, None for the default of the crawl."""
        return None if self.delay is None else self.delay.total_seconds()

    @property
    def pins(self) -> dict[str, str]:
        """Hosts of the list addresses whose key is believed instead of an authority."""
        if self.certificate is None:
            return {}
        return {host_of(url): self.certificate.pin for url in self.list_urls}

    @property
    def spec_hash(self) -> str:
        """SHA-256 of everything the file says; equal for files that mean the same."""
        return hashlib.sha256(self.model_dump_json(by_alias=True).encode()).hexdigest()

    def as_of(self, day: date) -> Self:
        """The source as it read the site on ``day``: with the layout that was then in use."""
        later = sorted((each for each in self.layouts if each.until > day), key=_until)
        if not later:
            return self
        layout = later[0]
        names = ("body", "article_title", "article_date", "article_source", "article_doc_number")
        changes = {name: getattr(layout, name) for name in (*names, "drop")}
        for name in ("row", "link", "title_field", "date", "date_format", "link_regex"):
            value = getattr(layout, name)
            if value is not None and name in type(self).model_fields:
                changes[name] = value
        older = tuple(each for each in self.layouts if each.until < layout.until)
        return self.model_copy(update={**changes, "layouts": older})

    def article_layouts(self) -> tuple[Layout, ...]:
        """The layouts for the pipelines: today's first, then older ones, newest first."""
        older = sorted(self.layouts, key=_until, reverse=True)
        layouts = (_layout_of(self), *(_layout_of(layout) for layout in older))
        return tuple(layout for layout in layouts if layout is not None)


def _until(layout: DatedLayout) -> date:
    return layout.until


def _layout_of(part: SourceBase | DatedLayout) -> Layout | None:
    layout = Layout(
        body=part.body,
        title=part.article_title,
        date=part.article_date,
        source=part.article_source,
        doc_number=part.article_doc_number,
        drop=part.drop,
    )
    return layout if layout != Layout() else None


class FeedSpec(SourceBase):
    """RSS, Atom, RDF or JSON Feed.

    ``content``: ``auto`` takes the text from the feed when it carries the whole of it,
    ``entry`` always does, ``page`` never does. ``zone: local`` is for feeds that state GMT but
    print local time.
    """

    kind: Literal["feed"]
    content: Literal["auto", "entry", "page"] = "auto"
    zone: Literal["stated", "local"] = "stated"


class RowFields(SourceBase):
    """Fields of a row in HTML; defaults fit a list of links with a date beside each."""

    row: Selector | None = None
    link: FieldText = "a::attr(href)"
    title_field: FieldText = Field("a::attr(title) || a::text", alias="row_title")
    date: FieldText | None = None
    written: FieldText | None = None
    summary: FieldText | None = None
    doc_number: FieldText | None = None
    issuer: FieldText | None = None
    scope: Selector | None = None


class HtmlListSpec(RowFields):
    """A list page. ``container: cdata-records`` reads rows from the CDATA of a script block."""

    kind: Literal["html_list"]
    container: Literal["page", "cdata-records"] = "page"
    paging: (
        Annotated[NumberPaging | NextPaging | JpagePaging, Field(discriminator="style")] | None
    ) = None

    @model_validator(mode="after")
    def _has_rows(self) -> Self:
        if self.row is None and self.container == "page":
            raise ValueError(
                "缺少 row：列表中一行的选择器 / row is missing: the selector of one row"
            )
        return self


class JsonFields(Part):
    """Where the values of one record stand. ``url`` may be a template of paths."""

    url: JsonField
    title: JsonField
    date: JsonPath | None = None
    written: JsonPath | None = None
    summary: JsonPath | None = None
    body: JsonPath | None = None
    doc_number: JsonPath | None = None
    issuer: JsonPath | None = None
    author: JsonPath | None = None
    id: JsonPath | None = None
    categories: JsonPath | None = None
    attachments: JsonPath | None = None
    fetch: JsonField | None = None


class JsonApiSpec(RowFields):
    """A JSON answer: records at ``items_path``, or (with ``row``) HTML at that path.

    ``script``: the JSON stands in a page, in the script with this id (``#name``) or as the value
    of this variable.
    """

    kind: Literal["json_api"]
    method: Literal["GET", "POST"] = "GET"
    params: dict[str, ScalarText] = Field(default_factory=dict, max_length=40)
    form: dict[str, ScalarText] = Field(default_factory=dict, max_length=40)
    payload: str | None = Field(None, max_length=4000)
    script: ScriptName | None = None
    items_path: JsonPath
    fields: JsonFields | None = None
    paging: (
        Annotated[NumberPaging | NextPaging | CursorPaging, Field(discriminator="style")] | None
    ) = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.fields is None) == (self.row is None):
            raise ValueError(
                "写 fields（JSON 记录）或 row（HTML 片段）之一 / "
                "give fields (JSON records) or row (an HTML fragment), one of them"
            )
        if self.method == "GET" and (self.form or self.payload):
            raise ValueError(
                "form 与 payload 需要 method: POST / form and payload need method: POST"
            )
        if self.form and self.payload:
            raise ValueError("form 与 payload 只能写一个 / give form or payload, not both")
        return self


class SitemapSpec(SourceBase):
    """A sitemap, a news sitemap or a sitemap index; ``link_regex`` picks the articles.

    ``children`` picks the sitemaps of an index; the newest are read first.
    """

    kind: Literal["sitemap"]
    children: Pattern | None = None


SourceSpec = Annotated[
    FeedSpec | HtmlListSpec | JsonApiSpec | SitemapSpec, Field(discriminator="kind")
]
KINDS: dict[str, type[FeedSpec | HtmlListSpec | JsonApiSpec | SitemapSpec]] = {
    "feed": FeedSpec,
    "html_list": HtmlListSpec,
    "json_api": JsonApiSpec,
    "sitemap": SitemapSpec,
}
