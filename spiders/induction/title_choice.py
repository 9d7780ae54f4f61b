"""Which slot of the rows holds their titles: one sum of named features for every slot."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from statistics import mean

from spiders.induction.days import is_date_like
from spiders.induction.dom import width
from spiders.induction.link_choice import says_nothing
from spiders.induction.slots import Slot, text_of
from spiders.induction.weights import weighed
from spiders.induction.worth import WORD, is_case, numbered
from spiders.listing.assemble import bare_title

#: columns and labels that hold titles, and those that hold other things
_HEAD = re.compile(
    r"title|\bname|caption|style|\bcase\b|matter|parties|petitioner|subject|description|headline"
    r"|meeting|event|document|judgment$|标题|名称|题名|文件$|案件|事项|主题",
    re.IGNORECASE,
)
_OTHER_HEAD = re.compile(
    r"\bnos?\b|number|docket(?! text)|judge|justice|author|bench|court|county|\bdate|\bday\b|time"
    r"|location|place|(?<!meeting )type|status|categor|agency|department|disposition"
    r"|result|citation|\bcite|topic|panel|company|文号|字号|索引|来源|机关|机构|单位|类别|类型|效力|序号|状态|当事人|日期|时间",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:^|[-_\s])\w*(?:title|name|subject|heading|headline|caption|biaoti|bt)", re.I
)
#: a number of a case or a document before a title
_NUMBER_FIRST = re.compile(r"^(?:[A-Za-z. ]{0,24}?)(?:no\.?\s?)?\d+[-–/:]\S*\d[-\w]*\b", re.I)
_SENTENCE = re.compile(r"(?:[。；;]|[a-z]{4}\.)\s*$|。\S|[a-z]{4}\. [A-Z]")
_OPEN = re.compile(r"\b(?:the|an?|of|by|in|to|and|or|for|with|from|on|at|see)$", re.IGNORECASE)
_CUT = re.compile(r"(?:…|\.{2,6})\s*$")
_NUMBER = re.compile(r"\d+")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
#: of a link, the texts between marked words are no places of their own
_NOT_HELD = {False: ("tip", "beside"), True: ("tip", "beside", "part")}
_MOST_HELD = 1.5
_FULL, _SHORT, _LONG, _FRAME, _HALF, _FEW, _HARDLY = 44, 30, 200, 8, 0.5, 2, 0.05


@dataclass(frozen=True, slots=True)
class Features:
    """What speaks for (or against) a slot of titles, each from 0 to 1."""

    telling: float  # long enough to say something
    case: float  # names of cases
    link: float  # the text of the link, or of its tooltip
    heading: float  # stands in a heading
    named: float  # class of the element, as templates call titles
    head: float  # the column or label is called so
    other_head: float  # the column or label is called something else
    missing: float  # rows without a text
    repeated: float  # the same text in several rows
    constant: float  # the same text in (nearly) all of them
    generic: float  # View, PDF, Read more
    numbered: float  # numbers, or the same words with other numbers
    dated: float  # a day and nothing else
    with_day: float  # a day among the words
    with_number: float  # a number before the words
    cut: float  # ends in an ellipsis: the whole title stands elsewhere
    open: float  # ends in a word that no title ends in: a piece of a sentence
    long: float  # summaries
    sentences: float
    whole: float  # holds the texts of several other places
    framed: float  # the same words before or after every text
    beside: float  # outside the row


#: found on list pages written for the purpose and on the dev half of the corpora
_WEIGHTS = Features(
    telling=1.0,
    case=0.6,
    link=0.35,
    heading=0.3,
    named=0.3,
    head=0.4,
    other_head=-0.8,
    missing=-1.5,
    repeated=-0.7,
    constant=-0.8,
    generic=-1.5,
    numbered=-0.9,
    dated=-2.0,
    with_day=-0.45,
    with_number=-0.25,
    cut=-1.0,
    open=-0.8,
    long=-0.8,
    sentences=-0.45,
    whole=-0.9,
    framed=-0.2,
    beside=-0.2,
)


def title_field(slots: Sequence[Slot], link: str) -> str:
    """The field of the best slot, with the text of the link behind it for rows without one."""
    plain = text_of(link)
    own = next((slot for slot in slots if slot.where == "link"), None)
    best = max(slots, key=lambda slot: worth(slot, own=own, others=slots), default=None)
    if best is None or best.field == plain:
        return plain
    return f"{best.field} || {plain}"


def worth(slot: Slot, *, own: Slot | None, others: Sequence[Slot] = ()) -> float:
    """The weighted sum of the features of a slot."""
    return weighed(features(slot, own=own, others=others), _WEIGHTS)


def title_worth_of(texts: Sequence[str]) -> float:
    """How good texts are as titles, wherever they come from."""
    return worth(Slot("", tuple(texts), "row"), own=None)


def features(slot: Slot, *, own: Slot | None, others: Sequence[Slot]) -> Features:
    """The features of one slot; ``own`` is the slot of the link's text."""
    texts = [bare_title(text) for text in slot.texts]
    count = len(texts)
    known = [text for text in texts if text]
    tags, names = _named_as(slot)
    head = slot.head
    other = bool(head and _OTHER_HEAD.search(head))
    return Features(
        telling=mean(min(1.0, width(t) / _FULL) if not says_nothing(t) else 0.0 for t in texts),
        case=_share(texts, is_case),
        link=_of_link(slot, own),
        heading=float(bool(tags & _HEADINGS) and slot.where != "link"),
        named=float(_NAMED.search(names) is not None),
        head=float(bool(head) and not other and _HEAD.search(head) is not None),
        other_head=float(other),
        missing=1.0 - len(known) / count,
        repeated=1.0 - len(set(known)) / max(1, len(known)),
        constant=float(count > _FEW and len(set(known)) <= max(1, _HARDLY * count)),
        generic=_share(known, says_nothing),
        numbered=numbered(known),
        dated=_share(slot.texts, _is_day),
        with_day=_share(known, lambda text: is_date_like(text[:30]) or is_date_like(text[-30:])),
        with_number=_share(known, lambda text: _NUMBER_FIRST.match(text) and is_case(text)),
        cut=_share(known, _CUT.search),
        open=_share(known, _OPEN.search),
        long=_share(known, lambda text: width(text) > _LONG),
        sentences=_share(known, lambda text: width(text) > _SHORT and _SENTENCE.search(text)),
        whole=_holds(slot, others),
        framed=_framed(known),
        beside=float(slot.where == "beside"),
    )


