"""Looking again for the event of a stored page: after its metadata changed, or for a rebuild."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy.orm import Session

from pipelines.events.official import needs_trace
from pipelines.events.references import references_of
from pipelines.events.rules import Rules
from storage.documents import latest_version
from storage.event_records import EventPage
from storage.events import forget_keys, link_document, stored_pages

_LINK = re.compile(
    r'<a[^>]{0,200}href="(?P<url>https?://[^"]{3,500})"[^>]{0,200}>(?P<text>[^<]{1,200})<'
)


def look_again(session: Session, document_id: int, *, now: datetime) -> int | None:
    """File a stored page anew and put it into its event, if any; what people decided stays."""
    page = stored_pages(session, [document_id]).get(document_id)
    if page is None:
        return None
    version = latest_version(session, document_id)
    html = version.body_html if version else ""
    links = tuple((m["url"], m["text"]) for m in _LINK.finditer(html[:200_000]))
    rules = Rules()
    keys = rules.keys_with(page, links=links)
    forget_keys(session, document_id)
    found = EventPage(
        document_id,
        filed=keys.filed,
        asked=keys.asked,
        links=links if keys.searches else (),
        cluster_id=page.cluster_id,
        traced=needs_trace(keys) and bool(keys.links),
        by_day=keys.by_day,
        references=references_of(keys, title=page.title, text=version.body_text if version else ""),
    )
    return link_document(session, found, rules=rules, now=now)
