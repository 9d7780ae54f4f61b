"""What policies and reports speak of, in pairs of characters: for reports that quote no name."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pipelines.events.names import spelled_out

_GENERAL = re.compile(
    r"国务院办公厅|国务院|促进|推动|推进|加快|支持|鼓励|关于|进一步|加强|深入实施|组织实施|实施|开展|做好|全面|高质量|创新|发展|产业"
    r"|行动|计划|方案|若干|措施|举措|政策|管理|办法|规定|条例|通知|意见|公告|指导|有关|工作|等|[一二三四五]年|规范|指南|指引|建设"
    r"|体系|服务|培育|细则|暂行|试行|规划|优化|提升|应用|相关|监督|业务|规则|印发|公布|名单|清单|要点|十[四五六]五|新一轮|系列|最新|正式|专项|近期|今年|水平|能力|省|市"
)

_QUOTES = str.maketrans("", "", "“”‘’「」")


def folded(text: str) -> str:
    """``text`` as topics are compared: one width, no spaces, no quotes, AI spelled out."""
    plain = "".join(text.translate(_QUOTES).split())
    return spelled_out(unicodedata.normalize("NFKC", plain))


@lru_cache(maxsize=2048)
def topic_of(core: str) -> frozenset[str]:
    """What a policy is about: pairs of characters of its name without the words of every name."""
    pairs: set[str] = set()
    for part in _GENERAL.split(folded(core)):
        pairs.update(part[at : at + 2] for at in range(len(part) - 1))
    return frozenset(pairs)


def share_in(topic: frozenset[str], words: str) -> float:
    """The share of a topic that ``words`` speak of."""
    return sum(pair in words for pair in topic) / len(topic) if topic else 0.0
