"""Errors of fetching and of runs, each with a stable ``code`` and a ``retry`` answer.

FetchError                    one address could not be fetched
├── BadAddress                not an http(s) address that every parser reads alike
├── BlockedAddress            an address inside a network that is not ours to contact
├── RobotsDenied              robots.txt says no
├── RobotsUnreachable         robots.txt could not be read: nobody may fetch (RFC 9309)
├── HostPaused                the host asked for a pause, or refuses us for now
├── RateLimited               429, or 503 with Retry-After
├── Blocked                   401, 403, 412, 521: the site refuses this client
├── Challenged                a captcha or script check; recorded, never solved
├── WrongPage                 200, but a page about the site: the four below
│   ├── ErrorPage             an error message
│   ├── MaintenancePage       closed for maintenance
│   ├── LoginPage             a login form
│   └── MissingPage           "this page does not exist"
├── Gone                      404, 410
├── HttpFailed                any other 4xx or 5xx
├── Unreachable               no name, no connection, connection lost
├── TimedOut                  the whole transfer took too long
├── TlsInvalid                the certificate is not valid
├── TooLarge                  body over the limit, before or after decompression
├── CutShort                  less arrived than was announced
├── BadEncoding               the compressed body cannot be decompressed
├── TooManyRedirects          more than five hops
├── BrowserMissing            the source needs a browser that is not installed
├── BrowserFailed             the browser could not render the page
├── EvidenceFailed            the exchange could not be kept (crawl.warc): the page stays open
├── NotArchived               a replay asked for what was never captured
└── Closing                   the run is being closed; the address stays for the next run
RunError                      the whole run
├── LeaseLost                 another process owns the run now
├── RunTimedOut               the time box ended the run
├── OutOfMemory               the memory limit ended the run
├── Interrupted               asked to stop (SIGTERM, SIGINT); the next run goes on
├── LeaseHeld                 the source is being crawled already
├── StartFailed               the crawl process could not be started or opened
├── OutsideHours              the source's hours are over
├── SpiderCrashed             the spider raised something of no name
└── StageFailed               a pipeline stage raised something of no name

``code`` is stored in fetch, frontier and run rows and listed in the documentation; ``retry``
says whether the same address may be asked again in a later run without a change by a person.
"""

from __future__ import annotations

from typing import ClassVar


class CrawlError(Exception):
    """Base of this package's errors."""

    code: ClassVar[str] = "crawl_error"
    retry: ClassVar[bool] = False
    remedy: ClassVar[str] = "查看日志 / see the log"

    def __init__(self, detail: str = "") -> None:
        self.detail = detail
        super().__init__(f"{detail}: {self.remedy}" if detail else self.remedy)


class FetchError(CrawlError):
    """One address could not be fetched."""

    code = "fetch_failed"
    retry = True
    remedy = "下次运行会重试 / the next run tries again"


class BadAddress(FetchError):
    """Scheme other than http(s), credentials, blanks, or a host that parsers read differently."""

    code = "bad_address"
    retry = False
    remedy = "只接受普通的 http(s) 网址 / only plain http(s) addresses are fetched"


class BlockedAddress(FetchError):
    """Loopback, private, link-local, reserved … and not on the allow list."""

    code = "blocked_address"
    retry = False
    remedy = (
        "内网地址不予访问；如确需访问，请列入 crawl.allow_private / internal address: "
        "list it in crawl.allow_private if you mean it"
    )


class RobotsDenied(FetchError):
    """A rule of robots.txt covers the address (or robots.txt itself is 401, 403, 429)."""

    code = "robots_denied"
    retry = False
    remedy = "网站的 robots.txt 不允许 / the site's robots.txt does not allow it"


class RobotsUnreachable(FetchError):
    """5xx, timeout, refused or bad certificate on robots.txt (RFC 9309 section 2.3.1.4)."""

    code = "robots_unreachable"
    remedy = "读不到 robots.txt，本次不访问该站 / robots.txt cannot be read: the host is left alone"


class HostPaused(FetchError):
    """Nothing is asked of this host before a stated time."""

    code = "host_paused"
    remedy = "该站要求稍后再访问 / the host asked for a pause"


class RateLimited(FetchError):
    """The site answered 429, or 503 with Retry-After."""

    code = "rate_limited"
    remedy = "访问过于频繁，已按对方要求暂停 / too many requests: paused as the site asked"


class Blocked(FetchError):
    """The site refuses this client (401, 403, 412, 521)."""

    code = "blocked"
    remedy = (
        "网站拒绝访问；不会伪装或绕过，可联系网站 / the site refuses us: no disguise, ask the site"
    )


class Challenged(FetchError):
    """A captcha or script check stands before the page."""

    code = "challenge"
    remedy = "网站要求验证；不会代为求解 / a challenge page: it is never solved"


class WrongPage(FetchError):
    """The status is fine, the page is not: it speaks about the site itself."""

    code = "wrong_page"
    remedy = "返回的不是内容页 / the answer is not a page of content"


class ErrorPage(WrongPage):
    """An error message with status 200."""

    code = "error_page"


class MaintenancePage(WrongPage):
    """The site is closed for maintenance."""

    code = "maintenance"


class LoginPage(WrongPage):
    """A login form stands before the page; we never log in."""

    code = "login"
    remedy = "网站要求登录；不会登录 / the site wants a login: we never log in"


