"""The process that plays all saved sites: ``python -m bench.replay_server --folder WORK``.

One address, HTTP and TLS, told apart by ``Host`` and by server name. It writes where it listens to
``web.json``, reads ``routes.json`` at the first request, and when its standard input closes it
writes what it served to ``served.json`` and ends.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import ssl
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from bench.replay_corpus import dump_json, unpacked
from bench.replay_tls import Authority
from crawler.demo.webserver import Request, parse_request
from pipelines.urls import url_key

WEB_FILE, ROUTES_FILE, SERVED_FILE, CA_FILE = "web.json", "routes.json", "served.json", "ca.pem"
#: a loopback address of its own, so that ports 80 and 443 do not meet other servers
ADDRESS = "127.0.0.80"
_IDLE_SECONDS = 60
_MAX_HEAD = 32_768
_MISSING = b"<html><head><title>404 Not Found</title></head><body>404 Not Found</body></html>"


@dataclass(slots=True)
class Replay:
    """Serves ``routes``: host and target to a saved file or a made text."""

    folder: Path
    counts: Counter[str] = field(default_factory=Counter)
    served: set[str] = field(default_factory=set)
    missed: Counter[str] = field(default_factory=Counter)
    _routes: dict[str, dict[str, Any]] = field(default_factory=dict)
    _variants: dict[str, str] = field(default_factory=dict)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        with suppress(ConnectionError, TimeoutError, asyncio.IncompleteReadError, ssl.SSLError):
            while True:
                async with asyncio.timeout(_IDLE_SECONDS):
                    head = await reader.readuntil(b"\r\n\r\n")
                request = parse_request(head)
                if request is None:
                    break
                writer.write(self.respond(request))
                await writer.drain()
                if request.headers.get("connection", "").lower() == "close":
                    break
        writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()

    def respond(self, request: Request) -> bytes:
        """The bytes of the answer: a page as it was saved, or 404."""
        routes = self._routes or self._load()
        host = request.headers.get("host", "").rsplit(":", 1)[0].lower()
        key = route_key(host, request.target)
        if key not in routes:
            key = self._variants.get(_identity(key), key)
        route = routes.get(key)
        if route is None:
            self._count_miss(key, request.target)
            return _answer(HTTPStatus.NOT_FOUND, _MISSING, media="text/html")
        self.served.add(key)
        self.counts[str(route["role"])] += 1
        made = route.get("text")
        body = made.encode() if isinstance(made, str) else unpacked(Path(route["file"]))
        return _answer(HTTPStatus.OK, body, media=str(route["media"]))

    def _load(self) -> dict[str, dict[str, Any]]:
        text = (self.folder / ROUTES_FILE).read_text(encoding="utf-8")
        self._routes = dict(json.loads(text))
        self._variants = {_identity(key): key for key in self._routes}
        return self._routes

    def _count_miss(self, key: str, target: str) -> None:
        if target == "/robots.txt":
            self.counts["robots"] += 1
        else:
            self.counts["missing"] += 1
            self.missed[key] += 1

    def report(self) -> dict[str, Any]:
        """What was asked for and given."""
        return {
            "answers": dict(self.counts),
            "pages": sorted(self.served),
            "missing": dict(self.missed.most_common(2000)),
        }


def route_key(host: str, target: str) -> str:
    """One form for an address however its path was escaped."""
    return f"{host} {unquote(target)}"


def _identity(key: str) -> str:
    """Equal for an address with and without trackers: a crawler may drop them."""
    host, _, target = key.partition(" ")
    return url_key(f"http://{host}{target}")


def _answer(status: HTTPStatus, body: bytes, *, media: str) -> bytes:
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nServer: replay\r\n"
        f"Content-Type: {media}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("latin-1") + body


async def _listen(replay: Replay, host: str, port: int, *, tls: ssl.SSLContext | None) -> int:
    server = await asyncio.start_server(replay.serve, host, port, ssl=tls, limit=_MAX_HEAD)
    return int(server.sockets[0].getsockname()[1])


async def run(folder: Path, *, usual_ports: bool) -> None:
    """Serve until standard input closes."""
    authority = Authority.create(folder / "tls")
    (folder / CA_FILE).write_bytes(authority.certificate_pem())
    replay, context = Replay(folder), authority.server_context()
    choices = [(ADDRESS, 80, 443)] if usual_ports else []
    for host, http, https in [*choices, (ADDRESS, 0, 0), ("127.0.0.1", 0, 0)]:
        with suppress(OSError):
            ports = {
                "https": await _listen(replay, host, https, tls=context),
                "http": await _listen(replay, host, http, tls=None),
            }
            dump_json(folder / WEB_FILE, {"address": host, "ports": ports})
            break
    else:
        raise SystemExit("cannot listen on loopback")
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
    dump_json(folder / SERVED_FILE, replay.report())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.replay_server")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--any-port", action="store_true")
    options = parser.parse_args()
    asyncio.run(run(options.folder, usual_ports=not options.any_port))


if __name__ == "__main__":
    main()
