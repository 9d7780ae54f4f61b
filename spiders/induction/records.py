"""Records of a JSON answer: where they sit, and which of their values are address, title, day.

Decided by the values, names only break ties: some interfaces number their fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from statistics import mean
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pipelines.dates import date_from_url, find_dates, is_plausible
from spiders.induction.bundles import MAX_RECORDS, bundles, is_flat, is_usable, joined, texts_in
from spiders.induction.days import descending_share, is_date_like, read_day
from spiders.induction.dom import width
from spiders.induction.link_choice import FILE_OF_CASE
from spiders.induction.slots import Slot
from spiders.induction.title_choice import worth as title_worth
from spiders.induction.worth import is_case
from spiders.jsonpaths import PathError, as_text, compile_path, find_text
from spiders.listing.assemble import link_in_script, plain_text
from spiders.rowdates import read_row_date

_RECORD_DEPTH = 8
_KEY = re.compile(r"[\w-]{2,64}$", re.ASCII)
_LEAST_OF_MAKE, _MOST_MAKES, _SHORTEST_LINE, _LONGEST_LINE, _IN_ORDER = 3, 4, 20, 400, 0.8
_SHORTEST_TITLE, _LONGEST_TITLE, _LEAST_TITLE = 6, 200, 0.05
_URL = re.compile(
    r"^https?://\S+(?: \S+){1,8}\.(?:pdf|docx?|s?html?)$|"
    r"^(?:https?:)?//[^\s]+$|^\.{0,2}/[^\s/()][^\s()]*$"
    r"|^[\w.-]+(?:/[\w .%&-]+)+\.(?:pdf|docx?|wps|ofd|s?html?|jhtml|aspx?)$",
    re.IGNORECASE,
)
_MEDIA = re.compile(r"\.(?:png|jpe?g|gif|svg|ico|css|js|mp4|webp)(?:$|\?)", re.I)
_LINK_NAME = re.compile(r"url|link|href|path$|uri", re.I)
_NOT_LINK = re.compile(
    r"img|image|pic|cover|thumb|icon|logo|column|site|parent|channel|ical|avatar|home|edit|wap|mobile",
    re.I,
)
_DATE_NAMES = (
    re.compile(r"pub|release|issue|fb|post|deploy|filing|disposition|display", re.I),
    re.compile(r"date|time|rq|sj|day|start", re.I),
)
_NOT_DATE = re.compile(
    r"creat|updat|modif|edit|oper|expir|end|effect|deadline|warehouse|index|write|written|cwrq|complet|auto",
    re.I,
)
_WRITTEN_NAME = re.compile(r"cwrq|cwsj|writ(?:e|ten)(?:_?(?:date|time|on))?$|成文", re.I)
#: how lists of named values call the name and the value
_KEYS = ("key", "field", "name", "code", "fieldName", "label")
_VALUES = ("value", "val", "content", "fieldValue", "text")
_NUMBER = re.compile(r"[〔\[【(（]\s*(?:19|20)\d{2}\s*[〕\]】)）]\s*第?\s*\d+\s*号")
#: the two sides of a case, and the share of case names from which on a field holds them itself
_SIDES = (
    re.compile(r"plaintiff|petitioner|appellant|claimant|complainant", re.I),
    re.compile(r"defendant|respondent|appellee", re.I),
)
_CASES, _SHORTEST_PARTY = 0.5, 4
_ISSUER_NAME = re.compile(r"publisher|issuer|dep(?:t|art)|org|agenc|fwjg|fbjg|source", re.I)


@dataclass(slots=True)
class Records:
    """Records at ``items_path`` and the paths in each, as a source file writes them."""

    items_path: str
    fields: dict[str, str]
    date_format: str = "auto"
    count: int = 0
    score: float = 0.0
    shape: tuple[str, ...] = field(default=())


def find_records(
    data: Any, *, today: date | None, lang: str, zone: str = "Asia/Shanghai"
) -> Records | None:
    """The best list of records with address and title, None if there is none."""
    found: list[Records] = []
    for path, records in bundles([data], "", 0):
        for alike in _of_one_make(records[:MAX_RECORDS]):
            made = _described(path, alike, today=today, lang=lang, zone=zone)
            if made is not None:
                found.append(made)
    if not found:
        return None
    best = max(found, key=lambda records: records.score)
    same = [r for r in found if r.shape == best.shape and _twins(r.items_path, best.items_path)]
    if len(same) > 1:
        best.items_path = " && ".join(r.items_path for r in same)[:300]
    return best


def _of_one_make(records: list[Any]) -> Iterator[list[Any]]:
    """The records, and where lists of different things lie beside each other, each kind of them."""
    yield records
    makes: dict[frozenset[str], list[Any]] = {}
    for record in records:
        if isinstance(record, dict):
            makes.setdefault(frozenset(record), []).append(record)
    large = [same for same in makes.values() if len(same) >= _LEAST_OF_MAKE]
    if len(large) > 1:
        yield from sorted(large, key=len, reverse=True)[:_MOST_MAKES]


def find_titled(data: Any) -> tuple[str, str, list[str]] | None:
    """Records with a title and no address: where, the title's field, fields that look like keys."""
    best: tuple[str, str, list[str]] | None = None
    most = 1.0
    for path, records in bundles([data], "", 0):
        columns = _columns(records[:MAX_RECORDS])[0]
        title = _top(columns, _title_score)
        keys = [n for n, v in columns.items() if len({*v}) == len(v) and all(map(_KEY.match, v))]
        worth = len(records) * _title_score(title, columns[title]) if title else 0.0
        if title and worth > most:
            best, most = (path, title, [key for key in keys if key != title][:3]), worth
    return best


