"""When many sources fail alike at once the fault is here, or on the way, not at the sources.

Pure. Two hundred sources cannot break in one afternoon; a cable can. What counts is the latest
run of each source in the last hours: when more than three in ten, and at least three, have the
same kind of fault, that is one event of the system, and the single ones stay silent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from crawler.control.health import BLOCKED_CODES, STRUCTURE_CODES, RunFacts

Kind = Literal["failing", "blocked", "broken_structure"]

ROUND = timedelta(hours=2)
SHARE = 0.3
FEWEST = 3
_NETWORK_STATES = frozenset({"failed", "timed_out", "lost"})
_WORDS: dict[Kind, tuple[str, str]] = {
    "failing": (
        "同时采集失败",
        "多半是本机的网络、DNS、代理或磁盘出了问题；先运行 dibao doctor，再试 dibao crawl --due",
    ),
    "blocked": (
        "同时拒绝访问或要求验证",
        "多半是本机的出口地址被拦；不会绕过，请降低频率或联系网络管理员",
    ),
    "broken_structure": (
        "同时读不到列表或正文",
        "多半是程序升级或中间设备改写了页面；打开一个来源网页核对，再运行 dibao source test",
    ),
}


@dataclass(frozen=True, slots=True)
class SourceRun:
    """The latest finished run of one source that is not known to be broken for longer."""

    title: str
    run: RunFacts


@dataclass(frozen=True, slots=True)
class SharedFault:
    """One kind of fault that many sources have at once."""

    kind: Kind
    message: str
    remedy: str
    since: datetime
    evidence: dict[str, object]


def kind_of(run: RunFacts) -> Kind | None:
    """The kind of fault of a run: the health rule it feeds; None for a good one."""
    if run.state == "ok":
        return None
    if run.error_code in STRUCTURE_CODES:
        return "broken_structure"
    if run.error_code in BLOCKED_CODES:
        return "blocked"
    return "failing" if run.state in _NETWORK_STATES else None


def shared_faults(latest: Sequence[SourceRun], *, now: datetime) -> list[SharedFault]:
    """The kinds of fault that more than three in ten of the sources seen lately share."""
    seen = [entry for entry in latest if now - entry.run.finished_at <= ROUND]
    by_kind: dict[Kind, list[SourceRun]] = {}
    for entry in seen:
        kind = kind_of(entry.run)
        if kind is not None:
            by_kind.setdefault(kind, []).append(entry)
    return [
        _fault(kind, found, total=len(seen))
        for kind, found in by_kind.items()
        if len(found) >= FEWEST and len(found) > SHARE * len(seen)
    ]


def over(latest: Sequence[SourceRun], kinds: Sequence[Kind], *, now: datetime) -> list[Kind]:
    """Which of these open kinds are over: sources were seen lately, and few of them have it.

    Without a run in the last hours nothing is known, and nothing is over.
    """
    seen = [entry for entry in latest if now - entry.run.finished_at <= ROUND]
    counts: Mapping[Kind | None, int] = Counter(kind_of(entry.run) for entry in seen)
    return [kind for kind in kinds if seen and counts.get(kind, 0) <= SHARE * len(seen)]


def _fault(kind: Kind, found: Sequence[SourceRun], *, total: int) -> SharedFault:
    words, remedy = _WORDS[kind]
    codes = Counter(entry.run.error_code or entry.run.state for entry in found)
    return SharedFault(
        kind,
        f"近期采集的 {total} 个来源中有 {len(found)} 个{words}",
        remedy,
        min(entry.run.finished_at for entry in found),
        {
            "sources": [entry.title for entry in found[:10]],
            "affected": len(found),
            "seen": total,
            "codes": dict(codes.most_common(5)),
            "runs": [entry.run.run_id for entry in found[:5]],
        },
    )
