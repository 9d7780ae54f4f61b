"""Mail that came back: what it says of whom, and what follows for the reader.

Reports in the form of RFC 3464 (delivery status) and RFC 5965 (complaint) are read by their fields,
others by their words, Chinese and English. Only a report that quotes the Message-ID of a mail of
ours counts, and each mail counts once: anybody can write to the address that receives bounces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import Outbox, Subscriber
from storage.outbox import defer_recipient, send_again
from storage.subscribers import paused_until, record_bounce, suppress

Kind = Literal["hard", "soft", "complaint", "delayed", "other"]
Outcome = Literal[
    "bounced", "counted", "again", "suppressed", "noted", "known", "unmatched", "ignored"
]

MOST_TEXT = 200_000  # characters of a report that are looked at
OLDEST_AGAIN = timedelta(days=10)  # after that the next issue is nearer than this one
# RFC 3463: the person is unknown or gone. 5.1.7 and 5.1.8 speak of the sender.
_HARD = re.compile(r"5\.1\.(?:[0-6]|10)$|5\.2\.1$|5\.4\.310$")
_CODE = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REPLY = re.compile(r"\b([45]\d\d)[ -]")
_MESSAGE_ID = re.compile(r"^(?:x-)?(?:original-)?message-id:\s*(<[^<>\s]{3,300}>)", re.I | re.M)
_RETURN_PATH = re.compile(r"\+([0-9a-f]{32})@")
_GONE = re.compile(
    r"user unknown|unknown user|no such (?:user|recipient|mailbox)|user (?:is )?not found|"
    r"(?:user|mailbox|account|address)[^.\n]{0,60}(?:does not|doesn't) exist|"
    r"(?:mailbox|recipient|address)[^.\n]{0,40}not found|invalid recipient|"
    r"account (?:is )?disabled|"
    r"(?:邮箱|用户|账号|帐号|收件人|地址|信箱)[^。\n]{0,12}不存在|无此(?:用户|邮箱)|查无此人",
    re.I,
)
# RFC 3463: mailbox full, and everything about the way there; 4.x.x passes in any case.
_PASSING = re.compile(r"5\.2\.2$|5\.4\.\d+$")
_LATER = re.compile(
    r"\bfull\b|quota|try again|grey ?list|rate limit|timed? ?out|"
    r"已满|超出[^。\n]{0,8}容量|空间不足|频率|稍后",
    re.I,
)
_REFUSED = re.compile(
    r"\bfull\b|quota|try again|grey ?list|too (?:large|big)|spam|blocked|rate limit|"
    r"已满|超出[^。\n]{0,8}容量|空间不足|垃圾|拒收|频率|稍后",
    re.I,
)
_FROM = re.compile(r"mailer-daemon|postmaster|mail delivery|邮件系统|系统退信", re.I)
_SUBJECT = re.compile(
    r"undeliver|delivery (?:status|failure|problem)|failure notice|returned (?:to sender|mail)|"
    r"退信|无法(?:投递|送达)|投递失败|发送失败",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a report says. ``message_id`` is that of the mail it speaks of; ``recipient`` the
    address it names, which may be another one than we wrote to (forwarding). ``token`` is what the
    report's own address says: the first part of the Message-ID (see ``message.return_path``).
    ``passes``: a soft one that says the mailbox may take the same mail later."""

    kind: Kind
    message_id: str | None
    recipient: str | None = None
    status: str | None = None
    reason: str = ""
    token: str | None = None
    passes: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """What followed from a bounce; ``recipient`` is the address we had written to. ``until``:
    nothing is written to it before (aware UTC)."""

    outcome: Outcome
    recipient: str | None = None
    until: datetime | None = None


def read_bounce(content: bytes) -> tuple[Bounce, ...]:
    """Every recipient that a returned mail speaks of; kind ``other``: it is no report."""
    message = message_from_bytes(content)
    token = _token(message)
    return tuple(replace(bounce, token=token) for bounce in _read(message))


def _read(message: Message) -> tuple[Bounce, ...]:
    parts = list(message.walk())
    identity = _quoted_id(message, parts)
    for part in parts:
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            found = tuple(_of_groups(part, identity))
            if found:
                return found
        elif kind == "message/feedback-report":
            return (_complaint(part, identity),)
    return (_of_words(message, parts, identity),)


