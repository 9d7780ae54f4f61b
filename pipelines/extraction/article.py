"""The article of a parsed page: which blocks, and what inside them is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipelines.extraction.facts import title_facts
from pipelines.extraction.guard import tame
from pipelines.extraction.head import head_text
from pipelines.extraction.keyvalue import key_values
from pipelines.extraction.lead import leads
from pipelines.extraction.outline import Outline, outline_of
from pipelines.extraction.phrases import is_meta_line
from pipelines.extraction.plain import plain_text
from pipelines.extraction.prune import prune
from pipelines.extraction.region import likely_region
from pipelines.extraction.score import MISSED_PROSE, best_block, score
from pipelines.extraction.template import Template
from pipelines.extraction.title import choose_title
from pipelines.extraction.unread import drop_unread, parsed


@dataclass(slots=True)
class Article:
    """Nodes to keep in document order and, by ``mem_id``, what to leave out inside them:
    ``skip`` whole elements, ``mute`` only the text that stands directly in an element.
    """

    out: Outline
    table: dict[str, str]
    nodes: list[LexborNode]
    skip: set[int]
    mute: set[int]
    title: str
    title_block: int
    first: int
    last: int

    def head_text(self) -> str:
        """Lines around the title: date, source, author."""
        return head_text(self.out, title=self.title_block, first=self.first, last=self.last)


def find_article(
    tree: LexborHTMLParser,
    *,
    facts: Mapping[str, str],
    hint: str | None = None,
    template: Template | None = None,
) -> Article | None:
    """Find the article of a parsed page without scripts; ``None`` if there is no body element.

    ``facts`` are the page facts, ``hint`` a title known from elsewhere (the list page),
    ``template`` what is known to repeat on the pages of the site.
    """
    body = tree.body
    if body is None:
        return None
    whole = " ".join(facts.get("html:title", "").split())
    region = likely_region(body, title=whole) if template is None else None
    out = outline_of(region if region is not None else body)
    table, used = key_values(out)
    title, shown = choose_title(out, facts=facts, table=table, hint=hint)
    if template is not None:
        used = used | template.repeated(out)
    scores = score(out, outside=used, title=shown)
    if scores.prose > MISSED_PROSE and not any(w > 0 for w in scores.weight):
        scores = score(out, outside=used, title=shown, by_name=False)
    if shown >= 0 and not any(
        w > 0 and not is_meta_line(out.content[i].strip()) for i, w in enumerate(scores.weight)
    ):
        scores = score(out, outside=used, title=shown, terse=True)
    best = best_block(out, scores, title=shown)
    lead = leads(out, scores, title=shown, best=best)
    pruned = prune(out, scores, best=best, title=shown)
    return Article(
        out=out,
        table=table,
        nodes=[out.nodes[i] for i in (*lead, best) if i <= best],
        skip={out.nodes[i].mem_id for i in pruned.dropped},
        mute={out.nodes[i].mem_id for i in pruned.muted},
        title=title,
        title_block=shown,
        first=pruned.first,
        last=pruned.last,
    )


def body_text(text: str) -> str:
    """Decoded page to article text, nothing else: what the body benchmark measures."""
    tree = parsed(tame(text)[0])
    drop_unread(tree)
    article = find_article(tree, facts=title_facts(tree))
    if article is None:
        return ""
    return plain_text(article.nodes, skip=article.skip, mute=article.mute)
