"""Which policy a page is about: read from the title, else from the first sentences.

A policy that is only named as the basis (根据《…》, 贯彻落实《…》) or as history (此前曾印发《…》)
is not what the page is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.events.names import PolicyName, read_name
from pipelines.events.roles import explains_policy
from pipelines.events.topics import folded, share_in, topic_of
from pipelines.fields.docnumber import normalise_doc_number
from pipelines.fields.doctype import document_kind, genre_of, is_interpretation
from pipelines.fields.issuers import looks_like_body

_LEAD = 800
_CLOSE = 220
"""Characters in which a report under a headline of its own names its policy: of 45 items of news
that quote one further down, hardly any was about it."""
_QUOTED = re.compile(r"《(?P<name>(?:[^《》\n]|《[^《》\n]{0,60}》){3,120})》")
_BASIS = re.compile(
    r"(?:贯彻|落实|实施|执行|根据|依据|依照|按照|遵照|学习|宣传|宣贯|参照|结合|违反|对照|推动|推进|适用)(?:好|了)?(?:关于)?\Z"
)
# 根据《甲》《乙》、《丙》: what stands in front of the first is said of all.
_CHAIN = re.compile(
    r"(?:《[^《》\n]{2,60}》(?:[（(][^（）()]{0,30}[）)])?[、，和及与以]{0,3}){1,8}\Z"
)
_HISTORY = re.compile(
    r"此前|曾(?:经)?|去年|早在|前年|继[^，。]{0,20}|早前|已于(?:去年|前年)|上一(?:版|轮)"
)
_ANNOUNCED = re.compile(
    r"印发|发布|出台|公布|颁布|下发|制定|通过|起草|研究|形成|编制|推出|公开征求|征求|就|对|解读|理解|修订|转载"
)
_ANNOUNCED_BEHIND = re.compile(
    r"(?:[（(][^（）()]{0,30}[）)])?(?:(?:近日|日前|今日|昨日|正式|已|于|经|将|自|\d)[^。；！？\n《]{0,40}?"
    r"(?:公布|发布|印发|出台|颁布|通过|批准|施行|实施|生效|征求意见)|(?:公布|发布|印发|出台)(?=[，。；]))"
)
_OTHER_ACT = re.compile(
    r"(?:申报|申请|遴选|参编|评选|评审|举办|召开|报名|培训|宣讲|专家|征文|组织开展|贯彻|落实)"
)
_FOLLOW_UP = re.compile(
    r"\A的?(?:实施细则|实施方案|实施办法|实施意见|任务分工|工作方案|申报|补充(?:规定|通知)|配套|团体标准|落实|责任分工|宣贯)"
)
# What stands behind the name when the act is another one: 适用《…》若干问题的解释.
_ABOUT_IT = re.compile(
    r"\A的?(?:若干|有关|相关|部分|第[一二三四五六七八九十百]{1,4}条|宣传|学习|贯彻|执行|工作|经费|资金"
    r"|考核|评估|解释)"
)
_ACT = re.compile(
    r"(?:印发|发布|公布|颁布|下发|印送|实施|修改|修订|废止)(?P<name>[^《》]{4,90}?)(?:的|等[^，。]{0,8}的)(?:通知|公告|决定|通告|令|函|通报)\Z"
)
_OPENS = re.compile(
    r"(?:公开)?(?:征求|征集|听取)(?:社会公众)?(?:对|关于)?(?P<name>[^《》]{4,90}?)(?:的)?(?:修改|意见|建议)"
    r"|关于(?P<late>[^《》]{4,90}?)(?:向社会)?(?:公开)?(?:征求|征集)(?:社会公众)?意见"
)
_EXPLAINS_FIRST = re.compile(
    r"\A(?:政策)?(?:解读|图解|一图(?:读懂|看懂|解读)|一文(?:读懂|看懂)|问答|图说)[:：丨|｜\s]{0,2}(?P<name>.{5,90})\Z"
)
_EXPLAINS_LAST = re.compile(
    r"\A(?:关于)?(?P<name>.{5,90}?)(?:的)?(?:政策)?(?:解读(?:材料|方案|说明)?|图解|答记者问|问答|起草说明|编制说明|政策说明)(?:[（(][一二三四五六\d][）)])?\Z"
)
_EXPLAINS_MIDST = re.compile(
    r"\A(?:《?[^《》]{2,30}?)?(?:解读|图解|读懂|看懂)(?:关于)?(?P<name>[^《》]{5,90})\Z"
)
_CUT_OFF = re.compile(r"《(?P<name>[^》]{8,90}?)(?:\.{2,3}|…{1,2})\Z")
_HEADLINE = re.compile(r"[，！？!?]|[:：](?!.{0,4}\Z)|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_REPORTS = re.compile(r"印发|出台|发布|推出|公布")
_ACTS = ("通知", "公告", "决定", "通告", "令", "公示", "函")
# 央行就某业务征求意见: a headline of media and not the title of an act.
_IN_NEWS = re.compile(r"\A[^《》关]{2,30}(?:就|拟)[^《》]{2,40}\Z")
_OPEN_BEHIND = re.compile(
    r"(?:[（(][^（）()]{0,30}[）)])?[^。；！？\n《]{0,24}?(?:征求|征集|听取)(?:社会|公众|各方|各界|有关方面)*意见"
)
# 某解释（征求意见稿）向社会公开征求意见
_OPEN_TAIL = re.compile(
    r"(?<=[稿案][）)])(?:面?向社会)?(?:公众)?(?:公开)?(?:征求|征集|听取)[^《》（）()]{0,8}意见\Z"
)
# 关于印发《中国制造2025》的通知: what is issued so is an act, whatever it is called.
_ISSUED_LAST = re.compile(r"(?:印发|下发|发布|公布)\Z")
_NOTICE_FIRST = re.compile(r"的(?:通知|公告|通告|令|决定)(?:[（(]|\Z)")
_MORE_KINDS = re.compile(r"(?:规程|预案|章程|守则)(?:[（(][^（）()]{0,30}[）)])?\Z")
_NEAR_TOPIC = 0.6
_ABBREVIATED = 4
_VERB_LAST = re.compile(r"(?:联合)?(?:印发|发布|公布)\s?\Z")
_NUMBER_BEHIND = re.compile(r"[ \t\u3000]{0,3}[（(](?P<no>[^（）()\n]{3,40}?号)")
_BODY_PREFIX = re.compile(r"\A[\u4e00-\u9fff、 　（）()0-9]{2,60}?(?=关于)")
# 某部令2026年第5号 某办法, 某部公告2026年第5号 公布对…的决定: the number in front of the name.
_ORDER = re.compile(
    r"\A[\u4e00-\u9fff 、]{1,80}?(?:令|公告)[ 　]?(?:(?:19|20)\d\d年)?第?\d{1,4}号[ 　:：]{1,3}"
    r"(?:(?:公布|发布)(?=对|关于))?(?=.{6})"
)
_NUMBERED_PART = re.compile(r"(?:指引|准则|规则|指南|解释|问答)第[\d一二三四五六七八九十]{1,3}号")
# …的通知（穗府办规〔2025〕8号）, …的公告（2025年第86号）
_NUMBER_LAST = re.compile(
    r"(?<=[告知令定见])[（(][^（）()]{0,16}(?:19|20)\d\d[^（）()]{1,8}号[）)]\Z"
)
_MARK = re.compile(
    r"\A(?:【[^】]{1,12}】|全文[:：丨|｜]|\[[^\]]{1,12}\]|重磅[!！]?|最新[!！]|快讯[:：]|刚刚[，,!！]|[^《》，。：！!]{2,8}[！!](?=.{6}))\s*"
)


@dataclass(frozen=True, slots=True)
class Subject:
    """A policy as a page names it. ``own``: the page has the form of the act itself; ``number``
    is printed right behind the name; ``before`` the words in front of it; ``loose``: named
    without quotes in a report's own words, perhaps not to the letter."""

    name: PolicyName
    own: bool
    number: str | None = None
    before: str = ""
    loose: bool = False


