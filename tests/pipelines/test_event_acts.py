"""Acts as ministries, parliaments and cities print them, and what media make of their names."""

from __future__ import annotations

from datetime import date
from zlib import crc32

import pytest

from pipelines.events import EventKeys, PageFacts, read_keys, read_name, relate

DAY = date(2025, 5, 9)
TASKS = "\n".join(f"（{n}）做好工作{n}。各有关部门按职责分工负责。" for n in "一二三四五六七")


def page(
    title: str, text: str = "", *, day: date = DAY, level: str = "none", **more: object
) -> EventKeys:
    site = "www.gov.example.gov.cn" if level != "none" else "news.example.com"
    url = f"https://{site}/{crc32(f'{title} {text}'.encode())}.html"
    facts = PageFacts(title=title, text=text, url=url, level=level, published_on=day, **more)  # type: ignore[arg-type]
    return read_keys(facts)


def act(
    title: str,
    *,
    by: str,
    site: str = "",
    number: str = "",
    text: str = "",
    level: str = "national",
    day: date = DAY,
) -> EventKeys:
    """An act of ``by`` on the site of ``site``, else its own."""
    return page(
        title,
        text,
        day=day,
        level=level,
        publisher=site or by,
        issuing_bodies=(by,),
        doc_number=number or None,
    )


def meets(other: EventKeys, known: EventKeys) -> bool:
    """Whether a page finds the act in the store and is held to be of its event."""
    return bool(set(other.asked) & set(known.filed)) and relate(other, known) is not None


RENTING = act("住房租赁条例", by="国务院", site="中国政府网", number="国务院令第812号")
ORDER = act(
    "公平竞争规则实施办法", by="国家市场监督管理总局", number="国家市场监督管理总局令第99号"
)
HOUSES = act(
    "关于优化调整房地产市场调控政策的通知",
    by="杭州市房地产市场平稳健康发展领导小组办公室",
    site="杭州市人民政府",
    level="municipal",
)
TECHNIQUE = act("商务部公告2025年第62号 公布对稀土相关技术实施出口管制的决定", by="商务部")
OBJECTS = act("商务部公告2025年第61号 公布对境外相关稀土物项实施出口管制的决定", by="商务部")
GIANTS = act(
    "工业和信息化部关于公布第六批专精特新“小巨人”企业和通过复核的第三批专精特新“小巨人”企业名单的通告",
    by="工业和信息化部",
)
GUIDE = act("【第14号公告】《上市公司监管指引第10号——市值管理》", by="中国证券监督管理委员会")
ROADS = act("北京市自动驾驶汽车条例", by="北京市人民代表大会常务委员会", level="provincial")
VILLAGES = act(
    "中共中央 国务院关于学习运用“千村示范、万村整治”工程经验有力有效推进乡村全面振兴的意见",
    by="中共中央",
    site="中国政府网",
)
CHANGED = act("国务院关于修改《快递暂行条例》的决定", by="国务院", site="中国政府网")
FAMILY = act(
    "最高人民法院关于适用《中华人民共和国民法典》婚姻家庭编的解释（二）", by="最高人民法院"
)
PAYMENTS = act("保障中小企业款项支付条例", by="国务院", site="中国政府网")


