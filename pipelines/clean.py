"""From a decoded page to its article: safe HTML, text, attachments, facts, flags."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from selectolax.lexbor import LexborHTMLParser

from pipelines.extraction.article import Article, find_article
from pipelines.extraction.attachments import attachments_in, files_beside
from pipelines.extraction.facts import DATE_FACTS, page_facts
from pipelines.extraction.guard import tame
from pipelines.extraction.layouts import Selected, select_layout
from pipelines.extraction.markup import Adopted, adopt
from pipelines.extraction.phrases import is_meta_line
from pipelines.extraction.safe import safe_html
from pipelines.extraction.scans import holds, scan_box, scanned_pages
from pipelines.extraction.stamps import stamps
from pipelines.extraction.template import Template, learn_template
from pipelines.extraction.unread import drop_unread, parsed
from pipelines.extraction.write import html_of, text_of
from pipelines.items import AttachmentRef, CleanPage, Decoded, Hints, Layout
from pipelines.pageclass import PageState, classify_visible

__all__ = ["Template", "clean_page", "language_of", "learn_template", "safe_html"]

_MARKUP = re.compile(r"<[a-zA-Z!/]")
_CJK = re.compile(r"[\u3400-\u9fff]+")
_NO_LETTERS = bytes(
    code for code in range(256) if not chr(code).isascii() or not chr(code).isalpha()
)
_MOJIBAKE = re.compile(r"锟斤拷|锘匡豢|烫烫烫|鐨勬|锛屽|Ã¤Â|â€œ|ï¿½")
_FULL_DAY = re.compile(r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}|\d{1,2}[/.]\d{1,2}[/.](?:19|20)\d\d")
_NO_HINTS = Hints()
_STAMPED = 1_000_000
_MAX_TEXT = 1_000_000
_MAX_HTML = 4_000_000
_JUDGED = 1500  # pages with more visible text than this are articles or lists, never notices
_SCANNED_TEXT = 60  # characters; with pictures and fewer of them, the pictures are the document
_TITLE_TEXT = 8  # characters of a title that names a document
_INDEX_LINKS, _INDEX_SHARE, _INDEX_TEXT = 12, 0.6, 300


def clean_page(
    decoded: Decoded,
    *,
    url: str,
    layouts: Sequence[Layout] = (),
    hints: Hints = _NO_HINTS,
    lang: str = "zh",
    template: Template | None = None,
) -> CleanPage:
    """Clean one page. Never raises on page content; ``flags`` say what is wrong with it.

    ``empty``, ``truncated``, ``oversize``, ``nested``, ``mojibake``, ``index`` (a page of links),
    ``scanned`` (the pictures are the document, and its attachments), ``layout_missed`` (no layout
    matched), and the page classes of :mod:`pipelines.pageclass`, error being ``error_page``.
    ``meta`` keys are those of :func:`pipelines.extraction.facts.page_facts` plus ``layout:title``
    (``date``, ``source``, ``doc_number``) where a layout selects them.
    """
    if not _MARKUP.search(decoded.text):
        return _plain(decoded, hints=hints, lang=lang)
    markup, flags = tame(decoded.text)
    tree, facts = _parsed(markup)
    article = find_article(tree, facts=facts, hint=hints.title, template=template)
    if article is None:
        return CleanPage("", "", "", encoding=decoded.encoding, meta=facts, flags=("empty",))
    head = _head(article, facts, tree=tree, markup=markup)
    base = _base(url, facts)
    selected = select_layout(tree, layouts)
    if selected is not None:
        facts.update({f"layout:{name}": value for name, value in selected.fields.items()})
    method, adopted = _body(article, selected, base=base)
    title = facts.get("layout:title") or article.title
    adopted, text, scans = _scans(tree, article, adopted, title=hints.title or title, base=base)
    flags += _layout_flags(method, layouts) + (["scanned"] if scans else [])
    flags += _cut_signs(decoded) + _content_flags(article, adopted, text, decoded.damage)
    return CleanPage(
        title=title,
        body_html=safe_html(html_of(adopted.root)[:_MAX_HTML]),
        body_text=text[:_MAX_TEXT],
        attachments=scans + attachments_in(_links(adopted, article, selected, base=base)),
        links=tuple(adopted.links),
        images=tuple(adopted.images),
        lang=language_of(text, default=lang),
        encoding=decoded.encoding,
        meta=facts,
        table=article.table,
        head_text=head,
        method=method,
        flags=tuple(dict.fromkeys(flags)),
    )


def _parsed(markup: str) -> tuple[LexborHTMLParser, dict[str, str]]:
    """The tree without scripts, and the facts that were read before they went."""
    tree = parsed(markup)
    facts = page_facts(tree)
    drop_unread(tree)
    return tree, facts


def _head(article: Article, facts: dict[str, str], *, tree: LexborHTMLParser, markup: str) -> str:
    """The lines around the title; where neither they nor the facts state a day, the page is
    searched for one, which is added to ``facts``."""
    head = article.head_text()
    stated = any(key in facts for key in DATE_FACTS)
    if not stated and not any(_FULL_DAY.search(t) for t in (head, *article.table.values())):
        facts.update(stamps(tree, markup[:_STAMPED], facts))
    return head


def _body(article: Article, selected: Selected | None, *, base: str) -> tuple[str, Adopted]:
    """How the body was found, and its soup: by a layout that matches, else by measuring."""
    if selected is not None and selected.nodes:
        return "layout", adopt(selected.nodes, base=base, skip=selected.dropped)
    skip = article.skip | selected.dropped if selected is not None else article.skip
    return "density", adopt(article.nodes, base=base, skip=skip, mute=article.mute)


def _links(
    adopted: Adopted, article: Article, selected: Selected | None, *, base: str
) -> list[tuple[str, str]]:
    """Links in the body, and those to files beside it."""
    dropped = selected.dropped if selected is not None else frozenset()
    chosen = selected.nodes if selected is not None and selected.nodes else article.nodes
    return adopted.links + files_beside(chosen, base=base, skip=dropped)


def _scans(
    tree: LexborHTMLParser, article: Article, adopted: Adopted, *, title: str, base: str
) -> tuple[Adopted, str, tuple[AttachmentRef, ...]]:
    """The body, its text and its scanned pages, if it has a title and hardly any text.

    A body without pictures gets the box that holds them. Text that was taken for the body for
    want of better goes, if it is only a date or source line.
    """
    text = text_of(adopted.root)
    if len(text) >= _SCANNED_TEXT or len(title) < _TITLE_TEXT:
        return adopted, text, ()
    box = scan_box(tree, skip=article.skip) if not adopted.images else None
    if box is not None:
        worthless = all(is_meta_line(line) for line in text.splitlines())
        nodes = [box] if worthless or holds(box, article.nodes[0]) else [*article.nodes, box]
        adopted = adopt(nodes, base=base, skip=article.skip, mute=article.mute)
        text = text_of(adopted.root)
    return adopted, text, scanned_pages(adopted.images)


def language_of(text: str, *, default: str) -> str:
    """``zh`` or ``en`` by the letters of the text; ``default`` where it is too short to tell."""
    sample = text[:2000]
    chinese = sum([len(run) for run in _CJK.findall(sample)])
    latin = len(sample.encode("ascii", "ignore").translate(None, _NO_LETTERS))
    if chinese + latin < 40:
        return default
    if chinese * 3 >= latin:
        return default if default.startswith(("zh", "ja")) else "zh"
    return "en" if default.startswith("zh") else default


def _base(url: str, facts: dict[str, str]) -> str:
    declared = facts.get("base:href", "")
    return declared if declared.startswith(("http://", "https://")) else url


def _layout_flags(method: str, layouts: Sequence[Layout]) -> list[str]:
    missed = method != "layout" and any(option.body for option in layouts)
    return ["layout_missed"] if missed else []


def _content_flags(article: Article, adopted: Adopted, body_text: str, damage: float) -> list[str]:
    flags: list[str] = []
    if article.out.text[0] < _JUDGED:
        visible = "\n".join([content for content in article.out.content if content])
        state: PageState = "ok"
        if len(visible) < 4 * _JUDGED:
            state = classify_visible(article.title, " ".join(visible.split()))
        if state not in {"ok", "empty"}:
            flags.append("error_page" if state == "error" else state)
    if len(body_text.strip()) < 10 and not adopted.images:
        flags.append("empty")
    out = article.out
    listed = sum(out.anchors) >= _INDEX_LINKS and out.link[0] > _INDEX_SHARE * out.text[0]
    if listed and len(body_text) < _INDEX_TEXT:
        flags.append("index")
    if len(body_text) > _MAX_TEXT:
        flags.append("oversize")
    if damage > 0.01 or _MOJIBAKE.search(body_text[:20_000]):
        flags.append("mojibake")
    return flags


def _cut_signs(decoded: Decoded) -> list[str]:
    """A page that opened ``<html`` or ``<body`` and never closed either was cut on the way."""
    text = decoded.text
    if decoded.reason == "utf-8-cut":
        return ["truncated"]
    end = text[-200:]
    if "</html" in end or "</body" in end:
        return []
    head = text[:4000].lower()
    if "<html" not in head and "<body" not in head:
        return []
    tail = text[-20_000:].lower()
    return [] if "</html" in tail or "</body" in tail else ["truncated"]


def _plain(decoded: Decoded, *, hints: Hints, lang: str) -> CleanPage:
    """Text without markup: lines are paragraphs."""
    text = decoded.text[:_MAX_TEXT].encode("utf-8", "replace").decode("utf-8")
    lines = [line for raw in text.splitlines() if (line := " ".join(raw.split()))]
    flags = [
        name
        for name, present in (
            ("oversize", len(decoded.text) > _MAX_TEXT),
            ("truncated", decoded.reason == "utf-8-cut"),
            ("empty", not lines),
            ("mojibake", decoded.damage > 0.01),
        )
        if present
    ]
    return CleanPage(
        title=hints.title or (lines[0] if lines and len(lines[0]) < 80 else ""),
        body_html=safe_html("".join(f"<p>{escape(line, quote=False)}</p>" for line in lines)),
        body_text="\n".join(lines),
        lang=language_of(text, default=lang),
        encoding=decoded.encoding,
        method="text",
        flags=tuple(flags),
    )
