"""One address for one page: canonical form for fetching, identity form for comparing.

``canonicalise`` changes nothing a server could care about (it drops what only trackers and
sessions read); ``url_key`` folds further (scheme, www, trailing slash, parameter order), because
two addresses that differ only there are the same page on every site we know.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

_MAX_URL = 4096
_BLANKS = re.compile(r"[\t\r\n\x00-\x1f\x7f]+")
_ROUTE = re.compile(r"!?/")
_PERCENT = re.compile(r"%([0-9a-fA-F]{2})")
_SESSION_PATH = re.compile(
    r";(?:jsessionid|phpsessid|sid|sessionid|aspsessionid\w{0,40})=[^/?#;]*", re.IGNORECASE
)
_TOKENISH = re.compile(r"[0-9a-zA-Z_.!-]{12,128}")
_DIGITS = re.compile(r"[0-9.]{6,24}")
#: addresses that are canonical as they stand, told without taking them apart: most are (ports of
#: four digits are nobody's default)
_SEGMENT = r"[A-Za-z0-9_~-][A-Za-z0-9_.~-]*+"
_PLAIN_PATH = re.compile(rf"/(?:{_SEGMENT}/?+)*+")
_PLAIN_NAME = re.compile(rf"(?:\./)?+{_SEGMENT}(?:/{_SEGMENT})*+")
_PLAIN_HOST = r"(?:[a-z0-9]++(?:-++[a-z0-9]++)*+\.)++[a-z]{2,}"
_PLAIN_NUMBER = r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}"
_PLAIN_PORT = r"(?::[1-9][0-9]{3})?+"
_PLAIN = re.compile(
    rf"https?://(?:{_PLAIN_HOST}|{_PLAIN_NUMBER}){_PLAIN_PORT}{_PLAIN_PATH.pattern}"
)
_INDEX_FILE = re.compile(r"/(?:index|default)\.(?:s?html?|jsp|php|aspx?)$", re.IGNORECASE)
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PORTS = {"http": 80, "https": 443}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: parameters that no server needs to find a page
_TRACKERS = _words(
    "spm scm gclid gclsrc dclid fbclid yclid msclkid mc_cid mc_eid igshid _ga _gl vero_id "
    "wickedid _hsenc _hsmi mkt_tok oly_anon_id oly_enc_id wt_mc wt_zmc s_cid ncid cmpid "
    "isappinstalled nsukey share_token share_from share_source bd_vid hmsr hmpl hmcu hmkw hmci "
    "tt_from timestamp_share from_source weibo_id xtor piwik_campaign pk_campaign pk_kwd "
    "pk_source pk_medium pk_keyword pk_content pk_cid share_medium share_plat share_id share_tag "
    "at_medium at_campaign ref_src ref_url"
)
# Whole names only for the rest: "pk_no" and "share_no" are record numbers on real sites.
_TRACKER_PREFIXES = ("utm_", "hsa_", "mtm_")
#: session parameters: dropped when the value looks like a token
_SESSIONS = _words(
    "jsessionid phpsessid sessionid session_id sid cfid cftoken osid asp.net_sessionid"
)
#: cache busters: dropped when the value is a number
_BUSTERS = _words("_ _t timestamp rand random rnd nocache cachebuster")

#: second-level registries under which organisations register; the rest is "last two labels"
_SUFFIXES = _words(
    "com.cn net.cn org.cn gov.cn edu.cn ac.cn mil.cn "
    "bj.cn sh.cn tj.cn cq.cn he.cn sx.cn nm.cn ln.cn jl.cn hl.cn js.cn zj.cn ah.cn fj.cn jx.cn "
    "sd.cn ha.cn hb.cn hn.cn gd.cn gx.cn hi.cn sc.cn gz.cn yn.cn xz.cn sn.cn gs.cn qh.cn nx.cn "
    "xj.cn tw.cn hk.cn mo.cn com.hk gov.hk org.hk edu.hk net.hk com.tw gov.tw org.tw edu.tw "
    "com.mo gov.mo co.uk gov.uk org.uk ac.uk co.jp go.jp or.jp ac.jp com.au gov.au org.au net.au "
    "co.nz govt.nz co.kr go.kr or.kr com.sg gov.sg org.sg com.br gov.br co.in gov.in nic.in "
    "com.my gov.my co.za gov.za com.mx gob.mx europa.eu"
)


def canonicalise(url: str, *, base: str | None = None) -> str:
    """Absolute address with host in lower case, dot segments resolved and trackers dropped.

    The fragment goes, except client-side routes (``#!/`` and ``#/``). Other schemes than http(s),
    unparsable input and input of over 4,096 characters come back as they are (stripped); ask
    :func:`is_fetchable`.
    """
    if len(url) > _MAX_URL:
        return url.strip()
    cleaned = _BLANKS.sub("", url.strip())
    if base and _PLAIN.fullmatch(cleaned) is None:
        try:
            cleaned = _joined(base, cleaned.replace("\\", "/") if ":" not in cleaned else cleaned)
        except ValueError:
            return cleaned
    return cleaned if _PLAIN.fullmatch(cleaned) else _canonical(cleaned)


def _joined(base: str, url: str) -> str:
    """:func:`urljoin`, which plain paths on a plain page do not need."""
    page = base if "#" in base else base.partition("?")[0]
    if _PLAIN.fullmatch(page) is not None:
        if _PLAIN_PATH.fullmatch(url) is not None:
            return page[: page.index("/", 8)] + url
        if _PLAIN_NAME.fullmatch(url) is not None:
            return page[: page.rindex("/") + 1] + url.removeprefix("./")
    return urljoin(base, url)


@lru_cache(maxsize=4096)
def _canonical(url: str) -> str:
    parts = _split(url)
    if parts is None:
        return url
    host = parts.hostname or ""
    port = parts.port
    netloc = _bracketed(_ascii_host(host))
    if port is not None and port != _PORTS[parts.scheme]:
        netloc = f"{netloc}:{port}"
    path = _dots_resolved(_quoted(_SESSION_PATH.sub("", parts.path), safe="/:@!$&'()*+,;=~%"))
    query = "&".join(_kept_parameters(parts.query))
    fragment = parts.fragment if _ROUTE.match(parts.fragment) else ""
    return urlunsplit((parts.scheme, netloc, path or "/", query, fragment))


@lru_cache(maxsize=4096)  # a page's own is asked for at five places of a crawl
def url_key(url: str) -> str:
    """32 hex characters that are equal for all variants of one address.

    Folded: scheme, ``www.``, default port, trailing slash, index file, parameter order,
    trackers, session ids, cache busters, empty parameters, letter case of host and escapes.
    """
    return hashlib.sha256(identity_form(url).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def identity_form(url: str) -> str:
    """The text behind :func:`url_key`: host/path?sorted-query, without scheme."""
    canonical = canonicalise(url)
    if _PLAIN.fullmatch(canonical) is not None:
        host, _, path = canonical.partition("//")[2].partition("/")
        return host.removeprefix("www.") + _INDEX_FILE.sub("/", f"/{path}").rstrip("/")
    parts = _split(canonical)
    if parts is None:
        return canonical
    host = parts.netloc.removeprefix("www.")
    path = _INDEX_FILE.sub("/", parts.path)
    path = re.sub(r"/{2,}", "/", path).rstrip("/")
    parameters = sorted({p for p in parts.query.split("&") if p and not p.endswith("=")})
    query = "?" + "&".join(parameters) if parameters else ""
    fragment = "#" + parts.fragment.rstrip("/") if parts.fragment else ""
    return f"{host}{path}{query}{fragment}"


def is_fetchable(url: str) -> bool:
    """True for absolute http(s) addresses with a plausible host and no credentials in them."""
    if _PLAIN.fullmatch(url) is not None:
        return len(url) <= _MAX_URL
    parts = _split(url.strip())
    if parts is None or len(url) > _MAX_URL or "@" in parts.netloc:
        return False
    host = parts.hostname or ""
    return bool(host) and " " not in host and ("." in host or ":" in host or host == "localhost")


def host_of(url: str) -> str:
    """Host in lower case (punycode for Chinese names), without port; empty if there is none."""
    if _PLAIN.fullmatch(url) is not None:
        return url.partition("//")[2].partition("/")[0].partition(":")[0]
    parts = _split(url.strip())
    return _ascii_host(parts.hostname or "") if parts is not None else ""


def host_group(url: str) -> str:
    """The politeness group of an address: registered domain, or address with port for numbers.

    Departments of one government usually share a machine, so ``fgw.example.gov.cn`` and
    ``www.example.gov.cn`` are one group. Loopback ports are separate servers.
    """
    parts = _split(url.strip())
    if parts is None:
        return ""
    host = _ascii_host(parts.hostname or "")
    if host == "localhost" or is_ip_address(host):
        return f"{host}:{parts.port}" if parts.port else host
    labels = host.split(".")
    keep = 3 if ".".join(labels[-2:]) in _SUFFIXES else 2
    if keep == 3 and labels[-3:-2] == ["www"]:
        keep = 2  # www.gov.cn and its services are the portal of the registry itself
    return ".".join(labels[-keep:])


def _split(url: str) -> SplitResult | None:
    if not url[:8].lower().startswith(("http://", "https://")):
        return None
    try:
        parts = urlsplit(url.replace("\\", "/"))
        _ = parts.port, parts.hostname
    except ValueError:
        return None
    return parts if parts.hostname else None


def _ascii_host(host: str) -> str:
    host = host.lower().rstrip(".")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def is_ip_address(host: str) -> bool:
    """Whether a host is a number of IPv4 or IPv6 and no name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _quoted(text: str, *, safe: str) -> str:
    """Escape what is not allowed, in UTF-8; upper-case escapes; unescape letters and digits.

    Escapes that are not UTF-8 (GBK forms) stay as they are: only the server can read them.
    """

    def fold(match: re.Match[str]) -> str:
        char = chr(int(match.group(1), 16))
        return char if char in _UNRESERVED else match.group(0).upper()

    if not text:
        return text
    return _PERCENT.sub(fold, quote(text, safe=safe, errors="replace"))


def _dots_resolved(path: str) -> str:
    if "/." not in path:
        return path
    out: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            if len(out) > 1:
                out.pop()
        elif segment != ".":
            out.append(segment)
    if path.endswith(("/.", "/..")):
        out.append("")
    return "/".join(out)


def _kept_parameters(query: str) -> list[str]:
    kept = []
    for pair in query.replace("&amp;", "&").split("&"):
        name, _, value = pair.partition("=")
        lowered = name.lower()
        if not pair or lowered in _TRACKERS or lowered.startswith(_TRACKER_PREFIXES):
            continue
        if (lowered in _SESSIONS or lowered.startswith("aspsessionid")) and _TOKENISH.fullmatch(
            value
        ):
            continue
        if lowered in _BUSTERS and _DIGITS.fullmatch(value):
            continue
        kept.append(_quoted(pair, safe="=/:@!$'()*+,;?~%"))
    return kept
