"""Whether an item is in force: what a person said, else what other acts and its own page say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipelines.fields.validity import AMENDED, IN_FORCE, PENDING, REPEALED, by_days
from storage.models import Document

FIELDS = ("validity", "validity_by")


@dataclass(frozen=True, slots=True)
class Standing:
    """A state, "" when unknown, and the document that brought it about. ``by_others``: other
    stored documents tell it."""

    state: str = ""
    by: str = ""
    by_others: bool = False

    @property
    def is_warning(self) -> bool:
        """Whether a reader has to know before reading on."""
        return self.state in (AMENDED, REPEALED)


def standing(document: Document, told: tuple[str, str] | None, *, today: date) -> Standing:
    """The state on ``today``. ``told``: state and cause as other stored documents tell them. The
    word of a person comes first; a text that says itself that it is repealed stays."""
    if not set(FIELDS).isdisjoint(document.edited or ()):
        return Standing(document.validity or "", document.validity_by or "")
    if told is not None and document.validity != REPEALED:
        return Standing(*told, by_others=True)
    return Standing(_by_itself(document, today=today) or "", document.validity_by or "")


def _by_itself(document: Document, *, today: date) -> str | None:
    """A state that only days decided (有效, 尚未生效) goes on with the calendar."""
    stated = document.validity
    if stated not in (None, IN_FORCE, PENDING):
        return stated
    counted = by_days(document.effective_on, document.expires_on, today=today)
    return counted.state if counted is not None else stated
