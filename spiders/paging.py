"""How to get from one list page to the next.

``number``  ``{n}`` in ``template`` (relative to the list address) or in the address and the
            parameters of an API; ``start`` is the number of the second page, ``step`` what is
            added from page to page (offsets), ``param`` a query parameter that takes the number
``next``    the page says it: a field with the address, or a path in JSON
``cursor``  the answer holds a token that the next request sends in ``param``
``jpage``   the data proxy of Hanweb JCMS
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from pydantic import Field, model_validator

from spiders.patterns import fill
from spiders.spec_types import FieldText, JsonPath, Line, Part, ScalarText


class NumberPaging(Part):
    style: Literal["number"]
    template: Line | None = None
    param: Line | None = None
    first: int = Field(1, ge=0)
    start: int = Field(2, ge=0)
    step: int = Field(1, ge=1, le=1000)

    @model_validator(mode="after")
    def _template_counts(self) -> Self:
        if self.template and "{n}" not in self.template:
            raise ValueError(
                "template 需含 {n}，如 index_{n}.html / template needs {n}, as in index_{n}.html"
            )
        if self.template and self.param:
            raise ValueError("template 与 param 只能写一个 / give template or param, not both")
        return self

    def number(self, page: int) -> int:
        """The number to fill in for page ``page`` (1 = the first page)."""
        return self.first if page == 1 else self.start + (page - 2) * self.step

    def url(self, list_url: str, page: int) -> str:
        """Address of page ``page`` of an HTML list.

        ``{stem}`` and ``{ext}`` are the file name of the list address (``index``, ``.html``).
        """
        if page == 1:
            return list_url
        number = str(self.number(page))
        if self.template:
            name = urlsplit(list_url).path.rsplit("/", 1)[-1]
            stem, dot, ext = name.rpartition(".")
            known = {
                "n": number,
                "stem": stem if dot else name or "index",
                "ext": f".{ext}" if dot else ".html",
            }
            return urljoin(list_url, fill(self.template, known))
        return with_param(list_url, self.param or "page", number)


class NextPaging(Part):
    style: Literal["next"]
    link: FieldText | None = None
    path: JsonPath | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.link is None) == (self.path is None):
            raise ValueError(
                "HTML 写 link，JSON 写 path / give link for HTML or path for JSON, one of them"
            )
        return self


class CursorPaging(Part):
    style: Literal["cursor"]
    path: JsonPath
    param: Line


class JpagePaging(Part):
    """``columnid`` comes from the address, ``unitid`` and ``webid`` from the page, if not given."""

    style: Literal["jpage"]
    columnid: ScalarText | None = None
    unitid: ScalarText | None = None
    webid: ScalarText | None = None
    size: Annotated[int, Field(ge=1, le=100)] = 15

    def url(self, list_url: str, page: int, *, text: str) -> str | None:
        """Address of records of page ``page`` (2 or more), None if an id cannot be found."""
        known = {
            "columnid": self.columnid or _found(r"/col/?col(\d+)", list_url),
            "unitid": self.unitid or _found(r"unitid['\"]?\s*[=:]\s*['\"]?(\d+)", text),
            "webid": self.webid or _found(r"webid['\"]?\s*[=:]\s*['\"]?(\d+)", text),
        }
        if not all(known.values()):
            return None
        first = (page - 1) * self.size + 1
        query = {
            "startrecord": str(first),
            "endrecord": str(first + self.size - 1),
            "perpage": str(self.size),
            "appid": "1",
            "sourceContentType": "1",
            **{name: value or "" for name, value in known.items()},
        }
        return urljoin(list_url, "/module/web/jpage/dataproxy.jsp?" + urlencode(query))


def _found(pattern: str, text: str) -> str | None:
    match = re.search(pattern, text, re.IGNORECASE)
    return match[1] if match else None


def with_param(url: str, name: str, value: str) -> str:
    """``url`` with the query parameter set (replaced where it was, else appended)."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    if any(key == name for key, _ in pairs):
        pairs = [(key, value if key == name else old) for key, old in pairs]
    else:
        pairs.append((name, value))
    return urlunsplit(parts._replace(query=urlencode(pairs)))
