"""Issuing bodies: names of public organs, brought into their official form.

Names are read from title prefixes, signature blocks, metadata tables and lead sentences.
``canonical_body`` undoes abbreviations (工信部, 济南市政府办公厅, 浙江省发改委) so that two pages
can be compared; the table of central bodies is ``data/bodies.tsv``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from pipelines.fields.countries import begins_abroad, country_of, is_abroad
from pipelines.fields.regions import MUNICIPALITIES, Level, Place, Region, full_name, locate

# Endings of names of public organs; longer ones first so that 办公室 is not read as 室.
_ORGAN = (
    "人民政府办公厅|人民政府办公室|政府办公厅|政府办公室|人民政府|政府|代表大会常务委员会|常务委员会|人大常委会"
    "|人民代表大会|办公厅|办公室|委员会|管理委员会|管委会|执委会|指挥部|领导小组|工作组|联席会议|联防联控机制|工委|党委|纪委"
    "|人民法院|法院|人民检察院|检察院|仲裁院|总局|管理局|监管局|分局|税务局|局|厅|署|司|总队|支队|海关|监狱"
    "|中国人民银行|人民银行|银行|央行|证监会|银保监会|金管局|国资委|发改委|改革委|网信办|卫健委|卫生健康委|经信委"
    "|交易所|交易商协会|协会|联合会|学会|总会|研究院|研究所|信通院|科学院|工程院|大学|学院"
    "|参议院|众议院|议会|国会|杜马|内阁|白宫|美联储|联储|国税局|金融厅|税务厅|总统府|检方"
    "|部|委|办|院|中心|社|总台|兵团|军委|行政处|秘书处|执行委员会|合作区|高新区|开发区|示范区|新区|自贸区|保税区|党组"
)
_IS_BODY = re.compile(rf"[\u4e00-\u9fff（）()·]{{2,40}}(?:{_ORGAN})(?:（[^（）]{{2,20}}）)?\Z")
_LAST = frozenset(name[-1] for name in _ORGAN.split("|")) | {"）"}
_NOT_IN_NAME = re.compile(
    r"[，。；：、！？《》“”\"'0-9]|的|关于|为了|根据|按照|现将|通知|附件|各省|各市|各县|各有关|有关部门|直属|同志"
    r"|\A(?:转发|批转|转载|贯彻|落实|学习|传达)|以下简称|负责|联系|地址|电话|你委|你局|我市|我省|我委|我局|以上|以下|及其|工作的|开展|推进|加强|建立|促进"
)
_SPLIT = re.compile(
    r"[\s、，,;；/|]+|(?<=[部委局署会院行厅室办府])(?:和|及|与|暨|联合|会同)(?=[\u4e00-\u9fff]{3})"
)
_AND_MORE = re.compile(
    r"等\s*(?P<n>\d{1,3}|[一二三四五六七八九十]{1,3}|多)?\s*(?:个)?(?:部门|单位|部委|部|家单位|机关|委办局|省级部门)"
)
# short stem → official stem: a local office named after either is the same office
_WHOLE_UNITS = {
    "人大常委会": "人民代表大会常务委员会",
    "发改委": "发展和改革委员会",
    "发展改革委员会": "发展和改革委员会",
    "发展改革委": "发展和改革委员会",
    "发改局": "发展和改革局",
    "发展改革局": "发展和改革局",
    "国资委": "国有资产监督管理委员会",
    "网信办": "互联网信息办公室",
    "教委": "教育委员会",
    "交委": "交通委员会",
    "农委": "农业农村委员会",
    "高级法院": "高级人民法院",
    "中级法院": "中级人民法院",
    "高院": "高级人民法院",
    "中院": "中级人民法院",
}
_STEMS = {
    "经信": "经济和信息化",
    "经济信息化": "经济和信息化",
    "工信": "工业和信息化",
    "工业信息化": "工业和信息化",
    "科技": "科学技术",
    "人社": "人力资源和社会保障",
    "人力社保": "人力资源和社会保障",
    "人力资源社会保障": "人力资源和社会保障",
    "住建": "住房和城乡建设",
    "住房城乡建设": "住房和城乡建设",
    "卫健": "卫生健康",
    "市监": "市场监督管理",
    "市场监管": "市场监督管理",
    "文旅": "文化和旅游",
    "文化旅游": "文化和旅游",
    "医保": "医疗保障",
    "药监": "药品监督管理",
    "地方金融监管": "地方金融监督管理",
    "林草": "林业和草原",
}
_UNIT = re.compile(
    rf"\A(?:(?P<whole>{'|'.join(_WHOLE_UNITS)})|(?P<stem>{'|'.join(_STEMS)})(?=[厅局委办]))"
)
# Branches of central bodies keep the place as printed (浙江银保监局, 上海海关).
_BRANCH = re.compile(r"(?:银保监|证监|金融监管|税务|通信管理|海关|邮政管理|海事|气象|地震)[局关]?")
_BRANCH_OFFICE = re.compile(r"(?:局|分行|中心支行|总部|管理部|总队|支队|专员办|办事处|海关)\Z")
_NUMBERED_COURT = re.compile(r"第?(?P<n>[一二三四五])中(?:级法|级人民法)?院\Z")
_COURT_OF_ITS_OWN = re.compile(
    r"(?!高级|中级)(?![\u4e00-\u9fff]{0,12}人民法院)[\u4e00-\u9fff]{0,12}法院\Z"
)
_BARE_COMMITTEE = re.compile(r"(?<=[\u4e00-\u9fff])(?<!人大常)(?<!国资)委\Z")
_GOVERNMENT = re.compile(r"(?<!人民)政府(?=\Z|办公厅|办公室|办\Z)")
_LONGEST_PREFIX = 16
_NAMES_KEPT = 512
"""Readings kept: one page names an organ in many places, one source names the same few."""
_RANKED = re.compile(r"\A(?:省|市|自治区|区|县|州|旗|新区)(?=[\u4e00-\u9fff])")
_NATIONAL = re.compile(
    r"\A(?:中华人民共和国|国务院|国家|全国|中央|中共中央|最高人民|中国(?!移动|联通|电信|银行\Z))"
)


@dataclass(frozen=True, slots=True)
class _Bodies:
    official: dict[str, str]
    prefixes: dict[str, str]
    starts: frozenset[str]


@cache
def _bodies() -> _Bodies:
    official: dict[str, str] = {}
    prefixes: dict[str, str] = {}
    text = files("pipelines").joinpath("data/bodies.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, *rest = line.split("\t")
        for alias in (name, *(rest[0].split() if rest else ())):
            official.setdefault(alias, name)
        if len(rest) > 1:
            for code in rest[1].split():
                prefixes.setdefault(code, name)
    return _Bodies(official, prefixes, frozenset(name[:2] for name in official))


@lru_cache(maxsize=_NAMES_KEPT)
def _plain(name: str) -> str:
    text = unicodedata.normalize("NFKC", name)
    return "".join(text.split()).replace("(", "（").replace(")", "）")


def is_national(name: str) -> bool:
    """Whether ``name`` (any form) is a central body of China."""
    plain = _plain(name)
    if plain in _bodies().official or _head_of(plain):
        return True
    return bool(_NATIONAL.match(plain)) and locate(plain) is None


def _head_of(plain: str) -> str:
    """The central body a longer name begins with (工信部科技司 → 工信部), "" when none."""
    for size in range(min(len(plain) - 2, 20), 1, -1):
        if plain[:size] in _bodies().official:
            rest = plain[size:]
            if re.fullmatch(
                r"[\u4e00-\u9fff、]{0,12}(?:办公厅|办公室|司|局|厅|组|部|中心|委员会|院)", rest
            ):
                return plain[:size]
    return ""


def _expand_unit(rest: str) -> str:
    if court := _NUMBERED_COURT.match(rest):
        return f"第{court['n']}中级人民法院"
    rest = _GOVERNMENT.sub("人民政府", rest)
    if rest.endswith("人民政府办"):
        rest += "公室"
    if match := _UNIT.match(rest):
        official = _WHOLE_UNITS[match["whole"]] if match["whole"] else _STEMS[match["stem"]]
        rest = official + rest[match.end() :]
    if _BARE_COMMITTEE.search(rest) and not rest.endswith(("党委", "工委", "纪委", "常委")):
        rest += "员会"
    return rest


@lru_cache(maxsize=_NAMES_KEPT)
def canonical_body(name: str, *, context: Region | None = None) -> str:
    """The official form of an organ's name.

    市政府 needs ``context`` (the region of the source) to become 重庆市人民政府; places printed
    without 省 or 市 get it back (四川经济和信息化厅 → 四川省经济和信息化厅).
    """
    plain = re.sub(r"（[^（）]*）\Z", "", _plain(name)).strip("　 :：")
    known = _bodies().official.get(plain)
    if known:
        return known
    if begins_abroad(plain):
        return plain
    head = _head_of(plain)
    if head:
        return _bodies().official[head] + plain[len(head) :]
    if _NATIONAL.match(plain):
        return _bodies().official.get(plain.removeprefix("中华人民共和国"), plain)
    place = locate(plain, context=context)
    if place is not None:
        rest = plain[place.used :]
        if place.region.province in ("香港", "澳门") and not rest.startswith("特别"):
            return plain
        if rest == "法院" and place.region.district:
            rest = "人民法院"
        if _BRANCH.match(rest) or _COURT_OF_ITS_OWN.match(rest):
            return plain
        return "".join(place.names) + _expand_unit(rest)
    ranked = _RANKED.match(plain)
    if ranked and context is not None and context.province:
        return _official_prefix(context, ranked[0]) + _expand_unit(plain[ranked.end() :])
    return _expand_unit(plain)


def _official_prefix(context: Region, rank: str) -> str:
    if rank in ("省", "自治区") or (rank == "市" and context.province in MUNICIPALITIES):
        return full_name(Region(context.province))
    if rank in ("市", "州") and context.city:
        return full_name(Region(context.province, context.city))
    return full_name(context) or rank


@lru_cache(maxsize=_NAMES_KEPT)
def looks_like_body(name: str) -> bool:
    """Whether ``name`` has the shape of a public organ's name (no sentence, no addressee)."""
    plain = _plain(name)
    if plain in _bodies().official or is_abroad(plain):
        return True
    if len(plain) > 40 or plain[-1:] not in _LAST or _NOT_IN_NAME.search(plain):
        return False
    if plain.count("（") != plain.count("）"):
        return False
    return _IS_BODY.match(plain) is not None


