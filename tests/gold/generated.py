"""Samples of sources that have none by hand: made from what the source file says.

They show that a file agrees with itself (links pass its filter, days are read, articles give
their text), not that the site still looks so: that is for ``dibao source test --live``.
"""

from __future__ import annotations

import itertools
import json
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

from spiders.asks import Spec, first_ask, lanes
from spiders.fields import Step, compile_field
from spiders.jsonpaths import Move, compile_path
from spiders.spec import FeedSpec, HtmlListSpec, JsonApiSpec, RowFields
from tests.gold import shapes
from tests.gold.chinese import gkmlpt_article
from tests.gold.markup import Tag, address_for, chain_of
from tests.gold.samples import Sample, address_parts, epoch
from tests.gold.shapes import Row
from tests.gold.wording import Bulletin

PAGE = (
    '<!DOCTYPE html><html><head><meta charset="utf-8">{meta}<title>{name}</title></head>'
    '<body><p><a href="/">{name}</a></p>{rows}</body></html>\n'
)
_RESOLVE = f'<script>window._CONFIG = {{SID: \'754001\', "channelId": "{"0a" * 16}"}}</script>'
GENRES = {"zh": ("policy", "news"), "en": ("english",)}


def generated(spec: Spec, *, resolved: dict[str, str]) -> Sample:
    """The sample of a source. Raises ValueError for a form that cannot be made."""
    from tests.gold.wording import FIRST_DAY

    lane = lanes(spec, today=FIRST_DAY, resolved=resolved)[0]
    list_url = first_ask(spec, lane).url
    lang = "zh" if spec.lang == "zh" else "en"
    maker = _Maker(spec, list_url)
    carries = isinstance(spec, JsonApiSpec) and spec.fields is not None and spec.fields.body
    return Sample(
        spec.key,
        GENRES[lang],
        "",
        maker.write_list,
        ext={"feed": "xml", "sitemap": "xml", "json_api": "json"}.get(spec.kind, "html"),
        write_article=None if carries else maker.write_article,
        resolve=_RESOLVE if spec.resolve else "",
        href_of=maker.href,
    )


