"""Starting the review desk: uvicorn with our settings, refusing an open door."""

from __future__ import annotations

import logging
from pathlib import Path

import uvicorn

from crawler.config import Config
from crawler.control.desk_import import DeskImporter
from crawler.control.desk_links import DeskLinks
from storage.engine import Database

log = logging.getLogger(__name__)


def serve(
    config: Config,
    *,
    db: Database,
    config_path: Path | None = None,
    host: str | None = None,
    port: int | None = None,
) -> None:
    """Run the web application until it is told to stop. Raises ``PublicBind``."""
    from review.app import create_app, door_is_open

    updates = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    review = config.review.model_copy(update=updates)
    door_is_open(db, review)
    app = create_app(
        db=db,
        config=config.model_copy(update={"review": review}),
        importer=DeskImporter(config_path),
        links=DeskLinks(config_path),
    )
    log.info("review desk on http://%s:%d", review.host, review.port)
    uvicorn.run(
        app,
        host=review.host,
        port=review.port,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=10,
    )
