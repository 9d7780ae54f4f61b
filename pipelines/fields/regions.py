"""Where an organisation sits: province, city, county, by name (GB/T 2260).

``locate`` reads the place at the start of an organisation's name; ``Region.path`` is the
normal form used everywhere (``CN-浙江-杭州``). Two counting conventions of published
statistics are named in ``level_label``. The table is ``data/regions.tsv``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

Level = Literal["national", "provincial", "municipal", "district", "foreign", "none"]
Convention = Literal["hierarchy", "municipality-districts-as-cities"]

MUNICIPALITIES = frozenset({"北京", "天津", "上海", "重庆"})
SPECIAL_REGIONS = frozenset({"香港", "澳门", "台湾"})
ZONES: dict[str, str] = {
    province: zone
    for zone, provinces in {
        "华东": "上海 江苏 浙江 安徽 福建 江西 山东",
        "华南": "广东 广西 海南",
        "华北": "北京 天津 河北 山西 内蒙古",
        "东北": "辽宁 吉林 黑龙江",
        "西南": "重庆 四川 贵州 云南 西藏",
        "华中": "河南 湖北 湖南",
        "西北": "陕西 甘肃 青海 宁夏 新疆",
        "港澳台": "香港 澳门 台湾",
    }.items()
    for province in provinces.split()
}
# First-tier and "new first-tier" cities as ranked in 2022; the list changes every year.
FIRST_TIER = frozenset({"北京", "上海", "广州", "深圳"})
NEW_FIRST_TIER = frozenset(
    {"成都", "重庆", "杭州", "西安", "武汉", "苏州", "郑州", "南京"}
    | {"天津", "长沙", "东莞", "宁波", "佛山", "合肥", "青岛"}
)
# Zones that belong to no city or county: (name, province, city, level).
_ZONES_OF_THEIR_OWN = (
    ("横琴粤澳深度合作区", "广东", "珠海"),
    ("横琴", "广东", "珠海"),
    ("河北雄安新区", "河北", "雄安"),
    ("雄安新区", "河北", "雄安"),
    ("前海深港现代服务业合作区", "广东", "深圳"),
)
_PROVINCE_ENDINGS = ("特别行政区", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "省", "市")
_PEOPLE_TAIL = re.compile(
    "(?:蒙古族?|回族|藏族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克"
    "|傣族|黎族|傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜|土族|达斡尔族|仫佬族|羌族"
    "|布朗族|撒拉族|毛南族|仡佬族|锡伯|阿昌族|普米族|塔吉克|怒族|独龙族|保安族|裕固族|各族)\\Z"
)


@dataclass(frozen=True, slots=True)
class Region:
    """A place in China by its short names; all empty = the whole country."""

    province: str = ""
    city: str = ""
    district: str = ""

    @property
    def path(self) -> str:
        """``CN``, ``CN-浙江``, ``CN-浙江-杭州``, ``CN-上海-黄浦``, ``CN-浙江-金华-浦江``."""
        parts = ("CN", self.province, self.city, self.district)
        return "-".join(part for part in parts if part)

    @property
    def level(self) -> Level:
        """Level by hierarchy: a district of a 直辖市 is a district."""
        if self.district:
            return "district"
        if self.city:
            return "municipal"
        return "provincial" if self.province else "national"

    @property
    def zone(self) -> str:
        """华东, 华南 …; 全国 when no province is known."""
        return ZONES.get(self.province, "全国")

    @property
    def city_tier(self) -> str | None:
        """一线, 新一线 or 非一线; None for provincial bodies (also of a 直辖市) and the nation."""
        city = self.city or (self.province if self.district else "")
        if not city:
            return None
        if city in FIRST_TIER:
            return "一线"
        return "新一线" if city in NEW_FIRST_TIER else "非一线"

    @property
    def city_name(self) -> str | None:
        """The city a row is counted under; a 直辖市 is the city of its districts."""
        return self.city or (self.province if self.district else None) or None


def level_label(region: Region, *, convention: Convention = "hierarchy") -> str:
    """国家级, 省级, 地市级 or 区县级 under a named counting convention.

    ``municipality-districts-as-cities`` counts districts of the four 直辖市 as 地市级, as
    several published reports do; ``hierarchy`` counts them as 区县级.
    """
    labels = {"national": "国家级", "provincial": "省级", "municipal": "地市级"}
    if region.level != "district":
        return labels[region.level]
    if convention != "hierarchy" and region.province in MUNICIPALITIES:
        return "地市级"
    return "区县级"


@dataclass(frozen=True, slots=True)
class _Table:
    provinces: dict[str, Region]
    cities: dict[str, tuple[Region, ...]]
    districts: dict[str, tuple[Region, ...]]
    full_names: dict[str, str]


def _short_province(name: str) -> str:
    for ending in _PROVINCE_ENDINGS:
        if name.endswith(ending):
            return name.removesuffix(ending)
    return name


def _short_place(name: str) -> str:
    """Short name of a city or county: 杭州市 → 杭州, 恩施土家族苗族自治州 → 恩施, 赵县 → 赵县."""
    for ending in ("自治州", "自治县", "自治旗"):
        if name.endswith(ending):
            stem = name.removesuffix(ending)
            while (match := _PEOPLE_TAIL.search(stem)) and match.start():
                stem = stem[: match.start()]
            return stem
    for ending in ("特区", "林区", "新区", "地区", "市", "区", "县", "盟", "旗"):
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            return name.removesuffix(ending)
    return name


def _aliases(name: str) -> set[str]:
    short = _short_place(name)
    names = {name, short}
    if name.endswith("自治州"):
        names.add(short + "州")
    if name.endswith("自治县"):
        names.add(short + "县")
    return names


def _add(table: dict[str, tuple[Region, ...]], name: str, region: Region) -> None:
    if region not in table.get(name, ()):
        table[name] = (*table.get(name, ()), region)


@cache
def _table() -> _Table:
    provinces: dict[str, Region] = {}
    cities: dict[str, tuple[Region, ...]] = {}
    districts: dict[str, tuple[Region, ...]] = {}
    full: dict[str, str] = {}
    province = ""
    text = files("pipelines").joinpath("data/regions.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        code, name, *rest = line.split("\t")
        city = ""
        if len(code) == 2:
            province = _short_province(name)
            provinces[name] = provinces[province] = Region(province)
            full[Region(province).path] = name
        else:
            city = _short_place(name)
            here = Region(province, city)
            full[here.path] = name
            for alias in _aliases(name):
                _add(cities, alias, here)
        for county in rest[0].split() if rest else ():
            place = Region(province, city, _short_place(county))
            full[place.path] = county
            for alias in _aliases(county):
                _add(districts, alias, place)
    for name, province, city in _ZONES_OF_THEIR_OWN:
        _add(cities, name, Region(province, city))
    return _Table(provinces, cities, districts, full)


def full_name(region: Region) -> str:
    """Official name of the last part: 浙江省, 杭州市, 恩施土家族苗族自治州; "" for the nation."""
    return _table().full_names.get(region.path, "")


def _longest(text: str, table: dict[str, tuple[Region, ...]], within: Region) -> tuple[Region, int]:
    """Longest name of ``table`` at the start of ``text`` that lies within ``within``."""
    for size in range(min(13, len(text)), 1, -1):
        for region in table.get(text[:size], ()):
            if within.province in ("", region.province) and within.city in ("", region.city):
                return region, size
    return Region(), 0


_AFTER_SHORT_COUNTY = frozenset(
    {"", "人民", "法院", "检察", "高新", "经开", "开发", "经济"}
) | frozenset({"印发", "发布", "出台", "公布", "推出", "启动"})


def _strict_county(text: str, size: int) -> bool:
    """Counties need their full name (…区/县/市/旗) unless an organ word or nothing follows."""
    return text[size - 1] in "区县市旗" or text[size : size + 2] in _AFTER_SHORT_COUNTY


@dataclass(frozen=True, slots=True)
class Place:
    """The place at the start of a name: region, characters used, official names as printed."""

    region: Region
    used: int
    names: tuple[str, ...]


def locate(name: str, *, context: Region | None = None) -> Place | None:
    """The place an organisation's name begins with; None when it begins with none.

    ``context`` (the region of the source) decides between counties of the same name. A county
    name that occurs in several provinces stays unknown without context.
    """
    table = _table()
    found = Region()
    used = 0
    names: list[str] = []
    province, size = _longest(name, _provinces(), found)
    # 吉林市 is a city although 吉林 is a province
    if size and not (name[size : size + 1] == "市" and name[: size + 1] in table.cities):
        found, used = province, size
        names.append(full_name(found))
    city, size = _longest(name[used:], table.cities, found)
    if size and not (not used and size <= 2 and _is_county_like(name, size)):
        printed = name[used : used + size]
        names.append(full_name(city) if printed in _aliases(full_name(city)) else printed)
        found, used = city, used + size
    county, size = _county(name[used:], found, context)
    if not size and used:
        county, size = _unlisted_county(name[used:], found)
    if size:
        names.append(full_name(county) or name[used : used + size])
        found, used = county, used + size
    return Place(found, used, tuple(names)) if used else None


@cache
def _provinces() -> dict[str, tuple[Region, ...]]:
    return {name: (region,) for name, region in _table().provinces.items()}


_UNLISTED = re.compile(
    r"[\u4e00-\u9fff]{1,6}?(?:自治县|新区|区|县|市(?!场)|旗)(?=人民|政府|[\u4e00-\u9fff]{2,12}[局委办院会部中])"
)


def _unlisted_county(text: str, within: Region) -> tuple[Region, int]:
    """A county the table lacks (new or renamed) after a known city or 直辖市."""
    if not within.city and within.province not in MUNICIPALITIES:
        return Region(), 0
    match = _UNLISTED.match(text)
    if match is None or match[0] in ("市", "区", "县") or match[0][0] in "市区县各":
        return Region(), 0
    return Region(within.province, within.city, _short_place(match[0])), match.end()


def _is_county_like(name: str, size: int) -> bool:
    """朝阳区 begins with the short name of 朝阳市 but is a county name of its own."""
    return name[size : size + 1] in "区县旗" and name[: size + 1] in _table().districts


def _county(text: str, within: Region, context: Region | None) -> tuple[Region, int]:
    table = _table().districts
    for size in range(min(13, len(text)), 1, -1):
        hits = [
            region
            for region in table.get(text[:size], ())
            if within.province in ("", region.province) and within.city in ("", region.city)
        ]
        if not hits or not _strict_county(text, size):
            continue
        if len(hits) > 1 and context is not None and context.province:
            hits = [r for r in hits if r.province == context.province] or hits
            if len(hits) > 1 and context.city:
                hits = [r for r in hits if r.city == context.city] or hits
        if len(hits) == 1:
            return hits[0], size
    return Region(), 0


@lru_cache(maxsize=512)
def parse_region(text: str | None) -> Region | None:
    """A region as written in a source file or gold data: ``CN-浙江-杭州``, 深圳, ``national``.

    None for foreign and unknown places.
    """
    if not text:
        return None
    value = text.strip()
    if value in ("national", "CN", "全国", "中国", "cn"):
        return Region()
    parts = [part for part in value.removeprefix("CN-").replace("/", "-").split("-") if part]
    place = locate("".join(parts))
    return place.region if place is not None and place.used >= len("".join(parts)) else None
