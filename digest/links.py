"""The addresses a reader can follow from a mail; the review app serves them.

``GET`` on any of them changes nothing (scanners follow links); ``POST`` on ``/u/<token>`` ends
the subscription (RFC 8058).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

UNSUBSCRIBE_PATH = "/u/"
MANAGE_PATH = "/m/"
CONFIRM_PATH = "/c/"
ISSUE_PATH = "/i/"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who a copy is for. Empty links are left out of the mail, an empty address is a preview."""

    address: str = ""
    unsubscribe_url: str = ""
    unsubscribe_mailto: str = ""
    manage_url: str = ""
    web_url: str = ""
    pdf_url: str = ""
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WebLinks:
    """Where the web page of an issue stands: its neighbours and other forms. Empty ones are
    left out; ``canonical`` is absolute, the others may be paths. ``files`` are (name, address)."""

    canonical: str = ""
    archive: str = ""
    previous: str = ""
    next: str = ""
    files: tuple[tuple[str, str], ...] = ()


def link(public_url: str, path: str, token: str) -> str:
    """``https://host/u/TOKEN``, or an empty string without a public address."""
    return f"{public_url.rstrip('/')}{path}{quote(token, safe='.-_~')}" if public_url else ""


def mailto(address: str, *, subject: str) -> str:
    """``mailto:address?subject=…`` in plain ASCII."""
    return f"mailto:{address}?subject={quote(subject, safe='')}" if address else ""
