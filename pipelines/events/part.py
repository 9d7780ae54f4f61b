"""The policy inside a page: what follows its own name, without covering notice and letterhead."""

from __future__ import annotations

import re

from pipelines.events.names import read_name
from pipelines.events.subject import read_subject

_STATE_LINE = re.compile(r"[（(][^（）()]{0,60}[）)]")
_LONGEST_TITLE = 90
_SHARE = 0.3
_SHORTEST = 200


def policy_part(title: str, text: str) -> str:
    """The text from below the policy's own name on; all of it where no such line stands."""
    subject = read_subject(title, text, official=True)
    if subject is None:
        return text
    lines = text.split("\n")
    for at, line in enumerate(lines[:80]):
        plain = line.strip()
        if not 4 <= len(plain) <= _LONGEST_TITLE or plain.endswith(("。", "：", ":", "；")):
            continue
        if "》" in plain or plain == title.strip():
            continue
        name = read_name(plain)
        if name is None or name.core != subject.name.core:
            continue
        first = at + 1
        while first < len(lines) and _STATE_LINE.fullmatch(lines[first].strip()):
            first += 1
        rest = "\n".join(lines[first:])
        if len(rest) >= max(_SHORTEST, _SHARE * len(text)):
            return rest
    return text


def names_same_policy(title: str, other: str) -> bool:
    """Whether ``other`` (the name of a file) is that of the policy a page's title names."""
    subject = read_subject(title, "", official=True)
    bare = re.sub(r"\.[A-Za-z]{2,5}\Z", "", re.sub(r"\A附件\d{0,2}[.:：、\s]*", "", other.strip()))
    name = read_name(bare)
    return subject is not None and name is not None and name.core == subject.name.core
