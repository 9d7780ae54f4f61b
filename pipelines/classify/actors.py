"""Public bodies that act in a headline without being its issuer: 欧盟议会投票…, SEC 主席：….

Metadata names the issuer of a document; a report about an authority has none, yet it belongs
beside the statements of authorities.
"""

from __future__ import annotations

import re
from typing import Literal

from pipelines.fields.countries import COUNTRIES

Actor = Literal["foreign", "domestic"]

_FRONT = 48
_COUNTRY = "|".join(sorted((name for name in COUNTRIES if len(name) > 1), key=len, reverse=True))
_ORGAN = (
    "央行|中央银行|储备银行|国家银行|联储|议会|国会|参议院|众议院|参议员|众议员|议员|上议院|下议院|立法者"
    "|财政部|财长|司法部|内政部|国防部|商务部|国税[厅局]|税务[厅局署]|证监会|证券交易委员会|证券委员会|证券监管"
    "|金融委员会|金融服务委员会|金融监管|金融厅|金管局|金融管理局|监管局|监管机构|管理局|委员会|竞争局|反垄断|数据保护"
    "|检察官|检方|总统|总理|首相|部长|政府|内阁|警方|法院|法官|海关|国土安全|议事|当局"
)
_ABROAD = re.compile(
    rf"(?:{_COUNTRY})[\u4e00-\u9fffA-Za-z·\s（）()]{{0,10}}?(?:{_ORGAN}|\b(?:SEC|CFTC|FTC|FCC|DOJ|FDIC)\b)"
    r"|美联储|白宫|欧洲央行|欧盟(?!宙)|欧洲议会|七国集团|二十国集团|国际清算银行|国际货币基金组织|世界银行|金融稳定委员会"
    r"|联合国|(?<![A-Za-z])(?:SEC|CFTC|FTC|FinCEN|OFAC|IRS|FCA|MAS|ESMA|ECB|EBA|FATF|FSB|IMF|BIS|IOSCO|VARA|ASIC|AUSTRAC)(?![A-Za-z])"
)
_HOME = re.compile(
    r"(?:[部局委办院会]|政府)(?:新闻)?发言人|答记者问|中消协|消费者协会|[三四五六七八九十]大(?:行业)?协会|(?:行业|互联网金融|证券业|银行业|期货业|基金业|支付清算|游戏出版|版权)协会"
    r"|数字货币研究所|央行(?!数字)|央行副?行长|人民银行|公安部|公安机关|网警|网信部门|监管部门|金融监管|证监会|银保监会|有关部门负责人"
)
_ENGLISH = re.compile(
    r"\b(?:SEC|CFTC|FTC|FCC|FDA|FinCEN|OFAC|FCA|ESMA|ECB|FATF|FSB|IMF|MAS|HKMA|ASIC"
    r"|AUSTRAC|DOJ|FBI)\b"
    r"|\b(?:Federal Reserve|European (?:Commission|Parliament|Central Bank|Union)|White House"
    r"|Congress|Senate|House of (?:Commons|Lords|Representatives)|Parliament|Treasury"
    r"|Justice Department"
    r"|Department of [A-Z]\w+|Ministry of [A-Z]\w+|Central Bank|Bank of [A-Z]\w+"
    r"|Attorney General)\b"
)


def actor_in(title: str) -> Actor | None:
    """Which kind of public body the front of a headline names; None = none that is known."""
    front = title[:_FRONT]
    if _ABROAD.search(front):
        return "foreign"
    if _HOME.search(front):
        return "domestic"
    return "foreign" if _ENGLISH.search(title[:160]) else None