@pytest.mark.parametrize(
    ("title", "text", "known"),
    [
        ("租房新规来了", "《住房租赁条例》已公布，厨房、阳台不得单独出租。", RENTING),
        ("China issues rules on renting", "A decree on renting (《住房租赁条例》).", RENTING),
        (
            "99号令来了",
            "近日，市场监管总局公布《公平竞争规则实施办法》（市场监管总局令第99号）。",
            ORDER,
        ),
        ("取得房产可落户", "杭州今日发布通知，优化调整房地产市场调控政策。", HOUSES),
        (
            "商务部：管制技术",
            "商务部9日发布公告2025年第62号，公布对稀土相关技术实施出口管制的决定。",
            TECHNIQUE,
        ),
        ("稀土物项管制", "商务部发布公告，公布对境外相关稀土物项实施出口管制的决定。", OBJECTS),
        ("第六批“小巨人”名单公布", "工信部公布第六批专精特新“小巨人”企业名单，共3029家。", GIANTS),
        ("破净公司要披露计划", "证监会发布《上市公司监管指引第10号——市值管理》。", GUIDE),
        ("市人大常委会召开新闻发布会介绍《北京市自动驾驶汽车条例》", "条例共九章。", ROADS),
        (
            "2025年中央一号文件公布",
            "2025年中央一号文件9日发布，提出学习运用“千村示范、万村整治”工程经验，有力有效推进乡村全面振兴。",
            VILLAGES,
        ),
        ("快递有新规", "国务院公布《国务院关于修改〈快递暂行条例〉的决定》。", CHANGED),
        (
            "新解释",
            "最高法发布《关于适用〈中华人民共和国民法典〉婚姻家庭编的解释（二）》。",
            FAMILY,
        ),
        ("60日内付款", "修订后的保障中小企业款项支付条例日前公布，约束大型企业。", PAYMENTS),
    ],
)
def test_the_page_finds_the_act(title: str, text: str, known: EventKeys) -> None:
    assert meets(page(title, text), known)


@pytest.mark.parametrize(
    ("title", "text", "known"),
    [
        ("上海租房有法可依", "《住房租赁条例》昨日公布。", RENTING),
        ("租房新规来了", "《住房租赁条例》昨日由市人大常委会表决通过，本市租客有了保障。", RENTING),
        ("租房新规来了", "《上海市住房租赁条例》昨日公布。", RENTING),
        (
            "商务部：管制技术",
            "商务部9日发布公告2025年第62号，公布对稀土相关技术实施出口管制的决定。",
            OBJECTS,
        ),
        ("第七批“小巨人”名单公布", "工信部公布第七批专精特新“小巨人”企业名单。", GIANTS),
        ("快递有新规", "国务院公布《国务院关于修改〈邮政条例〉的决定》。", CHANGED),
        (
            "新解释",
            "最高法发布《关于适用〈中华人民共和国民法典〉婚姻家庭编的解释（一）》。",
            FAMILY,
        ),
        ("新解释", "最高法发布《关于适用〈中华人民共和国民法典〉合同编的解释（二）》。", FAMILY),
        ("规则出炉", "证监会发布《上市公司监管指引第9号——市值管理》。", GUIDE),
        ("2025年中央一号文件公布", "2025年中央一号文件发布，提出进一步深化农村改革。", VILLAGES),
        ("北京市召开《北京市自动驾驶汽车条例》宣讲会", "", ROADS),
    ],
)
def test_the_page_finds_another_act_or_none(title: str, text: str, known: EventKeys) -> None:
    assert not meets(page(title, text), known)


def test_the_first_notice_of_a_batch_is_not_that_of_those_reviewed_years_later() -> None:
    told = "工信部公布第三批专精特新“小巨人”企业名单。"
    then = page("第三批“小巨人”名单公布", told, day=date(2022, 1, 1))
    assert not meets(then, GIANTS)


def test_a_law_is_explained_by_others_than_its_issuer_and_made_by_none() -> None:
    ministry = "住房和城乡建设部"
    explains = page(
        "《住房租赁条例》解读", level="national", publisher=ministry, issuing_bodies=(ministry,)
    )
    assert meets(explains, RENTING)
    assert relate(act("住房租赁条例", by=ministry), RENTING) is None


def test_the_act_is_named_behind_the_announcement_that_publishes_it() -> None:
    subject = page("技术管制", "商务部发布公告，公布对稀土技术实施出口管制的决定。").subject
    assert subject is not None
    assert subject.name.core == "对稀土技术实施出口管制决定"


def test_a_long_name_without_a_place_may_be_that_of_any_place() -> None:
    told = page("60日内付款", "《保障中小企业款项支付条例》昨日公布。").subject
    short = page("租房新规来了", "《住房租赁条例》昨日公布。").subject
    assert told is not None
    assert short is not None
    assert (told.name.place, short.name.place) == ("", "CN")


