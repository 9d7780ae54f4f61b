"""Health rules: what the last runs of a source say about it. Pure functions with evidence.

Kinds (reliability design, section 5): *structure* (the page no longer yields what it did)
opens after one bad run; *network* after two; *freshness* compares the silence with the
source's own expectation. Every finding says since when, what was last good and what to do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal

Severity = Literal["warning", "error"]

STRUCTURE_CODES = frozenset(
    {"empty_listing", "layout_changed", "missing_field", "wrong_type", "low_rows"}
)
DOUBTED = {
    "same_text": "新增的多数页面正文相同，可能选错了正文",
    "low_fill": "新增内容缺少以往都有的日期、机关或文号",
    "flood": "一次新增的条目远多于以往",
}
ODD_LISTS = {
    "stale_listing": (
        "error",
        "列表比以前旧：最新几条不见了",
        "可能是缓存的旧页，或列表改成了由旧到新；打开来源网页核对，再改网址、翻页或报告网站",
    ),
    "addresses_change": (
        "warning",
        "列出的都是已收的正文，网址却是新的",
        "网址可能每天带不同的参数，每次都重抓全部；改 link 或 fields.url 只取不变的部分，或换列表",
    ),
}
LEAST_SILENCE = 14
UNKNOWN_SILENCE = 60
FEWEST_DAYS = 5
LIMITED_RUNS = 2
FEW_EXCUSED = 3
#: page codes that a site may well mean; only many of them are a fault of the source
EXCUSED_CODES = frozenset({"gone", "soft_404", "robots_denied"})
BLOCKED_CODES = frozenset({"challenge", "blocked", "robots_denied", "rate_limited", "login"})


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What health needs of one finished run, newest first in a sequence. Times in UTC."""

    run_id: int
    state: str
    finished_at: datetime
    error_code: str | None
    listed: int
    new: int
    failed: int
    fetched: int
    lists_failed: int = 0


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What health needs of one source. Times in UTC; ``quiet_days`` in days, 0 = no limit.

    ``unread`` are the pages that were listed and could not be read lately, by code, with the
    address of one in ``unread_example``; ``brought`` the documents of the same time; ``held``
    those that wait for a person.
    """

    key: str
    title: str
    min_rows: int
    quiet_days: int
    last_new_at: datetime | None
    first_run_at: datetime | None
    unread: Mapping[str, int] = field(default_factory=dict)
    unread_example: str = ""
    brought: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a source."""

    rule: str
    severity: Severity
    message: str
    remedy: str
    since: datetime
    evidence: dict[str, object]


def findings(
    source: SourceFacts, runs: Sequence[RunFacts], *, now: datetime, open_after: int = 2
) -> list[Finding]:
    """Every rule over the finished runs of one source (newest first).

    ``open_after`` is the number of bad runs in a row before a network finding opens.
    """
    found = [
        _broken_structure(source, runs),
        _blocked(source, runs),
        _failing(source, runs, open_after),
        _doubted(source, runs),
        _odd_list(source, runs),
        _limited(source, runs),
        _some_lists(source, runs, open_after),
        _unread_pages(source, now),
        _few_rows(source, runs),
        _bad_records(source, runs),
        _quiet(source, now),
    ]
    return [finding for finding in found if finding is not None]


def usual_silence(days: Collection[date]) -> int:
    """Days of silence that would be odd for a source without ``expect.quiet_days``.

    ``days``: on which it brought anything new in its last half year. Three times its longest pause;
    two months where it has hardly a rhythm yet.
    """
    known = sorted(days)
    if len(known) < FEWEST_DAYS:
        return UNKNOWN_SILENCE
    longest = max((after - before).days for before, after in pairwise(known))
    return max(LEAST_SILENCE, 3 * longest)


def settled_rules(runs: Sequence[RunFacts], *, close_after: int = 2) -> bool:
    """Whether open run findings may close: the last ``close_after`` runs were good.

    A run of which only some pages failed is good: its lists were read, and nothing was doubted.
    """
    recent = list(runs[:close_after])
    return len(recent) == close_after and all(_lists_good(run) for run in recent)


