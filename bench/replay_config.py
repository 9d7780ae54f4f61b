"""The configuration of a replay: fixed addresses for its names, one edition, one mail server."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

EDITION = "replay"
READER = "reader@replay.example"
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def write_config(
    folder: Path,
    *,
    address: str,
    hosts: Sequence[str],
    ca_file: str,
    smtp_port: int,
    processes: int,
) -> Path:
    """Write ``dibao.toml``; returns its path. The edition appears tomorrow, so that its running
    period began days ago and holds everything that is crawled now."""
    (folder / "mail.secret").write_text(secrets.token_hex(32), encoding="ascii")
    tomorrow = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(days=1)
    path = folder / "dibao.toml"
    text = _TEMPLATE.format(
        address=address,
        ca_file=ca_file,
        smtp_port=smtp_port,
        processes=processes,
        edition=EDITION,
        reader=READER,
        weekday=_WEEKDAYS[tomorrow.weekday()],
        hosts="\n".join(f'{json.dumps(name)} = "{address}"' for name in hosts),
    )
    path.write_text(text, encoding="utf-8")
    return path


_TEMPLATE = """\
[storage]
data_dir = "."

[crawl]
contact = "replay@replay.example"
max_processes = {processes}
delay = 0
timeout = 30
soft_limit = 150
hard_grace = 20
allow_private = ["{address}"]
ca_file = "{ca_file}"
catalog_folders = ["sources"]
packaged_catalog = false

[attachments]
enabled = false

[[digest.editions]]
key = "{edition}"
title = "回放周报"
publisher = "bench.replay"
contact = "replay@replay.example"
weekdays = ["{weekday}"]
max_age_days = 3650
max_items = 100
min_relevance = 0  # what the line can carry is measured, not what a reader would want
max_per_section = 20
recipients = ["{reader}"]

[mail]
host = "127.0.0.1"
port = {smtp_port}
security = "none"
timeout = 20
final_timeout = 30
from_address = "digest@replay.example"
from_name = "bench.replay"
secret_file = "mail.secret"
public_url = "http://127.0.0.1:8000"

[crawl.hosts]
{hosts}
"""
