"""One broken rule."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """``code`` is the rule (E01 to E33, X03, see the digest documentation), ``message`` what was
    found."""

    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
