"""Short signed links: who may unsubscribe, confirm or change what, and nothing else.

A token is ``<row in base 36>.<22 characters of HMAC-SHA256>``, at most 32 characters, so that
List-Unsubscribe stays short. The signature covers the purpose, the row, the address and the
publication: a token of one subscription is useless for another one, also after the row number
was given away again.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Literal

from itsdangerous import Signer
from itsdangerous.encoding import base64_encode
from itsdangerous.signer import SigningAlgorithm

from digest.errors import TokenInvalid
from digest.settings import MailConfig

Purpose = Literal["unsubscribe", "manage", "confirm", "issue"]

MIN_KEY_BYTES = 32
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class _ShortHmac(SigningAlgorithm):
    """HMAC-SHA256 cut to 128 bits (RFC 2104 section 5 allows half of the length)."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return hmac.new(key, value, hashlib.sha256).digest()[:16]


def read_key(mail: MailConfig) -> bytes | None:
    """The key for signed links: ``mail.secret``, or ``mail.secret_file`` (made when missing).

    ``None`` when neither is configured: mails then carry only the mailto form of unsubscribing.
    Raises ``ValueError`` for a key shorter than 32 bytes.
    """
    if mail.secret is None and mail.secret_file is not None:
        key = _read_or_create(mail.secret_file)
    else:
        key = (mail.read_secret() or "").encode("utf-8")
    if not key:
        return None
    if len(key) < MIN_KEY_BYTES:
        raise ValueError(
            "mail.secret 太短，至少 32 个字符 / mail.secret must have 32 characters or more"
        )
    return key


def make_token(key: bytes, *, purpose: Purpose, row: int, address: str, edition: str) -> str:
    """A token for one subscription and one purpose."""
    number = _to_base36(row)
    return f"{number}.{_signature(key, purpose, number, address, edition)}"


def token_row(token: str) -> int:
    """The row number a token speaks of, not yet verified. Raises ``TokenInvalid``."""
    number, dot, signature = token.partition(".")
    if not dot or not number or not signature or len(token) > 48 or not token.isascii():
        raise TokenInvalid("链接不完整，请从邮件中重新打开 / this link is incomplete")
    if any(char not in _DIGITS for char in number) or len(number) > 12:
        raise TokenInvalid("链接不完整，请从邮件中重新打开 / this link is incomplete")
    return int(number, 36)


def check_token(token: str, key: bytes, *, purpose: Purpose, address: str, edition: str) -> None:
    """Verify a token against the row it names. Raises ``TokenInvalid``."""
    token_row(token)
    number, _, signature = token.partition(".")
    expected = _signature(key, purpose, number, address, edition)
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise TokenInvalid("链接无效或已被改动 / this link is not valid")


def _signature(key: bytes, purpose: str, number: str, address: str, edition: str) -> str:
    signer = Signer(
        key,
        salt=f"dibao.{purpose}",
        key_derivation="hmac",
        digest_method=hashlib.sha256,
        algorithm=_ShortHmac(),
    )
    value = "\x00".join((number, address.strip().lower(), edition))
    return base64_encode(
        signer.algorithm.get_signature(signer.derive_key(), value.encode("utf-8"))
    ).decode("ascii")


def _to_base36(number: int) -> str:
    if number < 0:
        raise ValueError("row numbers are not negative")
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
        if number == 0:
            return digits


def _read_or_create(path: Path) -> bytes:
    try:
        return path.read_bytes().rstrip(b"\r\n")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes().rstrip(b"\r\n")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return path.read_bytes().rstrip(b"\r\n")
