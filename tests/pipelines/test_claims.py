"""Claims of a title held against text and event base: errors are named, true titles left alone."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from pipelines.claims import ClaimFinding, EventQuery, check_claims

TEXT = (
    "2026年9月18日，某省经济和信息化厅等16部门联合印发《某省示例产业发展行动计划（2026—2028年）》。"
    "这是继甲省、乙市、丙省后的第四个省级示例产业专项政策，也是全国首个覆盖全链条的计划。"
    "到2028年，全省示例产业规模达到2500亿元，打造200个应用场景，引育15家链主企业，形成9大集群。"
    "上半年投资事件共221起，同比增长194%，融资总额1.98亿美元，有效期不超过5年。"
)
TRUE_TITLES = [
    "某省16部门联合印发行动计划",
    "第四个省级示例产业专项政策出台",
    "全国首个覆盖全链条的计划",
    "国内首个覆盖全链条的计划",
    "产业规模达到2500亿元",
    "规模突破2400亿元",
    "打造200个应用场景、15家链主企业",
    "形成9大集群",
    "投资事件同比增长194%",
    "融资近2亿美元",
    "9月18日印发的2026年计划",
    "十五五开局之年的党的二十大精神",
    "基于5G与Web3.0的新场景",
]
SEEDED = [
    ("某省6部门联合印发行动计划", "departments"),
    ("某省十七部门联合印发行动计划", "departments"),
    ("第三个省级示例产业专项政策出台", "ordinal"),
    ("第五个省级示例产业专项政策出台", "ordinal"),
    ("产业规模达到2800亿元", "money"),
    ("产业规模达到250亿元", "money"),
    ("产业规模达到2500万元", "money"),
    ("打造300个应用场景", "figure"),
    ("引育25家链主企业", "figure"),
    ("形成8大集群", "figure"),
    ("投资事件同比增长149%", "share"),
    ("融资3亿美元", "money"),
    ("9月19日印发", "day"),
    ("2025年计划印发", "year"),
    ("全球首个覆盖全链条的计划", "first"),
]


def attention(title: str, text: str = TEXT) -> list[ClaimFinding]:
    return [finding for finding in check_claims(title, text) if finding.needs_attention]


@pytest.mark.parametrize("title", TRUE_TITLES)
def test_true_titles_are_left_alone(title: str) -> None:
    assert attention(title) == []


@pytest.mark.parametrize(("title", "kind"), SEEDED)
def test_seeded_errors_are_found(title: str, kind: str) -> None:
    assert kind in [finding.kind for finding in attention(title)]


def test_a_finding_shows_both_places() -> None:
    title = "产业规模达到2800亿元"
    (found,) = attention(title)
    assert found.verdict == "contradicted"
    assert title[found.start : found.end].endswith("2800亿元")
    assert TEXT[found.text_start : found.text_end] == found.found
    assert "2500亿元" in found.message


def test_the_list_of_predecessors_must_have_as_many_names() -> None:
    text = "这是继甲省、乙市后，第四个省级专项政策。"
    (found,) = attention("第四个省级专项政策", text)
    assert (found.kind, found.verdict) == ("ordinal", "contradicted")


def test_a_number_that_the_text_does_not_have_is_unsupported() -> None:
    (found,) = attention("我国示例企业超1400家", "某院发布白皮书，称产业链条较为完善。")
    assert (found.kind, found.verdict) == ("figure", "unsupported")


def test_the_event_base_decides_over_the_text() -> None:
    asked: list[EventQuery] = []

    def events(query: EventQuery) -> Sequence[str] | None:
        asked.append(query)
        return ["甲省计划", "乙市计划"] if query.kind == "ordinal" else ["更早的计划"]

    found = check_claims("全国首个、第四个省级计划", TEXT, events=events)
    assert [(f.kind, f.verdict) for f in found] == [
        ("first", "contradicted"),
        ("ordinal", "contradicted"),
    ]
    assert "更早的计划" in found[0].message
    assert [(q.kind, q.scope, q.number) for q in asked] == [
        ("first", "全国", 1),
        ("ordinal", "省级", 4),
    ]


def test_an_event_base_that_cannot_say_leaves_it_to_the_text() -> None:
    found = check_claims("第四个省级计划", TEXT, events=lambda _: None)
    assert [f.verdict for f in found] == ["confirmed"]


def test_hostile_text_takes_bounded_time() -> None:
    started = time.process_time()
    for part in ("首个", "第二个", "继甲、", "16部门", "1亿元", "9大", "12月5日", "2026年"):
        check_claims(part * 200, part * 10_000)
    assert time.process_time() - started < 30  # some two seconds; minutes if it were quadratic
