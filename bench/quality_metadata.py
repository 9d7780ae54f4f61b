"""Policy metadata against gold: numbers, issuers, dates, level and region.

Sets are recognised by their rows: saved pages with a metadata table, texts of search interfaces,
law texts with header lines, title indices, tagged text, and the gold files of real bulletins
(``documents.jsonl``, ``items.jsonl``, ``policies.jsonl``). Issuers are compared in their official
form; numbers in their normal form. ``*_exact`` is the share of gold values met, ``*_stated_exact``
the same where the value can be read in the given text, ``*_spurious`` the share of documents
without a value for which one was given.
"""

from __future__ import annotations

import gzip
import re
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.fields import Fields
from bench.report import Report, data_sets, page_bytes, rows_of
from pipelines.clean import clean_page
from pipelines.dates import date_from_url, find_dates
from pipelines.decode import decode
from pipelines.fields.docnumber import find_doc_numbers, normalise_doc_number
from pipelines.fields.doctype import genre_of
from pipelines.fields.issuers import canonical_body, place_of, split_bodies
from pipelines.fields.regions import Region, level_label, parse_region
from pipelines.fields.subjects import issuers_in_title
from pipelines.items import CleanPage, Decoded, Hints, Metadata
from pipelines.metadata import extract_metadata

Row = dict[str, Any]
Reader = Callable[[Row, Fields, Path], float | None]
GOLD_FILES = ("documents.jsonl", "items.jsonl", "policies.jsonl")
_SEEN = datetime(2026, 11, 1, tzinfo=UTC)
# Region of the interface a text came from, by its tag.
_SOURCES = {
    "gwy": "national",
    "cq": "重庆",
    "fj": "福建",
    "gd": "广东",
    "gx": "广西",
    "gz": "贵州",
    "hb": "湖北",
    "heb": "河北",
    "nm": "内蒙古",
    "nmg": "内蒙古",
    "sx": "陕西",
    "tj": "天津",
    "zj": "浙江",
}


def measure(data: Path) -> Report:
    """Measure every set at ``data`` (a folder of sets, a set, the gold folder or one file)."""
    extract_metadata(
        CleanPage("国务院关于印发规划的通知", "", "浙江省人民政府\n2024年1月1日")
    )  # loads tables
    total, seconds, documents = Fields(), 0.0, 0
    reports: dict[str, Report] = {}
    for name, path in _sets(data):
        fields, n, spent = _measure_set(path)
        if n:
            metrics = fields.metrics() | {"cpu_ms_per_doc": spent / n * 1000}
            reports[name] = Report("metadata", n, metrics)
            total.merge(fields)
            seconds, documents = seconds + spent, documents + n
    if "--misses" in sys.argv:
        print("\n".join(total.misses))
    metrics = total.metrics()
    if documents:
        metrics["cpu_ms_per_doc"] = seconds / documents * 1000
    return Report("metadata", documents, metrics, {}, reports if len(reports) > 1 else {})


def _sets(data: Path) -> Iterator[tuple[str, Path]]:
    if data.is_dir():
        for name in GOLD_FILES:
            for path in sorted(data.glob(f"**/{name}")):
                yield name.removesuffix(".jsonl"), path
    for path in data_sets(data):
        yield (path.parent.name if path.name.startswith("manifest") else path.stem), path


def _measure_set(path: Path) -> tuple[Fields, int, float]:
    fields, n, seconds = Fields(), 0, 0.0
    for row in rows_of(path):
        reader = _reader(row, path)
        spent = reader(row, fields, path) if reader else None
        if spent is not None:
            n, seconds = n + 1, seconds + spent
    return fields, n, seconds


def _reader(row: Row, path: Path) -> Reader | None:
    gold = row.get("gold") or {}
    if "issuer_printed" in row:
        return _policy_row
    if "document_key" in row:
        return _gold_document
    if "body" in row and ("jurisdiction" in row or "facts" in row):
        return _gold_item
    if "fields" in row and "text" in row:
        return _stated_text
    if "bio_tags" in gold:
        return _tagged
    if "header" in row:
        return _law
    if "issuer_from_title" in gold:
        return _title_row
    if row.get("file") and {"doc_no", "issuer", "date_written"} & gold.keys():
        return _page
    return _portal_text if "text" in row and "issuer_in_text" in gold else None