def _lists_good(run: RunFacts) -> bool:
    if run.state == "ok":
        return True
    lists = {*STRUCTURE_CODES, *BLOCKED_CODES, *DOUBTED, *ODD_LISTS, "limit_reached"}
    read = run.state == "partial" and run.listed > 0 and not run.lists_failed
    return read and run.error_code not in lists and run.failed * 2 <= run.fetched


def _streak(runs: Sequence[RunFacts], codes: frozenset[str] | None) -> list[RunFacts]:
    """The newest unbroken row of bad runs whose code is in ``codes`` (None: any)."""
    streak = []
    for run in runs:
        if run.state == "ok" or (codes is not None and run.error_code not in codes):
            break
        streak.append(run)
    return streak


def _evidence(streak: Sequence[RunFacts]) -> dict[str, object]:
    return {
        "runs": [run.run_id for run in streak[:5]],
        "code": streak[0].error_code,
        "bad_runs": len(streak),
    }


def _broken_structure(source: SourceFacts, runs: Sequence[RunFacts]) -> Finding | None:
    streak = _streak(runs, STRUCTURE_CODES)
    if not streak:
        return None
    return Finding(
        "broken_structure",
        "error",
        f"{source.title}：页面结构已变，读不到列表或正文",
        "打开来源网页核对；改好选择器后运行 dibao source test " + source.key,
        streak[-1].finished_at,
        _evidence(streak),
    )


def _blocked(source: SourceFacts, runs: Sequence[RunFacts]) -> Finding | None:
    streak = _streak(runs, BLOCKED_CODES)
    if not streak:
        return None
    return Finding(
        "blocked",
        "error",
        f"{source.title}：网站拒绝访问或要求验证",
        "不会绕过验证。可降低频率、联系网站，或改为人工导入",
        streak[-1].finished_at,
        _evidence(streak),
    )


def _failing(source: SourceFacts, runs: Sequence[RunFacts], open_after: int) -> Finding | None:
    streak = _streak(runs, None)
    network = [
        run
        for run in streak
        if run.state in ("failed", "timed_out", "lost")
        and run.error_code not in STRUCTURE_CODES | BLOCKED_CODES
    ]
    if len(network) < open_after:
        return None
    return Finding(
        "failing",
        "error",
        f"{source.title}：连续 {len(network)} 次采集失败",
        "检查网站能否打开、证书和网络；用 dibao crawl " + source.key + " 重试",
        network[-1].finished_at,
        _evidence(network),
    )


def _doubted(source: SourceFacts, runs: Sequence[RunFacts]) -> Finding | None:
    """Open while the newest runs are doubted, and while what they brought waits for a person."""
    streak = _streak(runs, frozenset(DOUBTED))
    if not streak and not (source.held and runs):
        return None
    what = DOUBTED[streak[0].error_code or ""] if streak else f"有 {source.held} 条新内容可疑"
    return Finding(
        "doubted",
        "error",
        f"{source.title}：{what}，已暂扣待审",
        "在审稿台逐条核对：采用的照常入刊，其余不入刊；若是改版，请改选择器",
        streak[-1].finished_at if streak else runs[0].finished_at,
        _evidence(streak) if streak else {"held": source.held},
    )


def _odd_list(source: SourceFacts, runs: Sequence[RunFacts]) -> Finding | None:
    for code, (severity, what, remedy) in ODD_LISTS.items():
        streak = _streak(runs, frozenset({code}))
        if streak:
            return Finding(
                code,
                "error" if severity == "error" else "warning",
                f"{source.title}：{what}",
                remedy,
                streak[-1].finished_at,
                _evidence(streak),
            )
    return None


