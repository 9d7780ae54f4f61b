"""Where a notice is only a shell ("…见附件"), the file's text is the text of the document."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pipelines.clean import language_of
from pipelines.items import BODY_FROM_FILE, AttachmentRef, CleanPage, Evidence, Metadata

_MAX_TEXT, _MAX_HTML = 1_000_000, 4_000_000
_READABLE = re.compile(r"\.(docx?|wps|ofd|pdf)(?:$|[?#\s])", re.IGNORECASE)
_BEST = ("docx", "doc", "wps", "ofd", "pdf", "")
_FORMS = re.compile(
    r"(?:反馈|意见|申请|申报|报名|登记|推荐|汇总|统计|评分|调查|信息)表|回执|申请书|申报书|样表|模板|格式|承诺书"
    r"|(?:编制|起草|修订)说明|解读|图解|海报|二维码|联系方式|联系人"
)
_LEAD = re.compile(r"^(?:附\s?件|附)\s?[\d一二三四五六七八九十]{0,3}\s?[:：.、]?\s?")
_NOISE = re.compile(
    r"(?:相关)?附件(?:下载|列表)?[:：]?|点击(?:下载|查看).{0,12}|(?:正文|全文)(?:下载|附件).{0,6}|下载|打印|关闭"
)
_QUOTED = re.compile(r"《([^《》]{4,80})》")
_FIELDS = (
    "doc_number",
    "issuing_bodies",
    "written_on",
    "effective_on",
    "expires_on",
    "comments_until",
    "doc_type",
)
_LESS_SURE = 0.95


def main_file(page: CleanPage, *, most: int) -> AttachmentRef | None:
    """The file that holds the text, if the page has fewer than ``most`` characters of its own."""
    if not page.attachments or most <= 0 or len(page.body_text) > most + 2000:
        return None
    if sum(len("".join(line.split())) for line in own_lines(page)) >= most:
        return None
    stems: dict[str, list[AttachmentRef]] = {}
    for ref in page.attachments:
        if _suffix(ref) is not None:
            stems.setdefault(_stem(ref), []).append(ref)
    texts = {stem: refs for stem, refs in stems.items() if not _FORMS.search(stem)}
    chosen = next(iter(texts)) if len(texts) == 1 else _named_in(page.title, texts)
    if chosen is None:
        return None
    return min(texts[chosen], key=lambda ref: _BEST.index(_suffix(ref) or ""))


def own_lines(page: CleanPage) -> list[str]:
    """The page's lines that are not just the names of its files."""
    names = {_plain(ref.name) for ref in page.attachments}
    names |= {_plain(_SUFFIXED.sub("", ref.name)) for ref in page.attachments}
    kept = []
    for line in page.body_text.splitlines():
        bare = _plain(_SUFFIXED.sub("", _LEAD.sub("", line.strip())))
        if bare and bare not in names and not _NOISE.fullmatch(line.strip()):
            kept.append(line)
    return kept


_SUFFIXED = re.compile(r"\.[A-Za-z]{2,4}\s*$")


def _plain(text: str) -> str:
    return re.sub(r"[\s\W_]+", "", _LEAD.sub("", text.strip()))


def _suffix(ref: AttachmentRef) -> str | None:
    """docx, doc … by name or address; "" if unknown but possible; None for other formats."""
    for text in (ref.name, ref.url):
        if match := _READABLE.search(text):
            return match[1].lower()
    return "" if ref.media_type == "application/octet-stream" else None


def _stem(ref: AttachmentRef) -> str:
    return _plain(_SUFFIXED.sub("", ref.name))


def _named_in(title: str, stems: dict[str, list[AttachmentRef]]) -> str | None:
    """The one file whose name the title quotes."""
    wanted = {_plain(name) for name in _QUOTED.findall(title)} | {_plain(title)}
    fitting = [
        stem
        for stem in stems
        if len(stem) >= 4 and any(stem in name or name in stem for name in wanted if name)
    ]
    return fitting[0] if len(fitting) == 1 else None


def with_file(page: CleanPage, *, text: str, html: str, label: str) -> CleanPage:
    """The page with the file's text after its own lines. ``html`` must be safe already."""
    own = own_lines(page)
    body = "\n".join([*own, text])[:_MAX_TEXT]
    kept = page.body_html if own else ""
    flags = [flag for flag in page.flags if flag not in ("empty", "scanned", "index")]
    return replace(
        page,
        title=page.title or label,
        body_text=body,
        body_html=kept + html if len(kept) + len(html) <= _MAX_HTML else html,
        lang=language_of(body, default=page.lang),
        flags=(*flags, BODY_FROM_FILE),
    )


def completed(
    metadata: Metadata,
    *,
    text: str,
    html: str,
    page: CleanPage,
    label: str,
    extract: Callable[[CleanPage], Metadata],
) -> Metadata:
    """Metadata with what only the file says; what the page says stays."""
    title = metadata.title or label
    second = extract(
        CleanPage(title=title, body_html=html, body_text=text, lang=page.lang, method="attachment")
    )
    values: dict[str, Any] = {}
    for name in _FIELDS:
        if not getattr(metadata, name) and getattr(second, name):
            values[name] = getattr(second, name)
    if "issuing_bodies" in values:
        values |= {"level": second.level, "region": second.region}
    told = [_from_file(found) for found in second.evidence if found.field in values]
    first = Evidence("body", label, text[:80].replace("\n", " "), "attachment", 1.0, "attachment")
    return replace(metadata, **values, evidence=(*metadata.evidence, *told, first))


def _from_file(found: Evidence) -> Evidence:
    return replace(found, place="attachment", confidence=round(found.confidence * _LESS_SURE, 3))
