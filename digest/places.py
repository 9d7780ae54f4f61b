"""How a region path is printed: 全国, 浙江, 浙江杭州, 欧盟."""

from __future__ import annotations

import re

from pipelines.fields.regions import parse_region

_ABROAD = {
    "EU": "欧盟",
    "GB": "英国",
    "UK": "英国",
    "US": "美国",
    "JP": "日本",
    "KR": "韩国",
    "SG": "新加坡",
    "AU": "澳大利亚",
    "CA": "加拿大",
    "DE": "德国",
    "FR": "法国",
    "IN": "印度",
    "RU": "俄罗斯",
    "CH": "瑞士",
    "AE": "阿联酋",
    "BR": "巴西",
    "INTL": "国际",
}


def place_label(region: str | None) -> str:
    """The printed form of ``CN``, ``CN-浙江-杭州`` or a known country code; other text stays."""
    if not region:
        return ""
    known = _ABROAD.get(region.upper())
    if known:
        return known
    if region == "CN" or region.startswith("CN-"):
        place = parse_region(region)
        if place is None:
            return "".join(region.split("-")[1:]) or "全国"
        return "".join((place.province, place.city, place.district)) or "全国"
    # A bare country code says nothing to a reader.
    return "" if re.fullmatch(r"[A-Z]{2}(-.+)?", region) else region.replace("-", "")


def is_within(region: str | None, wanted: str) -> bool:
    """Whether ``region`` is ``wanted`` or lies below it; ``wanted`` may leave out ``CN-``."""
    if not region:
        return False
    paths = (wanted,) if wanted.startswith("CN") else (wanted, f"CN-{wanted}")
    return any(region == path or region.startswith(f"{path}-") for path in paths)
