"""The spider loader: every source of the catalogue is a spider named by its file.

``scrapy list`` reads file names only; ``scrapy crawl <key>`` reads and checks one file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from crawler.fetch.addon import configuration
from spiders.bind import bind
from spiders.catalogue import CatalogueError, UnknownSource, find_spec, source_files

if TYPE_CHECKING:
    import builtins

    from scrapy import Request, Spider
    from scrapy.settings import BaseSettings


class CatalogueLoader:
    """Implements Scrapy's spider loader protocol over the catalogue folders."""

    def __init__(self, folders: tuple[Path, ...], *, packaged: Path | None = None) -> None:
        self.folders = folders
        self.packaged = packaged

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        """The folders of the configuration; read here because ``scrapy list`` runs no add-on."""
        crawl = configuration(settings).crawl
        folders = crawl.catalog_folders
        if crawl.packaged_catalog or not folders:
            return cls(folders)
        return cls(folders[1:], packaged=folders[0])

    def load(self, spider_name: str) -> type[Spider]:
        """The spider of one source. Raises KeyError with what is wrong and what to do."""
        try:
            return bind(find_spec(spider_name, self.folders, packaged=self.packaged))
        except (UnknownSource, CatalogueError) as error:
            raise KeyError(str(error)) from error

    def list(self) -> builtins.list[str]:
        """The keys of all sources."""
        found, _ = source_files(self.folders, packaged=self.packaged)
        return sorted(found)

    def find_by_request(self, request: Request) -> builtins.list[str]:
        """No source is chosen by address."""
        return []
