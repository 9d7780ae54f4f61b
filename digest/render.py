"""From the frozen issue to HTML and text: Jinja templates, styles inlined, size kept.

Everything that came from a crawled page passes autoescape as a plain string; nothing of it is
ever compiled as a template. ``render_mail`` personalises one copy, ``render_web`` makes the page
for preview and archive (no script, one style block, ``style_hash`` for the Content-Security-
Policy).
"""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import css_inline
from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
)
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from digest import phrases
from digest.fit import Cut, everything, ladder
from digest.linked_data import script_text
from digest.links import Reader, WebLinks
from digest.settings import MAX_HTML_BYTES
from digest.view import IssueView, Item, Section, view_hash
from digest.wording import clean_line, safe_url

log = logging.getLogger(__name__)

# Keeps body text out of the inbox preview: invisible joiners after the preheader.
_PADDING = Markup("\u034f\u200c\u00a0" * 60)  # noqa: S704 - a constant of ours


@dataclass(frozen=True, slots=True)
class Limits:
    """How much goes into one mail; the values of the edition."""

    max_html_bytes: int = MAX_HTML_BYTES
    per_section: int = 20
    max_items: int = 100
    summary_chars: int = 110


@dataclass(frozen=True, slots=True)
class RenderedIssue:
    """One rendering. ``warnings`` are for the operator; ``cut`` says what was left out.

    ``style_hash`` is the CSP source (``sha256-…``) of the style block of a web page, empty for
    mails.
    """

    html: str
    text: str
    subject: str
    preheader: str
    cut: Cut
    warnings: tuple[str, ...] = ()
    style_hash: str = ""


def render_mail(
    view: IssueView,
    *,
    reader: Reader,
    limits: Limits | None = None,
    templates_dir: Path | None = None,
    start_rung: Cut | None = None,
) -> RenderedIssue:
    """One copy of the mail for ``reader``, within the byte limit.

    An item that cannot be rendered is reduced to title and link, and named in ``warnings``.
    ``start_rung`` is the cut found for an earlier copy, tried first to save work.
    """
    limits = limits or Limits()
    warnings: tuple[str, ...] = ()
    try:
        return _fitted(view, reader, limits, templates_dir, start_rung)
    except Exception as error:  # one poisoned item must not cost the readers the other ones
        log.warning("rendering failed, looking for the item: %s", type(error).__name__)
    view, warnings = _without_poison(view, reader, templates_dir)
    fitted = _fitted(view, reader, limits, templates_dir, None)
    return replace(fitted, warnings=warnings + fitted.warnings)


def _fitted(
    view: IssueView,
    reader: Reader,
    limits: Limits,
    templates_dir: Path | None,
    start_rung: Cut | None,
) -> RenderedIssue:
    """The first cut of the ladder that fits, as HTML and text."""
    warnings: tuple[str, ...] = ()
    steps: Iterator[Cut] = ladder(
        view,
        per_section=limits.per_section,
        max_items=limits.max_items,
        summary_chars=limits.summary_chars,
    )
    html, chosen = "", start_rung
    for cut in _starting_with(start_rung, steps):
        html, chosen = _html(view, cut, reader, templates_dir), cut
        if len(html.encode("utf-8")) <= limits.max_html_bytes:
            break
    else:
        warnings = (f"邮件超过 {limits.max_html_bytes} 字节 / the mail is larger than allowed",)
    cut = chosen or everything(view)
    text = _text(view, cut, reader, templates_dir)
    text.encode("utf-8")
    return RenderedIssue(
        html=html,
        text=text,
        subject=phrases.subject(view),
        preheader=phrases.preheader(view),
        cut=cut,
        warnings=warnings,
    )


def render_web(
    view: IssueView,
    *,
    reader: Reader | None = None,
    templates_dir: Path | None = None,
    links: WebLinks | None = None,
) -> RenderedIssue:
    """The whole issue as one static page: every item, stable anchors ``#i12``, nothing that runs.

    The only script element holds data (JSON-LD).
    """
    reader, links = reader or Reader(), links or WebLinks()
    warnings: tuple[str, ...] = ()
    if not _renders(view, reader, templates_dir):
        view, warnings = _without_poison(view, reader, templates_dir)
    cut = everything(view)
    style = _style("web.css")
    template = _environment(templates_dir).get_template("web.html.j2")
    html = template.render(
        **_context(view, cut, reader),
        css=Markup(style),  # noqa: S704 - a file of ours
        links=links,
        linked_data=Markup(script_text(view, canonical=links.canonical)),  # noqa: S704 - escaped
        issued=phrases.day(view.issued_on, today=date.min),
    )
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    return RenderedIssue(
        html=html,
        text=_text(view, cut, reader, templates_dir),
        subject=phrases.subject(view),
        preheader=phrases.preheader(view),
        cut=cut,
        warnings=warnings,
        style_hash=f"sha256-{digest}",
    )


