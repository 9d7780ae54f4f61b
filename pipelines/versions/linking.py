"""Whether two titles name versions of one instrument: old and new law, draft and final text.

A rewritten law shares hardly a sentence with its predecessor, so the text alone cannot link them;
the name does. Only names of instruments that are revised link (法, 条例, 办法, 规定 …): a yearly
notice or report of the same name is another document.
"""

from __future__ import annotations

import re
import unicodedata

from pipelines.fields.issuers import canonical_body

_NAMED = re.compile(r"《([^《》\n]{4,120})》")
_BRACKETS = re.compile(r"[（(][^（）()]{0,30}[)）]|[〔\[][^〔〕\[\]]{0,20}[〕\]]")
_STATE = re.compile(
    r"(?:公开)?征求意见稿|送审稿|修订草案|修正草案|草案|修订稿|修正案|(?:19|20)\d\d年?(?:修订|修正|版)|暂行$|试行$"
)
_LASTING = re.compile(
    r"(?:法|条例|办法|规定|细则|规则|解释|章程|准则|规范|决定|若干问题|若干措施|若干意见|实施方案|管理制度|目录|指引|指南|标准)\Z"
)
_PERIOD = re.compile(
    r"(?:19|20)\d\d|第[一二三四五六七八九十百\d]{1,4}[批期季]|[一二三四五六七八九十\d]{1,2}月"
)


def same_instrument(
    title_a: str,
    title_b: str,
    *,
    issuers_a: tuple[str, ...] = (),
    issuers_b: tuple[str, ...] = (),
) -> bool:
    """Whether both titles name one instrument, drafts and revised texts included.

    Issuers that are known on both sides and have none in common keep two rules of one name apart.
    """
    left, right = instrument_name(title_a), instrument_name(title_b)
    if not left or left != right:
        return False
    ours = {canonical_body(name) for name in issuers_a}
    theirs = {canonical_body(name) for name in issuers_b}
    return not ours or not theirs or bool(ours & theirs)


def instrument_name(title: str) -> str:
    """The name by which versions are one: without year, state and brackets; "" for other titles."""
    folded = unicodedata.normalize("NFKC", title[:300])
    named = _NAMED.search(folded)
    text = named[1] if named else folded
    text = _STATE.sub("", _BRACKETS.sub("", text))
    text = re.sub(r"\W", "", text).removeprefix("中华人民共和国").removeprefix("关于")
    if len(text) < 3 or _PERIOD.search(text) or not _LASTING.search(text):
        return ""
    return text
