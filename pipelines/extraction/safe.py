"""The last gate: only listed elements, attributes and schemes leave it.

No svg, math or raw-text element is ever allowed (they are what mutation attacks need), no image
has a source that a mail reader would load, and cleaning what is clean changes nothing.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import count

import nh3

from pipelines.extraction.marks import words

TAGS = words(
    "p br div h2 h3 h4 h5 h6 ul ol li dl dt dd table caption thead tbody tfoot tr td th blockquote "
    "pre code strong em u sub sup del ins a img figure figcaption hr"
)
ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title"},
    "img": {"alt", "data-src"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
LINK_REL = "noopener noreferrer nofollow"
SCHEMES = frozenset({"http", "https", "mailto"})
_REMOVED_WITH_CONTENT = words(
    "script style title textarea noscript iframe noembed noframes xmp plaintext template svg math "
    "select option object embed applet audio video canvas head"
)


#: attributes that hold an address, and how it must begin: nothing relative, nothing local
_ADDRESSES = {"href": ("http://", "https://", "mailto:"), "data-src": ("http://", "https://")}


_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\x00-\x08\x0b\x0e-\x1f\x7f]"
)


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name in _ADDRESSES and not value.lower().startswith(_ADDRESSES[name]):
        return None
    if name in {"colspan", "rowspan"} and not (
        value.isascii() and value.isdigit() and len(value) < 4
    ):
        return None
    return value


_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=set(_REMOVED_WITH_CONTENT),
    attributes=ATTRIBUTES,
    attribute_filter=_attribute,
    url_schemes=set(SCHEMES),
    link_rel=LINK_REL,
    strip_comments=True,
)


_TEXT_ONLY = nh3.Cleaner(tags=set(), clean_content_tags=set(_REMOVED_WITH_CONTENT))
_PASSES = 5

_WORD = r"[a-z0-9]++(?:-[a-z0-9]++)*+"
_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_ADDRESS = (
    rf"https?://(?:(?:{_WORD}\.)++[a-z]{{2,20}}+|(?:{_BYTE}\.){{3}}{_BYTE})(?::[1-9]\d{{1,3}})?+"
    r"/(?:[!#-%'-;=?-Z_a-z~]++|&amp;)*+"
)


#: bodies that the sanitiser reads in the time that preparing the grammar takes
_FEW = 100
_bodies = count()
_BOX = re.compile(r"</?(?:figure|blockquote)>")


@cache
def _settled() -> re.Pattern[str]:
    """The markup of an ordinary body, which the sanitiser would leave as it is.

    Whole elements one after the other that can be read in one way only: blocks, flat lists and
    tables, formatting and links nested once or twice, addresses of plain hosts, attributes in the
    order the sanitiser writes; between them figures and quotations may begin and end. What is
    outside of this grammar, safe or not, goes through the sanitiser, as does a character that is
    not printable.
    """
    image = rf'<img alt="(?:[^"<>&]++|&(?:amp|quot);)*+" data-src="{_ADDRESS}">'
    text = rf"[^<>&]++|&(?:amp|lt|gt);|<br>|{image}"

    def formatted(key: str, inner: str) -> str:
        names = "strong|em|u|sub|sup|code|del|ins"
        return rf"<(?P<{key}>{names})>(?:{inner})*</(?P={key})>"

    def inline(key: str) -> str:
        within = formatted(f"{key}1", text)
        link = rf'<a href="{_ADDRESS}" rel="{LINK_REL}">(?:{text}|{within})*</a>'
        simple = rf'<a href="{_ADDRESS}" rel="{LINK_REL}">(?:{text})*+</a>'
        return rf"(?:{text}|{link}|{formatted(f'{key}2', f'{text}|{simple}')})*"

    span = r'(?: colspan="\d{1,3}")?+(?: rowspan="\d{1,3}")?+'
    block = rf"<(?P<block>p|h[2-6])>{inline('a')}</(?P=block)>"
    row = rf"<tr>(?:<(?P<cell>t[dh]){span}>{inline('b')}</(?P=cell)>)*</tr>"
    items = rf"<(?P<list>[ou]l)>(?:<li>{inline('c')}</li>)+</(?P=list)>"
    table = rf"<table><tbody>(?:{row})*</tbody></table>"
    return re.compile(rf"(?:{block}|{items}|{table}|{_BOX.pattern})*")


def _is_settled(markup: str) -> bool:
    if next(_bodies) < _FEW or not markup.isprintable() or _settled().fullmatch(markup) is None:
        return False
    boxes = iter(_BOX.findall(markup))
    return all(next(boxes, "") == f"</{opened[1:]}" for opened in boxes)


def safe_html(markup: str) -> str:
    """Sanitise HTML of any origin; the result is a fixed point of this function.

    One pass is not always one: links that a broken table pushes into each other are parsed
    differently the second time. What does not settle in five passes loses its elements.
    """
    if _is_settled(markup):
        return markup
    for _ in range(_PASSES):
        cleaned = _once(_CLEANER, markup)
        if cleaned == markup:
            return cleaned
        markup = cleaned
    return _once(_TEXT_ONLY, markup)


def _once(cleaner: nh3.Cleaner, markup: str) -> str:
    try:
        cleaned = cleaner.clean(markup)
    except UnicodeEncodeError:  # half a surrogate pair, from a JSON escape
        cleaned = cleaner.clean(markup.encode("utf-8", "replace").decode("utf-8"))
    return without_invisible(cleaned)


def without_invisible(text: str) -> str:
    """Without control, zero-width and direction-changing characters, which hide text from eyes
    and from search."""
    if text.isprintable():
        return text  # the usual case, told ten times faster
    return _INVISIBLE.sub("", text)
