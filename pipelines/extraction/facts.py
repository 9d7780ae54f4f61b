"""What the page says about itself outside the text: meta elements, JSON-LD, times, canonical."""

from __future__ import annotations

import json
import re
from typing import Any

from selectolax.lexbor import LexborHTMLParser

_MAX_VALUE = 1000
_LD_FIELDS = (
    "headline",
    "datePublished",
    "dateModified",
    "dateCreated",
    "description",
    "articleSection",
    "name",
)
_SOURCES = (
    'meta,title,script[type="application/ld+json"],link[rel=canonical],base[href],time[datetime],'
    "[itemprop],h1"
)
#: facts that state when the page was published, and are the publisher's own word
DATE_FACTS = (
    "article:published_time", "ld:datepublished", "item:datepublished", "og:published_time",
    "og:article:published_time", "datepublished", "pubdate", "publishdate", "publish_date",
    "publish-date", "publication_date", "publication-date", "published", "published_time",
    "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date",
    "dcterms.date", "date", "dc.created", "sailthru.date", "parsely-pub-date",
    "citation_publication_date", "citation_date", "citation_online_date", "article.published",
    "article_date_original", "article:published", "article:publish_date", "cxenseparse:publishtime",
    "cxenseparse:recs:publishtime", "published-date", "pub_date", "apub:time",
    "originalpublicationdate", "og:pubdate", "og:publish_date", "og:release_date", "release_date",
    "displaydate", "ptime", "rnews:datepublished", "vr:published_time",
    "shareaholic:article_published_time",
    "weibo:article:create_at", "bytedance:published_time", "ld:page-datepublished", "uploaddate",
    "datecreated", "ld:datecreated", "time:article", "time:datetime", "maketime", "createdate",
    "time",
)  # fmt: skip

_DECODER = json.JSONDecoder(strict=False)
_BEFORE_JSON = " \t\r\n\ufeff;/*<![CDATA"
#: what can still be read of linked data that is no JSON (a comma too many, text behind it)
_BROKEN_DATA = re.compile(
    r'"(datePublished|dateModified|headline)"\s{0,5}:\s{0,5}"([^"\\\n]{4,300})"'
)
_ITEMPROPS = frozenset({"datePublished", "dateModified", "headline", "author"})


def page_facts(tree: LexborHTMLParser) -> dict[str, str]:
    """Names in lower case to values, white space collapsed, first value wins.

    Prefixes: none for ``<meta name|property|itemprop>``, ``ld:`` for JSON-LD (``ld:headline``,
    ``ld:datepublished``, ``ld:author``, ``ld:publisher``, ``ld:type``), ``item:`` for microdata
    in the body, ``time:datetime`` for the first ``<time datetime>``, ``html:lang``,
    ``html:title`` (the raw ``<title>``), ``link:canonical``, ``base:href``.
    ``time:article`` is the first ``<time>`` after the heading that ``<title>`` repeats; times
    marked as an update count only where there is no other.
    Must run before scripts are stripped from ``tree``.
    """
    facts: dict[str, str] = {}
    updated: str | None = None
    below_title = False
    for node in tree.css(_SOURCES):
        attributes = node.attributes
        tag = node.tag
        if tag == "meta":
            name = (
                attributes.get("name") or attributes.get("property") or attributes.get("itemprop")
            )
            if name:
                _put(facts, name.strip().lower(), attributes.get("content"))
        elif tag == "title":
            _put(facts, "html:title", node.text())
        elif tag == "script":
            _linked_data(facts, node.text())
        elif tag == "link":
            _put(facts, "link:canonical", attributes.get("href"))
        elif tag == "base":
            _put(facts, "base:href", attributes.get("href"))
        elif tag == "h1":
            below_title = below_title or _is_titled(node.text(), facts)
        elif "itemprop" not in attributes:
            kind = attributes.get("class") or ""
            if "updated" in kind and "publi" not in kind:
                updated = updated or attributes.get("datetime")
                continue
            _put(facts, "time:datetime", attributes.get("datetime"))
            if below_title:
                _put(facts, "time:article", attributes.get("datetime"))
        elif (tag == "time" and "datetime" in attributes) or attributes["itemprop"] in _ITEMPROPS:
            value = attributes.get("datetime") or attributes.get("content") or node.text()
            _put(facts, "item:" + (attributes.get("itemprop") or "").lower(), value)
    _put(facts, "time:datetime", updated)
    root = tree.root
    if root is not None and root.tag == "html":
        _put(facts, "html:lang", root.attributes.get("lang"))
    return facts


def _is_titled(heading: str, facts: dict[str, str]) -> bool:
    line = " ".join(heading.split())
    return len(line) >= 8 and line in facts.get("html:title", "") + facts.get("og:title", "")


def title_facts(tree: LexborHTMLParser) -> dict[str, str]:
    """Only what the title is chosen from: ``html:title`` and ``og:title``."""
    facts: dict[str, str] = {}
    title = tree.css_first("title")
    if title is not None:
        _put(facts, "html:title", title.text())
    shared = tree.css_first('meta[property="og:title"]')
    if shared is not None:
        _put(facts, "og:title", shared.attributes.get("content"))
    return facts


def _put(facts: dict[str, str], name: str, value: str | None) -> None:
    if value and len(facts) < 200 and name not in facts:
        collapsed = " ".join(value[: 4 * _MAX_VALUE].split())[:_MAX_VALUE]
        if collapsed:
            facts[name] = collapsed


def _linked_data(facts: dict[str, str], source: str) -> None:
    if len(source) > 60_000:
        return
    try:
        data: Any = _DECODER.raw_decode(source.lstrip(_BEFORE_JSON))[0]
    except (ValueError, RecursionError):
        for match in _BROKEN_DATA.finditer(source):
            _put(facts, "ld:" + match[1].lower(), match[2])
        return
    records = data if isinstance(data, list) else [data]
    for record in records[:20]:
        if isinstance(record, dict) and isinstance(record.get("@graph"), list):
            records = [*records, *record["@graph"][:40]]
    for record in records[:60]:
        if isinstance(record, dict) and _is_article(record.get("@type")):
            _article_data(facts, record)


def _is_article(kind: object) -> bool:
    kinds = kind if isinstance(kind, list) else [kind]
    return any(
        isinstance(k, str)
        and k.endswith(("Article", "Posting", "Report", "WebPage", "Legislation"))
        for k in kinds
    )


def _article_data(facts: dict[str, str], record: dict[str, Any]) -> None:
    kind = record.get("@type")
    page = kind == "WebPage" or kind == ["WebPage"]
    prefix = "ld:page-" if page else "ld:"
    for name in _LD_FIELDS:
        value = record.get(name)
        if isinstance(value, str):
            _put(facts, prefix + name.lower(), value)
    for name in ("author", "publisher"):
        names = _names(record.get(name))
        if names:
            _put(facts, prefix + name, ", ".join(names))


def _names(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    found = []
    for entry in values[:20]:
        name = entry.get("name") if isinstance(entry, dict) else entry
        if isinstance(name, str) and name.strip():
            found.append(name.strip())
    return found
