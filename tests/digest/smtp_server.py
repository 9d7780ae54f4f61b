"""A real SMTP server in a process of its own, which misbehaves as a script file tells it.

``python -m tests.digest.smtp_server FOLDER`` prints its port. ``FOLDER/script.json`` is read
again for every step: ``{"rcpt": {"reply": "451 later", "match": "li@", "times": 1}}``. A step is
connect, ehlo, auth, mail, rcpt, data, body, dot (message not kept) or kept (message kept); an
action is ``reply`` with a line, or ``drop`` to cut the connection. Messages go to
``FOLDER/<number>.eml``, the recipient into ``X-Recipient``.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import ssl
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

_USED: Counter[str] = Counter()
_NUMBER = iter(range(1, 1_000_000))


class ScriptedServer(SMTP):
    """aiosmtpd with a look into the script before every answer."""

    folder: Path

    def _action(self, step: str, text: str = "") -> dict[str, Any] | None:
        try:
            script = json.loads((self.folder / "script.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        action: dict[str, Any] | None = script.get(step)
        if action is None or action.get("match", "") not in text:
            return None
        key = f"{step}{json.dumps(action)}"
        if _USED[key] >= action.get("times", 10**9):
            return None
        _USED[key] += 1
        return action

    def _cut(self) -> None:
        assert isinstance(self.transport, asyncio.Transport)
        self.transport.abort()

    async def _acted(self, step: str, text: str = "") -> bool:
        action = self._action(step, text)
        if action is None:
            return False
        if action.get("drop"):
            self._cut()
            return True
        await self.push(action["reply"])
        if action["reply"].startswith("421") and self.transport is not None:
            self.transport.close()
        return True

    def connection_made(self, transport: Any) -> None:
        action = self._action("connect")
        if action is None:
            super().connection_made(transport)
            return
        if not action.get("drop"):
            transport.write(action["reply"].encode() + b"\r\n")
        transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        with contextlib.suppress(AttributeError):
            super().connection_lost(error)

    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self._acted("ehlo"):
            await super().smtp_EHLO(hostname)

    async def smtp_MAIL(self, arg: str | None) -> None:
        if not await self._acted("mail", arg or ""):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        if not await self._acted("rcpt", arg or ""):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if await self._acted("data", self._recipient()):
            return
        action = self._action("body", self._recipient())
        if action is None:
            await super().smtp_DATA(arg)
            return
        await self.push("354 go on")
        await self._reader.read(1000)
        self._cut()

    def _recipient(self) -> str:
        return ",".join(self.envelope.rcpt_tos) if self.envelope else ""

    def keep(self, envelope: Envelope) -> str:
        """Answer to the final dot."""
        recipient = ",".join(envelope.rcpt_tos)
        if (action := self._action("dot", recipient)) is not None:
            if action.get("drop"):
                self._cut()
            return str(action.get("reply", "451 dropped"))
        name = f"{os.getpid()}-{next(_NUMBER):06d}"
        draft = self.folder / f"{name}.part"
        content = envelope.original_content or b""
        draft.write_bytes(b"X-Recipient: " + recipient.encode() + b"\r\n" + content)
        draft.rename(self.folder / f"{name}.eml")
        if self._action("kept", recipient) is not None:
            self._cut()
        return "250 kept"


class _Keeper:
    """The hook object that aiosmtpd asks."""

    async def handle_DATA(
        self, server: ScriptedServer, _session: Session, envelope: Envelope
    ) -> str:
        return server.keep(envelope)


def _authenticate(_server: Any, _session: Any, _envelope: Any, _how: str, data: Any) -> AuthResult:
    known = data.login == b"digest" and data.password == b"correct"
    return AuthResult(success=known, handled=False)


async def _serve(folder: Path, mode: str) -> None:
    context = None
    if mode != "none":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem")

    def protocol() -> ScriptedServer:
        server = ScriptedServer(
            handler=_Keeper(),
            hostname="mail.example.org",
            authenticator=_authenticate,
            auth_require_tls=False,
            tls_context=context if mode == "starttls" else None,
            enable_SMTPUTF8=False,
            loop=asyncio.get_running_loop(),
        )
        server.folder = folder
        return server

    listener = await asyncio.get_running_loop().create_server(
        protocol, "127.0.0.1", 0, ssl=context if mode == "tls" else None
    )
    sys.stdout.write(f"{listener.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


@dataclass(frozen=True, slots=True)
class Running:
    """A started server."""

    folder: Path
    port: int

    def script(self, **steps: dict[str, Any]) -> None:
        """Replace the script; nothing means: behave."""
        draft = self.folder / "script.part"
        draft.write_text(json.dumps(steps), encoding="utf-8")
        draft.rename(self.folder / "script.json")

    def messages(self) -> list[bytes]:
        """Everything kept so far."""
        return [path.read_bytes() for path in sorted(self.folder.glob("*.eml"))]

    def count(self) -> int:
        """How many messages were kept so far."""
        return sum(name.endswith(".eml") for name in os.listdir(self.folder))

    def recipients(self) -> list[str]:
        """Recipients of everything kept so far, one per message, sorted."""
        return sorted(
            content.split(b"\r\n", 1)[0].removeprefix(b"X-Recipient: ").decode()
            for content in self.messages()
        )

    def clear(self) -> None:
        """Forget messages and script."""
        for path in self.folder.glob("*.eml"):
            path.unlink()
        self.script()


@contextmanager
def running(folder: Path, *, mode: str = "none") -> Iterator[Running]:
    """Start the server process and stop it at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.digest.smtp_server", str(folder), mode],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, "the SMTP server did not start"
        yield Running(folder=folder, port=int(line))
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), sys.argv[2]))
