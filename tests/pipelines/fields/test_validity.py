"""Whether a document is in force, by its table, by notices and by its days."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.fields.validity import Validity, find_validity, repeals, state_of

TODAY = date(2026, 11, 20)
TEXT = (
    "各部门：\n为规范示例工作，制定本办法。\n第一条 各单位应当遵守。\n本办法自2024年5月1日起施行。"
)


def read(
    *,
    table: dict[str, str] | None = None,
    title: str = "示例管理办法",
    head: str = "",
    text: str = TEXT,
    effective_on: date | None = None,
    expires_on: date | None = None,
) -> Validity | None:
    return find_validity(
        table or {},
        title=title,
        head=head,
        text=text,
        effective_on=effective_on,
        expires_on=expires_on,
        today=TODAY,
    )


def state(found: Validity | None) -> str | None:
    return found.state if found else None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("有效", "有效"),
        ("现行有效", "有效"),
        ("是", "有效"),
        ("已废止", "已废止"),
        ("失效", "已废止"),
        ("无效", "已废止"),
        ("否", "已废止"),
        ("部分失效", "已修改"),
        ("已被修改", "已修改"),
        ("尚未生效", "尚未生效"),
        ("有效期至2027年12月31日", None),
        ("", None),
        ("长期", None),
    ],
)
def test_words_of_tables(value: str, expected: str | None) -> None:
    assert state_of(value) == expected


def test_the_table_names_the_document_that_repealed_it() -> None:
    found = read(
        table={"时效性": "已被《示例市人民政府关于废止部分文件的决定》（示府发〔2025〕3号）废止"}
    )
    assert found is not None
    assert (found.state, found.by, found.place) == (
        "已废止",
        "《示例市人民政府关于废止部分文件的决定》（示府发〔2025〕3号）",
        "table",
    )


@pytest.mark.parametrize(
    ("line", "expected", "by"),
    [
        ("【已废止】", "已废止", None),
        ("（本文件已废止）", "已废止", None),
        ("此件已失效", "已废止", None),
        (
            "本文件已被《示例办法》（示发〔2025〕1号）废止",
            "已废止",
            "《示例办法》（示发〔2025〕1号）",
        ),
        ("根据《示例清理决定》，本通知自2025年1月1日起失效。", "已废止", "《示例清理决定》"),
        ("注：本办法已被《示例修改决定》修改", "已修改", "《示例修改决定》"),
        ("【部分废止】", "已修改", None),
    ],
)
def test_notices_on_the_page(line: str, expected: str, by: str | None) -> None:
    for found in (read(head=line), read(text=f"{line}\n{TEXT}"), read(text=f"{TEXT}\n{line}")):
        assert found is not None
        assert (found.state, found.by) == (expected, by)


def test_a_title_that_says_so() -> None:
    found = read(title="示例管理办法（已废止）")
    assert found is not None
    assert found.state == "已废止"


@pytest.mark.parametrize(
    "text",
    [
        TEXT + "《示例暂行办法》同时废止。",
        "现决定废止《示例办法》。\n" + TEXT,
        "有关部门清理发现，该市原办法已失效，应当重新制定。\n" + TEXT,
        TEXT.replace("2024年5月1日起施行", "发布之日起施行，有效期五年，期满自行失效"),
    ],
)
def test_what_happens_to_other_documents_says_nothing(text: str) -> None:
    assert read(text=text) is None
    assert read(title="关于废止《示例办法》的决定", text=text) is None


def test_days_decide_where_nothing_is_stated() -> None:
    assert read() is None
    assert read(effective_on=date(2024, 5, 1)) is None, "in force is never assumed"
    pending = read(effective_on=date(2027, 1, 1))
    assert state(pending) == "尚未生效"
    over = read(effective_on=date(2020, 1, 1), expires_on=date(2025, 1, 1))
    assert over is not None
    assert (over.state, over.on) == ("已废止", date(2025, 1, 1))
    running = read(effective_on=date(2024, 5, 1), expires_on=date(2029, 4, 30))
    assert state(running) == "有效"


def test_a_table_that_prints_in_force_for_everything_does_not_outweigh_the_days() -> None:
    pending = read(table={"有效性": "有效"}, effective_on=date(2027, 1, 1))
    assert state(pending) == "尚未生效"
    now = read(
        table={"有效性": "未生效"}, effective_on=date(2024, 1, 1), expires_on=date(2030, 1, 1)
    )
    assert state(now) == "有效"
    stated = read(table={"有效性": "有效"})
    assert stated is not None
    assert (stated.state, stated.rule) == ("有效", "table:有效性")


def test_documents_that_a_text_repeals() -> None:
    text = "本办法自2024年5月1日起施行。《示例甲办法》（示发〔2019〕1号）、《示例乙规定》同时废止。"
    found = repeals(text)
    assert [(e.title, e.number) for e in found] == [
        ("《示例甲办法》", "示发〔2019〕1号"),
        ("《示例乙规定》", None),
    ]
    assert text[found[0].start :].startswith("《示例甲办法》")
    assert repeals("根据《示例法》制定本办法。") == ()


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("【全文废止】本文件已被《示例决定》（示发〔2022〕9号）废止", "已废止"),
        ("此文件已于2020年12月31日失效", "已废止"),
        ("（注：本文件第三条已被示发〔2021〕5号文件修改）", "已修改"),
        ("注释：本法规已被《示例条例》（2022年1月1日施行）宣布失效", "已废止"),
        ("本文件已被《关于废止部分文件的决定》废止", "已废止"),
    ],
)
def test_notes_on_what_became_of_a_text(note: str, expected: str) -> None:
    assert state(read(text=f"{note}\n{TEXT}")) == expected
