"""Whole sentences that say something of their subject, with whatever words they begin.

"Subscribers have the right …", "相关信息应当依法公开。": laws and policies begin paragraphs with
the very words that lead away from an article elsewhere. A page that leads away speaks of itself,
calls out or asks, or says it in a word or two.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from pipelines.extraction.marks import PLAIN
from pipelines.extraction.outline import Outline
from pipelines.extraction.score import Scores

_PARAGRAPHS = frozenset({"p", "li", "div", "dd", "td"})
_HEADINGS = frozenset({"h2", "h3", "h4"})
_SECTIONS = 3  # headings of one rank show that a text is divided by them
_LONG = 80.0  # weight of a paragraph, two hundred letters, that no box of a newsletter begins with
_CITING = 0.3  # of a sentence at most may be links to what it cites
#: five words of Latin script or seven Chinese characters, to the full stop
_WHOLE = re.compile(
    r"(?=(?:\S{1,60}\s{1,3}){4}|.{0,12}[\u3400-\u9fff])"
    r"[^!?！？©]{5,400}[\w)）》”\"%％][。；.;][”’」』\"')）]?"
)
#: what a page says of itself, of whoever wrote it, and of how to follow it
_OF_THE_PAGE = re.compile(
    r"\A\W{0,4}(?:免责|版权|郑重|本网|特别)声明\s?[:：]|(?:编辑|责编|编审|审核|校对|监制|来源)\s{0,3}[:：]"
    r"|本文|本站|本网(?!站)|原作者|公众号|官方微信|二维码.{0,8}(?:关注|阅读|下载)|不代表.{0,6}立场"
    r"|转载(?:请|须|自)|版权所有\s?[:：，,]|ICP备\s?\d|公网安备\s?\d"
    r"|all rights reserved\s?(?:[.,;]|$)|copyright (?:\(c\)|(?:19|20)\d\d)"
    r"|\babout (?:the|this) author|über (?:den|die|der) autor|propos de l['’]auteur"
    r"|\bsobre (?:el|la|o|a) autora?\b"
    r"|\A\W{0,4}(?:photo|image|bild|foto)\w{0,10} ?(?:(?:credit|source) ?)?(?::|\b(?:by|via)\b)"
    r"|\bthis (?:entry|post) was |\b(?:beitrag|eintrag) wurde |\bet billet a été "
    r"|\besta entrada fue |\b(?:about|access to) this (?:article|story)\b|\bin the comments\b"
    r"|\bhear from you\b|\bwhat you think\b|\bsend us a tip\b|\bclick here\b|\btry again\b"
    r"|\bjavascript\b|\bthis video\b|\baffiliate links?\b|\bsubscribers only\b"
    r"|\b(?:reserved|available) (?:for|to|exclusively|only)[^.]{0,20}\bsubscribers\b"
    r"|\bréservée? aux abonnés|\blire la suite\b|\bextern\w{0,2} inhalt|\bhier klicken\b"
    r"|\b(?:lesen|hören|sehen) sie (?:hier|auch|in unser)"
    r"|\byour inbox\b|(?<!\S)@\w|\bon (?:twitter|facebook|instagram|linkedin|youtube)\b"
    r"|\bfor (?:more|the latest) (?:stories|news|updates)\b"
    r"|\b(?:subscribe|sign up) (?:to|for|now|here|today)\b.{0,60}"
    r"\b(?:newsletters?|briefing|e?mails?|alerts?|unlimited|podcasts?|updates|daily|weekly)\b"
    r"|\b(?:our|unser\w{0,2}|nos|notre|nuestr\w{1,2}|nostr\w|noss\w{1,2})\b.{0,40}"
    r"\b(?:newsletters?|journalis\w{1,3}|app|channel|podcasts?)\b",
    re.IGNORECASE,
)


def is_statement(text: str) -> bool:
    """A whole sentence, or several, that neither calls out nor asks nor is about the page."""
    return _WHOLE.fullmatch(text) is not None and _OF_THE_PAGE.search(text) is None


class Statements:
    """The blocks of a page that state something; ``leaves`` are its blocks with text, in order."""

    def __init__(self, out: Outline, scores: Scores, leaves: Sequence[int]) -> None:
        self._out = out
        self._weight = scores.weight
        self._leaves = leaves
        self._ranks: Counter[str] | None = None

    def hold(self, i: int) -> bool:
        """A paragraph that states something, or a heading above one, in no box of the frame."""
        out = self._out
        if out.mark[i] < PLAIN or out.own_link[i] > _CITING * out.own[i]:
            return False
        if out.tag[i] in _HEADINGS:
            return self._heads_text(i)
        return out.tag[i] in _PARAGRAPHS and is_statement(" ".join(out.content[i].split()))

    def _heads_text(self, i: int) -> bool:
        """One of several headings of its rank, with a paragraph of the text below it."""
        at = bisect_left(self._leaves, i + 1)
        if at == len(self._leaves) or self._of_rank(self._out.tag[i]) < _SECTIONS:
            return False
        below = self._leaves[at]
        if self._out.tag[below] in _HEADINGS:
            return False
        return self._weight[below] > _LONG or (self._weight[below] > 0 and self.hold(below))

    def _of_rank(self, tag: str) -> int:
        if self._ranks is None:
            self._ranks = Counter(self._out.tag[leaf] for leaf in self._leaves)
        return self._ranks[tag]