def _named_as(slot: Slot) -> tuple[set[str], str]:
    """The tags of the element and of those right above it, and its own classes."""
    element = slot.element
    if element is None or slot.field.startswith("::"):
        return set(), ""
    above = [node.tag for node, _ in zip(element.ancestors(), range(2), strict=False)]
    return {element.tag, *above}, " ".join((*element.classes, element.id))


def _share(texts: Sequence[str], holds: Callable[[str], object]) -> float:
    return sum(bool(holds(text)) for text in texts) / len(texts) if texts else 0.0


def _of_link(slot: Slot, own: Slot | None) -> float:
    """1 for the text of the link; a tooltip counts where it is that text, or more of it.

    Not where all tooltips go on with the same words: "opens in a new window".
    """
    if slot.where in ("link", "inside link"):
        return 1.0
    if slot.where == "tip" and own is not None:
        pairs = [(bare_title(t), o) for t, o in zip(slot.texts, own.texts, strict=True) if t]
        same = sum(t.startswith(bare_title(o).rstrip(".… ")[:12]) for t, o in pairs)
        return float(bool(pairs) and same >= 0.9 * len(pairs) and not _goes_on_alike(pairs))
    return 0.0


def _goes_on_alike(pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether all tooltips add the same words to the texts of their links."""
    more = {_NUMBER.sub("0", t[len(o) :]) for t, o in pairs if t.startswith(o) and t != o}
    if len(pairs) > _FEW and len(more) == 1 and all(t.startswith(o) for t, o in pairs):
        return True
    return _same_end([t for t, _ in pairs]) and not _same_end([o for _, o in pairs])


def _is_day(text: str) -> bool:
    return is_date_like(text) and len(WORD.findall(bare_title(text))) <= 2


def _holds(slot: Slot, others: Sequence[Slot]) -> float:
    """Whether a text holds those of two or more other places, looked up in the first rows."""
    if slot.where == "tip":
        return 0.0
    held, with_link = 0, False
    for other in others:
        pairs = [(t, o) for t, o in zip(slot.texts[:5], other.texts[:5], strict=True) if len(o) > 3]
        apart = other.where not in _NOT_HELD[slot.where == "link"] and other is not slot
        holds = apart and len(pairs) > 0 and all(o in t and o != t for t, o in pairs)
        held += holds
        with_link = with_link or (holds and other.where == "link" and not _is_nameless(other))
    return min(_MOST_HELD, max(0.6 * with_link, max(0, held - 1) / 2))


def _is_nameless(link: Slot) -> bool:
    known = [text for text in link.texts if text]
    return _share(known, says_nothing) > _HALF or numbered(known) > _HALF


def _framed(texts: Sequence[str]) -> float:
    """Whether all texts begin, or end, with the same words: "opens in a new window"."""
    if len(texts) < 3 or len(set(texts)) < 3:
        return 0.0
    return float(max(_same_start(texts), _same_start([text[::-1] for text in texts])) >= _FRAME)


def _same_end(texts: Sequence[str]) -> bool:
    return len(set(texts)) > _FEW and _same_start([text[::-1] for text in texts]) >= _FRAME


def _same_start(texts: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, zip(*texts)))  # noqa: B905
