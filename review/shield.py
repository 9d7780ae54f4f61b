"""Outermost ASGI layer: host check, body limit, security headers, one log line per request."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.exceptions import HTTPException

from review.addresses import host_name

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY = 2 * 1024 * 1024
MAX_UPLOAD = 30 * 1024 * 1024  # of the one page that takes files
UPLOAD_PATH = "/import"

log = logging.getLogger("review.request")

WRONG_HOST = (
    "此地址未被允许。请用 review.public_url 或 review.allowed_hosts 中写明的主机名访问。\n"
    "This host name is not allowed: add it to review.public_url or review.allowed_hosts.\n"
)
BROKEN = (
    "服务器内部错误，已写入日志；请返回重试，仍不行请查看运行日志。\n"
    "Internal error, written to the log. Go back and try again.\n"
)


class BodyTooLarge(HTTPException):
    """The request body exceeded ``MAX_BODY``; becomes an error page with status 413."""

    def __init__(self) -> None:
        super().__init__(status_code=413)


def page_policy(nonce: str) -> str:
    """Content-Security-Policy of our own pages: nothing but our own style and script."""
    return (
        "default-src 'none'; "
        f"script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
        "img-src 'self' data:; connect-src 'self'; frame-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


def common_headers(nonce: str) -> dict[str, str]:
    """Headers set on every response that does not set its own value."""
    return {
        "content-security-policy": page_policy(nonce),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "cache-control": "no-store",
        "x-robots-tag": "noindex, nofollow",
    }


class Shield:
    """Wraps the whole application, so that error pages get the headers too."""

    def __init__(self, app: App, *, host_names: frozenset[str], secure: bool) -> None:
        self._app = app
        self._host_names = host_names
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce
        started = time.perf_counter()
        status = 500
        answered = False

        async def send_with_headers(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                answered = True
                status = message["status"]
                message["headers"] = self._headers(message.get("headers", []), nonce)
            await send(message)

        try:
            if self._host(scope) not in self._host_names:
                await _plain(send_with_headers, 400, WRONG_HOST)
            else:
                most = MAX_UPLOAD if scope["path"] == UPLOAD_PATH else MAX_BODY
                await self._app(scope, _limited(receive, most=most), send_with_headers)
        except Exception:
            log.exception("unhandled error in %s %s", scope["method"], scope["path"])
            if not answered:
                await _plain(send_with_headers, 500, BROKEN)
        finally:
            elapsed_ms = round((time.perf_counter() - started) * 1000)
            # the path only: queries may hold tokens and search words
            log.info("%s %s %s %sms", scope["method"], _shown(scope), status, elapsed_ms)

    @staticmethod
    def _host(scope: Scope) -> str | None:
        values = [value for name, value in scope["headers"] if name == b"host"]
        return host_name(values[0].decode("latin-1")) if len(values) == 1 else None

    def _headers(self, headers: list[tuple[bytes, bytes]], nonce: str) -> list[tuple[bytes, bytes]]:
        present = {name.lower() for name, _ in headers}
        wanted = common_headers(nonce)
        if self._secure:
            wanted["strict-transport-security"] = "max-age=31536000"
        extra = [
            (name.encode(), value.encode())
            for name, value in wanted.items()
            if name.encode() not in present
        ]
        return [*headers, *extra]


def _shown(scope: Scope) -> str:
    """Path for the log; the unsubscribe token is a credential and stays out."""
    path = str(scope["path"])
    return "/unsubscribe/…" if path.startswith("/unsubscribe/") else path[:200]


def _limited(receive: Receive, *, most: int) -> Receive:
    total = 0

    async def limited() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > most:
            raise BodyTooLarge
        return message

    return limited


async def _plain(send: Send, status: int, text: str) -> None:
    body = text.encode()
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"content-length", str(len(body)).encode()),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
