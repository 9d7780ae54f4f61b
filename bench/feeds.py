"""Reading feeds: ``python -m bench.feeds --data PATH [--json] [--cases]``.

``PATH`` holds ``feedparser_tests`` and ``miniflux_testdata`` (those present).

feedparser's own suite states for each file a condition on what its parser returns. Of every
condition ``entries[N]['field'] == 'text'`` the field is compared with what our mapping makes of
that entry: title, link, date, text, author, identifier, categories, enclosures. Texts are
compared without markup, for we keep the markup and clean it later; dates by day and minute in
UTC. Conditions on other things (the parser's ``bozo`` flag, the feed's own fields, namespaces)
are not ours. A file counts as

``well-formed``  read, with as many entries as the feed has, and every compared field equal;
``ill-formed``   read, or refused with a named error (``bozo`` is expected by the condition).

Feeds that declare XML entities are refused on purpose, whether well-formed or not; they are
counted apart. For ``miniflux_testdata`` the text must be that of the encoding the file is in.
``govuk_content_json`` holds articles as JSON: read as a source with ``detail:`` paths reads them,
title, day and text (bag of words, 0.97) compared.
"""

from __future__ import annotations

import argparse
import ast
import calendar
import json
import re
import sys
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bench.report import page_bytes, rows_of
from bench.scoring import bag_f1
from pipelines.decode import decode
from pipelines.errors import ParseError
from pipelines.urls import canonicalise
from spiders.listing.assemble import RawRow, plain_text
from spiders.listing.details import read_detail
from spiders.listing.feeds import entries_of_feed
from spiders.rows import ListRow
from spiders.spec import FeedSpec, JsonApiSpec
from spiders.testing import read_article

BASE = "http://127.0.0.1:8097/tests/"
SPEC = FeedSpec.model_validate(
    {
        "key": "bench",
        "title": "bench",
        "publisher": "bench",
        "region": "INTL",
        "level": "media",
        "kind": "feed",
        "url": "https://feed.example.org/",
        "lang": "en",
        "timezone": "UTC",
        "content": "entry",
    }
)
GOVUK = JsonApiSpec.model_validate(
    {
        **SPEC.model_dump(include={"key", "title", "publisher", "region", "level", "lang"}),
        "kind": "json_api",
        "url": "https://www.gov.uk/api/search.json",
        "timezone": "Europe/London",
        "items_path": "results[]",
        "fields": {"url": "link", "title": "title"},
        "detail": {
            "body": "details.body || details.parts[].body",
            "title": "title",
            "date": "first_published_at || public_updated_at",
        },
    }
)
_HEADER = re.compile(rb"^Header:\s*([\w-]+)\s*:\s*(.+?)\s*$", re.M)
_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^<>]*>", re.I | re.S)
_SPACES = re.compile(r"\W+")
#: the real encoding, as the names of the files state it
_ENCODINGS = {"8859_1": "cp1252", "koi8r": "koi8-r", "WINDOWS_1251": "cp1251"}


@dataclass(frozen=True, slots=True)
class Case:
    """One file: what kind it is, how it ended, and what differed."""

    name: str
    kind: str
    outcome: str
    compared: int = 0
    differences: tuple[str, ...] = ()


def feedparser_cases(folder: Path) -> Iterator[Case]:
    """Every file of feedparser's suite."""
    with tarfile.open(folder / "files.tar.gz") as archive:
        files = {m.name: archive.extractfile(m) for m in archive.getmembers() if m.isfile()}
        contents = {name: handle.read() for name, handle in files.items() if handle}
    for row in rows_of(folder / "manifest.jsonl.gz"):
        if row["file"] in contents:
            yield _case(row["file"], contents[row["file"]], row["gold"].get("expect") or "1")


def _case(name: str, content: bytes, expect: str) -> Case:
    headers = {k.decode().lower(): v.decode("latin-1") for k, v in _HEADER.findall(content[:2000])}
    base = canonicalise(headers.get("content-location", ""), base=BASE + name)
    charset = re.search(r"charset=[\"']?([\w.:-]+)", headers.get("content-type", ""))
    ill = bool(re.search(r"(?<!not )\bbozo\b", expect)) or name.startswith("illformed")
    kind = "ill-formed" if ill else "well-formed"
    try:
        home, entries = entries_of_feed(
            SPEC, content, base_url=base, charset=charset[1] if charset else None
        )
    except ParseError as error:
        declares = b"<!entity" in content.lower()
        return Case(name, kind, "entities refused" if declares else f"refused: {error.code}")
    wanted = _conditions(expect)
    differences = [
        f"{field}: {value!r} but {found!r}"
        for number, field, value in wanted
        if (found := _differs(entries, number, field, value, home=home)) is not None
    ]
    if not ill and len(entries) < _stated_entries(content):
        differences.append(f"{len(entries)} of {_stated_entries(content)} entries")
    return Case(name, kind, "read", len(wanted), tuple(differences))


