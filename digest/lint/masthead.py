"""Rules of printed internal serials (内部资料性出版物管理办法, articles 13 to 15).

They apply to an edition that states its 准印证号 (``internal_permit``): the cover carries the
number and 内部资料 免费交流, the name is not that of a newspaper or journal, and the text does not
call itself one. Findings are for the operator; whether the rules apply at all a lawyer decides.
"""

from __future__ import annotations

from collections.abc import Iterator

from digest.lint.problem import Problem
from digest.view import IssueView

_NAMES = ("报", "刊", "杂志")
_SELF = ("本报", "本刊")


def check_masthead(view: IssueView) -> list[Problem]:
    """What contradicts the rules; nothing for an edition without a permit."""
    return list(_findings(view)) if view.permit else []


def _findings(view: IssueView) -> Iterator[Problem]:
    named = [word for word in _NAMES if word in view.title]
    if named:
        yield Problem(
            "X03",
            f"内部资料的名称不得含“{named[0]}”：{view.title}，请改 title"
            " / an internal serial must not be named a newspaper or journal: change title",
        )
    words = (view.intro, view.notice, *(item.note for item in view.items))
    for word in _SELF:
        if any(word in text for text in words):
            yield Problem(
                "X03",
                f"内部资料的文字里不得自称“{word}”，请改编者按、短评或 notice"
                " / it must not call itself a newspaper or journal: reword intro, notes or notice",
            )
