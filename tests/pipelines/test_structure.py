"""The structure of policy texts: outline, who does what, aims, money, duties, cited documents."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.structure import read_structure
from pipelines.structure.values import Node

PLAN = (
    "为加快示例产业发展，制定本方案。\n"
    "一、发展目标\n"
    "到2027年，全市示例产业规模超过3000亿元，集聚企业1000家以上，培育独角兽企业5—8家。\n"
    "——应用更加广泛。打造30个以上示范场景，覆盖率达到95%。\n"
    "二、重点任务\n"
    "（一）建设平台\n"
    "1. 夯实底座。建设公共平台。（责任单位：市科技局、各区（市）县，市经信局市新经济委）\n"
    "2．推广应用（牵头单位：市工信局；配合单位：市财政局、市数据局等部门）。\n"
    "（二）完善制度。健全标准。（市司法局牵头，市市场监管局、市公安局按职责分工负责）\n"
    "对入选项目，按实际投入的10%给予补助，最高补助100万元。一次性奖励50万元。\n"
)


def test_outline_nests_and_keeps_headings() -> None:
    found = [(len(above), node.label, node.heading) for above, node in read_structure(PLAN).nodes()]
    assert found == [
        (0, "一、", "发展目标"),
        (0, "二、", "重点任务"),
        (1, "（一）", "建设平台"),
        (2, "1.", "夯实底座"),
        (2, "2.", "推广应用"),
        (1, "（二）", "完善制度"),
    ]


def test_every_value_can_be_found_in_the_text() -> None:
    found = read_structure(PLAN)
    for unit in found.units:
        assert PLAN[unit.start : unit.end] == unit.name
    for _, node in found.nodes():
        assert PLAN[node.start :].strip()[:1] == node.label[:1]
        assert node.heading in PLAN[node.start : node.end]
    for target in found.targets:
        assert str(int(target.value or 0)) in PLAN[target.start : target.end]


def test_units_belong_to_the_deepest_task_and_have_roles() -> None:
    found = [(u.task, u.role, u.name) for u in read_structure(PLAN).units]
    assert found == [
        ("1.夯实底座", "responsible", "市科技局"),
        ("1.夯实底座", "responsible", "各区（市）县"),
        ("1.夯实底座", "responsible", "市经信局市新经济委"),
        ("2.推广应用", "lead", "市工信局"),
        ("2.推广应用", "support", "市财政局"),
        ("2.推广应用", "support", "市数据局"),
        ("（二）完善制度", "lead", "市司法局"),
        ("（二）完善制度", "responsible", "市市场监管局"),
        ("（二）完善制度", "responsible", "市公安局"),
    ]


def test_names_of_several_places_stay_one_unit() -> None:
    text = "一、加强保障。落实资金。（责任单位：省财政厅，各市、县人民政府，各区（市）县）"
    assert [unit.name for unit in read_structure(text).units] == [
        "省财政厅",
        "各市、县人民政府",
        "各区（市）县",
    ]


def test_targets_have_operator_unit_and_year() -> None:
    found = [
        (t.op, t.value, t.value_max, t.unit, t.by_year, t.year_explicit)
        for t in read_structure(PLAN).targets
    ]
    assert found == [
        ("gt", 3000, None, "亿元", 2027, True),
        ("ge", 1000, None, "家", 2027, True),
        ("range", 5, 8, "家", 2027, True),
        ("ge", 30, None, "个", 2027, False),
        ("eq", 95, None, "%", 2027, False),
    ]


def test_the_end_of_the_plan_is_the_year_when_none_is_printed() -> None:
    text = "一、工作目标\n培育100家企业。"
    (target,) = read_structure(text, title="某市行动计划（2024—2026年）").targets
    assert (target.by_year, target.year_explicit) == (2026, False)
    assert read_structure(text).targets[0].by_year is None


def test_reports_of_what_was_reached_and_forecasts_are_no_targets() -> None:
    text = (
        "截至目前，全市已建成20个园区。会上共发布71条供需信息。"
        "预计到2030年全球市场规模将达到1.5万亿美元。培育营收超50亿元的企业。"
        "凡每年组织活动200天以上、参加人员在50人以上的活动点可以申请。"
    )
    assert read_structure(text).targets == ()


def test_support_measures_keep_rate_and_cap_apart_from_amounts() -> None:
    found = [(m.rate, m.cap, m.amount) for m in read_structure(PLAN).support]
    assert found == [(0.1, 1_000_000, None), (None, None, 500_000)]
    text = "对年营收首次突破1亿元、5亿元的企业，分别给予50万元、100万元奖励。"
    assert [m.amount for m in read_structure(text).support] == [500_000, 1_000_000]


LAW = (
    "目录\n第一章 总则\n第二章 监督管理\n"
    "第一章 总则\n"
    "第一条 为了规范示例活动，根据《中华人民共和国示例法》，制定本办法。\n"
    "第二条 申请人应当自收到通知之日起十五个工作日内提交材料。\n"
    "日志留存时间不少于六个月。\n"
    "第二章 监督管理\n"
    "第三条　处理者应当：\n"
    "（一）建立制度；\n"
    "（二）每年至少开展一次评估。\n"
    "第三条规定的材料不予退还。\n"
    "第四条 本办法自2026年1月1日起施行。\n"
)


def test_articles_stand_in_their_chapter_without_the_table_of_contents() -> None:
    found = [
        ("/".join(n.label for n in above), node.label)
        for above, node in read_structure(LAW).nodes()
    ]
    assert found == [
        ("", "第一章"),
        ("第一章", "第一条"),
        ("第一章", "第二条"),
        ("", "第二章"),
        ("第二章", "第三条"),
        ("第二章/第三条", "（一）"),
        ("第二章/第三条", "（二）"),
        ("第二章", "第四条"),
    ]


def test_paragraphs_of_an_article_are_told_apart() -> None:
    article = next(n for _, n in read_structure(LAW).nodes() if n.label == "第二条")
    assert [LAW[p.start : p.end] for p in article.paragraphs] == [
        "申请人应当自收到通知之日起十五个工作日内提交材料。",
        "日志留存时间不少于六个月。",
    ]


def test_duties_of_a_rule() -> None:
    found = [(o.where, o.op, o.value, o.unit) for o in read_structure(LAW).obligations]
    assert found == [
        ("第二条", "le", 15, "工作日"),
        ("第二条", "ge", 6, "月"),
        ("第三条", "ge", 1, "次/年"),
    ]


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("处理超过100万人个人信息的", ("ge", 100, "万人")),
        ("处理个人信息不超过100万人的", ("le", 100, "万人")),
        ("处理个人信息不足10万人的", ("le", 10, "万人")),
        ("注册资本不得少于500万元", ("ge", 500, "万元")),
        ("应当提前三十日书面告知用户", ("ge", 30, "日")),
        ("经营满三年的", ("ge", 3, "年")),
        ("经营不满一年的", ("le", 1, "年")),
        ("可以延长三十日", ("le", 30, "日")),
        ("从业五年以上", ("ge", 5, "年")),
        ("应当在3月2日前提交", None),
    ],
)
def test_a_duty_says_whether_it_is_a_floor_or_a_ceiling(
    clause: str, expected: tuple[str, float, str] | None
) -> None:
    law = f"第一章 总则\n第一条 {clause}，适用本办法。\n第二条 本办法由示例局解释。"
    found = [(o.op, o.value, o.unit) for o in read_structure(law).obligations]
    assert found == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("完成1.2亿欧元（约合1.24亿美元）募集", [(1.2e8, "EUR", "eq"), (1.24e8, "USD", "approx")]),
        ("进行30万至300万欧元投资", [(300_000, "EUR", "range")]),
        ("共计4800余万元，另有数亿元", [(4.8e7, "CNY", "gt"), (None, "CNY", "approx")]),
        ("约4,373枚BNB、540万枚USDT", [(4373, "BNB", "approx"), (5.4e6, "USDT", "approx")]),
        ("售价449欧元起，学费约为30万港币", [(449, "EUR", "ge"), (300_000, "HKD", "approx")]),
        ("raised $2.5 million and €300", [(2.5e6, "USD", "eq"), (300, "EUR", "eq")]),
        ("2023元宇宙产业图谱，5G，第三批", []),
    ],
)
def test_money(text: str, expected: list[tuple[float | None, str, str]]) -> None:
    found = [(a.value, a.unit, a.op) for a in read_structure(text).amounts]
    assert found == expected


def test_quantities_without_dates_ordinals_and_titles() -> None:
    text = (
        "12月5日，《2023年100个案例集》发布，共汇集60余个案例、71条信息，同比增长194%。第三批29名。"
    )
    found = [(q.value, q.unit, q.op) for q in read_structure(text).quantities]
    assert found == [(60, "个", "gt"), (71, "条", "eq"), (194, "%", "eq"), (29, "人", "eq")]


def test_cited_documents_carry_their_number_and_short_names_are_skipped() -> None:
    text = (
        "根据《国务院关于印发〈示例规划〉的通知》（国发〔2020〕8号，以下简称《规划》）和"
        "《示例条例》，落实《规划》，《示例条例》施行前除外；《某某通知》（国办发[2019]11号）。"
    )
    found = [(c.title, c.doc_number) for c in read_structure(text).cited]
    assert found == [
        ("国务院关于印发〈示例规划〉的通知", "国发〔2020〕8号"),
        ("示例条例", None),
        ("某某通知", "国办发〔2019〕11号"),
    ]


def test_five_thousand_characters_within_budget() -> None:
    text = PLAN * (5000 // len(PLAN))
    read_structure(text)
    started = time.process_time()
    for _ in range(5):
        read_structure(text)
    assert (time.process_time() - started) / 5 < 0.05  # 10 ms on the reference machine


@given(st.text("一二（）()1.、第条章年到亿元%家《》:：责任单位，。\n -", max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_text_can_be_read(text: str) -> None:
    found = read_structure(text)
    for _, node in found.nodes():
        assert 0 <= node.start < node.end <= len(text)


HOSTILE = [
    "一" * 24_000,
    "1" * 24_000,
    "第一" * 5_000,
    "（" * 24_000,
    "（责任单位：" * 4_000,
    "《" * 24_000,
    "到2025年" * 5_000,
    "每年" * 5_000,
    "1,111" * 5_000,
    "约" * 24_000,
    "培育1家" * 5_000,
    "给予1万元" * 5_000,
    "（一）\n" * 5_000,
    "第一条 \n" * 5_000,
    "、负责）" * 5_000,
    "不少于一" * 5_000,
    " " * 24_000,
    "计划" * 5_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:6].strip())
def test_hostile_text_takes_linear_time(text: str) -> None:
    def seconds(part: str) -> float:
        started = time.process_time()
        read_structure(part)
        return time.process_time() - started

    small = min(seconds(text[: len(text) // 4]) for _ in range(2))
    assert seconds(text) < max(1.0, 10 * small)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("罚金为港币500万元", [(5e6, "HKD", "eq")]),
        ("一笔价值1亿5000万美元的交易", [(1.5e8, "USD", "eq")]),
        ("将投入上千万元", [(1e7, "CNY", "ge")]),
        ("市场规模超万亿元", [(1e12, "CNY", "gt")]),
        ("raised nearly US$2.5 billion", [(2.5e9, "USD", "approx")]),
        ("fines of up to €1.2bn", [(1.2e9, "EUR", "le")]),
        ("二元结构与三元悖论", []),
    ],
)
def test_money_in_other_forms(text: str, expected: list[tuple[float, str, str]]) -> None:
    assert [(a.value, a.unit, a.op) for a in read_structure(text).amounts] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("单链TPS达10万", [(1e5, "TPS")]),
        ("新增注册用户500余万", [(5e6, "户")]),
        ("超过七成受访者表示支持", [(70.0, "%")]),
        ("百分之三十的企业参加", [(30.0, "%")]),
        ("三分之一的企业参加", [(0.3333, "share")]),
        ("数据总量达32.85ZB", [(32.85, "ZB")]),
        ("公交出行碳减排371gCO₂/人次", [(371.0, "gCO2/人次")]),
        ("项目建成后，成效显著", []),
    ],
)
def test_units_that_are_implied_or_physical(text: str, expected: list[tuple[float, str]]) -> None:
    assert [(q.value, q.unit) for q in read_structure(text).quantities] == expected


def test_units_named_in_a_sentence_count_in_plans_not_in_rules() -> None:
    said = "由市数据局牵头，市公安局、市交通局配合。"
    plan = read_structure(f"一、数据开放\n{said}")
    assert [(u.name, u.role) for u in plan.units] == [
        ("市数据局", "lead"),
        ("市公安局", "support"),
        ("市交通局", "support"),
    ]
    assert read_structure(f"第一条 总则\n第二条 {said}").units == ()


def test_years_of_targets_that_are_said_in_other_ways() -> None:
    def years(text: str, title: str = "") -> list[tuple[float | None, int | None]]:
        return [(t.value, t.by_year) for t in read_structure(text, title=title).targets]

    assert years("2026年底前，完成200个行政村改造。") == [(200, 2026)]
    assert years("2025年，新增企业500家，力争突破3000家。") == [(500, 2025), (3000, 2025)]
    plan = "“十四五”期间，建设实验室20个。"
    assert years(plan, "某省“十四五”科技规划") == [(20, 2025)]
    assert years(plan) == []


def test_sums_of_a_list_after_a_colon_are_support() -> None:
    found = read_structure("给予人才安家补贴：博士30万元，硕士10万元。").support
    assert [measure.amount for measure in found] == [3e5, 1e5]


def test_who_gets_support_is_no_support() -> None:
    text = "对单户担保金额500万元及以下、平均担保费率不超过1%的业务给予适当补贴。"
    assert read_structure(text).support == ()
    kept = read_structure("对投资额超过5000万元的项目按10%给予补助，最高300万元。").support
    assert [(row.rate, row.cap) for row in kept] == [(0.1, 3e6)]


def test_lists_of_attached_files_are_no_tasks() -> None:
    text = "一、保障\n（一）加强组织。\n附件：1. 任务清单\n2. 项目名单\n某市人民政府"
    assert [node.label for _, node in read_structure(text).nodes()] == ["一、", "（一）"]


def test_half_brackets_are_a_level_of_their_own() -> None:
    text = "1. 建设\n（1）平台\n1）甲\n2）乙\n（2）应用\n2. 推广"
    depths = {node.label: len(path) for path, node in read_structure(text).nodes()}
    assert depths == {"1.": 0, "（1）": 1, "1）": 2, "2）": 2, "（2）": 1, "2.": 0}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fined about 3.5 million pounds", [(3.5e6, "GBP", "approx")]),
        ("EUR 2bn and USD1,200", [(2e9, "EUR", "eq"), (1200, "USD", "eq")]),
        ("HKD 1.2亿", [(1.2e8, "HKD", "eq")]),
        ("5 million users in 20 countries", []),
    ],
)
def test_money_in_english(text: str, expected: list[tuple[float, str, str]]) -> None:
    assert [(a.value, a.unit, a.op) for a in read_structure(text).amounts] == expected


def test_decimal_outlines_nest_by_depth() -> None:
    text = (
        "1 总则\n1.1 目的\n为指导工作，编制本指南。\n1.2 依据\n2 建设内容\n2.1 燃气\n2.1.1 监测范围"
        "\n（1）高压管线。\n（2）次高压管线。\n2.1.2 监测指标\n2.2 桥梁\n3 保障措施"
    )
    labels = ["".join(f"{n.label}>" for n in (*above, node)) for above, node in _nodes(text)]
    assert labels == [
        "1>", "1>1.1>", "1>1.2>", "2>", "2>2.1>", "2>2.1>2.1.1>", "2>2.1>2.1.1>（1）>",
        "2>2.1>2.1.1>（2）>", "2>2.1>2.1.2>", "2>2.2>", "3>",
    ]  # fmt: skip


def test_decimals_stand_below_the_style_that_holds_them() -> None:
    text = "一、总则\n1.1 目的\n1.2 依据\n二、内容\n2.1 燃气\n2.2 桥梁"
    labels = [node.label for above, node in _nodes(text) if above]
    assert labels == ["1.1", "1.2", "2.1", "2.2"]


def test_a_line_that_begins_with_a_figure_is_no_heading() -> None:
    text = "一、情况\n1.5亿元投资已到位。\n2.3万人就业。\n二、安排"
    assert [node.label for _, node in _nodes(text)] == ["一、", "二、"]


def _nodes(text: str) -> list[tuple[tuple[Node, ...], Node]]:
    return list(read_structure(text).nodes())