def settle_bounce(session: Session, bounce: Bounce, *, now: datetime) -> Settled:
    """Draw the consequence: pause and send again, count it, end the delivery, or leave it."""
    if bounce.kind in ("delayed", "other"):
        return Settled("ignored")
    row = None
    if bounce.message_id is not None:
        query = select(Outbox).where(Outbox.message_id == bounce.message_id).limit(1)
        row = session.scalars(query).one_or_none()
    if row is None and bounce.token is not None:
        query = select(Outbox).where(Outbox.message_id.startswith(f"<{bounce.token}@")).limit(1)
        row = session.scalars(query).one_or_none()
    if row is None:
        return Settled("unmatched")
    if (row.error_code or "").startswith("bounce_"):
        return Settled("known", row.recipient)
    reason = " ".join(part for part in (bounce.status, bounce.reason) if part)[:500]
    row.error_code, row.last_error = f"bounce_{bounce.kind}", reason
    if row.subscriber_id is None:
        return Settled("noted", row.recipient)
    if bounce.kind == "complaint":
        suppress(session, subscriber_id=row.subscriber_id, reason="complaint", now=now)
        return Settled("suppressed", row.recipient)
    state = record_bounce(
        session,
        subscriber_id=row.subscriber_id,
        hard=bounce.kind == "hard",
        reason=reason or bounce.kind,
        now=now,
    )
    if state == "bounced":
        return Settled("bounced", row.recipient)
    return _pause(session, row, row.subscriber_id, bounce, reason=reason, now=now)


def _pause(
    session: Session,
    row: Outbox,
    subscriber_id: int,
    bounce: Bounce,
    *,
    reason: str,
    now: datetime,
) -> Settled:
    """Nothing goes to the reader for a while; then this mail again, if it may be taken then."""
    until = paused_until(session.get_one(Subscriber, subscriber_id))
    if until is None or until <= now:
        return Settled("counted", row.recipient)
    defer_recipient(session, subscriber_id=subscriber_id, until=until)
    fresh = row.issue_id is not None and now - row.created_at <= OLDEST_AGAIN
    session.flush()
    again = (
        bounce.passes
        and fresh
        and send_again(
            session, outbox_id=row.id, not_before=until, error_code="bounce_soft", error=reason
        )
    )
    return Settled("again" if again else "counted", row.recipient, until)


# reports with fields ----------------------------------------------------------------------


def _of_groups(part: Message, identity: str | None) -> Iterator[Bounce]:
    """The groups of a delivery status: the first is about the message, the others each about
    one recipient (RFC 3464 section 2.1)."""
    payload = part.get_payload()
    for group in payload if isinstance(payload, list) else []:
        action = _field(group, "Action").lower()
        if not action:
            continue
        recipient = _address(_field(group, "Original-Recipient")) or _address(
            _field(group, "Final-Recipient")
        )
        reason = " ".join(_field(group, "Diagnostic-Code").split())[:500]
        status = _field(group, "Status").split(" ")[0] or None
        if action == "failed":
            kind = _kind(status, reason)
            passes = kind == "soft" and _passes(status, reason)
            yield Bounce(kind, identity, recipient, status, reason, passes=passes)
        elif action == "delayed":
            yield Bounce("delayed", identity, recipient, status, reason)


def _complaint(part: Message, identity: str | None) -> Bounce:
    payload = part.get_payload()
    group = payload[0] if isinstance(payload, list) and payload else None
    if not isinstance(group, Message):
        group = message_from_bytes(_bytes(part))
    recipient = _address(_field(group, "Original-Rcpt-To"))
    return Bounce("complaint", identity, recipient, None, _field(group, "Feedback-Type"))


def is_unknown_recipient(reply: str) -> bool:
    """Whether a server's answer to RCPT says by its enhanced code that nobody has this address."""
    stated = _CODE.search(reply)
    return stated is not None and _HARD.match(stated[1]) is not None


