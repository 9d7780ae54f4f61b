"""From the material to a bulletin that could be stored, and what a person should know first."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.importing.material import Given, Material
from pipelines.attachments.body import completed, with_file
from pipelines.attachments.model import MEDIA_TYPES, FileText
from pipelines.errors import EmptyBody, MissingField
from pipelines.items import (
    BODY_FROM_FILE,
    AttachmentRef,
    Bulletin,
    CleanPage,
    Evidence,
    FetchFacts,
)
from pipelines.metadata import extract_metadata
from pipelines.steps import (
    Classifier,
    clean,
    metadata_of,
    page_of,
    read_metadata,
    take_fingerprint,
)
from pipelines.urls import canonicalise, is_fetchable

if TYPE_CHECKING:
    from pipelines.attachments.model import Limits

SHORT = 100
_TITLE_SIGNS = (
    "关于",
    "通知",
    "意见",
    "办法",
    "公告",
    "规定",
    "方案",
    "决定",
    "通报",
    "条例",
    "函",
)
_LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class Place:
    """The source an import belongs to, as far as reading needs it."""

    key: str
    publisher: str | None = None
    region: str | None = None
    level: str | None = None
    topics: tuple[str, ...] = ()
    lang: str = "zh"
    timezone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A bulletin after all steps, and warnings by code.

    ``file`` is the reading of the file whose text is the body, if there is one, ``file_path``
    where its bytes lie, ``file_ref`` how the document names it.
    """

    item: Bulletin
    warnings: tuple[str, ...]
    file: FileText | None = None
    file_path: Path | None = None
    file_ref: AttachmentRef | None = None


def prepare(
    material: Material,
    given: Given,
    place: Place,
    *,
    path: Path,
    now: datetime,
    limits: Limits,
    ocr: tuple[str, ...] = (),
    taxonomy: Path | None = None,
    models: Path | None = None,
) -> Prepared:
    """Run the same steps as a crawl. ``path`` holds the bytes. Raises ParseError."""
    item = _bulletin(material, given, place, now=now)
    file: FileText | None = None
    if material.form == "file":
        from pipelines.attachments.limited import read_limited

        file = read_limited(path, limits=limits, ocr=ocr)
        if file.state == "unread" and file.code == "not_the_file":
            raise EmptyBody(url=item.url)
        item.page = page_of_file(file, given, url=item.url)
    elif material.form == "text":
        item.page = page_of_text(material, given)
    else:
        clean(item)
    read_metadata(item)
    _by_hand(item, given)
    take_fingerprint(item)
    Classifier(taxonomy, models)(item)
    warnings = tuple(_warnings(item, material, given, file))
    if file is None:
        return Prepared(item, warnings)
    return Prepared(item, warnings, file, path, page_of(item).attachments[0])


def with_main_file(
    prepared: Prepared,
    ref: AttachmentRef,
    file: FileText,
    *,
    path: Path,
    given: Given,
    taxonomy: Path | None,
    models: Path | None,
) -> Prepared:
    """A page that is only a shell, with the text of its main file; as in a crawl."""
    item = prepared.item
    if file.state != "read":
        return replace(prepared, warnings=(*prepared.warnings, file.code or "no_text"))
    page = page_of(item)
    item.page = with_file(page, text=file.text, html=file.html, label=ref.name)
    item.metadata = completed(
        metadata_of(item),
        text=file.text,
        html=file.html,
        page=item.page,
        label=ref.name,
        extract=lambda read: extract_metadata(
            read, url=item.url, timezone=item.timezone, fetched_at=item.fetched_at
        ),
    )
    _by_hand(item, given)
    take_fingerprint(item)
    Classifier(taxonomy, models)(item)
    warnings = tuple(code for code in prepared.warnings if code != "short_text")
    return Prepared(item, warnings, file, path, ref)


def address_of(content: bytes, url: str | None) -> str:
    """The address a document is kept under; material without one is known by its hash."""
    if url:
        return canonicalise(url)
    return f"urn:sha256:{hashlib.sha256(content).hexdigest()}"


def _bulletin(material: Material, given: Given, place: Place, *, now: datetime) -> Bulletin:
    if given.url and not is_fetchable(given.url):
        raise MissingField(f"url: {given.url[:200]!r}", field="url")
    content = material.content
    return Bulletin(
        source_key=place.key,
        url=address_of(content, material.url),
        fetched_at=now,
        content=content,
        media="text" if material.form == "text" else "html",
        charset=material.charset,
        lang=place.lang,
        timezone=place.timezone,
        publisher=material.publisher or place.publisher,
        region=place.region,
        level=place.level,
        topics=place.topics,
        hints=material.hints,
        layouts=material.layouts,
        fetch=FetchFacts(
            sha256=hashlib.sha256(content).hexdigest(),
            bytes=len(content),
            etag=given.etag,
            last_modified=given.last_modified,
        ),
    )


