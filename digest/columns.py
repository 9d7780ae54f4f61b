"""Text measured in terminal columns: Han characters take two, Latin letters one.

Widths follow Unicode's East Asian Width (W and F are wide, everything ambiguous is narrow), the
same rule as ``wcwidth``, which tests use as the judge.
"""

from __future__ import annotations

import re
import unicodedata

# Marks that must not begin a line, and marks that must not end one (GB/T 15834, JIS X 4051).
NO_START = frozenset("，。、；：！？）》」』】〉”’％‰°·…—～,.;:!?)]}%")
NO_END = frozenset("（《「『【〈“‘([{")

_ATOMS = re.compile(r"https?://\S+|[!-~]+|\s+|.", re.DOTALL)


def display_width(text: str) -> int:
    """Columns the text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    if unicodedata.east_asian_width(char) in "WF":
        return 2
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 1


def cut_to_width(text: str, width: int, *, ellipsis: str = "…") -> str:
    """The longest beginning of the text that fits ``width`` columns, with an ellipsis if cut."""
    if display_width(text) <= width:
        return text
    room = width - display_width(ellipsis)
    used = 0
    for index, char in enumerate(text):
        used += _char_width(char)
        if used > room:
            return text[:index].rstrip() + ellipsis
    return text


def wrap(text: str, *, width: int = 78, indent: str = "") -> list[str]:
    """Lines of at most ``width`` columns, each with the indent; URLs and words are never broken.

    A line does not begin with closing punctuation and does not end with an opening bracket.
    """
    room = max(width - display_width(indent), 8)
    lines: list[str] = []
    current: list[str] = []
    used = 0
    for atom in _split_atoms(text, room):
        size = display_width(atom)
        if atom.isspace():
            if current:
                current.append(" ")
                used += 1
            continue
        if used + size > room and current:
            carried = _carry(current, atom)
            used = sum(display_width(part) for part in carried)
            if used + size > room:
                # No room for good manners: the width counts more.
                current, carried, used = [*current, *carried], [], 0
            lines.append(_finish(current, indent))
            current = carried
        current.append(atom)
        used += size
    if current:
        lines.append(_finish(current, indent))
    return lines


def _split_atoms(text: str, room: int) -> list[str]:
    """Words, URLs, blanks and single wide characters; an over-long word is cut into pieces."""
    atoms: list[str] = []
    for match in _ATOMS.finditer(text):
        atom = match.group()
        if len(atom) > room and not atom.startswith(("http://", "https://")) and not atom.isspace():
            atoms.extend(atom[i : i + room] for i in range(0, len(atom), room))
        else:
            atoms.append(atom)
    return atoms


def _carry(current: list[str], atom: str) -> list[str]:
    """Atoms to move to the next line so that neither line offends the punctuation rules."""
    carried: list[str] = []
    following = atom
    while len(current) > 1 and len(carried) < 4:
        last = current[-1]
        if following[0] in NO_START and not last.isspace():
            carried.insert(0, current.pop())
            following = last
        elif last.isspace():
            carried.insert(0, current.pop())
        elif last in NO_END:
            carried.insert(0, current.pop())
            following = last
        else:
            break
    while carried and carried[0].isspace():
        carried.pop(0)
    return carried


def _finish(parts: list[str], indent: str) -> str:
    return (indent + "".join(parts)).rstrip()
