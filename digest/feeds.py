"""Published issues as feeds: Atom (RFC 4287) and JSON Feed 1.1, one entry an item.

An entry's id is the permalink of the item in its issue, and never changes; its link leads there
too, the original page stands beside it. Only what was published is repeated: title, summary, note.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree

from digest import phrases
from digest.view import IssueView, Item

ATOM = "http://www.w3.org/2005/Atom"
MOST_ENTRIES = 200


@dataclass(frozen=True, slots=True)
class Published:
    """A sent issue: its page, and when it went out (aware UTC)."""

    url: str
    at: datetime
    view: IssueView


@dataclass(frozen=True, slots=True)
class FeedFacts:
    """What a feed says of itself. Addresses are absolute."""

    title: str
    home: str
    address: str
    author: str


def atom(facts: FeedFacts, issues: Sequence[Published]) -> bytes:
    """An Atom document; the newest issue first."""
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(_name("feed"))
    _text(feed, "id", facts.address)
    _text(feed, "title", facts.title)
    _text(feed, "updated", _moment(max((one.at for one in issues), default=_EPOCH)))
    _link(feed, "self", facts.address, kind="application/atom+xml")
    _link(feed, "alternate", facts.home, kind="text/html")
    _text(ElementTree.SubElement(feed, _name("author")), "name", facts.author)
    for issue, item in _entries(issues):
        entry = ElementTree.SubElement(feed, _name("entry"))
        permalink = f"{issue.url}#{item.anchor}"
        _text(entry, "id", permalink)
        _text(entry, "title", item.title)
        _text(entry, "updated", _moment(issue.at))
        _text(entry, "published", _moment(issue.at))
        _link(entry, "alternate", permalink, kind="text/html")
        if item.url:
            _link(entry, "via", item.url)
        for topic in item.topics:
            ElementTree.SubElement(entry, _name("category"), {"term": topic})
        if item.source:
            _text(ElementTree.SubElement(entry, _name("author")), "name", item.source)
        _text(entry, "summary", _words(item))
    body: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return body


def json_feed(facts: FeedFacts, issues: Sequence[Published]) -> bytes:
    """A JSON Feed document; the newest issue first."""
    entries = []
    for issue, item in _entries(issues):
        permalink = f"{issue.url}#{item.anchor}"
        entry = {
            "id": permalink,
            "url": permalink,
            "external_url": item.url,
            "title": item.title,
            "content_text": _words(item) or item.title,
            "date_published": _moment(issue.at),
            "authors": [{"name": item.source}] if item.source else [],
            "tags": list(item.topics),
            "language": item.lang or issue.view.lang,
        }
        entries.append({name: value for name, value in entry.items() if value})
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": facts.title,
        "home_page_url": facts.home,
        "feed_url": facts.address,
        "authors": [{"name": facts.author}],
        "items": entries,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _entries(issues: Sequence[Published]) -> Iterable[tuple[Published, Item]]:
    """The items of the issues, whole issues only, until there are enough."""
    count = 0
    for issue in issues:
        if count >= MOST_ENTRIES:
            return
        for item in issue.view.items:
            yield issue, item
            count += 1


def _words(item: Item) -> str:
    """Summary and note as printed in the issue, with number and day."""
    facts = " · ".join(part for part in (item.doc_number, _day(item)) if part)
    note = f"短评：{item.note}" if item.note else ""
    touched = phrases.touched(item)
    told = (facts, phrases.news(item), item.summary, touched, note)
    return "\n".join(part for part in told if part)


def _day(item: Item) -> str:
    return item.day.isoformat() if item.day is not None else ""


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _name(tag: str) -> str:
    return f"{{{ATOM}}}{tag}"


def _text(parent: ElementTree.Element, tag: str, text: str) -> None:
    ElementTree.SubElement(parent, _name(tag)).text = text


def _link(parent: ElementTree.Element, rel: str, address: str, *, kind: str = "") -> None:
    values = {"rel": rel, "href": address}
    if kind:
        values["type"] = kind
    ElementTree.SubElement(parent, _name("link"), values)
