"""Name, publisher, language, zone, level and key of a new source, from its page and address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from pipelines.dates import date_language
from pipelines.fields.regions import Region, full_name, parse_region
from pipelines.urls import host_of
from spiders.fields import tidy

_CJK = re.compile(r"[\u4e00-\u9fff]")
_PARTS = re.compile(r"\s*[_|–—]\s*|\s+-\s+|-(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])-")
_GENERIC = re.compile(r"^(?:首页|列表|home|index|untitled|文档)$", re.IGNORECASE)
_LEVELS = {"national": "national", "provincial": "provincial", "municipal": "municipal"}


@dataclass(frozen=True, slots=True)
class About:
    """The keys of a source file that say what the source is."""

    key: str
    title: str
    publisher: str
    region: str
    level: str
    lang: str
    timezone: str


def describe(url: str, text: str, *, region: str | None = None, lang: str | None = None) -> About:
    """Guesses a person would make; ``region`` is 四川省/德阳市, CN-四川 or a country code."""
    page = LexborHTMLParser(text)
    metas = {
        (node.attributes.get("name") or node.attributes.get("property") or "").lower(): tidy(
            node.attributes.get("content") or ""
        )
        for node in page.css("meta[content]")
    }
    title = page.css_first("title")
    parts = [
        part
        for part in _PARTS.split(tidy(title.text() if title else ""))
        if part and not _GENERIC.match(part)
    ]
    host = host_of(url)
    site = metas.get("sitename") or metas.get("og:site_name") or (parts[-1] if parts else host)
    column = metas.get("columnname") or (parts[0] if len(parts) > 1 else "")
    place = parse_region(region.removeprefix("CN-").replace("-", "")) if region else None
    place = place or parse_region_of(site)
    chinese = bool(_CJK.search(site + column)) or host.endswith(".cn")
    code = place.path if place else (region or ("CN" if chinese else "INTL"))
    name = full_name(place) if place and place.province else ""
    publisher = site[:190] if site != host or not name else f"{name}人民政府"
    return About(
        key=key_of(url),
        title=f"{publisher} {column}".strip()[:190] if column != publisher else publisher,
        publisher=publisher,
        region=code,
        level=_level(place, host),
        lang=lang or ("zh" if chinese else _dated_in(_lang_of(page), url=url, text=text)),
        timezone="Asia/Shanghai" if chinese else "UTC",
    )


def parse_region_of(site: str) -> Region | None:
    """The region in the name of a site: 罗江区人民政府网."""
    name = re.split(r"人民政府|政府|门户|网站", site)[0]
    return parse_region(name) if 2 <= len(name) <= 24 else None


def _level(place: Region | None, host: str) -> str:
    if place is not None:
        return _LEVELS.get(place.level, "district")
    return "national" if re.fullmatch(r"(?:www\.)?[a-z]+\.gov\.cn", host) else "media"


def _lang_of(page: LexborHTMLParser) -> str:
    root = page.css_first("html")
    stated = (root.attributes.get("lang") or "") if root is not None else ""
    match = re.match(r"en-[a-z]{2}\b|[a-z]{2,3}", stated.lower())
    return match[0] if match else "en"


def _dated_in(lang: str, *, url: str, text: str) -> str:
    """The language with a region where days stand before months; plain English otherwise."""
    return date_language(lang, url=url, text=text).removesuffix("-us")


def key_of(url: str) -> str:
    """A file name from host and column: ``gxt-sichuan-zcwj``."""
    parts = urlsplit(url)
    words = [
        w for w in host_of(url).split(".") if w not in ("www", "com", "gov", "cn", "org", "net")
    ]
    path = [p for p in parts.path.split("/") if p and not re.match(r"(?:index|list|default)\b", p)]
    tail = re.sub(r"\.\w+$", "", path[-1]) if path else ""
    country = ["cn"] if host_of(url).endswith(".cn") else []
    raw = "-".join([*country, *reversed(words), tail]).lower()
    return re.sub(r"[^a-z0-9]+", "-", raw).strip("-")[:56].strip("-") or "new-source"
