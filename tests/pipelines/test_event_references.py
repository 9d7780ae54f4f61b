"""An act that repeals or amends, a round-up that mentions: found from the other side."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.events import EventKeys, PageFacts, read_keys
from pipelines.events.references import Reference, known_as, references_of, refers_to


def page(title: str, day: date, *, level: str = "provincial", number: str = "") -> EventKeys:
    site = "data.example.gov.cn" if level != "none" else "news.example.com"
    return read_keys(
        PageFacts(
            title=title,
            url=f"https://{site}/{day.isoformat()}.html",
            level=level,
            doc_number=number or None,
            issuing_bodies=("浙江省数据局",) if level != "none" else (),
            published_on=day,
        )
    )


def said(keys: EventKeys, title: str, text: str) -> list[Reference]:
    return list(references_of(keys, title=title, text=text))


def meant(target: EventKeys, by: EventKeys, references: list[Reference]) -> list[str]:
    return [
        row.kind
        for row in references
        if set(row.values) & set(known_as(target))
        and refers_to(target, kind=row.kind, number=row.number, place=row.place, day=by.day)
    ]


NEW = page("浙江省数据局关于印发《浙江省数据交易管理办法》的通知", date(2026, 9, 1))
CLAUSE = (
    "第二十条 本办法自2026年10月1日起施行。"
    "《浙江省数据交易管理办法（试行）》（浙数发〔2019〕3号）、《浙江省数据经纪人管理暂行规定》同时废止。"
)


@pytest.mark.parametrize(
    ("title", "day", "number", "kinds"),
    [
        ("浙江省数据交易管理办法（试行）", date(2019, 3, 1), "浙数发〔2019〕3号", ["repeal"]),
        ("浙江省数据交易管理办法（试行）", date(2019, 3, 1), "", ["repeal"]),
        ("浙江省数据交易管理办法（试行）", date(2020, 3, 1), "浙数发〔2020〕9号", []),
        ("浙江省数据经纪人管理暂行规定", date(2021, 5, 1), "", ["repeal"]),
        ("四川省数据经纪人管理暂行规定", date(2021, 5, 1), "", []),
        ("浙江省数据经纪人管理暂行规定", date(2026, 10, 9), "", []),
    ],
)
def test_the_last_article_repeals_what_was_there_before(
    title: str, day: date, number: str, kinds: list[str]
) -> None:
    references = said(NEW, "浙江省数据局关于印发《浙江省数据交易管理办法》的通知", CLAUSE)
    assert len(references) == 2
    target = page(title, day, number=number)
    assert meant(target, NEW, references) == kinds


def test_a_number_with_the_full_name_of_its_body_is_that_with_the_short_one() -> None:
    text = "第九条 《某类数据管理规定》（国家市场监管总局令第15号）同时废止。"
    target = page("某类数据管理规定", date(2019, 3, 1), number="国家市场监督管理总局令第15号")
    other = page("某类数据管理规定", date(2019, 3, 1), number="国家市场监督管理总局令第16号")
    references = said(NEW, "某类数据管理办法", text)
    assert meant(target, NEW, references) == ["repeal"]
    assert meant(other, NEW, references) == []


def test_a_decision_amends_the_acts_it_lists() -> None:
    title = "浙江省人民政府关于修改部分规章的决定"
    decision = page(title, date(2026, 6, 1))
    text = "经研究，决定对《浙江省数据交易管理办法》《浙江省公共数据开放办法》作如下修改：\n一、……"
    references = said(decision, title, text)
    assert [row.name for row in references] == ["浙江省数据交易管理办法", "浙江省公共数据开放办法"]
    target = page("浙江省公共数据开放办法", date(2020, 1, 1))
    assert meant(target, decision, references) == ["amend"]


def test_a_round_up_mentions_and_a_report_does_not() -> None:
    plans = ("浙江省算力产业发展行动计划", "四川省低空经济发展实施方案", "数据流通安全治理办法")
    told = "".join(f"近日，有关部门印发《{plan}》。" for plan in plans)
    title = "一周政策速览（6.1-6.7）"
    roundup = page(title, date(2026, 6, 8), level="none")
    assert roundup.subject is None
    references = said(roundup, title, told)
    assert {row.kind for row in references} == {"mention"}
    target = page("浙江省算力产业发展行动计划", date(2026, 6, 3))
    assert meant(target, roundup, references) == ["mention"]
    old = page("浙江省算力产业发展行动计划", date(2023, 6, 3))
    assert meant(old, roundup, references) == []
    news = page("浙江发布算力计划", date(2026, 6, 4), level="none")
    assert said(news, "浙江发布算力计划", f"浙江省日前印发《{plans[0]}》。") == []