class MissingPage(WrongPage):
    """A "not found" page with status 200."""

    code = "soft_404"
    retry = False


class Gone(FetchError):
    """404 or 410."""

    code = "gone"
    retry = False
    remedy = "页面不存在 / the page does not exist"


class HttpFailed(FetchError):
    """Any other status of 400 and above."""

    code = "http_error"
    remedy = "网站返回错误状态 / the site answered with an error status"


class Unreachable(FetchError):
    """Name not found, connection refused, reset or lost."""

    code = "unreachable"
    remedy = "连不上网站，检查网址和网络 / cannot connect: check the address and the network"


class TimedOut(FetchError):
    """The transfer did not end within crawl.timeout."""

    code = "timeout"
    remedy = "传输超时 / the transfer took too long"


class TlsInvalid(FetchError):
    """Certificate expired, self-signed, for another host, or the handshake failed."""

    code = "tls_invalid"
    remedy = "证书无效，不予信任 / the certificate is not valid"


class TooLarge(FetchError):
    """The body is over crawl.max_body."""

    code = "too_large"
    retry = False
    remedy = "内容超过 crawl.max_body / the body is over crawl.max_body"


class CutShort(FetchError):
    """Fewer bytes arrived than the server announced."""

    code = "truncated"
    remedy = "传输中断，内容不完整 / the transfer was cut short"


class BadEncoding(FetchError):
    """Content-Encoding and bytes do not agree."""

    code = "bad_encoding"
    remedy = "压缩内容损坏 / the compressed body is damaged"


class TooManyRedirects(FetchError):
    """More redirects in a row than allowed."""

    code = "too_many_redirects"
    retry = False
    remedy = "跳转次数过多 / too many redirects"


class EvidenceFailed(FetchError):
    """The answer came, but its capture could not be written; the run ends."""

    code = "evidence_failed"
    remedy = (
        "网页证据写不进 data_dir/warc，检查磁盘；页面留待下次 / the capture cannot be written: "
        "check the disk of data_dir/warc; the page stays open"
    )


class NotArchived(FetchError):
    """A replay only reads captures; this address is not among them."""

    code = "not_archived"
    retry = False
    remedy = "存档里没有这个网址，重放不会联网 / not in the archive: a replay never goes online"


class BrowserMissing(FetchError):
    """A source with ``needs: js``, and no Playwright or no Chromium here."""

    code = "browser_missing"
    remedy = (
        "安装附加包和系统 Chromium：pip install 'dibao[browser]'; apt-get install chromium / "
        "install the extra and Chromium; other sources do not need them"
    )


class BrowserFailed(FetchError):
    """Chromium did not start, died, or could not open the page."""

    code = "browser_failed"
    remedy = (
        "浏览器无法渲染此页：查看日志、检查内存 / "
        "the browser could not render the page: see the log, check memory"
    )


class Closing(FetchError):
    """The run is closing; nothing is wrong with the address."""

    code = "run_closing"
    remedy = "本次运行正在结束，下次继续 / the run is closing: the next one goes on"


class RunError(CrawlError):
    """The whole run."""

    code = "run_failed"
    retry = True


class LeaseLost(RunError):
    """Another process owns the run; nothing more may be written."""

    code = "lease_lost"
    remedy = "运行已被接管，停止写入 / another process took over: writing stops"


class RunTimedOut(RunError):
    """The run reached crawl.soft_limit."""

    code = "time_box"
    remedy = "运行超过时限，下次继续 / the time box is over: the next run goes on"


class OutOfMemory(RunError):
    """The process reached crawl.memory_limit."""

    code = "out_of_memory"
    remedy = "内存超限 / the memory limit was reached"


class Interrupted(RunError):
    """SIGTERM or SIGINT; what was not fetched stays in the frontier."""

    code = "interrupted"
    remedy = "运行被中止，下次继续 / the run was stopped: the next one goes on"


class LeaseHeld(RunError):
    """Another process has the run, or another run of this source is active."""

    code = "lease_held"
    remedy = "该来源正在采集，或此运行已被接管 / this source is being crawled already"


class StartFailed(RunError):
    """No process, thread or memory for the crawl, or its parts could not be opened."""

    code = "start_failed"
    remedy = (
        "采集进程无法启动：检查内存、进程数限制与日志 / "
        "the crawl could not start: check memory, process limits and the log"
    )


class OutsideHours(RunError):
    """The hours of the source (``hours`` in its file) ended during the run."""

    code = "hours_over"
    remedy = "已过来源的采集时段，下次继续 / the source's hours are over: the next run goes on"


class SpiderCrashed(RunError):
    """A fault of the program while reading lists."""

    code = "spider_crashed"
    retry = False
    remedy = "采集程序出错，请附日志反馈 / a fault of the program: please report it with the log"


class StageFailed(RunError):
    """A fault of the program while reading one page; the others go on."""

    code = "stage_failed"
    remedy = (
        "处理页面时程序出错，请附日志反馈 / a fault of the program on this page: please report it"
    )


_BY_STATUS: dict[int, type[FetchError]] = {
    401: Blocked,
    403: Blocked,
    404: Gone,
    410: Gone,
    412: Blocked,
    429: RateLimited,
    521: Blocked,
}


def error_for_status(status: int) -> FetchError:
    """The error of a final HTTP status of 400 and above."""
    return _BY_STATUS.get(status, HttpFailed)(f"HTTP {status}")
