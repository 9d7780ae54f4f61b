"""Figures in running text: number, scale, unit, and the words that say how exact they are.

One pass over the text; everything else (targets, money, support, obligations) is decided from
these figures and the words around them. ``value`` is in base units of the scale (1.2亿 =
120,000,000), ``printed`` is the number as printed before its scale (1.2) and ``printed_unit`` the
scale with the unit (亿元).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from pipelines.numerals import chinese_number
from pipelines.structure.values import Op

FigureKind = Literal["money", "token", "share", "count", "bare"]

# one character each, so that places in the text stay the same
_FOLD = str.maketrans("０１２３４５６７８９．％～〜－–—（）\xa0\u3000", "0123456789.%~~---()  ")
_SCALES = {
    "万亿": 10**12,
    "千亿": 10**11,
    "百亿": 10**10,
    "十亿": 10**9,
    "亿": 10**8,
    "千万": 10**7,
    "百万": 10**6,
    "十万": 10**5,
    "万": 10**4,
    "千": 10**3,
    "百": 10**2,
}
CURRENCIES = {
    "人民币": "CNY",
    "美元": "USD",
    "美金": "USD",
    "欧元": "EUR",
    "英镑": "GBP",
    "港元": "HKD",
    "港币": "HKD",
    "日元": "JPY",
    "韩元": "KRW",
    "韩币": "KRW",
    "澳元": "AUD",
    "加元": "CAD",
    "加拿大元": "CAD",
    "澳大利亚元": "AUD",
    "新加坡元": "SGD",
    "新元": "SGD",
    "新台币": "TWD",
    "澳门元": "MOP",
    "瑞士法郎": "CHF",
    "瑞郎": "CHF",
    "卢布": "RUB",
    "印度卢比": "INR",
    "卢比": "INR",
    "泰铢": "THB",
    "雷亚尔": "BRL",
    "迪拉姆": "AED",
    "里拉": "TRY",
    "越南盾": "VND",
    "奈拉": "NGN",
    "比索": "MXN",
    "兰特": "ZAR",
    "元": "CNY",
}
_CODES = "USD|EUR|GBP|HKD|JPY|CNY|RMB|KRW|AUD|CAD|SGD|CHF"
_TOKENS = (
    "USDT|USDC|BUSD|TUSD|DAI|WBTC|BTC|WETH|stETH|ETH|BNB|SOL|XRP|DOGE|LTC|DOT|MATIC|AVAX|TRX|ADA|LUNC|LUNA"
    "|UST|FTT|SHIB|APE|ATOM|FIL|EOS|BCH|ARB|OP|UNI|LINK|TON|FLOW|SAND|MANA|AXS|IMX"
)
_CHINESE_TOKENS = {"比特币": "BTC", "以太坊": "ETH", "以太币": "ETH", "泰达币": "USDT"}
COUNTERS = (
    r"台\(套\)|家次|户次|件次|例次|课时|学时|机架|标箱|标台|株|头|羽|匹|棵|根|块|片|盏|页|字|首|班|度|立方|吨公里|吨|单|卡|核|标准时|个百分点|个工作日|工作日|个自然日|自然日|个交易日|个月|个|家|项|件|起|份|条|人次|人|名|批次|批|轮|户|笔|种|类|场次|场|次|台套"
    "|台|套|座|所|款|只|支|部|例|宗|架|辆|艘|篇|幅|张|枚|颗|位|亩|公顷|平方公里|平方千米|平方米|公里|千米|米|吨标准煤|吨|公斤|千克"
    "|克|千瓦时|万千瓦|千瓦|兆瓦|吉瓦|升|立方米|倍|小时|分钟|毫秒|微秒|秒|周|天|日|年|期|届|处|对|间|床|门|股|架次|标准机架|标准箱|列|票|席"
)
_LATIN_UNITS = (
    "TPS|QPS|EFLOPS|PFLOPS|TFLOPS|Gbps|Mbps|Tbps|kWh|KWh|MWh|GWh|kW|MW|GW|KB|MB|GB|TB|PB|EB|ZB|gCO[2₂]|kg|km|cm|mm|nm"
    "|mg|Hz|kHz|MHz|GHz|ms|fps|g|m"
)
_HAN = "一二两三四五六七八九十百千零〇"
_ARABIC = r"\d{1,3}(?:,\d{3}){1,5}(?:\.\d{1,4})?|\d{1,15}(?:\.\d{1,6})?"
_NUMBER = rf"{_ARABIC}|[{_HAN}]{{1,7}}|[数几]"
_SCALE = r"(?:万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千|百)"
_FIGURE = re.compile(
    rf"(?<![\d.])(?P<num>{_NUMBER})(?:/(?P<under>\d{{1,4}}))? ?(?P<more>[余多几]?)"
    rf"(?P<scale>{_SCALE}?)(?:(?P<num2>\d{{1,4}}(?:\.\d{{1,2}})?)(?P<scale2>千万|百万|万|千|百))?"
    r"(?P<more2>[余多]?) ?"
)
_FRACTION = re.compile(
    rf"(?P<whole>\d{{1,4}}|[{_HAN}]{{1,4}})分之(?P<part>\d{{1,4}}(?:\.\d{{1,2}})?|[{_HAN}]{{1,5}})"
)
_RANGE = re.compile(
    rf"(?:-{{1,2}}|~|至|到) ?(?P<num>{_ARABIC}|[{_HAN}]{{1,7}})"
    rf" ?(?P<scale>{_SCALE}?)[余多]? ?"
)
_MONEY = re.compile(
    rf"(?P<cur>{'|'.join(sorted(CURRENCIES, key=len, reverse=True))}|(?:{_CODES})(?![A-Za-z]))"
    r"(?!宇宙|旦|素|器件|件|首|年|月|老|气|代|结构|悖论|论|化|组|方程|函数|体系|体制|联立|次)(?P<rmb>人民币)?"
)
_TOKEN = re.compile(
    rf"(?:[枚个] ?)?(?P<token>(?:{_TOKENS})(?![A-Za-z])|{'|'.join(_CHINESE_TOKENS)})"
    r"|枚 ?(?P<other>(?!NFT|SBT|POAP)[A-Z][A-Z0-9]{1,9})(?![A-Za-z])"
)
_COUNT = re.compile(
    rf"(?:{COUNTERS}|{_LATIN_UNITS})(?![A-Za-z])"
    r"(?P<per>/(?:[A-Za-z]{1,4}[（(](?P<of>[\u4e00-\u9fff]{1,6})[)）]|人公里|人次|平方米|[年月日天人户台件次吨])?)?"
)
_TENTHS = re.compile(
    r"成(?=[的以左多]|[，。、；）)]|\Z|受访|用户|企业|消费者|人(?!员|才)|网民|民众|家庭)"
)
_SHARE = re.compile(r"%|‰|个百分点|百分点")
_AFTER = re.compile(
    r" ?(?:(?P<ge>(?:及|或)?(?:其)?以上|或以上|起(?![源诉步飞草点止伏始]))"
    r"|(?P<le>(?:及|或)?以下|以内|之内(?!.)|封顶)"
    r"|(?P<approx>左右|上下|级(?!别))|(?P<gt>[余多](?=[家个项人元件名]|\Z)))"
)
_BEFORE = re.compile(
    r"(?:(?P<ge>不少于|不低于|至少|最少|最低|不小于|下限为?)"
    r"|(?P<le>不超过|不多于|不高于|最高(?:可达|可|达|为)?|最多|上限(?:为|是)?|累计最高|至多|不得超过|低于|少于|控制在|限额为?)"
    r"|(?P<gt>(?<!不)(?:超过|超出|高于|突破|超逾|超|逾|(?<!跌)破|多于|大于|远超)(?:了)?)"
    r"|(?P<approx>大约|约合|约为|约有|约|折合|接近|近(?!年)|将近|大概|左右|相当于|预计约))"
    r"[ :：]?(?:人民币|每年|达到?|给予|补助|补贴|奖励|资助|支持|可?获[得补]?|可?享受?|为)?[ ]?\Z"
)
_BEFORE_SIZE = 10
# 上千万元, but not 以上千万
_UPWARD = re.compile(r"(?<![以之历至])上\Z")
_ROW = re.compile(r" {0,2}(?:、|和|及|与|以及) {0,2}")
_NAMED_OPS: tuple[Op, ...] = ("ge", "le", "gt", "approx")
_ROW_OPS = frozenset({"approx", "gt", "ge"})


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. ``start``/``end`` cover the number with its unit and the words around it."""

    kind: FigureKind
    value: float | None
    value_max: float | None
    unit: str
    printed: float | None
    printed_max: float | None
    printed_unit: str
    op: Op
    start: int
    end: int
    number_start: int
    number_end: int
    """Around the number with its unit, without 以上, 超过 …"""
    han: bool


