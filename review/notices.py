"""The line at the top of a page that says what just happened, with its undo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from review.i18n import Texts

# Only these may be named by ``?ok=``: the text shown never comes from the address.
PLAIN = {
    "password_changed": "ok",
    "user_added": "ok",
    "user_changed": "ok",
    "user_disabled": "ok",
    "label_added": "ok",
    "label_removed": "ok",
    "undone": "ok",
    "run_queued": "ok",
    "run_active": "warn",
    "source_on": "ok",
    "source_off": "ok",
    "acknowledged": "ok",
    "approved": "ok",
    "test_queued": "ok",
    "test_again": "warn",
    "bad_address": "bad",
    "voided": "ok",
    "resent": "ok",
    "settled": "ok",
    "ended": "ok",
    "lifted": "ok",
    "withdrawn": "ok",
    "token_revoked": "ok",
    "reopened": "ok",
    "issue_draft": "ok",
    "issue_empty": "warn",
    "issue_exists": "warn",
    "links_started": "ok",
    "links_running": "warn",
    "imported": "ok",
    "import_unchanged": "warn",
    "import_removed": "ok",
    "nothing_chosen": "warn",
    "nothing_changed": "warn",
}
_NUMBERS = ("added", "known", "refused")


@dataclass(frozen=True, slots=True)
class Notice:
    """``tone`` is ok, warn or bad; ``undo`` is the id of an action that can be taken back."""

    text: str
    tone: str = "ok"
    undo: int | None = None


def plain_notice(query: Mapping[str, str], texts: Texts) -> Notice | None:
    """The notice named by ``?ok=``, if it is one of ours."""
    key = query.get("ok", "")
    if key in PLAIN:
        return Notice(texts(f"done.{key}"), PLAIN[key])
    if key == "subscribed":
        counts = {name: small_number(query.get(name)) for name in _NUMBERS}
        return Notice(texts("done.subscribed", **counts), "ok" if counts["added"] else "warn")
    return None


def small_number(text: str | None) -> int:
    """A count from the address, 0 when it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else 0
