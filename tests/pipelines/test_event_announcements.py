"""Reports that quote no title: found by their own words, and never against place, day or topic."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.events import EventKeys, PageFacts, read_keys, relate, trace_official

DAY = date(2026, 6, 9)


def page(
    title: str, text: str = "", *, day: date = DAY, level: str = "none", **more: object
) -> EventKeys:
    site = "www.gov.example.gov.cn" if level != "none" else "news.example.com"
    url = f"https://{site}/{abs(hash((title, text)))}.html"
    facts = PageFacts(title=title, text=text, url=url, level=level, published_on=day, **more)  # type: ignore[arg-type]
    return read_keys(facts)


ACT = page(
    "杭州市人民政府办公厅关于印发杭州市支持具身智能机器人产业若干措施的通知",
    level="municipal",
    publisher="杭州市人民政府",
    issuing_bodies=("杭州市人民政府办公厅",),
    doc_number="杭政办函〔2026〕33号",
)
NATIONAL = page(
    "中国人民银行 国家数据局关于规范数据资产交易结算有关事项的通知",
    level="national",
    publisher="中国人民银行",
    issuing_bodies=("中国人民银行", "国家数据局"),
    doc_number="银发〔2026〕42号",
)
DRAFT = page(
    "国家数据局关于《数据流通安全治理管理办法（征求意见稿）》公开征求意见的公告",
    level="national",
    publisher="国家数据局",
    issuing_bodies=("国家数据局",),
)


def meets(report: EventKeys, act: EventKeys) -> bool:
    """Whether the report finds the act in the store and is held to be of its event."""
    return bool(set(report.asked) & set(act.filed)) and relate(report, act) is not None


@pytest.mark.parametrize(
    ("title", "text", "act"),
    [
        ("杭州支持机器人产业", "杭州市政府办公厅日前印发支持具身智能机器人产业若干措施。", ACT),
        ("杭州具身智能新政", "杭州市具身智能机器人产业若干措施近日正式公布，共12条。", ACT),
        ("12条措施！杭州力挺具身智能机器人", "6月9日，杭州市出台新政，最高补贴500万元。", ACT),
        ("杭州发布《若干措施》", "杭州市印发《若干措施》，支持具身智能机器人产业发展。", ACT),
        ("银发〔2026〕42号文说了什么", "文件印发后，市场议论很多。", NATIONAL),
        ("数据资产交易怎么结算？", "央行、国家数据局发文，规范数据资产交易结算。", NATIONAL),
        ("China sets rules", "The central bank issued a notice (银发〔2026〕42号).", NATIONAL),
        ("数据流通有规矩", "国家数据局就数据流通安全治理管理办法公开征求意见。", DRAFT),
    ],
)
def test_a_report_in_words_of_its_own_finds_the_act(title: str, text: str, act: EventKeys) -> None:
    report = page(title, text)
    assert meets(report, act)
    trace = trace_official(report, among={7: act})
    assert trace is not None
    assert trace.document_id == 7


@pytest.mark.parametrize(
    ("title", "text", "day"),
    [
        ("宁波支持机器人", "宁波市日前出台新政，支持具身智能机器人产业。", DAY),
        ("杭州支持低空经济", "杭州市日前出台新政，支持低空经济。", DAY),
        ("杭州支持机器人", "杭州市出台新政，支持具身智能机器人产业。", date(2026, 7, 9)),
        ("杭州机器人大会开幕", "具身智能机器人大会举行，杭州市发布产业政策清单。", DAY),
        ("某公司回应杭州新政", "公司表示，杭州市出台具身智能机器人产业措施。", DAY),
        ("杭州拟支持具身智能", "杭州市就具身智能机器人产业若干措施公开征求意见。", DAY),
        ("政策周报｜杭州", "杭州市印发支持具身智能机器人产业若干措施。", DAY),
    ],
)
def test_another_place_topic_day_or_state_is_another_policy(
    title: str, text: str, day: date
) -> None:
    report = page(title, text, day=day)
    assert not meets(report, ACT) or trace_official(report, among={7: ACT}) is None


def test_two_bodies_with_the_same_topic_on_the_same_day_are_not_related() -> None:
    for city, related in (("杭州市", True), ("宁波市", False)):
        report = page("机器人新政", f"{city}出台新政，支持具身智能机器人产业。")
        assert (relate(report, ACT) is not None) is related


@pytest.mark.parametrize(
    ("told", "acted", "same"),
    [("二", "二", True), ("2", "二", True), ("一", "二", False), ("十一", "一", False)],
)
def test_one_batch_is_not_another(told: str, acted: str, same: bool) -> None:
    act = page(
        f"国家数据局关于公布第{acted}批可信数据空间试点名单的通知",
        level="national",
        publisher="国家数据局",
        issuing_bodies=("国家数据局",),
    )
    text = f"国家数据局近日公布第{told}批可信数据空间试点，共58个。"
    assert meets(page(f"第{told}批可信数据空间试点来了", text), act) is same


def test_a_city_explains_its_own_policy_and_not_that_of_another_city() -> None:
    reading = page(
        "《关于支持算力产业高质量发展的若干政策》解读",
        level="municipal",
        publisher="杭州市人民政府",
    )
    acts = {
        city: page(
            f"{city}人民政府办公厅关于印发支持算力产业高质量发展若干政策的通知",
            level="municipal",
            publisher=f"{city}人民政府",
            issuing_bodies=(f"{city}人民政府办公厅",),
        )
        for city in ("杭州市", "武汉市")
    }
    assert relate(reading, acts["杭州市"]) is not None
    assert relate(reading, acts["武汉市"]) is None
