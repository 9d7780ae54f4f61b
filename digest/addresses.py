"""Mail addresses: one plain address, nothing that could add a header or an SMTP verb."""

from __future__ import annotations

import hashlib
import re

from digest.errors import AddressInvalid

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_DOMAIN = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_LOCAL}@{_DOMAIN}(?:\.{_DOMAIN})*")


def check_address(text: str) -> str:
    """The address with its domain in lower case and ASCII form.

    Raises ``AddressInvalid`` (a ``ValueError`` inside pydantic models) for anything that is not
    one plain address: display names, blanks, quotes, line ends, more than 254 characters.
    """
    local, at, domain = text.strip(" ").rpartition("@")
    try:
        ascii_domain = domain.lower() if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_domain = ""
    address = f"{local}{at}{ascii_domain}"
    if len(address) > 254 or len(local) > 64 or not _ADDRESS.fullmatch(address):
        raise AddressInvalid(f"不是有效的邮箱地址：{text!r} / not a plain mail address")
    return address


def mask_address(address: str) -> str:
    """``z***@example.org``: enough for the owner to recognise, not enough to leak."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"


def address_key(address: str) -> str:
    """Short stable digest of an address for logs and file names."""
    return hashlib.sha256(address.strip().lower().encode("utf-8")).hexdigest()[:12]
