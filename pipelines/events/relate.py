"""Whether two pages belong to one policy event, and why.

A link needs a reason that can be shown: the same 发文字号, a hyperlink, or the same name with the
same place and fitting days. A conflict (another place, year, batch or number) outweighs every
reason: the policies of 浙江 and 四川, the notices of 2025 and 2026 stay apart.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.events.announce import TITLE_END
from pipelines.events.filing import EARLY, LATE
from pipelines.events.keys import EventKeys
from pipelines.events.names import (
    PolicyName,
    batches_in,
    is_enactment,
    places_differ,
    recurs,
    renamed,
)
from pipelines.events.roles import OWN_ROLES
from pipelines.events.topics import folded, share_in, topic_of

SURE = 0.9
"""Links below this need to be the only ones (an unknown place may be another one's)."""
SPECIFIC_CORE = 9
"""Characters of a name from which it is taken for one policy even without an issuer in common."""

_DRAFT_DAYS = 900
_EXPLAIN_DAYS = 400
_REPORT_DAYS = 150
_EARLY_DAYS = 12
_SAME_DAYS = 45
_COMMON_DAYS = 20
_RECURS_DAYS = 7
_SAME_TOPIC, TOLD_TOPIC, _LINKED_TOPIC = 0.75, 0.6, 0.5
_FEW_PAIRS = 3
"""Shares of a topic that the other side must speak of; fewer pairs of characters prove nothing."""
_LATER = frozenset({"amendment", "repeal"})
_BEFORE = frozenset({"draft", "feedback"})


@dataclass(frozen=True, slots=True)
class Link:
    """Why two pages are of one event; ``confidence`` 0..1; ``scoped``: issuer and days agree."""

    reason: str
    confidence: float
    scoped: bool = False

    @property
    def sure(self) -> bool:
        """Whether it holds without looking for a better one."""
        return self.confidence >= SURE


def relate(a: EventKeys, b: EventKeys) -> Link | None:
    """The reason for which both pages are of one event; None when there is none. Symmetric."""
    if clash(a, b):
        return None
    if a.subject is None or b.subject is None:
        return _by_topic(a, b)
    shared = a.numbers & b.numbers
    if shared:
        return Link(f"文号相同：{min(shared)}", 0.99)
    linked = b.url_key in a.links or a.url_key in b.links
    left, right = a.subject.name, b.subject.name
    if linked and (left.core == right.core or _within(left.core, right.core)):
        return Link(f"页面互有链接，文件名相同：《{left.printed}》", 0.98)
    if left.core != right.core:
        return _turned_into(a, b) or _by_topic(a, b)
    return _by_name(a, b) or _by_topic(a, b)


def _turned_into(a: EventKeys, b: EventKeys) -> Link | None:
    """A draft and the act it became under nearly its name: of one issuer, in this order."""
    left, right = _names(a, b)
    draft, act = (a, b) if a.role == "draft" else (b, a)
    if draft.role != "draft" or act.role != "final" or not renamed(left, right):
        return None
    days = _days_between(draft, act)
    if len(left.core) < SPECIFIC_CORE or days is None or not 0 <= days <= _DRAFT_DAYS:
        return None
    if not issuers_overlap(a.issuers, b.issuers):
        return None
    return Link(f"发文机关相同，征求意见稿名称仅末尾不同：《{draft.name}》", 0.9)


def _by_topic(a: EventKeys, b: EventKeys) -> Link | None:
    """A report in words of its own and the act it tells of: issuer or place, days and topic."""
    report, act = (a, b) if a.words else (b, a)
    if not report.words or act.words or not act.is_act or act.subject is None:
        return None
    name = act.subject.name
    topic = topic_of(name.core)
    share = share_in(topic, report.words)
    wanted = TOLD_TOPIC if _told_in_part(report, name) else _SAME_TOPIC
    linked = act.url_key in report.links
    if linked and share >= _LINKED_TOPIC:
        return Link(f"正文链接到该页，主题相同：《{name.printed}》", 0.95)
    days = _days_between(act, report)
    if days is None or not -EARLY <= days <= LATE or report.of_draft != (act.role == "draft"):
        return None
    if not set(report.scopes) & set(act.scopes) or not _parts_fit(name, report.words):
        return None
    if share < wanted or not _tells_enough(topic, name, report.words):
        return None
    if report.said:
        told = topic_of(report.said)
        if len(told) > 1 and share_in(told, folded(name.printed)) < TOLD_TOPIC:
            return None
    return Link(f"发文机关与日期相合，主题相同：《{name.printed}》", 0.85, scoped=True)


def _told_in_part(report: EventKeys, name: PolicyName) -> bool:
    """Whether the name a report gives is the end of the act's: of a notice of two lists, one."""
    told = report.subject.name.core if report.subject else ""
    return len(told) >= SPECIFIC_CORE and name.core.endswith(told)


def _tells_enough(topic: frozenset[str], name: PolicyName, words: str) -> bool:
    """Whether a topic is more than two characters; one of three must stand in the headline."""
    pairs = len(topic) + bool(name.batch)
    if pairs >= _FEW_PAIRS:
        return True
    return len(topic) == _FEW_PAIRS - 1 and share_in(topic, words.partition(TITLE_END)[0]) == 1


def _parts_fit(name: PolicyName, words: str) -> bool:
    """Whether a report speaks of this batch and of no other; of a notice of several, of some."""
    batches, own = batches_in(words), frozenset(filter(None, name.batch.split(",")))
    if len(own) > 1:
        return bool(batches) and batches <= own
    return own <= batches if own else not batches


def clash(a: EventKeys, b: EventKeys) -> bool:
    """Whether some fact says that the pages are about two policies, whatever their names."""
    if a.subject is None or b.subject is None:
        return False
    left, right = a.subject.name, b.subject.name
    if places_differ(left.place, right.place) or _batches_differ(a, b):
        return True
    if a.numbers and b.numbers and not a.numbers & b.numbers and not _may_differ(a, b):
        return True
    told = a.subject.loose or b.subject.loose
    known = told or _within(left.core, right.core) or renamed(left, right)
    if left.core != right.core and not known:
        return not (a.numbers & b.numbers)
    if left.years and right.years and left.years != right.years:
        return True
    return _another_act(a, b)


def _batches_differ(a: EventKeys, b: EventKeys) -> bool:
    """Whether the batches are others; one notice may publish two, and a report tell of one."""
    left, right = _names(a, b)
    if left.batch == right.batch:
        return False
    ours, theirs = set(left.batch.split(",")), set(right.batch.split(","))
    told = (a.words and len(theirs) > 1 and ours < theirs) or (
        b.words and len(ours) > 1 and theirs < ours
    )
    return not told


def _may_differ(a: EventKeys, b: EventKeys) -> bool:
    """A draft, an amendment and a repeal bear numbers of their own."""
    return bool({a.role, b.role} & (_LATER | _BEFORE))


def _another_act(a: EventKeys, b: EventKeys) -> bool:
    """Two acts of one name that are two: a reissue years later, a revision of an old text."""
    if a.role == b.role == "final":
        if a.written_on and b.written_on and abs((a.written_on - b.written_on).days) > _SAME_DAYS:
            return True
        if _issuers_differ(a, b):
            return True
    days = _days_between(a, b)
    if days is not None and "draft" in (a.role, b.role) and a.role != b.role:
        draft, other = (a, b) if a.role == "draft" else (b, a)
        later = _days_between(draft, other) or 0
        if other.role in ("final", "full_text") and later < -_EARLY_DAYS:
            return True
    left, right = _names(a, b)
    if left.revised != right.revised:
        return not {a.role, b.role} & (_LATER | _BEFORE)
    return False


def _names(a: EventKeys, b: EventKeys) -> tuple[PolicyName, PolicyName]:
    if a.subject is None or b.subject is None:
        raise ValueError("pages without a policy are never compared")
    return a.subject.name, b.subject.name


def _by_name(a: EventKeys, b: EventKeys) -> Link | None:
    """The same name: place or issuer must agree too, and the days must fit."""
    left, right = _names(a, b)
    if left.core != right.core or not _days_fit(a, b):
        return None
    if recurs(left) and not _near(a, b, _RECURS_DAYS):
        return None
    same_place = bool(left.place) and left.place == right.place
    same_issuer = issuers_overlap(a.issuers, b.issuers)
    if left.common and not (same_issuer and _near(a, b, _COMMON_DAYS)):
        return None
    both_final = a.role == b.role == "final"
    if left.short and (_others_issue(a, b) or (both_final and not _near(a, b, _COMMON_DAYS))):
        return None
    both_years = bool(left.years) and left.years == right.years
    if not both_years and left.years != right.years and not _near(a, b, _REPORT_DAYS):
        return None
    fuller = max(left.printed, right.printed, key=len)
    reason = f"文件名相同：《{fuller}》"
    if a.role == "draft" or b.role == "draft":
        reason = f"文件名除“征求意见稿”外相同：《{left.printed}》"
    if same_issuer:
        return Link(f"{reason}，发文机关相同", 0.97 if same_place or both_years else 0.95)
    if same_place:
        return Link(f"{reason}，地区相同", 0.95)
    if _at_its_site(a, b) or _at_its_site(b, a):
        return Link(f"{reason}，发布网站属同一地区", 0.92)
    if _at_another_site(a, b) or _at_another_site(b, a):
        return None
    if a.role in OWN_ROLES and b.role in OWN_ROLES:
        return None  # two acts of one name: the place of one is unknown, it may be another
    specific = len(left.core) >= SPECIFIC_CORE
    if specific and both_years:
        return Link(f"{reason}，年份相同，一方未写地区", 0.85)
    if specific and _near(a, b, _SAME_DAYS):
        return Link(f"{reason}，日期相近，一方未写地区", 0.8)
    return None


def _at_its_site(a: EventKeys, b: EventKeys) -> bool:
    """Whether an act and a page that names no place stand on the sites of one place."""
    if a.place or not a.site or not b.is_act or b.place != a.site:
        return False
    return _near(a, b, _SAME_DAYS)


def _at_another_site(a: EventKeys, b: EventKeys) -> bool:
    """Whether a page that names no place stands on the site of another place than the other's:
    a city explains its own policy, or one of those above it."""
    if a.place or not a.site or not b.place:
        return False
    return not f"{a.site}-".startswith(f"{b.place}-")


def _within(a: str, b: str) -> bool:
    """Whether one name is the end of the other (行动计划 for 产业发展行动计划)."""
    short, long = sorted((a, b), key=len)
    return len(short) >= 4 and long.endswith(short)


def issuers_overlap(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether some body is on both sides; a body and its office (办公厅, 司) are one."""
    return any(x == y or x.startswith(y) or y.startswith(x) for x in a for y in b)


def _issuers_differ(a: EventKeys, b: EventKeys) -> bool:
    return bool(a.issuers and b.issuers and not issuers_overlap(a.issuers, b.issuers))


def _others_issue(a: EventKeys, b: EventKeys) -> bool:
    """Whether two bodies use one short name; of a law those who explain it need not be its own."""
    left, right = _names(a, b)
    acts = a.role in OWN_ROLES and b.role in OWN_ROLES
    if not acts and is_enactment(left) and left.place and left.place == right.place:
        return False
    return _issuers_differ(a, b)


def _days_between(a: EventKeys, b: EventKeys) -> int | None:
    """Days from ``a`` to ``b``; None when a day is unknown."""
    first, last = a.published_on or a.written_on, b.published_on or b.written_on
    return (last - first).days if first and last else None


def _near(a: EventKeys, b: EventKeys, days: int) -> bool:
    gap = _days_between(a, b)
    return gap is None or abs(gap) <= days


def _days_fit(a: EventKeys, b: EventKeys) -> bool:
    """Whether the days allow one event, by the roles of the pages."""
    gap = _days_between(a, b)
    both_acts = a.role in OWN_ROLES and b.role in OWN_ROLES
    if gap is None or (both_acts and {a.role, b.role} & _LATER):
        return True
    if "draft" in (a.role, b.role):
        return abs(gap) <= _DRAFT_DAYS
    acts = a.role in OWN_ROLES, b.role in OWN_ROLES
    if all(acts):
        return abs(gap) <= _EXPLAIN_DAYS
    if any(acts):
        act, other = (a, b) if acts[0] else (b, a)
        later = _days_between(act, other) or 0
        most = (
            _EXPLAIN_DAYS if other.role == "interpretation" or _same_years(a, b) else _REPORT_DAYS
        )
        return -_EARLY_DAYS <= later <= most
    return abs(gap) <= _EXPLAIN_DAYS


def _same_years(a: EventKeys, b: EventKeys) -> bool:
    left, right = _names(a, b)
    return bool(left.years) and left.years == right.years