def fold(text: str) -> str:
    """``text`` with full-width digits and dashes in their plain form; places stay the same."""
    return text.translate(_FOLD)


def read_figures(folded: str) -> tuple[Figure, ...]:
    """All figures of a folded text, in order."""
    found: list[Figure] = []
    leads = False
    for figure in _figures(folded):
        before = found[-1] if found else None
        if before is None or figure.op != "eq":
            leads = figure.start < figure.number_start
        elif leads:
            # 约4373枚甲、540万枚乙和1万枚丙: the word stands for the whole row
            gap = folded[before.end : figure.number_start]
            if before.kind == figure.kind and before.op in _ROW_OPS and _ROW.fullmatch(gap):
                figure = replace(figure, op=before.op)
            else:
                leads = False
        found.append(figure)
    return tuple(found)


def _figures(text: str) -> Iterator[Figure]:
    position = 0
    while (match := _FIGURE.search(text, position)) is not None:
        figure = _figure(text, match)
        position = match.end("num") if figure is None else figure.end
        if figure is not None:
            yield figure


def _figure(text: str, match: re.Match[str]) -> Figure | None:
    if text.startswith("分之", match.end("num")):
        return _fraction(text, match)
    if _is_label(text, match):
        return None
    printed = _number(match)
    scale = match["scale"]
    end = match.end()
    kind, unit, unit_end, printed_unit = _unit(text, end)
    printed_max, scale_max = None, scale
    if match["num"] not in "数几":
        behind = _RANGE.match(text, end if kind == "bare" else unit_end)
        if behind is not None:
            after = _unit(text, behind.end())
            if after[0] != "bare" and (kind == "bare" or after[1] == unit):
                kind, unit, unit_end, printed_unit = after
                printed_max = _plain(behind["num"])
                scale_max = behind["scale"]
                scale = scale or scale_max
                end = behind.end()
    if kind == "bare" and match["under"]:
        kind, unit = "share", "share"
    if kind == "bare" and not scale:
        return None
    factor = 10 if printed_unit == "成" else _SCALES.get(scale, 1)
    value = None if printed is None else _exact(printed * factor)
    if value is not None and match["num2"]:
        # 1亿5000万
        value += _exact(float(match["num2"]) * _SCALES[match["scale2"]])
        printed = _exact(value / factor)
    value_max = None if printed_max is None else _exact(printed_max * _SCALES.get(scale_max, 1))
    op, start, stop = _op(text, match, unit_end, is_range=printed_max is not None)
    if match["num"] in "数几" or (match["num"] == "百" and not scale):
        op = "approx"
    return Figure(
        kind,
        value,
        value_max,
        unit,
        printed,
        printed_max,
        _join(scale_max or scale, printed_unit),
        op,
        start,
        stop,
        match.start(),
        unit_end,
        not match["num"][0].isdigit(),
    )


