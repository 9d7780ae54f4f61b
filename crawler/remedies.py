"""What to do about an error code, in Chinese and English: one look-up over all packages."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

# Codes that a supervisor gives, and those whose exceptions carry no remedy of their own.
OWN_REMEDIES = {
    "errand_failed": "采集进程异常退出，请看日志 / the crawl process ended badly: see the log",
    "tombstoned": "此网址已按要求移除，不再收录 / this address was removed for good",
    "unreadable": "核对文件名和权限 / check the file's name and permissions",
    "archive_nested": "压缩包内的压缩包不展开 / archives inside archives are not opened",
    "text_cut": "文字过长，只保留开头 / a long text: only its beginning is kept",
    "no_text": "扫描件，没有文字层；可配置 attachments.ocr / a scan: configure attachments.ocr",
    "fonts_unmapped": "字体没有对应的文字，视同扫描件 / fonts without characters: as a scan",
    "by_ocr": "文字由 attachments.ocr 识别，请核对 / text by OCR: check it against the file",
    "schema_outdated": "运行 dibao db upgrade，或升级程序 / run dibao db upgrade, or upgrade Dibao",
    "index_outdated": "运行 dibao db upgrade / run dibao db upgrade",
    "conflict": "同样的数据已存在，无需处理 / the same data is there already",
    "state_conflict": "已被别人改动，请刷新 / somebody else changed it: reload",
    "not_found": "已不存在，请刷新列表 / it is gone: reload the list",
    "database_locked": "数据库忙，下次自动重试 / the database was busy: tried again next time",
    "database_unreachable": "检查数据库是否在运行、地址是否正确 / is the database running?",
    "disk_full": "清理磁盘；待抓的页面都还在 / free some disk: nothing waiting is lost",
    "archive_unwritable": "检查 data_dir/warc 的权限 / check the permissions of data_dir/warc",
    "bounce_hard": "地址无效，已停止投递 / no such address: nothing more is sent to it",
    "bounce_soft": "暂时收不了；稍后再发，第 7 次停止投递 / sent again later, ends at the seventh",
    "bounce_complaint": "读者投诉，已停止投递 / the reader complained: nothing more is sent",
    "edition_unknown": "核对 digest.editions 的 key / check the keys of digest.editions",
    "issue_state": "刷新页面，看这一期现在的状态 / reload and look at its state",
    "gate_closed": "按提示核对链接或先发测试邮件 / check the links or send a test copy first",
    "lint_failed": "按提示修改后再批准 / mend what it names, then approve",
    "token_invalid": "链接已失效，请用最近一封邮件里的链接 / use the link of the latest mail",
    "address_invalid": "改正邮箱地址 / correct the address",
    "file_unreadable": "重新导出 Word 再改 / export it again, then edit",
    "file_format_missing": "pip install 'dibao[pdf]'，并装一种中文字体 / and a Chinese font",
    "transient": "对方暂时拒收，会自动重试 / refused for now: tried again by itself",
    "permanent": "核对该收件人地址 / check this recipient's address",
    "service_down": "检查 [mail] 的服务器、账号、网络 / check server, account and network",
    "unknown": "可能已送达，请人工决定是否重发 / it may have arrived: a person decides",
    "child_died": "采集进程意外结束，详见运行记录 / the crawl process died: see the run record",
    "heartbeat_silent": "采集进程失去响应，已终止 / the crawl process hung and was ended",
    "stopped": "采集被人工停止，下次继续 / stopped by a person: the next run goes on",
    "same_text": "多数新页正文相同，已暂扣：核对正文选择器 / most new pages carry one text: held",
    "low_fill": "新页缺少以往都有的字段，已暂扣：核对选择器 / a field is gone from new pages: held",
    "flood": "一次新增远多于以往，已暂扣：请人工核对 / far more new pages than usual: held",
    "limit_reached": "读完仍全是新条目，可能有漏：见 budget.pages / new rows on all pages read",
    "stale_listing": "列表比以前旧：核对缓存与次序 / the list is older than it was",
    "addresses_change": "正文已收，网址却是新的：改 link / known texts under new addresses",
    "restored": "可能已经发过，请先核对 / it may have arrived: find out before it is sent again",
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
    import pipelines.attachments.errors
    import pipelines.errors
    import storage.errors

    for module in (
        pipelines.errors,
        pipelines.attachments.errors,
        storage.errors,
        crawler.errors,
    ):
        for value in vars(module).values():
            code, remedy = getattr(value, "code", None), getattr(value, "remedy", None)
            if isinstance(value, type) and isinstance(code, str) and isinstance(remedy, str):
                yield code, remedy