def _limited(source: SourceFacts, runs: Sequence[RunFacts]) -> Finding | None:
    streak = _streak(runs, frozenset({"limit_reached"}))
    if len(streak) < LIMITED_RUNS:
        return None
    return Finding(
        "limit_reached",
        "warning",
        f"{source.title}：连续 {len(streak)} 次读完能读的列表页仍全是新条目，两次之间可能有漏",
        "核对翻页是否没有尽头；若确有这么多，请调高 budget.pages、补上 paging 或缩短 every，"
        f"再用 dibao crawl {source.key} --since 日期 补齐一次",
        streak[-1].finished_at,
        _evidence(streak),
    )


def _some_lists(source: SourceFacts, runs: Sequence[RunFacts], open_after: int) -> Finding | None:
    """Some lists of a source fail while others are read: the run is partial, and stays so."""
    streak = [run for run in _streak(runs, None) if run.lists_failed]
    if len(streak) < open_after or streak[0] is not runs[0] or runs[0].state != "partial":
        return None
    if runs[0].error_code in STRUCTURE_CODES | BLOCKED_CODES:
        return None  # told by name already
    return Finding(
        "some_lists",
        "error",
        f"{source.title}：有 {streak[0].lists_failed} 个列表页连续 {len(streak)} 次读不到",
        f"运行 dibao run show {streak[0].run_id} 看是哪一个；已搬迁的请改 urls，已取消的请删去",
        streak[-1].finished_at,
        _evidence(streak),
    )


def _unread_pages(source: SourceFacts, now: datetime) -> Finding | None:
    """Articles that were listed and are not here: a run without new failures does not end that."""
    excused = {code: n for code, n in source.unread.items() if code in EXCUSED_CODES}
    counted = {code: n for code, n in source.unread.items() if code not in EXCUSED_CODES}
    many = sum(excused.values())
    if many >= FEW_EXCUSED and many > source.brought:
        counted = dict(source.unread)
    if not counted:
        return None
    codes = "、".join(f"{code} {count}" for code, count in sorted(counted.items()))
    return Finding(
        "unread_pages",
        "warning",
        f"{source.title}：列出的文章有 {sum(counted.values())} 篇读不到（{codes}）",
        f"打开一篇核对：{source.unread_example}；改好来源文件后会自动重读，"
        "也可用 dibao import 网址 手工收入",
        now,
        {"codes": counted, "example": source.unread_example},
    )


def _few_rows(source: SourceFacts, runs: Sequence[RunFacts]) -> Finding | None:
    if not runs or source.min_rows <= 0 or runs[0].state not in ("ok", "partial"):
        return None
    latest = runs[0]
    if latest.listed == 0 or latest.listed >= source.min_rows:
        return None
    return Finding(
        "few_rows",
        "warning",
        f"{source.title}：列表只有 {latest.listed} 条，应不少于 {source.min_rows} 条",
        "核对列表页；若网站确实减少，请调低 expect.min_rows",
        latest.finished_at,
        {"runs": [latest.run_id], "listed": latest.listed, "min_rows": source.min_rows},
    )


def _bad_records(source: SourceFacts, runs: Sequence[RunFacts]) -> Finding | None:
    """More than half of a run's pages failed: the article layout has probably changed."""
    if not runs or runs[0].fetched < 4 or runs[0].failed * 2 <= runs[0].fetched:
        return None
    latest = runs[0]
    return Finding(
        "bad_records",
        "error",
        f"{source.title}：{latest.fetched} 页中有 {latest.failed} 页无法解析",
        "查看本次运行的错误清单；正文选择器可能已失效",
        latest.finished_at,
        {"runs": [latest.run_id], "failed": latest.failed, "fetched": latest.fetched},
    )


def _quiet(source: SourceFacts, now: datetime) -> Finding | None:
    last = source.last_new_at or source.first_run_at
    if source.quiet_days <= 0 or last is None:
        return None
    if now - last <= timedelta(days=source.quiet_days):
        return None
    days = (now - last).days
    return Finding(
        "quiet",
        "warning",
        f"{source.title}：已 {days} 天没有新内容（通常不超过 {source.quiet_days} 天）",
        "打开来源网页看是否真的没有更新；若栏目搬迁，请改网址",
        last,
        {"days": days, "quiet_days": source.quiet_days},
    )
