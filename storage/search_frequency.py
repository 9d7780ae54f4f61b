"""How common tokens are, from a sample of the newest documents: a hint for searches only.

An index query takes as long as its longest lists together. Of a phrase's bigrams the rare ones
suffice to find candidates; full-text indexes do not tell which these are.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, func, select

from storage.models import Document
from storage.prepared import Prepared
from storage.query import And, Node, Or, Phrase
from storage.search_index import SEARCHED, SearchText
from storage.tokens import compare_text, fold

LARGE = 20_000  # documents; in a smaller database no list is long
SAMPLE = 128  # documents
RARE = 3  # of them: what fewer or so many have is rare
_REMEMBERED = 20_000  # tokens counted

_NEWEST = Prepared(lambda _: select(func.coalesce(func.max(Document.id), 0)))
_SAMPLED = SEARCHED.order_by(Document.id.desc()).limit(SAMPLE)


class Sample:
    """In how many of some documents tokens occur; counted when first asked for."""

    def __init__(self, size: int = 0, texts: tuple[str, ...] = ()) -> None:
        self.size = size
        self._texts = texts
        self._counted: dict[str, int] = {}

    def __call__(self, token: str, /) -> int:
        """How many have it; 0 if it is rare."""
        found = self._counted.get(token)
        if found is None:
            if len(self._counted) > _REMEMBERED:
                self._counted.clear()
            found = sum(token in text for text in self._texts)
            found = self._counted[token] = found if found > RARE else 0
        return found

    def holding(self, node: Node) -> int:
        """About how many of the sample's documents meet a query, fields and negations aside."""
        match node:
            case Phrase(text):
                return self(compare_text(text))
            case And(parts):
                wanted = [part for part in parts if isinstance(part, (Phrase, And, Or))]
                return min(map(self.holding, wanted), default=0)
            case Or(parts):
                return max(map(self.holding, parts))
            case _:
                return 0


_kept: WeakKeyDictionary[Engine, Sample] = WeakKeyDictionary()


def sample(connection: Connection) -> Sample:
    """The sample of a database, read once and again when it has twice the size."""
    ((newest,),) = _NEWEST.rows(connection, {})
    known = _kept.get(connection.engine)
    if known is not None and newest < 2 * known.size:
        return known
    if newest < LARGE:
        return Sample()
    rows = connection.execute(_SAMPLED)
    texts = (
        SearchText(title, number, publisher, tuple(bodies or ()), body)
        for _, title, number, publisher, bodies, body in rows
    )
    found = Sample(newest, tuple(fold(f"{one.title}\n{one.others}") for one in texts))
    _kept[connection.engine] = found
    return found