def _fraction(text: str, match: re.Match[str]) -> Figure | None:
    """百分之三十 = 30 %, 三分之一 = 0.3333 (a share of 1)."""
    found = _FRACTION.match(text, match.start())
    if found is None:
        return None
    whole, part = _plain(found["whole"]), _plain(found["part"])
    if not whole or part > whole:
        return None
    percent = whole == 100
    value = part if percent else _exact(part / whole, digits=4)
    unit = "%" if percent else "share"
    op, start, end = _op(text, match, found.end(), is_range=False)
    span = (start, end, match.start(), found.end())
    return Figure("share", value, None, unit, value, None, unit, op, *span, han=True)


def _join(scale: str, unit: str) -> str:
    return f"{scale}{unit}"


def _is_label(text: str, match: re.Match[str]) -> bool:
    """第三条, 十四五, 5G, 2025年 and the like: numbers that count nothing."""
    start, end = match.start(), match.end("num")
    before = text[start - 1 : start]
    if before and (before in "第年月〔[“" or (before.isascii() and before.isalpha())):
        # 每月2万片 counts, 3月2 does not
        return not (before in "年月" and text[start - 2 : start - 1] in ("每", "按", "当"))
    behind = text[end : end + 1]
    if match["num"][0] in _HAN:
        if not match["scale"] and behind and behind not in COUNTERS + "万亿千百余多元美欧成":
            return True
        return behind in ("、", "是", "五") or (match["num"] == "一" and not match["scale"])
    if (
        behind.isascii()
        and behind.isalpha()
        and not re.match(rf"(?:{_TOKENS}|{_CODES}|{_LATIN_UNITS})(?![A-Za-z])", text[end : end + 8])
    ):
        return True
    return behind == "年" and len(match["num"]) == 4 and match["num"][:2] in ("19", "20")


