"""What a page is to its policy: the draft, the text itself, an explanation, a report …"""

from __future__ import annotations

import re
from typing import Literal, get_args

from pipelines.fields.doctype import is_draft, is_interpretation

Role = Literal[
    "draft",
    "feedback",
    "final",
    "full_text",
    "interpretation",
    "report",
    "amendment",
    "repeal",
]
ROLES: tuple[Role, ...] = get_args(Role)

OWN_ROLES = frozenset({"draft", "feedback", "final", "amendment", "repeal"})
"""Roles in which the page is the issuing body's own act."""

_CORRECTION = re.compile(r"更正|勘误|订正")
_FEEDBACK = re.compile(
    r"(?:征求意见|征集意见|意见征集|意见)的?(?:采纳|反馈|处理)?(?:情况|结果)(?:的?(?:反馈|说明|公告|公示|报告))?\Z"
    r"|采纳情况"
)
# 废止《…》, 修改〈…〉: the word stands before the name of another act. 关于调整…组成人员的通知
# is an act of its own, however often it is repeated.
_REPEAL = re.compile(r"(?:废止|宣布失效|停止执行)(?:和修改)?\Z")
_AMEND = re.compile(r"(?:修改|修订|修正)(?:和废止)?(?:后的)?\Z")
_EXPLAINS = re.compile(
    r"新闻发布会|吹风会|记者问|有关负责人|负责人就|专家(?:解读|观点|谈)|政策直通车"
)
_WHOLE = re.compile(
    r"[（(【]?全文(?:公布|发布|来了|如下)?[）)】]?\Z|\A【?全文】?[:：丨|｜]|附全文|（附全文）"
)
_ARTICLE_LINE = re.compile(r"^[ 　]{0,4}第[一二三四五六七八九十百]{1,5}条", re.MULTILINE)
_TASK_LINE = re.compile(
    r"^[ 　]{0,4}(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)])",
    re.MULTILINE,
)
_FULL_LENGTH = 900
_PARTS = 5


def is_correction(title: str) -> bool:
    """Whether the page only corrects a misprint of another one: it belongs to no event."""
    return bool(_CORRECTION.search(title))


def holds_text(text: str) -> bool:
    """Whether ``text`` is the policy itself rather than news of it: articles or numbered tasks."""
    if len(text) < _FULL_LENGTH:
        return False
    if len(_ARTICLE_LINE.findall(text)) >= _PARTS:
        return True
    return len(_TASK_LINE.findall(text)) >= _PARTS


def role_of(
    title: str,
    *,
    text: str,
    official: bool,
    own: bool,
    draft: bool,
    before: str = "",
    issuers_site: bool = True,
) -> Role:
    """The role of a page. ``own``: the title has the form of an official act (关于印发…的通知, the
    bare name) and not of a headline; ``draft``: the policy named is still a draft;
    ``before`` are the words in front of its name; ``issuers_site``: the page stands at an issuing
    body, as far as is known."""
    if is_interpretation(title) or _EXPLAINS.search(title):
        return "interpretation"
    if _WHOLE.search(title):
        return "full_text"
    if not own:
        if holds_text(text):
            return "final" if official and issuers_site and not draft else "full_text"
        return "report"
    if not official:
        return "full_text" if holds_text(text) else "report"
    if _FEEDBACK.search(title):
        return "feedback"
    if draft or is_draft(title):
        return "draft"
    words = before.rstrip("《〈 ")
    if _REPEAL.search(words):
        return "repeal"
    if _AMEND.search(words):
        return "amendment"
    return "final"
