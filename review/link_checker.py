"""What the desk needs to have the links of an issue asked; given by whoever starts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

Running = Literal["running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class LinkProgress:
    """How far a check is; ``total`` is 0 until the number of links is known."""

    state: Running
    asked: int = 0
    total: int = 0


class LinkChecker(Protocol):
    """Asks the links of issues, each issue once at a time, beside the requests."""

    def start(self, issue_id: int, *, actor: str) -> bool:
        """Begin; False when the links of this issue are being asked already."""
        ...

    def progress(self, issue_id: int) -> LinkProgress | None:
        """The latest check since the desk was started, None when there was none."""
        ...
