"""The words of the sample bulletins: invented titles and texts of the kinds that sources publish.

Nothing here is a real document. Everything follows from the key of the source and the number of
the row, so that writing the samples twice gives the same files.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, timedelta

SUBJECTS = (
    "可信数据空间建设", "公共数据授权运营", "区块链应用创新", "人工智能赋能新型工业化",
    "元宇宙产业创新发展", "算力互联互通", "网络数据安全管理", "个人信息保护合规审计",
    "数字经济创新发展试验区建设", "工业互联网标识解析", "中小企业数字化转型", "智能网联汽车准入",
    "生成式人工智能服务备案", "数据分类分级保护", "数字贸易创新发展", "科技成果转移转化",
    "专精特新企业梯度培育", "绿色数据中心建设", "政务数据共享开放", "数据资源会计处理",
)  # fmt: skip
SUBJECTS_EN = (
    "Artificial Intelligence Risk Management", "Digital Asset Custody", "Post-Quantum Cryptography",
    "Data Portability", "Cloud Concentration Risk", "Automated Decision Systems",
    "Digital Identity Guidelines", "Stablecoin Reserves", "Software Supply Chain Security",
    "Foundation Model Evaluation", "Cross-Border Data Flows", "Consumer Privacy",
)  # fmt: skip
TITLES = {
    "policy": (
        "关于印发《{s}实施方案》的通知", "关于开展2026年{s}试点申报工作的通知",
        "《{s}管理办法》公布", "关于公布{s}典型案例名单的公告", "关于加强{s}有关工作的指导意见",
    ),
    "reading": ("《{s}行动计划》政策解读", "一图读懂《{s}若干措施》", "专家解读：{s}怎么看怎么干"),
    "consult": (
        "关于《{s}管理规定（征求意见稿）》公开征求意见的通知", "关于公开征求《{s}指南》意见的公告",
    ),
    "news": (
        "{p}召开{s}工作推进会", "{s}经验交流现场会举行", "{p}负责人就{s}答记者问",
        "{s}专题培训班开班",
    ),
    "data": ("{s}白皮书（2026年）", "{s}发展指数报告（2026年第三季度）", "{s}研究报告"),
    "media": ("{s}进入加速期，企业如何跟进", "一家创业公司怎样做{s}", "{s}：三个新变化"),
    "english": (
        "{p} publishes final guidance on {s}", "Request for comments on {s}",
        "Statement on {s} at the annual conference", "{p} announces new programme for {s}",
        "Notice of public workshop: {s}",
    ),
}  # fmt: skip
SENTENCES = (
    "各有关单位要结合实际，围绕{s}制定年度计划，明确责任分工和完成时限，按季度报送进展情况。",
    "支持符合条件的企业、高校和科研院所联合申报，鼓励跨地区协作，形成可复制、可推广的经验。",
    "申报主体应当具备独立法人资格，近三年无重大安全、环保和信用问题，并对材料的真实性负责。",
    "对通过评审的项目，在资金、用地、用能和人才方面给予支持，具体办法由主管部门另行制定。",
    "建立健全监测评估机制，委托第三方开展评估，评估结果作为后续支持的重要依据。",
    "加强宣传引导，及时总结好的做法，通过现场会、案例集等形式推广{s}的先进经验。",
    "严格落实网络安全和数据安全要求，定期开展风险排查，发现问题及时整改并报告。",
    "推动标准先行，加快研制一批急需的技术标准和管理规范，积极参与国际标准化工作。",
)  # fmt: skip
SENTENCES_EN = (
    "The document sets out how organisations should approach {s} and what evidence they keep.",
    "Comments are due within sixty days and will be published together with the responses.",
    "Staff reviewed more than two hundred submissions before settling on the final wording.",
    "Smaller firms may follow a simplified procedure, provided that they document their reasons.",
    "The programme starts in January and runs for two years, with a review after twelve months.",
    "A summary of the workshop, including the slides, will be posted after the event.",
)  # fmt: skip
FIRST_DAY = date(2026, 11, 18)


@dataclass(frozen=True)
class Bulletin:
    """One invented bulletin."""

    n: int
    title: str
    day: date
    number: str
    publisher: str
    paragraphs: tuple[str, ...]

    @property
    def short(self) -> str:
        """The title as a narrow list shows it: cut after 24 characters."""
        return self.title if len(self.title) <= 26 else self.title[:24] + "..."


def bulletins(
    key: str, *, publisher: str, genres: tuple[str, ...], count: int = 8, number: str = ""
) -> list[Bulletin]:
    """Invented bulletins of a source, newest first, one to three days apart."""
    seed = zlib.crc32(key.encode())
    english = genres == ("english",)
    subjects = SUBJECTS_EN if english else SUBJECTS
    day = FIRST_DAY - timedelta(days=seed % 3)
    found = []
    for i in range(count):
        genre = genres[i % len(genres)]
        subject = subjects[(seed + 7 * i) % len(subjects)]
        forms = TITLES[genre]
        title = forms[(seed // 5 + i) % len(forms)].format(s=subject, p=publisher)
        numbered = bool(number) and genre == "policy"
        found.append(
            Bulletin(
                n=seed % 4000 + 9000 - 3 * i,
                title=title,
                day=day,
                number=number.format(n=40 - i) if numbered else "",
                publisher=publisher,
                paragraphs=_text(subject, publisher, seed + i, day=day, english=english),
            )
        )
        day -= timedelta(days=1 + (seed + i) % 3)
    return found


def _text(subject: str, publisher: str, seed: int, *, day: date, english: bool) -> tuple[str, ...]:
    pool = SENTENCES_EN if english else SENTENCES
    picked = [pool[(seed + 3 * k) % len(pool)].format(s=subject) for k in range(5)]
    if english:
        lead = f"{publisher} today released information on {subject.lower()} for public use."
        return (lead, " ".join(picked[:2]), picked[2], picked[3], picked[4])
    return (
        f"为贯彻落实党中央、国务院决策部署，扎实推进{subject}，现将有关事项通知如下。",
        f"一、总体要求。{picked[0]}",
        f"二、重点任务。{picked[1]}{picked[2]}",
        f"三、保障措施。{picked[3]}{picked[4]}",
        publisher,
        f"{day.year}年{day.month}月{day.day}日",
    )
