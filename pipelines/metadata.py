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

from pipelines.dates import DateSpan, find_dates, is_plausible, parse_date
from pipelines.deadlines import Term, find_comment_deadline, find_effective, find_expiry
from pipelines.docnumber import DocNumber, find_doc_numbers, normalise_doc_number
from pipelines.doctype import document_kind
from pipelines.issuers import (
    bodies_in,
    body_from_number,
    canonical_body,
    looks_like_body,
    more_bodies,
    place_of,
    split_bodies,
)
from pipelines.items import CleanPage, Evidence, Hints, Metadata
from pipelines.published import Places, Published, find_published
from pipelines.regions import Region, parse_region
from pipelines.signature import (
    Signature,
    adoption,
    find_signature,
    issuers_in_lead,
    issuers_in_title,
)

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
    published = _published(source, notes, url)
    written = _written_on(source, notes, signature, adopted)
    dated = _dated_fields(source, notes, written, published.day if published else None)
    found_level, found_region = _level_and_region(source, notes, bodies, region, level)
    kind = document_kind(source.title) if source.lang == "zh" else None
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
        level=found_level,
        region=found_region,
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


_CITING = re.compile(
    r"(?:》|〉|通知|意见|办法|规定|决定|方案|批复|公告|请示|函|文件|文|精神|根据|依据|按照|下发|印发|废止|来文|你[厅局委省市县区])[ \t\u3000]{0,3}[（(\[〔]?[ \t]{0,2}\Z"
)
_FOLLOWS_TITLE = re.compile(
    r"(?:通知|意见|办法|规定|决定|方案|批复|公告|函|通报|复函|请示|报告|条例|细则|规划|计划|纲要|措施|令|答复)[）)]?[ \t\u3000\n]{0,6}\Z"
)


def own_number(text: str, *, title: str = "") -> DocNumber | None:
    """The document's own number in running text: on a line of its own near the head, glued to
    the title, or behind the text; a number in a citation (《…》（财建〔2021〕297号）) is none."""
    for number in find_doc_numbers(text[:1200]):
        if _stands_alone(text, number) or _glued_to_title(text, number, title):
            return number
    tail = max(1200, len(text) - 160)
    for number in find_doc_numbers(text[tail:]):
        moved = DocNumber(
            number.value, number.kind, number.start + tail, number.end + tail, number.text
        )
        if _stands_alone(text, moved) or _after_public_note(text, moved):
            return moved
    return None


def _stands_alone(text: str, number: DocNumber) -> bool:
    start = text.rfind("\n", 0, number.start) + 1
    end = text.find("\n", number.end)
    before = text[start : number.start].strip(" \t\u3000（(【[〔").removeprefix("中华人民共和国")
    after = text[number.end : end if end >= 0 else len(text)].strip(" \t\u3000）)】]〕")
    if re.fullmatch(r"(?:发?文(?:字)?号[:：]?)?(?:\d{4}年\d{1,2}月\d{1,2}日)?[ \t\u3000]*", before):
        return (
            not after
            or start == number.start == 0
            or bool(re.match(r"各|\d{4}年|[\u4e00-\u9fff]{2,20}[:：]|签发人|公布|发布|施行", after))
        )
    return False


def _glued_to_title(text: str, number: DocNumber, title: str) -> bool:
    before = text[: number.start]
    if "（" in before[-2:] or "(" in before[-2:] or _inside_quotes(before):
        return False
    plain = "".join(before.split())
    wanted = "".join(title.split())
    if wanted and plain.endswith(wanted[-8:]) and len(plain) <= len(wanted) + 40:
        return True
    return (
        len(plain) <= 120
        and "。" not in plain
        and bool(_FOLLOWS_TITLE.search(before))
        and "：" not in plain
        and ":" not in plain
    )


def _inside_quotes(before: str) -> bool:
    return before.count("《") > before.count("》")


def _after_public_note(text: str, number: DocNumber) -> bool:
    before = text[max(0, number.start - 24) : number.start]
    return bool(
        re.search(r"(?:公开发布|依申请公开|主动公开|\d{1,2}日)[）)]?[ \t\u3000]{0,3}\Z", before)
    )


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
    choices: list[tuple[tuple[str, ...], str, str, float, str, str | None]] = []
    if found := _field(source, _ISSUER_LABELS):
        note, cut = more_bodies(found[1])
        names = split_bodies(found[1][:cut] if cut >= 0 else found[1])
        if names and all(looks_like_body(name) for name in names):
            choices.append((names, found[1], f"table:{found[0]}", 0.97, "table", note))
    if source.lang == "zh":
        titled = issuers_in_title(source.title)
        if titled:
            choices.append((titled.bodies, titled.span, "title", 0.95, "title", titled.note))
        if signature and signature.bodies:
            choices.append((signature.bodies, signature.span, "signature", 0.94, "body", None))
        if adopted and adopted.bodies:
            choices.append((adopted.bodies, adopted.span, "adoption", 0.93, "body", None))
        lead = issuers_in_lead(source.text)
        if lead:
            choices.append((lead.bodies, lead.span, "lead", 0.85, "body", lead.note))
    if number and (body := body_from_number(number)):
        choices.append(((body,), number, "number", 0.8, "body", None))
    if source.hints.issuer and bodies_in(source.hints.issuer):
        choices.append(
            (bodies_in(source.hints.issuer), source.hints.issuer, "list", 0.8, "list", None)
        )
    if not choices:
        return ()
    names, span, rule, confidence, place, note = max(choices, key=lambda c: c[3])
    fuller = next(
        (
            c
            for c in choices
            if len(c[0]) > len(names)
            and set(_canonical(names, source)) <= set(_canonical(c[0], source))
        ),
        None,
    )
    if fuller is not None:
        names, span, rule, confidence, place, note = fuller
    bodies = _canonical(names, source)
    notes.add("issuing_bodies", "、".join(bodies), span, rule, confidence, place=place)
    if note:
        notes.add("issuing_note", note, span, rule, confidence, place=place)
    return bodies


def _canonical(names: tuple[str, ...], source: _Source) -> tuple[str, ...]:
    return tuple(dict.fromkeys(canonical_body(name, context=source.context) for name in names))


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


def _level_and_region(
    source: _Source, notes: _Notes, bodies: tuple[str, ...], region: str | None, level: str | None
) -> tuple[str | None, str | None]:
    for body in bodies:
        found_level, place = place_of(body, context=source.context)
        if found_level == "none":
            continue
        path = place.path if place is not None else None
        notes.add("level", found_level, body, "issuer", 0.95)
        if path:
            notes.add("region", path, body, "issuer", 0.95)
        return found_level, path or region
    path = source.context.path if source.context is not None else region
    return level, path


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
