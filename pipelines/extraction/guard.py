"""Input that would make any HTML parser slow or large is made harmless before it is parsed.

Measured on the parser in use: 100,000 nested ``div`` take 17 s (it looks up the stack for every
start tag); 27 KB of unclosed ``font`` with different attributes before many paragraphs become
four million nodes and 1.4 GB (the HTML standard says to reopen them in every paragraph); 20,000
attributes in one tag take 0.7 s (each is compared with all before). All three are quadratic in
the standard algorithm itself, so no other parser helps. Ordinary pages are told by counts: nothing
here may cost what a look at every tag would.
"""

from __future__ import annotations

import re

from pipelines.extraction.marks import words

MAX_CHARS = 4_000_000
_LARGE = 400_000
_MANY_TAGS = 6_000
_MAX_DEPTH = 2_000
_MAX_REOPENED = 16
_MAX_WITH_ATTRIBUTES = 80
_MAX_ATTRIBUTES = 1_000
_STRETCH = 20_000  # characters without ">" in which a tag may have too many attributes

#: what scripts, styles and comments begin and end with
_RAW_STOP = {"<script": "</script", "<style": "</style", "<!--": "-->"}
_RAW_START = re.compile("|".join(_RAW_STOP))
#: opening formatting tags with attributes (equal ones without are reopened three times at most)
_WITH_ATTRIBUTES = re.compile(
    r"<[bisufectnBISUFECTN](?=[otmiOTMI\s/])(?:[\s/]|[oO][nN][tT][\s/]"
    r"|[tT][rR][oOiI][nNkK][gGeE][\s/]|[mM][aA][lL][lL][\s/]|[mM][\s/]|[iI][gG][\s/]"
    r"|[oO][dD][eE][\s/]|[oO][bB][rR][\s/]|[tT][\s/])"
)
#: opening and closing formatting tags by their first letters; some other tags look alike
_FORMATTING = re.compile(
    r"<(/?[bisufectnBISUFECTN](?:(?=[\s/>])|[oO][nN][tT]|[tT][rR]|[mM][aA]|[mM](?=[\s/>])|[iI][gG]"
    r"|[oO][dD]|[oO][bB]|[tT](?=[\s/>])))"
)
_FORMATTING_TAG = re.compile(
    r"</?(?:b|i|s|u|font|strong|em|big|code|nobr|small|strike|tt)(?:[\s/][^<>]*)?>", re.IGNORECASE
)
_ANY_TAG = re.compile(r"<[a-zA-Z/!?][^<>]*>?")
_NAMED = re.compile(r"<(/?)([a-zA-Z][^\s/<>]{0,60})")
_ATTRIBUTE = re.compile(
    r"""[\s/]*+(?:[^\s/>=][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+|=)"""
)
_OPENS = re.compile(r"<[a-zA-Z]")
#: elements that never nest deeply: void, or closed by their next sibling
_FLAT = words(
    "area base br col embed hr img input link meta param source track wbr p li td tr th dd dt "
    "option optgroup tbody thead tfoot caption colgroup html head body script style a"
)
_LEVEL = re.compile(rf"<(?!(?:{'|'.join(sorted(_FLAT))})[\s/>])[a-zA-Z]")
#: markup without a tag of more attributes; what stands behind a match is to be looked at
_FEW_ATTRIBUTES = re.compile(
    rf"(?:[^<]++|<(?![a-zA-Z])|<[^\s/<>]++(?:{_ATTRIBUTE.pattern}){{0,{_MAX_ATTRIBUTES}}}+"
    r"[\s/]*+(?=>|\Z))*+"
)


