"""One copy as MIME bytes: headers for mailing lists, two parts, lines that every server takes.

But for the time inside a DKIM signature the bytes are the same on every retry: Message-ID, date
and boundary depend only on publication, issue and recipient, so that a copy sent twice is
recognisable as one.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from pathlib import Path
from typing import Any, cast

import dkim

from digest.addresses import check_address
from digest.columns import cut_to_width
from digest.links import Reader
from digest.render import RenderedIssue
from digest.settings import MailConfig
from digest.view import IssueView
from digest.wording import clean_line, clean_tail

MAX_LINE_OCTETS = 998
ONE_CLICK = "List-Unsubscribe=One-Click"
# RFC 8058 section 4 wants both unsubscribe headers signed.
SIGNED_HEADERS = (
    b"from",
    b"to",
    b"reply-to",
    b"subject",
    b"date",
    b"message-id",
    b"mime-version",
    b"content-type",
    b"list-id",
    b"list-help",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
)
_RAW_HEADERS = (
    "message-id",
    "list-id",
    "list-help",
    "list-archive",
    "archived-at",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "feedback-id",
    "auto-submitted",
)
_SPECIALS = re.compile(r'[()<>\[\]:;@\\,."]')
_FOLD_AT_COMMA = re.compile(r",\s*(?=<)")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a transport needs: addresses and the bytes, CRLF line ends."""

    sender: str
    recipient: str
    message_id: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Signature:
    """What DKIM needs. ``key`` is the private key in PEM."""

    domain: str
    selector: str
    key: bytes


class RawHeader(UnstructuredHeader):
    """A header written as it is: never RFC 2047-encoded, folded only between list entries.

    The default policy encodes a List-Unsubscribe address with a long token, and mail programs
    then show no unsubscribe button (cpython#85725).
    """

    def fold(self, *, policy: Any) -> str:
        """``Name: value``; two entries of a list stand on two lines."""
        name = str(getattr(self, "name", ""))
        return f"{name}: {_FOLD_AT_COMMA.sub(f',{policy.linesep} ', str(self))}{policy.linesep}"


class EncodedHeader(UnstructuredHeader):
    """Free text, or ``name <address>``, with encoded words of at most 75 characters.

    The default policy writes encoded words of 76 (RFC 2047 section 2 allows 75).
    """

    def fold(self, *, policy: Any) -> str:
        """The header on as many lines as it needs."""
        name = str(getattr(self, "name", ""))
        words, bracket, address = str(self).rpartition(" <")
        if not bracket or not address.endswith(">"):
            words, bracket, address = str(self), "", ""
        if words.isascii() and bracket:
            words = f'"{words}"' if _SPECIALS.search(words) else words
            return f"{name}: {words}{bracket}{address}{policy.linesep}"
        charset = "us-ascii" if words.isascii() else "utf-8"
        encoded = Header(words, charset, maxlinelen=75, header_name=name).encode(
            linesep=policy.linesep
        )
        tail = f"{policy.linesep} <{address}" if bracket else ""
        return f"{name}: {encoded}{tail}{policy.linesep}"


def _policy() -> EmailPolicy[EmailMessage]:
    registry = HeaderRegistry()
    for name in _RAW_HEADERS:
        # typeshed wants a BaseHeader, the registry builds one from this class and BaseHeader.
        registry.map_to_type(name, cast(Any, RawHeader))
    for name in ("subject", "from"):
        registry.map_to_type(name, cast(Any, EncodedHeader))
    return SMTP.clone(header_factory=registry)


_POLICY = _policy()


def message_id(*, mail: MailConfig, edition: str, issue: int, recipient: str) -> str:
    """``<hash@domain>``: equal on every retry, different for every recipient and issue."""
    text = "\x00".join((mail.domain, edition, str(issue), recipient.strip().lower()))
    return f"<{hashlib.sha256(text.encode('utf-8')).hexdigest()[:32]}@{mail.domain}>"


def return_path(mail: MailConfig, message_id: str) -> str:
    """Where reports about one message go: ``bounce+<its id>@…`` when there is such an address.

    A report that quotes nothing of the mail then still tells which one it is about (VERP).
    """
    local, at, domain = mail.bounce_address.rpartition("@")
    token = message_id.strip("<>").partition("@")[0]
    return f"{local}+{token}{at}{domain}" if at else mail.from_address


def _keyed_id(mail: MailConfig, key: str) -> str:
    digest = hashlib.sha256(f"{mail.domain}\x00{key}".encode()).hexdigest()[:32]
    return f"<{digest}@{mail.domain}>"


def list_id(*, mail: MailConfig, edition: str) -> str:
    """``<weekly.example.org>``: the same for all issues of a publication (RFC 2919)."""
    return f"<{edition}.{mail.domain}>"


