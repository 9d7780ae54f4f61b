"""Pages of one policy are joined for a reason that can be shown; look-alikes stay apart."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.events import EventKeys, PageFacts, read_keys, read_name, relate, trace_official

PLAN = "浙江省元宇宙产业发展行动计划（2023—2025年）"
TASKS = "\n".join(
    f"（{n}）加强工作{n}。各单位按照职责分工负责落实，按季度报送进展情况。"
    for n in "一二三四五六七"
)
LONG = TASKS * 6


def page(title: str, text: str = "", *, level: str = "none", **more: object) -> EventKeys:
    site = "gov.example.gov.cn" if level != "none" else "news.example.com"
    url = str(more.pop("url", f"https://{site}/{abs(hash((title, text)))}.html"))
    return read_keys(PageFacts(title=title, text=text, url=url, level=level, **more))  # type: ignore[arg-type]


FINAL = page(
    "浙江省发展和改革委员会等5部门关于印发《浙江省元宇宙产业发展行动计划（2023—2025年）》的通知",
    LONG,
    level="provincial",
    issuing_bodies=("浙江省发展和改革委员会",),
    doc_number="浙发改高技〔2022〕321号",
    published_on=date(2022, 12, 15),
)


@pytest.mark.parametrize(
    ("title", "text", "level", "role"),
    [
        (f"《{PLAN}》政策解读", "", "provincial", "interpretation"),
        (f"一图读懂{PLAN}", "", "provincial", "interpretation"),
        (f"浙江举行《{PLAN}》新闻发布会", "", "provincial", "interpretation"),
        ("浙江元宇宙产业三年后达2000亿元", f"浙江省发改委日前印发《{PLAN}》。", "none", "report"),
        (f"全文｜{PLAN}", LONG, "none", "full_text"),
        (f"关于公开征求《{PLAN}（征求意见稿）》意见的公告", "", "provincial", "draft"),
        (f"关于修改《{PLAN}》的决定", "", "provincial", "amendment"),
        (f"关于废止《{PLAN}》的通知", "", "provincial", "repeal"),
    ],
)
def test_pages_about_one_policy_are_joined_in_their_role(
    title: str, text: str, level: str, role: str
) -> None:
    other = page(title, text, level=level, issuing_bodies=("浙江省发展和改革委员会",))
    link = relate(FINAL, other)
    assert other.role == role
    assert link is not None
    assert link.sure
    assert "元宇宙产业发展行动计划" in link.reason


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (PLAN.replace("浙江", "四川"), LONG),
        (PLAN.replace("2023—2025", "2026—2028"), LONG),
        (f"关于《{PLAN}》的更正说明", ""),
        (f"关于贯彻落实《{PLAN}》的实施意见", ""),
        (f"关于组织申报《{PLAN}》重点项目的通知", ""),
        (
            "四川印发元宇宙行动计划",
            f"四川印发《四川省元宇宙产业发展行动计划》。此前浙江曾印发《{PLAN}》。",
        ),
        ("某产业园开园", f"按照《{PLAN}》，园区将建设三个平台。"),
    ],
)
def test_look_alikes_stay_apart(title: str, text: str) -> None:
    other = page(title, text, level="provincial", published_on=date(2023, 1, 5))
    assert relate(FINAL, other) is None
    assert relate(other, FINAL) is None


def test_batches_and_years_of_a_notice_share_no_key() -> None:
    first = page("国家数据局关于公布第一批试点名单的通知", level="national")
    second = page("国家数据局关于公布第二批试点名单的通知", level="national")
    assert not set(first.filed) & set(second.asked)
    of_2025 = page("江苏省2025年数字经济工作要点", level="provincial")
    of_2026 = page("江苏省2026年数字经济工作要点", level="provincial")
    assert not set(of_2025.filed) & set(of_2026.asked)
    assert relate(of_2025, of_2026) is None


def test_a_number_joins_what_the_name_does_not() -> None:
    report = page(
        "浙江为元宇宙企业发“红包”",
        "浙江省发改委印发《浙江省元宇宙发展计划》（浙发改高技〔2022〕321号），支持企业。",
    )
    link = relate(FINAL, report)
    assert link is not None
    assert "浙发改高技〔2022〕321号" in link.reason


def test_an_order_is_the_same_with_and_without_the_word_before_its_number() -> None:
    title = "金融基础设施监督管理办法"
    act = page(title, level="national", doc_number="中国人民银行令〔2015〕8号")
    report = page("央行发新规", "央行印发《支付设施办法》（中国人民银行令〔2015〕第8号）。")
    assert set(act.filed) & set(report.asked)
    assert relate(act, report) is not None


def test_the_place_of_a_name_without_one_is_its_issuers() -> None:
    plan = page(
        "成都市新经济发展工作领导小组办公室关于印发《元宇宙产业发展行动方案（2022—2025年）》的通知",
        level="municipal",
        issuing_bodies=("成都市新经济发展工作领导小组办公室",),
    )
    report = page("成都打造9大场景", "成都市印发《成都市元宇宙产业发展行动方案（2022—2025年）》。")
    other = page("杭州打造9大场景", "杭州市印发《杭州市元宇宙产业发展行动方案（2022—2025年）》。")
    assert relate(plan, report) is not None
    assert relate(plan, other) is None


def test_a_name_is_taken_apart() -> None:
    name = read_name("《重庆市元宇宙产业发展行动计划（2023-25年）（征求意见稿）》")
    assert name is not None
    assert (name.core, name.place, name.draft) == ("元宇宙产业发展行动计划", "CN-重庆", True)
    assert name.years == {"2023", "2025"}
    batch = read_name("第2批可信数据空间试点名单")
    assert batch is not None
    assert batch.batch == "2批"


def test_reports_are_traced_to_the_page_of_the_very_document() -> None:
    draft = page(
        "关于公开征求《浙江省元宇宙产业发展行动计划（2023—2025年）（征求意见稿）》意见的公告",
        level="provincial",
        published_on=date(2022, 10, 1),
    )
    about_draft = page(
        "浙江元宇宙计划公开征求意见",
        "浙江省就《浙江省元宇宙产业发展行动计划（2023—2025年）（征求意见稿）》公开征求意见。",
        published_on=date(2022, 10, 3),
    )
    about_final = page(
        "浙江印发元宇宙计划",
        "浙江省印发《浙江省元宇宙产业发展行动计划（2023—2025年）》。",
        published_on=date(2022, 12, 18),
    )
    among = {1: draft, 2: FINAL}
    assert getattr(trace_official(about_draft, among=among), "document_id", None) == 1
    assert getattr(trace_official(about_final, among=among), "document_id", None) == 2
    assert trace_official(about_final, among={1: draft}) is None


def test_a_link_to_the_public_body_is_enough_without_its_page() -> None:
    links = (
        ("https://www.city.gov.cn/2.html", "某市产业资金管理办法"),
        ("https://www.city.gov.cn/1.html", "黄浦区关于提升科创能级的扶持办法"),
    )
    report = page(
        "黄浦区出台办法",
        "黄浦区科委印发《黄浦区关于提升科创能级的扶持办法》。",
        links=links,
    )
    found = trace_official(report, among={}, links=links)
    assert found is not None
    assert found.url == "https://www.city.gov.cn/1.html"
    assert trace_official(report, among={}, links=links[:1]) is None


def test_titles_without_an_end_cost_no_time() -> None:
    for bad in ("《" * 5000, "关于" * 5000, "第一" * 4000 + "批", "2025" * 4000, "（" * 4000):
        read_keys(PageFacts(title=bad, text=bad * 3, url="https://a.gov.cn/1", level="national"))