def _stated_entries(content: bytes) -> int:
    """Entries by their tags, of feeds that can be told so."""
    if b"\x00" in content[:200] or b"<!DOCTYPE" in content:
        return 0
    plain = re.sub(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", b"", content, flags=re.S)
    return len(re.findall(rb"<(?:\w+:)?(?:item|entry)[\s>]", plain))


def _conditions(expect: str) -> list[tuple[int, str, Any]]:
    """``entries[N]['field'] == value`` of a condition, with the path of the field."""
    try:
        tree = ast.parse(expect.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return []
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    found = []
    for part in parts:
        if not isinstance(part, ast.Compare) or not isinstance(part.ops[0], ast.Eq):
            continue
        path = _path(part.left)
        try:
            value = ast.literal_eval(part.comparators[0])
        except (ValueError, SyntaxError):
            continue
        if len(path) > 2 and path[0] == "entries" and isinstance(path[1], int):
            field = ".".join(str(step) for step in path[2:])
            if field in _READERS:
                found.append((path[1], field, value))
    return found


def _path(node: ast.expr) -> list[Any]:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [*_path(node.value), node.attr]
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return [*_path(node.value), node.slice.value]
    return []


def _moment(row: RawRow) -> datetime | None:
    when = row.when
    if when is None or when.day is None:
        return None
    return when.at or datetime(when.day.year, when.day.month, when.day.day, tzinfo=UTC)


_READERS: dict[str, Callable[[RawRow], Any]] = {
    "title": lambda row: row.title,
    "title_detail.value": lambda row: row.title,
    "link": lambda row: row.link,
    "links.0.href": lambda row: row.link,
    "description": lambda row: row.summary,
    "summary": lambda row: row.summary,
    "summary_detail.value": lambda row: row.summary,
    "content.0.value": lambda row: row.body,
    "author": lambda row: row.author,
    "id": lambda row: row.external_id,
    "guid": lambda row: row.external_id,
    "published": lambda row: row.date_text,
    "published_parsed": _moment,
    "tags.0.term": lambda row: row.categories[0] if row.categories else None,
    "category": lambda row: row.categories[0] if row.categories else None,
}


def _differs(
    entries: Sequence[RawRow], number: int, field: str, value: Any, *, home: str
) -> str | None:
    """What was read instead, None when it is the same."""
    if number >= len(entries):
        return "no such entry"
    found = _READERS[field](entries[number])
    if isinstance(value, tuple) and len(value) == 9:
        wanted = datetime.fromtimestamp(calendar.timegm(value), UTC)
        same = isinstance(found, datetime) and abs((found - wanted).total_seconds()) < 60
        midnight = isinstance(found, datetime) and found.date() == wanted.date() and not found.hour
        return None if same or midnight else str(found)
    if not isinstance(value, str):
        return None
    if field in ("link", "links.0.href"):
        return None if _address(found, home) == _address(value, home) else str(found)
    same = _words(found) == _words(value) or _words(_TAGS.sub("", found or "")) == _words(value)
    return None if same else str(found)


def _address(text: str | None, home: str) -> str:
    return canonicalise(text or "", base=home)


def _words(text: str | None) -> str:
    return _SPACES.sub("", plain_text(text)).lower()


def miniflux_cases(folder: Path) -> Iterator[Case]:
    """Every file of the suite: read, with the text of its real encoding."""
    manifest = folder / "manifest.jsonl"
    for row in rows_of(manifest):
        content = page_bytes(manifest, row)
        if content is None:
            continue
        name = row["id"]
        real = next((value for mark, value in _ENCODINGS.items() if mark in name), "utf-8")
        wanted = content.decode(real, "replace")
        titles = [
            plain_text(_inner(t)) for t in re.findall(r"<title[^>]*>(.*?)</title>", wanted, re.S)
        ]
        if name.endswith("_html"):
            text = decode(content, header_charset=None).text
            missing = [title for title in titles if title not in text]
            yield Case(name, "page", "read", len(titles), tuple(missing))
            continue
        try:
            _, entries = entries_of_feed(SPEC, content, base_url=BASE)
        except ParseError as error:
            yield Case(name, "well-formed", f"refused: {error.code}")
            continue
        found = {_words(entry.title) for entry in entries}
        items = re.split(r"<(?:item|entry)[\s>]", wanted)[1:]
        heads = [re.search(r"<title[^>]*>(.*?)</title>", item, re.S) for item in items]
        known = [plain_text(_inner(head[1])) for head in heads if head]
        lost = [title for title in known if _words(title) not in found]
        if len(entries) != len(items):
            lost.append(f"{len(entries)} of {len(items)} entries")
        yield Case(name, "well-formed", "read", len(known), tuple(lost))


def govuk_cases(folder: Path) -> Iterator[Case]:
    """Every content item that has a text, through ``detail:`` of a source file."""
    manifest = folder / "manifest.jsonl"
    for row in rows_of(manifest):
        content = page_bytes(manifest, row)
        gold = row["gold"]
        if content is None or not gold.get("body"):
            continue
        found = read_detail(GOVUK, ListRow(url=row["url"] or "https://www.gov.uk/x"), content)
        if found is None:
            yield Case(row["id"], "article", "refused: no text")
            continue
        page, _ = read_article(GOVUK, found.row, content, today=date(2026, 11, 20))
        day = found.row.published_on
        likeness = bag_f1(page.body_text, gold["body"])
        complaints = [
            f"{name}: {wanted!r} but {got!r}"
            for name, wanted, got, same in (
                (
                    "title",
                    gold["title"],
                    found.row.title,
                    _words(found.row.title) == _words(gold["title"]),
                ),
                ("date", gold["date"], day, not gold["date"] or str(day) == gold["date"]),
                ("body", 1.0, round(likeness, 3), likeness >= 0.97),
            )
            if not same
        ]
        yield Case(row["id"], "article", "read", 3, tuple(complaints))


def _inner(text: str) -> str:
    return re.sub(r"<!\[CDATA\[(.*?)\]\]>", r"\1", text, flags=re.S)


def summary(cases: Sequence[Case]) -> dict[str, dict[str, int]]:
    """Counts by kind: files, read, refused by name, all fields right, fields compared and wrong."""
    table: dict[str, dict[str, int]] = {}
    for kind in sorted({case.kind for case in cases}):
        own = [case for case in cases if case.kind == kind]
        ends = Counter(case.outcome.split(":")[0] for case in own)
        table[kind] = {
            "files": len(own),
            "read": ends["read"],
            "refused": ends["refused"],
            "entities": ends["entities refused"],
            "right": sum(case.outcome == "read" and not case.differences for case in own),
            "fields": sum(case.compared for case in own),
            "wrong": sum(len(case.differences) for case in own),
        }
    return table


def main(arguments: list[str] | None = None) -> int:
    """Print the counts by suite and kind, or one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m bench.feeds", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--cases", action="store_true", help="also list what differs")
    options = parser.parse_args(arguments)
    suites: Mapping[str, Any] = {
        "feedparser_tests": feedparser_cases,
        "miniflux_testdata": miniflux_cases,
        "govuk_content_json": govuk_cases,
    }
    results = {
        name: list(read(options.data / name))
        for name, read in suites.items()
        if (options.data / name).is_dir()
    }
    tables = {name: summary(cases) for name, cases in results.items()}
    if options.json:
        print(json.dumps({"task": "feeds", "suites": tables}))
        return 0
    columns = ("files", "read", "refused", "entities", "right", "fields", "wrong")
    print(f"{'suite':20}{'kind':13}" + "".join(f"{name:>10}" for name in columns))
    for name, table in tables.items():
        for kind, row in table.items():
            print(f"{name:20}{kind:13}" + "".join(f"{row[column]:10}" for column in columns))
    for name, cases in results.items():
        for case in cases if options.cases else ():
            if case.differences or case.outcome != "read":
                print(f"  {name} {case.kind} {case.name}: {case.outcome}")
                for difference in case.differences:
                    print(f"      {difference[:200]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