def find_fragment(data: Any) -> str | None:
    """The path of texts that hold HTML with links, None if there are none."""
    best, most = None, 0
    for path, text in texts_in([data], "", 0):
        links = text.count("<a ")
        if links > most:
            best, most = path, links
    return best


def _twins(one: str, other: str) -> bool:
    """Whether two paths differ in one key only."""
    a, b = one.split("."), other.split(".")
    return len(a) == len(b) and sum(x != y for x, y in zip(a, b, strict=True)) <= 1


def _leaves(record: Any, path: str, depth: int) -> Iterator[str]:
    if depth > _RECORD_DEPTH:
        return
    if isinstance(record, dict):
        for key, value in list(record.items())[:120]:
            if is_usable(key):
                yield from _leaves(value, joined(path, key), depth + 1)
    elif isinstance(record, list):
        named = _named_values(record)
        for key, name, value in named:
            yield f"{path}[{key}={name}].{value}"
        if path == "" and is_flat(record):
            yield from (f"[{i}]" for i, cell in enumerate(record[:60]) if as_text(cell))
        elif record and not named:
            yield from _leaves(record[0], path + "[0]", depth + 1)
    elif path and as_text(record):
        yield path


def _named_values(entries: list[Any]) -> list[tuple[str, str, str]]:
    """Entries like ``{"key": "bt", "value": "…"}``: name of the key, its text, name of the value.

    Empty unless every entry has that form and another name.
    """
    for key in _KEYS:
        for value in _VALUES:
            names = [
                entry[key]
                for entry in entries[:60]
                if isinstance(entry, dict) and isinstance(entry.get(key), str) and value in entry
            ]
            if len(names) == min(60, len(entries)) > 1 and len(set(names)) == len(names):
                return [(key, name, value) for name in names if is_usable(name) and "=" not in name]
    return []


