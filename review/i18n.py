"""Message catalogue: Chinese first, English beside it, two TOML files in ``locale/``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

_HAN = re.compile(r"[\u3400-\u9fff]")
_FOLDER = Path(__file__).parent / "locale"


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """All messages of a language, keys joined by dots."""
    with (_FOLDER / f"{language}.toml").open("rb") as file:
        return dict(_flatten("", tomllib.load(file)))


def _flatten(prefix: str, table: Mapping[str, object]) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            rows.extend(_flatten(f"{name}.", value))
        else:
            rows.append((name, str(value)))
    return rows


def language_of(value: str | None, *, default: Language) -> Language:
    """A supported language, or the default."""
    for language in LANGUAGES:
        if value == language:
            return language
    return default


@dataclass(frozen=True, slots=True)
class Texts:
    """Looks messages up in one language. A missing key is a programming error (KeyError)."""

    language: Language

    def __call__(self, key: str, /, **values: object) -> str:
        message = catalogue(self.language)[key]
        return message.format(**values) if values else message

    def name(self, group: str, value: object) -> str:
        """Name of a stored value such as a state; unknown values are shown as they are."""
        return catalogue(self.language).get(f"{group}.{value}", str(value))

    def own(self, message: str) -> str:
        """The half of a ``中文 / English`` message that is in this language; others stay whole."""
        chinese, found, english = message.partition(" / ")
        if not found or not _HAN.search(chinese) or _HAN.search(english):
            return message
        return english if self.language == "en" else chinese

    def has(self, key: str) -> bool:
        """Whether a message exists."""
        return key in catalogue(self.language)
