"""What the desk needs to take articles in by hand; given by whoever starts it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Importer(Protocol):
    """Takes one JSON request, with the material after it; answers in plain values.

    Actions: ``fetch`` (an address), ``give`` (material), ``preview``, ``save``, ``undo``.
    """

    def ask(self, request: Mapping[str, Any], content: bytes = b"") -> dict[str, Any]:
        """``{"ok": …}``, or ``{"error": code, "message": text}`` with ``known`` if stored."""
        ...
