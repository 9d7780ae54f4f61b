"""From a decoded page to its article: safe HTML, text, attachments, facts, flags."""

from __future__ import annotations

import re
from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from pipelines.extraction.article import find_article
from pipelines.extraction.attachments import attachments_in
from pipelines.extraction.facts import page_facts
from pipelines.extraction.guard import tame
from pipelines.extraction.markup import Adopted, adopt
from pipelines.extraction.outline import DROPPED, Outline
from pipelines.extraction.safe import safe_html
from pipelines.extraction.template import Template
from pipelines.extraction.write import html_of, text_of
from pipelines.items import CleanPage, Decoded, Hints, Layout
from pipelines.pageclass import classify_response

__all__ = ["Template", "clean_page", "safe_html"]

_MARKUP = re.compile(r"<[a-zA-Z!/]")
_CJK = re.compile(r"[\u3400-\u9fff]")
_LETTER = re.compile(r"[a-zA-Z]")
_MOJIBAKE = re.compile(r"锟斤拷|锘匡豢|烫烫烫|鐨勬|锛屽|Ã¤Â|â€œ|ï¿½")
_MAX_TEXT = 1_000_000
_LAYOUT_FIELDS = ("date", "source", "doc_number")


def clean_page(
    decoded: Decoded,
    *,
    url: str,
    layouts: Sequence[Layout] = (),
    hints: Hints = Hints(),  # noqa: B008 - frozen value
    lang: str = "zh",
    template: Template | None = None,
) -> CleanPage:
    """Clean one page. Never raises on page content; ``flags`` say what is wrong with it.

    Flags: ``empty`` (no article text), ``truncated``, ``oversize``, ``nested``, ``mojibake``,
    ``layout_missed`` (layouts were given, none matched) and the page classes of
    :func:`pipelines.pageclass.classify_response` other than ok, with error as ``error_page``.
    ``meta`` keys are lower case (see :func:`pipelines.extraction.facts.page_facts`), plus
    ``layout:date``, ``layout:source``, ``layout:doc_number`` where a layout selects them.
    """
    text = decoded.text
    if not _MARKUP.search(text):
        return _plain(decoded, hints=hints, lang=lang)
    markup, flags = tame(text)
    found = list(flags)
    tree = LexborHTMLParser(markup)
    facts = page_facts(tree)
    tree.strip_tags(DROPPED)
    article = find_article(tree, facts=facts, hint=hints.title)
    base = _base(url, facts)
    if article is None:
        return _page("", None, decoded, facts, {}, "", "none", [*found, "empty"], lang)
    out, best, table, skip = article.out, article.best, article.table, article.skip
    title, title_block = article.title, article.title_block
    nodes, method = [out.nodes[best]], "density"
    layout, chosen = _by_layout(tree, layouts)
    if layout is not None:
        if chosen:
            nodes, method, skip = chosen, "layout", set()
        for name in layout.drop:
            skip.update(node.mem_id for node in _select(tree, name))
        title = _first_text(tree, layout.title) or title
        for name in _LAYOUT_FIELDS:
            value = _first_text(tree, getattr(layout, name))
            if value:
                facts[f"layout:{name}"] = value
    if layouts and not chosen and any(option.body for option in layouts):
        found.append("layout_missed")
    adopted = adopt(nodes, base=base, skip=skip, mute=article.mute)
    head = _head_text(out, title_block=title_block, best=best)
    found.extend(_structure_flags(decoded))
    return _page(title, adopted, decoded, facts, table, head, method, found, lang)


