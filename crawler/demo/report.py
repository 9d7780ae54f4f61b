"""What the demo prints: Chinese first, short English beside it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crawler.control.batch import RunOutcome
from crawler.demo.findings import Findings
from crawler.remedies import remedy_for

STATES = {
    "ok": "正常",
    "partial": "部分",
    "failed": "[red]失效[/red]",
    "timed_out": "[red]超时[/red]",
}

ROLES = {
    "draft": "征求意见稿",
    "feedback": "意见反馈",
    "final": "正式文件",
    "full_text": "全文转载",
    "interpretation": "解读",
    "report": "报道",
    "amendment": "修改",
    "repeal": "废止",
}


def crawl_table(outcomes: Sequence[RunOutcome]) -> Table:
    """One line per source, and the sum."""
    table = Table(box=None, pad_edge=False)
    table.add_column("来源 / source", overflow="fold")
    for heading in ("新增", "转载", "修订", "未变", "撤下", "失败"):
        table.add_column(heading, justify="right")
    table.add_column("结果")
    for one in sorted(outcomes, key=lambda item: item.source_key):
        state = STATES.get(one.state, escape(one.state))
        table.add_row(escape(one.source_title), *_cells(_numbers(one)), state)
    total = [sum(column) for column in zip(*map(_numbers, outcomes), strict=True)]
    table.add_section()
    table.add_row("合计 / total", *_cells(total), "", style="bold")
    return table


def _numbers(one: RunOutcome) -> list[int]:
    failed = max(0, one.failed - one.gone) + (one.state == "failed")
    return [one.new, one.duplicate, one.changed, one.unchanged, one.gone, failed]


def _cells(numbers: Sequence[int]) -> list[str]:
    return [str(number) if number else "·" for number in numbers]


def say_failures(console: Console, outcomes: Sequence[RunOutcome]) -> None:
    """Name every source that failed, with the code and what to do."""
    for one in outcomes:
        if one.state == "failed" and one.error_code:
            console.print(f"  [red]✗ {escape(one.source_title)}[/red]  {escape(one.error_code)}")
            console.print(f"    {escape(remedy_for(one.error_code))}", style="dim")


def say_findings(console: Console, found: Findings) -> None:
    """The stories behind the numbers."""
    console.print(
        f"  附件 / files      {found.attachments} 个（PDF、Word），读出文字 {found.files_read} 个，"
        "可以检索 / fetched, read apart, searchable"
    )
    for title in found.revised:
        console.print(f"  修订 / revised    {escape(title)}")
    for title in found.withdrawn:
        console.print(f"  撤下 / withdrawn  {escape(title)}")
    for family in found.families:
        places = escape("、".join(family.places))
        console.print(
            f"  同文 / same text  {escape(family.title)}\n"
            f"                    [dim]{len(family.places)} 处：{places}[/dim]"
        )
    for story in found.events:
        pages = " → ".join(f"{ROLES.get(role, role)}（{place}）" for role, place in story.pages)
        name = escape(story.title)
        console.print(f"  事件 / event      {name}\n                    [dim]{escape(pages)}[/dim]")
    for alarm in found.alarms:
        console.print(f"  [red]告警 / alarm[/red]      {escape(alarm)}")


def command_name() -> str:
    """``dibao``, or the path to it when the user's shell would not find it by name."""
    called = Path(sys.argv[0])
    found = shutil.which("dibao")
    by_name = found is not None and Path(found).resolve() == called.resolve()
    return "dibao" if by_name or called.name != "dibao" else shown_path(called.absolute())


def shown_path(path: Path) -> str:
    """A path as the user would type it here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