def _number(match: re.Match[str]) -> float | None:
    text = match["num"]
    if text in "数几":
        return None
    if match["under"]:
        return _exact(float(text.replace(",", "")) / max(1, int(match["under"])), digits=4)
    return _plain(text)


def _plain(text: str) -> float:
    if text[0].isdigit():
        return _exact(float(text.replace(",", "")))
    return float(chinese_number(text.replace("两", "二")))


def _exact(value: float, *, digits: int = 6) -> float:
    return round(value, digits)


def _unit(text: str, at: int) -> tuple[FigureKind, str, int, str]:
    """Kind, unit, where it ends and the unit as printed."""
    share = _SHARE.match(text, at)
    if share is not None:
        return "share", share[0], share.end(), share[0]
    money = _MONEY.match(text, at)
    if money is not None:
        printed = money["cur"]
        code = CURRENCIES.get(printed, "CNY" if printed == "RMB" else printed)
        return "money", code, money.end(), printed
    token = _TOKEN.match(text, at)
    if token is not None:
        name = token["token"] or token["other"]
        return "token", _CHINESE_TOKENS.get(name, name), token.end(), name
    count = _COUNT.match(text, at)
    if count is not None:
        unit = count[0].replace("₂", "2")
        if count["of"]:
            unit = f"{unit[: unit.index('/')]}/{count['of']}"
        return "count", unit, count.end(), unit
    if _TENTHS.match(text, at):
        return "share", "%", at + 1, "成"
    return "bare", "", at, ""


def _op(text: str, match: re.Match[str], end: int, *, is_range: bool) -> tuple[Op, int, int]:
    """How exact, and the span with the words that say so."""
    start = match.start()
    op: Op = "range" if is_range else "eq"
    before = _BEFORE.search(text[max(0, start - _BEFORE_SIZE) : start])
    if before is not None:
        start -= len(before.string) - before.start()
        if not is_range:
            op = _named(before)
    after = _AFTER.match(text, end)
    if after is not None:
        end = after.end()
        if not is_range:
            op = _named(after)
    if not is_range and op == "eq" and (match["more"] or match["more2"]):
        op = "gt"
    if (
        op == "eq"
        and match["num"][0] in "十百千万"
        and _UPWARD.search(text[max(0, start - 2) : start])
    ):
        op, start = "ge", start - 1
    return op, start, end


def _named(match: re.Match[str]) -> Op:
    for op in _NAMED_OPS:
        if match.groupdict().get(op):
            return op
    return "eq"