def test_the_notice_of_a_numbered_announcement_is_the_act() -> None:
    assert [TECHNIQUE.role, OBJECTS.role, GUIDE.role] == ["final"] * 3
    assert relate(TECHNIQUE, OBJECTS) is None


def test_issuers_side_by_side_are_no_headline() -> None:
    title = "国家发展改革委 财政部印发《关于加力支持设备更新的若干措施》的通知"
    assert act(title, by="国家发展和改革委员会").role == "final"
    assert page("三千亿元来了 财政部印发《关于加力支持设备更新的若干措施》的通知").role == "report"


def test_a_page_that_goes_on_with_the_text_is_the_act() -> None:
    title = "中共中央办公厅 国务院办公厅印发《某项补贴制度实施方案》"
    text = f"两办近日印发了《某项补贴制度实施方案》。\n主要内容如下。\n{TASKS}"
    known = act(title, by="中共中央办公厅", site="中国政府网", text=text)
    assert known.role == "final"
    assert page(title, text).role == "full_text"
    assert page(title, text.partition("主要")[0]).role == "report"
    assert act(title, by="中共中央办公厅", site="某省人民政府", text=text).role == "full_text"


DRAFT = act(
    "关于《人脸识别技术应用安全管理规定（试行）（征求意见稿）》公开征求意见的通知",
    by="国家互联网信息办公室",
    day=date(2024, 8, 8),
)
FACES = act("人脸识别技术应用安全管理办法", by="国家互联网信息办公室")


def test_a_draft_is_known_when_its_act_becomes_a_办法_instead_of_规定() -> None:
    assert meets(FACES, DRAFT)
    assert meets(DRAFT, FACES)
    report = page("刷脸不得强制", "国家网信办日前公布《人脸识别技术应用安全管理办法》。")
    assert meets(report, FACES)
    link = relate(report, DRAFT)
    assert link is None or not link.sure


def test_other_rules_of_nearly_the_name_are_not_its_draft() -> None:
    other = act("人脸识别技术应用安全管理办法", by="中国人民银行")
    earlier = act("人脸识别技术应用安全管理办法", by="国家互联网信息办公室", day=date(2023, 1, 1))
    rules = act("人脸识别技术应用安全管理实施细则", by="国家互联网信息办公室")
    decree = act("人脸识别技术应用安全管理规定", by="国家互联网信息办公室")
    assert [relate(DRAFT, known) for known in (other, earlier, rules)] == [None] * 3
    assert relate(FACES, decree) is None


def test_a_title_may_end_with_the_call_for_comments() -> None:
    title = "关于适用《中华人民共和国民法典》婚姻家庭编的解释（二）（征求意见稿）向社会公开征求意见"
    draft = act(f"最高人民法院{title}", by="最高人民法院", day=date(2024, 4, 7))
    assert draft.role == "draft"
    assert meets(FAMILY, draft)


def test_the_number_may_stand_behind_the_title() -> None:
    name = "广州市促进生物医药产业高质量发展若干政策措施"
    by = "广州市人民政府办公厅"
    known = act(f"{by}关于印发{name}的通知（穗府办规〔2025〕8号）", by=by, level="municipal")
    assert known.role == "final"
    assert meets(page("新政来了", f"广州市政府办公厅日前印发《{name}》。"), known)


def test_an_explanation_leaves_out_that_the_notice_is_published() -> None:
    by = "国家药品监督管理局"
    known = act("国家药监局关于发布优化临床试验审批有关事项的公告（2025年第86号）", by=by)
    told = page("《国家药监局关于优化临床试验审批有关事项的公告》政策解读", level="national")
    assert known.role == "final"
    assert meets(told, known)


FAR = "记者在田间看到，收割机正在作业，合作社的社员忙着装车运粮，今年收成比往年好。" * 7
FOREIGN = act("中华人民共和国外商投资法", by="全国人民代表大会", site="中国人大网")


