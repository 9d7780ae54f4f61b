"""A browser without a screen: keeps cookies, follows nothing, fills forms with their token."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import httpx
from fastapi import FastAPI

from tests.review.parsed import Node, parse

_TYPE = "content-type"
_TOKEN = re.compile(r'name="csrf" value="([0-9a-f]+)"')


class Visitor:
    """One person's browser at one address."""

    def __init__(
        self,
        app: FastAPI,
        *,
        loop: asyncio.AbstractEventLoop,
        peer: str = "127.0.0.1",
        host: str = "localhost:8000",
    ) -> None:
        self.app = app
        self.loop = loop
        self.peer = peer
        self.base = f"http://{host}"
        self.cookies = httpx.Cookies()
        self._tokens: dict[tuple[str, ...], str] = {}

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request; the answer is not followed."""
        response = self.loop.run_until_complete(self._send(method, path, options))
        found = _TOKEN.search(response.text) if "html" in response.headers.get(_TYPE, "") else None
        if found is not None:
            self._tokens[self._identity()] = found.group(1)
        return response

    def _identity(self) -> tuple[str, ...]:
        return tuple(sorted(f"{cookie.name}={cookie.value}" for cookie in self.cookies.jar))

    async def _send(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app, client=(self.peer, 50_000))
        async with httpx.AsyncClient(
            transport=transport, base_url=self.base, cookies=self.cookies
        ) as client:
            response = await client.request(method, path, **options)
            self.cookies = client.cookies
        return response

    def get(self, path: str, **options: Any) -> httpx.Response:
        """GET."""
        return self.send("GET", path, **options)

    def page(self, path: str) -> Node:
        """A page that must answer 200, parsed."""
        response = self.get(path)
        assert response.status_code == 200, (path, response.status_code, response.text[:500])
        return parse(response.text)

    def token(self) -> str:
        """The form token that the pages of this visitor carry now."""
        for path in ("/login", "/account", "/setup"):
            if self._identity() in self._tokens:
                break
            self.get(path)
        return self._tokens[self._identity()]

    def plant(self, name: str, value: str) -> None:
        """Put a cookie into this browser."""
        self.cookies.set(name, value, domain="localhost.local", path="/")

    def post(
        self, path: str, data: Mapping[str, Any] | None = None, **options: Any
    ) -> httpx.Response:
        """POST with the form token of this visitor."""
        return self.send("POST", path, data={**(data or {}), "csrf": self.token()}, **options)

    def log_in(self, name: str, password: str) -> httpx.Response:
        """Through the login form."""
        return self.post("/login", {"name": name, "password": password})
