"""A web server that misbehaves on request, for tests with real sockets and real processes.

``FaultServer`` listens on loopback in a thread of its own. Each path has a reply, a sequence of
replies or a function; a reply may be late, slow, cut, reset, mislabelled or raw bytes. Every
request is recorded with its time. Nothing here sleeps in the test's own thread.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as the server saw it; ``at`` is ``time.monotonic()``."""

    method: str
    path: str
    headers: dict[str, str]
    at: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer. Times in seconds.

    ``drip`` = (bytes, pause): send the body in pieces. ``cut``: close after so many bytes of
    the body. ``reset``: end with a TCP reset instead of an answer. ``hang``: accept and say
    nothing. ``length``: the Content-Length to claim (default true; -1: none, close at the end).
    ``raw``: send exactly these bytes and close. ``etag``: answer 304 when the client has it.
    ``endless``: after all else, send these bytes again and again while anybody listens.
    With ``cut`` and ``reset`` the connection is reset in the middle of the body.
    """

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str | None = "text/html; charset=utf-8"
    delay: float = 0.0
    drip: tuple[int, float] | None = None
    cut: int | None = None
    reset: bool = False
    hang: bool = False
    length: int | None = None
    raw: bytes | None = None
    etag: str | None = None
    endless: bytes | None = None

    def gzipped(self) -> Reply:
        """The same reply, compressed."""
        headers = (*self.headers, ("Content-Encoding", "gzip"))
        return replace(self, body=gzip.compress(self.body), headers=headers)


Answer = Reply | Sequence[Reply] | Callable[[Seen, int], Reply]


def html(body: str, *, title: str = "", charset: str = "utf-8", status: int = 200) -> Reply:
    """A page in an encoding, declared in the header."""
    text = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>"
    return Reply(
        text.encode(charset, "replace"), status, content_type=f"text/html; charset={charset}"
    )


def redirect(to: str, *, status: int = 302) -> Reply:
    """A redirect."""
    return Reply(b"", status, headers=(("Location", to),))


NOT_FOUND = Reply(b"<html><body>not found</body></html>", 404)


@dataclass(slots=True)
class FaultServer:
    """Scripted server; use as a context manager. ``on_request`` runs in the server's thread.

    ``blunt``: answer whatever comes first with these bytes and hang up (an alert of old TLS).
    """

    host: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    routes: dict[str, Answer] = field(default_factory=dict)
    requests: list[Seen] = field(default_factory=list)
    on_request: Callable[[Seen], None] | None = None
    blunt: bytes | None = None
    port: int = 0
    connections: int = 0
    _loop: asyncio.AbstractEventLoop | None = None
    _thread: threading.Thread | None = None
    _server: asyncio.Server | None = None
    _counts: dict[str, int] = field(default_factory=dict)

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        if not ready.wait(10):
            raise RuntimeError("the fault server did not start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._loop is not None
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    @property
    def netloc(self) -> str:
        """``host:port``."""
        return f"{self.host}:{self.port}"

    def url(self, path: str = "/") -> str:
        """The absolute address of a path."""
        return f"{'https' if self.tls else 'http'}://{self.netloc}{path}"

    def robots(self, text: str, *, status: int = 200) -> None:
        """Serve a robots.txt."""
        self.routes["/robots.txt"] = Reply(text.encode(), status, content_type="text/plain")

    def hits(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(1 for seen in self.requests if seen.path == path)

    def times(self, *, without: tuple[str, ...] = ("/robots.txt",)) -> list[float]:
        """When requests arrived."""
        return [seen.at for seen in self.requests if seen.path not in without]

    def _run(self, ready: threading.Event) -> None:
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        self._server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, self.host, self.port, ssl=self.tls, backlog=256)
        )
        self.port = self._server.sockets[0].getsockname()[1]
        ready.set()
        try:
            self._loop.run_forever()
        finally:
            self._server.close()
            tasks = asyncio.all_tasks(self._loop)
            for task in tasks:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            if self.blunt is not None:
                await reader.read(1024)
                writer.write(self.blunt)
                await writer.drain()
                return
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                seen = _parse(head)
                self.requests.append(seen)
                if self.on_request is not None:
                    self.on_request(seen)
                if not await self._answer(self._reply(seen), seen, writer):
                    break
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, OSError):
            pass
        finally:
            writer.close()

    def _reply(self, seen: Seen) -> Reply:
        count = self._counts.get(seen.path, 0)
        self._counts[seen.path] = count + 1
        answer = self.routes.get(seen.path, self.routes.get(seen.path.partition("?")[0], NOT_FOUND))
        if isinstance(answer, Reply):
            return answer
        if callable(answer):
            return answer(seen, count)
        return answer[min(count, len(answer) - 1)]

    async def _answer(self, reply: Reply, seen: Seen, writer: asyncio.StreamWriter) -> bool:
        """Send one reply; False when the connection is over."""
        if reply.delay:
            await asyncio.sleep(reply.delay)
        if reply.hang:
            await asyncio.sleep(3600)
        if reply.reset and reply.cut is None:
            _reset_on_close(writer)
            return False
        if reply.raw is not None:
            writer.write(reply.raw)
            await _forever(reply.endless, writer)
            return False
        if reply.etag and seen.headers.get("if-none-match") == reply.etag:
            writer.write(f"HTTP/1.1 304 Not Modified\r\nETag: {reply.etag}\r\n\r\n".encode())
            await writer.drain()
            return True
        writer.write(_head(reply))
        await _body(reply, writer)
        await _forever(reply.endless, writer)
        if reply.reset:
            _reset_on_close(writer)
        return reply.cut is None and reply.length is None


def _reset_on_close(writer: asyncio.StreamWriter) -> None:
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def _forever(piece: bytes | None, writer: asyncio.StreamWriter) -> None:
    """Send ``piece`` until the other side has enough; nothing for None."""
    await writer.drain()
    block = b"" if piece is None else piece * max(1, 16384 // len(piece))
    while block:
        writer.write(block)
        await writer.drain()


def _parse(head: bytes) -> Seen:
    lines = head.decode("latin-1").split("\r\n")
    method, path, _ = lines[0].split(" ", 2)
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines[1:] if line)
    }
    return Seen(method, path, headers, time.monotonic())


def _head(reply: Reply) -> bytes:
    lines = [f"HTTP/1.1 {reply.status} X"]
    if reply.content_type is not None:
        lines.append(f"Content-Type: {reply.content_type}")
    if reply.etag:
        lines.append(f"ETag: {reply.etag}")
    if reply.length is None:
        lines.append(f"Content-Length: {len(reply.body)}")
    elif reply.length >= 0:
        lines.append(f"Content-Length: {reply.length}")
    if reply.cut is not None or reply.length is not None:
        lines.append("Connection: close")
    lines += [f"{name}: {value}" for name, value in reply.headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


async def _body(reply: Reply, writer: asyncio.StreamWriter) -> None:
    data = reply.body if reply.cut is None else reply.body[: reply.cut]
    if reply.drip is None:
        writer.write(data)
        await writer.drain()
        return
    size, pause = reply.drip
    for start in range(0, len(data), size):
        writer.write(data[start : start + size])
        await writer.drain()
        await asyncio.sleep(pause)
