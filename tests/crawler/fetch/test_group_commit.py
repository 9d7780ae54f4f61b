"""Group commit: alone or together, every record gets its own answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from pipelines.group_commit import GroupCommit


class Book:
    """Saves numbers in groups; refuses the number 13 and with it its whole group."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []

    async def save(self, group: Sequence[int]) -> list[str]:
        if 13 in group:
            raise ValueError("13")
        self.groups.append(list(group))
        return [f"saved {number}" for number in group]


def _put(book: Book, numbers: Sequence[int], *, most: int = 4) -> list[str | BaseException]:
    async def run() -> list[str | BaseException]:
        commits = GroupCommit(book.save, most=most, linger=0.01)
        return await asyncio.gather(*map(commits.put, numbers), return_exceptions=True)

    return asyncio.run(run())


def test_what_waits_together_is_saved_together_in_order() -> None:
    book = Book()
    assert _put(book, range(10)) == [f"saved {number}" for number in range(10)]
    assert book.groups == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_one_alone_does_not_wait_for_others() -> None:
    book = Book()
    assert _put(book, [1]) == ["saved 1"]
    assert book.groups == [[1]]


def test_a_bad_one_fails_alone() -> None:
    book = Book()
    answers = _put(book, [11, 12, 13, 14])
    assert answers[:2] == ["saved 11", "saved 12"]
    assert isinstance(answers[2], ValueError)
    assert answers[3] == "saved 14"
    assert book.groups == [[11], [12], [14]]


def test_a_second_wave_is_saved_after_the_first() -> None:
    book = Book()

    async def run() -> list[str]:
        commits = GroupCommit(book.save, most=2, linger=0.0)
        first = await commits.put(1)
        return [first, await commits.put(2)]

    assert asyncio.run(run()) == ["saved 1", "saved 2"]
    assert book.groups == [[1], [2]]


def test_the_first_does_not_wait_until_the_others_stop_coming() -> None:
    book = Book()

    async def run() -> int:
        commits = GroupCommit(book.save, most=10**9, linger=0.01)
        first = asyncio.create_task(commits.put(1))
        others = set()
        async with asyncio.timeout(10):
            while not first.done():
                others.add(asyncio.create_task(commits.put(2)))
                await asyncio.sleep(0)
        await asyncio.gather(*others)
        return len(others)

    assert asyncio.run(run()) > 1
    assert book.groups[0][0] == 1


@pytest.mark.parametrize("most", [1, 3])
def test_groups_are_never_larger_than_allowed(most: int) -> None:
    book = Book()
    _put(book, range(7), most=most)
    assert max(map(len, book.groups)) <= most
    assert sorted(number for group in book.groups for number in group) == list(range(7))
