"""The title of a page: what several places agree on, not what one of them says.

``<title>`` nearly always contains the title, but with the names of site and column around it;
headings are clean, but a page has several. So a heading that ``<title>`` contains wins.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from functools import lru_cache

from pipelines.extraction.outline import Outline

_NON_WORD = re.compile(r"[\W_]+")
#: the same for texts in ASCII, ten times faster
_ASCII_NON_WORD = bytes(code for code in range(128) if not chr(code).isalnum())
_ASCII_LOWER = bytes(ord(chr(code).lower()) if code < 128 else code for code in range(256))
_SEPARATOR = re.compile(
    r"\s{0,9}[_|｜>‖]{1,9}\s{0,9}|\s{1,9}[›»«‹]{1,2}\s{1,9}|\s{1,9}[-–—·•:]{1,2}\s{1,9}"
    r"|[-–—]{1,2}(?=[\u4e00-\u9fff]{2,14}$)"
)
_PATH = re.compile(
    r"\W{0,4}(?:首页|主页|当前位置|您?的?所在位置|您的位置|您现在|位置[:：]|home\b\s?[>»/|])", re.I
)
_ROOT = re.compile(r"(?:https?:)?(?://[^/?#]+)?/?(?:index\.\w{2,5})?", re.I)
_SPACES = re.compile(r"\s+")
_TABLE_KEYS = ("标题", "信息名称", "文件名称", "公文名称", "名称", "题名")
_META_KEYS = ("articletitle", "ld:headline", "og:title", "item:headline", "twitter:title",
              "dc.title", "dcterms.title", "title", "article:title", "ld:name")  # fmt: skip
_SITE_KEYS = ("og:site_name", "sitename", "application-name", "ld:publisher", "columnname",
              "author", "twitter:site")  # fmt: skip
_HEADING_WEIGHT = {"h1": 3.0, "h2": 2.0, "h3": 1.2, "h4": 0.8, "h5": 0.5, "h6": 0.3}
_TITLE_NAME = re.compile(
    r"(?:^|[\s_-])\w{0,12}(?:title|titl|tit|bt|biaoti|headline|h1)\w{0,4}(?:$|[\s_-])", re.I
)
_LATIN_WORD = re.compile(r"[a-z0-9À-ɏͰ-ԯ]{2,40}")  # Greek and Cyrillic words too
_KICKER = 40  # characters that may stand before the title inside its heading
_SITE = re.compile(r"(?:门户网站|官方网站|政府网站?|信息网|官网|网站)\Z")
_MAX = 200
_NO_SITE_NAME = 10  # letters: shorter parts of ``<title>`` may name the site or a column
_MINOR = frozenset({"h3", "h4", "h5", "h6"})
_WORDS = 6  # Latin words of a ``<title>`` that is worth more than a minor heading it does not know
_NEAR_TEXT = 10  # blocks between a title and the first sentence


@lru_cache(maxsize=1024)  # a title is compared with all that may show it
def fold(text: str) -> str:
    """Letters, digits and CJK characters only, lower case: for comparing titles."""
    if text.isascii():
        return text.encode().translate(_ASCII_LOWER, _ASCII_NON_WORD).decode()
    return _NON_WORD.sub("", text).lower()


def choose_title(
    out: Outline | None,
    *,
    facts: Mapping[str, str],
    table: Mapping[str, str],
    hint: str | None,
) -> tuple[str, int]:
    """Title and the index of the block that shows it (-1 if none does)."""
    raw = facts.get("html:title", "")
    for key in _TABLE_KEYS:
        value = table.get(key, "")
        if len(value) >= 6:
            return _tidy(value), _block_with(out, fold(value))
    best = _best_heading(out, raw=raw, facts=facts, hint=hint)
    if best[0] >= 5.0:
        return _tidy(best[1]), best[2]
    for key in _META_KEYS[:5]:
        if key in facts and len(fold(facts[key])) >= 4:
            cleaned = facts[key] if _stands_in(raw, facts[key]) else without_site(facts[key], facts)
            return _tidy(cleaned), _block_with(out, fold(cleaned))
    cleaned = without_site(raw, facts) if raw else ""
    generic = len(fold(cleaned)) < _NO_SITE_NAME
    worded = len(_LATIN_WORD.findall(cleaned.lower())) >= _WORDS
    if worded and out is not None and out.tag[best[2]] in _MINOR and fold(best[1]) not in fold(raw):
        return _tidy(cleaned), _block_with(out, fold(cleaned))
    if best[0] >= 3.0 or (best[0] >= 2.5 and generic and len(best[1]) >= _NO_SITE_NAME):
        return _tidy(best[1]), best[2]
    if cleaned:
        return _tidy(cleaned), _block_with(out, fold(cleaned))
    return _tidy(best[1] or hint or ""), best[2]


def _best_heading(
    out: Outline | None, *, raw: str, facts: Mapping[str, str], hint: str | None
) -> tuple[float, str, int]:
    """(worth, text, block) of the heading that most places agree on."""
    best: tuple[float, str, int] = (0.0, "", -1)
    if out is None:
        return best
    whole, bare, hinted = fold(raw), fold(_bare(raw, facts)), fold(hint or "")
    metas = {fold(facts[k]) for k in _META_KEYS if k in facts}
    prose = [i for i, size in enumerate(out.own) if size >= 40 and out.pause[i] >= 2]
    longest = max(prose, key=lambda i: out.own[i], default=-1)
    stated = _stated_words(raw, facts)
    lone = out.tag.count("h1") == 1
    for index, text, weight in _headings(out, raw=" ".join(raw.split())):
        text = _without_kicker(text, facts)
        folded = fold(text)
        if len(folded) < 2:
            continue
        worth = weight
        if not lone and len(folded) < _NO_SITE_NAME and folded not in whole:
            worth = min(worth, 1.5)  # one of several, and it could be the name of a menu
        lasting = len(folded) >= _NO_SITE_NAME
        if folded in whole and (lasting or (folded in bare and 5 * len(folded) >= len(bare))):
            worth += 3.0 * min(1.0, len(folded) / 8) + 4.0 * len(folded) / len(whole)
            worth += 1.5 * (folded == bare)
        if folded in metas:
            worth += 3.0
        elif any(folded in meta for meta in metas):
            worth += 1.0
        if lone and out.tag[index] == "h1" and _shares_words(text, stated):
            worth += 2.0  # the page words its title differently from what it shares
        if hinted and (folded == hinted or (len(hinted) > 8 and folded.startswith(hinted[:-2]))):
            worth += 4.0
        following = bisect_right(prose, index)
        if following < len(prose) and prose[following] - index <= _NEAR_TEXT and index < longest:
            worth += 2.0
        if worth > best[0]:
            best = (worth, text, index)
    return best


def _bare(raw: str, facts: Mapping[str, str]) -> str:
    """``<title>`` without names of the site: what the page shares of itself tells where they begin,
    else the separators do."""
    for key in ("og:title", "ld:headline"):
        title = facts.get(key, "")
        if raw.startswith(title) and _stands_in(raw, title):
            return title
    return without_site(raw, facts)


def _stands_in(raw: str, title: str) -> bool:
    """``<title>`` holds this title and more, so the title itself carries no name of the site."""
    if len(title) < _NO_SITE_NAME or len(raw) < len(title) + 3:
        return False
    before, _, after = raw.partition(title)
    return title in raw and not before.strip()[-1:].isalnum() and not after.strip()[:1].isalnum()


def _without_kicker(text: str, facts: Mapping[str, str]) -> str:
    """A heading without what stands in it before the title that the page shares of itself."""
    for key in ("ld:headline", "og:title"):
        title = facts.get(key, "")
        if len(title) >= 12 and text.endswith(title) and len(text) <= len(title) + _KICKER:
            return title
    return text


def _stated_words(raw: str, facts: Mapping[str, str]) -> frozenset[str]:
    stated = " ".join([raw, *(facts[key] for key in _META_KEYS[:3] if key in facts)])
    return frozenset(_LATIN_WORD.findall(stated.lower()))


def _shares_words(text: str, stated: frozenset[str]) -> bool:
    """Whether at least half of the four and more Latin words of a heading are stated elsewhere."""
    words = _LATIN_WORD.findall(text.lower())
    return len(words) >= 4 and 2 * sum(word in stated for word in words) >= len(words)


def without_site(raw: str, facts: Mapping[str, str]) -> str:
    """``<title>`` without the names of site and columns after (or before) a separator."""
    for key in _SITE_KEYS:
        name = facts.get(key, "")
        if len(name) >= 2 and raw.endswith(name) and len(raw) > len(name) + 4:
            raw = raw[: -len(name)].rstrip(" -_|｜–—·•»>:：,，")
    parts = [p for p in _SEPARATOR.split(raw) if p.strip()]
    if len(parts) < 2:
        return raw.strip()
    first = parts[0].strip()
    longest = max(parts, key=len).strip()
    if len(first) >= 4 and _SITE.search(longest):
        return first
    return first if len(first) >= 8 or len(first) * 2 >= len(longest) else longest


def _headings(out: Outline | None, *, raw: str) -> list[tuple[int, str, float]]:
    """Blocks that may show the title: headings, blocks named so, lines that ``<title>`` repeats."""
    if out is None:
        return []
    found: list[tuple[int, str, float]] = []
    blocks = zip(out.tag, out.content, out.own, out.own_link, out.name, strict=True)
    for i, (tag, content, own, linked, name) in enumerate(blocks):
        weight = _HEADING_WEIGHT.get(tag, 0.0)
        if not weight:
            if not 4 <= len(content) <= 300 or linked > 0.5 * own:
                continue
            if name and _names_title(name):
                weight = 1.5
            elif (line := content.strip().split("\n", 1)[0].rstrip()) and line in raw:
                weight, content = 0.3, line
            else:
                continue
        text = content
        if not text.strip():
            if not 0 < out.text[i] <= _MAX:
                continue
            text = out.nodes[i].text(separator=" ")
        text = " ".join(text.split())
        if 2 <= len(text) <= _MAX and not _PATH.match(text) and not _leads_home(out, i):
            found.append((i, text, weight))
    return found


@lru_cache(maxsize=16384)
def _names_title(name: str) -> bool:
    return _TITLE_NAME.search(name) is not None


def _leads_home(out: Outline, i: int) -> bool:
    """A heading that links to the root of the site is the name of the site."""
    if not out.anchors[i]:
        return False
    link = next((node for node in out.nodes[i].traverse() if node.tag == "a"), None)
    href = (link.attributes.get("href") or "") if link is not None else ""
    return _ROOT.fullmatch(href.strip()) is not None


def _block_with(out: Outline | None, folded: str) -> int:
    """The block that shows this title and nothing else: a heading if there is one."""
    if out is None or len(folded) < 4:
        return -1
    size = len(folded)
    shown = [
        i
        for i, content in enumerate(out.content)
        if size <= len(content) < 2 * size + 60 and fold(content) == folded
    ]
    headings = [i for i in shown if out.tag[i] in _HEADING_WEIGHT]
    return next(iter(headings or shown), -1)


def _tidy(text: str) -> str:
    return _SPACES.sub(" ", text.replace("\u200b", "").replace("\ufeff", "")).strip()[: _MAX * 2]