def _page(
    title: str,
    adopted: Adopted | None,
    decoded: Decoded,
    facts: dict[str, str],
    table: dict[str, str],
    head: str,
    method: str,
    flags: list[str],
    lang: str,
) -> CleanPage:
    body_text = text_of(adopted.root)[:_MAX_TEXT] if adopted else ""
    body_html = safe_html(html_of(adopted.root)[: 4 * _MAX_TEXT]) if adopted else ""
    if len(body_text) < 600:
        state = classify_response(200, decoded.text[:200_000], {})
        if state != "ok":
            flags.append("error_page" if state == "error" else state)
    if len(body_text.strip()) < 10 and not (adopted and adopted.images) and "empty" not in flags:
        flags.append("empty")
    if decoded.damage > 0.01 or _MOJIBAKE.search(body_text[:20_000]):
        flags.append("mojibake")
    links = tuple(adopted.links) if adopted else ()
    return CleanPage(
        title=title,
        body_html=body_html,
        body_text=body_text,
        attachments=attachments_in(links),
        links=links,
        images=tuple(adopted.images) if adopted else (),
        lang=language_of(body_text, default=lang),
        encoding=decoded.encoding,
        meta=facts,
        table=table,
        head_text=head,
        method=method,
        flags=tuple(dict.fromkeys(flags)),
    )


def _plain(decoded: Decoded, *, hints: Hints, lang: str) -> CleanPage:
    """Text without markup: lines are paragraphs."""
    text = decoded.text[:_MAX_TEXT]
    lines = [" ".join(line.split()) for line in text.splitlines()]
    lines = [line for line in lines if line]
    flags = ["oversize"] if len(decoded.text) > _MAX_TEXT else []
    if not lines:
        flags.append("empty")
    if decoded.damage > 0.01:
        flags.append("mojibake")
    escaped = (line.replace("&", "&amp;").replace("<", "&lt;") for line in lines)
    return CleanPage(
        title=hints.title or (lines[0][:200] if lines and len(lines[0]) < 80 else ""),
        body_html=safe_html("".join(f"<p>{line}</p>" for line in escaped)),
        body_text="\n".join(lines),
        lang=language_of(text, default=lang),
        encoding=decoded.encoding,
        method="text",
        flags=tuple(flags),
    )


def language_of(text: str, *, default: str) -> str:
    """``zh`` or ``en`` by the letters of the text; ``default`` where it is too short to tell."""
    sample = text[:3000]
    chinese, latin = len(_CJK.findall(sample)), len(_LETTER.findall(sample))
    if chinese + latin < 40:
        return default
    if chinese * 3 >= latin:
        return "zh" if default != "ja" else default
    return default if default != "zh" else "en"


def _structure_flags(decoded: Decoded) -> list[str]:
    text = decoded.text
    if decoded.reason == "utf-8-cut":
        return ["truncated"]
    head = text[:2000].lower()
    if (
        "<html" in head
        and "</html" not in text[-4000:].lower()
        and "</body" not in text[-4000:].lower()
    ):
        return ["truncated"]
    return []


def _base(url: str, facts: dict[str, str]) -> str:
    declared = facts.get("base:href", "")
    return declared if declared.startswith(("http://", "https://")) else url


def _by_layout(
    tree: LexborHTMLParser, layouts: Sequence[Layout]
) -> tuple[Layout | None, list[LexborNode]]:
    """The first layout whose body matches text, and the nodes it selects."""
    for layout in layouts:
        nodes = _select(tree, layout.body)
        if any(node.text(strip=True) for node in nodes):
            return layout, nodes
    return (layouts[0], []) if layouts else (None, [])


def _select(tree: LexborHTMLParser, selector: str | None) -> list[LexborNode]:
    if not selector:
        return []
    try:
        return list(tree.css(selector))
    except (SelectolaxError, ValueError):
        return []


def _first_text(tree: LexborHTMLParser, selector: str | None) -> str:
    for node in _select(tree, selector):
        text = " ".join(node.text(separator=" ").split())
        if text:
            return text[:500]
    return ""


def _head_text(out: Outline, *, title_block: int, best: int) -> str:
    """Lines between title and text: 来源, 发布时间, 作者; at most 600 characters."""
    start = title_block + 1 if title_block >= 0 else max(0, best - 12)
    lines = []
    size = 0
    for i in range(start, min(len(out.nodes), max(best, start) + 12)):
        line = " ".join(out.content[i].split())
        if not line or len(line) > 200 or out.own_link[i] > 0.7 * out.own[i]:
            continue
        lines.append(line)
        size += len(line)
        if size > 600:
            break
    return "\n".join(lines)
