"""The kind of a document, from its title."""

from __future__ import annotations

import pytest

from pipelines.fields.doctype import announced_kind, document_kind, genre_of


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("国务院关于印发《某行动计划（2024—2026年）》的通知", "行动计划"),
        ("某办法（征求意见稿）", "征求意见稿"),
        ("关于促进发展的若干意见", "意见"),
        ("山西省数字经济促进条例", "条例"),
        ("甲市发布《甲市产业发展行动方案》", "行动计划"),
        ("某监管会：正在草拟持牌机构的监管规定", None),
        ("用好新方法", None),
        ("中华人民共和国民法典", "法"),
        ("国家发展改革委关于印发工作要点的通知（发改能源〔2025〕93号）", "要点"),
        ("第13/2019号法律 网络安全法", "法"),
        ("数据安全技术 数据分类分级规则（GB/T 43697—2024）", "标准"),
        ("最高人民法院关于审理网络案件适用法律若干问题的规定（一）", "司法解释"),
        ("国务院关于修改《某法实施细则》的决定", "法"),
        ("最高人民法院关于修改《关于某案件的解释》的决定", "司法解释"),
        ("最高人民法院关于发布第35批指导性案例的通知", "案例"),
        ("某局对某公司依法作出行政处罚的决定", "案例"),
        ("某公司董事长被采取强制措施", None),
        ("人民法院在线诉讼规则", "司法解释"),
        ("人民法院在线服务小程序升级", None),
    ],
)
def test_document_kinds(title: str, kind: str | None) -> None:
    assert document_kind(title) == kind


def test_reports_name_the_kind_they_announce() -> None:
    lead = "甲市领导小组办公室近日印发《甲市产业发展行动方案》。"
    assert announced_kind("甲市印发首个政策文件", lead) == "行动计划"
    assert announced_kind("甲公司上线新平台", lead) is None
    assert genre_of("国务院办公厅关于同意建立制度的函") == "函"
