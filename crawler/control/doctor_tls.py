"""Whether the mail server takes mail encrypted: asked of the server itself, nothing is sent.

One connection: greeting, EHLO, TLS as configured, QUIT. No sign-in and no mail. Certificates are
checked as for sending (RFC 3207, RFC 8314).
"""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass

from crawler.control.findings import CheckResult
from digest.settings import MailConfig

LONGEST = 8.0  # seconds for each step
SOON_DAYS = 14
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the server said. ``days``: how long its certificate is still valid."""

    offers: bool
    signs_in: bool
    version: str = ""
    days: float | None = None


def mail_server_tls(mail: MailConfig) -> Iterator[CheckResult]:
    """Connect once and say whether sending will be encrypted."""
    where = f"{mail.host}:{mail.port}"
    try:
        heard = _listen(mail)
    except ssl.SSLCertVerificationError as error:
        yield CheckResult("TLS", "error", *_certificate(mail, error))
        return
    except ssl.SSLError as error:
        yield CheckResult("TLS", "error", *_handshake(mail, error))
        return
    except socket.gaierror:
        yield CheckResult(
            "TLS",
            "unchecked",
            f"没有核对：查不到 {mail.host} 的地址 / not checked: its address cannot be found",
            "检查网络与 mail.host / check the network and mail.host",
        )
        return
    except (OSError, smtplib.SMTPException) as error:
        yield CheckResult("TLS", "error", *_unreachable(mail, error))
        return
    if mail.security == "none":
        yield _plain(mail, heard)
    elif not heard.offers:
        yield CheckResult(
            "TLS",
            "error",
            f"{where} 不提供 STARTTLS，不会发信 / offers no STARTTLS, nothing will be sent",
            '465 端口设 mail.security = "tls"；587 端口请服务器管理员开启 STARTTLS / use "tls" '
            "with port 465, or have STARTTLS switched on",
        )
    elif heard.days is not None and heard.days < SOON_DAYS:
        yield CheckResult(
            "TLS",
            "warning",
            f"{where} 的证书 {heard.days:.0f} 天后到期 / its certificate ends soon",
            "请服务器管理员更换证书，到期后发不出信 / have it renewed: sending stops when it ends",
        )
    elif mail.username and not heard.signs_in:
        yield CheckResult(
            "TLS",
            "error",
            f"{where} 加密后仍不提供登录（AUTH） / offers no sign-in, even encrypted",
            "核对端口（587 或 465），25 端口多不收客户的信 / check the port: 587 or 465, not 25",
        )
    else:
        yield CheckResult("TLS", "ok", f"{where} {heard.version}")


def _listen(mail: MailConfig) -> _Heard:
    context = ssl.create_default_context(cafile=mail.ca_file)
    limit = min(mail.timeout, LONGEST)
    name = mail.helo_name or None
    smtp: smtplib.SMTP
    if mail.security == "tls":
        smtp = smtplib.SMTP_SSL(mail.host, mail.port, name, timeout=limit, context=context)
    else:
        smtp = smtplib.SMTP(mail.host, mail.port, name, timeout=limit)
    try:
        smtp.ehlo_or_helo_if_needed()
        offers = mail.security == "tls" or smtp.has_extn("starttls")
        if mail.security == "starttls" and offers:
            smtp.starttls(context=context)
            smtp.ehlo()
        heard = _Heard(offers=offers, signs_in=smtp.has_extn("auth"))
        if isinstance(smtp.sock, ssl.SSLSocket):
            ends = ssl.cert_time_to_seconds(str((smtp.sock.getpeercert() or {})["notAfter"]))
            version = smtp.sock.version() or ""
            heard = _Heard(offers, heard.signs_in, version, (ends - time.time()) / _DAY)
        return heard
    finally:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            smtp.quit()
        smtp.close()


def _plain(mail: MailConfig, heard: _Heard) -> CheckResult:
    where = f"{mail.host}:{mail.port}"
    if heard.offers:
        return CheckResult(
            "TLS",
            "warning",
            f"{where} 提供加密，但设置里没有用 / offers TLS, but it is not used",
            '设 mail.security = "starttls" / set it to "starttls"',
        )
    if mail.host.startswith("127.") or mail.host in ("localhost", "::1"):
        return CheckResult("TLS", "ok", f"{where}：只在本机，不加密 / on this machine only")
    return CheckResult(
        "TLS",
        "error",
        f"{where} 不提供加密，信件与密码会明文传送 / offers no TLS: mail goes in the clear",
        "换用支持加密的服务器或端口（587、465） / use a server or port with TLS (587, 465)",
    )


def _certificate(mail: MailConfig, error: ssl.SSLCertVerificationError) -> tuple[str, str]:
    where = f"{mail.host}:{mail.port}"
    words = error.verify_message
    if "expired" in words:
        return (
            f"{where} 的证书已过期 / its certificate has expired",
            "请服务器管理员更换证书 / have the certificate renewed",
        )
    if "mismatch" in words or "not valid for" in words:
        return (
            f"{where} 的证书不是给 {mail.host} 的 / its certificate is for another name",
            "把 mail.host 写成证书上的名字 / set mail.host to a name in the certificate",
        )
    return (
        f"{where} 的证书不受信任（{words}） / its certificate is not trusted",
        "内部证书：把签发者的证书存为文件，设 mail.ca_file / if private, set mail.ca_file",
    )


def _handshake(mail: MailConfig, error: ssl.SSLError) -> tuple[str, str]:
    where = f"{mail.host}:{mail.port}"
    reason = error.reason or type(error).__name__
    if mail.security == "tls" and "WRONG_VERSION" in reason:
        return (
            f'{where} 不是直接加密的端口，与 security = "tls" 不符 / does not begin with TLS',
            '587 端口设 mail.security = "starttls" / use "starttls" with port 587',
        )
    return (
        f"{where} 的加密方式谈不拢（{reason}） / no common way to encrypt",
        "服务器须支持 TLS 1.2 以上 / the server has to know TLS 1.2 or newer",
    )


def _unreachable(mail: MailConfig, error: Exception) -> tuple[str, str]:
    where = f"{mail.host}:{mail.port}"
    if isinstance(error, FileNotFoundError):
        text = f"没有 mail.ca_file 这个文件：{mail.ca_file} / there is no such file"
        return text, "改正 mail.ca_file，或去掉它 / correct it, or leave it out"
    if isinstance(error, TimeoutError) and mail.security == "starttls" and mail.port == 465:
        return (
            f"{where} 没有应答：465 端口要先加密 / no greeting: port 465 begins with TLS",
            '设 mail.security = "tls"，或改用 587 端口 / set security "tls", or use port 587',
        )
    return (
        f"{where} 连不上（{type(error).__name__}） / cannot be reached",
        "核对 mail.host、mail.port 与防火墙；不少机房封 25 端口，用 587 或 465 / check host, port "
        "and firewall; many networks close port 25: use 587 or 465",
    )
