"""The keys under which pages are filed and looked for: signed 64-bit hashes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from hashlib import blake2b

from pipelines.events.names import PolicyName, turned_into
from pipelines.events.subject import Subject
from pipelines.fields.docnumber import compared


def key_hash(*parts: str) -> int:
    """The key of some words, a signed 64-bit number."""
    joined = "\x1f".join(parts).encode()
    return int.from_bytes(blake2b(joined, digest_size=8).digest(), "little", signed=True)


def number_key(number: str) -> int:
    """The key of a document number."""
    return key_hash("number", compared(number))


def name_key(name: PolicyName, *, issuer: str = "") -> int:
    """The key of a policy's name with its years; a common name needs the issuer beside it."""
    return key_hash("name", _core(name, issuer), name.batch, ",".join(sorted(name.years)))


def _core(name: PolicyName, issuer: str) -> str:
    if name.common:
        return "|".join((name.core, name.place, issuer))
    return f"{name.core}|{name.place}" if name.short else name.core


def address_key(url_key: str) -> int:
    """The key of a page's address: filed by the page itself and by the pages that link to it."""
    return key_hash("url", url_key)


_WEEK = 7
EARLY, LATE = 1, 5
"""Days before and after an act within which reports of it in words of their own stand."""


def keys_by_days(
    scopes: tuple[str, ...], day: date | None, *, told: bool, act: bool
) -> tuple[list[int], list[int]]:
    """The keys of acts and of reports in words of their own, by scope and week: filed, asked.

    Acts are filed apart from reports, so that neither finds its own kind.
    """
    if day is None or not scopes or not (told or act):
        return [], []
    number = day.toordinal()
    if act:
        at = [(scope, str(number // _WEEK)) for scope in scopes[:2]]
        return [key_hash("act", *one) for one in at], [key_hash("report", *one) for one in at]
    weeks = dict.fromkeys(((number - LATE) // _WEEK, (number + EARLY) // _WEEK))
    at = [(scope, str(week)) for scope in scopes for week in weeks]
    return [key_hash("report", *one) for one in at], [key_hash("act", *one) for one in at]


def keys_by_name(
    subject: Subject | None,
    numbers: frozenset[str],
    *,
    issuers: tuple[str, ...],
    url_key: str,
    addresses: Sequence[str],
) -> tuple[list[int], list[int]]:
    """The keys of the policy's name and numbers and of the pages linked to: filed, asked.

    Reports and explanations link to official pages; nothing needs the address of a report.
    """
    linked = [address_key(address) for address in addresses]
    if subject is None:
        return linked, linked
    name = subject.name
    issuer = issuers[0] if issuers else url_key
    exact = name_key(name, issuer=issuer)
    core = _core(name, issuer)
    any_year = key_hash("any", core, name.batch)
    known = [*(number_key(number) for number in sorted(numbers)), *linked]
    asked = [exact, key_hash("name", core, name.batch, "")] if name.years else [any_year]
    if later := turned_into(name):
        known.append(key_hash("any", later, name.batch))
    return [exact, any_year, *known], [*asked, *known]