def tame(text: str) -> tuple[str, list[str]]:
    """Markup that parses in time linear in its length, and flags: ``oversize``, ``nested``.

    Ordinary pages come back unchanged. Longer than 4,000,000 characters: the rest is cut.
    """
    flags: list[str] = []
    if len(text) > MAX_CHARS:
        text = text[:MAX_CHARS]
        flags.append("oversize")
    if _overloaded(text):
        return _flattened(text), [*flags, "nested"]
    tags = text.count("<")
    styled = tags > _MANY_TAGS or len(_WITH_ATTRIBUTES.findall(text)) > _MAX_WITH_ATTRIBUTES
    if styled and _reopens_too_much(text):
        text = _FORMATTING_TAG.sub("", text)
        if _reopens_too_much(text):
            return _flattened(text), [*flags, "nested"]
    if tags > _MANY_TAGS and len(_LEVEL.findall(text)) > _MAX_DEPTH < _depth(text):
        return _flattened(text), [*flags, "nested"]
    return text, flags


def _flattened(text: str) -> str:
    return _ANY_TAG.sub("\n", text).replace("<", " ")


def _overloaded(text: str) -> bool:
    """A tag with too many attributes, outside of scripts and the like; in shorter texts only one
    whose values hold no ``>``, as others take few seconds there."""
    large = len(text) > _LARGE
    if not large and not _has_long_tag(text):
        return False
    bare = _without_raw(text)
    return (len(bare) > _LARGE or _has_long_tag(bare)) and _overloaded_tag(bare)


def _has_long_tag(text: str) -> bool:
    """A tag with too many attributes where no ``>`` stands for long: in a tag, data or a script."""
    position = 0
    while (stop := position + _STRETCH) <= len(text):
        last = text.rfind(">", position, stop)
        if last < 0:
            end = text.find(">", stop)
            stretch = text[position : end + 1 if end >= 0 else len(text)]
            if (
                _OPENS.search(stretch)
                and _overloaded_tag(stretch)
                and not _in_script(text, position)
            ):
                return True
            last = position + len(stretch) - 1
        position = last + 1
    return False


def _in_script(text: str, position: int) -> bool:
    return text.rfind("<script", 0, position) > text.rfind("</script", 0, position)


def _without_raw(text: str) -> str:
    kept: list[str] = []
    position = 0
    while (begin := _RAW_START.search(text, position)) is not None:
        kept.append(text[position : begin.start()])
        finish = text.find(_RAW_STOP[begin[0]], begin.end())
        if finish < 0:
            return "".join(kept)
        position = finish + len(_RAW_STOP[begin[0]])
    return "".join(kept) + text[position:]


def _reopens_too_much(text: str) -> bool:
    """More than 16 formatting elements open at once (closers without opener do not count)."""
    tags = _FORMATTING.findall(text)
    still_open: dict[str, int] = {}
    total = 0
    for tag in tags:
        if tag[0] != "/":
            name = tag.lower()
            still_open[name] = still_open.get(name, 0) + 1
            total += 1
            if total > _MAX_REOPENED:
                return True
        elif still_open.get(tag[1:].lower()):
            still_open[tag[1:].lower()] -= 1
            total -= 1
    return False


def _depth(text: str) -> int:
    deepest = depth = 0
    for closing, name in _NAMED.findall(text):
        if name.lower() in _FLAT:
            continue
        if closing:
            depth = max(0, depth - 1)
        else:
            depth += 1
            deepest = max(deepest, depth)
    return deepest


def _overloaded_tag(text: str) -> bool:
    """A tag with more than 1,000 attributes, read as the HTML tokeniser would read it."""
    few = _FEW_ATTRIBUTES.match(text)
    position, length = few.end() if few is not None else 0, len(text)
    while True:
        match = _NAMED.search(text, position)
        if match is None:
            return False
        position = match.end()
        count = 0
        while position < length and text[position] != ">":
            attribute = _ATTRIBUTE.match(text, position)
            if attribute is None:
                if text[position] in "\"'":
                    position += 1
                    continue
                position += 1
                break
            position = attribute.end()
            count += 1
            if count > _MAX_ATTRIBUTES:
                return True