def _passes(status: str | None, reason: str) -> bool:
    """Whether the same mail may be taken later: full or busy, not refused for what it is."""
    code = _code(status, reason)
    if code.startswith("4") or _PASSING.match(code):
        return True
    return (not code or code.endswith(".0.0")) and _LATER.search(reason) is not None


def _code(status: str | None, reason: str) -> str:
    stated = _CODE.search(reason)
    # "5.0.0" says nothing; the remote server's own words often do
    code = stated[1] if stated and (status or "").endswith(".0.0") else status
    return code or (stated[1] if stated else "")


def _kind(status: str | None, reason: str) -> Kind:
    """Hard only when it is the person who is unknown; everything else may pass."""
    code = _code(status, reason)
    if code.startswith("4"):
        return "soft"
    if _HARD.match(code):
        return "hard"
    vague = not code or code.endswith(".0.0")
    if vague and _GONE.search(reason) and not _REFUSED.search(reason):
        return "hard"
    return "soft"


# reports in words -------------------------------------------------------------------------


def _of_words(message: Message, parts: list[Message], identity: str | None) -> Bounce:
    """A report that only people were meant to read."""
    sender, subject = _field(message, "From"), _field(message, "Subject")
    named = _address(_field(message, "X-Failed-Recipients"))
    automatic = _field(message, "Auto-Submitted").lower().startswith("auto-replied")
    if not named and (automatic or not (_FROM.search(sender) or _SUBJECT.search(subject))):
        return Bounce("other", identity, reason=subject[:200])
    text = _text(parts)
    code, reply = _CODE.search(text), _REPLY.search(text)
    gone, refused = _GONE.search(text), _REFUSED.search(text)
    kind = _kind(code[1] if code else None, text)
    if not (code or reply or gone or refused):
        return Bounce("other", identity, named, reason=subject[:200])
    words = gone or refused or code or reply
    status = code[1] if code else None
    passes = kind == "soft" and _passes(status, text)
    return Bounce(kind, identity, named, status, words[0] if words else "", passes=passes)


def _token(message: Message) -> str | None:
    """From the address the report was sent to: ``bounce+0123…@example.org``."""
    for name in ("To", "Delivered-To", "X-Original-To", "Envelope-To"):
        found = _RETURN_PATH.search(_field(message, name).lower())
        if found:
            return found[1]
    return None


def _quoted_id(message: Message, parts: Iterable[Message]) -> str | None:
    """The Message-ID of the returned mail: from its own head, quoted, or answered to."""
    for part in parts:
        if part is not message and part.get_content_type() == "text/rfc822-headers":
            found = _MESSAGE_ID.search(_bytes(part).decode("utf-8", "replace"))
            if found:
                return found[1]
        if part is not message and (own := part.get("Message-ID")):
            return str(own).strip()
    quoted = _MESSAGE_ID.search(_text(parts))
    answered = re.search(r"<[^<>\s]+>", _field(message, "In-Reply-To"))
    return quoted[1] if quoted else (answered[0] if answered else None)


def _text(parts: Iterable[Message]) -> str:
    texts = []
    for part in parts:
        if part.get_content_type() in ("text/plain", "text/html"):
            charset = part.get_content_charset() or "utf-8"
            try:
                texts.append(_bytes(part).decode(charset, "replace"))
            except LookupError:
                texts.append(_bytes(part).decode("gb18030", "replace"))
    return re.sub(r"<[a-z/!][^>@]*>", " ", "\n".join(texts)[:MOST_TEXT], flags=re.I)


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return payload
    return "\n".join(str(one) for one in part.get_payload() or ()).encode("utf-8", "replace")


def _field(message: object, name: str) -> str:
    """A header as text; encoded words are read."""
    from email.header import decode_header, make_header

    value = message.get(name) if isinstance(message, Message) else None
    if value is None:
        return ""
    try:
        return str(make_header(decode_header(str(value)))).strip()
    except (ValueError, LookupError):
        return str(value).strip()


def _address(value: str) -> str | None:
    """``rfc822; someone@example.org`` or a plain address."""
    found = re.search(r"[^\s;<>@]+@[^\s;<>@]+", value.split(";", 1)[-1])
    return found[0].lower() if found else None
