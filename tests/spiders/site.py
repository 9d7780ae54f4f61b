"""A small web server on loopback: a dict of paths, and a record of what was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answer:
    """What a path answers."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Hit:
    """One request that came in."""

    method: str
    path: str
    body: bytes
    headers: dict[str, str]


Pages = dict[str, "Answer | Callable[[Hit], Answer]"]


class Site:
    """The server; ``url`` is its root, ``hits`` what it was asked."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.hits: list[Hit] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                hit = Hit(self.command, self.path, self.rfile.read(length), dict(self.headers))
                site.hits.append(hit)
                found = site.pages.get(self.path) or site.pages.get(self.path.split("?")[0])
                answer = found(hit) if callable(found) else found or Answer(b"gone", 404)
                self.send_response(answer.status)
                headers = {"Content-Type": "text/html", **answer.headers}
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            do_POST = do_GET

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [hit.path for hit in self.hits]


@contextmanager
def serve(pages: Pages) -> Iterator[Site]:
    """Run a site for the time of a ``with`` block."""
    site = Site(pages)
    thread = threading.Thread(target=site.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.server.shutdown()
        site.server.server_close()
        thread.join()