def build_message(
    rendered: RenderedIssue,
    *,
    view: IssueView,
    reader: Reader,
    mail: MailConfig,
    sent_at: datetime,
    issue: int,
    signature: Signature | None = None,
    key: str = "",
) -> Envelope:
    """The message for one reader; ``sent_at`` (aware) is the time of approval, not of the try.

    ``key`` names a message that is no regular copy and becomes its Message-ID. Raises
    ``AddressInvalid`` when the reader's address is not one plain address.
    """
    recipient = check_address(reader.address)
    identity = message_id(mail=mail, edition=view.edition, issue=issue, recipient=recipient)
    if key:
        identity = _keyed_id(mail, key)
    message = EmailMessage(policy=_POLICY)
    message["From"] = _mailbox(mail.from_name or view.title, mail.from_address)
    message["To"] = _mailbox("", recipient)
    if mail.reply_to:
        message["Reply-To"] = _mailbox("", mail.reply_to)
    message["Subject"] = clean_line(rendered.subject)
    message["Date"] = format_datetime(sent_at.astimezone(UTC))
    message["Message-ID"] = identity
    for name, value in list_headers(view=view, reader=reader, mail=mail, issue=issue).items():
        message[name] = value
    _attach(message, rendered, identity)
    content = message.as_bytes()
    if signature is not None:
        content = sign(content, signature=signature)
    return Envelope(
        sender=return_path(mail, identity),
        recipient=recipient,
        message_id=identity,
        content=content,
    )


def build_notice(
    *,
    subject: str,
    text: str,
    recipient: str,
    mail: MailConfig,
    sent_at: datetime,
    key: str,
    signature: Signature | None = None,
) -> Envelope:
    """A short plain message that is no issue: an alert, or the mail that asks to confirm.

    ``key`` names the message for good and becomes its Message-ID.
    """
    address = check_address(recipient)
    message = EmailMessage(policy=_POLICY)
    message["From"] = _mailbox(mail.from_name, mail.from_address)
    message["To"] = address
    if mail.reply_to:
        message["Reply-To"] = mail.reply_to
    message["Subject"] = cut_to_width(clean_line(subject), 120)
    message["Date"] = format_datetime(sent_at.astimezone(UTC))
    message["Message-ID"] = _keyed_id(mail, key)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    lines = "\n".join(clean_tail(line) for line in text.splitlines())
    message.set_content(lines + "\n", charset="utf-8", cte="base64")
    content = message.as_bytes()
    if signature is not None:
        content = sign(content, signature=signature)
    return Envelope(
        sender=return_path(mail, str(message["Message-ID"])),
        recipient=address,
        message_id=str(message["Message-ID"]),
        content=content,
    )


def list_headers(
    *, view: IssueView, reader: Reader, mail: MailConfig, issue: int
) -> Mapping[str, str]:
    """The headers that make a mailing recognisable and easy to leave, in their order."""
    headers = {"Auto-Submitted": "auto-generated"}
    headers["List-Id"] = list_id(mail=mail, edition=view.edition)
    ways = [f"<{way}>" for way in (reader.unsubscribe_url, reader.unsubscribe_mailto) if way]
    if ways:
        headers["List-Unsubscribe"] = ", ".join(ways)
    if reader.unsubscribe_url.startswith("https://"):
        headers["List-Unsubscribe-Post"] = ONE_CLICK
    contact = mail.reply_to or mail.from_address
    headers["List-Help"] = f"<{reader.manage_url or f'mailto:{contact}'}>"
    if reader.web_url:
        headers["Archived-At"] = f"<{reader.web_url}>"
    headers["Feedback-ID"] = f"{issue}:{view.edition}:dibao:{mail.domain}"
    # Out-of-office replies of Exchange do not know RFC 3834.
    headers["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    return headers


def sign(content: bytes, *, signature: Signature) -> bytes:
    """The message with a DKIM-Signature (relaxed/relaxed, rsa-sha256) in front."""
    present = {line.split(b":", 1)[0].strip().lower() for line in _header_lines(content)}
    header: bytes = dkim.sign(
        content,
        signature.selector.encode("ascii"),
        signature.domain.encode("ascii"),
        signature.key,
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=[name for name in SIGNED_HEADERS if name in present],
    )
    return header + content


def read_signature(mail: MailConfig) -> Signature | None:
    """The DKIM key of the configuration; ``None`` when the relay signs."""
    path: Path | None = mail.dkim_key_file
    if path is None:
        return None
    return Signature(domain=mail.dkim_domain, selector=mail.dkim_selector, key=path.read_bytes())


def _attach(message: EmailMessage, rendered: RenderedIssue, identity: str) -> None:
    message.set_content(rendered.text, subtype="plain", charset="utf-8", cte="base64")
    message.add_alternative(rendered.html, subtype="html", charset="utf-8", cte="base64")
    for part, text in zip(message.iter_parts(), (rendered.text, rendered.html), strict=True):
        if _quoted_size(text) < _base64_size(text):
            del part["Content-Transfer-Encoding"]
            kind = part.get_content_subtype()
            part.set_content(text, subtype=kind, charset="utf-8", cte="quoted-printable")
        del part["MIME-Version"]
    message.set_boundary("=_" + hashlib.sha256(identity.encode("ascii")).hexdigest()[:30])


def _quoted_size(text: str) -> int:
    """Octets of the text as quoted-printable, soft line breaks included, about exactly."""
    raw = text.encode("utf-8")
    escaped = sum(1 for octet in raw if octet > 126 or octet == 61 or (octet < 32 and octet != 10))
    size = len(raw) + 2 * escaped
    return size + 3 * (size // 75)


def _base64_size(text: str) -> int:
    size = len(base64.b64encode(text.encode("utf-8")))
    return size + 2 * (size // 76)


def _mailbox(name: str, address: str) -> str:
    name = clean_line(name).replace('"', "").replace("\\", "")
    return f"{name} <{address}>" if name else address


def _header_lines(content: bytes) -> list[bytes]:
    head = content.partition(b"\r\n\r\n")[0]
    return [line for line in head.split(b"\r\n") if line[:1] not in (b" ", b"\t")]
