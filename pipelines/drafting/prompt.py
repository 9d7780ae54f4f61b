"""The question put to a language model: a template that a user may replace, and its values.

The template uses ``$title``, ``$facts``, ``$text`` and ``$limit``; nothing else of a document is
ever sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template

LABEL = "AI 草拟，未经核对"
"""Stands with every draft, wherever it is shown."""
_NAMES = frozenset({"title", "facts", "text", "limit"})
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class PromptError(ValueError):
    """The template cannot be used; the text says which file and what to do."""

    code = "draft_prompt_invalid"
    retry = False


@dataclass(frozen=True, slots=True)
class Question:
    """What is sent. ``cut`` is true when the text was too long and only its front is sent."""

    prompt: str
    cut: bool


def build_question(
    *,
    title: str,
    text: str,
    facts: Mapping[str, str],
    limit: int,
    max_chars: int,
    template: Path | None = None,
) -> Question:
    """The prompt for a draft of at most ``limit`` characters from the first ``max_chars`` of
    ``text``. Raises PromptError for a template that cannot be read or names unknown values."""
    form = _template(template)
    lines = "\n".join(f"{name}：{value}" for name, value in facts.items() if value)
    values = {
        "title": _plain(title)[:300],
        "facts": _plain(lines)[:1_000] or "（无）",
        "text": _plain(text[:max_chars]),
        "limit": str(limit),
    }
    return Question(form.substitute(values), len(text) > max_chars)


@cache
def shipped_prompt() -> str:
    """The template that comes with the program."""
    return files("pipelines.drafting").joinpath("prompt.txt").read_text(encoding="utf-8")


def _template(path: Path | None) -> Template:
    try:
        text = shipped_prompt() if path is None else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"提示词文件无法读取 / cannot read the template: {path}") from error
    form = Template(text)
    names = set(form.get_identifiers()) if form.is_valid() else {"$"}
    if not names <= _NAMES or "text" not in names:
        raise PromptError(
            f"提示词文件只能用 $title、$facts、$text、$limit，且必须有 $text；写 $$ 表示 $ / "
            f"use only these names, $text must occur, $$ is a plain $: {path}"
        )
    return form


def _plain(text: str) -> str:
    return _CONTROL.sub(" ", text)
