"""Markup that a selector matches, and addresses that a pattern matches: for generated samples."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as sre_parser  # type: ignore[attr-defined]
from typing import Any

from cssselect import parser as css


@dataclass
class Tag:
    """An element to be written. ``before`` are empty elements of the same kind in front of it."""

    name: str = ""
    id: str = ""
    classes: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    before: int = 0
    text: str = ""
    children: list[Tag] = field(default_factory=list)

    def write(self) -> str:
        """The HTML; texts are escaped."""
        name = self.name or "div"
        attributes = dict(self.attributes)
        if self.id:
            attributes["id"] = self.id
        if self.classes:
            attributes["class"] = " ".join(dict.fromkeys(self.classes))
        shown = "".join(f' {key}="{html.escape(value)}"' for key, value in attributes.items())
        inner = html.escape(self.text) + "".join(child.write() for child in self.children)
        return f"<{name}></{name}>" * self.before + f"<{name}{shown}>{inner}</{name}>"

    def same_as(self, other: Tag) -> bool:
        """Whether both would be the same element."""
        one = (self.name, self.id, set(self.classes), self.before)
        return one == (other.name, other.id, set(other.classes), other.before)


def chain_of(selector: str) -> list[Tag]:
    """The elements of the first alternative of a CSS selector, outermost first."""
    tree = css.parse(selector)[0].parsed_tree
    tags: list[Tag] = []
    while isinstance(tree, css.CombinedSelector):
        if tree.combinator not in (" ", ">"):
            raise ValueError(f"no markup for {selector!r}")
        tags.insert(0, _compound(tree.subselector))
        tree = tree.selector
    tags.insert(0, _compound(tree))
    return tags


def _compound(tree: Any) -> Tag:
    tag = Tag()
    while not isinstance(tree, css.Element):
        if isinstance(tree, css.Class):
            tag.classes.insert(0, tree.class_name)
        elif isinstance(tree, css.Hash):
            tag.id = tree.id
        elif isinstance(tree, css.Attrib):
            _attribute(tag, tree)
        elif isinstance(tree, css.Function) and tree.name in ("nth-child", "nth-of-type"):
            tag.before = max(0, int(tree.arguments[0].value or 1) - 1)
        elif isinstance(tree, css.Pseudo | css.Negation):
            pass  # first, last, not: true of a lone element
        else:
            raise ValueError(f"no markup for {tree!r}")
        tree = tree.selector
    tag.name = tree.element or ""
    return tag


def _attribute(tag: Tag, tree: Any) -> None:
    value = str(tree.value.value) if tree.value is not None else "1"
    if tree.attrib == "class":
        tag.classes.append(value)
    elif tree.attrib == "id":
        tag.id = value
    elif tree.attrib != "href":  # the address decides
        tag.attributes[tree.attrib] = value


def address_for(pattern: str, *, named: dict[str, str], number: int, word: str) -> str:
    """A text that a link pattern finds: named groups as given, digits from ``number``."""
    text = "".join(_parts(sre_parser.parse(pattern), named, number, word))
    if not re.search(pattern, text):
        raise ValueError(f"no address for {pattern!r}: {text!r}")
    return text


def _parts(tree: Any, named: dict[str, str], number: int, word: str) -> list[str]:
    names = {index: name for name, index in tree.state.groupdict.items()}
    found: list[str] = []
    for op, value in tree:
        if op is sre.LITERAL:
            found.append(chr(value))
        elif op is sre.ANY or op is sre.NOT_LITERAL:
            found.append("x")
        elif op is sre.IN:
            found.append(_one(value))
        elif op is sre.BRANCH:
            found += _parts(value[1][0], named, number, word)
        elif op is sre.SUBPATTERN:
            name = names.get(value[0])
            inner = value[-1]
            found += [named[name]] if name in named else _parts(inner, named, number, word)
        elif op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            found.append(_repeated(value, named, number, word))
    return found


def _one(choices: Any) -> str:
    kinds: dict[Any, Any] = dict(choices)
    if sre.NEGATE in kinds:
        return "x"
    if kinds.get(sre.CATEGORY) is sre.CATEGORY_DIGIT:
        return "7"
    if sre.CATEGORY in kinds:
        return "w"
    if sre.RANGE in kinds:
        return chr(kinds[sre.RANGE][0])
    return chr(kinds[sre.LITERAL])


def _repeated(value: Any, named: dict[str, str], number: int, word: str) -> str:
    low, high, inner = value
    one = "".join(_parts(inner, named, number, word))
    size: int = low if low > 1 or high < 5 else min(high, max(low, 8))
    if low == 0 and high == 1:
        return ""
    if one == "7":
        return str(number).zfill(size)[-size:] if size > 1 else str(number % 10)
    if len(one) == 1 and size > 4:
        return (word * 3)[:size] if one in "w0ax" else one * size
    return one * max(1, size)
