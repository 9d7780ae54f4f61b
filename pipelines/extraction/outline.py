"""One walk over the parsed page: flat lists of blocks with text, link and sentence counts.

Lists, not objects; only blocks (inline elements count for the block they stand in) and only
blocks that hold text: a page has a thousand elements and the outline must not cost much more
than parsing it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from operator import attrgetter

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
_LATIN_PAUSES = bytes.maketrans(b".?;", b",,,")
_ARABIC_PAUSES = ("،", "؛", "؟", "۔")
#: all bytes but those which such characters begin with in UTF-8
_NO_CJK_LEAD = bytes(code for code in range(256) if not 0xE3 <= code <= 0xE9)
_NOT_ARABIC = bytes(code for code in range(256) if not 0xD8 <= code <= 0xDB)
_BLANKS = bytes(code for code in range(128) if chr(code).isspace())
_SEPARATOR = "\x00"  # no parsed text holds it
_PARENT, _CONTENT = attrgetter("parent"), attrgetter("text_content")
#: of text and of line breaks
_READ = frozenset(
    n.tag_id for n in LexborHTMLParser("<p>x<br>").css("p")[0].iter(include_text=True)
)


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
    nodes, parent, tags = out.nodes, out.parent, out.tag = [body], [-1], [body.tag or ""]
    pieces: list[str] = []
    parts = [pieces]
    where = {body.mem_id: 0}  # element -> 2 * block + 1 if inside a link; -1 if not read
    known = where.get
    anchors, own_link = out.anchors, out.own_link = [0], [0.0]
    read = [n for n in body.traverse(include_text=True, skip_empty=True) if n.tag_id in _READ]
    for holder, content in zip(map(_PARENT, read), map(_CONTENT, read), strict=True):
        if content is None:  # a line break
            pieces.append("\n")
            continue
        code = known(holder.mem_id)
        if code is None:
            chain = []
            while code is None:
                chain.append(holder)
                holder = holder.parent
                code = known(holder.mem_id)
            while chain:
                holder = chain.pop()
                if code >= 0:
                    tag = holder.tag
                    if tag in INLINE:
                        if tag == "a" and holder.attrs.get("href"):
                            anchors[code >> 1] += 1  # a name without address is no link
                            code |= 1
                    elif tag in IGNORED:
                        code = -1
                    else:
                        parent.append(code >> 1)
                        code = 2 * len(nodes) + (code & 1)
                        nodes.append(holder)
                        tags.append(tag)
                        parts.append([])
                        anchors.append(0)
                        own_link.append(0.0)
                where[holder.mem_id] = code
        if code >= 0:
            pieces = parts[code >> 1]
            pieces.append(content)
            if code & 1:
                own_link[code >> 1] += len(content.strip())
    _name_blocks(out)
    return parts


def _name_blocks(out: Outline) -> None:
    """What the attributes of the blocks say of them."""
    for here, node in enumerate(out.nodes):
        name, mark = "", 0
        attributes = node.attributes
        if attributes:
            kind, key = attributes.get("class"), attributes.get("id")
            if kind or key:
                name = f"{kind or ''} {key or ''}"
                # the id of a heading is made of its words: "privacy", "comments", "related-work"
                mark = mark_of(kind or "" if out.tag[here] in _HEADINGS else name)
            style = attributes.get("style")
            if "hidden" in attributes or (style and "none" in style and _is_not_shown(style)):
                out.hidden.add(here)
        out.name.append(name)
        out.mark.append(mark)


def _is_not_shown(style: str) -> bool:
    return "display" in style.lower() and _NOT_SHOWN.search(style) is not None


def _measure(out: Outline, parts: list[list[str]]) -> None:
    out.content = contents = ["".join(p) if p else "" for p in parts]
    out.cjk = _is_cjk(contents)
    sizes = [len("".join(c.split())) for c in contents] if out.cjk else _latin_sizes(contents)
    out.pause = _pauses(contents, sizes, cjk=out.cjk)
    scale = 1.0 if out.cjk else _LATIN_WEIGHT
    out.own = [size * scale for size in sizes]
    out.own_link = [
        min(size, link) * scale if link else 0.0
        for size, link in zip(sizes, out.own_link, strict=True)
    ]


def _is_cjk(contents: list[str]) -> bool:
    """By the beginnings of up to forty longer texts, or of all where there are none."""
    sample = "".join([c[:60] for c in islice((c for c in contents if len(c) > 40), 40)])
    if len(sample) < 200:
        sample = "".join(contents)[:1000]
    if sample.isascii() or not sample.encode("utf-8", "replace").translate(None, _NO_CJK_LEAD):
        return False
    sample = "".join(sample.split())[:800]
    return sum([len(run) for run in _CJK.findall(sample)]) * 5 > len(sample)


def _latin_sizes(contents: list[str]) -> list[int]:
    """Characters without spaces; of texts in ASCII, which most are, all at once."""
    plain = _SEPARATOR.join([content if content.isascii() else "" for content in contents])
    sizes = map(len, plain.encode().translate(None, _BLANKS).split(_SEPARATOR.encode()))
    return [
        size or (len("".join(content.split())) if content else 0)
        for size, content in zip(sizes, contents, strict=True)
    ]


def _pauses(contents: list[str], sizes: list[int], *, cjk: bool) -> list[int]:
    """Commas and full stops of every block of more than eight characters."""
    longer = [i for i, size in enumerate(sizes) if size > 8]
    texts = [contents[i] for i in longer]
    counts = [0] * len(contents)
    for i, count in zip(
        longer, _counted(texts, _CJK_PAUSES) if cjk else _latin(texts), strict=True
    ):
        counts[i] = count
    return counts


def _counted(texts: list[str], signs: tuple[str, ...]) -> list[int]:
    whole = "\n".join(texts)
    counts = [0] * len(texts)
    for sign in signs:
        if sign in whole:
            counts = [count + text.count(sign) for count, text in zip(counts, texts, strict=True)]
    return counts


def _latin(texts: list[str]) -> list[int]:
    """Commas and the like are made one sign, which is counted once instead of each of them."""
    if not texts:
        return []
    whole = _SEPARATOR.join(texts).encode("utf-8", "replace")
    counts = [
        piece.count(b", ") + (text.rstrip()[-1:] in _LATIN_ENDS)
        for piece, text in zip(
            whole.translate(_LATIN_PAUSES).split(_SEPARATOR.encode()), texts, strict=True
        )
    ]
    if whole.translate(None, _NOT_ARABIC):
        sample = [text for text in texts if len(text) > 40][:_SCRIPT_SAMPLE]
        if any(_ARABIC.search(text) for text in sample):
            more = _counted(texts, _ARABIC_PAUSES)
            counts = [count + other for count, other in zip(counts, more, strict=True)]
    return counts


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
