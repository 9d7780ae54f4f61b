"""Documents for ``bench.scale``, made by seed: any number of them, the same ones every time.

Words of two to four Han characters are drawn with Zipf weights, so that a few occur in every text
and most in hardly any, as in real prose; one in 28 is a year, a number or of Latin letters. A text
has some 1,500 characters in eleven sentences and 850 different search tokens, as measured on real
ones. One document in fifty is of a small place, with a rare publisher and region and an old day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

BATCH = 1000  # documents made together; part of what a number stands for
WORDS = 60_000
SENTENCES, LONG = 11, 54  # sentences of a text, words of a sentence
OWN_WORDS = 220  # words of a text: a subject repeats its own
COMMON_SENTENCES = 3000  # sentences that many documents share
START = datetime(2023, 11, 20, tzinfo=UTC)
REGIONS = ("CN", "CN-11", "CN-31", "CN-33", "CN-44", "CN-4401", "CN-4403", "CN-51", "CN-61")
LEVELS = ("national", "provincial", "municipal", "district")
TYPES = ("通知", "意见", "办法", "公告", "方案", "批复")
BODIES = ("发展和改革委员会", "财政厅", "科学技术厅", "工业和信息化厅", "人力资源和社会保障厅")
FOREIGN = 28  # every so many words are no Han characters
SMALL = 50  # every so many documents are of a small place
_LETTERS = "etaoinsrhldcumfpgwybvkxjqz"
_MARKS = ("，", "、", "，", "。\n")


@dataclass(frozen=True, slots=True)
class Made:
    """One document."""

    number: int
    title: str
    text: str
    doc_number: str | None
    publisher: str
    region: str
    level: str
    doc_type: str
    seen: datetime
    day: date

    @property
    def url(self) -> str:
        """Its address."""
        return f"https://www.bench{self.number % 40}.example/zwgk/content/{self.number}.html"


def words() -> list[str]:
    """The vocabulary, the most frequent word first."""
    rng = np.random.default_rng(11)
    weights = 1.0 / np.arange(20, 3020)
    codes = rng.permutation(np.arange(0x4E00, 0x4E00 + 6000))[:3000]
    found: dict[str, None] = {}
    while len(found) < WORDS:
        sizes = rng.choice((2, 2, 2, 3, 4), size=WORDS)
        drawn = rng.choice(codes, size=(WORDS, 4), p=weights / weights.sum())
        for size, row in zip(sizes.tolist(), drawn.tolist(), strict=True):
            found["".join(map(chr, row[:size]))] = None
    made = list(found)[:WORDS]
    for place in range(12, WORDS, FOREIGN):
        made[place] = _foreign(place // FOREIGN, rng)
    return made


def _foreign(number: int, rng: np.random.Generator) -> str:
    """A year, a number with its unit, a mixed word or one of letters, common ones short."""
    if number % 7 == 0:
        return f"{2004 + number // 7 % 24}年"
    if number % 7 == 1:
        return f"{rng.integers(1, 1000)}{'%项亿元个号'[number % 6]}"
    if number % 7 == 2:
        return f"{rng.integers(2, 20)}{'GDXB'[number % 4]}"
    size = int(rng.integers(2, 5 if number < 200 else 10))
    weights = 1.0 / np.arange(2, 28)
    word = "".join(rng.choice(list(_LETTERS), size=size, p=weights / weights.sum()))
    return word.upper() if size < 5 else word


class Library:
    """Makes documents by number."""

    def __init__(self) -> None:
        self.words = words()
        self._pieces = (*self.words, *_MARKS)
        weights = 1.0 / np.arange(40, WORDS + 40)
        self._steps = np.cumsum(weights / weights.sum())

    def batch(self, place: int) -> list[Made]:
        """The documents ``place * BATCH`` to the next batch."""
        rng = np.random.default_rng((7, place))
        shape = (BATCH, SENTENCES * LONG)
        own = np.searchsorted(self._steps, rng.random((BATCH, OWN_WORDS))).clip(0, WORDS - 1)
        places = (rng.random(shape) ** 2 * OWN_WORDS).astype(np.int64)
        drawn = np.take_along_axis(own, places, axis=1).reshape(BATCH, SENTENCES, LONG)
        drawn[:, :, 17::18] = WORDS + rng.integers(0, 3, size=drawn[:, :, 17::18].shape)
        drawn[:, :, -1] = WORDS + 3
        names = np.searchsorted(self._steps, rng.random((BATCH, 7))).clip(0, WORDS - 1)
        pick = self._pieces.__getitem__
        rows = zip(drawn.reshape(BATCH, -1).tolist(), names.tolist(), strict=True)
        return [
            self._made(place * BATCH + at, "".join(map(pick, text)), "".join(map(pick, name)))
            for at, (text, name) in enumerate(rows)
        ]

    def _made(self, number: int, text: str, name: str) -> Made:
        body, kind = BODIES[number % len(BODIES)], TYPES[number % len(TYPES)]
        year = 2020 + number % 6
        place, region = "示例省", REGIONS[number % len(REGIONS)]
        seen = START + timedelta(minutes=number)
        day = seen.date()
        if number % SMALL == 7:
            small = number // SMALL
            word = self.words[600 + small % 1009]
            place, region = f"{word}县", f"CN-{23 + small % 41}{small % 97:02}"
            day -= timedelta(days=200 + small % 5003)
        return Made(
            number=number,
            title=f"{body}关于{name}的{kind}",
            text=text,
            doc_number=f"示发〔{year}〕{number}号" if number % 5 < 2 else None,
            publisher=f"{place}{body}",
            region=region,
            level=LEVELS[number % len(LEVELS)],
            doc_type=kind,
            seen=seen,
            day=day,
        )

    def all(self, count: int) -> Iterator[list[Made]]:
        """Batches up to ``count`` documents (a multiple of BATCH)."""
        for place in range(count // BATCH):
            yield self.batch(place)
