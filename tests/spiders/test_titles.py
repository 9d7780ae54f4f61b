"""What lists print around a title goes; what belongs to it stays."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from spiders.catalogue import parse_source
from spiders.listing import read_listing
from spiders.rows import ListRow

HEAD = "title: 示例\npublisher: 示例部\nregion: CN\nlevel: national\nurl: https://www.example.gov.cn/a/\n"
LIST = "kind: html_list\nrow: li\n"
BOTH = ("a::text", "xpath:.//a")


def one_row(
    link: str, *, day: str = "2026-11-05", field: str = BOTH[0], dated: str = "i::text"
) -> ListRow:
    yaml = f'{HEAD}{LIST}lang: en\nrow_title: "{field}"\ndate: "{dated}"\n'
    spec = parse_source(yaml.encode(), path=Path("t-one.yaml"))
    page = f"<ul><li><a href='/1.html'>{link}</a><i>{day}</i></li></ul>"
    found = read_listing(
        spec, page.encode(), base_url="https://www.example.gov.cn/a/", today=date(2026, 11, 20)
    )
    return found.rows[0]


@pytest.mark.parametrize(
    ("printed", "title"),
    [
        ("——“十四五”规划解读", "——“十四五”规划解读"),
        ("奋进新征程——", "奋进新征程——"),
        ("-5℃以下低温预警", "-5℃以下低温预警"),
        ("【政策解读】关于水利工作的意见", "【政策解读】关于水利工作的意见"),
        ("关于印发《办法》的通知（试行）", "关于印发《办法》的通知（试行）"),
        ("Rules (draft)", "Rules (draft)"),
        ("- 关于水利工作的意见", "关于水利工作的意见"),
        ("· 关于水利工作的意见 |", "关于水利工作的意见"),
        ("— Harbor Lines v. Park —", "Harbor Lines v. Park"),
        ("【置顶】关于水利工作的意见", "关于水利工作的意见"),
        ("–", "–"),
    ],
)
def test_separators_go_and_signs_of_the_title_stay(printed: str, title: str) -> None:
    assert one_row(printed).title == title


@pytest.mark.parametrize(
    ("printed", "title"),
    [
        ("March 12: Budget statement", "Budget statement"),
        ("March 12 - 24-0117 Harbor v. Park", "24-0117 Harbor v. Park"),
        ("March 12-14 Board meeting", "March 12-14 Board meeting"),
        ("March 12 – 14, 2026 Board meeting", "March 12 – 14, 2026 Board meeting"),
    ],
)
def test_the_first_day_of_several_is_no_day_before_the_title(printed: str, title: str) -> None:
    assert one_row(printed, day="2026-03-12").title == title


@pytest.mark.parametrize(
    ("printed", "title"),
    [
        ("Harbor Lines v. Park – October 3, 2026", "Harbor Lines v. Park"),
        ("关于水利工作的意见 | 2026-10-03", "关于水利工作的意见"),
        ("Harbor Lines v. Park (October 3, 2026)", "Harbor Lines v. Park"),
        ("Agenda for October 3, 2026", "Agenda for October 3, 2026"),
        ("Fair, October 1 - October 3, 2026", "Fair, October 1 - October 3, 2026"),
    ],
)
def test_a_day_behind_a_title_goes_where_it_is_the_day_of_the_row(printed: str, title: str) -> None:
    assert one_row(printed, dated="a::text").title == title


def test_a_day_behind_a_title_stays_beside_a_day_of_its_own() -> None:
    printed = "Budget hearing – October 3, 2026"
    assert one_row(printed, day="2026-10-03").title == printed


@pytest.mark.parametrize("field", BOTH)
@pytest.mark.parametrize(
    ("inside", "title"),
    [
        ("关于印发<br>水利办法的通知", "关于印发水利办法的通知"),
        ("水利<br>“十四五”规划", "水利“十四五”规划"),
        ("水利规划<p>——解读之一</p>", "水利规划——解读之一"),
        ("<b>Harbor Lines</b>, Inc.<br>v. Park", "Harbor Lines, Inc. v. Park"),
        ("He said “yes”<br>“No” she said", "He said “yes” “No” she said"),
    ],
)
def test_a_break_is_a_blank_but_not_in_chinese(inside: str, title: str, field: str) -> None:
    assert one_row(inside, field=field).title == title
