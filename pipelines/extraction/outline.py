"""One walk over the parsed page: flat lists of blocks with text, link and sentence counts.

Lists, not objects, and blocks only (inline elements count for the block they stand in): a page
has a thousand elements and the outline must not cost more than two or three times its parsing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipelines.extraction.marks import mark_of, words

INLINE = words(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q "
    "rp rt ruby s samp small span strike strong sub sup time tt u var wbr br img o:p picture"
)
#: elements without readable text, removed before anything is counted
DROPPED = [
    "script", "style", "noscript", "iframe", "template", "svg", "math", "object", "embed",
    "applet", "select", "textarea", "button", "canvas", "audio", "video", "frameset",
]  # fmt: skip
_PAUSE = re.compile(r"[，。；！？、：]|[,.;!?](?=\s|$)")
_NOT_SHOWN = re.compile(r"display\s{0,3}:\s{0,3}none", re.IGNORECASE)
_CJK = re.compile(r"[\u3400-\u9fff]")


@dataclass(slots=True)
class Outline:
    """Blocks in document order; index 0 is the body. Sizes are characters without spaces,
    weighted so that a Latin word counts like the two Chinese characters it stands for.

    ``end[i]`` is the index after the last descendant block. ``own*`` is the inline text whose
    nearest block is ``i``; ``text`` and ``link`` are sums over the subtree.
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
    index: dict[int, int] = field(default_factory=dict)


def outline_of(tree: LexborHTMLParser) -> Outline | None:
    """Measure the body of ``tree`` (scripts and the like must be gone); ``None`` without body."""
    body = tree.body
    if body is None:
        return None
    out = Outline()
    parts: list[list[str]] = []
    _walk(body, out, parts)
    _measure(out, parts)
    _sum_up(out)
    return out


def _walk(body: LexborNode, out: Outline, parts: list[list[str]]) -> None:
    nodes, parent, tags, marks, names = out.nodes, out.parent, out.tag, out.mark, out.name
    own_link, anchors, hidden = out.own_link, out.anchors, out.hidden
    where: dict[int, int] = {}  # element -> 2 * block + inside a link
    inline = INLINE
    for node in body.traverse(include_text=True, skip_empty=True):
        if node.is_text_node:
            code = where[node.parent.mem_id]  # type: ignore[union-attr]
            content = node.text_content or ""
            parts[code >> 1].append(content)
            if code & 1:
                own_link[code >> 1] += len(content.strip())
            continue
        if not node.is_element_node:
            continue
        tag = node.tag or ""
        code = where[node.parent.mem_id] if nodes else 0  # type: ignore[union-attr]
        if tag in inline and nodes:
            if tag == "a":
                if node.attributes.get("href"):  # a name without address is no link
                    anchors[code >> 1] += 1
                    code |= 1
            elif tag == "br":
                parts[code >> 1].append("\n")
                continue
            where[node.mem_id] = code
            continue
        here = len(nodes)
        where[node.mem_id] = 2 * here + (code & 1)
        nodes.append(node)
        parent.append(code >> 1)
        tags.append(tag)
        parts.append([])
        own_link.append(0.0)
        anchors.append(0)
        attributes = node.attributes
        if attributes:
            name = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
            names.append(name)
            marks.append(mark_of(name))
            style = attributes.get("style")
            if "hidden" in attributes or (style and _NOT_SHOWN.search(style)):
                hidden.add(here)
        else:
            names.append("")
            marks.append(0)
    parent[0] = -1


def _measure(out: Outline, parts: list[list[str]]) -> None:
    out.content = contents = ["".join(p) if p else "" for p in parts]
    sample = "".join(sorted(contents, key=len)[-8:])[:4000]
    out.cjk = len(_CJK.findall(sample)) * 6 > len(sample)
    scale = 1.0 if out.cjk else 0.4
    own, pause, own_link = out.own, out.pause, out.own_link
    find = _PAUSE.findall
    for i, content in enumerate(contents):
        if not content:
            own.append(0.0)
            pause.append(0)
            continue
        size = len("".join(content.split()))
        own.append(size * scale)
        own_link[i] = min(size, own_link[i]) * scale
        pause.append(len(find(content)) if size > 8 else 0)


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
