"""The lead: one or two sentences between the title and the text, often outside its box.

Papers and press offices set it apart (``standfirst``, ``chapo``, ``Vorspann``), so that the box of
the text does not hold it, or name it like a teaser, so that it passes for a frame part.
"""

from __future__ import annotations

import re

from pipelines.extraction.marks import CAPTION, FRAME, NEVER, SOFT
from pipelines.extraction.outline import Outline
from pipelines.extraction.phrases import ends_article, is_meta_line, is_promotion
from pipelines.extraction.score import Scores, block_weight
from pipelines.extraction.statements import is_statement

_NAMED = re.compile(
    r"(?:^|[\s_-]|(?<=[a-z])(?=[A-Z]))(?:article|story|post|entry|header)?[_-]{0,2}"
    r"(?:lead|lede|intro|introduction|summary|standfirst|strapline|teaser|chapo|chapeau|vorspann"
    r"|kurztext|anriss|abstract|perex|sommario|occhiello|entradilla|bajada|copete)(?![a-z])|(?:Lead|Intro|Teaser|Summary)(?![a-z])",
    re.IGNORECASE,
)
_TAGS = frozenset({"p", "div", "h2", "h3", "h4", "section", "header"})
_PICTURE_TAGS = frozenset({"figure", "figcaption", "aside", "li", "nav", "form"})
_DATED = re.compile(r"\b(?:19|20)\d\d\b|\d{1,2}[:.]\d{2}\b")
_BYLINE = re.compile(r"(?:by|von|par|por|di|photo|foto|bild|image|©)\b", re.IGNORECASE)
_MOST = 2
_NEAR = 14  # texts between the title and the lead
# One sentence below the title is a part of the headline, unless it is long or named a lead.
_SENTENCES = re.compile(r"[.?!][\"”»’)]? \S.{10}")
_SHORT = 24.0  # sixty letters,
_NAMED_LEAST = 40.0  # a hundred,
_LONG = 60.0  # a hundred and fifty; so long a text is no date line either
_HEADINGS = frozenset({"h2", "h3", "h4"})
_FIRST = 12  # texts at the beginning of the body in which the lead may stand once more


def leads(out: Outline, scores: Scores, *, title: int, best: int) -> list[int]:
    """Blocks that are the lead of a page in Latin script, in order; at most two.

    Those inside ``best`` that were taken for frame parts count as text from here on (``scores``
    is changed); those before it are to be kept beside it.
    """
    if out.cjk or title < 0 or out.end[title] != title + 1 or title >= out.end[best]:
        return []
    found: list[int] = []
    near = 0
    heading = " ".join(out.content[title].split())
    for i in range(title + 1, min(out.end[best], title + 8 * _NEAR)):
        if not out.own[i]:
            continue
        near += 1
        if near > _NEAR or len(found) == _MOST:
            break
        inside = i > best
        if inside and scores.weight[i] > 0:
            break  # the text has begun
        if _is_lead(out, scores, i, heading=heading):
            if scores.framed[i]:
                scores.framed[i] = False
                scores.weight[i] = out.own[i] - out.own_link[i]
            found.append(i)
    return [i for i in found if i > best or not _repeated(out, i, best)]


def _is_lead(out: Outline, scores: Scores, i: int, *, heading: str) -> bool:
    size, name = out.own[i], out.name[i]
    if out.end[i] != i + 1 or out.tag[i] not in _TAGS or i in out.hidden:
        return False
    named = bool(name) and _NAMED.search(name) is not None
    if scores.framed[i] and not (named and _framed_by_name(out, scores, i)):
        return False
    if size < _SHORT or out.own_link[i] > 0.4 * size:
        return False
    if (
        block_weight(size, out.own_link[i], out.pause[i]) <= 0
        or out.tag[out.parent[i]] in _PICTURE_TAGS
    ):
        return False
    line = " ".join(out.content[i].split())
    least = _NAMED_LEAST if named else _LONG
    if size < least and (out.tag[i] in _HEADINGS or not _SENTENCES.search(line)):
        return False
    if line in heading or is_meta_line(line):
        return False
    if (is_promotion(line) or ends_article(line)) and not is_statement(line):
        return False
    if _BYLINE.match(line):
        return False
    return size > _LONG or line[-1] in ".?!" or _DATED.search(line) is None


def _framed_by_name(out: Outline, scores: Scores, i: int) -> bool:
    """Nothing but its own name, or that of the box around title and lead, makes it a frame part."""
    above = out.parent[i]
    return out.mark[i] in {SOFT, FRAME} and (
        not scores.framed[above] or out.mark[above] not in {FRAME, NEVER, CAPTION}
    )


def _repeated(out: Outline, i: int, best: int) -> bool:
    """The body begins with the same words."""
    start = " ".join(out.content[i].split())[:60]
    texts = [j for j in range(best, min(out.end[best], best + 8 * _FIRST)) if out.own[j]]
    return any(" ".join(out.content[j].split()).startswith(start) for j in texts[:_FIRST])
