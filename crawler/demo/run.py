"""``dibao demo``: two weeks on the sample sites in under a minute, through the real line.

Real are: spiders, crawl processes, pipelines, database, digest, SMTP, review page. Simulated
is the calendar: after each crawl the stored times move back to the Monday they stand for.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import time
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from crawler.config import Config, load_config
from crawler.control import ticks
from crawler.control.batch import Batch, RunOutcome, queue_batch, run_batch
from crawler.control.dispatch import LocalDispatcher
from crawler.control.sync import load_sources, sync_catalogue
from crawler.demo import desk, report
from crawler.demo.config import (
    Addresses,
    FolderRefused,
    fresh_folder,
    write_catalogue,
    write_config,
)
from crawler.demo.content import load_pages
from crawler.demo.digests import Delivered, NotDelivered, publish
from crawler.demo.findings import missing_pages, read_findings
from crawler.demo.process import SitesNotStarted, sample_sites
from crawler.demo.rewind import move_back
from crawler.demo.server import set_week
from crawler.demo.weeks import Weeks
from storage.engine import Database, open_database
from storage.migrate import upgrade
from storage.sources import list_sources

BROKEN = "demo-association"
# How long before the Monday each crawl is taken to have run; a withdrawn page is only believed
# after a second look, which comes an hour later or more.
CRAWLED_BEFORE = timedelta(hours=3)
SECOND_LOOK_BEFORE = timedelta(minutes=30)


def run_demo(*, serve: bool, data_dir: Path, console: Console, now: datetime | None = None) -> int:
    """The whole tour; returns the exit code. ``now`` (aware) places the sample weeks."""
    began = time.monotonic()
    weeks = Weeks.before(now or datetime.now(UTC))
    console.soft_wrap = True
    previous = signal.signal(signal.SIGTERM, _end)
    try:
        with ExitStack() as stack:
            tour = stack.enter_context(_open(data_dir, weeks, console))
            good = tour.crawl_and_publish()
            password = desk.add_account(tour.db, now=datetime.now(UTC))
            console.print(f"\n[dim]用时 / took {time.monotonic() - began:.0f} s[/dim]")
            if serve:
                tour.show_desk(password)
            else:
                tour.say_next(password)
            return 0 if good else 1
    except (FolderRefused, SitesNotStarted, NotDelivered, desk.DeskNotStarted) as error:
        console.print(f"[red]{escape(str(error))}[/red]")
        return 2 if isinstance(error, FolderRefused) else 1
    finally:
        signal.signal(signal.SIGTERM, previous)


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


@contextmanager
def _open(data_dir: Path, weeks: Weeks, console: Console) -> Iterator[Tour]:
    """Sites and mailbox running, configuration written, database made, sources known."""
    with ExitStack() as stack:
        folder = stack.enter_context(fresh_folder(data_dir))
        logging.basicConfig(filename=folder / "demo.log", level="INFO", force=True)
        console.print("[bold]邸报演示 / Dibao demo[/bold]")
        addresses = stack.enter_context(sample_sites(folder, weeks))
        write_catalogue(folder, addresses)
        config_path = write_config(folder, addresses)
        config = load_config(config_path)
        db = open_database(config.storage.database_url)
        try:
            upgrade(db)
            sync_catalogue(db, load_sources(config.crawl), now=datetime.now(UTC))
            yield Tour(folder, weeks, console, addresses, config_path, config, db)
        finally:
            db.dispose()


@dataclass(slots=True)
class Tour:
    """One demo: where it lives and what it has sent."""

    folder: Path
    weeks: Weeks
    console: Console
    addresses: Addresses
    config_path: Path
    config: Config
    db: Database
    mails: list[Delivered] = field(default_factory=list)

    def crawl_and_publish(self) -> bool:
        """Both weeks; True when everything came out as the samples say."""
        self._say_hello()
        first = self._week(1)
        self._publish(1)
        second = self._week(2)
        self._second_look(second)
        ticks.judge(self.db, self.config, now=datetime.now(UTC))
        self._publish(2)
        self.console.print()
        report.say_findings(self.console, read_findings(self.db))
        return self._verdict(first, second)

    def _say_hello(self) -> None:
        sites, pages = len(self.addresses.sites), len(load_pages(self.weeks))
        monday = f"{self.weeks.anchor:%Y-%m-%d %H:%M}"
        self.console.print(
            f"{sites} 个示例站点、{pages} 篇示例公文与消息都在本机，全部虚构，不连互联网。\n"
            f"“本周”到 {monday}（周一）为止；每次采集后，记录时间移到它所代表的那个周一。\n"
            f"[dim]{sites} invented sites with {pages} invented bulletins on this machine, no "
            "internet. Stored times are moved to the Monday that each crawl stands for.[/dim]"
        )

    def _week(self, week: int) -> list[RunOutcome]:
        """Crawl all sources as of a week."""
        set_week(self.folder, week)
        name = "上周 / last week" if week == 1 else "本周 / this week"
        seen = self.weeks.seen_at(week)
        outcomes = self._crawl(name, back_to=seen - CRAWLED_BEFORE)
        self.console.print(f"\n[bold]{name}[/bold]（站点为 {seen:%m-%d %H:%M} 的样子）")
        self.console.print(report.crawl_table(outcomes))
        report.say_failures(self.console, outcomes)
        if week == 2 and any(one.source_key == BROKEN for one in outcomes):
            self.console.print(
                "    这是有意安排的：该站本周改版，列表读不出条目，"
                "因此报错并告警，而不是当作“没有新内容”。\n"
                "    [dim]On purpose: this site was redesigned. It is reported, not "
                "mistaken for a quiet week.[/dim]"
            )
        return outcomes

    def _second_look(self, outcomes: list[RunOutcome]) -> None:
        """Look again where a page was missing: one 404 is not yet a withdrawal."""
        suspects = [one for one in outcomes if one.error_code == "gone"]
        if not suspects:
            return
        names = "、".join(one.source_title for one in suspects)
        self.console.print(
            f"  {escape(names)}：有网页打不开（404）。先记一次，复查后再下结论。\n"
            "  [dim]A page answered 404: noted once, believed after a second look.[/dim]"
        )
        again = self._crawl(
            "复查 / second look",
            back_to=self.weeks.anchor - SECOND_LOOK_BEFORE,
            keys={one.source_key for one in suspects},
        )
        gone = sum(one.gone for one in again)
        self.console.print(
            f"  [green]✓[/green] 复查：{gone} 个网页两次都打不开，记为撤下，原文保留。\n"
            f"  [dim]{gone} page(s) missing twice: recorded as withdrawn, the text is kept.[/dim]"
        )

    def _crawl(
        self, name: str, *, back_to: datetime, keys: Collection[str] = ()
    ) -> list[RunOutcome]:
        began = datetime.now(UTC)
        with self.db.reader() as session:
            chosen = [
                (row.id, row.key) for row in list_sources(session) if not keys or row.key in keys
            ]
        batch = queue_batch(self.db, chosen, trigger="manual", now=began)
        self._run(batch, name)
        move_back(self.db, since=began, by=datetime.now(UTC) - back_to)
        return batch.outcomes

    def _run(self, batch: Batch, name: str) -> None:
        dispatcher = LocalDispatcher(
            db=self.db,
            config=self.config.crawl,
            config_path=self.config_path,
            log_dir=self.folder / "logs",
        )
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=self.console, transient=True) as progress:
            task = progress.add_task(name, total=len(batch.run_ids))

            def ended(outcome: RunOutcome) -> None:
                progress.update(task, advance=1, description=f"{name} {outcome.source_title}")

            run_batch(self.db, batch, dispatcher, clock=lambda: datetime.now(UTC), on_end=ended)

    def _publish(self, week: int) -> None:
        """Send the issue of a week."""
        week_end = self.weeks.seen_at(week)
        mailbox, now = self.folder / "mailbox", datetime.now(UTC)
        mail = publish(self.db, self.config, folder=mailbox, week_end=week_end, now=now)
        self.mails.append(mail)
        self.console.print(
            f"  [green]✓[/green] 周报已批准，经 SMTP 发出并在邮箱中找到：{escape(mail.subject)}\n"
            f"    [dim]{mail.items} 条 / items，{mail.size / 1024:.0f} KB，"
            f"{report.shown_path(mail.path)}[/dim]"
        )

    def _verdict(self, first: list[RunOutcome], second: list[RunOutcome]) -> bool:
        missing = missing_pages(self.db, self.weeks, self.addresses)
        broken = [one.source_key for one in (*first, *second) if one.state == "failed"]
        for title in missing:
            self.console.print(f"  [red]缺 / missing[/red] {escape(title)}")
        if broken != [BROKEN]:
            self.console.print(f"  [red]意外的结果 / unexpected failures: {broken}[/red]")
        if not missing and broken == [BROKEN]:
            count = read_findings(self.db).documents
            self.console.print(
                f"  [green]✓[/green] 核对：列表上读得到的 {count} 篇全部在库中 / "
                f"checked: all {count} readable bulletins are stored"
            )
        return not missing and broken == [BROKEN]

    def show_desk(self, password: str) -> None:
        """Run scheduler and review page until Ctrl-C; the sites go on to the present day."""
        set_week(self.folder, 3)
        with desk.review_desk(self.config_path, self.desk_url) as process:
            self.say_next(password, running=True)
            with contextlib.suppress(KeyboardInterrupt):
                process.wait()
        self.console.print("已停止 / stopped")

    @property
    def desk_url(self) -> str:
        """Where the review page listens."""
        return f"http://{self.config.review.host}:{self.config.review.port}"

    def say_next(self, password: str, *, running: bool = False) -> None:
        """What to open now, and how to go on with real sources."""
        mail, dibao = report.shown_path(self.mails[-1].page), report.command_name()
        lines = [f"\n[bold]打开 / open[/bold]\n  周报 / digest     {mail}（邮件原件是同名的 .eml）"]
        if running:
            lines.append(f"  审阅网页 / desk   {self.desk_url}")
        else:
            command = f"{dibao} web --config {report.shown_path(self.config_path)}"
            lines.append(f"  审阅网页 / desk   {command}，然后打开 {self.desk_url}")
        lines.append(
            f"  登录 / login      用户 {desk.USER}，密码 {password}（只显示这一次）\n"
            "[bold]换成真实来源 / real sources[/bold]\n"
            f"  {dibao} init                  在当前目录生成 dibao.toml 与数据库\n"
            "  （编辑 dibao.toml：crawl.contact 联系方式，mail 发信服务器）\n"
            f"  {dibao} user add 你的用户名    审阅网页的登录\n"
            f"  {dibao} crawl --tag national  先采一次\n"
            f"  {dibao} up                    定时采集、周报与审阅网页"
        )
        if running:
            lines.append(
                "示例站点刚又发布了几条新内容，调度程序正在自动采集，约一分钟后出现在“条目”中。\n"
                "[dim]The sites have just published a little more: the scheduler is fetching it "
                "now.[/dim]\n按 Ctrl-C 结束演示 / press Ctrl-C to stop"
            )
        self.console.print("\n".join(lines), highlight=False)
