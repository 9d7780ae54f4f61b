"""Rows of sitemaps: plain ones, news sitemaps, indexes; XML or one address a line; gzip."""

from __future__ import annotations

import zlib
from datetime import date, datetime
from io import BytesIO
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from pipelines.errors import LayoutChanged
from pipelines.urls import canonicalise, is_fetchable
from spiders.listing.assemble import MAX_ROWS, Assembler, RawRow
from spiders.patterns import search
from spiders.rowdates import RowDate, read_feed_date
from spiders.rows import Listing
from spiders.spec import SitemapSpec

#: limit of the protocol (sitemaps.org): 50 MB uncompressed; also the limit for gzip bombs
MAX_BYTES = 52_428_800
_NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"


def rows_from_sitemap(
    spec: SitemapSpec, content: bytes, *, base_url: str, today: date | None = None
) -> Listing:
    """Rows of a sitemap, newest ``lastmod`` first; ``children`` for an index.

    ``lastmod`` is when the page changed, not when it was published: it only tells whether a
    known page is worth another look. Raises ``LayoutChanged`` for anything but a sitemap.
    """
    content = _unpacked(content, url=base_url)
    stripped = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if stripped.startswith(b"http"):
        return _from_lines(spec, content, base_url=base_url, today=today)
    if b"<!entity" in content[:16_384].lower():
        raise LayoutChanged(
            "拒绝含实体声明（DTD）的 XML / XML that declares entities (DTD) is refused",
            url=base_url,
        )
    try:
        entries, children = _entries(content, url=base_url)
    except etree.XMLSyntaxError as error:
        raise LayoutChanged(
            f"站点地图无法读取：{error} / the sitemap cannot be read", url=base_url
        ) from error
    assembler = Assembler(spec, base_url=base_url, today=today, need_title=False)
    if children:
        return assembler.listing(children=_chosen(spec, children, base_url=base_url))
    stamped = [(_when(spec, entry.get("lastmod"), today=today), entry) for entry in entries]
    stamped.sort(key=lambda pair: _order(pair[0]), reverse=True)
    for modified, entry in stamped:
        assembler.add(
            RawRow(
                link=entry.get("loc"),
                title=entry.get("title"),
                date_text=entry.get("published"),
                when=_when(spec, entry.get("published"), today=today),
                modified=modified,
            )
        )
    return assembler.listing()


def _when(spec: SitemapSpec, text: str | None, *, today: date | None) -> RowDate:
    return read_feed_date(text, zone=spec.timezone, lang=spec.lang, today=today, trust="stated")


def _order(when: RowDate) -> tuple[date, float]:
    return (when.day or date.min, when.at.timestamp() if when.at else 0.0)


def _entries(content: bytes, *, url: str) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The ``url`` and the ``sitemap`` elements as plain dicts; a cut end is no error."""
    pages: list[dict[str, str]] = []
    children: list[dict[str, str]] = []
    found_root = False
    parser = etree.iterparse(
        BytesIO(content),
        events=("end",),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
    )
    for _, element in parser:
        name = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if name in ("url", "sitemap"):
            found_root = True
            (pages if name == "url" else children).append(_plain(element))
            element.clear()
            if len(pages) >= 10 * MAX_ROWS or len(children) >= MAX_ROWS:
                break
        found_root = found_root or name in ("urlset", "sitemapindex")
    if not found_root:
        raise LayoutChanged("应答不是站点地图 / the answer is not a sitemap", url=url)
    return pages, children


def _plain(element: Any) -> dict[str, str]:
    values: dict[str, str] = {}
    for child in element.iter():
        if not isinstance(child.tag, str) or not child.text:
            continue
        name = etree.QName(child).localname
        if child.tag.startswith(_NEWS):
            name = {"title": "title", "publication_date": "published"}.get(name, "")
        elif name not in ("loc", "lastmod"):
            name = ""
        if name and name not in values:
            values[name] = child.text.strip()
    return values


def _chosen(spec: SitemapSpec, children: list[dict[str, str]], *, base_url: str) -> tuple[str, ...]:
    """The sitemaps of an index to read, newest first; without dates in the order of the index."""
    picked: list[tuple[str, str]] = []
    for child in children:
        url = canonicalise(child.get("loc", ""), base=base_url)
        if is_fetchable(url) and (not spec.children or search(spec.children, url)):
            picked.append((child.get("lastmod", ""), url))
    if all(stamp for stamp, _ in picked):
        picked.sort(key=lambda pair: _stamp(pair[0]), reverse=True)
    return tuple(url for _, url in picked)


def _stamp(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return 0.0


def _from_lines(spec: SitemapSpec, content: bytes, *, base_url: str, today: date | None) -> Listing:
    assembler = Assembler(spec, base_url=base_url, today=today, need_title=False)
    for line in content.decode("utf-8", "replace").splitlines()[: 10 * MAX_ROWS]:
        if line.strip():
            assembler.add(RawRow(link=line.strip()))
    return assembler.listing()


def _unpacked(content: bytes, *, url: str) -> bytes:
    """gunzip ``.xml.gz`` bodies, at most ``MAX_BYTES``."""
    if content[:2] != b"\x1f\x8b":
        return content
    unpacker = zlib.decompressobj(wbits=31)
    try:
        data = unpacker.decompress(content, MAX_BYTES)
    except zlib.error as error:
        raise LayoutChanged(f"压缩的站点地图损坏 / broken gzip: {error}", url=url) from error
    if unpacker.unconsumed_tail:
        raise LayoutChanged("站点地图解压后过大 / the sitemap is too large", url=url)
    return data
