"""Rows of JSON answers: records at a path, or an HTML fragment inside the JSON."""

from __future__ import annotations

import json
import mimetypes
import re
from datetime import date
from typing import Any

from pipelines.decode import decode
from pipelines.errors import LayoutChanged
from pipelines.items import AttachmentRef
from pipelines.urls import canonicalise, is_fetchable
from spiders.jsonpaths import find_all, find_list, find_text
from spiders.listing.assemble import Assembler, RawRow
from spiders.listing.pages import rows_from_fragment
from spiders.listing.scripts import data_in_script
from spiders.paging import CursorPaging, NextPaging
from spiders.rows import Listing
from spiders.spec import JsonApiSpec, JsonFields

_CALLBACK = re.compile(r"^[\w$.]{1,80}\s*\((.*)\)\s*;?\s*$", re.S)


def rows_from_json(
    spec: JsonApiSpec,
    content: bytes | str,
    *,
    base_url: str,
    charset: str | None = None,
    today: date | None = None,
) -> Listing:
    """Rows of one JSON answer. Raises ``LayoutChanged`` when it is not JSON."""
    if spec.script is not None:
        text = content if isinstance(content, str) else decode(content, header_charset=charset).text
        data = data_in_script(text, spec.script, url=base_url)
    else:
        data = load_json(content, charset=charset, url=base_url)
    if spec.fields is None:
        fragment = find_text(data, spec.items_path) or ""
        assembler = rows_from_fragment(spec, fragment, base_url=base_url, today=today)
    else:
        assembler = Assembler(spec, base_url=base_url, today=today)
        for record in find_list(data, spec.items_path):
            assembler.add(_raw(spec.fields, record, base_url=base_url))
    next_url = cursor = None
    if isinstance(spec.paging, NextPaging) and spec.paging.path:
        link = find_text(data, spec.paging.path)
        next_url = canonicalise(link, base=base_url) if link else None
    elif isinstance(spec.paging, CursorPaging):
        cursor = find_text(data, spec.paging.path)
    return assembler.listing(
        next_url=next_url if next_url and is_fetchable(next_url) else None, cursor=cursor
    )


def load_json(content: bytes | str, *, charset: str | None, url: str) -> Any:
    """Parse JSON, also inside a callback (JSONP). Raises ``LayoutChanged``."""
    text = content if isinstance(content, str) else decode(content, header_charset=charset).text
    text = text.strip().lstrip("\ufeff")
    match = _CALLBACK.match(text) if text[:1] not in ("{", "[") else None
    try:
        return json.loads(match[1] if match else text)
    except (ValueError, RecursionError) as error:
        raise LayoutChanged(
            f"应答不是 JSON（开头：{text[:60]!r}） / the answer is not JSON", url=url
        ) from error


def _raw(fields: JsonFields, record: Any, *, base_url: str) -> RawRow:
    def text(path: str | None) -> str | None:
        return find_text(record, path) if path else None

    categories = find_all(record, fields.categories) if fields.categories else []
    return RawRow(
        link=text(fields.url),
        title=text(fields.title),
        date_text=text(fields.date),
        written=text(fields.written),
        summary=text(fields.summary),
        doc_number=text(fields.doc_number),
        issuer=text(fields.issuer),
        author=text(fields.author),
        external_id=text(fields.id),
        categories=tuple(str(name)[:80] for name in categories if isinstance(name, str))[:20],
        fetch=text(fields.fetch),
        body=text(fields.body),
        attachments=_attachments(record, fields.attachments, base_url=base_url),
    )


def _attachments(record: Any, path: str | None, *, base_url: str) -> tuple[AttachmentRef, ...]:
    """Files named by the record: addresses, or objects with an address and a name."""
    refs = []
    for value in find_all(record, path) if path else ():
        link: Any = value
        name = ""
        if isinstance(value, dict):
            link = next((value[k] for k in ("url", "filePath", "path", "href") if value.get(k)), "")
            name = next((str(value[k]) for k in ("name", "fileName", "title") if value.get(k)), "")
        url = canonicalise(str(link), base=base_url) if link else ""
        if is_fetchable(url):
            refs.append(attachment(url, name=name))
    return tuple(refs[:50])


def attachment(url: str, *, name: str = "", media_type: str | None = None) -> AttachmentRef:
    """A file reference, its type guessed by name unless it is stated."""
    shown = name or url.rsplit("/", 1)[-1].split("?")[0] or url
    guess = media_type or mimetypes.guess_type(shown)[0] or "application/octet-stream"
    return AttachmentRef(url=url, name=shown[:200], media_type=guess)