def read_subject(title: str, text: str, *, official: bool) -> Subject | None:
    """The policy a page is about; None for pages about none.

    A medium's title that looks like that of an act (某计划公开征求意见) gives way to the policy
    that its first sentences announce.
    """
    plain = _NUMBER_LAST.sub("", _ORDER.sub("", _MARK.sub("", " ".join(title.split()))))
    if "《" not in plain:
        plain = plain.replace("〈", "《").replace("〉", "》")
    plain = _made_whole(plain, text)
    found = _quoted_in_title(plain) or _without_quotes(plain)
    if found is not None and found.own and not official and _IN_NEWS.search(plain):
        found = None
    if found is None:
        explains = explains_policy(title) or plain.isascii()
        return _announced(title, text) or (only_named(text) if explains else None)
    if found.own:
        told = None if official or "《" in plain else _announced(title, text)
        return told if told and told.name.core != found.name.core else found
    found = _completed(found, text)
    name = found.name
    if len(name.core) <= _ABBREVIATED and not name.place and not found.number:
        return _announced(title, text)  # 《若干措施》: which ones is told elsewhere
    if "《" not in plain and not found.number:
        told = _announced(title, text)
        near = told and share_in(topic_of(found.name.core), folded(told.name.printed))
        return told if told and near and near >= _NEAR_TOPIC else found
    return found


