"""Files linked from an article: 附件 in every form the sites use."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from itertools import islice
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborNode

from pipelines.extraction.marks import FRAME, mark_of, words
from pipelines.items import AttachmentRef
from pipelines.urls import canonicalise, is_fetchable

_TYPES = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "wps": "application/vnd.ms-works",
    "ofd": "application/ofd",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "et": "application/vnd.ms-excel",
    "csv": "text/csv",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "rtf": "application/rtf",
    "txt": "text/plain",
    "zip": "application/zip",
    "rar": "application/vnd.rar",
    "7z": "application/x-7z-compressed",
    "ceb": "application/x-ceb",
    "caj": "application/x-caj",
}
_SUFFIX = re.compile(r"\.([a-zA-Z0-9]{2,4})$")
_DOWNLOAD = re.compile(
    r"downfile|download|attach|getfile|filedown|showfile|ufile|/upload|filename=|fileid=", re.I
)
_NAMED = re.compile(
    r"^\s{0,9}附\s{0,9}[件表图录]|\.(?:pdf|docx?|wps|ofd|xlsx?|zip|rar|pptx?)\s{0,9}$", re.I
)
#: boxes that content systems put files in: TRS ``fj``, JPAGE ``fjxz``, Hanweb ``attach-list``
_FILE_BOX = re.compile(
    r"(?:^|[\s_-])(?:\w{0,4}fj\w{0,4}|fujian|attach\w{0,8}|annex\w{0,4}|accessor(?:y|ies)|appendix"
    r"|downloads?|files?)(?:$|[\s_-])",
    re.IGNORECASE,
)
#: what every link to a file has in its address or text; cheap to look for
_MAYBE_FILE = re.compile(rf"\.(?:{'|'.join(_TYPES)})(?![a-z])|附", re.IGNORECASE)
_FOREIGN_TAGS = words("nav footer aside script style head")
_MARKED = frozenset("?#%;\\")
_MAX_CLIMB = 4
_AFTER, _BEFORE = 12, 6  # sibling nodes looked at, text between elements included
_NEAR_LEVELS = 2
_MAX_BESIDE = 3000  # characters of a box that may be a list of files
_MAX_FILES = 60
_SMALL = 8  # elements
_CONTROL = re.compile(r"[\x00-\x1f\x7f/\\]+")


def media_type_of(address: str, label: str = "") -> str | None:
    """Media type by the file name in an address (path, then parameters) or in the link text."""
    if address.count("/") > 2 and _MARKED.isdisjoint(address):
        names = [address]  # nothing but a path: no need to take it apart
    else:
        parts = urlsplit(address)
        names = [parts.path, *(p.partition("=")[2] for p in parts.query.split("&"))]
    for name in (*names, label.strip()):
        match = _SUFFIX.search(unquote(name).strip())
        if match and match.group(1).lower() in _TYPES:
            return _TYPES[match.group(1).lower()]
    return None


def attachments_in(links: Iterable[tuple[str, str]]) -> tuple[AttachmentRef, ...]:
    """Attachments among ``(address, text)`` links, in order, one per address."""
    found: dict[str, AttachmentRef] = {}
    for address, label in links:
        kind = media_type_of(address, label)
        if kind is None:
            if not (_NAMED.search(label) and _DOWNLOAD.search(address)):
                continue
            kind = "application/octet-stream"
        if address not in found:
            found[address] = AttachmentRef(address, _name(address, label), kind)
    return tuple(found.values())


def files_beside(
    nodes: Iterable[LexborNode], *, base: str, skip: Container[int] = ()
) -> list[tuple[str, str]]:
    """Links, as (address, text), in boxes beside the article that hold its files.

    Beside are the siblings of the nodes and what follows up to three elements above. A box counts
    if it is named for files, says 附件, or stands directly beside the text and links to nothing
    but files. ``skip``: elements, by ``mem_id``, that are not looked at.
    """
    found: dict[str, str] = {}
    chosen = list(nodes)
    seen = {node.mem_id for node in chosen}
    for node in chosen:
        for level, box in _beside(node):
            if box.mem_id in seen or box.mem_id in skip:
                continue
            seen.add(box.mem_id)
            for address, label in _files_of(box, level, base=base, skip=skip):
                if len(found) < _MAX_FILES:
                    found.setdefault(address, label)
    return list(found.items())


def _beside(node: LexborNode) -> Iterator[tuple[int, LexborNode]]:
    """Elements before and after ``node``, and after what holds it, with their level."""
    here: LexborNode | None = node
    for level in range(_MAX_CLIMB):
        if here is None or here.tag in {"body", "html"}:
            return
        box = here.next
        for _ in range(_AFTER):
            if box is None:
                break
            if box.is_element_node:
                yield level, box
            box = box.next
        box = here.prev
        for _ in range(_BEFORE):
            if box is None or level:
                break
            if box.is_element_node:
                yield level, box
            box = box.prev
        here = here.parent


@lru_cache(maxsize=4096)
def _verdict(name: str) -> int:
    """Of a class and id: 1 named for files, -1 part of the page frame, 0 neither."""
    if _FILE_BOX.search(name[:300]):
        return 1
    return -1 if mark_of(name) <= FRAME else 0


def _files_of(
    box: LexborNode, level: int, *, base: str, skip: Container[int]
) -> list[tuple[str, str]]:
    tag, attributes = box.tag, box.attributes
    if tag in _FOREIGN_TAGS:
        return []
    name = f"{attributes.get('class') or ''} {attributes.get('id') or ''}" if attributes else ""
    verdict = _verdict(name) if name else 0
    first = box if tag == "a" else None if verdict < 0 else first_link(box)
    if first is None:
        return []
    listed = verdict > 0
    if not listed:
        text = box.text()
        listed = "附件" in text
        if len(text) > _MAX_BESIDE or not (listed or (level < _NEAR_LEVELS and _is_file(first))):
            return []
    files: list[tuple[str, str]] = []
    others = 0
    for anchor in [box] if tag == "a" else box.css("a[href]"):
        if anchor.mem_id in skip or not _is_file(anchor):
            others += 1
            if not listed:
                return []
            continue
        address = canonicalise(anchor.attributes.get("href") or "", base=base)
        if is_fetchable(address):
            files.append((address, " ".join(anchor.text().split())[:300]))
    return files if verdict > 0 or others <= len(files) else []


def first_link(box: LexborNode) -> LexborNode | None:
    """The first link in a box; small boxes are looked through faster than searched."""
    nodes = list(islice(box.traverse(), _SMALL + 1))
    for node in nodes:
        if node.tag == "a" and "href" in node.attributes:
            return node
    return box.css_first("a[href]") if len(nodes) > _SMALL else None


def _is_file(anchor: LexborNode) -> bool:
    href, label = anchor.attributes.get("href") or "", anchor.text()
    if _MAYBE_FILE.search(href) is None and _MAYBE_FILE.search(label) is None:
        return False
    return bool(attachments_in([(href, " ".join(label.split())[:300])]))


def _name(address: str, label: str) -> str:
    """The link text, or the file name where the text says nothing (下载, 点击查看, empty)."""
    name = " ".join(label.split())
    if len(name) < 3 or name in {
        "下载",
        "点击下载",
        "点击查看",
        "查看",
        "附件下载",
        "download",
        "Download",
    }:
        last = unquote(urlsplit(address).path.rsplit("/", 1)[-1])
        name = last or name or address
    return _CONTROL.sub("_", name)[:200]
