"""The Scrapy add-on: puts ``dibao.toml`` and our components into the settings of a crawl.

At ``addon`` priority, so that the settings module, a spider and ``-s NAME=value`` still win. The
same values are needed before a crawler exists (name resolver, spider loader), hence both hooks.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.config import Config, find_config, load_config, user_agent

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

PRIORITY = "addon"
MEGABYTE = 1024 * 1024

STAGES = {
    "pipelines.stages.Read": 100,
    "pipelines.stages.Persist": 900,
    "pipelines.stages.Show": 950,
}
EXTENSIONS = {
    "crawler.fetch.store.Store": 10,
    "crawler.fetch.warc.WarcCapture": 15,
    "crawler.fetch.recorder.RunRecorder": 20,
    "crawler.fetch.attachments.AttachmentFetcher": 30,
}
SPIDER_MIDDLEWARES = {"crawler.fetch.attachments.PendingFiles": 100}
DOWNLOADER_MIDDLEWARES = {
    "crawler.fetch.dialing.GuardMiddleware": 50,
    "crawler.fetch.robots.RobotsMiddleware": 100,
    "crawler.fetch.browser.BrowserMiddleware": 200,
    "crawler.fetch.conditional.ConditionalMiddleware": 300,
    "crawler.fetch.retrying.RetryPolicyMiddleware": 550,
    "crawler.fetch.challenge.ChallengeMiddleware": 560,
    "crawler.fetch.compression.CompressionMiddleware": 590,
    "crawler.fetch.redirects.RedirectMiddleware": 600,
    "crawler.fetch.politeness.PoliteMiddleware": 900,
}
REPLAY = {"crawler.fetch.replay.Replay": 12}
UNHURRIED = {
    name.replace("politeness.PoliteMiddleware", "replay.Unhurried"): place
    for name, place in DOWNLOADER_MIDDLEWARES.items()
}


class DibaoAddon:
    """Registers the stages, middlewares and extensions, and the values of the configuration."""

    @classmethod
    def update_pre_crawler_settings(cls, settings: BaseSettings) -> None:
        """Called before a crawler exists."""
        put_configuration(settings)

    def update_settings(self, settings: BaseSettings) -> None:
        """Called for each crawler."""
        put_configuration(settings)
        replay = bool(settings["DIBAO_REPLAY"])
        for name, parts in (
            ("ITEM_PIPELINES", STAGES),
            ("EXTENSIONS", EXTENSIONS | REPLAY if replay else EXTENSIONS),
            ("SPIDER_MIDDLEWARES", SPIDER_MIDDLEWARES),
            ("DOWNLOADER_MIDDLEWARES", UNHURRIED if replay else DOWNLOADER_MIDDLEWARES),
        ):
            # merged at the priority that is there, or a component given with -s would hide ours
            own = settings.getdict(name)
            settings.set(name, {**parts, **own}, priority=settings.getpriority(name) or 0)
        put_handlers(settings)


def configuration(settings: BaseSettings) -> Config:
    """The configuration of a crawl: ``DIBAO_CONFIG`` of the settings, else as everywhere."""
    path = settings.get("DIBAO_CONFIG_FILE")
    return _loaded(str(path) if path else "", os.getcwd())


@lru_cache(maxsize=4)
def _loaded(path: str, _folder: str) -> Config:
    return load_config(Path(path) if path else None)


def put_configuration(settings: BaseSettings) -> None:
    """Write the values of the configuration at add-on priority."""
    config = configuration(settings)
    crawl = config.crawl
    memory = int(crawl.memory_limit) // MEGABYTE
    values = {
        "USER_AGENT": user_agent(crawl),
        "DOWNLOAD_TIMEOUT": crawl.timeout,
        "DOWNLOAD_MAXSIZE": int(crawl.max_body),
        "MEMUSAGE_LIMIT_MB": memory,
        "DIBAO_DELAY": crawl.delay,
        "DIBAO_MAX_CRAWL_DELAY": crawl.max_crawl_delay,
        "DIBAO_SOFT_LIMIT": crawl.soft_limit,
        "DIBAO_BACKFILL_LIMIT": crawl.backfill_limit,
        "DIBAO_ALLOW_PRIVATE": list(crawl.allow_private),
        "DIBAO_HOSTS": dict(crawl.hosts),
        "DIBAO_BROWSER": str(crawl.browser) if crawl.browser else "",
        "DIBAO_CA_FILE": str(crawl.ca_file) if crawl.ca_file else "",
        "DIBAO_TAXONOMY": str(crawl.taxonomy) if crawl.taxonomy else "",
        "DIBAO_MODELS": str(config.storage.data_dir / "models"),
        "DIBAO_WARC": str(config.storage.captures) if crawl.warc else "",
        "DIBAO_WARC_FILE_SIZE": int(crawl.warc_file_size),
        "DIBAO_DISK_RESERVE": int(crawl.disk_reserve),
        "DIBAO_DATABASE_URL": database_url(config, settings),
    }
    for name, value in values.items():
        settings.set(name, value, priority=PRIORITY)


def put_handlers(settings: BaseSettings) -> None:
    """Have exchanges kept, or replayed, where they would only be made."""
    if settings["DIBAO_REPLAY"]:
        path = "crawler.fetch.replay.ReplayHandler"
    elif settings["DIBAO_WARC"] and settings["DIBAO_DATABASE_URL"]:
        path = "crawler.fetch.warc_tap.CaptureHandler"
    else:
        return
    own = settings.getdict("DOWNLOAD_HANDLERS")
    both = dict.fromkeys(("http", "https"), path)
    priority = settings.getpriority("DOWNLOAD_HANDLERS") or 0
    settings.set("DOWNLOAD_HANDLERS", {**own, **both}, priority=priority)


def database_url(config: Config, settings: BaseSettings) -> str:
    """The database in use: empty when nobody configured one and there is none yet."""
    path = settings.get("DIBAO_CONFIG_FILE")
    named = find_config(Path(path) if path else None) is not None
    environment = any(name.upper().startswith("DIBAO_STORAGE__") for name in os.environ)
    url = config.storage.database_url
    exists = url.startswith("sqlite:///") and Path(url.removeprefix("sqlite:///")).is_file()
    return url if named or environment or exists else ""