def _made_whole(title: str, text: str) -> str:
    """A title that a site cut off inside 《…, with the rest of the name from the lead."""
    cut = _CUT_OFF.search(title)
    if cut is None:
        return title
    whole = re.search(rf"《{re.escape(cut['name'])}[^《》\n]{{0,60}}》", text[:_LEAD])
    ending = "的通知" if "关于印发" in title[: cut.start()] else ""
    return f"{title[: cut.start()]}{whole[0]}{ending}" if whole else title


def only_named(text: str, *, basis: bool = True) -> Subject | None:
    """The one policy that the lead quotes, whatever it says of it; ``basis``: also 根据《…》."""
    found: Subject | None = None
    for match, clause in _mentions(text):
        if _HISTORY.search(clause) or not _names_policy(match["name"]):
            continue
        if not basis and _BASIS.search(clause[-24:]):
            continue
        name = read_name(match["name"])
        if name is None or len(name.core) <= _ABBREVIATED:
            continue
        if found is not None and found.name.core != name.core:
            return None
        number = _number(text, match.end())
        found = found or Subject(name, own=False, number=number, before=clause)
    return found


def _quoted_in_title(title: str) -> Subject | None:
    """《…》 of a title: the act's own object, what is explained, or what a headline reports."""
    for match in _QUOTED.finditer(title):
        before, after = title[: match.start()], title[match.end() :]
        other = _FOLLOW_UP.match(after) or _ABOUT_IT.match(after)
        if not explains_policy(before):
            other = other or _OTHER_ACT.search(before)
        if other or _BASIS.search(before):
            return _as_act(title)
        if _OTHER_ACT.match(after):
            return None
        name = read_name(match["name"] + _state_behind(after))
        issued = _ISSUED_LAST.search(before) and _NOTICE_FIRST.match(after)
        if name is None or not (issued or _names_policy(match["name"])):
            continue
        return Subject(name, own=_has_form_of_act(title, before, after), before=before)
    return None


def _state_behind(after: str) -> str:
    """《条例（修订草案）》（征求意见稿）: the state may stand behind the name."""
    state = re.match(r"[（(][^（）()]{0,20}(?:稿|草案|试行)[）)]", after)
    return state[0] if state else ""


def _names_policy(name: str) -> bool:
    """Whether 《name》 is a document and not a book, a film or a law that is only quoted."""
    bare = re.sub(r"[（(][^（）()]{0,30}[）)]", "", name)
    return genre_of(bare) is not None or bool(
        re.search(r"政策|[规计]划|条\Z|方案|指南|清单|举措\Z", bare)
        or _MORE_KINDS.search(bare)
        or _NUMBERED_PART.search(bare)
    )


def _has_form_of_act(title: str, before: str, after: str) -> bool:
    if is_interpretation(title):
        return False
    if not before.strip() and not re.sub(r"[（(][^（）()]{0,30}[）)]", "", after).strip():
        return True
    outside = f"{before}{after}"
    if "关于" in before or _only_bodies(before):
        outside = "".join(outside.split())  # between issuers
    ends = re.search(
        r"(?:的)?(?:通知|公告|决定|通告|令|函|启事|意见|建议|公示|说明|批复|反馈|(?:情况|结果))\s*(?:[（(][^（）()]{0,20}[）)])?\Z",
        after,
    )
    return bool(ends) and not _HEADLINE.search(re.sub(r"\A[^：:]{2,12}[：:]", "", outside))


def _only_bodies(before: str) -> bool:
    """Whether nothing but issuers stands in front of the verb: 国家发展改革委 财政部印发《…》."""
    names = _VERB_LAST.sub("", before).split()
    return len(names) > 1 and all(looks_like_body(name) for name in names)


def _without_quotes(title: str) -> Subject | None:
    if "《" in title:
        return None
    for pattern in (_EXPLAINS_FIRST, _EXPLAINS_LAST):
        match = pattern.match(title)
        if match and (name := _policy(match["name"])):
            return Subject(name, own=False, before=title[: match.start("name")])
    if (match := _EXPLAINS_MIDST.match(title)) and (name := _policy(match["name"])):
        return Subject(name, own=False, before=title[: match.start("name")])
    if match := _OPENS.search(title):
        key = "name" if match["name"] else "late"
        if name := _policy(match[key]):
            return Subject(name, own=True, before=title[: match.start(key)])
    if (match := _ACT.search(title)) and (name := _issued_as(match)):
        return Subject(name, own=True, before=title[: match.start("name")])
    return _as_act(title)


def _issued_as(match: re.Match[str]) -> PolicyName | None:
    """The name in 关于印发…的通知: what is issued so is an act, whatever it is called."""
    name = _policy(match["name"])
    return read_name(match["name"]) if name is None and match[0].startswith("印发") else name


