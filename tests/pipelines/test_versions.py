"""Two versions of a text, clause by clause: what was inserted, deleted, changed, moved."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.versions import align_versions, read_clauses, same_instrument
from pipelines.versions.sheet import compare_sheet

ARTICLES = [
    "为了规范示例数据的处理活动，保护当事人的合法权益，制定本条例。",
    "在本市行政区域内从事示例数据的收集、存储和使用，适用本条例。",
    "市主管部门负责统筹协调，区主管部门负责本辖区的监督管理工作。\n各级财政应当保障所需经费。",
    "处理者应当建立安全管理制度，明确负责人，并定期开展培训。",
    "处理者应当每年至少开展一次风险评估，评估报告保存三年。",
    "违反规定的，责令改正，给予警告；拒不改正的，处一万元以上五万元以下罚款。",
    "本条例自2026年1月1日起施行。",
]
NUMERALS = "一二三四五六七八九十"


def law(articles: list[str]) -> str:
    return "第一章 总则\n" + "\n".join(
        f"第{NUMERALS[at]}条 {text}" for at, text in enumerate(articles)
    )


def kinds(old: list[str], new: list[str]) -> list[tuple[str, str, str]]:
    return [
        (d.kind, d.old.label if d.old else "", d.new.label if d.new else "")
        for d in align_versions(law(old), law(new)).differences
    ]


def test_identical_texts_give_an_empty_table() -> None:
    found = align_versions(law(ARTICLES), law(ARTICLES))
    assert found.differences == ()
    assert found.unchanged == len(ARTICLES) + 1


def test_spacing_and_width_are_no_difference() -> None:
    assert align_versions(law(ARTICLES), law(ARTICLES).replace("条 ", "条　")).differences == ()


def test_an_inserted_article_renumbers_the_rest() -> None:
    new = [*ARTICLES[:3], "市主管部门应当建立举报渠道，及时受理投诉。", *ARTICLES[3:]]
    assert kinds(ARTICLES, new) == [
        ("insert", "", "第四条"),
        ("renumber", "第四条", "第五条"),
        ("renumber", "第五条", "第六条"),
        ("renumber", "第六条", "第七条"),
        ("renumber", "第七条", "第八条"),
    ]


def test_a_deleted_article_is_shown_where_it_stood() -> None:
    new = [*ARTICLES[:4], *ARTICLES[5:]]
    assert kinds(ARTICLES, new)[0] == ("delete", "第五条", "")


def test_a_moved_article_is_not_deleted_and_inserted() -> None:
    new = [ARTICLES[0], *ARTICLES[2:6], ARTICLES[1], ARTICLES[6]]
    found = [kind for kind, _, _ in kinds(ARTICLES, new)]
    assert found.count("move") == 1
    assert "delete" not in found
    assert "insert" not in found


def test_a_change_is_shown_word_by_word_with_its_paragraph() -> None:
    new = list(ARTICLES)
    new[2] = new[2].replace("应当保障所需经费", "应当足额保障所需经费")
    (found,) = align_versions(law(ARTICLES), law(new)).differences
    assert (found.kind, found.renumbered) == ("change", False)
    assert [p.text for p in found.pieces if p.mark == "insert"] == ["足额"]
    (part,) = found.parts
    assert part.kind == "change"
    assert part.new_text == "各级财政应当足额保障所需经费。"


def test_changed_and_renumbered_at_once() -> None:
    new = [ARTICLES[0], "新增的一条，规定适用的例外情形和程序。", *ARTICLES[1:]]
    new[5] = new[5].replace("每年至少", "每半年至少").replace("三年", "五年")
    found = {d.new.label: d for d in align_versions(law(ARTICLES), law(new)).differences if d.new}
    assert found["第六条"].kind == "change"
    assert found["第六条"].renumbered
    assert found["第二条"].kind == "insert"


def test_tasks_of_a_plan_are_aligned_by_their_numbers() -> None:
    old = "一、总体要求\n坚持创新引领。\n二、主要任务\n（一）建设平台，服务企业。\n（二）培育企业。"
    new = old.replace("服务企业", "服务中小企业")
    (found,) = align_versions(old, new).differences
    assert found.new is not None
    assert (found.kind, found.new.label) == ("change", "二、（一）")


def test_texts_without_numbers_are_aligned_by_paragraph() -> None:
    old = "第一段说明背景情况。\n第二段列出主要数据。\n第三段提出工作安排。"
    new = "第一段说明背景情况。\n第三段提出工作安排。"
    assert align_versions(old, new).counts() == {"delete": 1}


def test_nothing_of_the_text_is_lost() -> None:
    text = "序言一段。\n" + law(ARTICLES) + "\n（一）附带一项。"
    joined = "".join(c.label + c.text for c in read_clauses(text))
    assert sorted("".join(joined.split())) == sorted("".join(text.split()))


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("中华人民共和国示例法", "中华人民共和国示例法（2024年修订）", True),
        ("示例管理办法（征求意见稿）", "关于印发《示例管理办法》的通知", True),
        ("示例管理办法", "示例评估办法", False),
        ("2023年政府工作报告", "2023年政府工作报告", False),
        ("关于做好2022年工作的通知", "关于做好2023年工作的通知", False),
        ("公告", "公告", False),
    ],
)
def test_versions_are_linked_by_name(a: str, b: str, same: bool) -> None:
    assert same_instrument(a, b) is same


def test_rules_of_one_name_by_two_issuers_are_two_instruments() -> None:
    assert not same_instrument(
        "停车管理办法", "停车管理办法", issuers_a=("杭州市人民政府",), issuers_b=("成都市人民政府",)
    )


@given(st.permutations(range(7)), st.sets(st.integers(0, 6), max_size=3))
@settings(max_examples=60, deadline=None)
def test_any_order_and_any_loss_is_named_exactly(order: list[int], lost: set[int]) -> None:
    new = [ARTICLES[at] for at in order if at not in lost]
    found = align_versions(law(ARTICLES), law(new))
    gone = {d.old.text for d in found.differences if d.kind == "delete" and d.old}
    assert gone == {ARTICLES[at] for at in lost}
    assert not any(d.kind in ("insert", "change") for d in found.differences)
    assert found.unchanged + len(found.differences) - len(gone) == len(new) + 1


def test_long_laws_take_bounded_time() -> None:
    old = "\n".join(
        f"第{at}条 第{at * 7919}号事项由主管部门负责，处理{at}。" for at in range(1, 900)
    )
    new = "\n".join(
        f"第{at}条 第{at * 6271}号事项由责任机关承担，办理{at}。" for at in range(1, 900)
    )
    started = time.process_time()
    align_versions(old, new)
    align_versions("第一条" * 9000, "第二条" * 9000)
    assert time.process_time() - started < 8


_BASE = [
    "为了规范数据交易活动，促进数据流通利用，制定本条例。",
    "数据交易机构应当建立交易规则，对交易双方身份进行核验，并留存核验记录。",
    "从事数据经纪业务的机构应当向所在地主管部门备案，备案信息向社会公布。",
    "禁止交易涉及国家秘密、商业秘密以及未经同意的个人信息。",
    "交易争议可以向仲裁委员会申请仲裁，也可以向人民法院起诉。",
    "主管部门应当建立信用档案，对失信机构实施联合惩戒。",
]


def _articles(texts: list[str]) -> str:
    numbers = "一二三四五六七八九十"
    return "\n".join(f"第{numbers[at]}条 {text}" for at, text in enumerate(texts))


def test_a_clause_merged_into_another_says_where_it_went() -> None:
    merged = [*_BASE[:2], *_BASE[3:]]
    merged[1] += "\n从事数据经纪业务的机构应当到所在地主管部门备案，备案信息应当向社会公布。"
    sheet = compare_sheet(_articles(_BASE), _articles(merged), old_title="旧", new_title="新")
    gone = next(row for row in sheet.rows if row.kind == "delete")
    assert gone.old is not None
    assert gone.old.label == "第三条"
    assert gone.remark == "删去、并入第二条"


def test_a_clause_split_off_says_where_it_is_from() -> None:
    joined = [*_BASE[:2], *_BASE[3:]]
    joined[1] += "\n" + _BASE[2]
    sheet = compare_sheet(_articles(joined), _articles(_BASE), old_title="旧", new_title="新")
    new = next(row for row in sheet.rows if row.kind == "insert")
    assert new.remark == "新增、自第二条分出"


def test_a_clause_that_moved_and_was_rewritten_is_still_one() -> None:
    moved = [*_BASE[:2], *_BASE[3:]]
    moved.append("数据经纪机构开展业务前，依法到主管部门备案，备案名录每月公布。")
    found = align_versions(_articles(_BASE), _articles(moved)).differences
    assert [d.kind for d in found if d.kind in ("insert", "delete")] == []
    assert any(d.moved and d.new is not None and d.new.label == "第六条" for d in found)


def test_unrelated_clauses_are_joined_to_nothing() -> None:
    other = [*_BASE[:2], "每年十月为数据安全宣传月，由各级工会组织开展技能竞赛活动。", *_BASE[3:]]
    found = align_versions(_articles(_BASE), _articles(other)).differences
    assert [(d.kind, d.joined) for d in found] == [("delete", ""), ("insert", "")]


def test_a_clause_is_known_by_its_first_paragraph_when_the_rest_is_new() -> None:
    old = "市大数据主管部门应当定期编制经纪机构目录，并向社会公布。"
    new = "市大数据发展部门应当定期编制经纪机构名录，并向社会发布。"
    tail = (
        "列入的，每年按业务量补助二十万元；未列入的，可以书面陈述理由，由区级窗口转报复核，"
        "限期十五天办结，逾期视为同意，申请者凭回执领取补助。"
    )
    other = (
        "平台归集登记、评估、定价、清算等环节凭证，供科研院校与审计师查阅使用，免收费用；"
        "拒不上传凭证者，列为重点抽检对象，情节恶劣的吊销牌照。"
    )
    before = _articles([*_BASE[:2], f"{old}\n{tail}", *_BASE[3:]])
    after = _articles([*_BASE[:2], *_BASE[3:], f"{new}\n{other}"])
    found = align_versions(before, after).differences
    assert [d.kind for d in found if d.kind in ("insert", "delete")] == []
    assert any(d.moved and d.new is not None and d.new.label == "第六条" for d in found)


def test_lines_without_anything_to_see_are_no_clauses() -> None:
    text = "第一条 为了保护河道，制定本条例。\n\u200b\n第二条 本市河道适用本条例。\n\ufeff\u200b\n"
    assert not align_versions(text.replace("\u200b", "").replace("\ufeff", ""), text).differences
