"""Sample rows for the review pages: written for these tests, not copied from any site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class SampleSource:
    """A source; ``runs`` names the fate of its last runs, newest first."""

    key: str
    title: str
    publisher: str
    region: str
    level: str
    host: str
    runs: tuple[str, ...]
    status: str = "enabled"
    quiet_days: int | None = 21


@dataclass(frozen=True, slots=True)
class SampleItem:
    """A document; ``days`` is how many days ago it arrived."""

    source: str
    title: str
    days: int
    section: str
    topics: tuple[str, ...] = ()
    number: str | None = None
    issuers: tuple[str, ...] = ()
    published: date | None = None
    comments_until: date | None = None
    state: str = "new"
    body: tuple[str, ...] = ()


SOURCES = (
    SampleSource(
        "cn-gov-zhengce", "中国政府网 最新政策", "中国政府网", "CN", "national", "gov.cn", ("ok",)
    ),
    SampleSource(
        "cn-miit-wjfb",
        "工业和信息化部 文件发布",
        "工业和信息化部",
        "CN",
        "national",
        "miit.gov.cn",
        ("ok", "ok"),
    ),
    SampleSource(
        "cn-cac-zcfg",
        "国家网信办 政策法规",
        "国家互联网信息办公室",
        "CN",
        "national",
        "cac.gov.cn",
        ("partial", "ok"),
    ),
    SampleSource(
        "cn-zhejiang-jxt",
        "浙江省经济和信息化厅 通知公告",
        "浙江省经济和信息化厅",
        "CN-浙江",
        "provincial",
        "jxt.zj.gov.cn",
        ("failed", "failed", "failed"),
    ),
    SampleSource(
        "cn-sichuan-jxt",
        "四川省经济和信息化厅 政策文件",
        "四川省经济和信息化厅",
        "CN-四川",
        "provincial",
        "jxt.sc.gov.cn",
        ("blocked", "blocked"),
    ),
    SampleSource(
        "cn-chengdu-gov",
        "成都市人民政府 规范性文件",
        "成都市人民政府",
        "CN-四川-成都",
        "municipal",
        "chengdu.gov.cn",
        ("ok",),
    ),
    SampleSource(
        "cn-shanghai-jxw",
        "上海市经济和信息化委员会 公告",
        "上海市经济和信息化委员会",
        "CN-上海",
        "provincial",
        "sheitc.sh.gov.cn",
        ("running", "ok"),
    ),
    SampleSource(
        "cn-court-gongbao",
        "最高人民法院 公报案例",
        "最高人民法院",
        "CN",
        "national",
        "court.gov.cn",
        ("ok",),
        "enabled",
        14,
    ),
    SampleSource(
        "uk-fca-news",
        "Financial Conduct Authority News",
        "Financial Conduct Authority",
        "GB",
        "foreign",
        "fca.org.uk",
        ("ok",),
    ),
    SampleSource(
        "cn-media-shuzi", "数字经济观察 快讯", "数字经济观察", "CN", "none", "example.com", ("ok",)
    ),
    SampleSource(
        "cn-jinan-gxj",
        "济南市工业和信息化局 通知",
        "济南市工业和信息化局",
        "CN-山东-济南",
        "municipal",
        "jinan.gov.cn",
        (),
        "enabled",
    ),
    SampleSource(
        "cn-wechat-import",
        "公众号文章（手工导入）",
        "手工导入",
        "CN",
        "none",
        "mp.example",
        (),
        "manual",
    ),
)

_PLAN = (
    "各县（市、区）人民政府，各有关单位：",
    "为抢抓元宇宙产业发展机遇，推动数字经济与实体经济深度融合，现将《关于加快元宇宙产业创新发展的行动计划（2026—2028年）》印发给你们，请结合实际认真贯彻执行。",
    "一、总体目标。到2028年，元宇宙相关产业规模突破1500亿元，培育链主企业10家、专精特新企业80家，打造典型应用场景50个。",
    "二、重点任务。（一）突破关键核心技术。聚焦近眼显示、空间计算、数字孪生引擎等方向，每年实施省级重大科技专项不少于10项。（责任单位：省科技厅、省经信厅）",
    "（二）拓展融合应用。支持工业企业建设数字孪生工厂，对符合条件的项目按不超过设备投资额的15%给予补助，单个项目最高500万元。（责任单位：省经信厅、省财政厅）",
    "三、保障措施。建立部门会商机制，按季度调度进展；统筹现有专项资金，优先支持共性技术平台建设。",
)
_NOTICE = (
    "各省、自治区、直辖市及计划单列市、新疆生产建设兵团工业和信息化主管部门：",
    "为进一步规范行业数据安全管理，防范数据安全风险，根据有关法律法规，现就有关事项通知如下。",
    "一、压实主体责任。企业应当明确数据安全负责人和管理机构，建立数据分类分级清单，每年至少更新一次。",
    "二、加强风险评估。处理重要数据的企业应当自行或者委托第三方评估机构每年开展一次风险评估，并于次年1月31日前报送评估报告。",
    "三、完善应急处置。发生较大以上数据安全事件的，应当在24小时内报告。",
    "本通知自2027年1月1日起施行。",
)
_CASE = (
    "【裁判要旨】数字藏品系以区块链技术标记的网络虚拟财产，其交易合同效力应当结合发行主体、交易方式和资金用途综合判断。",
    "【基本案情】原告通过被告运营的平台购买数字藏品若干件，后平台停止转售功能，原告请求解除合同并返还价款。",
    "【裁判结果】一审法院判决解除合同，被告返还部分价款。被告不服提起上诉，二审法院判决驳回上诉，维持原判。",
)
_NEWS = (
    "记者从主管部门获悉，今年前三季度，当地数字经济核心产业增加值同比增长9.6%，占地区生产总值的比重达到11.8%。",
    "业内人士认为，随着一批公共算力平台投入使用，中小企业用云用数的成本有望进一步下降。",
)
_ENGLISH = (
    "The authority has published final guidance on the marketing of qualifying cryptoassets to "
    "retail customers.",
    "Firms must comply by 31 March 2027. The guidance clarifies how the fair, clear and not "
    "misleading requirement applies.",
)

ITEMS = (
    SampleItem(
        "cn-zhejiang-jxt",
        "浙江省经济和信息化厅等5部门关于印发《关于加快元宇宙产业创新发展的行动计划（2026—2028年）》的通知",
        0,
        "新法速递",
        ("元宇宙", "产业政策"),
        "浙经信数经〔2026〕112号",
        ("浙江省经济和信息化厅", "浙江省科学技术厅", "浙江省财政厅"),
        date(2026, 11, 19),
        None,
        "new",
        _PLAN,
    ),
    SampleItem(
        "cn-miit-wjfb",
        "工业和信息化部办公厅关于加强工业和信息化领域数据安全风险评估工作的通知",
        0,
        "新法速递",
        ("数据安全/数据要素",),
        "工信厅网安函〔2026〕415号",
        ("工业和信息化部办公厅",),
        date(2026, 11, 20),
        None,
        "new",
        _NOTICE,
    ),
    SampleItem(
        "cn-cac-zcfg",
        "国家互联网信息办公室关于《生成合成内容标识管理规定（修订草案征求意见稿）》公开征求意见的通知",
        0,
        "新法速递",
        ("人工智能",),
        None,
        ("国家互联网信息办公室",),
        date(2026, 11, 19),
        date(2026, 12, 19),
        "new",
        _NOTICE,
    ),
    SampleItem(
        "uk-fca-news",
        "FCA sets out final rules for marketing cryptoassets to consumers",
        0,
        "监管动态",
        ("加密货币监管",),
        "PS26/21",
        ("Financial Conduct Authority",),
        date(2026, 11, 19),
        None,
        "new",
        _ENGLISH,
    ),
    SampleItem(
        "cn-media-shuzi",
        "前三季度多地数字经济核心产业保持较快增长",
        0,
        "行业热点",
        ("数字经济",),
        published=date(2026, 11, 20),
        body=_NEWS,
    ),
    SampleItem(
        "cn-court-gongbao",
        "王某诉某科技公司网络服务合同纠纷案——数字藏品交易合同效力的认定",
        1,
        "典型案例",
        ("NFT/数字藏品", "司法/执法"),
        published=date(2026, 11, 18),
        state="accepted",
        body=_CASE,
    ),
    SampleItem(
        "cn-chengdu-gov",
        "成都市人民政府办公厅关于印发《成都市促进算力产业高质量发展若干措施》的通知",
        1,
        "新法速递",
        ("算力/网络/芯片", "产业政策"),
        "成办规〔2026〕9号",
        ("成都市人民政府办公厅",),
        date(2026, 11, 17),
        None,
        "accepted",
        _PLAN,
    ),
    SampleItem(
        "cn-media-shuzi",
        "浙江出台元宇宙三年行动计划 目标产业规模1500亿元",
        1,
        "行业热点",
        ("元宇宙",),
        published=date(2026, 11, 19),
        body=_PLAN[1:],
    ),
    SampleItem(
        "cn-shanghai-jxw",
        "上海市经济信息化委关于开展2026年度区块链应用示范项目申报工作的通知",
        1,
        "新法速递",
        ("区块链",),
        "沪经信信〔2026〕788号",
        ("上海市经济和信息化委员会",),
        date(2026, 11, 18),
        None,
        "new",
        _NOTICE,
    ),
    SampleItem(
        "cn-gov-zhengce",
        "国务院办公厅关于进一步优化政务服务提升行政效能的指导意见",
        2,
        "新法速递",
        ("智慧城市/政务",),
        "国办发〔2026〕31号",
        ("国务院办公厅",),
        date(2026, 11, 16),
        None,
        "accepted",
        _NOTICE,
    ),
    SampleItem(
        "cn-media-shuzi",
        "某企业诚聘区块链工程师（长期有效）",
        2,
        "行业热点",
        (),
        state="rejected",
        published=date(2026, 11, 17),
        body=_NEWS,
    ),
    SampleItem(
        "cn-miit-wjfb",
        "关于公布2026年虚拟现实先锋应用案例名单的通知",
        3,
        "新法速递",
        ("VR/AR/XR",),
        "工信厅联电子函〔2026〕402号",
        ("工业和信息化部办公厅", "教育部办公厅", "文化和旅游部办公厅"),
        date(2026, 11, 16),
        None,
        "accepted",
        _NOTICE,
    ),
)


def more_items(count: int) -> list[SampleItem]:
    """Further plausible items, for paging."""
    towns = ("杭州", "宁波", "温州", "嘉兴", "绍兴", "金华", "台州", "湖州", "衢州", "丽水")
    works = (
        "数据要素市场化配置改革",
        "工业互联网创新发展",
        "数字贸易试点",
        "人工智能赋能新型工业化",
    )
    return [
        SampleItem(
            "cn-gov-zhengce",
            f"{towns[n % len(towns)]}市推进{works[n % len(works)]}工作情况通报（第{n + 1}期）",
            4 + n // 6,
            "行业热点",
            ("数字经济",),
            published=date(2026, 11, 14),
            state=("accepted", "new", "rejected")[n % 3],
            body=(*_NEWS, f"本期为第{n + 1}期。"),
        )
        for n in range(count)
    ]
