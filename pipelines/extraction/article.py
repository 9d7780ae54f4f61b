"""The article of a parsed page: which blocks, and what inside them is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipelines.extraction.facts import page_facts
from pipelines.extraction.guard import tame
from pipelines.extraction.keyvalue import key_values
from pipelines.extraction.markup import adopt
from pipelines.extraction.outline import DROPPED, Outline, outline_of
from pipelines.extraction.prune import prune
from pipelines.extraction.score import best_block, score
from pipelines.extraction.title import choose_title
from pipelines.extraction.write import text_of


@dataclass(slots=True)
class Article:
    """Nodes to keep in document order and, by ``mem_id``, what to leave out inside them:
    ``skip`` whole elements, ``mute`` only the text that stands directly in an element.
    """

    out: Outline
    best: int
    table: dict[str, str]
    nodes: list[LexborNode]
    skip: set[int]
    mute: set[int]
    title: str
    title_block: int


def find_article(
    tree: LexborHTMLParser, *, facts: Mapping[str, str], hint: str | None = None
) -> Article | None:
    """Find the article of a parsed page without scripts; ``None`` if there is no body element.

    ``facts`` are the page facts, ``hint`` a title known from elsewhere (the list page).
    """
    out = outline_of(tree)
    if out is None:
        return None
    table, used = key_values(out)
    title, title_block = choose_title(out, facts=facts, table=table, hint=hint)
    scores = score(out, facts=used, title=title_block)
    best = best_block(out, scores, title=title_block)
    pruned = prune(out, scores, best=best, title=title_block)
    return Article(
        out=out,
        best=best,
        table=table,
        nodes=[out.nodes[best]],
        skip={out.nodes[i].mem_id for i in pruned.dropped},
        mute={out.nodes[i].mem_id for i in pruned.muted},
        title=title,
        title_block=title_block,
    )


def body_text(text: str) -> str:
    """Decoded page to article text, nothing else: what the body benchmark measures."""
    tree = LexborHTMLParser(tame(text)[0])
    facts = page_facts(tree)
    tree.strip_tags(DROPPED)
    article = find_article(tree, facts=facts)
    if article is None:
        return ""
    return text_of(adopt(article.nodes, base="", skip=article.skip, mute=article.mute).root)
