"""Rows of HTML list pages, and of HTML fragments that other formats carry."""

from __future__ import annotations

import re
from datetime import date

from pipelines.decode import decode
from pipelines.urls import canonicalise, is_fetchable
from spiders.fields import Node, parse_page, read_field
from spiders.listing.assemble import Assembler, RawRow
from spiders.paging import NextPaging
from spiders.rows import Listing
from spiders.spec import HtmlListSpec, RowFields

_CDATA = re.compile(r"<record>\s*<!\[CDATA\[(.*?)\]\]>\s*</record>", re.S | re.IGNORECASE)
_RECORD_TAG = "dibao-record"


def rows_from_html(
    spec: HtmlListSpec,
    content: bytes | str,
    *,
    base_url: str,
    charset: str | None = None,
    today: date | None = None,
) -> Listing:
    """Rows of one list page. ``base_url`` is the address the page came from."""
    text = content if isinstance(content, str) else decode(content, header_charset=charset).text
    assembler = Assembler(spec, base_url=base_url, today=today)
    records = _CDATA.findall(text) if spec.container == "cdata-records" else []
    if records:
        page = parse_page(
            "".join(f"<{_RECORD_TAG}>{record}</{_RECORD_TAG}>" for record in records),
            selectors=_selectors(spec),
        )
        _add_rows(assembler, spec, page, row=_RECORD_TAG)
        return assembler.listing()
    page = parse_page(text, selectors=_selectors(spec))
    base = _base_of(page, base_url)
    assembler.base_url = base
    _add_rows(assembler, spec, page, row=spec.row or "li")
    next_url = None
    if isinstance(spec.paging, NextPaging):
        # its own parser, so that XPath here does not change how the rows are read
        link = read_field(parse_page(text, selectors=(spec.paging.link,)), spec.paging.link)
        next_url = canonicalise(link, base=base) if link else None
    return assembler.listing(next_url=next_url if next_url and is_fetchable(next_url) else None)


def rows_from_fragment(
    spec: RowFields, text: str, *, base_url: str, today: date | None = None
) -> Assembler:
    """Rows of an HTML fragment inside another format."""
    assembler = Assembler(spec, base_url=base_url, today=today)
    page = parse_page(text, selectors=_selectors(spec))
    _add_rows(assembler, spec, page, row=spec.row or "li")
    return assembler


def _add_rows(assembler: Assembler, spec: RowFields, page: Node, *, row: str) -> None:
    scopes = [page] if spec.scope is None else list(_find(page, spec.scope))
    for scope in scopes:
        for node in _find(scope, row):
            assembler.add(_raw(spec, node))


def _find(node: Node, selector: str) -> list[Node]:
    xpath = selector.startswith("xpath:")
    return list(node.find(selector.removeprefix("xpath:").strip(), xpath=xpath))


def _raw(spec: RowFields, node: Node) -> RawRow:
    return RawRow(
        link=read_field(node, spec.link),
        title=read_field(node, spec.title_field),
        date_text=read_field(node, spec.date),
        written=read_field(node, spec.written),
        summary=read_field(node, spec.summary),
        doc_number=read_field(node, spec.doc_number),
        issuer=read_field(node, spec.issuer),
    )


def _base_of(page: Node, base_url: str) -> str:
    href = read_field(page, "base::attr(href)")
    base = canonicalise(href, base=base_url) if href else base_url
    return base if is_fetchable(base) else base_url


def _selectors(spec: RowFields) -> tuple[str | None, ...]:
    return (
        spec.row,
        spec.scope,
        spec.link,
        spec.title_field,
        spec.date,
        spec.written,
        spec.summary,
        spec.doc_number,
        spec.issuer,
    )
