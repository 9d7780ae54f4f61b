"""What repeats on every page of a site is not the article.

A template is learned from a handful of pages of one site: text that stands at the same place
(same chain of elements and classes) with the same wording on nearly all of them. Short phrases
are never learned, because 特此通知 and 附件 repeat in documents, not in page frames.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.extraction.guard import tame
from pipelines.extraction.outline import Outline, outline_of
from pipelines.extraction.unread import drop_unread, parsed

_MIN_PAGES = 3
_SHARE = 0.9
_MIN_SIZE = 12.0


@dataclass(frozen=True, slots=True)
class Template:
    """Keys of blocks (place and wording) that stand on nearly every page of a site."""

    blocks: frozenset[int] = frozenset()
    pages: int = 0

    def repeated(self, out: Outline) -> frozenset[int]:
        """Indices of blocks of a page that belong to the template."""
        if not self.blocks:
            return frozenset()
        return frozenset(i for i, key in _keys(out) if key in self.blocks)


def learn_template(pages: Iterable[str]) -> Template:
    """Learn from the decoded markup of article pages of one site, at least three.

    With fewer pages the template is empty and changes nothing.
    """
    counts: Counter[int] = Counter()
    total = 0
    for page in pages:
        tree = parsed(tame(page)[0])
        drop_unread(tree)
        if tree.body is not None:
            total += 1
            counts.update({key for _, key in _keys(outline_of(tree.body))})
    if total < _MIN_PAGES:
        return Template(pages=total)
    need = max(_MIN_PAGES, _SHARE * total)
    return Template(frozenset(key for key, n in counts.items() if n >= need), total)


def _keys(out: Outline) -> list[tuple[int, int]]:
    """(block, key) of every block with enough text of its own."""
    places: list[int] = []
    keys = []
    for i, parent in enumerate(out.parent):
        above = places[parent] if parent >= 0 else 0
        place = _hash(f"{above}/{out.tag[i]}.{out.name[i].split(' ', 1)[0]}")
        places.append(place)
        if out.own[i] >= _MIN_SIZE:
            wording = "".join(out.content[i].split())
            keys.append((i, _hash(f"{place}|{wording}")))
    return keys


def _hash(text: str) -> int:
    """Stable over processes, unlike ``hash``: templates may be stored."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "big")
