"""Ways out: an SMTP server, or a folder of ``.eml`` files.

A transport takes one message and says at which step it failed. ``Unknown`` is reserved for one
moment: the final dot was given to the network and no answer came back. Everything before that
is known not to be delivered, everything after an answer is decided by the answer.
"""

from __future__ import annotations

import contextlib
import os
import re
import smtplib
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from digest.addresses import address_key
from digest.errors import AddressInvalid, Permanent, ServiceDown, Transient, Unknown
from digest.message import Envelope
from digest.settings import MailConfig

_LINE_START_DOT = re.compile(rb"(?m)^\.")
_CONNECTION_CODE = 421
# A server may ask for TLS or sign-in only when it hears MAIL; that is our setting, not a recipient.
_CONFIGURATION_CODES = frozenset({500, 501, 502, 503, 504, 530, 534, 535, 538})


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the other side said on taking the message."""

    message_id: str
    reply: str


class Transport(Protocol):
    """Sends one message. Raises ``Transient``, ``Permanent``, ``ServiceDown`` or ``Unknown``."""

    def send(self, message: Envelope) -> Receipt: ...

    def close(self) -> None: ...


def open_transport(mail: MailConfig) -> Transport:
    """The transport that the configuration names; connects at the first message."""
    if mail.transport == "folder":
        return FolderTransport(mail.folder)
    return SmtpTransport(mail)


class FolderTransport:
    """Writes each message to ``<folder>/<recipient hash>-<message id>.eml``; a resend replaces."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: Envelope) -> Receipt:
        """Write the file and flush it to disk. Raises ``ServiceDown`` when that is impossible."""
        identity = re.sub(r"[^A-Za-z0-9]", "", message.message_id.partition("@")[0])
        path = self.folder / f"{address_key(message.recipient)}-{identity}.eml"
        draft = path.with_suffix(f".{os.getpid()}.part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                file.write(message.content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise ServiceDown(
                f"无法写入 {self.folder} / cannot write there: {error.strerror}", step="write"
            ) from error
        return Receipt(message_id=message.message_id, reply=path.name)

    def close(self) -> None:
        """Nothing is kept open."""


