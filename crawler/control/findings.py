"""What a self-check says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "error", "unchecked"]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Outcome of one check; ``remedy`` is empty when all is well. unchecked: nobody could tell."""

    name: str
    level: Level
    message: str
    remedy: str = ""
