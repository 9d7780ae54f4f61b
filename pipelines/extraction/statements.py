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
# What a page says of itself, in small letters: at the beginning of a line,
_LABELS = re.compile(
    r"[\s\W]{0,4}(?:"
    r"(?:photo|image|bild|foto)\w{0,10} ?(?:(?:credit|source) ?)?(?::|\b(?:by|via)\b)"
    r"|(?:read|watch|listen|related|more|recommended|trending|exclusive|must read|also read"
    r"|don'?t miss|in pictures|mehr|lesen sie|à lire|lire aussi|leggi anche|leia|lea|ver|veja)\b"
    r"[\w ]{0,15}[:|：–>»-]"
    r"|subscribe (?:to|for|now|here|today|and)\b|(?:免责|版权|郑重|本网|特别)声明\s?[:：])"
)
# or anywhere: whoever wrote it and owns it, where there is more, and what readers are to do
_NOTICES = re.compile(
    r"(?:编辑|责编|编审|审核|校对|监制|来源)\s{0,3}[:：]|本文|本站|本网(?!站)|原作者|公众号"
    r"|官方微信|不代表.{0,6}立场|转载(?:请|须|自)|版权所有\s?[:：，,]|二维码.{0,8}(?:关注|阅读|下载)"
    r"|icp备\s?\d|公网安备\s?\d|(?<!\S)@\w|\b(?:"
    r"all rights reserved\s?(?:[.,;]|$)|copyright (?:\(c\)|(?:19|20)\d\d)"
    r"|about (?:the|this) author|contact the author at|über (?:den|die|der) autor"
    r"|propos de l['’]auteur|sobre (?:el|la|o|a) autora?\b|originally (?:published|appeared)\b"
    r"|this (?:entry|post) was |(?:beitrag|eintrag) wurde |(?:article|billet) a été "
    r"|esta entrada fue |affiliate links?\b|javascript\b|this video\b|try again\b"
    r"|extern\w{0,2} inhalt|click here\b|hier klicken\b"
    r"|(?:lesen|hören|sehen) sie (?:hier|auch|in unser)"
    r"|get the latest\b|for (?:more|the latest) (?:stories|news|updates)\b"
    r"|hear from you\b|what you think\b|send us a tip\b|in the comments\b"
    r"|(?:about|access to|like|enjoyed) this (?:article|story)\b|full (?:article|story)\b"
    r"|to (?:continue|keep) reading\b|lire la suite\b|réservée? aux abonnés"
    r"|on (?:twitter|facebook|instagram|linkedin|youtube)\b|app store\b"
    r"|(?:suivez-nous|síguenos|siga-nos|seguici|folgen sie uns)\b"
    r"|(?:abonnez-vous|connectez-vous|suscríb\w{1,6}|abbonati|iscriviti|abonnieren sie)\b"
    r"|jetzt (?:abonnieren|testen|lesen)\b|subscribers only\b|your inbox\b"
    r"|(?:reserved|available) (?:for|to|exclusively|only)[^.]{0,20}\bsubscribers\b"
    r"|free trial\b|donate\b|becom(?:e|ing) a (?:member|supporter|subscriber)\b"
    r"|sign up (?:to|for|now|here|today)\b.{0,60}"
    r"\b(?:newsletters?|briefing|e?mails?|alerts?|unlimited|podcasts?|updates|daily|weekly|free)\b"
    r"|(?:our|unser\w{0,2}|nos|notre|nuestr\w{1,2}|nostr\w|noss\w{1,2})\b.{0,40}"
    r"\b(?:newsletters?|journalis\w{1,3}|app|channel|podcasts?)\b)"
)


def is_statement(text: str) -> bool:
    """A whole sentence, or several, that neither calls out nor asks nor is about the page."""
    if _WHOLE.fullmatch(text) is None:
        return False
    small = text.lower()
    return _LABELS.match(small) is None and _NOTICES.search(small) is None


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
