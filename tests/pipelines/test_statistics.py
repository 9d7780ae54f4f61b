"""The tables of a policy analysis: counting rules, rounding, and which rows they stand for."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.policy_tables import (
    PolicyRow,
    city_tier_table,
    level_table,
    measure_table,
    percent,
    policy_row,
    policy_tables,
    region_table,
    scenario_table,
    year_table,
)

ISSUERS = [
    "工业和信息化部",
    "浙江省经济和信息化厅",
    "江西省人民政府办公厅",
    "杭州市人民政府",
    "北京市通州区人民政府办公室",
    "上海市宝山区",
    "广州市南沙区人民政府",
    "横琴粤澳深度合作区执行委员会",
]


@pytest.fixture(scope="module")
def rows() -> list[PolicyRow]:
    return [
        policy_row(f"p{number}", issuers=[issuer], day=date(2022, 1 + number, 1))
        for number, issuer in enumerate(ISSUERS)
    ]


def test_both_counting_rules_for_levels(rows: list[PolicyRow]) -> None:
    by_hierarchy = level_table(rows)
    assert by_hierarchy.counts() == {"国家级": 1, "省级": 2, "地市级": 2, "区县级": 3}
    as_cities = level_table(rows, convention="municipality-districts-as-cities")
    assert as_cities.counts() == {"国家级": 1, "省级": 2, "地市级": 4, "区县级": 1}
    assert as_cities.convention == "municipality-districts-as-cities"
    assert "地市级" in as_cities.note


def test_regions_and_city_tiers(rows: list[PolicyRow]) -> None:
    assert region_table(rows).counts() == {"全国": 1, "华东": 4, "华南": 2, "华北": 1}
    tiers = city_tier_table(rows)
    assert tiers.counts() == {"一线": 3, "新一线": 1, "非一线": 1}
    assert tiers.denominator == 5


def test_every_number_names_its_rows_and_follows_them(rows: list[PolicyRow]) -> None:
    for table in policy_tables(rows):
        for line in table.lines:
            assert len(line.keys) == line.count
    assert policy_tables(rows) == policy_tables(list(rows))
    fewer = [row for row in rows if row.key != "p3"]
    assert level_table(fewer).counts()["地市级"] == 1
    assert region_table(fewer).counts()["华东"] == 3


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(17, 32, 53), (5, 32, 16), (4, 32, 13), (2, 32, 6), (1, 8, 13), (20, 32, 63), (0, 0, 0)],
)
def test_half_a_percent_is_rounded_up(part: int, whole: int, expected: int) -> None:
    assert percent(part, whole) == expected


def test_several_labels_of_one_policy_count_each() -> None:
    rows = [
        PolicyRow("a", None, scenarios=("文旅", "工业"), measures=("核心技术",)),
        PolicyRow("b", None, scenarios=("文旅",)),
        PolicyRow("c", None),
    ]
    table = scenario_table(rows)
    assert (table.denominator, table.counts()) == (2, {"文旅": 2, "工业": 1})
    assert table.percents() == {"文旅": 100, "工业": 50}
    assert measure_table(rows).percents() == {"核心技术": 33}
    assert year_table(rows).counts() == {"未知": 3}


def test_a_plan_is_read_for_its_scenarios() -> None:
    text = (
        "加快元宇宙相关技术与各行业深度融合，重点围绕文化旅游、教育、医疗等领域打造应用场景。" * 3
    )
    row = policy_row(
        "p", issuers=["某市人民政府"], title="某市元宇宙产业发展行动计划（2022—2024年）", text=text
    )
    assert {"文旅", "教育"} <= set(row.scenarios)


def test_an_issuer_without_a_place_stays_unknown() -> None:
    row = policy_row("p", issuers=["某某协会"])
    assert level_table([row]).counts() == {"未知": 1}
