"""Several things saved in one transaction when several wait, each with an answer of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

Thing = TypeVar("Thing")
Answer = TypeVar("Answer")

_ROUNDS = 5  # times ``linger``: how long a thing waits while others keep coming


class GroupCommit(Generic[Thing, Answer]):
    """Collects things until ``most`` wait or none came for ``linger`` seconds, and saves them.

    Nothing waits longer than five times ``linger``. ``save`` gets a group in order and returns one
    answer each. If it raises, each thing of the group is saved alone: a bad one fails alone.
    """

    def __init__(
        self,
        save: Callable[[Sequence[Thing]], Awaitable[Sequence[Answer]]],
        *,
        most: int,
        linger: float,
    ) -> None:
        self.save = save
        self.most = most
        self.linger = linger
        self._waiting: list[tuple[Thing, asyncio.Future[Answer]]] = []
        self._full = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None

    async def put(self, thing: Thing) -> Answer:
        """Have ``thing`` saved; its answer, or what saving it alone raised."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((thing, done))
        if len(self._waiting) >= self.most:
            self._full.set()
        if self._writer is None:
            self._writer = loop.create_task(self._write())
        return await done

    async def _write(self) -> None:
        for _ in range(_ROUNDS):
            met = len(self._waiting)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._full.wait(), self.linger)
            if self._full.is_set() or len(self._waiting) == met:
                break
        while self._waiting:
            group, self._waiting = self._waiting[: self.most], self._waiting[self.most :]
            await self._save(group)
        self._full.clear()
        self._writer = None

    async def _save(self, group: list[tuple[Thing, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self.save([thing for thing, _ in group])
        except Exception as error:
            if len(group) == 1:
                group[0][1].set_exception(error)
                return
            for alone in group:
                await self._save([alone])
        else:
            for (_, done), answer in zip(group, answers, strict=True):
                done.set_result(answer)
