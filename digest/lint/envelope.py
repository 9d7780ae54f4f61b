"""Rules about the finished message: structure, headers, lines on the wire."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

from digest.lint.problem import Problem

MAX_LINE_OCTETS = 998
_ENCODED_WORD = re.compile(rb"=\?[^?\s]+\?[bqBQ]\?[^?\s]*\?=")
_ONE_URI_EACH = re.compile(r"(?:<https?://[^\s<>,]+>)?(?:, ?(?=<))?(?:<mailto:[^\s<>,]+>)?")
_RAW_ONLY = (
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Id",
    "Message-ID",
    "Feedback-ID",
    "List-Help",
    "Archived-At",
)


def check_message(content: bytes) -> list[Problem]:
    """E01, E03 to E06, E09 to E11 and E26 on the bytes that go to the server."""
    message = message_from_bytes(content, policy=policy.default)
    headers = raw_headers(content)
    return [
        *_check_tree(message),
        *_check_lines(content),
        *_check_encoding(message),
        *_check_unsubscribe(headers),
        *_check_identity(message, headers),
    ]


def raw_headers(content: bytes) -> dict[str, list[str]]:
    """Header values as they stand on the wire, unfolded, by lower-case name."""
    head = content.partition(b"\r\n\r\n")[0]
    found: dict[str, list[str]] = {}
    for line in re.sub(rb"\r\n[ \t]+", b" ", head).split(b"\r\n"):
        name, colon, value = line.partition(b":")
        if colon:
            key = name.decode("ascii", "replace").strip().lower()
            found.setdefault(key, []).append(value.decode("utf-8", "replace").strip())
    return found


def _check_tree(message: EmailMessage) -> Iterator[Problem]:
    kinds = [part.get_content_type() for part in message.iter_parts()]
    if message.get_content_type() != "multipart/alternative" or kinds not in (
        ["text/plain", "text/html"],
        ["text/plain", "multipart/related"],
    ):
        yield Problem("E01", f"{message.get_content_type()} with {kinds}")
    if message.defects:
        yield Problem("E01", f"defects: {message.defects}")


def _check_lines(content: bytes) -> Iterator[Problem]:
    if re.search(rb"(?<!\r)\n|\r(?!\n)", content):
        yield Problem("E03", "a line end that is not CRLF")
    longest = max(len(line) for line in content.split(b"\r\n"))
    if longest > MAX_LINE_OCTETS:
        yield Problem("E03", f"a line of {longest} octets")
    head = content.partition(b"\r\n\r\n")[0]
    for word in _ENCODED_WORD.findall(head):
        if len(word) > 75:
            yield Problem("E03", f"an encoded word of {len(word)} characters")
    if any(octet > 126 for octet in head):
        yield Problem("E03", "raw non-ASCII in a header")


def _check_encoding(message: EmailMessage) -> Iterator[Problem]:
    for part in message.walk():
        if part.is_multipart():
            continue
        way = str(part.get("Content-Transfer-Encoding", "7bit"))
        if way not in ("base64", "quoted-printable"):
            yield Problem("E04", f"{part.get_content_type()} is sent as {way}")
            continue
        raw = part.get_payload(decode=True)
        if not isinstance(raw, bytes):
            continue
        as_base64 = len(base64.encodebytes(raw))
        if way == "base64" and _is_mostly_ascii(raw):
            yield Problem("E04", f"{part.get_content_type()}: base64 for mostly ASCII text")
        if way == "quoted-printable" and len(str(part.get_payload())) > as_base64 * 1.1:
            yield Problem("E04", f"{part.get_content_type()}: base64 would be smaller")


def _is_mostly_ascii(raw: bytes) -> bool:
    return sum(octet > 126 for octet in raw) * 10 < len(raw)


def _check_unsubscribe(headers: dict[str, list[str]]) -> Iterator[Problem]:
    values = headers.get("list-unsubscribe", [])
    if len(values) != 1 or not values[0] or not _ONE_URI_EACH.fullmatch(values[0]):
        yield Problem("E05", f"List-Unsubscribe is {values}")
        return
    posts = headers.get("list-unsubscribe-post", [])
    if values[0].startswith("<https://") and posts != ["List-Unsubscribe=One-Click"]:
        yield Problem("E06", f"List-Unsubscribe-Post is {posts}")
    if posts and not values[0].startswith("<https://"):
        yield Problem("E06", "List-Unsubscribe-Post without an https address")


def _check_identity(message: EmailMessage, headers: dict[str, list[str]]) -> Iterator[Problem]:
    for name in _RAW_ONLY:
        if any("=?" in value for value in headers.get(name.lower(), [])):
            yield Problem("E05", f"{name} is RFC 2047-encoded")
    for name in ("Message-ID", "List-Id", "Date", "From", "To", "Subject", "Auto-Submitted"):
        if len(headers.get(name.lower(), [])) != 1:
            yield Problem("E11", f"{len(headers.get(name.lower(), []))} {name} headers")
    if headers.get("auto-submitted") != ["auto-generated"]:
        yield Problem("E11", "Auto-Submitted is not auto-generated")
    domain = parseaddr(str(message.get("From", "")))[1].rpartition("@")[2].lower()
    if not headers.get("message-id", [""])[0].endswith(f"@{domain}>"):
        yield Problem("E10", "the Message-ID is not in the domain of the sender")
    if not headers.get("list-id", [""])[0].endswith(f".{domain}>"):
        yield Problem("E09", "the List-Id is not in the domain of the sender")
    if "list-post" in headers or "bcc" in headers or len(message.get_all("To", [])) != 1:
        yield Problem("E11", "List-Post, Bcc or several recipients")
    if "," in headers.get("to", [""])[0]:
        yield Problem("E11", "more than one recipient")
    if not headers.get("feedback-id"):
        yield Problem("E11", "no Feedback-ID")
