"""Small decisions about words: cleaning crawled text, shortening, dates, reading time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from urllib.parse import urlsplit

from digest.columns import cut_to_width, display_width

HAN_PER_MINUTE = 400
WORDS_PER_MINUTE = 240

_BLANKS = re.compile(r"\s+")
_BLANK_OR_CONTROL = re.compile(r"[\s\x00-\x20\x7f]")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9'’.-]*")
_SENTENCE_END = re.compile(r"[。！？；!?]+[”’」』）)]*|\.(?=\s|$)")
_SOFT_END = re.compile(r"[，、：,:]|\s")
# 关于印发《…》的通知 and its relatives: the work inside the brackets is the news.
_ISSUED = re.compile(
    r"^(?P<who>.{0,60}?)(?:关于)?(?P<verb>印发|发布|公布|转发|批转)(?P<work>《.+》|.{6,}?)的?(?:通知|公告|决定|通告)$"
)
# 就《…》公开征求意见, 关于公开征求《…》意见的通知, 公开征求对《…》的意见
_CALLS_FOR_COMMENT = (
    re.compile(
        r"^.{0,60}?(?P<work>《.+》)(?:[（(][^（）()]{1,12}[)）])?"
        r"(?:公开|向社会|再次)*(?:征求|征集).{0,8}意见.*$"
    ),
    re.compile(
        r"^.{0,60}?(?:公开|向社会|再次)*(?:征求|征集)(?:对|关于)?(?P<work>《.+》)(?:的)?意见.*$"
    ),
)
_ONE_WORK = re.compile(r"^(?:印发|发布|公布|转发|批转)?《(?P<work>[^《》]+)》(?:公开征求意见)?$")
_EXPLAINS = re.compile(r"解读|答记者问|一图读懂|图解|新闻发布会")
# 各省、自治区、直辖市人民政府： and other salutations say nothing about the content.
_SALUTATION = re.compile(r"^.{2,80}[：:]$")
_DOC_NUMBER_LINE = re.compile(r"^[^\s]{1,20}[〔\[（(]\d{4}[〕\])）]\s*\d+\s*号$")
_BIDI = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u200b")


def clean_line(text: str | None) -> str:
    """One safe line: no control characters, direction overrides or lone surrogates."""
    if not text:
        return ""
    if text.isprintable() and "  " not in text:
        # The usual case; direction marks, controls and surrogates are not printable.
        return text.strip()
    kept = [
        " " if char in "\r\n\t\u2028\u2029\x0b\x0c\x85" else char
        for char in text
        if char not in _BIDI and (char.isspace() or not _is_unsafe(char))
    ]
    return _BLANKS.sub(" ", "".join(kept)).strip()


def clean_tail(line: str) -> str:
    """A line of plain text with its indent kept and everything else cleaned."""
    body = clean_line(line)
    indent = len(line) - len(line.lstrip(" "))
    return " " * indent + body if body else ""


def _is_unsafe(char: str) -> bool:
    """Controls, surrogates and noncharacters; rare Han that this Python does not know yet stay."""
    code = ord(char)
    if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
        return True
    return unicodedata.category(char) in ("Cc", "Cs")


def safe_url(url: str | None) -> str:
    """The address if it is plain http or https without blanks or quotes, else an empty string."""
    if not url or _BLANK_OR_CONTROL.search(url):
        return ""
    if not url.lower().startswith(("http://", "https://")):
        return ""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return ""
    return url.replace('"', "%22").replace("<", "%3C").replace(">", "%3E") if host else ""


@lru_cache(maxsize=4096)
def host_label(url: str) -> str:
    """The visible host of a link without ``www.``; empty when there is none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return clean_line(host.removeprefix("www."))


@lru_cache(maxsize=4096)
def shorten(text: str, *, chars: int) -> str:
    """At most ``chars`` Han characters (two Latin letters count as one), cut where a reader pauses.

    Prefers the end of a sentence, then a comma or blank, and marks a cut inside a sentence.
    """
    text = clean_line(text)
    width = chars * 2
    if display_width(text) <= width:
        return text
    head = cut_to_width(text, width - 1, ellipsis="")
    ends = [match.end() for match in _SENTENCE_END.finditer(head)]
    if ends and display_width(head[: ends[-1]]) >= width * 0.55:
        return head[: ends[-1]].rstrip("；;") + ("。" if head[: ends[-1]][-1] == "；" else "")
    pauses = [match.start() for match in _SOFT_END.finditer(head)]
    if pauses and display_width(head[: pauses[-1]]) >= width * 0.7:
        head = head[: pauses[-1]]
    return head.rstrip("，、：,:；; ") + "…"


def first_words(body_text: str, *, title: str, chars: int) -> str:
    """A summary for a document that has none: the first paragraphs that say something.

    Skips the repeated title, the document number and the salutation. Sentences only from the
    text, never made up.
    """
    wanted = _BLANKS.sub("", title)
    kept: list[str] = []
    width = 0
    for raw in body_text.split("\n"):
        line = clean_line(raw)
        bare = _BLANKS.sub("", line)
        if not bare or bare == wanted or bare in wanted:
            continue
        if not kept and (_SALUTATION.match(line) or _DOC_NUMBER_LINE.match(bare)):
            continue
        kept.append(line)
        width += display_width(line)
        if width >= chars * 2:
            break
    joined = ""
    for line in kept:
        glue = "" if not joined or _HAN.match(joined[-1]) or joined[-1] in "。；！？：”" else " "
        joined += glue + line
    return shorten(joined, chars=chars)


def headline(title: str) -> str:
    """The news in an official title: 印发《…》 instead of 关于印发《…》的通知."""
    title = clean_line(title)
    for pattern in _CALLS_FOR_COMMENT:
        if match := pattern.match(title):
            return f"{match['work']}公开征求意见"
    if match := _ISSUED.match(title):
        work = match["work"]
        return f"{match['verb']}{work}" if work.startswith("《") else f"{match['verb']}《{work}》"
    return title


def work_name(title: str) -> str:
    """The document a title speaks of: what stands in 《…》 of a notice, else the headline."""
    text = headline(title)
    match = _ONE_WORK.match(text)
    return match["work"] if match else text


def is_interpretation(title: str, doc_type: str | None) -> bool:
    """Whether a page only explains a document (解读, 答记者问, 一图读懂)."""
    return doc_type == "解读" or bool(_EXPLAINS.search(title))


def reading_minutes(texts: Iterable[str]) -> int:
    """Whole minutes to read: 400 Han characters or 240 other words a minute, at least one."""
    han = words = 0
    for text in texts:
        han += len(_HAN.findall(text))
        words += len(_WORD.findall(text))
    return max(1, round(han / HAN_PER_MINUTE + words / WORDS_PER_MINUTE))


def day_label(day: date | None, *, today: date) -> str:
    """``11月16日``; with the year when it is not the year of the issue; empty when unknown."""
    if day is None:
        return ""
    text = f"{day.month}月{day.day}日"
    return text if day.year == today.year else f"{day.year}年{text}"


def span_label(first: date, last: date) -> str:
    """``2026年11月9日—15日``: a period of days without saying anything twice."""
    start = f"{first.year}年{first.month}月{first.day}日"
    if first == last:
        return start
    if first.year != last.year:
        return f"{start}—{last.year}年{last.month}月{last.day}日"
    if first.month != last.month:
        return f"{start}—{last.month}月{last.day}日"
    return f"{start}—{last.day}日"
