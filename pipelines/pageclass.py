"""Is this answer a document at all? Challenges, error, login, maintenance and missing pages.

A challenge is recorded, never solved. Only short pages are judged by their words: an article
about system maintenance is an article.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

PageState = Literal["ok", "challenge", "error", "maintenance", "login", "soft_404", "empty"]

_SCAN = 200_000
_SHORT = 500
_TITLED = 3 * _SHORT  # up to this length the title counts
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)
_HIDDEN = re.compile(
    r"<(script|style|noscript|template)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_LONG_PAGE = 15_000
_SURELY_LONG = 1600  # over the 1,500 up to which titles are judged
_PROSE, _MANY = 30, 3  # sentences of so many characters, and how many of them
_RUN = re.compile(r">[^<>{}]{8,}+(?=<)")
_TAG = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"(?:\s|&nbsp;|\u3000)+")
_FEED_OR_JSON = re.compile(r"\s{0,200}(?:<\?xml|<rss|<feed|<urlset|<sitemapindex|[{\[])")

#: marks in scripts and cookies of bot challenges, seen on government sites and CDNs
_CHALLENGE_MARKS = (
    "__jsl_clearance",  # 加速乐
    "acw_sc__v2",  # Alibaba
    "acw_sc__v3",
    "c3vk",  # government WAF
    "$_ts=window",  # 瑞数
    "$_ts['",
    "cf-browser-verification",
    "challenge-platform",
    "cf_chl_",
    "/cdn-cgi/challenge",
    "_incapsula_resource",
    "geo.captcha-delivery.com",
    "awswafintegration",
    "aliyun_waf",
    "yunsuo_session",  # 云锁
    "security_session_verify",
    "ddos-guard",
    "sucuri_cloudproxy",
    "tencentcaptcha",
    "geetest",
)
_CHALLENGE_WORDS = re.compile(
    r"just a moment|checking your browser|verify (?:that )?you are (?:a )?human|attention required"
    r"|enable javascript and cookies|are you a robot|unusual traffic|access denied.{0,80}security"
    r"|request (?:was )?(?:blocked|rejected)|ddos protection|pardon our interruption"
    r"|请完成(?:下列|以下|安全|滑块)?验证|安全验证|人机验证|滑动验证|请输入验证码|访问验证|环境异常"
    r"|访问过于频繁|访问频率过高|访问太频繁|操作过于频繁|请求过于频繁|您的访问(?:过于|被)"
    r"|请开启\s?javascript|请启用\s?javascript|浏览器安全检查|正在(?:进行|验证).{0,20}(?:安全|浏览器)"
    r"|您的请求(?:存在|可能)?.{0,20}(?:威胁|攻击|拦截|异常)|(?:网站)?防火墙|被.{0,6}拦截|网防g01|安全狗"
    r"|禁止访问.{0,40}ip|ip.{0,20}(?:禁止|限制|黑名单)",
    re.IGNORECASE,
)
_MAINTENANCE_WORDS = re.compile(
    r"(?:系统|网站|服务器|平台|本站|数据库)(?:正在|正)?(?:升级)?(?:维护|升级|调整)"
    r"|(?:维护|升级|改版)中(?![央小期国心])|(?:页面|网站|栏目|频道)建设中|暂停(?:服务|访问)|停机维护|临时关闭"
    r"|(?:under|down for|scheduled|undergoing) maintenance|be right back|temporarily unavailable",
    re.IGNORECASE,
)
_LOGIN_WORDS = re.compile(
    r"请(?:先|您先)?登录|用户登录|统一身份认证|账号登录|扫码登录|登录后(?:查看|阅读|访问|继续)|会员登录"
    r"|未登录|登录超时|重新登录|(?:please )?(?:sign|log) ?in to (?:continue|your account|view|read)"
    r"|login required|session (?:has )?expired",
    re.IGNORECASE,
)
_MISSING_WORDS = re.compile(
    r"(?:页面|网页|文章|信息|内容|文件|您访问的\S{0,12}|您要找的\S{0,12}|您查看的\S{0,12}|稿件)"
    r"(?:\S{0,6})(?:不存在|已删除|已被删除|找不到|无法找到|未找到|已下线|已过期|走丢|失踪|不见了)"
    r"|找不到(?:页面|网页|文件|您)|没有找到(?:该|您|相关)|无法找到(?:该|此)?(?:页|资源)|404"
    r"|(?:page|article|document|file|resource|content) (?:was |is |has been |can ?not be |could "
    r"not be ){0,2}(?:not found|removed|deleted|no longer|unavailable|found)"
    r"|not found|no longer available|page (?:you|doesn't|does not)",
    re.IGNORECASE,
)
_ERROR_WORDS = re.compile(
    r"(?:internal server|bad gateway|gateway time-?out|service unavailable|server error)"
    r"|(?:服务器|系统|程序|内部|数据库|运行时|应用程序)(?:\S{0,6})(?:错误|异常|繁忙|出错|故障)"
    r"|http status 5\d\d|error 5\d\d|\b50[0234]\b|出错了|发生错误|访问出错|连接(?:超时|失败)"
    r"|stack ?trace|exception (?:in|at|report)|fatal error|syntax error.{0,30}mysql"
    r"|非法(?:访问|请求|操作)|参数(?:错误|不正确|有误)|禁止访问|拒绝访问|没有权限|无权访问"
    r"|forbidden|access denied|unauthorized",
    re.IGNORECASE,
)
#: a page with a source line, a document number or a dated notice is a document after all
_ARTICLE_SIGNS = re.compile(
    r"(?:发布(?:时间|日期)|发文(?:字号|机关)|索引号|成文日期|信息来源|来源)\s{0,3}[:：]"
    r"|(?:通知|公告|通告).{0,300}20\d\d年\d{1,2}月|[〔\[（(]20\d\d[〕\])）]\s?\d{1,5}号"
)


def classify_response(status: int, text: str, headers: Mapping[str, str]) -> PageState:
    """Class of an HTTP answer by status, headers (any letter case) and decoded text.

    Words count only on pages with under 500 visible characters, or in the title of a page
    with under 1,500. Text longer than 200,000 characters is judged by its beginning.
    """
    lowered = {key.lower(): value.lower() for key, value in headers.items()}
    head = text[:_SCAN]
    if _FEED_OR_JSON.match(head) and status < 400 and "<html" not in head[:3000].lower():
        return "ok" if head.strip() else "empty"
    if status == 200 and "cf-mitigated" not in lowered and _plainly_long(head):
        return "ok"
    visible = visible_text(head)
    if _challenge_signs(status, head, lowered, visible=visible):
        return "challenge"
    by_status = _by_status(status, visible)
    if by_status is not None:
        return by_status
    title_match = _TITLE.search(head, 0, 20_000)
    return _by_words(title_match.group(1).strip() if title_match else "", visible)


def _plainly_long(head: str) -> bool:
    """Enough prose between tags that no word on the page can matter, found without reading all.

    Text with braces is passed over: it may be the content of a script.
    """
    if len(head) < _LONG_PAGE:
        return False
    seen = prose = 0
    for match in _RUN.finditer(head):
        run = match.group()
        seen += len(run) - run.count(" ")
        prose += len(run) > _PROSE and ("，" in run or "。" in run or ", " in run)
        if seen >= _SURELY_LONG and prose >= _MANY:
            return True
    return False


def classify_visible(title: str, visible: str) -> PageState:
    """Class of a page that came with status 200, by its title and visible text alone."""
    if not visible:
        return "empty"
    if len(visible) >= _TITLED:
        return "ok"
    short = len(visible) < _SHORT and not _ARTICLE_SIGNS.search(visible)
    if short and _CHALLENGE_WORDS.search(visible):
        return "challenge"
    return _by_words(title, visible)


def visible_text(text: str) -> str:
    """Text between tags without script and style, spaces collapsed; linear in the input."""
    return _SPACE.sub(" ", _TAG.sub(" ", _HIDDEN.sub(" ", text))).strip()


def _challenge_signs(status: int, head: str, headers: Mapping[str, str], *, visible: str) -> bool:
    short = len(visible) < _SHORT
    if headers.get("cf-mitigated") == "challenge":
        return True
    cookies = headers.get("set-cookie", "")
    if status == 521 and ("__jsl" in cookies or "<script" in head[:2000].lower()):
        return True
    if status in {202, 412, 468} and short:
        return True  # 瑞数 answers 202 or 412 with a script shell or nothing
    if not short:
        return False
    lowered = head[:60_000].lower()
    if any(mark in lowered for mark in _CHALLENGE_MARKS) or any(
        mark in cookies for mark in ("__jsl", "acw_sc__v", "yunsuo_session", "security_session")
    ):
        return len(visible) < 200 or bool(_CHALLENGE_WORDS.search(visible))
    if _CHALLENGE_WORDS.search(visible) and not _ARTICLE_SIGNS.search(visible):
        return True
    return _is_script_shell(lowered, visible)


def _is_script_shell(lowered: str, visible: str) -> bool:
    """A page of nothing but a script that sets a cookie and loads itself again."""
    if len(visible) > 80 or "<script" not in lowered:
        return False
    sets_cookie = "document.cookie" in lowered or "document[" in lowered
    reloads = "location" in lowered or ".reload" in lowered
    packed = "eval(" in lowered or "fromcharcode" in lowered or "_0x" in lowered
    return (sets_cookie and reloads) or (packed and (sets_cookie or reloads))


def _by_status(status: int, visible: str) -> PageState | None:
    if status in {401, 407}:
        return "login"
    if status in {404, 410}:
        return "soft_404"
    if status == 429:
        return "challenge"
    if status == 503 and _MAINTENANCE_WORDS.search(visible[:2000]):
        return "maintenance"
    if status >= 400:
        return "error"
    if status in {204, 205, 304} or not visible:
        return "empty"
    return None


def _by_words(title: str, visible: str) -> PageState:
    if _ARTICLE_SIGNS.search(visible[:4000]):
        return "ok"
    body = visible if len(visible) < _SHORT else ""
    name = title if len(visible) < _TITLED else ""
    if _MAINTENANCE_WORDS.search(body):
        return "maintenance"
    if _MISSING_WORDS.search(body) or _missing_title(name):
        return "soft_404"
    if _LOGIN_WORDS.search(body):
        return "login"
    if (len(body) < 200 and _ERROR_WORDS.search(body)) or _error_title(name):
        return "error"
    return "ok"


def _missing_title(title: str) -> bool:
    return bool(
        re.search(r"\b404\b|not found|页面不存在|找不到|页面未找到|出错", title, re.IGNORECASE)
    )


def _error_title(title: str) -> bool:
    return bool(
        re.search(
            r"\b(?:403|500|502|503|504)\b|错误(?:页|提示|信息)|系统(?:提示|错误|异常)|^error\b"
            r"|forbidden|bad gateway",
            title,
            re.IGNORECASE,
        )
    )
