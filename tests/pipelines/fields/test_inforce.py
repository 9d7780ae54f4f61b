"""The first day in force of laws: history under the title, closing article, amendment."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pipelines.items import CleanPage, Hints
from pipelines.metadata import extract_metadata

CLOSING = "第一条 为了推进工作，制定本条例。\n第四十条 本条例自2013年5月1日起施行。"
FIRST = "2012年12月27日 示例市第十三届人民代表大会常务委员会第三十七次会议通过\n"


def read(text: str, *, listed: str | None = None, title: str = "示例市湿地条例") -> date | None:
    page = CleanPage(title, "", text)
    seen = datetime(2026, 11, 1, tzinfo=UTC)
    return extract_metadata(page, hints=Hints(date_text=listed), fetched_at=seen).effective_on


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("（2020年3月2日示例市人民政府令第206号公布 自2020年5月1日起施行）\n", date(2020, 5, 1)),
        ("2012年12月27日通过\n2013年1月5日公布\n2013年3月1日 施行\n", date(2013, 3, 1)),
        (
            "（2024年1月8日最高人民法院审判委员会第1911次会议、2024年2月22日最高人民检察院第十四届"
            "检察委员会第二十五次会议通过，自2024年3月20日起施行）\n",
            date(2024, 3, 20),
        ),
        (FIRST, date(2013, 5, 1)),
    ],
)
def test_the_history_names_the_day(head: str, expected: date) -> None:
    assert read(head + CLOSING) == expected


def test_an_amended_text_does_not_have_the_day_of_its_first_form() -> None:
    later = "2019年7月26日示例市人民代表大会常务委员会《关于修改〈示例市湿地条例〉的决定》修正\n"
    assert read(FIRST + later + CLOSING) is None


def test_a_row_of_a_later_version_hides_the_day_of_the_first() -> None:
    assert read(FIRST + CLOSING, listed="2013-01-05") == date(2013, 5, 1)
    assert read(FIRST + CLOSING, listed="2019-07-26") is None


def test_national_laws_are_promulgated_on_the_day_of_their_adoption() -> None:
    text = (
        "（2018年3月20日第十三届全国人民代表大会第一次会议通过）\n第一条 为了推进工作，制定本法。\n"
        "第六十九条 本法自公布之日起施行。"
    )
    found = read(text, listed="2018-04-28", title="中华人民共和国示例法")
    assert found == date(2018, 3, 20)
