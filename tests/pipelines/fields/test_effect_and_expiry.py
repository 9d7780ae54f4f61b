"""First and last day in force as texts say them, histories of laws."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.dates import find_dates
from pipelines.fields.effect import find_effective
from pipelines.fields.english import find_english_effective
from pipelines.fields.expiry import find_expiry
from pipelines.fields.lawheader import amended_in_force, history
from tests.pipelines.test_metadata import page, read


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("本办法自2024年1月1日起施行。", date(2024, 1, 1)),
        ("本规定自公布之日起施行。", date(2023, 8, 5)),
        ("本通知自印发之日起30日后施行。", date(2023, 8, 31)),
        ("自发布之日起满三个月施行", date(2023, 11, 5)),
        ("2019年1月1日起施行的《旧办法》同时废止。", None),
        ("近日施行", None),
        ("依据《某法》作出罚款。该法自2021年9月1日起施行。", None),
        ("根据《某办法》（自2023年5月1日起施行）公布名单。", None),
        ("本规定自公布之日起一年后施行。", date(2024, 8, 5)),
        ("本规定自公布之日起九九九九九年后施行。", None),
        ("本指引自印发之日起即行生效。", date(2023, 8, 1)),
        ("本通知自即日起执行。", date(2023, 8, 1)),
        ("本行政法規自公佈翌日起生效。", date(2023, 8, 6)),
        ("本辦法自中華民國一百十二年九月一日施行。", date(2023, 9, 1)),
        ("《某规定》将于今年10月1日起施行。", date(2023, 10, 1)),
        ("新修订的条例自明年1月1日起施行。", date(2024, 1, 1)),
        ("《某规定》自9月1日起施行。", date(2023, 9, 1)),
        ("供暖价格自2月1日起执行。", None),
        ("自2026年1月1日起，《某条例》正式施行。", date(2026, 1, 1)),
        ("《某条例》9月1日起施行。", date(2023, 9, 1)),
        ("《某办法》自2024年5月1日起施行，《某规定》自2024年6月1日起施行。", None),
        ("《某办法》2022年7月1日起实施以来，投诉下降。", None),
        ("去年7月1日起施行的《某办法》成效明显。", None),
        ("项目执行期限：2024年1月1日至2025年12月31日。", None),
        ("双方签署的框架协议自2024年3月1日起生效。", None),
        ("上述任命自2024年3月1日起生效。", None),
        ("补贴执行期为2023年1月1日至2023年12月31日。本通知自印发之日起执行。", date(2023, 8, 1)),
    ],
)
def test_first_day_in_force(text: str, day: date | None) -> None:
    found = find_effective(text, written_on=date(2023, 8, 1), published_on=date(2023, 8, 5))
    assert (found.value if found else None) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("It shall apply from 17 January 2025.", date(2025, 1, 17)),
        ("Regulation (EU) 2023/2854 applies from 12 September 2025.", date(2025, 9, 12)),
        ("This title shall be operative January 1, 2020.", date(2020, 1, 1)),
        (
            "1. These Regulations may be cited as the Transfers (Amendment) (No. 2) Regulations"
            " 2022 and, subject to paragraph (2), come into force on 1st September 2022.",
            date(2022, 9, 1),
        ),
        ("The Payment Services Act 2019 comes into operation on 28 January 2020.",
         date(2020, 1, 28)),
        ("However, Chapters I and II shall apply from 2 February 2025.", None),
        ("The meeting was held on 2 February 2025.", None),
    ],
)  # fmt: skip
def test_english_texts_say_from_when_they_apply(text: str, day: date | None) -> None:
    found = find_english_effective(text, dates=find_dates(text, lang="en"))
    assert (found.value if found else None) == day


def test_a_relative_day_without_its_base_is_unknown() -> None:
    assert find_effective("本办法自公布之日起施行。") is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("有效期至2026年12月31日。", date(2026, 12, 31)),
        ("有效期为三年。", date(2026, 12, 31)),
        ("试行2年。", date(2025, 12, 31)),
        ("自2024年1月1日零时起施行，至2025年3月2日止。", date(2025, 3, 2)),
        ("报名自2024年3月1日起至3月5日止。", None),
        ("保质期5年", None),
        ("证书有效期为三年。", None),
        ("新产品试行一年后评估。", None),
        ("评估结果有效期为2年。", None),
        ("本办法自印发之日起施行，有效期3年。", date(2026, 12, 31)),
        ("本办法暂行一年。", date(2024, 12, 31)),
        ("有效期与《某规划》一致，至2027年12月31日。", date(2027, 12, 31)),
        ("政策执行期为2024年2月1日至6月30日。", date(2024, 6, 30)),
        ("有效期至2026年年底。", date(2026, 12, 31)),
        ("有效期至2026年6月底。", date(2026, 6, 30)),
        ("有效期至2026年末。", date(2026, 12, 31)),
        ("试行期至2026年12月31日。", date(2026, 12, 31)),
        ("上述企业许可证有效期至2030年4月6日。", None),
        ("项目执行期限：2024年1月1日至2025年12月31日。", None),
    ],
)
def test_last_day_in_force(text: str, day: date | None) -> None:
    found = find_expiry(text, effective_on=date(2024, 1, 1))
    assert (found.value if found else None) == day


def test_law_history_gives_adopter_and_version() -> None:
    head = (
        "2009年9月28日 浙江省第十一届人民代表大会常务委员会第十三次会议通过\n"
        "2021年9月29日 浙江省第十三届人民代表大会常务委员会第三十一次会议"
        "《关于修改〈甲条例〉等七件地方性法规的决定》修正\n"
    )
    found = read(
        page("浙江省乙条例", head + "第一条 制定本条例。\n第九条 本条例自2010年1月1日起施行。")
    )
    assert found.issuing_bodies == ("浙江省人民代表大会常务委员会",)
    assert found.effective_on == date(2021, 9, 29)
    events = history(head)
    assert [event.act for event in events] == ["通过", "修正"]
    assert amended_in_force(events, date(2021, 10, 8)) == date(2021, 10, 8)


def test_an_amended_version_of_unknown_day_stays_unknown() -> None:
    head = (
        "2012年4月19日 上海市第十三届人民代表大会常务委员会第三十三次会议通过\n"
        "2018年5月24日 上海市第十五届人民代表大会常务委员会第四次会议"
        "《关于修改本市部分地方性法规的决定》修正\n"
    )
    found = read(page("上海市某条例", head + "第九条 本条例自2012年7月15日起施行。"))
    assert found.effective_on is None


@pytest.mark.parametrize(
    "text",
    [
        "本通知有效期自2024年4月1日至2026年3月31日。",
        "政策执行期限为2024年4月1日至2026年3月31日。",
        "有效期：2024年4月1日起至2026年3月31日。",
    ],
)
def test_a_period_names_its_first_and_last_day(text: str) -> None:
    first, last = find_effective(text), find_expiry(text)
    assert first is not None
    assert last is not None
    assert (first.value, last.value) == (date(2024, 4, 1), date(2026, 3, 31))
    assert text[first.start :].startswith(first.span)
