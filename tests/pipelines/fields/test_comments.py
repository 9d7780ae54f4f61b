"""Until when comments are welcome: stated days, ranges, terms; what is no such day."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.dates import find_dates
from pipelines.fields.comments import find_comment_deadline
from pipelines.fields.terms import Term

PUBLISHED = date(2024, 3, 5)


def read(text: str, *, title: str = "关于公开征求意见的公告", lang: str = "zh") -> Term | None:
    return find_comment_deadline(
        text, title=title, lang=lang, dates=find_dates(text, lang=lang), published_on=PUBLISHED
    )


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("意见反馈截止时间为2024年4月5日。", date(2024, 4, 5)),
        ("公众可以在2024年4月5日前反馈意见", date(2024, 4, 5)),
        ("征求意见时间为2024年3月5日至4月4日。", date(2024, 4, 4)),
        ("征求意见时间为2024年3月5日（周二）至19日。", date(2024, 3, 19)),
        ("请于4月5日前将意见反馈至我局", date(2024, 4, 5)),
        ("请于2024年4月5日17:00前将意见反馈至我局", date(2024, 4, 5)),
        ("请于本月25日前反馈意见", date(2024, 3, 25)),
        ("请于下月10日前反馈意见", date(2024, 4, 10)),
        ("自公布之日起30日内反馈意见", date(2024, 4, 4)),
        ("征求意见期为30天。", date(2024, 4, 4)),
        ("现公开征求意见，为期一个月。", date(2024, 4, 5)),
        ("反馈意见时间截至2024年4月底。", date(2024, 4, 30)),
        ("即日起至2024年4月5日止，欢迎提出意见。", date(2024, 4, 5)),
        ("意见征求至2024年4月5日。附件：本规范自2024年9月1日起施行。", date(2024, 4, 5)),
        ("定于2024年3月20日召开听证会。书面意见请于2024年4月5日前寄出。", date(2024, 4, 5)),
        ("草案曾于2023年9月1日至9月30日公开征求意见。", None),
        ("截至2024年3月15日，共收到意见120条。", None),
        ("现公开征求意见。本规范于2024年9月1日起施行。", None),
        ("请于收到本通知之日起10日内反馈意见。", None),
        ("征求意见稿共五章。", None),
    ],
)
def test_comment_deadlines(text: str, day: date | None) -> None:
    found = read(text)
    assert (found.value if found else None) == day
    assert found is None or (found.span in text and text[found.start :].startswith(found.span[:1]))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Comments must be received by 11:59 p.m. (ET) on April 5, 2024.", date(2024, 4, 5)),
        ("Written comments are due within 60 days of publication.", date(2024, 5, 4)),
        ("There will be a 30-day comment period.", date(2024, 4, 4)),
        ("Comments are due sixty (60) days after the date of publication.", date(2024, 5, 4)),
        ("Feedback period: 6 March 2024 - 3 April 2024 (midnight)", date(2024, 4, 3)),
        ("This consultation is open from 6 March to 3 April 2024.", date(2024, 4, 3)),
        ("Comments are due on [insert date 60 days after date of publication].", None),
        ("The rule is effective 60 days after publication, unless we receive comments.", None),
        ("Officials declined to comment before the vote due on April 5, 2024.", None),
        ("The board will meet on April 5, 2024 to discuss comments.", None),
    ],
)
def test_comment_deadlines_in_english(text: str, day: date | None) -> None:
    found = read(text, title="Proposed rule", lang="en")
    assert (found.value if found else None) == day


@pytest.mark.parametrize(
    ("lang", "title", "text"),
    [
        (
            "ja",
            "（案）に関する意見募集",
            "意見募集期間は、令和6年3月5日から令和6年4月5日（金）までです。",
        ),
        (
            "ko",
            "시행령 입법예고",
            "의견이 있는 단체는 2024년 4월 5일까지 의견서를 제출하여 주십시오.",
        ),
        ("zh", "就修訂條例展開公眾諮詢", "諮詢期至2024年4月5日結束。"),
        ("zh", "通告", "現徵求市民建議，請於2024年4月5日前提交。"),
    ],
)
def test_comment_deadlines_of_the_neighbours(lang: str, title: str, text: str) -> None:
    found = read(text, title=title, lang=lang)
    assert found is not None
    assert found.value == date(2024, 4, 5)


def test_the_leap_day_of_the_next_year_is_a_deadline() -> None:
    text = "请于2月29日前将意见反馈至我局"
    found = find_comment_deadline(text, title="征求意见", published_on=date(2023, 12, 20))
    assert found is not None
    assert found.value == date(2024, 2, 29)


def test_a_term_without_its_first_day_is_unknown() -> None:
    text = "自公告之日起30日内提出意见"
    assert find_comment_deadline(text, title="公开征求意见") is None


def test_workday_deadlines_are_marked_unsure() -> None:
    found = read("自公告发布之日起10个工作日内提出意见", title="征求意见")
    assert found is not None
    assert (found.value, found.confidence) == (date(2024, 3, 19), 0.5)
