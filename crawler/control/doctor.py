"""Self-checks of an installation: each says what is wrong and what to do, changes nothing."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import datetime

from crawler.config import Config
from crawler.control.findings import CheckResult
from storage.engine import Database

PACKAGES = ("crawler", "review", "digest", "spiders", "pipelines", "storage")
LOW_DISK_BYTES = 1024**3


def examine(config: Config, db: Database, *, now: datetime) -> list[CheckResult]:
    """Run every check. A check that itself fails becomes an error result."""
    checks: list[tuple[str, Callable[[], Iterator[CheckResult]]]] = [
        ("python", _python),
        ("packages", _packages),
        ("disk", lambda: _disk(config)),
        ("database", lambda: _database(db)),
        ("sources", lambda: _sources(config)),
        ("labels", lambda: _labels(config)),
        ("contact", lambda: _contact(config)),
        ("mail", lambda: _mail(config)),
        ("dns", lambda: _sender_dns(config)),
        ("users", lambda: _users(db)),
        ("scheduler", lambda: _scheduler(db, now)),
    ]
    results: list[CheckResult] = []
    for name, check in checks:
        try:
            results.extend(check())
        except Exception as error:  # a broken part must not hide the others
            results.append(CheckResult(name, "error", f"{type(error).__name__}: {error}"))
    return results


def _python() -> Iterator[CheckResult]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield CheckResult("python", "ok", version)


def _packages() -> Iterator[CheckResult]:
    """Each of our six names must come from our distribution alone.

    Another wheel that ships a package of the same name overwrites ours without a warning.
    """
    from importlib.metadata import packages_distributions

    owners = packages_distributions()
    for name in PACKAGES:
        found = sorted(set(owners.get(name, [])) | ({"dibao"} if not owners.get(name) else set()))
        if found != ["dibao"]:
            yield CheckResult(
                "packages",
                "error",
                f"{name}: {', '.join(found)}",
                "另有程序包占用同名目录；请装在独立环境（pipx、容器）/ another distribution owns "
                "this name: install dibao into an environment of its own",
            )
            return
    yield CheckResult("packages", "ok", "六个包名只属于 dibao / the six names are ours alone")


def _disk(config: Config) -> Iterator[CheckResult]:
    free = shutil.disk_usage(config.storage.data_dir).free
    text = f"{config.storage.data_dir}: {free / 1024**3:.1f} GiB free"
    if free < LOW_DISK_BYTES:
        yield CheckResult("disk", "error", text, "清理磁盘，采集会暂停 / free some space")
    else:
        yield CheckResult("disk", "ok", text)


def _database(db: Database) -> Iterator[CheckResult]:
    from storage.migrate import current, head, is_ready

    found = current(db)
    if found == head() and not is_ready(db):
        yield CheckResult(
            "database",
            "error",
            f"{db.dialect}: 搜索索引由另一版本的分词建立 / the search index is of another version",
            "运行 `dibao db upgrade`，中断后再运行会接着做 / run `dibao db upgrade`; stopped, it "
            "goes on where it was",
        )
    elif found != head():
        yield CheckResult(
            "database",
            "error",
            f"{db.dialect}: schema {found or '无 / none'}, program {head()}",
            "运行 `dibao db upgrade` / run `dibao db upgrade`",
        )
    else:
        yield CheckResult("database", "ok", f"{db.dialect}, schema {found}")


def _sources(config: Config) -> Iterator[CheckResult]:
    from crawler.control.sync import load_sources

    catalogue = load_sources(config.crawl)
    for error in catalogue.errors:
        yield CheckResult("sources", "error", str(error), "改好后运行 `dibao source check`")
    enabled = sum(spec.status == "enabled" for spec in catalogue.specs.values())
    yield CheckResult("sources", "ok", f"{len(catalogue.specs)} 个来源，{enabled} 个启用")


def _labels(config: Config) -> Iterator[CheckResult]:
    """The operator's taxonomy and models: a crawl goes on without them."""
    from pipelines.classify import TaxonomyError, load_taxonomy
    from pipelines.classify.model import ModelError, load_models

    try:
        taxonomy = load_taxonomy(config.crawl.taxonomy)
        models = load_models(config.storage.data_dir / "models")
    except (TaxonomyError, ModelError) as error:
        advice = "改好前采集用随程序的分类 / until then crawls use the shipped one"
        if isinstance(error, ModelError):
            advice = "运行 `dibao classify train` / train it again"
        yield CheckResult("labels", "error", str(error), advice)
        return
    kinds = "、".join(model.kind for model in models) or "无 / none"
    yield CheckResult("labels", "ok", f"{taxonomy.origin}；模型 / models: {kinds}")


def _contact(config: Config) -> Iterator[CheckResult]:
    if config.crawl.contact or config.crawl.user_agent:
        yield CheckResult("contact", "ok", config.crawl.contact or config.crawl.user_agent)
    else:
        yield CheckResult(
            "contact",
            "warning",
            "crawl.contact 为空 / is empty",
            "填写邮箱或网址，让网站管理员能联系到你 / let site owners reach you",
        )


def _mail(config: Config) -> Iterator[CheckResult]:
    mail = config.mail
    if mail.transport == "folder":
        yield CheckResult(
            "mail",
            "warning",
            f"只写文件到 {mail.folder} / writes files only",
            '要真正发信，请设 mail.transport = "smtp" / set it to "smtp" to send',
        )
        return
    if mail.security == "none" and not mail.host.startswith("127."):
        yield CheckResult(
            "mail",
            "warning",
            f"{mail.host}: 未加密 / not encrypted",
            '设 mail.security = "starttls" / set it to "starttls"',
        )
    if not mail.public_url:
        yield CheckResult(
            "mail",
            "warning",
            "mail.public_url 为空 / is empty",
            "没有它，邮件里就没有一键退订 / without it mails carry no one-click unsubscribe",
        )
    yield CheckResult("mail", "ok", f"{mail.host}:{mail.port} {mail.security}")


def _sender_dns(config: Config) -> Iterator[CheckResult]:
    from crawler.control.doctor_dns import leaves_machine, mail_dns
    from crawler.control.doctor_tls import mail_server_tls

    yield from mail_dns(config.mail)
    if leaves_machine(config.mail):
        yield from mail_server_tls(config.mail)


def _users(db: Database) -> Iterator[CheckResult]:
    from storage.users import list_users

    with db.reader() as session:
        count = len(list_users(session))
    if count:
        yield CheckResult("users", "ok", f"{count} 个用户 / users")
    else:
        yield CheckResult("users", "warning", "还没有用户 / no users yet", "dibao user add 用户名")


def _scheduler(db: Database, now: datetime) -> Iterator[CheckResult]:
    from storage.leases import lease_holder

    with db.reader() as session:
        lease = lease_holder(session, "scheduler", now=now)
        holder = lease.holder if lease else None
    if holder is None:
        yield CheckResult(
            "scheduler", "warning", "没有在运行 / not running", "运行 `dibao up` / run `dibao up`"
        )
    else:
        yield CheckResult("scheduler", "ok", f"由 {holder} 运行 / is running")
