"""What is searched for in the large database of ``bench.scale``, and what must be found."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from bench.scale_texts import BATCH, REGIONS, Library, Made
from storage.tokens import compare_text

_BRACKETS = (("[", "]"), ("(", ")"), ("（", "）"), ("【", "】"), ("〔", "〕"))
EACH = 8  # queries of most kinds


class Stored(NamedTuple):
    """What a scan knows of a document; ``whole``: its folded texts."""

    whole: str
    number: str
    issuer: str
    region: str
    day: date


Holds = Callable[[Stored], bool]


@dataclass(frozen=True, slots=True)
class Query:
    """A search and which documents it must find."""

    kind: str
    text: str
    holds: Holds


def has(*phrases: str) -> Holds:
    """All phrases occur."""
    folded = [compare_text(phrase) for phrase in phrases]
    return lambda row: all(phrase in row.whole for phrase in folded)


def both(one: Holds, other: Holds) -> Holds:
    """Both hold."""
    return lambda row: one(row) and other(row)


def either(one: Holds, other: Holds) -> Holds:
    """One of them holds."""
    return lambda row: one(row) or other(row)


def without(one: Holds, other: Holds) -> Holds:
    """One holds and the other does not."""
    return lambda row: one(row) and not other(row)


def _issuer(name: str) -> Holds:
    return lambda row: name in row.issuer


def _region(code: str) -> Holds:
    return lambda row: row.region.startswith(code)


def _number(part: str) -> Holds:
    return lambda row: part in row.number


def _after(day: date) -> Holds:
    return lambda row: row.day >= day


def _before(day: date) -> Holds:
    return lambda row: row.day <= day


class _Chooser:
    """Words of a library by how common they are, and documents."""

    def __init__(self, library: Library, stored: int) -> None:
        self.rng = random.Random(5)  # noqa: S311 - sample choice
        self.texts, self.stored = library, stored
        han = [word for word in library.words if not any(c.isascii() for c in word)]
        short = [word for word in han if len(word) == 2]
        self.bands = {"common": short[:40], "middle": short[300:1500], "rare": short[8000:]}
        self.long = [word for word in han[:4000] if len(word) == 4]
        self.foreign = [word for word in library.words if word.isascii()]

    def words(self, band: str, count: int) -> list[str]:
        return self.rng.sample(self.bands[band], count)

    def document(self) -> Made:
        return self.rng.choice(self.texts.batch(self.rng.randrange(self.stored // BATCH)))

    def numbered(self, count: int) -> list[Made]:
        found: list[Made] = []
        while len(found) < count:
            made = self.document()
            if made.doc_number:
                found.append(made)
        return found

    def small(self, count: int) -> list[Made]:
        """Documents of small places."""
        found: list[Made] = []
        while len(found) < count:
            batch = self.texts.batch(self.rng.randrange(self.stored // BATCH))
            found.append(self.rng.choice([one for one in batch if "县" in one.publisher]))
        return found


def queries(library: Library, *, stored: int) -> list[Query]:
    """All kinds of searches."""
    choose = _Chooser(library, stored)
    parts = (_han, _foreign, _operators, _numbers, _fields, _days, _fielded, _nothing)
    return [query for part in parts for query in part(choose)]


def _han(choose: _Chooser) -> Iterator[Query]:
    for band in choose.bands:
        for word in choose.words(band, 12):
            yield Query(f"2 characters, {band}", word, has(word))
    for word in choose.rng.sample(choose.long, 12):
        yield Query("4 characters", word, has(word))
    for size in (6, 10):
        for _ in range(10):
            body = choose.document().text
            line = max(body.replace("。\n", "，").replace("、", "，").split("，"), key=len)
            yield Query(f"phrase of {size}", f'"{line[:size]}"', has(line[:size]))
    for band in ("common", "middle", "rare"):
        for word in choose.words(band, 3):
            yield Query("1 character", word[0], has(word[0]))


def _foreign(choose: _Chooser) -> Iterator[Query]:
    for year in (2019, 2021, 2022, 2023, 2024, 2025, 2026):
        yield Query("year", str(year), has(str(year)))
    for letter in "aeqxz":
        yield Query("1 letter or digit", letter, has(letter))
    for digit in "027":
        yield Query("1 letter or digit", digit, has(digit))
    for size in (2, 3, 4):
        cut = [word[:size] for word in choose.foreign if len(word) > size]
        for part in [*choose.rng.sample(cut[:60], EACH // 2), *choose.rng.sample(cut, EACH // 2)]:
            yield Query(f"{size} letters", part, has(part))
    for size in (2, 3, 4):
        for _ in range(EACH // 2):
            part = str(choose.rng.randrange(10 ** (size - 1), 10**size))
            yield Query(f"{size} digits", part, has(part))
    long = [word for word in choose.foreign if len(word) > 5]
    for word in choose.rng.sample(long, EACH):
        yield Query("Latin word", word, has(word))
    for made in choose.numbered(EACH // 2):
        yield Query("5 digits or more", str(made.number), has(str(made.number)))


def _operators(choose: _Chooser) -> Iterator[Query]:
    pairs = (("middle", "common"), ("rare", "common"), ("common", "common"), ("rare", "rare"))
    for one_band, other_band in pairs:
        for _ in range(EACH):
            one, other = choose.words(one_band, 1)[0], choose.words(other_band, 1)[0]
            kind = f"{one_band} and {other_band}"
            yield Query(f"{kind} word", f"{one} {other}", has(one, other))
            yield Query(f"{kind}: OR", f"{one} OR {other}", either(has(one), has(other)))
            if one != other:
                lone = without(has(one), has(other))
                yield Query(f"{kind}: NOT", f"{one} NOT {other}", lone)
    for word in choose.words("middle", 4):
        yield Query("NOT alone", f"NOT {word}", without(has(), has(word)))


def _numbers(choose: _Chooser) -> Iterator[Query]:
    for place, made in enumerate(choose.numbered(2 * EACH)):
        first, last = _BRACKETS[place % len(_BRACKETS)]
        number = made.doc_number or ""
        asked = number.replace("〔", first).replace("〕", last)
        yield Query("document number", asked, has(number))
    for made in choose.numbered(EACH):
        number = made.doc_number or ""
        yield Query("number: whole", f"number:{number}", _number(number))
    for part in (
        "2021",
        "2025",
        "示发",
        "示发〔2023〕",
        "77777",
        "99号",
        "55号",
        "〔2023〕6号",
        "10001",
        "12",
    ):
        yield Query("number: part", f"number:{part}", _number(part))


def _fields(choose: _Chooser) -> Iterator[Query]:
    for name in ("财政厅", "示例省", "委员会", "示例省科学技术厅"):
        yield Query("issuer: common", f"issuer:{name}", _issuer(name))
    for made in choose.small(EACH):
        yield Query("issuer: rare", f"issuer:{made.publisher}", _issuer(made.publisher))
        yield Query("region: rare", f"region:{made.region}", _region(made.region))
    for code in ("CN", "CN-44", "CN-4", *REGIONS[-3:]):
        yield Query("region: common", f"region:{code}", _region(code))


def _days(choose: _Chooser) -> Iterator[Query]:
    newest = choose.texts.batch(choose.stored // BATCH - 1)[-1].seen.date()
    for back in (0, 3, 40, 120, 400):
        day = newest - timedelta(days=back)
        yield Query("after:", f"after:{day}", _after(day))
        yield Query("before:", f"before:{day}", _before(day))
    for day in (date(2012, 3, 4), date(2015, 1, 1), date(2020, 6, 30), date(2023, 11, 19)):
        yield Query("before:", f"before:{day}", _before(day))
    yield Query("before:", "before:2018", _before(date(2018, 12, 31)))
    for year in (2011, 2016, 2022):
        held = both(_after(date(year, 1, 1)), _before(date(year, 12, 31)))
        yield Query("a year of days", f"after:{year} before:{year}", held)


def _fielded(choose: _Chooser) -> Iterator[Query]:
    old, new = date(2021, 3, 1), date(2024, 2, 1)
    for band in ("common", "middle", "rare"):
        for word in choose.words(band, EACH // 2):
            made = choose.small(1)[0]
            kind = f"word and field, {band} word"
            rare = both(has(word), _issuer(made.publisher))
            yield Query(kind, f"{word} issuer:{made.publisher}", rare)
            yield Query(kind, f"{word} issuer:财政厅", both(has(word), _issuer("财政厅")))
            yield Query(kind, f"{word} region:CN-44", both(has(word), _region("CN-44")))
            here = both(has(word), _region(made.region))
            yield Query(kind, f"{word} region:{made.region}", here)
            yield Query(kind, f"{word} after:{new}", both(has(word), _after(new)))
            yield Query(kind, f"{word} before:{old}", both(has(word), _before(old)))
            yield Query(kind, f"{word} number:2024", both(has(word), _number("2024")))
            four = both(both(has(word), _after(new)), _region("CN-44"))
            yield Query(kind, f"{word} region:CN-44 after:{new}", four)


def _nothing(choose: _Chooser) -> Iterator[Query]:
    unknown = (
        ("龘龘", has("龘龘")),
        ("示发〔2019〕1号", has("示发〔2019〕1号")),
        ("qzxjvk", has("qzxjvk")),
        ("987654321", has("987654321")),
        ("number:国发〔2024〕1号", _number("国发〔2024〕1号")),
        ("number:2016", _number("2016")),
        ("issuer:气象局", _issuer("气象局")),
        ("region:US", _region("US")),
        ("region:CN-99", _region("CN-99")),
        ("after:2027", _after(date(2027, 1, 1))),
        ("before:1990", _before(date(1990, 12, 31))),
    )
    for text, holds in unknown:
        yield Query("nothing: unknown", text, holds)
    for one, other in zip(choose.words("common", EACH), choose.words("common", EACH), strict=True):
        yield Query("nothing: common words glued", one + other, has(one + other))
    for word, name in zip(choose.words("common", 4), ("气象局", "海关"), strict=False):
        yield Query("nothing: common word", f"{word} issuer:{name}", _issuer(name))
        yield Query("nothing: common word", f"{word} region:CN-99", _region("CN-99"))
        yield Query("nothing: common word", f"{word} before:1990", _before(date(1990, 12, 31)))
        yield Query("nothing: common word", f"{word} after:2027", _after(date(2027, 1, 1)))


def truth(
    asked: Sequence[Query], rows: Iterator[tuple[int, Stored]], *, most: int
) -> list[list[int]]:
    """For each query the first ``most`` ids of rows that it must find."""
    found: list[list[int]] = [[] for _ in asked]
    left = list(zip(asked, found, strict=True))
    for key, row in rows:
        for query, ids in left:
            if query.holds(row):
                ids.append(key)
        if any(len(ids) >= most for _, ids in left):
            left = [pair for pair in left if len(pair[1]) < most]
        if not left:
            break
    return found
