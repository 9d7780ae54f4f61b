"""One walk over the parsed page: flat lists of blocks with text, link and sentence counts.

Lists, not objects; only blocks (inline elements count for the block they stand in) and only
blocks that hold text: a page has a thousand elements and the outline must not cost much more
than parsing it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipelines.extraction.marks import mark_of, words

INLINE = words(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q "
    "rp rt ruby s samp small span strike strong sub sup time tt u var wbr br img o:p picture"
)
#: elements without readable text: the first are removed before anything is read (cheap in the
#: parser), the others are passed over
DROPPED = ["script", "style", "noscript"]
IGNORED = words(
    "iframe template svg math object embed applet select textarea button canvas audio video "
    "frameset noframes noembed xmp datalist option script style noscript title"
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CJK = re.compile(r"[\u3400-\u9fff]+")
_NOT_SHOWN = re.compile(r"display\s{0,3}:\s{0,3}none", re.IGNORECASE)
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_SCRIPT_SAMPLE = 40
_LATIN_WEIGHT = 0.4
_LATIN_ENDS = frozenset({".", "!", "?", ":", "”", '"'})
_CJK_PAUSES = ("，", "。", "、", "；", "：", ", ")
_LATIN_PAUSES = (", ", ". ", "? ", "; ")
_ARABIC_PAUSES = ("،", "؛", "؟", "۔")
_LINE_BREAK = LexborHTMLParser("<br>").css("br")[0].tag_id


@dataclass(slots=True)
class Outline:
    """Blocks with text in document order; index 0 is the whole. Sizes are characters without
    spaces, weighted so that a Latin word counts like the two Chinese characters it stands for.

    ``end[i]`` is the index after the last descendant block. ``own*`` is the inline text whose
    nearest block is ``i`` (``content``: that text, ``br`` as newline); ``text`` and ``link`` are
    sums over the subtree. ``pause`` counts commas and full stops.
    """

    nodes: list[LexborNode] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    tag: list[str] = field(default_factory=list)
    mark: list[int] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    content: list[str] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    own_link: list[float] = field(default_factory=list)
    pause: list[int] = field(default_factory=list)
    anchors: list[int] = field(default_factory=list)
    text: list[float] = field(default_factory=list)
    link: list[float] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    cjk: bool = True


def outline_of(body: LexborNode) -> Outline:
    """Measure an element and all below it; scripts and the like must be gone."""
    out = Outline()
    _measure(out, _walk(body, out))
    _sum_up(out)
    return out


def _walk(body: LexborNode, out: Outline) -> list[list[str]]:
    """Register every block that holds text; returns the pieces of text of each block.

    A block is registered when the first text inside it is met, so empty elements cost nothing.
    """
    parts: list[list[str]] = []
    where: dict[int, int] = {}  # element -> 2 * block + 1 if inside a link
    known = where.get
    linked: list[tuple[int, int]] = []  # block, and characters; -1 for the link itself
    _add_block(body, body.tag or "", -1, out)
    pieces: list[str] = []
    parts.append(pieces)
    where[body.mem_id] = 0
    for node in body.traverse(include_text=True, skip_empty=True):
        if not node.is_text_node:
            if node.tag_id == _LINE_BREAK:
                pieces.append("\n")
            continue
        holder: Any = node.parent
        code = known(holder.mem_id)
        if code is None:
            chain = []
            while code is None:
                chain.append(holder)
                holder = holder.parent
                code = known(holder.mem_id)
            for holder in reversed(chain):
                tag = holder.tag
                if code < 0 or tag in IGNORED:
                    code = -1
                elif tag not in INLINE:
                    code = 2 * _add_block(holder, tag, code >> 1, out) + (code & 1)
                    parts.append([])
                elif tag == "a" and holder.attrs.get("href"):
                    linked.append((code >> 1, -1))  # a name without address is no link
                    code |= 1
                where[holder.mem_id] = code
        if code < 0:
            continue
        pieces = parts[code >> 1]
        content = node.text_content or ""
        pieces.append(content)
        if code & 1:
            linked.append((code >> 1, len(content.strip())))
    _count_links(out, linked)
    return parts


def _count_links(out: Outline, linked: list[tuple[int, int]]) -> None:
    out.anchors, out.own_link = [0] * len(out.nodes), [0.0] * len(out.nodes)
    for block, size in linked:
        if size < 0:
            out.anchors[block] += 1
        else:
            out.own_link[block] += size


def _add_block(node: LexborNode, tag: str, parent: int, out: Outline) -> int:
    here = len(out.parent)
    out.nodes.append(node)
    out.parent.append(parent)
    out.tag.append(tag)
    name, mark = "", 0
    attributes = node.attributes
    if attributes:
        kind, key = attributes.get("class"), attributes.get("id")
        if kind or key:
            name = f"{kind or ''} {key or ''}"
            # the id of a heading is made of its words: "privacy", "comments", "related-work"
            mark = mark_of(kind or "" if tag in _HEADINGS else name)
        style = attributes.get("style")
        if "hidden" in attributes or (style and "none" in style and _NOT_SHOWN.search(style)):
            out.hidden.add(here)
    out.name.append(name)
    out.mark.append(mark)
    return here


def _measure(out: Outline, parts: list[list[str]]) -> None:
    out.content = contents = ["".join(p) if p else "" for p in parts]
    out.cjk = _is_cjk(contents)
    sizes = [len("".join(content.split())) if content else 0 for content in contents]
    out.pause = _pauses(contents, sizes, cjk=out.cjk)
    scale = 1.0 if out.cjk else _LATIN_WEIGHT
    out.own = [size * scale for size in sizes]
    out.own_link = [
        min(size, link) * scale if link else 0.0
        for size, link in zip(sizes, out.own_link, strict=True)
    ]


def _is_cjk(contents: list[str]) -> bool:
    """By the beginnings of up to forty longer texts, or of all where there are none."""
    sample = "".join([c[:60] for c in contents if len(c) > 40][:40])
    if len(sample) < 200:
        sample = "".join(contents)[:1000]
    sample = "".join(sample.split())[:800]
    return sum([len(run) for run in _CJK.findall(sample)]) * 5 > len(sample)


def _pauses(contents: list[str], sizes: list[int], *, cjk: bool) -> list[int]:
    """Commas and full stops of every block of more than eight characters."""
    signs: tuple[str, ...] = _CJK_PAUSES if cjk else _LATIN_PAUSES
    if not cjk:
        longer = [content for content in contents if len(content) > 40]
        if any(_ARABIC.search(content) for content in longer[:_SCRIPT_SAMPLE]):
            signs += _ARABIC_PAUSES
    texts = [content if size > 8 else "" for content, size in zip(contents, sizes, strict=True)]
    whole = "\n".join(texts)
    counts = [0] * len(texts)
    for sign in signs:
        if sign in whole:
            counts = [
                count + text.count(sign) if text else 0
                for count, text in zip(counts, texts, strict=True)
            ]
    if cjk:
        return counts
    return [
        count + (text.rstrip()[-1:] in _LATIN_ENDS) if text else 0
        for count, text in zip(counts, texts, strict=True)
    ]


def _sum_up(out: Outline) -> None:
    count = len(out.nodes)
    out.text, out.link = out.own[:], out.own_link[:]
    out.end = list(range(1, count + 1))
    text, link, end, parent = out.text, out.link, out.end, out.parent
    for i in range(count - 1, 0, -1):
        above = parent[i]
        text[above] += text[i]
        link[above] += link[i]
        if end[i] > end[above]:
            end[above] = end[i]