def _bodies(names: str | list[str] | None, context: Region | None = None) -> tuple[str, ...]:
    listed = split_bodies(names) if isinstance(names, str) else tuple(names or ())
    return tuple(canonical_body(name, context=context) for name in listed)


def _day(value: object) -> str | None:
    return str(value)[:10] if value else None


def _timed(page: CleanPage, **options: Any) -> tuple[Metadata, float]:
    started = time.process_time()
    found = extract_metadata(page, fetched_at=_SEEN, **options)
    return found, time.process_time() - started


def _page(row: Row, fields: Fields, path: Path) -> float | None:
    content = page_bytes(path, row)
    if content is None:
        return None
    gold, url = row["gold"], row.get("url") or ""
    page = clean_page(
        decode(content, header_charset=None), url=url, layouts=(), hints=Hints(), lang="zh"
    )
    region = "丽水" if "lishui" in row["id"] else "national"
    found, spent = _timed(page, url=url, region=region)
    key, context = row["id"], parse_region(region)
    _standing(row, fields, found)
    if "title" in gold:
        fields.add("title", gold=_squeeze(gold["title"]), ours=_squeeze(found.title), key=key)
    if "doc_no" in gold:
        fields.add(
            "doc_number", gold=normalise_doc_number(gold["doc_no"]), ours=found.doc_number, key=key
        )
    if gold.get("issuer"):
        fields.add(
            "issuing_bodies",
            gold=_bodies(gold["issuer"], context),
            ours=found.issuing_bodies,
            key=key,
        )
    for name, ours in (("index_no", found.index_number),):
        if gold.get(name):
            fields.add("index_number", gold=gold[name], ours=ours, key=key)
    if gold.get("date_written"):
        fields.add("written_on", gold=gold["date_written"], ours=_day(found.written_on), key=key)
    if gold.get("date"):
        fields.add("published_on", gold=gold["date"], ours=_day(found.published_on), key=key)
    return spent


def _standing(row: Row, fields: Fields, found: Metadata) -> None:
    """Subject class, validity and topic words, where the page's gold has them."""
    gold, key = row["gold"], row["id"]
    if gold.get("topic"):
        path = gold["topic"] if isinstance(gold["topic"], str) else "".join(gold["topic"])
        fields.add("subject", gold=_squeeze(path), ours=_squeeze(found.subject), key=key)
    for name in ("validity", "validity_by"):
        if gold.get(name):
            fields.add(name, gold=gold[name], ours=getattr(found, name), key=key)
    if gold.get("topic_words"):
        fields.add("topic_words", gold=tuple(gold["topic_words"]), ours=found.topic_words, key=key)


def _stated_text(row: Row, fields: Fields, path: Path) -> float:
    """A short text with what it says of itself, ``null`` where it says nothing; ``listed`` is the
    day of the list row that led to it."""
    page = CleanPage(row["title"], "", row["text"], lang=row.get("lang", "zh"))
    found, spent = _timed(page, hints=Hints(date_text=row.get("listed")))
    for name, gold in row["fields"].items():
        ours = getattr(found, name)
        if name.endswith(("_on", "_until")):
            ours = _day(ours)
        elif name == "issuing_bodies":
            gold = _bodies(gold)
        elif name == "doc_number":
            gold = normalise_doc_number(gold) or gold
        fields.add(name, gold=gold, ours=ours, key=row["id"])
    return spent


def _squeeze(text: str | None) -> str:
    return re.sub(r"\W+", "", text or "").lower()


