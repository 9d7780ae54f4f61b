"""Days and numbers of documents from abroad."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.dates import find_dates
from pipelines.fields.eastasian import find_eastasian_effective
from pipelines.fields.english import (
    find_english_effective,
    find_english_expiry,
    find_english_written,
)
from pipelines.fields.numbering import find_number

JOURNAL = "shall enter into force on the twentieth day following that of its publication in the"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("DATES: This rule is effective August 1, 2025.", date(2025, 8, 1)),
        ("DATES: Comments should be received on or before June 16, 2025.", None),
        ("This rule is effective 60 days after publication.", date(2025, 6, 30)),
        (
            f"OJ L 333, 27.12.2022, p. 80\nThis Directive {JOURNAL} Official Journal.",
            date(2023, 1, 16),
        ),
        (f"This Directive {JOURNAL} Official Journal.", None),
        ("Coming into force - 1st July 2025", date(2025, 7, 1)),
    ],
)
def test_first_day_in_force_in_english(text: str, day: date | None) -> None:
    found = find_english_effective(
        text, dates=find_dates(text, lang="en"), published_on=date(2025, 5, 1)
    )
    assert (found.value if found else None) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("This order is effective today and shall expire on December 31, 2026.",
         date(2026, 12, 31)),
        ("This Notice ceases to have effect at the end of 30 June 2027.", date(2027, 6, 30)),
        ("This instrument is repealed on 1 July 2027.", date(2027, 6, 30)),
        ("This order expires at the end of the 30th day of June 2027.", date(2027, 6, 30)),
        ("The offer of the bank expires on 30 June 2027.", None),
    ],
)  # fmt: skip
def test_last_day_in_force_in_english(text: str, day: date | None) -> None:
    found = find_english_expiry(text, dates=find_dates(text, lang="en"))
    assert (found.value if found else None) == day


@pytest.mark.parametrize(
    "text",
    ["Done at Brussels, 13 June 2024.", "THE WHITE HOUSE,\nJune 13, 2024.", "Made 13th June 2024"],
)
def test_day_of_signature_in_english(text: str) -> None:
    found = find_english_written(text, dates=find_dates(text, lang="en"))
    assert found is not None
    assert found.value == date(2024, 6, 13)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("ja", "この法律は、令和7年10月1日から施行する。"),
        ("ko", "이 법은 2025년 10월 1일부터 시행한다."),
    ],
)
def test_first_day_in_force_of_the_neighbours(lang: str, text: str) -> None:
    found = find_eastasian_effective(text, dates=find_dates(text, lang=lang))
    assert found is not None
    assert found.value == date(2025, 10, 1)


@pytest.mark.parametrize(
    ("title", "text", "number"),
    [
        ("Regulation (EU) 2024/1689 of the European Parliament and of the Council", "",
         "Regulation (EU) 2024/1689"),
        ("COMMISSION DELEGATED REGULATION (EU) 2025/420 of 16 December 2024", "",
         "Delegated Regulation (EU) 2025/420"),
        ("New rule", "17 CFR Part 240\n[Release No. 34-102845; File No. S7-2025-04]",
         "Release No. 34-102845"),
        ("AI", "Executive Order 14179 of January 23, 2025", "Executive Order 14179"),
        ("Final rule", "text\n[FR Doc. 2025-08765 Filed 5-15-25; 8:45 am]",
         "FR Doc. 2025-08765"),
        ("What Regulation (EU) 2024/1689 means for banks", "It amends Executive Order 14110.",
         None),
    ],
)  # fmt: skip
def test_numbers_in_english(title: str, text: str, number: str | None) -> None:
    found = find_number(
        title, table=None, listed=None, head=None, areas=(("body", text),), chinese=False
    )
    assert (found.value if found else None) == number


@pytest.mark.parametrize(
    ("title", "text", "number"),
    [
        ("关于印发办法的通知（浙财科教〔2025〕14号）", "各市：", "浙财科教〔2025〕14号"),
        ("关于转发某办法的通知（浙财科教〔2025〕14号）", "各市：", None),
        ("国家药监局关于发布指导原则的通告（2021年第47号）", "", "国家药监局通告2021年第47号"),
        ("令", "發文字號：金管銀國字第11402720001號", "金管銀國字第11402720001號"),
        ("第7/2025號行政法規 修改《規章》", "", "第7/2025號行政法規"),
    ],
)
def test_numbers_in_titles_and_beyond_the_mainland(
    title: str, text: str, number: str | None
) -> None:
    found = find_number(title, table=None, listed=None, head=None, areas=(("body", text),))
    assert (found.value if found else None) == number