class _Maker:
    """Writes list and articles of one source."""

    def __init__(self, spec: Spec, list_url: str) -> None:
        self.spec = spec
        self.list_url = list_url
        parts = urlsplit(list_url)
        self.root = f"{parts.scheme}://{parts.netloc}"

    def href(self, item: Bulletin) -> str:
        """The address of an article as the list writes it."""
        parts = address_parts(self.spec.key, item)
        named = {
            "ymd": parts["ymd"],
            "y": str(parts["y"]),
            "m": f"{parts['m']:02d}",
            "d": f"{parts['d']:02d}",
        }
        if isinstance(self.spec, JsonApiSpec) and self.spec.fields and "{" in self.spec.fields.url:
            filled = re.sub(r"\{[^{}]*\}", str(item.n), self.spec.fields.url)
            return urljoin(self.root, filled)
        if self.spec.link_regex:
            text = address_for(
                self.spec.link_regex, named=named, number=item.n * 97 + 1000, word=parts["hex"]
            )
            if text.startswith("http"):
                return text
            return self.root + ("" if text.startswith("/") else "/zc/") + text
        return f"{self.root}/zc/{parts['ym']}/{item.n}.html"

    def write_list(self, rows: list[Row], name: str) -> str:
        """The list in the form of the source's kind."""
        spec = self.spec
        if isinstance(spec, FeedSpec):
            return shapes.rss(rows, name=name, home=self.root + "/", zone=spec.timezone)
        if isinstance(spec, JsonApiSpec):
            return self._json(spec, rows)
        if isinstance(spec, HtmlListSpec):
            printed = "".join(self._row(spec, row) for row in rows)
            if spec.container == "cdata-records":
                records = "".join(
                    f"<record><![CDATA[{self._row(spec, row)}]]></record>" for row in rows
                )
                printed = f'<script type="text/xml"><recordset>{records}</recordset></script>'
            return PAGE.format(meta=shapes.META, name=name, rows=printed)
        return shapes.sitemap(rows)

    def write_article(self, row: Row) -> str:
        """The page of an article, its text where ``body`` says."""
        if self.spec.detail is not None and self.spec.detail.mark:
            return gkmlpt_article(row)
        body = "<article>{body}</article>"
        if self.spec.body:
            chain = chain_of(self.spec.body)
            body = "{body}"
            for tag in reversed(chain):
                name = tag.name or "div"
                tag.name, tag.text = name, ""
                opening = tag.write().removesuffix(f"</{name}>")
                body = f"{opening}{body}</{name}>"
        lang = "zh" if self.spec.lang == "zh" else "en"
        return shapes.article_page(row, body=body, lang=lang, metas=shapes.STANDARD_METAS)

    def _row(self, spec: RowFields, row: Row) -> str:
        chain = chain_of(spec.row or "li")
        own = chain[-1]
        _complete_table(chain)
        values = {
            spec.link: row.href,
            spec.title_field: row.item.title,
            spec.date or "": self._date(row),
        }
        for text, value in values.items():
            if text:
                _put(own, compile_field(text)[0], value)
        if own.name == "a" and "href" not in own.attributes:
            own.attributes["href"] = row.href
        for outer, inner in itertools.pairwise(chain):
            outer.children.append(inner)
        return chain[0].write()

    def _date(self, row: Row) -> str:
        form = self.spec.date_format
        if form in ("epoch_s", "epoch_ms"):
            return str(epoch(row, milliseconds=1000 if form == "epoch_ms" else 1))
        return row.item.day.isoformat() if form == "auto" else row.item.day.strftime(form)

    def _json(self, spec: JsonApiSpec, rows: list[Row]) -> str:
        if spec.fields is None:
            html = "".join(self._row(spec, row) for row in rows)
            data: Any = _placed(compile_path(spec.items_path)[0][0], html)
        else:
            data = _placed(
                compile_path(spec.items_path)[0][0], [self._record(spec, r) for r in rows]
            )
        if isinstance(data, dict):
            data = {"dibao_sample": shapes.NOTE, **data}
        else:
            data[0]["dibao_sample"] = shapes.NOTE
        return json.dumps(data, ensure_ascii=False, indent=0)

    def _record(self, spec: JsonApiSpec, row: Row) -> Any:
        assert spec.fields is not None
        known = {
            "title": row.item.title,
            "url": row.href,
            "date": self._date(row),
            "summary": row.item.paragraphs[0],
            "body": shapes.paragraphs(row.item),
        }
        record: dict[str, Any] = {}
        for name, value in known.items():
            path = getattr(spec.fields, name)
            if path and "{" in path:
                for inner in _names(path):
                    _merge(record, _placed(compile_path(inner)[0][0], str(row.item.n)))
            elif path:
                for i, moves in enumerate(compile_path(path)[0]):
                    _merge(record, _placed(moves, "09:30" if i else value))
        return record


def _complete_table(chain: list[Tag]) -> None:
    """Cells stand in rows, rows in tables: parsers drop them elsewhere."""
    for part, around in (("td", "tr"), ("tr", "table"), ("tbody", "table")):
        places = [i for i, tag in enumerate(chain) if tag.name == part]
        if not places or any(tag.name in (around, "tbody") for tag in chain[: places[0]]):
            continue
        outer = chain[places[0] - 1] if places[0] else None
        if outer is not None and not outer.name:
            outer.name = around
        else:
            chain.insert(places[0], Tag(around))


def _names(template: str) -> list[str]:
    return [piece.split("}", 1)[0] for piece in template.split("{")[1:]]


def _placed(moves: tuple[Move, ...], value: Any) -> Any:
    """Data in which a path leads to ``value``."""
    for move in reversed(moves):
        if move.key:
            value = {move.key: value}
        elif move.each or move.index is not None:
            value = value if isinstance(value, list) and move.each else [value]
        elif move.where is not None:
            value = [{move.where[0]: move.where[1], **value}]
    return value


def _merge(into: dict[str, Any], other: dict[str, Any]) -> None:
    for key, value in other.items():
        if isinstance(into.get(key), dict) and isinstance(value, dict):
            _merge(into[key], value)
        else:
            into.setdefault(key, value)


def _put(own: Tag, steps: tuple[Step, ...], value: str) -> None:
    """Make the elements of a field inside a row, and give them their value."""
    for i, step in enumerate(steps):
        given = value if i == 0 else "09:30"
        place = own
        chain = chain_of(step.selector) if step.selector else []
        if own.name == "tr" and chain and chain[0].name not in ("td", "th"):
            chain.insert(0, Tag("td"))
        for tag in chain:
            known = next((child for child in place.children if child.same_as(tag)), None)
            if known is None:
                place.children.append(tag)
                known = tag
            place = known
        if step.what == "attr" or step.attribute:
            place.attributes[step.attribute] = given
        else:
            place.text = given