def _portal_text(row: Row, fields: Fields, path: Path) -> float:
    """Texts of search interfaces: what the text cannot tell is not asked of it."""
    gold, key, text = row["gold"], row["id"], row["text"]
    tag = next((t for t in row.get("tags", ()) if t in _SOURCES), "")
    region = _SOURCES.get(tag)
    body = row.get("html") or text
    page = clean_page(
        Decoded(body, "utf-8", "bench", 0.0),
        url="",
        layouts=(),
        hints=Hints(title=gold["title"]),
        lang="zh",
    )
    found, spent = _timed(
        page, url=gold.get("url") or "", hints=Hints(title=gold["title"]), region=region
    )
    context = parse_region(region)
    stated = normalise_doc_number(gold.get("doc_no"))
    readable = {number.value for number in find_doc_numbers(gold["title"] + "\n" + page.body_text)}
    if stated is None or stated in readable:
        fields.add("doc_number", gold=stated, ours=found.doc_number, key=key)
    else:
        fields.add("doc_number_not_in_text", gold=None, ours=found.doc_number, key=key)
    wanted = _bodies(gold.get("issuer"), context)
    squeezed = _squeeze(gold["title"] + page.body_text)
    if wanted and all(_squeeze(name) in squeezed for name in wanted):
        fields.add("issuing_bodies", gold=wanted, ours=found.issuing_bodies, key=key)
    days = {str(span.value) for span in find_dates(page.body_text)}
    if gold.get("date_written") in days:
        fields.add("written_on", gold=gold["date_written"], ours=_day(found.written_on), key=key)
    if gold.get("date") and date_from_url(gold.get("url") or ""):
        fields.add("published_on", gold=gold["date"], ours=_day(found.published_on), key=key)
    return spent


def _law(row: Row, fields: Fields, path: Path) -> float:
    """Law texts: header lines and text. The version's day stands for the page's publication."""
    gold, key = row["gold"], row["id"]
    text = f"{row['header']}\n{re.sub(r'(?m)^#+ ', '', row['text'])}"
    page = CleanPage(title=gold["title"], body_html="", body_text=text)
    found, spent = _timed(page, hints=Hints(date_text=gold.get("version_date")))
    numbers = [normalise_doc_number(number) for number in gold.get("doc_nos") or ()]
    if len(numbers) == 1:
        fields.add("doc_number", gold=numbers[0], ours=found.doc_number, key=key)
    if gold.get("effective_date"):
        stated = gold["effective_date"] in {str(span.value) for span in find_dates(text)}
        fields.add(
            "effective_on", gold=gold["effective_date"], ours=_day(found.effective_on), key=key
        )
        if stated:
            fields.add(
                "effective_stated",
                gold=gold["effective_date"],
                ours=_day(found.effective_on),
                key=key,
            )
    return spent


def _title_row(row: Row, fields: Fields, path: Path) -> float:
    gold, title, key = row["gold"], row["title"], row["id"]
    started = time.process_time()
    named = issuers_in_title(title)
    genre = genre_of(title)
    spent = time.process_time() - started
    if gold.get("issuer_from_title"):
        ours = tuple(canonical_body(name) for name in named.bodies) if named else ()
        fields.add("issuing_bodies", gold=_bodies(gold["issuer_from_title"]), ours=ours, key=key)
    fields.add("genre", gold=gold.get("genre"), ours=genre if gold.get("genre") else None, key=key)
    if gold.get("doc_no"):
        ours_number = normalise_doc_number(gold["doc_no"])
        fields.add("doc_number_form", gold=gold["doc_no"], ours=ours_number, key=key)
    if gold.get("date"):
        fields.add("published_on", gold=gold["date"], ours=_day(date_from_url(row["url"])), key=key)
    return spent


