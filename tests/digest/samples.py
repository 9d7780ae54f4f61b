"""Sample issues written for the tests: real-looking titles, invented texts and hosts."""

from __future__ import annotations

from datetime import date, timedelta

from digest.phrases import lead_text
from digest.view import (
    AlsoSeen,
    Coverage,
    Deadline,
    Figure,
    IssueView,
    Item,
    Lead,
    Section,
    Touched,
)

TODAY = date(2026, 11, 16)

_ROWS = (
    (
        "new-rules",
        "国务院关于印发《数据基础设施建设三年行动计划（2026—2028年）》的通知",
        "国务院",
        "全国",
        "国发〔2026〕18号",
        "行动计划",
        "到2028年，建成覆盖全国的数据流通利用设施网络，培育不少于500个可信数据空间；"
        "对国家枢纽节点内的公共算力，按年度服务量给予最高3000万元补助，由国家数据局牵头，"
        "各省级人民政府于2027年3月底前制定实施细则。",
        ("数据要素", "算力"),
    ),
    (
        "new-rules",
        "网络数据安全风险评估办法",
        "国家互联网信息办公室",
        "全国",
        "国家互联网信息办公室令第21号",
        "管理规定",
        "处理100万人以上个人信息的网络数据处理者每年至少开展一次风险评估，"
        "评估报告保存不少于三年；重要数据出境前六个月内须完成专项评估。自2027年1月1日起施行。",
        ("数据安全",),
    ),
    (
        "regulation",
        "市场监管总局就《平台收费行为合规指南（征求意见稿）》公开征求意见",
        "国家市场监督管理总局",
        "全国",
        "",
        "征求意见",
        "征求意见稿共二十八条，明确平台不得以“技术服务费”名义重复收费，"
        "调整收费标准应提前三十日公示并保留历史版本。意见反馈截止时间为2026年11月25日。",
        ("平台经济", "收费"),
    ),
    (
        "regulation",
        "广东省人民政府办公厅关于印发广东省人工智能与机器人产业创新发展若干措施的通知",
        "广东省人民政府办公厅",
        "广东",
        "粤府办〔2026〕15号",
        "扶持办法",
        "对首次投放市场的人形机器人整机按销售额的10%给予补助，单个企业每年最高500万元；"
        "支持广州、深圳建设开放测试道路与共享训练场，开放不少于100个公共应用场景。",
        ("人工智能", "产业政策"),
    ),
    (
        "cases",
        "最高人民法院发布第47批指导性案例",
        "最高人民法院",
        "全国",
        "",
        "案例",
        "本批共六件，涉及算法推荐服务的注意义务、电子劳动合同效力和虚拟财产继承。"
        "其中第264号明确：平台对明显异常的批量注册行为未采取必要措施的，应承担相应责任。",
        ("司法",),
    ),
    (
        "hot",
        "EDPB adopts guidelines on pseudonymisation and the interplay with the Data Act",
        "European Data Protection Board",
        "欧盟",
        "",
        "",
        "The guidelines clarify when pseudonymised data remain personal data and set out "
        "technical measures that controllers may rely on when sharing data under the Data Act.",
        ("数据安全",),
    ),
    (
        "hot",
        "上海数据交易所前三季度交易额突破六十亿元",
        "示例财经",
        "上海",
        "",
        "",
        "交易所称，金融与航运类数据产品占成交额近六成，跨境专区新增挂牌产品四十七个。",
        ("数据要素",),
    ),
)

_REPEALED = Touched("repeal", "网络数据安全评估暂行规定", "国信办发〔2021〕9号")
_AMENDED = Touched("amend", "数据出境安全评估办法")
_SECTIONS = (
    ("new-rules", "新法速递", False),
    ("regulation", "监管动态", False),
    ("cases", "典型案例", False),
    ("hot", "行业热点", True),
)