class SmtpTransport:
    """One connection, kept open between messages and opened again after a fault.

    After ``mail.per_connection`` messages it says goodbye and connects anew: some servers refuse
    or delay what comes after their own limit.
    """

    def __init__(self, mail: MailConfig) -> None:
        self._mail = mail
        self._smtp: smtplib.SMTP | None = None
        self._begun = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def send(self, message: Envelope) -> Receipt:
        """Hand over one message, step by step."""
        self._check_address(message)
        limit = self._mail.per_connection
        if limit and self._begun >= limit:
            self.close()
        smtp = self._ready()
        self._begun += 1
        self._say_sender(smtp, message)
        self._say_recipient(smtp, message)
        return self._say_content(smtp, message)

    def close(self) -> None:
        """Say goodbye; errors no longer matter."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            smtp.quit()
        except (OSError, smtplib.SMTPException):
            smtp.close()

    def _check_address(self, message: Envelope) -> None:
        for address in (message.sender, message.recipient):
            if any(ord(char) < 0x21 or ord(char) > 0x7E for char in address):
                raise Permanent("地址含有不允许的字符 / address not allowed", step="address")

    def _ready(self) -> smtplib.SMTP:
        """A signed-in connection that answers, reused when the last one still does."""
        smtp = self._smtp
        if smtp is not None:
            try:
                if smtp.rset()[0] == 250:
                    return smtp
            except (OSError, smtplib.SMTPException):
                pass
            self._drop()
        self._smtp = self._connect()
        self._begun = 0
        return self._smtp

    def _connect(self) -> smtplib.SMTP:
        mail = self._mail
        step = "connect"
        smtp: smtplib.SMTP | None = None
        try:
            context = ssl.create_default_context(cafile=mail.ca_file)
            name = mail.helo_name or None
            if mail.security == "tls":
                smtp = smtplib.SMTP_SSL(
                    mail.host, mail.port, name, timeout=mail.timeout, context=context
                )
            else:
                smtp = smtplib.SMTP(mail.host, mail.port, name, timeout=mail.timeout)
            step = "ehlo"
            smtp.ehlo_or_helo_if_needed()
            if mail.security == "starttls":
                step = "starttls"
                smtp.starttls(context=context)
                smtp.ehlo()
            if mail.username:
                step = "auth"
                smtp.login(mail.username, mail.read_password() or "")
        except (OSError, smtplib.SMTPException, ValueError) as error:
            if smtp is not None:
                smtp.close()
            raise ServiceDown(_explain(step, error), step=step, reply=_reply_of(error)) from error
        return smtp

    def _say_sender(self, smtp: smtplib.SMTP, message: Envelope) -> None:
        options = []
        if smtp.has_extn("size"):
            options.append(f"size={len(message.content)}")
        try:
            code, reply = smtp.mail(message.sender, options)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise ServiceDown(_explain("mail", error), step="mail") from error
        if code == 552:
            self._reset()
            raise Permanent("邮件过大 / message too large", step="mail", reply=_text(code, reply))
        if code != 250:
            self._after_refusal(code)
            # The sender is the same for everybody: what refuses it refuses the batch.
            raise ServiceDown(
                "服务器拒绝发件人 / the server refuses the sender",
                step="mail",
                reply=_text(code, reply),
            )

    def _say_recipient(self, smtp: smtplib.SMTP, message: Envelope) -> None:
        try:
            code, reply = smtp.rcpt(message.recipient)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise Transient(_explain("rcpt", error), step="rcpt") from error
        if code not in (250, 251):
            self._refuse(code, reply, step="rcpt")

    def _say_content(self, smtp: smtplib.SMTP, message: Envelope) -> Receipt:
        step = "data"
        try:
            code, reply = smtp.docmd("data")
            if code != 354:
                self._refuse(code, reply, step="data")
            step = "body"
            smtp.send(_LINE_START_DOT.sub(b"..", message.content))
            if not message.content.endswith(b"\r\n"):
                smtp.send(b"\r\n")
        except (OSError, smtplib.SMTPException) as error:
            # Without the final dot the server has no message (RFC 5321 section 4.1.1.4).
            self._drop()
            raise Transient(_explain(step, error), step=step) from error
        return self._say_dot(smtp, message)

    def _say_dot(self, smtp: smtplib.SMTP, message: Envelope) -> Receipt:
        """The one moment that can end undecided (RFC 1047)."""
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(self._mail.final_timeout)
            smtp.send(b".\r\n")
            code, reply = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise Unknown(
                "正文已交出，未收到答复，可能已送达"
                " / handed over without an answer: it may have arrived",
                step="dot",
                reply=type(error).__name__,
            ) from error
        if smtp.sock is not None:
            smtp.sock.settimeout(self._mail.timeout)
        if code == -1:
            self._drop()
            raise Unknown("未收到完整答复 / no complete answer", step="dot")
        if code != 250:
            self._refuse(code, reply, step="dot")
        return Receipt(message_id=message.message_id, reply=_text(code, reply))

    def _refuse(self, code: int, reply: bytes, *, step: str) -> None:
        """Raise what a refusal after MAIL means."""
        self._after_refusal(code)
        text = _text(code, reply)
        if code in _CONFIGURATION_CODES and step != "dot":
            raise ServiceDown(
                "服务器要求登录或加密 / the server wants sign-in or TLS", step=step, reply=text
            )
        if 400 <= code < 500:
            raise Transient("服务器暂时拒收 / refused for now", step=step, reply=text)
        if 500 <= code < 600:
            raise Permanent("服务器拒收 / refused", step=step, reply=text)
        self._drop()
        if step == "dot":
            raise Unknown("无法理解的答复 / an answer nobody can read", step=step, reply=text)
        raise Transient("无法理解的答复 / an answer nobody can read", step=step, reply=text)

    def _after_refusal(self, code: int) -> None:
        if code == _CONNECTION_CODE or code == -1:
            self._drop()
        else:
            self._reset()

    def _reset(self) -> None:
        if self._smtp is not None:
            try:
                self._smtp.rset()
            except (OSError, smtplib.SMTPException):
                self._drop()

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def _text(code: int, reply: bytes) -> str:
    words = reply.decode("utf-8", "replace").replace("\r", " ").replace("\n", " ")
    return f"{code} {words}"[:300]


def _reply_of(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        raw = error.smtp_error
        return _text(error.smtp_code, raw if isinstance(raw, bytes) else raw.encode())
    return type(error).__name__


def _explain(step: str, error: Exception) -> str:
    """What happened and what to look at, in two languages."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "邮件服务器登录失败，请检查 mail.username 和密码 / sign-in refused"
    if isinstance(error, ssl.SSLError):
        return "与邮件服务器的加密连接失败，请检查 mail.security 和证书 / TLS failed"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "邮件服务器不支持所要求的加密或登录 / the server lacks TLS or sign-in"
    if isinstance(error, (ConnectionRefusedError, socket.gaierror)) and step == "connect":
        return "连不上邮件服务器，请检查 mail.host 和 mail.port / cannot connect"
    if isinstance(error, TimeoutError):
        return "邮件服务器没有及时答复 / the mail server did not answer in time"
    if isinstance(error, AddressInvalid):
        return str(error)
    return f"与邮件服务器的连接中断（{step}）/ connection lost at {step}"
