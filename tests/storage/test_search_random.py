"""Searches made by seed against a scan of every text: nothing missed, nothing wrong, in order."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from storage import search_frequency, search_read
from storage.documents import DocumentFilter, save_document
from storage.engine import Database
from storage.index_queue import flush_index
from storage.records import DocumentRecord
from storage.search import count_matches, search
from storage.tokens import compare_text
from tests.storage.samples import NOW, add_source, record

DOCUMENTS, QUEUED, QUERIES = 40, 12, 80
PIECES = (
    *("数据", "据出", "出境", "数", "境", "安全", "中国", "国中", "的", "AI", "ai5G", "ChatGPT"),
    *("2024", "20", "024年", "12", "７", "（一）", "〔2024〕", "、", "，", "GB/T", "10086", "x"),
)
BODIES = ("财政部", "数据局", "示例省数据局", "AI办")
REGIONS = ("CN", "CN-44", "CN-4401", "CN-11", None)

Holds = Callable[[DocumentRecord], bool]


def texts(dice: random.Random, count: int) -> str:
    return "".join(dice.choices(PIECES, k=count))


def documents(dice: random.Random, source: int) -> list[DocumentRecord]:
    return [
        record(
            source,
            f"https://sample.gov.cn/{number}",
            text=f"{texts(dice, dice.randrange(3, 30))}。",
            title=f"关于{texts(dice, dice.randrange(1, 4))}的通知",
            publisher=dice.choice(BODIES),
            issuer=dice.choice((*BODIES, None)),
            issuing_bodies=tuple(dice.sample(BODIES, dice.randrange(3))),
            doc_number=dice.choice((f"数发〔{2020 + number % 6}〕{number}号", None)),
            region=dice.choice(REGIONS),
            published_on=dice.choice((date(2023, 1, 1) + timedelta(days=31 * number), None)),
        )
        for number in range(DOCUMENTS)
    ]


def whole(row: DocumentRecord) -> str:
    parts = (row.title, row.doc_number, row.publisher, *row.issuing_bodies, row.body_text)
    return compare_text("\x00".join(part or "" for part in parts))


def day(row: DocumentRecord) -> date:
    return row.published_on or NOW.date()


def condition(dice: random.Random, row: DocumentRecord) -> tuple[str, Holds]:
    """A phrase of a document, sometimes a made one, or a condition on a column."""
    kind = dice.randrange(10)
    if kind == 0:
        name = dice.choice(("数据局", "AI", "省", "财政", "海关"))
        return f"issuer:{name}", lambda row: any(
            name in (body or "") for body in (row.publisher, row.issuer, *row.issuing_bodies)
        )
    if kind == 1:
        code = dice.choice(("CN", "CN-44", "CN-4", "CN-4401", "US"))
        return f"region:{code}", lambda row: (row.region or "").startswith(code)
    if kind == 2:
        part = dice.choice(("2024", "数发", "2", "〕1", "发〔2025〕", "99", "2号", "〔2025〕5号"))
        return f"number:{part}", lambda row: part in (row.doc_number or "")
    if kind == 3:
        limit = date(2021, 5, 31) + timedelta(days=dice.randrange(2600))
        if dice.random() < 0.5:
            return f"after:{limit}", lambda row: day(row) >= limit
        return f"before:{limit}", lambda row: day(row) <= limit
    text = whole(row).strip("\x00") if kind < 9 else compare_text(texts(dice, 4))
    start = dice.randrange(len(text))
    phrase = text[start : start + dice.choice((1, 2, 2, 3, 4, 5, 8))].partition("\x00")[0]
    if not any(character.isalnum() for character in phrase):
        phrase = "数据"
    return f'"{phrase}"', lambda row: phrase in whole(row)


def query(dice: random.Random, rows: list[DocumentRecord]) -> tuple[str, Holds]:
    one, first = condition(dice, dice.choice(rows))
    shape = dice.randrange(6)
    if shape < 2:
        return one, first
    other, second = condition(dice, dice.choice(rows))
    if shape == 2:
        return f"{one} OR {other}", lambda row: first(row) or second(row)
    if shape == 3:
        return f"{one} NOT {other}", lambda row: first(row) and not second(row)
    if shape == 4:
        return f"{one} {other}", lambda row: first(row) and second(row)
    third, last = condition(dice, dice.choice(rows))
    return (
        f"({one} OR {other}) {third}",
        lambda row: (first(row) or second(row)) and last(row),
    )


def test_searches_find_exactly_what_a_scan_finds(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_frequency, "LARGE", 1)  # as in a large database
    monkeypatch.setattr(search_read, "WALK", 9)
    dice = random.Random(20261120)  # noqa: S311 - the same searches every time
    with database.writer() as session:
        rows = documents(dice, add_source(session))
        ids = []
        for place, row in enumerate(rows):
            if place == DOCUMENTS - QUEUED:
                assert flush_index(session) == DOCUMENTS - QUEUED
            ids.append(save_document(session, row, now=NOW).document_id)
    newest = list(zip(ids, rows, strict=True))[::-1]
    found_any = 0
    with database.reader() as session:
        for number in range(QUERIES):
            text, holds = query(dice, rows)
            wanted = [key for key, row in newest if holds(row)]
            assert [hit.document_id for hit in search(session, text, limit=60)] == wanted, text
            if number % 3 == 0:
                top = [hit.document_id for hit in search(session, text, limit=3)]
                assert top == wanted[:3], text
            elif number % 3 == 1:
                assert count_matches(session, text) == len(wanted), text
            found_any += bool(wanted)
        assert QUERIES // 3 < found_any < QUERIES  # both kinds of answers occur
        here = DocumentFilter(region="CN-44", since=date(2023, 6, 1), issuer="数据")
        wanted = [
            key
            for key, row in newest
            if (row.region or "").startswith("CN-44") and day(row) >= date(2023, 6, 1)
            and any("数据" in (b or "") for b in (row.publisher, row.issuer, *row.issuing_bodies))
            and "数据" in whole(row)
        ]  # fmt: skip
        assert [hit.document_id for hit in search(session, "数据", filters=here)] == wanted
