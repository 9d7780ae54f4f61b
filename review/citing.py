"""Items that cite a document: which words to look for, and which items are the document itself.

A document is cited by its name between 《 and 》, with or without 中华人民共和国, or by its number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pipelines.events.subject import read_subject
from pipelines.fields.docnumber import normalise_doc_number
from review.queries.events import pages_of_event
from storage.documents import get_document

_STATE = "中华人民共和国"
_BEHIND = re.compile(r"[（(〔\[][^（(]{1,30}[）)〕\]]\Z")
_ITEM = re.compile(r"\d{1,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cited:
    """A document that others cite: how it is shown, the query that finds who does, and the items
    that are the document itself: the pages of its event."""

    shown: str
    query: str
    own: tuple[int, ...] = ()


def cited(session: Session, text: str) -> Cited | None:
    """The document meant by a name, a number or the number of an item; None when it is none."""
    if _ITEM.fullmatch(text):
        return _item(session, int(text))
    name, number = _name(text), normalise_doc_number(text)
    query = _query("" if number else name, number)
    return Cited(number or f"《{name}》", query) if query else None


def _item(session: Session, item_id: int) -> Cited | None:
    document = get_document(session, item_id)
    if document is None or document.state == "suppressed":
        return None
    name = _name(document.title)
    query = _query(name, document.doc_number)
    own = {item_id, *pages_of_event(session, item_id)}
    return Cited(f"《{name}》", query, tuple(sorted(own))) if query else None


def _name(text: str) -> str:
    """The policy's own name: of a notice that issues 《…》, what it issues."""
    subject = read_subject(text, "", official=True)
    printed = subject.name.printed if subject is not None else text
    return printed.strip("《》〈〉 ").replace('"', "")


def _query(name: str, number: str | None) -> str:
    names = (one.removeprefix(_STATE) for one in (name, _BEHIND.sub("", name)))
    found = [
        f'"{words}"'
        for one in dict.fromkeys(names)
        if sum(map(str.isalnum, one)) > 1
        for full in (one, f"{_STATE}{one}")
        for words in (f"《{full}》", f"《{full}（")
    ]
    if number:
        found.append(f'"{number}"')
    return " OR ".join(found)
