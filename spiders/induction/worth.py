"""What one row of a list is worth: its title, the form of its address, where it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from spiders.induction.days import is_date_like
from spiders.induction.dom import Element, width
from spiders.listing.assemble import bare_title

_FILE = re.compile(r"\.(?:pdf|docx?|wps|ofd)$", re.IGNORECASE)
_CHROME_TAGS = frozenset({"nav", "header", "footer", "aside"})
_CHROME = re.compile(
    r"^(?:(?:main|top|side|sub|left|right|bottom|site|global)?-?_?"
    r"(?:nav|menu|head|header|foot|footer|crumbs?|breadcrumbs?|pager|paging|pagination"
    r"|share|sidebar|copyright|friendlinks?|toolbar)"
    r"(?:bar|box|wrap|list|link|links|layout|_?\d+)?)$"
    r"|^(?:hot|rank|related|popular|recommend(?:ed)?|most-?read|quick)[-_]?"
    r"(?:list|news|box|article|post|link|item)s?$",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"\d{4,}|[0-9a-f]{16,}|\.(?:pdf|docx?|wps|ofd|xlsx?|zip)$|/[a-z0-9]+(?:-[a-z0-9]+){3,}", re.I
)
WORD = re.compile(r"[\u3400-\u9fff]{2}|[^\W\d_]{3}")
#: names of cases in English
_CASE = re.compile(
    r"\sv(?:s|\.|s\.)?\s|^in (?:re|the (?:matter|interest|estate))\b|^(?:ex parte|matter of)\b",
    re.IGNORECASE,
)
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_NOT_LETTERS = re.compile(r"[^A-Za-z]+")
_PART_OF_DAY = re.compile(r"^\W{0,2}\d{1,2}(?:日|[-/.月]\d{1,2}日?)?\W{0,2}$")


#: words of links that open the same thing in another way, or lead elsewhere
GENERIC = re.compile(
    r"^(?:[\[(（【]?(?:more|read|read more|details?|view|download|pdf|html?|open|link|here"
    r"|click here|view pdf|opinion|agenda|minutes|查看|详情|详细|更多|下载|查看详情|阅读全文"
    r"|全文|附件|预览|打开"
    r"|\d{1,3}|next|prev(?:ious)?|first|last|下一页|上一页|首页|尾页|末页)[\])）】]?[>»›\s.…]*)$",
    re.IGNORECASE,
)


def is_case(text: str) -> bool:
    """Whether a text is the name of a case in English."""
    return _CASE.search(text) is not None


@lru_cache(maxsize=50_000)
def title_worth(text: str) -> float:
    if not text or GENERIC.match(text):
        return -0.5
    columns = width(text)
    if columns < 1.3 * len(text):  # mostly letters: words need more room than characters
        return max(-0.6, min(1.0, (columns - 17) / 22))
    return max(-0.6, min(1.0, (columns - 11) / 16))


def title_of(link: Element) -> str:
    """The title a link gives: its attribute where that is longer, else its text."""
    tip = " ".join((link.attributes.get("title") or "").split())
    return tip if len(tip) > len(link.text) else link.text


def link_worth(link: Element) -> float:
    """How much a link looks like one to a document, from about -0.6 to 1.5."""
    return title_worth(title_of(link)) + address_worth(link)


def address_worth(link: Element) -> float:
    """What the form of an address adds: numbers, hashes, long slugs, files."""
    parts = urlsplit(link.link or "")
    if _FILE.search(parts.path) or "download" in parts.path.lower():
        return 0.6
    return 0.5 if _ARTICLE.search(parts.path + "?" + parts.query) else 0.0


def row_worth(row: Element, link: Element) -> float:
    """Worth of a link, where its own text says nothing with the best other text of the row."""
    own = title_worth(title_of(link))
    if own < 0.2 and row is not link:
        others = [
            min(0.8, title_worth(text))
            for element in row.walk()
            for text in (bare_title(element.own),)
            if element is not link and 12 <= width(text) <= 240 and not is_date_like(text)
        ]
        own = max([own, *(worth - 0.15 for worth in others)])
    return own + address_worth(link)


def shape_of(url: str) -> str:
    """Host and form of an address: words kept by kind, numbers and hashes without their value."""
    parts = urlsplit(url)
    last = parts.path.rsplit("/", 1)[-1]
    ext = last.rsplit(".", 1)[-1] if "." in last else ""
    digits = "d" if re.search(r"\d{3,}", last) else "w"
    return f"{parts.hostname} {parts.path.count('/')} {digits} {ext} {'q' if parts.query else ''}"


def in_chrome(element: Element, *, share: int) -> bool:
    """Whether an element stands in navigation, header, footer or the like.

    What holds more than ``share`` characters is the page itself, whatever it is called. Items of
    lists inside list items are menus.
    """
    for node in (element, *element.ancestors()):
        if node.tag in ("body", "html", "form", "main"):
            continue
        if node.tag == "li" and node is not element and element.tag in ("li", "a"):
            nested = any(above.tag == "li" for above in node.ancestors())
            if (nested or element.tag == "li") and not is_date_like(node.own):
                return True
        named = node.tag in _CHROME_TAGS or any(
            _CHROME.match(name) for name in (*node.classes, node.id) if name
        )
        if named and len(node.text) <= share:
            return True
    return False


@lru_cache(maxsize=20_000)
def has_date(row: Element) -> bool:
    """Whether something in a row looks like a date (not whether it is one)."""
    return any(is_date_like(e.own) for e in row.walk())


@lru_cache(maxsize=20_000)
def part_of_day(row: Element, link: Element) -> float:
    """What a row without a day gains by a part of one, and loses by leaving a day beside it."""
    if row is not link:
        return 0.1 if any(_PART_OF_DAY.match(e.text) for e in row.walk() if e is not link) else 0.0
    above = row.parent
    alone = above is not None and len(above.links) == 1 and len(above.text) < 400
    return -1.0 if alone and above is not None and has_date(above) else 0.0


def numbered(texts: Sequence[str]) -> float:
    """The share of texts without a word; 1.0 for texts whose numbers alone differ: Opinion 24-101.

    Only of texts in letters: numbered titles in Chinese are titles.
    """
    if not texts:
        return 0.0
    wordless = sum(WORD.search(text) is None for text in texts) / len(texts)
    alike = 0.0
    if len(texts) > 3 and not any(CJK.search(text) for text in texts):
        stems = {_NOT_LETTERS.sub("", text) for text in texts}
        digits = sum(any(char.isdigit() for char in text) for text in texts)
        alike = float(len(stems) <= 0.3 * len(texts) and digits >= 0.8 * len(texts))
    return max(wordless, alike)
