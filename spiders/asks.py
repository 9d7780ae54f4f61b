"""Which requests a source's lists need: addresses, parameters and bodies, page by page.

Pure: a spider sends an ``Ask`` with Scrapy, a live check may send it with anything else.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode, urljoin

from spiders.paging import CursorPaging, JpagePaging, NextPaging, NumberPaging, with_param
from spiders.patterns import MAX_PATTERN, compile_pattern, fill, names_in
from spiders.rows import Listing
from spiders.spec import FeedSpec, HtmlListSpec, JsonApiSpec, SitemapSpec

Spec = FeedSpec | HtmlListSpec | JsonApiSpec | SitemapSpec
#: how much of a page is searched for the values of ``resolve``
_RESOLVE_TEXT = 400_000
_PAGE_NAMES = frozenset({"n", "offset"})


@dataclass(frozen=True, slots=True)
class Ask:
    """One request for a list page."""

    url: str
    method: str = "GET"
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class IndexTally:
    """What the sitemaps of one index gave: it is empty when all of them are."""

    url: str
    open: int
    rows: int = 0


@dataclass(slots=True)
class Lane:
    """One list of a source and how far it has been read.

    ``seen`` are the identity keys of its rows; ``ids_text`` is the page in which a data proxy
    finds its ids; ``index`` is the sitemap index that named this list. ``number`` tells the lists
    of a source apart; ``met``: rows of earlier runs were on one of its pages.
    """

    url: str
    values: Mapping[str, str] = field(default_factory=dict)
    page: int = 1
    seen: set[str] = field(default_factory=set)
    ids_text: str = ""
    index: IndexTally | None = None
    number: int = 0
    met: bool = False


class UnresolvedPlaceholder(ValueError):
    """A ``{name}`` in an address that neither ``each`` nor ``resolve`` gives."""

    code = "unresolved_placeholder"


def lanes(spec: Spec, *, today: date, resolved: Mapping[str, str] | None = None) -> list[Lane]:
    """Every list of a source: each address with each combination of ``each`` values.

    ``{yyyy}``, ``{mm}``, ``{dd}``, ``{yyyymm}`` and ``{yyyymmdd}`` are those of ``today``.
    """
    dates = {
        "yyyy": f"{today:%Y}",
        "mm": f"{today:%m}",
        "dd": f"{today:%d}",
        "yyyymm": f"{today:%Y%m}",
        "yyyymmdd": f"{today:%Y%m%d}",
    }
    names = list(spec.each)
    found: list[Lane] = []
    for url in spec.list_urls:
        used = [name for name in names if name in _all_names(spec, url)]
        for chosen in itertools.product(*(spec.each[name] for name in used)):
            values = {**dates, **(resolved or {}), **dict(zip(used, chosen, strict=True))}
            found.append(Lane(url=url, values=values, number=len(found)))
    return found


def _all_names(spec: Spec, url: str) -> set[str]:
    texts = [url]
    if isinstance(spec, JsonApiSpec):
        texts += [*spec.params.values(), *spec.form.values(), spec.payload or ""]
    return {name for text in texts for name in names_in(text)}


def first_ask(spec: Spec, lane: Lane) -> Ask:
    """The request for the first page. Raises ``UnresolvedPlaceholder``."""
    return _ask(spec, lane, page=1)


def next_ask(spec: Spec, lane: Lane, listing: Listing, *, page_url: str) -> Ask | None:
    """The request for the page after ``lane.page``; None when the source has no more.

    ``page_url`` is the address the listing came from.
    """
    paging = spec.paging if isinstance(spec, HtmlListSpec | JsonApiSpec) else None
    if isinstance(paging, NextPaging):
        if not listing.next_url or listing.next_url == page_url:
            return None
        return Ask(listing.next_url, headers=_headers(spec))
    if isinstance(paging, CursorPaging):
        if not listing.cursor:
            return None
        return _ask(spec, lane, page=lane.page + 1, extra={paging.param: listing.cursor})
    if isinstance(paging, JpagePaging):
        url = paging.url(_filled(lane.url, lane.values), lane.page + 1, text=lane.ids_text)
        return Ask(url, headers=_headers(spec)) if url else None
    if isinstance(paging, NumberPaging):
        return _ask(spec, lane, page=lane.page + 1)
    return None


def one_page(spec: Spec, lane: Lane) -> bool:
    """Whether what leaves this page is lost: it has no second one, and no address of its day."""
    if isinstance(spec, SitemapSpec) or "{" in lane.url:
        return False
    return isinstance(spec, FeedSpec) or spec.paging is None


def resolve_ask(spec: Spec) -> Ask | None:
    """The request for the page that gives the values of placeholders, if the source needs one."""
    if spec.resolve is None:
        return None
    base = fill(spec.first_url, {"n": "1"})
    return Ask(urljoin(base, spec.resolve.url), headers=_headers(spec))


def resolve_values(spec: Spec, text: str) -> dict[str, str]:
    """The values that the patterns of ``resolve`` find in a page. Raises if one is missing."""
    values: dict[str, str] = {}
    for name, pattern in (spec.resolve.find if spec.resolve else {}).items():
        match = compile_pattern(pattern).search(text[:_RESOLVE_TEXT])
        if match is None:
            raise UnresolvedPlaceholder(
                f"页面中找不到 {{{name}}}（{pattern[:MAX_PATTERN]}） / "
                f"the page does not give {{{name}}}"
            )
        values[name] = match[1] if match.re.groups else match[0]
    return values


def _ask(spec: Spec, lane: Lane, *, page: int, extra: Mapping[str, str] | None = None) -> Ask:
    paging = spec.paging if isinstance(spec, HtmlListSpec | JsonApiSpec) else None
    number = str(paging.number(page)) if isinstance(paging, NumberPaging) else str(page)
    values = {**lane.values, "n": number, "offset": number}
    if isinstance(spec, JsonApiSpec):
        return _api_ask(spec, lane, values=values, page=page, extra=extra or {})
    url = _filled(lane.url, values)
    if isinstance(paging, NumberPaging) and not _PAGE_NAMES & names_in(lane.url):
        url = paging.url(url, page)
    return Ask(url, headers=_headers(spec))


def _api_ask(
    spec: JsonApiSpec,
    lane: Lane,
    *,
    values: Mapping[str, str],
    page: int,
    extra: Mapping[str, str],
) -> Ask:
    params = {name: fill(text, values) for name, text in spec.params.items()}
    form = {name: fill(text, values) for name, text in spec.form.items()}
    url = _filled(lane.url, values)
    paging = spec.paging
    if isinstance(paging, NumberPaging) and paging.param and page > 1:
        extra = {paging.param: values["n"]}
    if isinstance(paging, NumberPaging) and paging.template and page > 1:
        url = paging.url(url, page)
    (form if form else params).update(extra)
    for name, text in params.items():
        url = with_param(url, name, text)
    headers = list(_headers(spec))
    body = b""
    if spec.method == "POST":
        if spec.payload is not None:
            body = fill(spec.payload, values).encode()
            headers.append(("Content-Type", "application/json"))
        else:
            body = urlencode(form).encode()
            headers.append(("Content-Type", "application/x-www-form-urlencoded"))
    return Ask(url, method=spec.method, body=body, headers=tuple(headers))


def _filled(url: str, values: Mapping[str, str]) -> str:
    filled = fill(url, values)
    missing = names_in(filled)
    if missing:
        name = sorted(missing)[0]
        raise UnresolvedPlaceholder(
            f"网址中的 {{{name}}} 没有值，写在 each 或 resolve 中 / "
            f"{{{name}}} in the address has no value: give it in each or resolve"
        )
    return filled


def _headers(spec: Spec) -> tuple[tuple[str, str], ...]:
    return tuple(spec.headers.items())
