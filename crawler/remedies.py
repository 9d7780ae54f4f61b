"""What to do about an error code, in Chinese and English: one look-up over all packages."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

# Codes that a supervisor or a run gives without an exception of its own.
OWN_REMEDIES = {
    "child_died": "采集进程意外结束，详见运行记录 / the crawl process died: see the run record",
    "heartbeat_silent": "采集进程失去响应，已终止 / the crawl process hung and was ended",
    "stopped": "采集被人工停止，下次继续 / stopped by a person: the next run goes on",
    "lost": "采集进程所在机器失联，已重新排队 / its machine is gone: queued again",
    "stage_failed": "程序读这一页时出错，请附网址报告 / a fault of ours on this page: report it",
    "parse_error": "无法读取页面，核对来源定义 / the page cannot be read: check the definition",
    "unresolved_placeholder": "来源的 resolve 没有取到值 / resolve found no value on its page",
    "cancelled": "已取消 / cancelled",
}


def remedy_for(code: str) -> str:
    """The remedy of an error code; a hint to the run record for an unknown one."""
    return _remedies().get(code, "详见运行记录 / see the run record")


@cache
def _remedies() -> dict[str, str]:
    return {**dict(_of_classes()), **OWN_REMEDIES}


def _of_classes() -> Iterator[tuple[str, str]]:
    import crawler.errors
    import pipelines.errors
    import storage.errors

    for module in (pipelines.errors, storage.errors, crawler.errors):
        for value in vars(module).values():
            code, remedy = getattr(value, "code", None), getattr(value, "remedy", None)
            if isinstance(value, type) and isinstance(code, str) and isinstance(remedy, str):
                yield code, remedy
