"""What a page is to its policy: the draft, the text itself, an explanation, a report …"""

from __future__ import annotations

import re
from functools import lru_cache
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
    r"|(?:意见|建议)(?:的)?(?:采纳|反馈|处理)(?:情况|结果)|采纳情况"
)
# 废止《…》, 修改〈…〉: the word stands before the name of another act. 关于调整…组成人员的通知
# is an act of its own, however often it is repeated.
_REPEAL = re.compile(r"(?:废止|宣布失效|停止执行)(?:和修改)?\Z")
_AMEND = re.compile(r"(?:修改|修订|修正)(?:和废止)?(?:后的)?\Z")
_EXPLAINS = re.compile(
    r"新闻发布会|吹风会|记者问|有关负责人|负责(?:人|同志)[就谈]|专家(?:解读|观点|谈|文章|视角)|政策直通车"
    r"|立法说明|(?:理解与适用|逐条(?:评析|解读))|要点(?:解读|评析)|问答[｜|：:]|看图(?:学|读)|一图(?:了解|速览)|图说"
)
_WHOLE = re.compile(
    r"[（(【]?全文(?:公布|发布|来了|如下)?[）)】]?\Z|\A【?全文】?[:：丨|｜]|附全文|（附全文）"
)
_ARTICLE_LINE = re.compile(r"^[ 　]{0,4}第[一二三四五六七八九十百]{1,5}条", re.MULTILINE)
_TASK_LINE = re.compile(
    r"^[ 　]{0,4}(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)])",
    re.MULTILINE,
)
_COVER = re.compile(r"(?:印发|发)给你们|现予(?:印发|公布|发布)|遵照执行|请认真贯彻")
_FOLLOWS = re.compile(r"(?:主要内容|全文|内容)如下[。：:]")
_FULL_LENGTH = 900
_FEW_PARTS = 3
_PARTS = 5


@lru_cache(maxsize=256)
def explains_policy(title: str) -> bool:
    """Whether a page explains a policy: 解读, 答记者问, 新闻发布会, 专家文章."""
    return is_interpretation(title) or bool(_EXPLAINS.search(title))


def is_correction(title: str) -> bool:
    """Whether the page only corrects a misprint of another one: it belongs to no event."""
    return bool(_CORRECTION.search(title))


def holds_text(text: str) -> bool:
    """Whether ``text`` is the policy itself rather than news of it: articles or numbered tasks,
    in a text of some length or one that says that the policy follows."""
    if len(text) < _FULL_LENGTH and not _FOLLOWS.search(text[:400]):
        return False
    if len(_ARTICLE_LINE.findall(text)) >= _PARTS:
        return True
    return len(_TASK_LINE.findall(text)) >= _PARTS


def _reprinted(text: str) -> bool:
    """Whether a page under the act's own title goes on like the act: its articles, its covering
    words."""
    return bool(_COVER.search(text[:400])) or len(_ARTICLE_LINE.findall(text)) >= _FEW_PARTS


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
    if explains_policy(title):
        return "interpretation"
    if _WHOLE.search(title):
        return "full_text"
    if not own:
        if holds_text(text):
            return "final" if official and issuers_site and not draft else "full_text"
        return "report"
    if not official:
        return "full_text" if holds_text(text) or _reprinted(text) else "report"
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
