"""Likeness proposes, metadata decides: what is one document and what only looks like one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipelines.cluster import Sketch, same_document
from pipelines.fingerprint import fingerprint

PLAN = (
    "为抢抓元宇宙发展机遇，前瞻布局未来产业，结合本地实际，制定本行动计划。"
    "坚持创新引领、应用牵引，推动元宇宙与实体经济深度融合发展。"
    "到2025年，产业生态初具雏形，引育一批行业头部企业，打造一批示范应用场景。"
    "加强关键核心技术攻关，突破近眼显示、实时渲染和三维建模等关键技术。"
    "支持企业联合高校院所建设重点实验室和工程研究中心等创新平台。"
    "推进元宇宙在工业制造、文化旅游、教育培训、医疗健康等领域应用。"
    "建立健全统筹协调机制，强化政策支持，加大财政资金保障力度。"
    "鼓励举办产业大会，深化区域合作，营造良好的发展氛围和环境。"
)


def plan(place: str, text: str = PLAN, **known: object) -> Sketch:
    base = Sketch(f"{place}元宇宙产业发展行动计划（2023—2025年）", fingerprint(text))
    return replace(base, **known)  # type: ignore[arg-type]


def test_a_reprint_with_another_title_and_a_lede_is_the_same() -> None:
    lede = "本报讯 记者从有关部门获悉，浙江省元宇宙产业发展行动计划日前印发，全文如下。"
    reprint = Sketch("重磅！浙江省元宇宙行动计划全文来了", fingerprint(lede + PLAN))
    found = same_document(plan("浙江省"), reprint)
    assert found.kind == "same"
    assert found.merges


def test_one_template_in_three_places_never_merges() -> None:
    for left, right in (("浙江省", "四川省"), ("四川省", "重庆市"), ("济南市", "成都市")):
        found = same_document(plan(left), plan(right))
        assert (found.kind, found.merges) == ("same_text_other_issuer", False)


def test_reprints_in_media_of_two_regions_merge() -> None:
    one = Sketch("元宇宙行动计划全文", fingerprint(PLAN), region="CN-广东-深圳")
    other = replace(one, title="重磅文件发布", region="CN-浙江-杭州")
    assert same_document(one, other).merges


def test_a_province_and_its_own_city_may_carry_one_text() -> None:
    assert same_document(plan("浙江省"), plan("浙江省杭州市")).merges


def test_other_issuer_or_number_keeps_apart() -> None:
    one = plan("", issuing_bodies=("财政部",))
    other = plan("", issuing_bodies=("教育部",))
    assert same_document(one, other).kind == "same_text_other_issuer"
    joint = plan("", issuing_bodies=("教育部", "财政部"))
    assert same_document(one, joint).merges
    numbered = plan("浙江省", doc_number="浙政发〔2023〕1号")
    assert not same_document(numbered, plan("浙江省", doc_number="浙政发〔2024〕1号")).merges


def test_numbers_from_abroad_keep_apart_as_they_are_printed() -> None:
    one = Sketch("Network security", fingerprint(PLAN), doc_number="Directive (EU) 2022/2555")
    assert not same_document(one, replace(one, doc_number="Directive (EU) 2022/2557")).merges
    assert same_document(one, replace(one, title="NIS 2")).merges


def notice(issuer: str, text: str = PLAN, **known: object) -> Sketch:
    base = Sketch("关于加快示例产业发展的意见", fingerprint(text), issuing_bodies=(issuer,))
    return replace(base, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("省人民政府办公厅", "示例省人民政府办公厅"),
        ("省人民政府办公厅", "浙江省人民政府办公厅"),
        ("市人民政府", "浙江省杭州市人民政府"),
        ("自治区人民政府", "广西壮族自治区人民政府"),
    ],
)
def test_an_issuer_without_its_place_is_the_one_with_it(short: str, full: str) -> None:
    day = date(2024, 3, 1)
    reprint = "本网讯 现将有关意见全文转载如下。" + PLAN
    one, other = notice(short, written_on=day), notice(full, reprint, written_on=day)
    assert same_document(one, other).merges
    assert same_document(other, one).merges
    assert same_document(notice(short), notice(full)).merges
    # without a day, a place or the very text in common nothing speaks for it
    assert not same_document(notice(short), notice(full, reprint)).merges


def test_an_issuer_without_its_place_joins_no_other_place() -> None:
    day = date(2024, 3, 1)
    places = {"浙江省": "CN-浙江", "四川省": "CN-四川", "重庆市": "CN-重庆"}
    for here, region in places.items():
        short = notice(f"{here[-1]}人民政府办公厅", region=region, written_on=day)
        for there, other in places.items():
            full = notice(f"{there}人民政府办公厅", region=other, written_on=day)
            assert same_document(short, full).merges == (here == there)
    district = notice("区人民政府", written_on=day)
    assert not same_document(district, notice("广西壮族自治区人民政府", written_on=day)).merges


def test_one_number_in_two_writings_is_one_document() -> None:
    one = plan("浙江省", doc_number="浙政发〔2023〕1号")
    two = plan("浙江省", doc_number="浙政发[2023]第01号")
    assert same_document(one, two).kind == "same"


def test_one_number_with_another_text_is_no_duplicate() -> None:
    one = plan("浙江省", doc_number="浙政发〔2023〕1号")
    reading = plan("浙江省", "一图读懂本计划的主要内容和政策背景。", doc_number="浙政发〔2023〕1号")
    assert same_document(one, reading).kind == "different"


def test_draft_and_revision_are_versions() -> None:
    final = plan("浙江省")
    draft = replace(final, title="浙江省元宇宙产业发展行动计划（征求意见稿）")
    assert same_document(final, draft).kind == "revision"
    old = Sketch("某省水法实施办法", fingerprint(PLAN), written_on=date(2010, 1, 1))
    new = replace(old, written_on=date(2020, 1, 1))
    assert same_document(old, new).kind == "revision"


def test_standing_titles_of_other_days_are_other_reports() -> None:
    one = Sketch("国内联播快讯", fingerprint(PLAN), published_on=date(2024, 3, 5))
    other = replace(one, published_on=date(2024, 3, 6))
    assert same_document(one, other).kind == "different"
    assert same_document(one, one).kind == "same"


def test_one_wording_with_another_guest_is_another_event() -> None:
    one = Sketch("领导人会见法国总统", fingerprint(PLAN), published_on=date(2024, 3, 5))
    other = replace(one, title="领导人会见德国总理")
    assert same_document(one, other).kind == "different"


def test_other_years_and_months_of_a_series_are_other_documents() -> None:
    one = Sketch("2023年1-6月软件业经济运行情况", fingerprint(PLAN))
    other = replace(one, title="2023年1-7月软件业经济运行情况")
    assert same_document(one, other).kind == "different"


def test_an_excerpt_joins_the_cluster_of_its_document() -> None:
    text = PLAN + "".join(PLAN.replace("元宇宙", name) for name in ("算力", "区块链", "机器人"))
    found = same_document(plan("浙江省", text), plan("浙江省"))
    assert (found.kind, found.merges) == ("excerpt", True)
    assert "8个句子" in found.reason


@pytest.mark.parametrize("title", ["浙江省元宇宙产业发展行动计划（2023—2025年）", ""])
def test_titles_alone_never_merge(title: str) -> None:
    assert not same_document(Sketch(title), Sketch(title)).merges


def test_the_verdict_does_not_depend_on_the_order() -> None:
    pages = [plan("浙江省"), plan("四川省"), Sketch("快讯", fingerprint(PLAN[:120]))]
    for left in pages:
        for right in pages:
            assert same_document(left, right).kind == same_document(right, left).kind


def _damaged(text: str, *, every: int) -> str:
    """As a bad scan reads it: every n-th character another one."""
    return "".join("口" if at % every == every - 1 else char for at, char in enumerate(text))


LONG = "".join(
    f"（{n}）第{n}项要求各单位在{2026 + n}年前完成{n * 7 + 3}个项目，并按第{n * 3}号标准验收。\n"
    for n in range(1, 41)
)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("重磅！这份文件来了", LONG),
        ("转载", f"记者获悉，近日发布的文件引起各方关注，现转载如下。\n{LONG}（责任编辑：甲）"),
        ("示例省算力行动计划", _damaged(LONG, every=40)),
        ("示例省算力行动计划", LONG[: len(LONG) * 6 // 10]),
        ("示例省算力行动计划", LONG[: len(LONG) // 2]),
        ("示例省算力行动计划（2）", LONG[len(LONG) // 2 :]),
        ("示例省算力行动计划", LONG.replace("\n", "").replace("，", ",")),
    ],
    ids=["title", "lede", "scan", "cut", "first half", "second half", "one paragraph"],
)
def test_damaged_and_partial_reprints_are_still_found(title: str, text: str) -> None:
    day = date(2026, 11, 2)
    whole = Sketch("示例省算力行动计划", fingerprint(LONG), published_on=day)
    assert same_document(whole, Sketch(title, fingerprint(text), published_on=day)).merges
