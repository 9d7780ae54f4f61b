"""The configuration and the source files of the demo, below its own folder.

The address guard stays on: the sample sites are reached because their loopback addresses are
listed in ``crawl.allow_private``, one by one, as an operator would list an inside host.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from crawler.config import CONFIG_NAME
from crawler.demo.sample_site import load_sites
from crawler.demo.server import FIRST_PORT

EDITION = "weekly"
READER = "reader@demo.example"
SENDER = "dibao@demo.example"
WEB_PORT = 8000
_MARKER = ".dibao-demo-folder"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the sample sites (by key) and the mailbox listen."""

    sites: Mapping[str, str]
    smtp_host: str
    smtp_port: int

    @classmethod
    def read(cls, path: Path) -> Addresses:
        """From the file that the server process wrote."""
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(data["sites"], data["smtp"]["host"], int(data["smtp"]["port"]))


class FolderRefused(Exception):
    """The folder cannot be used; the text says why."""


@contextmanager
def fresh_folder(folder: Path) -> Iterator[Path]:
    """An empty folder for the demo's data, held until the end.

    Raises ``FolderRefused``: nothing is deleted that is not the demo's own, or in use.
    """
    folder = folder.resolve()
    marker = folder / _MARKER
    if folder.exists() and any(folder.iterdir()):
        if not marker.exists():
            raise FolderRefused(
                f"{folder} 不是演示留下的文件夹，请换一个或自行移走 / "
                "this is not a folder of the demo: choose another one or move it away"
            )
        with _held(marker):
            shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with _held(marker):
        yield folder


@contextmanager
def _held(marker: Path) -> Iterator[None]:
    with marker.open("a", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FolderRefused(
                f"另一个演示正在使用 {marker.parent}，请先按 Ctrl-C 结束它，或用 --folder 另选 / "
                "another demo is using this folder: stop it, or choose one with --folder"
            ) from error
        yield


def write_catalogue(folder: Path, addresses: Addresses) -> Path:
    """Copy the source files, each with the address its site really listens on."""
    target = folder / "catalog"
    target.mkdir(exist_ok=True)
    known = {f"http://{site.host}:{FIRST_PORT}": site.key for site in load_sites()}
    for source in sorted(Path(str(files("crawler.demo"))).glob("catalog/*.yaml")):
        text = source.read_text(encoding="utf-8")
        for written, key in known.items():
            text = text.replace(f"{written}/", f"{addresses.sites[key]}/")
        (target / source.name).write_text(text, encoding="utf-8")
    return target


def write_config(folder: Path, addresses: Addresses) -> Path:
    """Write ``dibao.toml`` and the key for signed links; returns the path of the former."""
    secret = folder / "mail.secret"
    descriptor = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    port = free_port(WEB_PORT)
    hosts = sorted({urlsplit(base).hostname or "" for base in addresses.sites.values()})
    path = folder / CONFIG_NAME
    path.write_text(
        _TEMPLATE.format(
            hosts=json.dumps(hosts),
            edition=EDITION,
            reader=READER,
            sender=SENDER,
            smtp_host=addresses.smtp_host,
            smtp_port=addresses.smtp_port,
            web_port=port,
        ),
        encoding="utf-8",
    )
    return path


def free_port(wanted: int) -> int:
    """``wanted`` if nothing listens there on 127.0.0.1, else some free port."""
    for number in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", number))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port on 127.0.0.1")


_TEMPLATE = """\
# 演示用配置，每次运行 dibao demo 都会重写 / written anew by each `dibao demo`

[storage]
data_dir = "."

[crawl]
contact = "sample sites on this machine"
max_processes = 2
delay = 0.02
timeout = 10
soft_limit = 60
allow_private = {hosts}
catalog_folders = ["catalog"]
packaged_catalog = false

[[digest.editions]]
key = "{edition}"
title = "数字经济政策周报"
subtitle = "示例数据，仅供演示"
publisher = "邸报演示"
contact = "本机演示，不对外发送"
notice = "本期全部内容来自本机的示例站点，均为虚构。"
sections = ["新法速递", "监管动态", "典型案例", "交易资讯", "行业热点", "原创文章"]
recipients = ["{reader}"]

[mail]
host = "{smtp_host}"
port = {smtp_port}
security = "none"
timeout = 10
final_timeout = 20
from_address = "{sender}"
from_name = "邸报演示"
unsubscribe_mailto = "{sender}"
secret_file = "mail.secret"
public_url = "http://127.0.0.1:{web_port}"

[review]
port = {web_port}
"""