def _tagged(row: Row, fields: Fields, path: Path) -> float | None:
    """Plain text with a second file of one BIO tag a character (``<number>_bio.txt.gz``)."""
    content = page_bytes(path, row)
    tags = path.parent / "pages" / f"{row['id'].rpartition('_')[2]}_bio.txt.gz"
    if content is None or not tags.is_file():
        return None
    named: dict[str, list[str]] = {}
    for line in gzip.decompress(tags.read_bytes()).decode("utf-8").splitlines():
        char, _, tag = line.partition(" ")
        spans = named.setdefault(tag[2:], [])
        if tag.startswith("B_") or not spans:
            spans.append(char)
        else:
            spans[-1] += char
    page = CleanPage(title=named["正文标题"][0], body_html="", body_text=content.decode("utf-8"))
    found, spent = _timed(page)
    key = row["id"]
    number = normalise_doc_number(named["发文字号"][0])
    fields.add("doc_number", gold=number, ours=found.doc_number, key=key)
    bodies = _bodies([name.strip() for name in named["发文机关"]])
    fields.add("issuing_bodies", gold=bodies, ours=found.issuing_bodies, key=key)
    written = find_dates(named["成文日期"][0])[0].value
    fields.add("written_on", gold=str(written), ours=_day(found.written_on), key=key)
    return spent


def _gold_document(row: Row, fields: Fields, path: Path) -> float:
    """Documents as printed: heading, adoption line and the editor's note stand around the text."""
    key = row["id"]
    heading = re.sub(r"^\d{1,2}[、.．]\s*", "", row.get("heading_printed") or row["title"])
    lines = [
        row.get("adoption_note"),
        row.get("editor_note"),
        row["body"],
        row.get("source_attribution"),
    ]
    page = CleanPage(
        title=heading, body_html="", body_text="\n".join(line for line in lines if line)
    )
    found, spent = _timed(page)
    context = f"{row.get('issuing_note') or ''}"
    if "not printed" not in context and "from item" not in context:
        fields.add(
            "issuing_bodies",
            gold=_bodies(row["issuing_bodies"]),
            ours=found.issuing_bodies,
            key=key,
        )
    fields.add(
        "doc_number",
        gold=normalise_doc_number(row.get("doc_number")),
        ours=found.doc_number,
        key=key,
    )
    fields.add("written_on", gold=row.get("adopted_date"), ours=_day(found.written_on), key=key)
    fields.add(
        "effective_on", gold=row.get("effective_date"), ours=_day(found.effective_on), key=key
    )
    fields.add("expires_on", gold=row.get("expiry_date"), ours=_day(found.expires_on), key=key)
    fields.add("level", gold=row["level"], ours=found.level, key=key)
    region = parse_region(found.region)
    fields.add("region", gold=row["region"], ours=region.zone if region else None, key=key)
    fields.add("jurisdiction", gold=row["jurisdiction"][0], ours=found.region, key=key)
    return spent


def _gold_item(row: Row, fields: Fields, path: Path) -> float:
    page = CleanPage(title=row["title"], body_html="", body_text=row["body"])
    found, spent = _timed(page)
    key, bodies = f"{row['id']} {row['title'][:60]}", _bodies(row.get("issuing_bodies"))
    if "issuing_bodies" in row:
        fields.add("issuing_bodies", gold=bodies, ours=found.issuing_bodies, key=key)
    if "level" in row:
        fields.add("level", gold=row["level"], ours=found.level or "none", key=key)
    if row.get("jurisdiction") and (bodies or "issuing_bodies" not in row):
        fields.add("jurisdiction", gold=row["jurisdiction"][0], ours=found.region, key=key)
    return spent


def _policy_row(row: Row, fields: Fields, path: Path) -> float:
    """Rows of a policy table: everything follows from the issuer's name."""
    started = time.process_time()
    names = split_bodies(row["issuer_printed"].split("等")[0])
    level, region = place_of(names[0])
    spent = time.process_time() - started
    key = row["id"]
    fields.add("issuing_bodies", gold=_bodies(row["issuers"]), ours=_bodies(list(names)), key=key)
    fields.add("level", gold=row["level"], ours=level, key=key)
    if region is not None:
        reported = level_label(region, convention="municipality-districts-as-cities")
        fields.add("level_report", gold=row["level_report"], ours=reported, key=key)
        fields.add("region", gold=row["region"], ours=region.zone, key=key)
        fields.add("province", gold=row["province"], ours=region.province, key=key)
        fields.add("city", gold=row["city"], ours=region.city_name, key=key)
        fields.add("city_tier", gold=row["city_tier"], ours=region.city_tier, key=key)
    return spent
