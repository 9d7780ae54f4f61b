"""Documents that are pictures of pages: scanned decrees, notices put up as images."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipelines.extraction.marks import FRAME, NEVER, mark_of, words
from pipelines.items import AttachmentRef

_FOREIGN_TAGS = words("nav footer aside header button")
_ORNAMENT = re.compile(
    r"logo|icon|erweima|weixin|wechat|weibo|banner|button|arrow|share|loading|avatar|gongan|beian"
    r"|jiucuo|sprite|spacer|\.gif|\.svg|^data:"
    r"|(?<![a-z0-9])(?:qr|ewm|ico|btn|bszs|blank|pixel|dot|bg|top|foot|head|nav)(?![a-z])",
    re.IGNORECASE,
)
_TYPES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "bmp": "image/bmp",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "webp": "image/webp",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f/\\]+")
_PICTURE = re.compile(r"\.(?:jpe?g|png|bmp|tiff?|webp)(?:$|[?#])", re.IGNORECASE)
_MIN_SIDE = 200  # pixels, where the page states them
_MAX_CLIMB = 30
_SOURCES = ("src", "data-src", "data-original", "data-lazy-src", "data-url", "_src", "oldsrc")
_LINES = words("p a span strong b em center font figure picture")


def scan_box(tree: LexborHTMLParser, *, skip: Container[int] = ()) -> LexborNode | None:
    """The element that holds the first scanned page and those beside it; ``None`` without scans.

    Logos, icons, codes and pictures in menus, footers and other frame parts are no scans, nor are
    pictures that link to another page.
    """
    for image in tree.css("img"):
        if _is_scan(image) and not _in_frame(image, skip):
            box: LexborNode = image
            while box.parent is not None and (box.tag == "img" or box.tag in _LINES):
                box = box.parent
            return box
    return None


def scanned_pages(images: Iterable[tuple[str, str]]) -> tuple[AttachmentRef, ...]:
    """Pictures, as (address, description), that may be pages of a document, as its files."""
    found: dict[str, AttachmentRef] = {}
    for address, label in images:
        path = urlsplit(address).path
        if _ORNAMENT.search(path[:2000]):
            continue
        name = label or unquote(path.rsplit("/", 1)[-1]) or address
        kind = _TYPES.get(path.rpartition(".")[2].lower(), "image/jpeg")
        found.setdefault(address, AttachmentRef(address, _CONTROL.sub("_", name)[:200], kind))
    return tuple(found.values())


def holds(box: LexborNode, node: LexborNode) -> bool:
    """``node`` is ``box`` or inside it."""
    above: LexborNode | None = node
    while above is not None and above.mem_id != box.mem_id:
        above = above.parent
    return above is not None


def _is_scan(image: LexborNode) -> bool:
    attributes = image.attributes
    source = next((v for k in _SOURCES if (v := attributes.get(k))), "") or ""
    names = f"{source} {attributes.get('class') or ''} {attributes.get('id') or ''}"
    if not source or _ORNAMENT.search(names[:2000]):
        return False
    for name in ("width", "height"):
        digits = (attributes.get(name) or "").removesuffix("px").strip()[:6]
        if digits.isascii() and digits.isdigit() and int(digits) < _MIN_SIDE:
            return False
    return True


def _in_frame(image: LexborNode, skip: Container[int]) -> bool:
    above = image.parent
    for _ in range(_MAX_CLIMB):
        if above is None or above.tag == "body":
            return False
        attributes = above.attributes
        name = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".strip()
        href = attributes.get("href") if above.tag == "a" else None
        if above.mem_id in skip or above.tag in _FOREIGN_TAGS:
            return True
        if (name and mark_of(name) in {FRAME, NEVER}) or (href and not _PICTURE.search(href)):
            return True
        above = above.parent
    return True
