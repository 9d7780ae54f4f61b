"""Pages of a backlog are read in groups, and others need not wait for a whole group."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from pipelines import stages
from pipelines.items import Bulletin

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def page(number: int) -> Bulletin:
    return Bulletin(
        source_key="sample", url=f"https://a.cn/{number}", fetched_at=NOW, content=b"<p>sample</p>"
    )


@pytest.mark.parametrize(("held", "meanwhile"), [(0.0, True), (3600.0, False)])
def test_a_long_group_lets_others_go_first(
    held: float, meanwhile: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "HELD", held)
    seen: list[str] = []
    read = stages.Read(None)
    read.steps = (lambda item: seen.append(item.url),)

    async def crawl() -> None:
        read.groups.most = 3
        group = [asyncio.create_task(read.process_item(page(n))) for n in range(3)]
        await asyncio.sleep(0)
        while not seen:
            await asyncio.sleep(0)
        asyncio.get_running_loop().call_soon(seen.append, "heartbeat")
        await asyncio.gather(*group)

    asyncio.run(crawl())
    assert seen[0] == "https://a.cn/0"
    assert (seen[-1] != "heartbeat") is meanwhile