def sample_item(number: int, row: int, *, serial: int = 0) -> Item:
    """One item from the sample rows; ``serial`` makes repeated titles different."""
    _, title, source, region, doc_number, doc_type, summary, topics = _ROWS[row % len(_ROWS)]
    if serial:
        title = f"{title}（之{serial + 1}）"
    also = tuple(
        AlsoSeen(name=name, url=f"https://news{index}.example.com/p/{number}")
        for index, name in enumerate(("示例日报", "示例网", "示例财经"), start=1)
    )
    return Item(
        number=number,
        document_id=number,
        title=title,
        url=f"https://www.agency-{row}.example.cn/zwgk/zcwj/202611/t20261112_{number:06d}.html",
        source=source,
        day=TODAY - timedelta(days=1 + number % 7),
        region=region,
        doc_number=doc_number,
        doc_type=doc_type,
        summary=summary,
        topics=topics,
        watches=("客户甲：平台收费",) if row % len(_ROWS) == 2 else (),
        also=also if row % 3 == 0 else also[:1] if row % 3 == 1 else (),
        also_total=5 if row % 3 == 0 else 1 if row % 3 == 1 else 0,
        mark="更新" if row % len(_ROWS) == 4 else "",
        mark_issue=11 if row % len(_ROWS) == 4 else 0,
        news="文本有修改：第三条“十五日”改为“三十日”" if row % len(_ROWS) == 4 else "",
        comments_until=date(2026, 11, 25) if row % len(_ROWS) == 2 else None,
        effective_on=date(2027, 1, 1) if row % len(_ROWS) == 1 else None,
        minutes=12 if row % len(_ROWS) == 0 else 2,
        touched=(_REPEALED, _AMENDED) if row % len(_ROWS) == 1 else (),
        lang="en" if row % len(_ROWS) == 5 else "",
    )


def _deadlines(items: list[Item]) -> tuple[Deadline, ...]:
    """One deadline of an earlier issue and the first two of these items."""
    own = tuple(
        Deadline(
            day=item.comments_until,
            what="意见截止",
            title="平台收费行为合规指南（征求意见稿）",
            url=item.url,
            days_left=(item.comments_until - TODAY).days,
            number=item.number,
        )
        for item in items
        if item.comments_until
    )[:2]
    earlier = Deadline(
        day=date(2026, 11, 18),
        what="意见截止",
        title="民用无人驾驶航空器运行安全管理规则（修订草案）",
        url="https://www.agency-9.example.cn/hdjl/yjzj/202610/t20261019_1.html",
        days_left=2,
    )
    return (earlier, *own)


def sample_issue(count: int = 20, **changes: object) -> IssueView:
    """An issue with ``count`` items spread over four sections."""
    rows = [index % len(_ROWS) for index in range(count)]
    number = 0
    sections = []
    for slug, title, brief in _SECTIONS:
        items = []
        for index, row in enumerate(rows):
            if _ROWS[row][0] == slug:
                number += 1
                items.append(sample_item(number, row, serial=index // len(_ROWS)))
        if items:
            sections.append(Section(slug=slug, title=title, items=tuple(items), brief=brief))
    everything = [item for section in sections for item in section.items]
    leads = tuple(
        Lead(number=item.number, who=item.source, text=lead_text(item.title), url=item.url)
        for item in everything[:5]
    )
    deadlines = _deadlines(everything) if count else ()
    figures = (
        Figure(value=count, label="本期条目"),
        Figure(value=max(count // 2, 1), label="国家级"),
        Figure(value=count // 4, label="地方"),
        Figure(value=len(deadlines), label="征求意见"),
    )
    values: dict[str, object] = {
        "edition": "weekly",
        "title": "政策与法律周报",
        "subtitle": "数据、平台与人工智能治理",
        "number": 12,
        "issued_on": TODAY,
        "first_day": date(2026, 11, 9),
        "last_day": date(2026, 11, 15),
        "sections": tuple(sections),
        "leads": leads,
        "deadlines": deadlines,
        "figures": figures if count else (),
        "coverage": Coverage(checked=118, total=120, failed=("示例市人民政府", "示例交易所")),
        "minutes": max(1, count // 4),
        "publisher": "示例律师事务所 数据合规组",
        "contact": "北京市示例路 1 号 · digest@example.org",
        "notice": "本刊内容摘自公开来源，仅供研究交流，不构成法律意见。",
        "cadence": "每周一",
    }
    return IssueView(**{**values, **changes})  # type: ignore[arg-type]
