"""Public bodies that act in a headline without being its issuer: 欧盟议会投票…, SEC 主席：….

Metadata names the issuer of a document; a report about an authority has none, yet it belongs
beside the statements of authorities.
"""

from __future__ import annotations

import re
from typing import Literal

from pipelines.fields.countries import ANY_COUNTRY, FIRST_TWO
from pipelines.items import Metadata

Actor = Literal["foreign", "domestic"]

_FRONT = 48
_TRIGGER = 2
"""Characters of the word behind the issuers of a title: 关于, 印发."""
_OPENING = 12
_ORGAN = (
    "央行|中央银行|储备银行|国家银行|联储|议会|国会|参议院|众议院|参议员|众议员|议员|上议院|下议院|立法者"
    "|财政部|财长|司法部|内政部|国防部|商务部|国税[厅局]|税务[厅局署]|证监会|证券交易委员会|证券委员会|证券监管"
    "|金融委员会|金融服务委员会|金融监管|金融厅|金管局|金融管理局|监管局|监管机构|管理局|委员会|竞争局|反垄断|数据保护"
    "|检察官|检方|州长|州议会|州政府|上院|下院|皇家|专员|公署|监察|[经产济业总财外厚]{1,3}省|总统|总理|首相|部长|政府|内阁|警方|法院|法官|海关|国土安全|议事|当局"
)
# In parts that a set of first characters is scanned for: a headline has mostly none of them.
_COUNTRIES = re.compile(ANY_COUNTRY)
_OF_COUNTRY = re.compile(
    rf"(?:{ANY_COUNTRY})[\u4e00-\u9fffA-Za-z·\s（）()]{{0,10}}?(?:{_ORGAN}|\b(?:SEC|CFTC|FTC|FCC|DOJ|FDIC)\b)"
)
_ABROAD = re.compile(
    r"特朗普政?府?|拜登|普京|美联储|白宫|欧洲央行|欧盟(?!宙)|欧洲议会|七国集团|二十国集团|国际清算银行|国际货币基金组织|世界银行|金融稳定委员会"
    r"|联合国"
)
_STATE_ACTS = re.compile(
    rf"(?:{ANY_COUNTRY})(?:[\u4e00-\u9fff]{{0,4}}[州市都府省])?(?:政府)?(?:正式|首次|全面|率先|已|或)?"
    r"(?:拟|将|对|就|征收|打击|开征|通过|批准|签署|颁布|出台|实施|施行|宣布|启动|启用|禁止|允许|解禁|取消|叫停|公布|推出|计划|考虑|要求|限制|收紧|放宽"
    r"|承认|认定|立法|暂停|暂时|恢复|发布|修订|修改|制定|成为首个|敲定)"
)
"""A country that acts is its state: 日本通过《…法》, 意大利暂时禁用…."""
_CAPITAL = re.compile("[A-Z]")
_BY_LETTERS = re.compile(
    r"(?<![A-Za-z])(?:SEC|CFTC|FTC|FinCEN|OFAC|IRS|FCA|MAS|ESMA|ECB|EBA|FATF|FSB|IMF|BIS|IOSCO|VARA|ASIC|AUSTRAC)(?![A-Za-z])"
)
_HOME = re.compile(
    r"(?:[部局委办院会]|政府)(?:新闻)?发言人|答记者问|中消协|消费者协会|[两三四五六七八九十]大?(?:行业)?协会|(?:行业|互联网金融|证券业|银行业|期货业|基金业|支付清算|游戏出版|版权)协会"
    r"|数字货币研究所|央行(?!数字)|央行副?行长|人民银行|公安部|公安机关|网警|网信部门|监管部门|金融监管|证监会|银保监会|有关部门负责人"
    r"|国务院常务会议|国常会|中央政治局|特区政府|港府|行政长官|政策宣言|政策声明"
)
_OPENS = re.compile(
    r"(?:总局|网信办|工信[部厅局]|经信[委局厅]|发展?改革?委|教育[部厅局]|科技[部厅局]|商务[部厅局]|财政[部厅局]|人社[部厅局]"
    r"|文旅[部厅局]|农业农村[部厅]|生态环境[部厅局]|交通运输[部厅局]|住建[部厅局]|国资委|数据局|能源局|版权局|知识产权局|外汇局|金管局|证监[会局]"
    r"|市监局|市场监管[局厅]|通信管理局|政务服务局|大数据局|人大常委会|[省市区县州]政府|国务院|最高法|最高检|两部门|多部门|[一二三四五六七八九十\d]部门)"
)
"""Bodies that count when the headline begins with them; further on they are often only named."""
_ENGLISH = re.compile(
    r"\b(?:SEC|CFTC|FTC|FCC|FDA|FinCEN|OFAC|FCA|ESMA|ECB|FATF|FSB|IMF|MAS|HKMA|ASIC"
    r"|AUSTRAC|DOJ|FBI|ICO|CNIL|BaFin|AMF|NIST|EDPB|FINMA"
    r"|FSA|CFPB|OCC|FINRA|FDIC|BoE|PBOC|RBI|RBA|BoJ|SFC|VARA|CMA|Ofcom|KFTC|DPC|NHTSA|USPTO|CISA"
    r"|ENISA|NYDFS)\b"
    r"|\b(?:Federal Reserve|European (?:Commission|Parliament|Central Bank|Union)|White House"
    r"|Congress|Senate|House of (?:Commons|Lords|Representatives)|Parliament|Treasury"
    r"|Justice Department"
    r"|Department of [A-Z]\w+|Ministry of [A-Z]\w+|Central Bank|Bank of [A-Z]\w+"
    r"|[A-Z][a-z]+ (?:Department|Ministry)|Attorney General|Governor|Supreme Court"
    r"|EU (?:AI|Data|Chips|Digital)|HM Treasury"
    r"|[Rr]egulators?|[Ww]atchdogs?|[Cc]ourts?|[Cc]entral bank"
    r"|[Aa]uthority|[Pp]resident [A-Z]\w+|Biden|Trump|Commission)\b"
)
_CHINESE = ("China", "Hong Kong", "Taiwan", "The China")
_ENGLISH_STATE = re.compile(
    r"(?:The )?(?:U\.?S\.?|UK|EU|European Union|Britain|Japan|South Korea|India|Singapore|Australia"
    r"|Canada|France|Germany|Italy|Spain|Netherlands|Switzerland|Russia|Brazil|Turkey|Thailand"
    r"|Vietnam|Indonesia|Malaysia|Philippines|Nigeria|South Africa|Kenya|Dubai|UAE|Saudi Arabia"
    r"|Israel|Ireland|Poland|Ukraine|Argentina|Mexico|El Salvador|Pakistan|Kazakhstan|Hong Kong"
    r"|Taiwan|China|California|Texas|New York|Utah|Colorado|Wyoming|Florida|Illinois|G7|G20)"
    r" (?:to [a-z]+|(?:[a-z]+ly )?(?:tighten|begin|pass|enact|ban|plan|move|seek|propose|approve"
    r"|adopt|weigh|consider|eye|order|set|require|warn|lift|ease|delay|fine|open|sign|agree|back|reject|vote"
    r"|start|target|curb|restrict|sanction|blacklist|block|probe|investigate|urge|call|legali[sz]e"
    r"|recogni[sz]e|finali[sz]e|issue|publish|unveil|launch|introduce|release|accuse|charge|sue)"
    r"(?:e?s)?) "
)
"""A state that acts: US tightens curbs…; US startup raises… is another matter."""