# What ends before a name in a page without line breaks: a bracket, the last word of a heading.
_LEAD_END = re.compile(
    r"[》）](?!\Z)|承诺书|申请书|申报书|任务书|责任书|通知书|意见书|登记表|申请表|申报表|一览表|汇总表|推荐表"
    r"|附表|附件|样表|格式|流程图|说明|须知|守则|章程|要点|目录|名单|清单|通知|公告|通告|公示|办法|方案|细则"
    r"|规定|条例|规则|规程|指南|指引|规范|标准|制度|纲要|计划|规划|意见|措施|特此|此复|如下|盖章|公章"
)


@lru_cache(maxsize=_NAMES_KEPT)
def body_at_end(name: str) -> str:
    """The organ's name behind a heading that was run together with it, else ``name`` as it is.

    …技术要点（试行）湖北省财政厅 is cut, 中国（上海）自由贸易试验区管理委员会 is one name. What is
    kept must begin with a place or be a central body.
    """
    plain = _plain(name)
    for match in reversed(list(_LEAD_END.finditer(plain))):
        rest = plain[match.end() :]
        if match[0] == "）" and _is_place(plain[: match.start()].rpartition("（")[2]):
            continue
        known = locate(rest.removeprefix("中共")) is not None or is_national(rest)
        if known and looks_like_body(rest):
            return rest
    return name


