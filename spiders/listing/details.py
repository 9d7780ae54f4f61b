"""Articles whose text is JSON: a detail answer, or a value inside a script of the page."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pipelines.decode import decode
from spiders.jsonpaths import find_text
from spiders.listing.assemble import plain_text
from spiders.rowdates import read_row_date
from spiders.rows import ListRow
from spiders.spec import DetailData, SourceBase

_GAP = re.compile(r"[\"'\s]{0,4}[:=]?\s{0,20}")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class DetailText:
    """The HTML of an article and the row with what the JSON said beyond the list."""

    html: str
    row: ListRow


def read_detail(
    spec: SourceBase,
    row: ListRow,
    content: bytes,
    *,
    charset: str | None = None,
    today: date | None = None,
) -> DetailText | None:
    """The article in a JSON answer; None when the answer does not hold it as described."""
    detail = spec.detail
    if detail is None:
        return None
    text = decode(content, header_charset=charset).text
    for data in _candidates(text, detail):
        body = find_text(data, detail.body)
        if body:
            return DetailText(body, _enriched(spec, detail, row, data, today=today))
    return None


def _candidates(text: str, detail: DetailData) -> list[Any]:
    if detail.mark is None:
        try:
            return [json.loads(text)]
        except (ValueError, RecursionError):
            return []
    found: list[Any] = []
    at = text.find(detail.mark)
    while at != -1 and len(found) < 5:
        gap = _GAP.match(text, at + len(detail.mark))
        start = gap.end() if gap else at + len(detail.mark)
        if text[start : start + 1] in ("{", "["):
            with suppress(ValueError, RecursionError):
                found.append(_DECODER.raw_decode(text, start)[0])
        at = text.find(detail.mark, at + 1)
    return found


def _enriched(
    spec: SourceBase, detail: DetailData, row: ListRow, data: Any, *, today: date | None
) -> ListRow:
    def text(path: str | None) -> str:
        return plain_text(find_text(data, path)) if path else ""

    printed = text(detail.date)
    when = read_row_date(
        printed, form=detail.date_format, zone=spec.timezone, lang=spec.lang, today=today
    )
    written = read_row_date(
        text(detail.written),
        form=detail.date_format,
        zone=spec.timezone,
        lang=spec.lang,
        today=today,
    )
    changed = replace(
        row,
        written_on=written.day or row.written_on,
        title=text(detail.title) or row.title,
        issuer=text(detail.issuer) or row.issuer,
        doc_number=text(detail.doc_number) or row.doc_number,
    )
    if when.day is None:
        return changed
    return replace(
        changed,
        published_on=when.day,
        published_at=when.at,
        date_text=when.day.isoformat() if printed.isdigit() else printed,
    )