def test_what_a_report_touches_upon_far_down_is_not_what_it_is_about() -> None:
    told = "全国人大日前通过《外商投资法》。"
    assert meets(page("投资有法可依", told), FOREIGN)
    assert page("两国议长举行会谈", f"{FAR}{told}").subject is None
    assert meets(page("外商投资迎来新规", f"{FAR}{told}"), FOREIGN)
    based = f"{FAR}根据《对外贸易法》，{told}"
    assert meets(page("China passes a law on investment", based), FOREIGN)


@pytest.mark.parametrize("title", ["国内联播快讯", "今日要闻", "某台发布国内十大新闻"])
def test_pages_of_many_items_are_about_none(title: str) -> None:
    text = "全国人大日前通过《外商投资法》。"
    assert page(title, text).subject is None
    assert page(f"快讯：{text}", text).subject is not None


def test_papers_that_come_again_under_one_name_are_of_one_event_for_some_days_only() -> None:
    for name in ("最高人民法院工作报告", "国务院关于修改和废止部分行政法规的决定"):
        first = page(f"受权播发《{name}》", f"今天发布《{name}》。", day=date(2024, 3, 15))
        same = page(f"《{name}》公布", f"近日公布《{name}》。", day=date(2024, 3, 20))
        later = page(f"受权播发《{name}》", f"今天发布《{name}》。", day=date(2024, 4, 10))
        assert relate(first, same) is not None
        assert relate(first, later) is None


def test_the_last_of_several_bases_is_a_basis() -> None:
    basis = "委员会发布公告，根据《海关法》、《对外贸易法》《进出口关税条例》等，调整关税。"
    assert page("加征关税", basis).subject is None
    both = "国务院印发《海岛管理条例》和《海岸管理条例》。"
    subject = page("海岛有了条例", both).subject
    assert subject is not None
    assert subject.name.core == "海岛管理条例"


def test_numbered_announcements_of_one_body_are_several() -> None:
    names = [read_name(f"中华人民共和国某大会公告（第{n}号）") for n in "四4五"]
    assert len({name.core for name in names if name is not None}) == 2
    numbered = read_name("某管理规定（2025年第86号）")
    assert numbered is not None
    assert numbered.core == "某管理规定"


def test_a_headline_that_begins_with_a_call_to_study_names_no_act() -> None:
    text = "某机关日前开展深入贯彻中央八项规定，推动作风建设。"
    assert page("作风建设", text).subject is None


@pytest.mark.parametrize(
    ("name", "by"),
    [
        ("中国制造2025", "国务院"),
        ("国家森林火灾应急预案", "国务院办公厅"),
        ("深化医药卫生体制改革2014年重点工作任务", "国务院办公厅"),
        ("深圳市智能终端产业发展扶持计划操作规程", "深圳市工业和信息化局"),
    ],
)
def test_what_is_issued_is_an_act_whatever_it_is_called(name: str, by: str) -> None:
    report = page("新政来了", f"{by}日前印发《{name}》。")
    for title in (f"{by}关于印发《{name}》的通知", f"{by}关于印发{name}的通知"):
        known = act(title, by=by)
        assert known.role == "final"
        assert meets(report, known)
    assert page("新书来了", "某社日前发布《中国往事2025》。").subject is None


def test_a_procedure_under_its_bare_name_is_the_act() -> None:
    name = "深圳市智能终端产业发展扶持计划操作规程"
    known = act(name, by="深圳市工业和信息化局", level="municipal")
    assert known.role == "final"
    assert known.name == name


def test_a_market_is_no_city() -> None:
    for title in ("快递市场管理办法", "证券市场交易管理规定", "房地产市场调控办法"):
        name = read_name(title)
        assert name is not None
        assert (name.place, name.core) == ("", title)


def test_a_revised_act_bears_its_bare_name() -> None:
    name = read_name("新修订的《某类企业款项支付条例》")
    assert name is not None
    assert name.core == "某类企业款项支付条例"
    assert not name.revised