def opens_with_state(title: str) -> bool:
    """Whether an English headline begins with a state or an authority that acts."""
    if _ENGLISH_STATE.match(title):
        return True
    named = _ENGLISH.match(title)
    return named is not None and re.match(r" [a-z]", title[named.end() :]) is not None


def actor_in(title: str) -> Actor | None:
    """Which kind of public body the front of a headline names; None = none that is known."""
    front = title[:_FRONT]
    if (
        _ABROAD.search(front)
        or (front[:2] in FIRST_TWO and _STATE_ACTS.match(front))
        or (_COUNTRIES.search(front) and _OF_COUNTRY.search(front))
    ):
        return "foreign"
    if _CAPITAL.search(front) and _BY_LETTERS.search(front):
        return "foreign"
    if _HOME.search(front) or _OPENS.search(title[:_OPENING]):
        return "domestic"
    if _ENGLISH_STATE.match(front):
        return "domestic" if front.startswith(_CHINESE) else "foreign"
    return "foreign" if _ENGLISH.search(title[:160]) else None


def without_issuers(title: str, metadata: Metadata) -> str:
    """``title`` with the names of several issuers blanked: what they are in charge of is not what
    their document is about. Courts and prosecutors are its subject as well."""
    if len(metadata.issuing_bodies) < 2 or metadata.issuing_bodies[0].startswith("最高人民"):
        return title
    named = next((e for e in metadata.evidence if e.field == "issuing_bodies"), None)
    if named is None or named.rule != "title" or not title.startswith(named.span):
        return title
    kept = len(named.span) - _TRIGGER
    return " " * kept + title[kept:]