def _is_place(text: str) -> bool:
    place = locate(text)
    return place is not None and place.used == len(text)


_NOT_THE_BODY = re.compile(r"[门长系属直级系数的、和与及（]|主管|旗下|下属|附属|原|前|办|司|厅|局")


def body_at_start(title: str) -> str:
    """The central body that a headline begins with (教育部新增…), "" when with none or with
    something that is named after it (公安部门, 商务部长, 央行数字货币)."""
    size = _known_start(title)
    return title[:size] if size and not _NOT_THE_BODY.match(title, size) else ""


_PRIVATE = re.compile(
    r"(?:研究院|研究所|交易所|协会|学会|商会|联合会|公司|集团|大学|学院|医院|中学|小学|事务所|博物馆|基金会|理事会|标准院"
    r"|(?<!人民)(?<!国家)(?<!中央)(?<!储备)银行|中心|通讯社|日报社?|报社|电视台|新华社)\Z|信通院"
)


@lru_cache(maxsize=_NAMES_KEPT)
def is_public_body(name: str) -> bool:
    """Whether ``name`` is an organ with public authority, not an institute, bank or association."""
    plain = _plain(name)
    return is_abroad(plain) or not _PRIVATE.search(_plain(canonical_body(plain)))


@lru_cache(maxsize=_NAMES_KEPT)
def split_bodies(text: str) -> tuple[str, ...]:
    """The names in a joint signature or prefix: 财政部 税务总局, 甲局、乙局和丙局, also glued."""
    names: list[str] = []
    for piece in _SPLIT.split(text.strip()):
        for glued in _unglue(_plain(piece)):
            names.extend(_apart(glued))
    return tuple(dict.fromkeys(name for name in names if name))


