"""Foreign countries and their well-known bodies by the names Chinese texts use."""

from __future__ import annotations

import re

COUNTRIES: dict[str, str] = {
    name: code
    for code, names in {
        "US": "美国 美 加利福尼亚州 加州 纽约州 得州 得克萨斯州 佛罗里达州 怀俄明州",
        "GB": "英国", "JP": "日本 东京都 大阪府", "KR": "韩国 首尔", "DE": "德国", "FR": "法国",
        "KG": "吉尔吉斯斯坦", "CF": "中非共和国", "OM": "阿曼", "BH": "巴林", "LB": "黎巴嫩",
        "RW": "卢旺达", "BW": "博茨瓦纳", "PY": "巴拉圭", "GT": "危地马拉", "JM": "牙买加",
        "MU": "毛里求斯", "LI": "列支敦士登", "MH": "马绍尔群岛", "BT": "不丹", "MD": "摩尔多瓦",
        "AL": "阿尔巴尼亚", "DO": "多米尼加",
        "TJ": "塔吉克斯坦", "TM": "土库曼斯坦",
        "MN": "蒙古国", "NP": "尼泊尔", "BY": "白俄罗斯", "RS": "塞尔维亚", "CU": "古巴",
        "VE": "委内瑞拉", "ET": "埃塞俄比亚", "TZ": "坦桑尼亚", "UG": "乌干达", "ZM": "赞比亚",
        "AO": "安哥拉", "DZ": "阿尔及利亚", "MA": "摩洛哥", "TN": "突尼斯", "QA": "卡塔尔",
        "KW": "科威特", "JO": "约旦", "IQ": "伊拉克", "AF": "阿富汗", "BN": "文莱", "FJ": "斐济",
        "PG": "巴布亚新几内亚", "SB": "所罗门群岛", "BG": "保加利亚", "HR": "克罗地亚",
        "SK": "斯洛伐克", "SI": "斯洛文尼亚", "LT": "立陶宛", "LV": "拉脱维亚", "AM": "亚美尼亚",
        "AZ": "阿塞拜疆", "CY": "塞浦路斯", "MT": "马耳他", "IS": "冰岛", "EC": "厄瓜多尔",
        "UY": "乌拉圭", "BO": "玻利维亚", "HN": "洪都拉斯", "NI": "尼加拉瓜", "PA": "巴拿马",
        "CR": "哥斯达黎加", "KP": "朝鲜", "MV": "马尔代夫", "SN": "塞内加尔", "CD": "刚果",
        "GA": "加蓬", "CM": "喀麦隆", "MZ": "莫桑比克", "ZW": "津巴布韦", "NA": "纳米比亚",
        "RU": "俄罗斯 俄", "IN": "印度", "BR": "巴西", "PK": "巴基斯坦", "SG": "新加坡",
        "AU": "澳大利亚 澳洲", "CA": "加拿大", "IT": "意大利", "ES": "西班牙", "CH": "瑞士",
        "NL": "荷兰", "SE": "瑞典", "NO": "挪威", "TR": "土耳其", "TH": "泰国", "VN": "越南",
        "MY": "马来西亚", "ID": "印度尼西亚 印尼", "PH": "菲律宾", "NG": "尼日利亚",
        "ZA": "南非", "AE": "阿联酋 迪拜 阿布扎比",
        "SA": "沙特 沙特阿拉伯", "IL": "以色列", "IR": "伊朗",
        "UA": "乌克兰", "KZ": "哈萨克斯坦", "MX": "墨西哥", "AR": "阿根廷", "SV": "萨尔瓦多",
        "BS": "巴哈马", "KY": "开曼群岛", "BM": "百慕大", "LU": "卢森堡", "IE": "爱尔兰",
        "PT": "葡萄牙", "PL": "波兰", "CZ": "捷克", "AT": "奥地利", "BE": "比利时", "GR": "希腊",
        "FI": "芬兰", "DK": "丹麦", "EE": "爱沙尼亚", "NZ": "新西兰", "CL": "智利",
        "CO": "哥伦比亚", "PE": "秘鲁", "EG": "埃及", "KE": "肯尼亚", "GH": "加纳",
        "LA": "老挝", "KH": "柬埔寨", "MM": "缅甸", "LK": "斯里兰卡", "BD": "孟加拉国",
        "UZ": "乌兹别克斯坦", "GE": "格鲁吉亚", "HU": "匈牙利", "RO": "罗马尼亚",
        "EU": "欧盟 欧洲央行 欧洲议会 欧洲",
    }.items()
    for name in names.split()
}  # fmt: skip
# Foreign and international bodies whose names do not begin with their country.
_ABROAD: dict[str, str] = {
    "美联储": "US", "白宫": "US", "SEC": "US", "CFTC": "US", "FASB": "US", "FinCEN": "US",
    "OCC": "US", "FDIC": "US", "FTC": "US", "IRS": "US", "USPTO": "US", "FCA": "GB", "MAS": "SG",
    "ESMA": "EU", "ECB": "EU", "VARA": "AE", "RBI": "IN", "FSA": "JP", "国际货币基金组织": "INTL",
    "国际清算银行": "INTL", "世界银行": "INTL", "金融稳定委员会": "INTL", "国际证监会组织": "INTL",
    "联合国": "INTL", "欧盟理事会": "EU", "欧洲理事会": "EU",
    "二十国集团": "INTL", "FATF": "INTL", "IMF": "INTL", "BIS": "INTL",
}  # fmt: skip
_LONG = sorted((name for name in COUNTRIES if len(name) > 1), key=len, reverse=True)
ANY_COUNTRY = "|".join(_LONG)
"""Pattern of the names of two characters and more, longest first."""
FIRST_TWO = frozenset(name[:2] for name in _LONG)
"""What such names begin with."""
_COUNTRY = re.compile(ANY_COUNTRY)
_ACTS_ABROAD = re.compile(
    rf"(?:{ANY_COUNTRY})(?:市|州)?(?:通过|批准|签署|颁布|公布|发布|出台|实施|施行"
    r"|(?:联邦)?(?:国会|议会|参议院|众议院|参众两院|上院|下院|总统|首相|总理|政府"
    r"|内阁|委员会|理事会)[^，。：:《]{0,8})?《"
)


def acting_country(title: str) -> str | None:
    """The country whose act a headline begins with: 韩国《…法》施行, 美国总统签署《…》."""
    match = _ACTS_ABROAD.match(title) if "《" in title else None
    return country_of(match[0]) if match else None


def country_of(text: str) -> str | None:
    """ISO code of the first foreign country (or EU) that ``text`` names; INTL for bodies of many
    countries."""
    match = _COUNTRY.search(text)
    if match:
        return COUNTRIES[match[0]]
    return next((code for name, code in _ABROAD.items() if text.strip().startswith(name)), None)


def countries_in(text: str) -> set[str]:
    """ISO codes of all foreign countries (and EU) that ``text`` names."""
    return {COUNTRIES[name] for name in _COUNTRY.findall(text)}


def is_abroad(plain: str) -> bool:
    """美联储, SEC, 美国SEC, 美国证券交易委员会（SEC）: known bodies of other countries."""
    country = _COUNTRY.match(plain)
    rest = plain[country.end() :] if country else plain
    return rest in _ABROAD or plain in _ABROAD


def begins_abroad(plain: str) -> bool:
    """荷兰政府, 日本央行: the name begins with a country."""
    return plain[:2] in FIRST_TWO and _COUNTRY.match(plain) is not None
