"""Checking a source offline against its recording: what it would collect, and what it should.

A recording is a folder with the list, some articles, ``meta.json`` (files and their addresses)
and ``expected.json`` (rows and articles as a person confirmed them). The text of articles is
read by the same functions of the pipelines that a crawl uses.
"""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from pipelines.clean import clean_page
from pipelines.decode import decode
from pipelines.errors import ParseError
from pipelines.items import CleanPage, Metadata
from pipelines.metadata import extract_metadata
from pipelines.urls import url_key
from spiders.asks import Spec, UnresolvedPlaceholder, resolve_values
from spiders.fragments import LAYOUTS, fragment_page
from spiders.listing import read_listing
from spiders.listing.details import read_detail
from spiders.rows import Listing, ListRow

MAX_COMPLAINTS = 12
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a source reads its recording right. ``lines`` say so in plain words (zh / en)."""

    key: str
    ok: bool
    lines: tuple[str, ...]
    rows: tuple[ListRow, ...] = ()

    def __str__(self) -> str:
        return "\n".join(self.lines)


def recordings(folder: Path) -> list[Path]:
    """The recording in ``folder`` and older ones in folders named by their day, oldest first."""
    dated = sorted(path for path in folder.glob("*/") if _DAY.fullmatch(path.name))
    own = [folder] if (folder / "meta.json").is_file() or not dated else []
    return [*dated, *own]


def check_source(spec: Spec, folder: Path) -> Verdict:
    """Read every recording in ``folder`` and compare: each with the layout of its day."""
    verdicts = [_check_recording(spec, place) for place in recordings(folder)]
    if len(verdicts) == 1:
        return verdicts[0]
    lines = [line for verdict in verdicts for line in verdict.lines]
    good = sum(verdict.ok for verdict in verdicts)
    lines.append(
        f"{spec.key}：{len(verdicts)} 份样例，{good} 份一致 / recordings, as expected: {good}"
    )
    return Verdict(spec.key, good == len(verdicts), tuple(lines), verdicts[-1].rows)


def _check_recording(spec: Spec, folder: Path) -> Verdict:
    try:
        meta = _load(folder / "meta.json")
        expected = _load(folder / "expected.json")
    except FileNotFoundError as error:
        name = Path(error.filename).name
        return _failed(
            spec,
            f"没有样例：缺少 {folder.name}/{name}，先运行 dibao source record {spec.key} / "
            f"no recording: {folder.name}/{name} is missing, run dibao source record {spec.key}",
        )
    except ValueError as error:
        return _failed(spec, f"样例文件不是 JSON：{error} / a file of the recording is not JSON")
    today = date.fromisoformat(meta["today"])
    spec = spec.as_of(today)
    try:
        listing = _listing(spec, folder, meta, today=today)
    except (ParseError, UnresolvedPlaceholder, OSError) as error:
        return _failed(spec, f"列表页读取失败：{error} / the list cannot be read")
    complaints = [
        *_check_rows(listing, expected["rows"]),
        *_check_details(spec, folder, meta, expected["details"], listing=listing, today=today),
    ]
    articles = len(expected["details"])
    if not complaints:
        return Verdict(
            spec.key,
            True,
            (
                f"{spec.key}（{today}）：列表 {len(listing.rows)} 行、文章 {articles} 篇，"
                f"全部一致 / {len(listing.rows)} rows and {articles} articles "
                "are as expected",
            ),
            listing.rows,
        )
    head = (
        f"{spec.key}（{today}）：与样例有 {len(complaints)} 处不符 / "
        f"{len(complaints)} differences from the recording"
    )
    return Verdict(spec.key, False, (head, *complaints[:MAX_COMPLAINTS]), listing.rows)


def _failed(spec: Spec, line: str) -> Verdict:
    return Verdict(spec.key, False, (f"{spec.key}：{line}",))


def _listing(spec: Spec, folder: Path, meta: dict[str, Any], *, today: date) -> Listing:
    if spec.resolve is not None:
        page = decode(_read(folder, meta["resolve"]["file"]), header_charset=None).text
        resolve_values(spec, page)
    entry = meta["list"]
    return read_listing(
        spec,
        _read(folder, entry["file"]),
        base_url=entry["url"],
        charset=entry.get("charset"),
        today=today,
    )


def _check_rows(listing: Listing, expected: list[dict[str, Any]]) -> Iterator[str]:
    if len(listing.rows) != len(expected):
        yield (
            f"列表应有 {len(expected)} 行，读到 {len(listing.rows)} 行"
            f"（选择器命中 {listing.matched}，忽略 {listing.skipped}） / "
            f"{len(expected)} rows expected, {len(listing.rows)} read"
        )
    found = {url_key(row.url): row for row in listing.rows}
    wanted = {url_key(entry["url"]) for entry in expected}
    for row in listing.rows:
        if url_key(row.url) not in wanted:
            yield f"多出一行：{row.title} {row.url} / a row too many"
    for entry in expected:
        row_found = found.get(url_key(entry["url"]))
        if row_found is None:
            yield f"缺少一行：{entry['title']} {entry['url']} / a row is missing"
            continue
        if row_found.title and not _same(row_found.title, entry["title"]):
            yield _differs("标题 / title", entry["title"], row_found.title)
        day = entry.get("published_on")
        got = row_found.published_on.isoformat() if row_found.published_on else None
        if day is not None and got is not None and got != day:
            yield _differs(f"日期 / date of {entry['title'][:20]}", day, got)
        if day is not None and got is None:
            yield _differs(f"日期 / date of {entry['title'][:20]}", day, row_found.date_text)


def _check_details(
    spec: Spec,
    folder: Path,
    meta: dict[str, Any],
    expected: list[dict[str, Any]],
    *,
    listing: Listing,
    today: date,
) -> Iterator[str]:
    files = {entry["url"]: entry for entry in meta["details"]}
    rows = {url_key(row.url): row for row in listing.rows}
    for entry in expected:
        row = rows.get(url_key(entry["url"]))
        if row is None:
            continue  # already complained about
        source = files.get(entry["url"], {})
        fetched = source.get("fetched")
        if fetched and url_key(fetched) != url_key(row.address):
            yield _differs("文章地址 / address to fetch", fetched, row.address)
        if source.get("file") is None and not row.body:
            yield f"列表未带正文：{entry['title']} / the list does not carry the text"
            continue
        content = _read(folder, source["file"]) if source.get("file") else None
        charset = source.get("charset")
        page, metadata = read_article(spec, row, content, today=today, charset=charset)
        yield from _check_article(page, metadata, entry)


def _check_article(page: CleanPage, metadata: Metadata, entry: dict[str, Any]) -> Iterator[str]:
    name = entry["title"][:20]
    if not _same(metadata.title, entry["title"]):
        yield _differs("文章标题 / article title", entry["title"], metadata.title)
    got = metadata.published_on.isoformat() if metadata.published_on else None
    if got != entry["published_on"]:
        yield _differs(f"发布日期 / published ({name})", entry["published_on"], got)
    if "doc_number" in entry and metadata.doc_number != entry["doc_number"]:
        yield _differs(f"发文字号 / number ({name})", entry["doc_number"], metadata.doc_number)
    lines = [line for line in page.body_text.splitlines() if line.strip()]
    start = _plain(" ".join(lines[:3]))
    if _plain(entry["body_start"])[:60] not in start:
        yield _differs(f"正文开头 / start of text ({name})", entry["body_start"][:40], start[:40])
    end = _plain(" ".join(lines[-2:]))
    if "body_end" in entry and not end.endswith(_plain(entry["body_end"])[-30:]):
        yield _differs(f"正文结尾 / end of text ({name})", entry["body_end"][-40:], end[-40:])


def read_article(
    spec: Spec, row: ListRow, content: bytes | None, *, today: date, charset: str | None = None
) -> tuple[CleanPage, Metadata]:
    """Clean text and metadata of an article, as a crawl would read it.

    ``content`` is the fetched page, None when the row carries the text.
    """
    layouts = spec.article_layouts()
    if content is None:
        content, charset, layouts = fragment_page(row.body or "", row), "utf-8", LAYOUTS
    elif spec.detail is not None:
        found = read_detail(spec, row, content, charset=charset, today=today)
        if found is not None:
            row, charset, layouts = found.row, "utf-8", LAYOUTS
            content = fragment_page(found.html, row)
    page = clean_page(
        decode(content, header_charset=charset),
        url=row.url,
        layouts=layouts,
        hints=row.hints(),
        lang=spec.lang,
    )
    metadata = extract_metadata(
        page,
        url=row.url,
        hints=row.hints(),
        timezone=spec.timezone,
        fetched_at=datetime.combine(today, time(12), UTC),
        publisher=spec.publisher,
        region=spec.region,
        level=spec.level,
    )
    return page, metadata


def _differs(what: str, wanted: str | None, got: str | None) -> str:
    return f"{what}：应为 / expected “{wanted}”，读到 / read “{got}”"


def _same(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text))


def _load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _read(folder: Path, name: str) -> bytes:
    """A file of the recording; ``.gz`` files are unpacked."""
    content = (folder / name).read_bytes()
    return gzip.decompress(content) if name.endswith(".gz") else content
