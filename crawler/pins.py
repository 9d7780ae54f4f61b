"""Keys of servers by their digest, as a source file names one (RFC 7469 section 2.4)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


def pin_of(certificate: Certificate) -> str:
    """``sha256/`` and the base 64 of the SHA-256 of the public key."""
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return "sha256/" + base64.b64encode(hashlib.sha256(key).digest()).decode()


def mismatch(found: str | None) -> str:
    """Why a connection was given up: the server showed another key, or none."""
    return f"公钥是 {found}，不是来源文件里写的那个 / the key is {found}, not the pinned one"


def warned(pins: Iterable[str], reason: str) -> str:
    """The line that shows that an exception holds."""
    return f"⚠ 证书例外 / certificate exception: {', '.join(sorted(pins))} ({reason})"
