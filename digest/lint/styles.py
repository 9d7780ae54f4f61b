"""Just enough CSS to judge our own mails: inline declarations and one style block.

Understands rules with class, element and ``:root`` selectors and one level of ``@media``; a mail
that needs more than that is not ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_MEDIA = re.compile(r"@media\s*([^{]+)\{((?:[^{}]+\{[^{}]*\}\s*)*)\}")
_COLOUR = re.compile(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its selectors and its declarations with ``!important`` still in the value."""

    selectors: tuple[str, ...]
    declarations: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The style block: rules outside of media queries, and those inside by query text."""

    plain: tuple[Rule, ...] = ()
    media: dict[str, tuple[Rule, ...]] = field(default_factory=dict)

    def dark(self) -> tuple[Rule, ...]:
        """Rules for dark mode."""
        return next((rules for query, rules in self.media.items() if "dark" in query), ())


@dataclass(frozen=True, slots=True)
class Look:
    """Computed values of an element: colours as ``#rrggbb``, sizes in CSS pixels."""

    colour: str = "#000000"
    background: str = "#ffffff"
    size: float = 16.0
    leading: float = 1.2
    hidden: bool = False


def declarations(style: str) -> dict[str, str]:
    """``style`` attribute text as a mapping, lower-case names."""
    found: dict[str, str] = {}
    for part in style.split(";"):
        name, colon, value = part.partition(":")
        if colon:
            found[name.strip().lower()] = value.strip()
    return found


def parse_sheet(css: str) -> Sheet:
    """The style block of a mail."""
    css = _COMMENT.sub("", css)
    media = {match[1].strip(): tuple(_rules(match[2])) for match in _MEDIA.finditer(css)}
    return Sheet(plain=tuple(_rules(_MEDIA.sub("", css))), media=media)


def _rules(css: str) -> Iterator[Rule]:
    for match in _RULE.finditer(css):
        selectors = tuple(part.strip() for part in match[1].split(",") if part.strip())
        yield Rule(selectors=selectors, declarations=declarations(match[2]))


def applied(element: Any, rules: tuple[Rule, ...]) -> dict[str, str]:
    """Declarations of the rules that fit the element, later ones winning, markers removed."""
    classes = {f".{name}" for name in (element.get("class") or "").split()}
    wanted = classes | {str(element.tag)}
    found: dict[str, str] = {}
    for rule in rules:
        if wanted.intersection(rule.selectors):
            for name, value in rule.declarations.items():
                found[name] = value.replace("!important", "").strip()
    return found


def inherit(parent: Look, values: dict[str, str]) -> Look:
    """The look of an element with these declarations inside ``parent``."""
    size = _pixels(values.get("font-size"), parent.size)
    leading = _leading(values.get("line-height"), size, parent.leading)
    return Look(
        colour=_colour(values.get("color")) or parent.colour,
        background=_colour(values.get("background-color")) or parent.background,
        size=size,
        leading=leading,
        hidden=parent.hidden or values.get("display") == "none",
    )


def contrast(first: str, second: str) -> float:
    """WCAG 2 contrast ratio of two ``#rrggbb`` colours, 1 to 21."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _colour(value: str | None) -> str:
    match = _COLOUR.search(value or "")
    if match is None:
        return ""
    digits = match[1]
    return "#" + ("".join(c * 2 for c in digits) if len(digits) == 3 else digits).lower()


def _pixels(value: str | None, default: float) -> float:
    if value and value.endswith("px"):
        return float(value[:-2])
    return default


def _leading(value: str | None, size: float, default: float) -> float:
    if not value:
        return default
    if value.endswith("px"):
        return float(value[:-2]) / size if size else default
    try:
        return float(value)
    except ValueError:
        return default
