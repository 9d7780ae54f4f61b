"""Search: exact in Chinese, fields, operators, order, snippets."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select, update

from storage import search_frequency
from storage.documents import DocumentFilter, count_documents, list_documents, save_document
from storage.engine import Database
from storage.errors import IndexOutdated
from storage.index_queue import FLUSH_AT, flush_index
from storage.models import IndexQueue, SchemaMeta
from storage.query import QueryError, parse_query
from storage.search import count_matches, reindex, require_index, search
from storage.tokens import fold
from tests.storage.samples import NOW, add_source, record

TEXTS = {
    1: ("关于完善医保支付的通知", "各地要做好社保、医保衔接，推进DRG付费。" * 3),
    2: ("数据出境安全评估办法", "规范数据出境活动，保护个人信息权益，维护国家安全。" * 3),
    3: ("AI governance framework", "The regulator sets rules for ChatGPT and 5G social networks."),
    4: ("算力基础设施行动计划", "到2027年，智能算力占比达到35%。社会保险另行规定。" * 3),
    5: ("国务院文件汇编", "依据国发〔2024〕12号和GB/T 35273-2020，全面推进。出境数据须安全。"),
}


def fill(database: Database, *, indexed: bool) -> None:
    """Documents 1 to 5, moved into the index or still waiting in the queue."""
    with database.writer() as session:
        source = add_source(session)
        for number, (title, body) in TEXTS.items():
            url = f"https://sample.gov.cn/{number}"
            more: dict[str, Any] = {"doc_number": "财办〔2026〕3号" if number == 4 else None}
            more["published_on"] = date(2026, number, 1)
            more["publisher"] = "财政部" if number == 4 else "示例部"
            save_document(session, record(source, url, title=title, text=body, **more), now=NOW)
        if indexed:
            assert flush_index(session) == len(TEXTS)


@pytest.mark.parametrize("indexed", [True, False], ids=["indexed", "queued"])
def test_query_language(database: Database, indexed: bool) -> None:
    fill(database, indexed=indexed)
    expected = {
        "医保": [1],
        "社": [4, 1],
        "保": [4, 2, 1],
        "数据出境": [2],
        "出境 数据": [5, 2],
        "医保 OR 算力": [4, 1],
        "医保|算力": [4, 1],
        "数据 NOT 办法": [5],
        "数据 -个人信息": [5],
        "(医保 OR 算力) 2027": [4],
        '"social networks"': [3],
        '"networks social"': [],
        "chatgpt": [3],
        "GPT": [3],
        "ＣｈａｔＧＰＴ": [3],
        "5g": [3],
        "35": [5, 4],
        "国发[2024]12号": [5],
        "国发（2024）12号": [5],
        "国发〔2024〕 12号": [5],
        '"国发〔2024〕 12 号"': [5],
        "number:财办[2026]3号": [4],
        "number:2026": [4],
        "财办(2026)3号": [4],
        "GB/T 35273": [5],
        "issuer:财政": [4],
        "-issuer:财政 社": [1],
        "after:2026-04 社 OR after:2026-05": [5, 4],
        "before:2026-02": [2, 1],
        "after:2026-02-01 before:2026-03-01": [3, 2],
        "title:数据": [2],
        "source:cn-sample 算力": [4],
        "source:elsewhere 算力": [],
        "NOT 数据": [4, 3, 1],
        "社保、医保": [1],
        "社保医保": [],
        "没有这个词": [],
        "\ufffd医保\ufffd OR 医保": [1],
    }
    with database.reader() as session:
        found = {query: [hit.document_id for hit in search(session, query)] for query in expected}
        assert found == expected
        counts = {query: count_matches(session, query) for query in expected}
        assert counts == {query: len(hits) for query, hits in expected.items()}
        for query, hits in expected.items():
            ranked = search(session, query, order="relevance")
            assert {hit.document_id for hit in ranked} == set(hits), query


@pytest.mark.parametrize("indexed", [True, False], ids=["indexed", "queued"])
def test_any_part_of_a_number_is_found(database: Database, indexed: bool) -> None:
    fill(database, indexed=indexed)
    expected = {"3号": [4], "〔2026〕3号": [4], "办(2026)3号": [4], "13号": [], "〔2025〕3号": []}
    with database.reader() as session:
        for part, ids in expected.items():
            found = [hit.document_id for hit in search(session, f"number:{part}")]
            assert found == ids, part


def test_every_substring_finds_exactly_the_texts_that_hold_it(database: Database) -> None:
    fill(database, indexed=True)
    whole = {number: "\0".join(map(fold, texts)) for number, texts in TEXTS.items()}
    phrases = set()
    for (title, body), length in product(TEXTS.values(), (1, 2, 3, 7)):
        for text in (fold(title), fold(body)[:50]):
            phrases |= {text[at : at + length] for at in range(0, len(text) - length, 5)}
    phrases = {p.strip() for p in phrases if any(c.isalnum() for c in p)}
    with database.reader() as session:
        for phrase in sorted(phrases):
            expected = {number for number, text in whole.items() if phrase in text}
            found = {hit.document_id for hit in search(session, f'"{phrase}"')}
            assert found & set(TEXTS) >= expected, phrase
            assert all(
                phrase in whole[number] or phrase in fold("示例部 财政部 财办〔2026〕3号")
                for number in found
            ), phrase


def test_hits_are_segments_with_the_words_marked(database: Database) -> None:
    fill(database, indexed=True)
    with database.reader() as session:
        hit = search(session, "数据出境")[0]
        assert [segment.text for segment in hit.title if segment.hit] == ["数据出境"]
        assert "".join(segment.text for segment in hit.title) == TEXTS[2][0]
        assert next(s.text for s in hit.snippet if s.hit) == "数据出境"
        wide = search(session, "chatgpt")[0]
        assert [s.text for s in wide.snippet if s.hit] == ["ChatGPT"]


def test_title_hits_come_first_when_ranked(database: Database) -> None:
    with database.writer() as session:
        source = add_source(session)
        for number, title in enumerate(("算力券管理办法", "其他通知", "又一通知"), start=1):
            text = f"第{number}条 关于算力的规定。" * 5
            url = f"https://sample.gov.cn/{number}"
            save_document(session, record(source, url, title=title, text=text), now=NOW)
        assert [hit.document_id for hit in search(session, "算力")] == [3, 2, 1]
        assert search(session, "算力", order="relevance")[0].document_id == 1


def test_paging_meets_queue_and_index_in_one_order(database: Database) -> None:
    with database.writer() as session:
        source = add_source(session)
        for number in range(1, FLUSH_AT + 20):
            text = f"第{number}份 数据与安全的规定。"
            url = f"https://sample.gov.cn/{number}"
            save_document(session, record(source, url, text=text), now=NOW)
            if number == 5:
                flush_index(session)
        # One of the indexed documents changes and waits again.
        again = record(source, "https://sample.gov.cn/3", text="第3份 数据与安全的新规定。")
        assert save_document(session, again, now=NOW).outcome == "changed"
    last = FLUSH_AT + 19
    with database.reader() as session:
        assert 0 < len(session.scalars(select(IndexQueue.document_id)).all()) < FLUSH_AT
        for query in ("安全", "数据与安全"):
            pages = [
                [hit.document_id for hit in search(session, query, limit=30, offset=offset)]
                for offset in range(0, last, 30)
            ]
            assert [found for page in pages for found in page] == list(range(last, 0, -1))
            assert count_matches(session, query) == last
        assert [hit.document_id for hit in search(session, "新规定")] == [3]
        rows = list_documents(session, filters=DocumentFilter(query="新规定"), limit=5)
        assert [segment.text for segment in rows[0].snippet if segment.hit] == ["新规定"]


def test_words_that_most_or_few_texts_hold_are_found_in_queue_and_index(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_frequency, "LARGE", 1)  # as in a large database
    last = FLUSH_AT + 40
    with database.writer() as session:
        source = add_source(session)
        for number in range(1, last + 1):
            few = "，含AI与第10086号" if number % 13 == 0 else ""
            text = f"第{number}份 2024年有关数据与安全的规定{few}。"
            url = f"https://sample.gov.cn/{number}"
            save_document(session, record(source, url, text=text), now=NOW)
        again = record(
            source, "https://sample.gov.cn/5", text="第5份 2024年有关数据与安全的新规定。"
        )
        save_document(session, again, now=NOW)
    every, some = list(range(last, 0, -1)), list(range(last // 13 * 13, 0, -13))
    without = [number for number in every if number % 13]
    expected = {
        **dict.fromkeys(("2024", "202", "024年有关", "2024年有关数据与安全的"), every),
        **dict.fromkeys(("AI", "AI 2024", "10086", "AI与第10086号", "第10086号"), some),
        **dict.fromkeys(("2024年 -AI", "数据 NOT 10086"), without),
        "2024 NOT (数据 NOT AI)": some,
        "有关数据与安全的规定，含AI与第10086号": some,
        **dict.fromkeys(("2024与安全", "202年", "0086与"), ()),
    }
    with database.reader() as session:
        assert 0 < len(session.scalars(select(IndexQueue.document_id)).all()) < FLUSH_AT
        for query, hits in expected.items():
            found = [
                hit.document_id
                for offset in range(0, max(len(hits), 1), 25)
                for hit in search(session, query, limit=25, offset=offset)
            ]
            assert found == list(hits), query
            assert count_matches(session, query) == len(hits), query


def test_changed_text_is_found_by_its_new_words_only(database: Database) -> None:
    fill(database, indexed=True)
    with database.writer() as session:
        new = record(1, "https://sample.gov.cn/2", title="新标题", text="完全不同的内容。" * 20)
        assert save_document(session, new, now=NOW).outcome == "changed"
        for moved in (0, 1):
            assert flush_index(session) == 1 - moved
            assert [hit.document_id for hit in search(session, "完全不同")] == [2]
            assert [hit.document_id for hit in search(session, "出境")] == [5]


def test_reindex_builds_the_same_index(database: Database) -> None:
    fill(database, indexed=False)
    with database.writer() as session:
        session.execute(update(SchemaMeta).values(value="0"))
        with pytest.raises(IndexOutdated, match="dibao db upgrade"):
            require_index(session)
    with database.writer() as session:
        assert list(reindex(session, batch=2)) == [(2, 5), (4, 5), (5, 5)]
    with database.reader() as session:
        require_index(session)
        assert [hit.document_id for hit in search(session, "医保")] == [1]
        assert count_documents(session, filters=DocumentFilter(query="数据")) == 2


@pytest.mark.parametrize(
    "query",
    ["", "   ", "、。", "(医保", "医保)", '"医保', "医保 AND", "OR 医保", "after:昨天", "issuer:",
     "after:2026-13-01", "NOT", "()", "(" * 60 + "医保" + ")" * 60, "医保 " * 500, "title:、"],
)  # fmt: skip
def test_bad_queries_say_what_to_change(query: str) -> None:
    with pytest.raises(QueryError, match="/"):
        parse_query(query)


HOSTILE = [
    "'; drop table document; --",
    "医保'",
    "a* OR b",
    "NEAR(医保 社保)",
    "col:医保",
    "%",
    "x\x00y",
    "😀医保",
    "\\",
    "^医保",
    "医保:*",
    "tokens : 医保",
    "{医保}",
    "a" * 5000,
    "中" * 5000,
]


def test_hostile_queries_are_only_text(database: Database) -> None:
    fill(database, indexed=True)
    for query in HOSTILE:
        with database.reader() as session:
            try:
                search(session, query)
            except QueryError:
                continue
            search(session, query, order="relevance")


def test_parser_keeps_brackets_inside_words() -> None:
    assert parse_query("国发(2024)12号") == parse_query('"国发(2024)12号"')
    assert parse_query("a b OR c") == parse_query("(a AND b) OR (c)")