def page_of_file(file: FileText, given: Given, *, url: str) -> CleanPage:
    """A file as a page: its text is the body, the file itself its attachment."""
    from pipelines.clean import language_of

    name = given.name or url.rsplit("/", 1)[-1]
    stem = Path(name).stem or name
    media = MEDIA_TYPES.get(file.kind, MEDIA_TYPES["unknown"])
    return CleanPage(
        title=given.title or title_in(file.text) or stem,
        body_html=file.html,
        body_text=file.text,
        attachments=(AttachmentRef(url, name, media),),
        lang=language_of(file.text, default="zh"),
        method="file",
        flags=(BODY_FROM_FILE,) if file.text else ("empty",),
    )


def page_of_text(material: Material, given: Given) -> CleanPage:
    """Plain text as a page: a paragraph a line, the first line its title. Nothing is markup."""
    from html import escape

    from pipelines.attachments.plain import tidy
    from pipelines.clean import language_of
    from pipelines.decode import decode

    text = decode(material.content, header_charset=material.charset, meta_scan=False).text
    lines = [line for raw in text.splitlines() if (line := tidy(raw))]
    if not lines:
        raise EmptyBody()
    own = given.title or (lines[0] if len(lines[0]) <= _LONGEST_TITLE else "")
    rest = lines[1:] if own == lines[0] and len(lines) > 1 else lines
    return CleanPage(
        title=own or lines[0][:60],
        body_html="".join(f"<p>{escape(line, quote=False)}</p>" for line in rest),
        body_text="\n".join(rest),
        lang=language_of(text, default="zh"),
        method="text",
    )


def title_in(text: str) -> str | None:
    """The title among the first lines: the first that is called a notice, else the first short
    one; the name of an issuer above it is none."""
    lines = [line.strip() for line in text.splitlines()[:12] if line.strip()]
    for line in lines:
        plain = 6 <= len(line) <= _LONGEST_TITLE and not line.endswith(
            ("。", "；", "：", "，", "号")
        )
        if plain and any(sign in line for sign in _TITLE_SIGNS):
            return line
    first = lines[0] if lines else ""
    return first if 4 <= len(first) <= 60 and not first.endswith(("。", "：")) else None


def _by_hand(item: Bulletin, given: Given) -> None:
    """What the person stated outranks what was read."""
    metadata = metadata_of(item)
    told: list[Evidence] = []
    values: dict[str, Any] = {}
    if given.title:
        values["title"] = given.title
    if given.published:
        day = date.fromisoformat(given.published)
        values |= {"published_on": day, "published_at": None}
        told.append(
            Evidence("published_on", given.published, given.published, "by_hand", 1.0, "import")
        )
    if given.publisher:
        values["publisher"] = given.publisher
    kept = tuple(found for found in metadata.evidence if found.field not in values)
    if values:
        item.metadata = replace(metadata, **values, evidence=(*kept, *told))
    if not metadata_of(item).title.strip():
        raise MissingField("title", field="title", url=item.url)


def _warnings(item: Bulletin, material: Material, given: Given, file: FileText | None) -> list[str]:
    page, metadata = page_of(item), metadata_of(item)
    found = []
    if metadata.published_on is None:
        found.append("no_date")
    if not material.url:
        found.append("no_url")
    if not metadata.publisher:
        found.append("no_publisher")
    if file is not None and file.state != "read":
        found.append(file.code or "no_text")
    elif len("".join(page.body_text.split())) < SHORT:
        found.append("short_text")
    if file is not None and not given.title and metadata.title == Path(given.name or "").stem:
        found.append("title_from_name")
    if file is not None and file.code in ("text_cut", "by_ocr"):
        found.append(file.code)
    found += [flag for flag in ("mojibake", "truncated", "scanned", "index") if flag in page.flags]
    return found


def summary_of(prepared: Prepared) -> dict[str, Any]:
    """What a person is shown before saving; plain values."""
    item = prepared.item
    page, metadata = page_of(item), metadata_of(item)
    return {
        "url": item.url,
        "title": metadata.title,
        "publisher": metadata.publisher,
        "published_on": metadata.published_on.isoformat() if metadata.published_on else None,
        "written_on": metadata.written_on.isoformat() if metadata.written_on else None,
        "doc_number": metadata.doc_number,
        "issuing_bodies": list(metadata.issuing_bodies),
        "doc_type": metadata.doc_type,
        "region": metadata.region,
        "level": metadata.level,
        "lang": page.lang,
        "characters": len(page.body_text),
        "labels": [guess.slug for guess in item.labels],
        "attachments": [ref.name for ref in page.attachments],
        "kind": prepared.file.kind if prepared.file is not None else item.media,
        "warnings": list(prepared.warnings),
        "preview": page.body_text[:1200],
        "sha256": item.fetch.sha256,
    }
