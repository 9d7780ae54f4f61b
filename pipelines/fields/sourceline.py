"""Whose text a page carries: 来源, 转自, 据…报道, and the author."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_LABELS = ("来源", "信息来源", "文章来源", "稿件来源", "文章出处")
_META = (
    "layout:source",
    "contentsource",
    "source",
    "article:source",
    "og:site_name",
    "ld:publisher",
)
# What page tools print right behind a source when the spans between them are lost.
_TOOLS = (
    r"字号|字体|[【\[]|打印(?:本|此|页|文|$|[\s】|｜/])|分享(?:到|至|$|[:：\s】|｜])|收藏本|浏览|点击"
    r"|阅读(?:次|量|数|[:：])|访问(?:次|量)|视力保护|责任编辑|责编"
    r"|[(（]?大[ 　]{0,2}中[ 　]{0,2}小|关闭(?:窗口|本页|$)|扫一扫|举报(?:$|[\s】|｜])"
)
_END = rf"(?=[\s|｜]|作者|编辑|发布|时间|日期|{_TOOLS}|\Z)"
_LINE = re.compile(
    r"(?:信息来源|文章来源|稿件来源|資料來源|新聞來源|來源|来\s{0,3}源于?|文章出处|转自|Source)\s{0,3}[:：]\s{0,3}"
    rf"(?P<name>[^\s|｜:：<>]{{2,40}}?(?:\([^()]{{1,20}}\))?){_END}"
)
#: a name without a label behind a whole day or its time, alone on the rest of the line
_AFTER_TIME = re.compile(
    r"20\d\d[-./年]\d{1,2}[-./月]\d{1,2}日?(?:\s{1,3}\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?\s{1,3}"
    r"(?P<name>(?![\u4e00-\u9fff]{0,6}(?:浏览|评论|阅读|参与|字号|字体|点击|来源|作者|编辑|更新|发布"
    r"|星期|农历|访问|分享|打印|举报|收藏|听新闻|朗读|关注|点赞|下载|首页|返回|纠错|扫码))"
    r"[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z·-]{1,15})$",
    re.MULTILINE,
)
_REPORTED = re.compile(
    r"(?:据|转自|来源|转载自)\s{0,2}[《“\"]?(?P<name>[\u4e00-\u9fffA-Za-z·]{2,20}?)[》”\"]?"
    r"(?:消息|报道|讯|官网|网站|微信公众号)"
)
_BRACKET_AT_END = re.compile(
    r"[（(](?:来源[:：]\s?)?(?P<name>[\u4e00-\u9fffA-Za-z0-9·、；; ]{2,30})[）)]\s*\Z"
)
_AUTHOR = re.compile(
    r"(?:作\s{0,3}者|记者|撰稿|文)\s{0,2}[:：/]\s{0,3}"
    r"(?P<name>(?!责任|编辑)[\u4e00-\u9fff·]{2,8}?|[A-Z][A-Za-z.\-' ]{2,40})"
    r"(?=[\s|｜,，]|\Z|责任编辑|发布|时间|日期|来源|编辑|责编|浏览|点击|阅读|字体|字号|审核)"
)

_PLATFORMS = frozenset({"微信公众平台"})
_AUTHOR_META = (
    "ld:author", "author", "article:author", "parsely-author", "item:author", "byl",
    "sailthru.author", "dc.creator", "dcterms.creator", "citation_author",
)  # fmt: skip
_ACCOUNTS = frozenset({"admin", "administrator", "webmaster", "root", "editor", "unknown", "name"})
_COMPANY = re.compile(
    r"\b(?:gmbh|inc|ltd|llc|verlag)\b|\.(?:com|org|net|de|fr|at|ch|cn)\b", re.IGNORECASE
)
_PREFIX = re.compile(r"\A(?:by|von|par|por)\s+", re.IGNORECASE)
_WIDE = re.compile(r"[\u4e00-\u9fff]")
_NAME = (
    r"[A-ZÀ-Þ](?:[^\W\d_]|['’.-]){1,20}(?: (?:de|del|van|von|der|den|da|di|la|le|du|bin|al|el"
    r"|[A-ZÀ-Þ](?:[^\W\d_]|['’.-]){0,20})){0,3}"
)
#: "By Jane Doe and John Roe", "Von …", "Par …", at the beginning of a line or behind a mark
_BYLINE = re.compile(
    r"(?:^|[|·•–/!,] ?|\d{4} ?)(?:(?:[Ww]ritten )?[Bb]y|[Vv]on|[Pp]ar|Por|Words|Text|Autor(?:in)?"
    rf"|Auteur) ?:? (?P<name>{_NAME}(?:(?:, | and | und | et | y | & ){_NAME}){{0,4}})"
    r"(?= {0,2}(?:$|[|·•,;(–—-]|\d|on |am |le ))",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Credit:
    """A name with the text it stood in and the place it was read from."""

    name: str
    span: str
    rule: str


def source_of(
    table: Mapping[str, str], head: str, text: str, meta: Mapping[str, str]
) -> Credit | None:
    """The original source: the page's own line first, then meta data, then 据…报道 in the lead,
    then a bracket at the very end of a short report (（上证报）)."""
    for label in _LABELS:
        if value := table.get(label):
            return Credit(_tidy(value), value, "table")
    for area in (head, text[:300]):
        if match := _LINE.search(area):
            return Credit(_tidy(match["name"]), match[0], "head")
    if match := _AFTER_TIME.search(head):
        return Credit(_tidy(match["name"]), match[0], "head")
    for key in _META:
        if (value := meta.get(key)) and value not in _PLATFORMS:
            return Credit(_tidy(value), value, "meta")
    if match := _REPORTED.search(text[:120]):
        return Credit(_tidy(match["name"]), match[0], "body")
    match = _BRACKET_AT_END.search(text[-48:]) if len(text) <= 2000 else None
    if match and not re.search(r"公开|附件|此件|续|完|节选|全文|\d{4}年", match["name"]):
        return Credit(_tidy(match["name"]), match[0], "tail")
    return None


def author_of(head: str, meta: Mapping[str, str], hint: str | None) -> Credit | None:
    """The author as the page, its meta data or the feed names him."""
    if match := _AUTHOR.search(head):
        return Credit(match["name"].strip(), match[0], "head")
    stated = [value.strip() for key in _AUTHOR_META if _may_name(value := meta.get(key, ""))]
    for value in stated:
        if not _is_publisher(value, meta):
            return Credit(_PREFIX.sub("", value), value, "meta")
    if match := _BYLINE.search(head):
        whole = next((value for value in stated if match["name"] in value), match["name"])
        return Credit(whole, match[0], "head")
    for value in stated:
        if not _WIDE.search(value):
            return Credit(value, value, "meta")
    return Credit(hint.strip(), hint, "list") if hint and hint.strip() else None


def _may_name(value: str) -> bool:
    """Neither an address nor a number nor the account of whoever runs the site."""
    bare = value.strip().lower()
    if not 2 <= len(bare) <= 300 or bare.isdigit() or "@" in bare or "://" in bare:
        return False
    return bare not in _ACCOUNTS


def _is_publisher(value: str, meta: Mapping[str, str]) -> bool:
    """The name of the site or of the company behind it."""
    names = [meta.get(key, "") for key in ("og:site_name", "ld:publisher", "application-name")]
    if any(name and (value in name or name in value) for name in names):
        return True
    return meta.get("html:title", "")[-40:].find(value) > 0 or _COMPANY.search(value) is not None


_REPORTER = re.compile(r"[（(](?:记者|通讯员|作者|编辑)[^（）()]{0,30}[)）]?\Z")
_TOOL = re.compile(_TOOLS)


def _tidy(name: str) -> str:
    """``name`` without quotes and without the page tools that were run together with it."""
    found = _TOOL.search(name)
    own = name[: found.start()] if found and found.start() >= 2 else name
    own = _REPORTER.sub("", own)
    return own.strip(" 　\"'“”《》|｜")