def _starting_with(first: Cut | None, steps: Iterator[Cut]) -> Iterator[Cut]:
    if first is None:
        yield from steps
        return
    yield first
    for cut in steps:
        if cut.rung >= first.rung and cut != first:
            yield cut


def _html(view: IssueView, cut: Cut, reader: Reader, templates_dir: Path | None) -> str:
    template = _environment(templates_dir).get_template("mail.html.j2")
    page = template.render(
        **_context(view, cut, reader),
        head_css=Markup(_style("head.css")),  # noqa: S704 - a file of ours
        padding=_PADDING,
    )
    inlined = _inliner().inline(page)
    return inlined.replace(' data-css-inline="keep"', "").replace("\n\n", "\n")


def _text(view: IssueView, cut: Cut, reader: Reader, templates_dir: Path | None) -> str:
    page = (
        _environment(templates_dir)
        .get_template("mail.txt.j2")
        .render(**_context(view, cut, reader))
    )
    lines = [line.rstrip() for line in page.split("\n")]
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n") + "\n"


def _context(view: IssueView, cut: Cut, reader: Reader) -> dict[str, Any]:
    return {
        "view": view,
        "cut": cut,
        "reader": reader,
        "subject": phrases.subject(view),
        "preheader": phrases.preheader(view),
        "period": phrases.period(view),
        "permit": phrases.permit(view),
        "total": len(view.items),
        "toc": phrases.contents(view),
        "coverage": phrases.coverage(view.coverage),
        "reason": phrases.reason(view, reader),
        "actions": phrases.actions(reader),
        "hash": view_hash(view)[:10],
        "printed": cut.shown_numbers(view),
        "meta": lambda item: phrases.meta(item, today=view.issued_on),
        "titled": phrases.titled,
        "news": phrases.news,
        "touched": phrases.touched,
        "why": phrases.why,
        "lead_line": phrases.lead_line,
        "deadline_line": lambda entry: phrases.deadline_line(entry, today=view.issued_on),
        "day": lambda value: phrases.day(value, today=view.issued_on),
    }


def _without_poison(
    view: IssueView, reader: Reader, templates_dir: Path | None
) -> tuple[IssueView, tuple[str, ...]]:
    """The view with every item that breaks rendering reduced to title and link."""
    warnings: list[str] = []
    view = replace(
        view,
        title=clean_line(view.title),
        subtitle=clean_line(view.subtitle),
        publisher=clean_line(view.publisher),
        contact=clean_line(view.contact),
        notice=clean_line(view.notice),
    )
    sections: list[Section] = []
    for section in view.sections:
        items: list[Item] = []
        for item in section.items:
            alone = replace(
                view, sections=(replace(section, items=(item,)),), leads=(), deadlines=()
            )
            if _renders(alone, reader, templates_dir):
                items.append(item)
                continue
            log.error("item %s of %s could not be rendered", item.number, view.edition)
            warnings.append(
                f"第 {item.number} 条无法正常显示，只保留标题和链接"
                f" / item {item.number} reduced to title and link"
            )
            items.append(_bare(item))
        sections.append(replace(section, items=tuple(items)))
    kept = replace(view, sections=tuple(sections))
    if not _renders(kept, reader, templates_dir):
        # The fault is in the lines above the sections, which only repeat what the items say.
        warnings.append("要点和日期提醒无法显示，已省略 / leads and deadlines left out")
        kept = replace(kept, leads=(), deadlines=())
    return kept, tuple(warnings)


def _renders(view: IssueView, reader: Reader, templates_dir: Path | None) -> bool:
    cut = everything(view)
    try:
        _html(view, cut, reader, templates_dir).encode("utf-8")
        _text(view, cut, reader, templates_dir).encode("utf-8")
    except Exception as error:  # any fault of one item must not stop the others
        log.warning("rendering failed: %s", type(error).__name__)
        return False
    return True


def _bare(item: Item) -> Item:
    title = clean_line(str(item.title)) or "（无标题）"
    return Item(
        number=item.number, document_id=item.document_id, title=title, url=safe_url(str(item.url))
    )


def _href(url: str) -> str:
    """Only http, https and mailto ever become a link."""
    return url if url.startswith("mailto:") else safe_url(url) or "#"


@lru_cache(maxsize=8)
def _environment(templates_dir: Path | None) -> Environment:
    """Packaged templates; the operator's own files win and run in the sandbox."""
    packaged = PackageLoader("digest", "templates")
    loader: BaseLoader = packaged
    kind: type[Environment] = Environment
    if templates_dir is not None:
        loader = ChoiceLoader([FileSystemLoader(templates_dir), packaged])
        kind = SandboxedEnvironment
    environment = kind(
        loader=loader,
        autoescape=lambda name: bool(name) and ".html" in str(name),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=templates_dir is not None,
    )
    environment.filters.update(href=_href, fold=phrases.fold, left=phrases.days_left)
    return environment


@lru_cache(maxsize=8)
def _style(name: str) -> str:
    return resources.files("digest").joinpath("templates", name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(
        extra_css=_style("mail.css"), load_remote_stylesheets=False, minify_css=True
    )
