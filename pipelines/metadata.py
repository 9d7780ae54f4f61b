"""What a page says of itself: number, issuers, dates, source, level and region, with evidence.

Nothing is guessed: a field without evidence stays ``None``. The page's own metadata table wins
over its text, the text over the list row. ``extract_metadata`` is the only entry point.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pipelines.authorship import Authors, issuing_bodies, standing
from pipelines.dates import DateSpan, find_dates, is_plausible, parse_date
from pipelines.deadlines import Term, find_comment_deadline, find_effective, find_expiry
from pipelines.docnumber import normalise_doc_number, own_number
from pipelines.doctype import document_kind
from pipelines.items import CleanPage, Evidence, Hints, Metadata
from pipelines.published import Places, Published, find_published
from pipelines.regions import Region, parse_region
from pipelines.signature import Signature, adoption, find_signature

_NUMBER_LABELS = (
    "发文字号",
    "文号",
    "发文号",
    "文件编号",
    "公文号",
    "字号",
    "文件号",
    "发布文号",
    "法规文号",
)
_ISSUER_LABELS = (
    "发文机关", "发布机构", "发文单位", "制定机关", "发布单位", "发文机构", "发布机关", "公开主体", "责任部门",
    "印发机关", "信息来源", "公开机构", "发布部门", "颁布单位", "颁布机构",
)  # fmt: skip
_WRITTEN_LABELS = (
    "成文日期",
    "成文时间",
    "发文日期",
    "发文时间",
    "生成日期",
    "印发日期",
    "签发日期",
    "生成时间",
    "颁布日期",
    "制定日期",
)
_EFFECTIVE_LABELS = (
    "施行日期",
    "实施日期",
    "生效日期",
    "生效时间",
    "实施时间",
    "施行时间",
    "执行日期",
)
_EXPIRY_LABELS = ("失效日期", "废止日期", "失效时间", "有效期至", "截止有效期", "终止日期")
_INDEX_LABELS = ("索引号", "索取号", "信息索引号", "信息索引")
_SOURCE = re.compile(
    r"(?:信息来源|文章来源|稿件来源|来\s{0,3}源|文章出处|转自|Source)\s{0,3}[:：]\s{0,3}(?P<name>[^\s|｜:：<>]{2,40}?(?:\([^()]{1,20}\))?)(?=[\s|｜]|作者|编辑|发布|时间|日期|浏览|点击|字体|字号|【|\[|\Z)"
)
_AUTHOR = re.compile(
    r"(?:作\s{0,3}者|记者|撰稿|文)\s{0,2}[:：/]\s{0,3}(?P<name>[\u4e00-\u9fff·]{2,8}|[A-Z][A-Za-z.\-' ]{2,40})(?=[\s|｜,，]|\Z)"
)
_SOURCE_LABELS = (
    "来源",
    "信息来源",
    "文章来源",
    "稿件来源",
    "source",
    "contentsource",
    "article:source",
    "og:site_name",
)
_REPORTED = re.compile(
    r"(?:据|转自|来源|转载自)\s{0,2}[《“\"]?(?P<name>[\u4e00-\u9fffA-Za-z·]{2,20}?)[》”\"]?(?:消息|报道|讯|官网|网站|微信公众号)"
)


@dataclass(slots=True)
class _Notes:
    """Collects evidence while fields are read."""

    rows: list[Evidence] = field(default_factory=list)

    def add(
        self, name: str, value: object, span: str, rule: str, confidence: float,
        *, place: str = "body", start: int = -1,
    ) -> None:  # fmt: skip
        self.rows.append(
            Evidence(name, str(value), span.strip()[:200], rule, round(confidence, 3), place, start)
        )


@dataclass(frozen=True, slots=True)
class _Source:
    """The page as the readers below see it."""

    title: str
    text: str
    head: str
    table: dict[str, str]
    meta: dict[str, str]
    hints: Hints
    context: Region | None
    today: date | None
    lang: str
    zone: str
    dates: tuple[DateSpan, ...]


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
    hints = hints or Hints()
    today = fetched_at.astimezone(ZoneInfo(timezone)).date() if fetched_at else None
    table = {_label(key): value for key, value in page.table.items() if value.strip()}
    meta = {key.strip().lower(): value for key, value in page.meta.items() if value.strip()}
    source = _Source(
        title=page.title or hints.title or "", text=page.body_text, head=page.head_text,
        table=table, meta=meta, hints=hints, context=parse_region(region), today=today,
        lang=page.lang, zone=timezone, dates=find_dates(page.body_text, lang=page.lang),
    )  # fmt: skip
    notes = _Notes()
    signature = find_signature(source.text, dates=source.dates) if source.lang == "zh" else None
    number = _doc_number(source, notes)
    adopted = None if signature and signature.bodies else adoption(source.text)
    bodies = _issuing_bodies(source, notes, signature, adopted, number)
    kind = document_kind(source.title) if source.lang == "zh" else None
    published = _published(source, notes, url)
    written = _written_on(source, notes, signature, adopted)
    dated = _dated_fields(source, notes, written, published.day if published else None)
    where = standing(
        bodies, source.title, context=source.context, document=bool(number or kind),
        region=source.context.path if source.context else region, level=level,
    )  # fmt: skip
    if where.span:
        notes.add("level", where.level, where.span, where.rule, where.confidence)
        notes.add("region", where.region, where.span, where.rule, where.confidence)
    if kind:
        notes.add("doc_type", kind, source.title, "title", 0.9, place="title")
    original, author = _credits(source, notes)
    return Metadata(
        title=source.title,
        publisher=publisher,
        author=author,
        doc_number=number,
        index_number=_index_number(source, notes),
        issuing_bodies=bodies,
        written_on=written,
        published_on=published.day if published else None,
        published_at=published.moment if published else None,
        effective_on=dated["effective_on"],
        expires_on=dated["expires_on"],
        comments_until=dated["comments_until"],
        doc_type=kind,
        level=where.level,
        region=where.region,
        original_source=original,
        evidence=tuple(notes.rows),
    )


def _label(key: str) -> str:
    return "".join(unicodedata.normalize("NFKC", key).split()).strip(":：[]【】·*")


def _field(source: _Source, labels: tuple[str, ...]) -> tuple[str, str] | None:
    for label in labels:
        value = source.table.get(label)
        if value and value.strip(" -—/无"):
            return label, value.strip()
    return None


def _doc_number(source: _Source, notes: _Notes) -> str | None:
    found = _field(source, _NUMBER_LABELS)
    if found:
        value = normalise_doc_number(found[1]) or _order_number(source.title, found[1])
        if value:
            notes.add("doc_number", value, found[1], f"table:{found[0]}", 0.99, place="table")
            return value
    hinted = normalise_doc_number(source.hints.doc_number)
    if hinted:
        notes.add("doc_number", hinted, source.hints.doc_number or "", "list", 0.97, place="list")
        return hinted
    for place, text in (("head", source.head), ("title", source.title), ("body", source.text)):
        own = own_number(text, title=source.title)
        if own is not None:
            notes.add(
                "doc_number",
                own.value,
                own.text,
                f"{place}:own",
                0.95,
                place=place,
                start=own.start,
            )
            return own.value
    return None


def _order_number(title: str, text: str) -> str | None:
    """第754号 in the field of a page titled 中华人民共和国国务院令."""
    match = re.fullmatch(r"\s*(第?\s*[0-9０-９一二三四五六七八九十百零〇]{1,6}\s*号)\s*", text)
    if match is None or not title.rstrip().endswith("令"):
        return None
    return normalise_doc_number(title.strip() + match[1])


def _index_number(source: _Source, notes: _Notes) -> str | None:
    found = _field(source, _INDEX_LABELS)
    if found is None:
        match = re.search(
            r"索\s{0,2}[引取]\s{0,2}号\s{0,2}[:：]\s{0,3}([0-9A-Za-z/\-_.]{6,60})", source.head
        )
        if match is None:
            return None
        found = ("head", match[1])
    value = "".join(found[1].split())
    notes.add("index_number", value, found[1], f"table:{found[0]}", 0.99, place="table")
    return value


def _issuing_bodies(
    source: _Source, notes: _Notes, signature: Signature | None, adopted: Signature | None,
    number: str | None,
) -> tuple[str, ...]:  # fmt: skip
    if source.lang != "zh":
        return ()
    claim = issuing_bodies(
        Authors(
            title=source.title,
            text=source.text,
            table=_field(source, _ISSUER_LABELS),
            hint=source.hints.issuer,
            number=number,
            signature=signature,
            adopted=adopted,
            context=source.context,
        )  # fmt: skip
    )
    if claim is None:
        return ()
    notes.add(
        "issuing_bodies", "、".join(claim.bodies), claim.span, claim.rule, claim.confidence,
        place=claim.place, start=claim.start,
    )  # fmt: skip
    if claim.note:
        notes.add(
            "issuing_note", claim.note, claim.span, claim.rule, claim.confidence, place=claim.place
        )
    return claim.bodies


def _published(source: _Source, notes: _Notes, url: str) -> Published | None:
    places = Places(source.meta, source.table, source.head, url, source.hints)
    found = find_published(places, zone=source.zone, today=source.today, lang=source.lang)
    if found is not None:
        notes.add(
            "published_on", found.day, found.span, found.rule, found.confidence,
            place=found.place, start=found.start,
        )  # fmt: skip
    return found


def _table_date(source: _Source, notes: _Notes, name: str, labels: tuple[str, ...]) -> date | None:
    found = _field(source, labels)
    value = parse_date(found[1], lang=source.lang, zone=source.zone) if found else None
    if found and value and value.year >= 1949 and value != date(1970, 1, 1):
        notes.add(name, value, found[1], f"table:{found[0]}", 0.98, place="table")
        return value
    return None


def _written_on(
    source: _Source, notes: _Notes, signature: Signature | None, adopted: Signature | None
) -> date | None:
    value = _table_date(source, notes, "written_on", _WRITTEN_LABELS)
    if value is not None:
        return value
    for found, rule in ((signature, "signature"), (adopted, "adoption")):
        if found is None or found.written_on is None:
            continue
        if not is_plausible(found.written_on, today=source.today):
            continue
        confidence = 0.95 if found.bodies else 0.8
        notes.add("written_on", found.written_on, found.span, rule, confidence, start=found.start)
        return found.written_on
    return None


def _dated_fields(
    source: _Source, notes: _Notes, written: date | None, published: date | None
) -> dict[str, date | None]:
    result: dict[str, date | None] = {}
    effective = _table_date(source, notes, "effective_on", _EFFECTIVE_LABELS)
    if effective is None and source.lang == "zh":
        term = find_effective(
            source.text, dates=source.dates, written_on=written, published_on=published
        )
        effective = _note_term(notes, "effective_on", term)
    result["effective_on"] = effective
    expires = _table_date(source, notes, "expires_on", _EXPIRY_LABELS)
    if expires is None and source.lang == "zh":
        term = find_expiry(
            source.text, dates=source.dates, effective_on=effective, written_on=written
        )
        expires = _note_term(notes, "expires_on", term)
    result["expires_on"] = expires
    term = find_comment_deadline(
        source.text,
        title=source.title,
        dates=source.dates,
        published_on=published,
        written_on=written,
    )
    result["comments_until"] = _note_term(notes, "comments_until", term)
    return result


def _note_term(notes: _Notes, name: str, term: Term | None) -> date | None:
    if term is None:
        return None
    notes.add(name, term.value, term.span, term.rule, term.confidence, start=term.start)
    return term.value


def _credits(source: _Source, notes: _Notes) -> tuple[str | None, str | None]:
    original = next(
        (source.table[key] for key in _SOURCE_LABELS[:4] if source.table.get(key)), None
    )
    place = "table"
    if original is None:
        match = _SOURCE.search(source.head) or _SOURCE.search(source.text[:300])
        original, place = (match["name"], "head") if match else (None, place)
    if original is None:
        original = next(
            (source.meta[key] for key in _SOURCE_LABELS[4:7] if source.meta.get(key)), None
        )
        place = "meta"
    if original is None and (match := _REPORTED.search(source.text[:120])):
        original, place = match["name"], "body"
    if original:
        original = original.strip(" 　\"'“”《》")
        notes.add("original_source", original, original, place, 0.9, place=place)
    match = _AUTHOR.search(source.head)
    author = match["name"].strip() if match else (source.meta.get("author") or source.hints.author)
    if author:
        notes.add("author", author, author, "head" if match else "meta", 0.8, place="head")
    return original or None, author or None
