"""The web edition for machines: schema.org ``PublicationIssue`` with its items, as JSON-LD."""

from __future__ import annotations

import json
from typing import Any

from digest.view import IssueView, Item
from digest.wording import safe_url

CONTEXT = "https://schema.org"
# What could end a script element or a string, in any parser.
_ESCAPED = "<>&\u2028\u2029"


def issue_data(view: IssueView, *, canonical: str = "") -> dict[str, Any]:
    """The issue as linked data; ids are absolute when the address of the page is known."""
    publisher = {"@type": "Organization", "name": view.publisher} if view.publisher else None
    return _filled(
        {
            "@context": CONTEXT,
            "@type": "PublicationIssue",
            "@id": canonical,
            "url": canonical,
            "name": f"{view.title} {view.label}",
            "issueNumber": view.number,
            "datePublished": view.issued_on.isoformat(),
            "temporalCoverage": f"{view.first_day.isoformat()}/{view.last_day.isoformat()}",
            "inLanguage": view.lang,
            "publisher": publisher,
            "isPartOf": {"@type": "Periodical", "name": view.title},
            "hasPart": [_part(item, view, canonical) for item in view.items],
        }
    )


def script_text(view: IssueView, *, canonical: str = "") -> str:
    """The same as JSON that may stand inside a ``script`` element."""
    text = json.dumps(issue_data(view, canonical=canonical), ensure_ascii=False)
    return "".join(f"\\u{ord(char):04x}" if char in _ESCAPED else char for char in text)


def _part(item: Item, view: IssueView, canonical: str) -> dict[str, Any]:
    source = {"@type": "Organization", "name": item.source} if item.source else None
    return _filled(
        {
            "@type": "Article",
            "@id": f"{canonical}#{item.anchor}",
            "position": item.number,
            "headline": item.title,
            "abstract": item.summary,
            "identifier": item.doc_number,
            "genre": item.doc_type,
            "keywords": list(item.topics),
            "datePublished": item.day.isoformat() if item.day else "",
            "inLanguage": item.lang or view.lang,
            "publisher": source,
            "isBasedOn": safe_url(item.url),
            "citation": [
                _filled({"@type": "Legislation", "name": one.name, "identifier": one.number})
                for one in item.touched
            ],
        }
    )


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", None, [])}