def _columns(records: list[Any]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The values of all fields: as text, and as an address."""
    leaves = dict.fromkeys(leaf for record in records[:30] for leaf in _leaves(record, "", 0))
    columns: dict[str, list[str]] = {}
    links: dict[str, list[str]] = {}
    for leaf in list(leaves)[:400]:
        try:
            compile_path(leaf)
        except PathError:
            continue
        raw = [find_text(record, leaf) or "" for record in records]
        columns[leaf] = [plain_text(value) for value in raw]
        links[leaf] = [link_in_script(value) if "<" in value else value for value in raw]
    return columns, links


def _described(
    path: str, records: list[Any], *, today: date | None, lang: str, zone: str
) -> Records | None:
    columns, links = _columns(records)
    url = _top(links, _link_score)
    if url is None:
        return None
    linked = links[url] != columns[url]  # the cell is an anchor: its text may be the title
    rest = {name: values for name, values in columns.items() if linked or name != url}
    title = _top(rest, _title_score, least=_LEAST_TITLE)
    named = title is not None and _share(rest[title], is_case) > _CASES
    parties = None if named else _parties(rest)
    if title is None and parties is None:
        return None
    stated = [date_from_url(value) for value in links[url]]
    day, form, days = _day_field(rest, stated, today=today, zone=zone, lang=lang)
    fields = {"title": parties or title or "", "url": url}
    if day:
        fields["date"] = day
    written = next((name for name in rest if _WRITTEN_NAME.search(name.rsplit(".", 1)[-1])), None)
    if written and written != day and _share(rest[written], is_date_like) > 0.5:
        fields["written"] = written
    number = _top(
        rest,
        lambda name, values: _share(values, lambda v: bool(_NUMBER.search(v) and width(v) < 50)),
    )
    if number and number != title:
        fields["doc_number"] = number
    issuer = _top(rest, _issuer_score)
    if issuer and issuer not in fields.values():
        fields["issuer"] = issuer
    score = len(records) * (
        _link_score(url, links[url])
        + (_title_score(title, columns[title]) if title else _LEAST_TITLE)
        + (1.0 if day else 0.0)
        + 0.2 * descending_share(days)
        - 0.1 * path.count("[]")  # of two levels with as many records, the outer knows more
    )
    return Records(path, fields, form, len(records), score, tuple(fields.values()))


def _top(
    columns: dict[str, list[str]], score: Callable[[str, list[str]], float], least: float = 0.35
) -> str | None:
    best, most = None, least
    for name, values in columns.items():
        worth = score(name, values)
        if worth > most:
            best, most = name, worth
    return best


def _share(values: Sequence[str], right: Callable[[str], bool]) -> float:
    return sum(right(value) for value in values) / len(values) if values else 0.0


def _link_score(name: str, values: list[str]) -> float:
    known = [value for value in values if value]
    like = [v for v in known if _URL.match(v) and not _MEDIA.search(v) and len(v) < 1500]
    if not like or len(like) < 0.5 * len(values):
        return 0.0
    distinct = len(set(like)) / len(like)
    worth = len(like) / len(values) * distinct * distinct
    last = name.rsplit(".", 1)[-1]
    worth += 0.3 * bool(_LINK_NAME.search(last)) - 0.5 * bool(_NOT_LINK.search(name))
    worth -= 0.4 * mean(bool(FILE_OF_CASE.search(v)) for v in like)
    worth += 0.15 * mean(bool(re.search(r"\d{3,}|\.pdf|-", urlsplit(v).path)) for v in like)
    return worth - 0.05 * name.count(".") - 0.3 * (len(values) > 3 and distinct < 0.5)


def _title_score(name: str, values: list[str]) -> float:
    known = [value for value in values if value]
    if len(known) < 0.8 * len(values) or _share(known, lambda v: bool(_URL.match(v))) > 0.2:
        return 0.0
    if _share(known, is_date_like) > 0.5 and mean(map(len, known)) < 30:
        return 0.0
    size = mean(map(width, known))
    if size < _SHORTEST_TITLE or size > _LONGEST_TITLE:
        return 0.0
    worth = title_worth(Slot(name, tuple(values), "row", head=name), own=None)
    if _share(known, lambda v: bool(re.fullmatch(r"[\w.\-]+", v) and v.isascii())) > 0.6:
        worth -= 0.9  # a file name or a code, whatever it is called
    last = name.rsplit(".", 1)[-1]
    return worth + 0.2 * ("title" in last.lower()) - 0.05 * name.count(".")


def _parties(columns: dict[str, list[str]]) -> str | None:
    """The name of a case from two fields, as a template; None where there are no such fields."""
    sides = []
    for names in _SIDES:
        found = [
            name
            for name, values in columns.items()
            if names.search(name.rsplit(".", 1)[-1])
            and _SHORTEST_PARTY <= mean(map(width, values)) <= _LONGEST_TITLE
            and _share(values, lambda value: any(char.isalpha() for char in value)) == 1.0
        ]
        if not found:
            return None
        sides.append(min(found, key=len))
    return "{{{}}} v. {{{}}}".format(*sides)


def _issuer_score(name: str, values: list[str]) -> float:
    if not _ISSUER_NAME.search(name.rsplit(".", 1)[-1]):
        return 0.0
    known = [value for value in values if value]
    if len(known) < 0.5 * len(values) or mean(map(width, known)) > 60:
        return 0.0
    words = _share(
        known, lambda v: bool(re.search(r"[\u4e00-\u9fff]{3,}|[A-Za-z]{3,} [A-Za-z]", v))
    )
    return words - 0.1 * ("source" in name.lower())


def _day_field(
    columns: dict[str, list[str]],
    stated: list[date | None],
    *,
    today: date | None,
    zone: str,
    lang: str,
) -> tuple[str | None, str, list[date | None]]:
    """The field of days: one that agrees with the days in addresses, else by its name."""
    best: tuple[float, str | None, str, list[date | None]] = (0.0, None, "auto", [])
    for name, values in columns.items():
        known = [value for value in values if value]
        if len(known) < 0.7 * len(values) or max(map(len, known)) > 60:
            continue
        for form in ("auto", "epoch_ms", "epoch_s"):
            days = [_day(value, form, today=today, zone=zone, lang=lang) for value in values]
            share = sum(day is not None for day in days) / len(values)
            if share < 0.7:
                continue
            pairs = [(a, b) for a, b in zip(days, stated, strict=True) if a and b]
            agree = mean(a == b for a, b in pairs) if pairs else 0.0
            last = name.rsplit(".", 1)[-1]
            worth = share + agree + 0.5 * bool(_DATE_NAMES[0].search(last))
            worth += 0.25 * bool(_DATE_NAMES[1].search(last)) - 0.4 * bool(_NOT_DATE.search(last))
            worth += 0.3 * descending_share(days) - 0.05 * name.count(".")
            if worth > best[0]:
                best = (worth, name, form, days)
            break
    if best[1] is None and len(stated) >= _LEAST_OF_MAKE and not any(stated):
        return _day_in_sentences(columns, today=today)
    return best[1], best[2], best[3]


def _day_in_sentences(
    columns: dict[str, list[str]], *, today: date | None
) -> tuple[str | None, str, list[date | None]]:
    """A field whose texts state exactly one day each, in order: a line of facts."""
    for name, values in columns.items():
        if not all(_SHORTEST_LINE < len(value) <= _LONGEST_LINE for value in values):
            continue
        spans = [find_dates(value, lang="en") for value in values]
        days = [each[0].value for each in spans if len(each) == 1]
        right = len(days) == len(values) and all(is_plausible(day, today=today) for day in days)
        if right and descending_share(days) >= _IN_ORDER:
            return name, "auto", list(days)
    return None, "auto", []


def _day(text: str, form: str, *, today: date | None, zone: str, lang: str) -> date | None:
    if form == "auto":
        if text.startswith("/Date("):
            return read_row_date(text, form=form, zone=zone, lang=lang, today=today).day
        if re.fullmatch(r"\d{9,}", text) or not re.search(r"\d", text):
            return None
        return read_day(text, form=form, lang=lang, today=today) if is_date_like(text) else None
    if not re.fullmatch(r"1[0-9]{12}" if form == "epoch_ms" else r"1[0-9]{9}", text):
        return None
    moment = datetime.fromtimestamp(int(text) / (1000 if form == "epoch_ms" else 1), UTC)
    day = moment.astimezone(ZoneInfo(zone)).date()
    return day if is_plausible(day, today=today) else None
