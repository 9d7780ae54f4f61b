"""Which tokens are common, from a sample of the newest documents: a hint for searches only.

An index query takes as long as its longest lists together. Of a phrase's bigrams the rare ones
suffice to find candidates; full-text indexes do not tell which these are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, func, select

from storage.models import Document
from storage.prepared import Prepared
from storage.search_index import SEARCHED, SearchText

LARGE = 20_000  # documents; in a smaller database no list is long
SAMPLE = 128  # documents
RARE = 3  # of them: what fewer or so many have is rare

_NEWEST = Prepared(lambda _: select(func.coalesce(func.max(Document.id), 0)))
_SAMPLED = SEARCHED.order_by(Document.id.desc()).limit(SAMPLE)
_kept: WeakKeyDictionary[Engine, tuple[int, Mapping[str, int]]] = WeakKeyDictionary()


def common_tokens(connection: Connection) -> Mapping[str, int]:
    """In how many of the sample's documents each token occurs, rare ones left out.

    Read once for a database and again when it has twice the size; takes some 70 ms then.
    """
    ((newest,),) = _NEWEST.rows(connection, {})
    size, found = _kept.get(connection.engine, (0, {}))
    if newest < LARGE or (size and newest < 2 * size):
        return found
    counted: Counter[str] = Counter()
    for _, title, number, publisher, bodies, body in connection.execute(_SAMPLED):
        found_in = SearchText(title, number, publisher, tuple(bodies or ()), body)
        counted.update(set(found_in.tokens.split()))
    found = {token: often for token, often in counted.items() if often > RARE}
    _kept[connection.engine] = (newest, found)
    return found