def _policy(text: str) -> PolicyName | None:
    bare = re.sub(r"[（(][^（）()]{0,30}[）)]\Z", "", text.strip('“”" '))
    return read_name(text) if genre_of(bare) is not None or bare.endswith("举措") else None


def _as_act(title: str) -> Subject | None:
    """The whole title as the name of an act (…关于…的通知, …管理办法); None for a headline."""
    title = _OPEN_TAIL.sub("", title)
    prefix = _BODY_PREFIX.match(title)
    rest = title[prefix.end() :] if prefix else title
    whole = "".join(rest.split()) if rest.startswith("关于") else rest
    if _HEADLINE.search(whole):
        return None
    if not _MORE_KINDS.search(title) and (document_kind(title) is None or genre_of(title) is None):
        return None
    if _REPORTS.search(title) and "关于" not in title and not title.endswith(_ACTS):
        return None
    name = read_name(rest)
    before = prefix[0] if prefix else ""
    return Subject(name, own=True, before=before) if name else None


def _mentions(text: str) -> Iterator[tuple[re.Match[str], str]]:
    """Every 《…》 of the lead with the clause in front of it."""
    lead = text[:_LEAD]
    for match in _QUOTED.finditer(lead):
        start = max(lead.rfind(mark, 0, match.start()) for mark in "。；！？\n") + 1
        yield match, lead[start : match.start()]


def quoted_policies(
    text: str, *, announced: bool = False
) -> Iterator[tuple[PolicyName, str | None]]:
    """Every policy that ``text`` quotes with the number behind it; neither basis nor history.
    ``announced``: only those that are said to be issued."""
    for match in _QUOTED.finditer(text):
        start = max(text.rfind(mark, 0, match.start()) for mark in "。；！？\n") + 1
        clause = text[start : match.start()]
        if not _names_policy(match["name"]) or _HISTORY.search(clause):
            continue
        near = clause[-24:]
        if announced:
            told = _ANNOUNCED.search(clause) or _ANNOUNCED_BEHIND.match(text, match.end())
            if _BASIS.search(near) or not told:
                continue
        name = read_name(match["name"])
        if name is not None and len(name.core) > _ABBREVIATED:
            yield name, _number(text, match.end())


def _announced(title: str, text: str) -> Subject | None:
    """The policy that the first sentences announce. Further down it is only touched upon, unless
    the title speaks of it."""
    if "《" not in text[:_LEAD]:
        return None
    for match, clause in _mentions(text):
        if match.start() > _CLOSE and not _in_title(match["name"], title):
            continue
        near = _CHAIN.sub("", clause)[-24:]
        behind = _ANNOUNCED_BEHIND.match(text, match.end())
        if _HISTORY.search(clause) or _BASIS.search(near):
            continue
        if not _ANNOUNCED.search(near) and not behind:
            continue
        state = "（征求意见稿）" if _is_open(text, match, clause) else ""
        policy = _names_policy(match["name"]) or near.endswith(("印发", "印发了"))
        name = read_name(match["name"] + state) if policy else None
        if name is not None and (name.place or name.years or len(name.core) > _ABBREVIATED):
            return Subject(name, own=False, number=_number(text, match.end()), before=clause)
    return None


def _in_title(name: str, title: str) -> bool:
    """Whether the title speaks of what a policy is about; of foreign titles that is not known."""
    return title.isascii() or share_in(topic_of(name), folded(title)) > 0


def _is_open(text: str, match: re.Match[str], clause: str) -> bool:
    """Whether a sentence says that the policy it quotes is open for comments."""
    behind = _OPEN_BEHIND.match(text, match.end())
    return behind is not None and not _HISTORY.search(clause) and "此前" not in behind[0]


def _completed(found: Subject, text: str) -> Subject:
    """A title's name with what the lead adds: the full name of 《办法》, its number, its place."""
    wanted = found.name.core
    for match, clause in _mentions(text):
        name = read_name(match["name"])
        if name is None or not (name.core == wanted or _is_short_for(wanted, name.core)):
            continue
        number = _number(text, match.end())
        fuller = name if len(name.core) > len(wanted) else found.name.at(name.place)
        if not fuller.years and name.years:
            fuller = PolicyName(
                fuller.printed,
                fuller.core,
                fuller.place,
                name.years,
                fuller.batch,
                fuller.draft,
                fuller.revised,
            )
        return Subject(fuller, own=False, number=number, before=f"{found.before} {clause}")
    return found


def _is_short_for(short: str, full: str) -> bool:
    """《行动计划》 for 《…产业发展行动计划》."""
    return len(short) <= 6 and full.endswith(short) and len(full) > len(short)


def _number(text: str, at: int) -> str | None:
    match = _NUMBER_BEHIND.match(text, at)
    return normalise_doc_number(match["no"]) if match else None
