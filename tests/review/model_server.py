"""A language model that knows a few answers: run as a process, prints its port.

The name of the model asked for chooses the answer; ``GET /requests`` tells what was sent.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GOOD = "浙江省经济和信息化厅等5部门印发通知。"
INVENTED = "到2031年投入77亿元，依据《并不存在的办法》执行。"
RECEIVED: list[dict[str, Any]] = []


class Handler(BaseHTTPRequestHandler):
    """Chat completions, and what went wrong with them."""

    def do_GET(self) -> None:
        """What was received so far."""
        self._answer(200, json.dumps(RECEIVED).encode())

    def do_POST(self) -> None:
        """One completion."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        RECEIVED.append({"path": self.path, "key": self.headers.get("authorization"), "body": body})
        model = body["model"]
        if model == "silent":
            # answers never: the other side gives up and closes
            self.rfile.read(1)
            return
        if model == "broken":
            self._answer(200, b"<html>")
        elif model == "huge":
            self._answer(200, b"x" * 1_500_000)
        elif model == "refused":
            self._answer(401, b"{}")
        elif model == "moved":
            self._answer(302, b"", location="http://127.0.0.1:1/elsewhere")
        else:
            text = INVENTED if model == "invents" else GOOD
            message = {"choices": [{"message": {"content": text}}]}
            self._answer(200, json.dumps(message).encode())

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing to the terminal."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()
