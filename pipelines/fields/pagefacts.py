"""How a page is to be read: its title, the labels of its table, language and zone of its dates."""

from __future__ import annotations

import re
import unicodedata

from pipelines.dates import date_language, is_day_first
from pipelines.fields import labels
from pipelines.items import CleanPage

_CHINESE_HOST = re.compile(r"\A(?:[a-z]{2,6}://[^/?#]{1,260}\.(?:cn|hk|mo|tw)(?:[:/?#]|\Z)|\Z)")


def day_zone(page: CleanPage, url: str, *, zone: str) -> str:
    """The zone whose day a stamp in UTC means. A page in another language from a host outside
    China is not on China's clock because its source names no other: its day is that printed."""
    abroad = not page.lang.startswith(("zh", "ja")) and not _CHINESE_HOST.match(url)
    return "UTC" if abroad and zone == "Asia/Shanghai" else zone


def date_language_of(page: CleanPage, url: str) -> str:
    """The page's language with its region where one is stated or shown (en-GB writes 02/10)."""
    if page.lang.startswith("zh"):
        return page.lang
    stated = page.meta.get("html:lang") or page.meta.get("og:locale") or page.lang
    known = next((lang for lang in (page.lang, stated) if is_day_first(lang)), stated)
    return date_language(
        known.strip().lower().replace("_", "-"), url=url, text=f"{page.head_text}\n{page.body_text}"
    )


def title_of(own: str, listed: str | None) -> str:
    """The page's title; the list row's where a fragment begins with its addressees."""
    title = " ".join(own.split())
    if listed and (not title or title.endswith(("：", ":"))):
        title = " ".join(listed.split())
    return title


def plain_label(key: str) -> str:
    return "".join(unicodedata.normalize("NFKC", key).split()).strip(":：[]【】·*")


_FRONT_LINES, _FRONT = 14, 700
_LINE = re.compile(
    r"[ \t\u3000]{0,8}(?:[【\[](?P<boxed>[\u4e00-\u9fff \u3000]{2,10})[】\]][:：]?"
    r"|(?P<label>[\u4e00-\u9fff \u3000]{2,10})[:：])(?P<value>.{1,100})"
)


def stated_lines(text: str) -> dict[str, str]:
    """What labelled lines at the front of a plain text state (发布机构：浙江省财政厅), as a table
    would: interfaces and mail deliver pages without their table."""
    found: dict[str, str] = {}
    for line in text[:_FRONT].split("\n", _FRONT_LINES)[:_FRONT_LINES]:
        if len(line) > 120:
            break
        match = _LINE.fullmatch(line.rstrip())
        label = plain_label(match["boxed"] or match["label"]) if match else ""
        if match and label in labels.IN_TEXT and match["value"].strip():
            found.setdefault(label, match["value"].strip())
    return found
