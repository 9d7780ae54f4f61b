"""Days a page states outside its article, looked for only where nothing better states one.

The places, best first: the state that scripts carry (``"datePublished": "…"``, ``var ct = "…"``),
elements named for dates, a day behind a word like "published" in any language, and the folder
of the picture that is shared with the page (``/2020/10/26/``). Values stay text; who reads them
judges them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipelines.extraction.marks import FRAME, NEVER, mark_of

_NAMES = re.compile(
    r"""\b(?:datePublished|publish(?:ed)?_?(?:At|Date|Time|On|at|date|time)|pub_?[dD]ate"""
    r"""|publicationDate|firstPublished(?:At|Date)?|datetimePublished"""
    r"""|create_?[tT]ime|dc:date|showDate|formatDate|writeDate)"""
    r"""\\?["']?\s{0,4}[:=(]\s{0,4}\\?["'(]{0,2}(?:JsDecode\(')?\Z"""
)
#: how a day begins in scripts; the second of the epoch that WeChat gives instead
_DAY_VALUE = re.compile(r"20[0-3]\d[-/.][01]?\d[-/.]")
_EPOCH = re.compile(r"\b(?:var ct|oriCreateTime)\s{0,3}=\s{0,3}[\"'](1\d{9})[\"']")
_VALUE = re.compile(r"20[0-3]\d[-/.][01]?\d[-/.]|(?<=['\"=:( ])1\d{9}(?=\D)")
_VALUE = re.compile(r"""[^"'\\<>]{8,40}""")
_BEFORE_VALUE = 48
_NAMED = (
    "[class*=date],[class*=Date],[class*=time],[class*=Time],[class*=publi],[class*=posted],"
    "[id*=date],[id*=time],[id*=publi],[class*=meta],[class*=byline],[class*=info],[data-date],"
    "[data-time],[data-timestamp],[data-published]"
)
_ATTRIBUTES = (
    "datetime", "content", "data-datetime", "data-date", "data-time", "data-timestamp",
    "data-published", "title",
)  # fmt: skip
_NOT_OF_THIS_PAGE = re.compile(
    r"today|current|clock|now|update|modif|event|expir|header|weather|calendar|archive|related"
    r"|comment|footer|copyright|sidebar|widget|lastmod|timeline|countdown|deadline",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d|\d{10}")
_FOLDER = re.compile(
    r"[/_-](?:19|20)\d\d[/_-]?(?:0[1-9]|1[0-2])[/_-]?(?:0[1-9]|[12]\d|3[01])[/_.-]"
)
_PICTURES = ("og:image", "twitter:image", "twitter:image:src", "image")
_FRAMES = frozenset({"nav", "footer", "aside"})
_LABEL = re.compile(
    r"(?:发布|发表|公布|刊登|刊發|發布|發表|发稿|上网|公開|公开)(?:时间|日期|時間|日期|于|於)"
    r"|(?<![^\W_])(?:(?:first )?(?:published|posted)|(?:publication|release|issue) date|date posted"
    r"|veröffentlicht|erstellt|publi(?:é|ée|cado|cada|cat)|pubblicat[oa]|gepubliceerd|geplaatst"
    r"|опубликовано|опубліковано|дата публикации|objavljeno|opublikowano|data publikacji"
    r"|publikováno|julkaistu|publicerad|publisert|udgivet|yayınlanma(?: tarihi)?|yayın tarihi"
    r"|diterbitkan|közzétéve|publicat|δημοσιεύ(?:θηκε|τηκε)|تاريخ النشر|نشر في|投稿日"
    r"|公開日|掲載日|입력|등록)"
    r"(?![^\W_])",
    re.IGNORECASE,
)
_MAX_PAGE = 200_000
_BEFORE_YEAR = 56
_MAX_TEXT = 80
_MAX_ELEMENTS = 120
_MOST_DAYS = 2_000
_MAX_ALIKE = 2  # more elements of one name with different days are a list
_MAX_CLIMB = 12


def stamps(tree: LexborHTMLParser, markup: str, facts: Mapping[str, str]) -> dict[str, str]:
    """``script:date``, ``named:date``, ``labelled:date``, ``image:date``: those that are found."""
    found: dict[str, str] = {}
    if scripted := _scripted(markup):
        found["script:date"] = scripted
    if named := _named(tree):
        found["named:date"] = named
    elif not scripted and (labelled := _labelled(tree)):
        found["labelled:date"] = labelled
    for key in _PICTURES:
        match = _FOLDER.search(facts.get(key, ""))
        if match:
            found["image:date"] = "-".join(re.findall(r"\d\d(?:\d\d)?", _spaced(match[0])))
            break
    return found


def _spaced(folder: str) -> str:
    digits = re.sub(r"\D", "", folder)
    return f"{digits[:4]} {digits[4:6]} {digits[6:8]}"


def _scripted(markup: str) -> str | None:
    """The one value the scripts give; of several different ones the first, if it is named
    ``datePublished`` (the others belong to articles the page links to)."""
    if ("var ct" in markup or "oriCreateTime" in markup) and (found := _EPOCH.search(markup)):
        return found[1]
    first: tuple[str, str] | None = None
    for match in islice(_DAY_VALUE.finditer(markup), _MOST_DAYS):
        at = match.start()
        name = _NAMES.search(markup[max(0, at - _BEFORE_VALUE) : at])
        value = _VALUE.match(markup, at) if name else None
        if name is None or value is None:
            continue
        if first is None:
            first = value[0].strip(), name[0]
            if "datePublished" in name[0]:
                break
        elif first[0][:10] != value[0][:10]:
            return None
    return first[0] if first else None


def _named(tree: LexborHTMLParser) -> str | None:
    """The first element named for a date that is no part of a list, a frame or a clock."""
    seen: dict[str, set[str]] = {}
    order: list[tuple[str, str]] = []
    room = _MAX_PAGE
    for node in tree.css(_NAMED)[:_MAX_ELEMENTS]:
        name = _name(node)
        if _NOT_OF_THIS_PAGE.search(name):
            continue
        texts = _stated(node)
        if not texts and room > 0:
            text = node.text(separator=" ")
            room -= len(text)
            texts = [" ".join(text.split())] if len(text) <= 4 * _MAX_TEXT else []
        for text in texts:
            if len(text) <= _MAX_TEXT and _YEAR.search(text) and not _in_frame(node):
                if text not in seen.setdefault(name, set()):
                    seen[name].add(text)
                    order.append((name, text))
                break
    return next((text for name, text in order if len(seen[name]) <= _MAX_ALIKE), None)


def _labelled(tree: LexborHTMLParser) -> str | None:
    """What follows the first word like "published" on the page that a year stands behind."""
    body = tree.body
    text = body.text(separator="\n", skip_empty=True)[:_MAX_PAGE] if body is not None else ""
    for year in _YEAR.finditer(text):
        start = max(0, year.start() - _BEFORE_YEAR)
        label = _LABEL.search(text[start : year.start()])
        if label is not None:
            at = start + label.end()
            return " ".join(text[at : at + 60].split())[:48]
    return None


def _stated(node: LexborNode) -> list[str]:
    """Attributes that state a day."""
    attributes = node.attributes
    values = [attributes.get(key) or "" for key in _ATTRIBUTES]
    return [" ".join(v.split()) for v in values if 0 < len(v) <= _MAX_TEXT and _YEAR.search(v)]


def _name(node: LexborNode) -> str:
    attributes = node.attributes
    return f"{attributes.get('class') or ''} {attributes.get('id') or ''}".strip()


def _in_frame(node: LexborNode) -> bool:
    above = node.parent
    for _ in range(_MAX_CLIMB):
        if above is None or above.tag in {"body", "main", "article"}:
            return False
        name = _name(above)
        if above.tag in _FRAMES:
            return True
        if name and (mark_of(name) in {FRAME, NEVER} or _NOT_OF_THIS_PAGE.search(name)):
            return above.css_first("h1") is None
        above = above.parent
    return False
