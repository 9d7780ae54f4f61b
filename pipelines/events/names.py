"""The name of a policy, taken apart: what stays the same from draft to report, and what must agree.

``core`` is the name without place, years, batch and state (征求意见稿, 试行); two pages about one
policy share it. Place, years and batch are kept beside it: 浙江 and 四川, 2025年 and 2026年, 第一批
and 第二批 have names of one core and are different policies.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache

from pipelines.fields.issuers import is_national
from pipelines.fields.regions import locate
from pipelines.numerals import chinese_number

_HAN_DIGITS = "〇零一二三四五六七八九十百"
_BRACKET = re.compile(r"[(〔\[【]([^()〔〕\[\]【】]{0,40})[)〕\]】]")
_DRAFT = re.compile(
    r"审议稿|审查稿|(?:公开)?征求意见(?:建议)?(?:稿|公告)?|意见征集稿|送审稿|讨论稿|(?:修订|修正)?草案(?:稿)?"
)
_REVISED = re.compile(r"修订|修正|修改稿")
_STATE = re.compile(
    r"(?:第[二三]次)?(?:公开)?(?:征求意见稿|意见征集稿|送审稿|讨论稿)"
    r"|(?:修订|修正)?(?:草案)?[一二三四]次(?:审议稿|征求意见稿)|审议稿|审查稿|(?:修订|修正)?草案(?:稿)?"
    r"|修订稿|修改稿|修正案|修订|修正|试行|暂行|全文|正式稿|节选|摘要|代拟稿|建议稿"
)
_YEAR = r"(?:19|20)\d\d"
_YEARS = re.compile(
    rf"(?P<first>{_YEAR})年?(?:[-—–―~～至到]{{1,2}}(?P<last>{_YEAR}|\d\d(?!\d))年?)?(?:年|度|版)*"
)
_BATCH = re.compile(
    rf"(?:总)?第(?P<n>[{_HAN_DIGITS}]{{1,4}}|\d{{1,4}}|(?:19|20)\d\d-\d{{1,3}})(?P<unit>批次?|期|次|届|季度|轮|辑|号)"
    rf"|(?P<month>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月(?:份)?|(?P<half>[上下]半年)"
)
_FROM_BATCH = re.compile(r"第(?P<n>[一二三四五六七八九十]{1,3}|\d{1,3})批")
_PRINTED_PLACE = re.compile(r"(?P<name>[\u4e00-\u9fff]{2,3}(?:省|市(?!场)))(?=[\u4e00-\u9fff]{2})")
_NO_PLACE = re.compile(r"[城都上股超门入]市\Z")
_NEWLY = re.compile(r"\A(?:最?新)?(?:修订|修改|修正)后?的")
"""修订后的《…条例》: how it came about, no part of the name."""
# 《国务院关于修改〈快递暂行条例〉的决定》 is about the regulation.
_CHANGES = re.compile(
    r"《?(?P<by>[^《》〈〉<>]{0,40}?)关于(?:修改|修订|修正|废止)[《〈<](?P<name>[^《》〈〉<>]{3,60})[》〉>]"
    r"的(?:决定|通知|公告)》?"
)
_OF_SOME = re.compile(r"(?:修改|废止|清理|失效).{0,4}部分.{2,12}\Z")
_RENAMED = (("管理规定", "管理办法"), ("管理办法", "管理规定"))
"""What a draft may turn into on its way to the act."""
_QUOTES = str.maketrans("", "", "“”\"'‘’《》〈〉<>「」")
_NOT_KEY = re.compile(r"[\W_的和与及]+")
_AI = re.compile(r"(?<![a-z])ai(?![a-z])")
# 《国务院关于…的意见》: the issuers in front of the name are no part of it.
_ISSUERS = re.compile(
    r"\A[\u4e00-\u9fff、]{0,60}?(?:国务院|部|委|委员会|局|厅|办|院|行|署|会|政府|办公室|部门)关于(?=.{6})"
)
_COMMON = re.compile(
    r"(?:年度)?(?:重点|政府)?工作(?:要点|计划|方案|安排|报告|任务)|(?:年度)?报告|(?:实施|工作|管理|扶持)(?:方案|办法|细则|意见)"
    r"|行动(?:计划|方案)|若干(?:措施|政策|意见)|任务(?:分工|清单)|申报(?:指南|通知)|名单|公告|通告|通知|公示"
    r"|(?:经济|统计|主要)?数据|运行情况|[\u4e00-\u9fff]{0,4}(?:公告|通告|公报|令)"
)
SHORT_CORE = 6
"""Cores up to this length name no policy by themselves (管理办法, 工作要点)."""


@dataclass(frozen=True, slots=True)
class PolicyName:
    """A name read. ``place`` is a region path, a printed place that no table knows, or ""."""

    printed: str
    core: str
    place: str = ""
    years: frozenset[str] = frozenset()
    batch: str = ""
    draft: bool = False
    revised: bool = False

    @property
    def common(self) -> bool:
        """Whether many issuers use this name, so that it proves nothing without its issuer.

        A short name is one policy in its place: 重庆市数据条例.
        """
        return (self.short and not self.place) or bool(_COMMON.fullmatch(self.core))

    @property
    def short(self) -> bool:
        """Whether the name alone says little."""
        return len(self.core) <= SHORT_CORE

    def at(self, place: str) -> PolicyName:
        """The same name with its place known from elsewhere."""
        return self if self.place or not place else replace(self, place=place)


@lru_cache(maxsize=4096)
def read_name(text: str) -> PolicyName | None:
    """The name in ``text`` (a title, or what 《 and 》 enclose); None when nothing is left."""
    if "的" in text[-4:] and (changed := _CHANGES.fullmatch("".join(text.split()))):
        name = read_name(changed["name"])
        return name and name.at(_place_of_issuers(changed["by"]))
    printed = " ".join(text.split()).strip("《》 ")
    plain = unicodedata.normalize("NFKC", "".join(text.split())).translate(_QUOTES)
    plain = _NEWLY.sub("", plain).removeprefix("中华人民共和国").removeprefix("关于")
    place, used = read_place(plain)
    draft, revised = bool(_DRAFT.search(plain)), bool(_REVISED.search(plain))
    years: set[str] = set()
    batch: list[str] = []
    bare = plain[used:]
    if "关于" in bare[2:] and (issuers := _ISSUERS.match(bare)):
        bare = bare[issuers.end() :]
        place = place or _place_of_issuers(issuers[0][:-2])
    bare = _BRACKET.sub(lambda match: _inside(match[1]), bare)
    bare = _YEARS.sub(lambda match: _year(match, years), bare)
    bare = _BATCH.sub(lambda match: _part(match, batch), bare)
    bare = _STATE.sub("", bare)
    core = _NOT_KEY.sub("", spelled_out(bare)).removeprefix("关于")
    if core.endswith(("公告", "通告")):
        core = core.removeprefix("发布")  # the act says so, those who explain it do not
    if len(core) < 3:
        return None
    return PolicyName(
        printed, core, place, frozenset(years), ",".join(sorted(set(batch))), draft, revised
    )


def _place_of_issuers(names: str) -> str:
    """The place of the bodies in front of a name, "" when unknown."""
    return "CN" if is_national(names.split("、")[0]) else read_place(names)[0]


def read_place(plain: str) -> tuple[str, int]:
    """The place at the start of a name and how many characters it takes; ("", 0) without one."""
    found = locate(plain[:24])
    if found is not None and found.used < len(plain):
        return found.region.path, found.used
    match = _PRINTED_PLACE.match(plain)
    if match and not _NO_PLACE.search(match["name"]):
        return match["name"], match.end()
    return "", 0


def _inside(content: str) -> str:
    """What a bracket adds to the name: years and batches are read later, states fall away; a
    number adds nothing."""
    if content.endswith("号") and not content.startswith("第"):
        return ""
    return _STATE.sub("", content)


def _year(match: re.Match[str], years: set[str]) -> str:
    first, last = match["first"], match["last"]
    years.add(first)
    if last:
        years.add(last if len(last) == 4 else first[:2] + last)
    return ""


def _part(match: re.Match[str], batch: list[str]) -> str:
    if match["half"]:
        batch.append(match["half"])
    elif match["month"]:
        batch.append(f"{_number(match['month'])}月")
    elif match["unit"] == "号":
        return f"第{_number(match['n'])}号"
    else:
        batch.append(f"{_number(match['n'])}{match['unit'][0]}")
    return ""


def recurs(name: PolicyName) -> bool:
    """Whether acts or papers of one name come again and again: nothing tells two of them apart."""
    bare = not name.years and not name.batch
    return bare and (name.core.endswith(("报告", "公报")) or bool(_OF_SOME.search(name.core)))


def turned_into(name: PolicyName) -> str:
    """The other name a draft may bear as an act (管理规定, 管理办法); "" if none."""
    if name.draft:
        for before, after in _RENAMED:
            if name.core.endswith(before):
                return name.core.removesuffix(before) + after
    return ""


def renamed(a: PolicyName, b: PolicyName) -> bool:
    """Whether one is a draft and the other may be what it has become."""
    return a.draft != b.draft and (turned_into(a) == b.core or turned_into(b) == a.core)


def is_enactment(name: PolicyName) -> bool:
    """Whether it is a law or regulation by its name: one in its place bears it."""
    return name.core.endswith(("条例", "法")) and not name.core.endswith(("办法", "方法"))


def places_differ(a: str, b: str) -> bool:
    """Whether both places are known and not one place."""
    return bool(a and b and a != b)


def spelled_out(text: str) -> str:
    """``text`` in small letters with AI in words."""
    return _AI.sub("人工智能", text.lower())


def batches_in(words: str) -> frozenset[str]:
    """The batches (第三批) that ``words`` name, in the form of ``PolicyName.batch``."""
    return frozenset(f"{_number(match['n'])}批" for match in _FROM_BATCH.finditer(words))


def _number(text: str) -> str:
    return text if text[0].isdigit() else str(chinese_number(text))