def _apart(name: str) -> list[str]:
    """浙江省财政厅浙江省公安厅 → two names: the place that begins the first begins the next too."""
    own = name.removeprefix("中共")
    place = locate(own) if len(own) < 120 and own.find(own[:2], 4) > 0 else None
    if place is None or place.used < 3:
        return [name]
    prefix = own[: place.used]
    cut = name.find(prefix, 2 * place.used)
    while cut > 0:
        at = cut - 2 if name[cut - 2 : cut] == "中共" else cut
        if looks_like_body(name[:at]) and looks_like_body(name[at:]):
            return [name[:at], *_apart(name[at:])]
        cut = name.find(prefix, cut + 1)
    return [name]


def _known_start(text: str) -> int:
    """Characters of the longest central body that ``text`` begins with, 0 without one."""
    if text[:2] not in _bodies().starts:
        return 0
    official = _bodies().official
    return next((n for n in range(min(len(text), 22), 1, -1) if text[:n] in official), 0)


def _unglue(piece: str) -> list[str]:
    """国家发展改革委工业和信息化部 → two names; other text comes back whole."""
    names: list[str] = []
    rest = piece
    while size := _known_start(rest):
        tail = re.match(r"(?:办公厅|办公室|[\u4e00-\u9fff]{2,4}司)", rest[size:])
        end = size + (tail.end() if tail else 0)
        names.append(rest[:end])
        rest = rest[end:]
    return names if names and not rest else [piece]


def more_bodies(text: str) -> tuple[str | None, int]:
    """``等5部门`` in ``text``: the printed note and where it starts, (None, -1) without one."""
    match = _AND_MORE.search(text)
    return ("".join(match[0].split()), match.start()) if match else (None, -1)


@lru_cache(maxsize=_NAMES_KEPT)
def bodies_in(text: str) -> tuple[str, ...]:
    """All names in ``text`` when it is nothing but names of organs, else ()."""
    _, cut = more_bodies(text)
    names: list[str] = []
    for piece in _SPLIT.split((text[:cut] if cut >= 0 else text).strip()):
        found = _unglue(_plain(piece)) if piece else []
        if not all(map(looks_like_body, found)):
            return ()
        names += [name for glued in found for name in _apart(glued)]
    return tuple(dict.fromkeys(names))


@cache
def _last_characters() -> frozenset[str]:
    """The characters any known or well-shaped name of an organ ends with."""
    return _LAST | {name[-1] for name in _bodies().official}


def may_end_with_body(text: str) -> bool:
    """False when ``text`` surely ends with no organ (also not with 等5部门): the cheap question
    asked of every line before a date."""
    last = text[-1:]
    return last in _last_characters() or last.isascii() or "等" in text


_NAMED_NUMBER = re.compile(
    r"(?P<body>[\u4e00-\u9fff]{3,30})(?:令|公告|通告)(?:\d{4}年|〔\d{4}〕)?第\d{1,5}号"
)


def body_from_number(number: str) -> str | None:
    """The central body that uses a document number's prefix (国办发〔2018〕1号 → 国务院办公厅), or
    the body whose name is a part of the number (浙江省人民政府令第372号)."""
    if (match := _NAMED_NUMBER.fullmatch(number)) and looks_like_body(match["body"]):
        return match["body"]
    prefixes = _bodies().prefixes
    sizes = range(min(len(number), _LONGEST_PREFIX), 1, -1)
    return next((prefixes[number[:n]] for n in sizes if number[:n] in prefixes), None)


def _place_in_brackets(plain: str) -> Place | None:
    """The place of a local branch: …试点（上海）专项工作组."""
    match = re.search(r"（([\u4e00-\u9fff]{2,12})）", plain)
    place = locate(match[1]) if match else None
    return place if match and place and place.used == len(match[1]) else None


def _place_of_branch(plain: str) -> Place | None:
    """The place of a branch of a central body: 国家税务总局浙江省税务局, 中国证监会上海监管局."""
    size = _known_start(plain[: len(plain) - 4])
    place = locate(plain[size:]) if size else None
    return place if place and _BRANCH_OFFICE.search(plain, size + place.used) else None


@lru_cache(maxsize=_NAMES_KEPT)
def place_of(name: str, *, context: Region | None = None) -> tuple[Level, Region | None]:
    """Level and region of an organ by its name; foreign bodies have no region here."""
    plain = _plain(name)
    if not is_public_body(plain):
        return "none", None
    if is_abroad(plain):
        return "foreign", None
    place = locate(plain, context=context) or _place_in_brackets(plain) or _place_of_branch(plain)
    if place is not None:
        basic_court = plain.endswith(("互联网法院", "铁路运输法院"))
        return "district" if basic_court else place.region.level, place.region
    if is_national(plain):
        return "national", Region()
    if country_of(plain):
        return "foreign", None
    if _RANKED.match(plain) and context is not None and context.province:
        prefix = locate(canonical_body(plain, context=context))
        return (prefix.region.level, prefix.region) if prefix else ("none", None)
    return "none", None
