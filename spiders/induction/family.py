"""Under which CMS family a list is written down, and whether the family's own rules read it."""

from __future__ import annotations

from pipelines.errors import ParseError
from spiders.cms import FAMILIES
from spiders.induction.result import Induced, Read
from spiders.rows import Listing


def with_family(own: Induced, read: Read, *, base_url: str) -> Induced:
    """The family's settings alone where they read the same rows, else our own under its name."""
    name = _family_of(base_url, own.listing)
    if name is None:
        return own
    defaults = dict(FAMILIES[name].defaults_for(None))
    if defaults.get("kind") != "html_list":
        return Induced({"family": name, **own.settings}, own.listing)
    if "row" in defaults:
        try:
            plain = read(defaults)
        except ParseError:
            plain = None
        if plain is not None and _same_rows(plain.listing, own.listing):
            return Induced({"family": name}, plain.listing)
    kept = {k: v for k, v in own.settings.items() if k != "kind"}
    body = {"paging": defaults["paging"]} if "paging" in defaults and "paging" not in kept else {}
    merged = {"kind": "html_list", **body, **kept}
    if "link_regex" not in kept and "link_regex" in defaults:
        tried = read({**merged, "link_regex": defaults["link_regex"]})
        if len(tried.listing.rows) < 0.9 * len(own.listing.rows):
            kept["link_regex"] = None
    return Induced({"family": name, **kept}, own.listing)


def _family_of(url: str, rows: Listing) -> str | None:
    """The CMS family by the addresses of the articles, or that of the list."""
    links = [row.url for row in rows.rows[:20]]
    for name, family in FAMILIES.items():
        hits = sum(family.recognises(url=link) for link in links)
        if hits >= max(2, len(links) // 2):
            return name
    return next((n for n, family in FAMILIES.items() if family.recognises(url=url)), None)


def _same_rows(one: Listing, other: Listing) -> bool:
    first = {row.url: row for row in one.rows}
    second = {row.url: row for row in other.rows}
    common = [url for url in second if url in first]
    right = sum(
        first[url].title == second[url].title
        and second[url].published_on in (None, first[url].published_on)
        for url in common
    )
    return len(common) >= 0.95 * max(len(first), len(second)) and right >= 0.95 * len(common)
