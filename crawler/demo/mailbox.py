"""A mailbox on loopback: takes mail by SMTP and stores each message as an ``.eml`` file.

For the demo only: no TLS, no authentication, nothing is ever passed on.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

MAX_MESSAGE = 20 * 1024 * 1024
COMMAND_SECONDS = 60


class Mailbox:
    """Files arrive as ``0001.eml``, ``0002.eml`` … in ``folder``, complete or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.received = 0

    async def listen(self, host: str = "127.0.0.1", port: int = 0) -> asyncio.Server:
        """Listen on a free port of this machine."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.received = len(list(self.folder.glob("*.eml")))
        return await asyncio.start_server(self._serve, host, port, limit=MAX_MESSAGE)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = _Session(self, reader, writer)
        with suppress(ConnectionError, TimeoutError, asyncio.IncompleteReadError, ValueError):
            await session.run()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    def store(self, message: bytes) -> Path:
        """Keep one message."""
        self.received += 1
        path = self.folder / f"{self.received:04}.eml"
        part = path.with_suffix(".part")
        part.write_bytes(message)
        return part.replace(path)


class _Session:
    """One SMTP dialogue (RFC 5321, the commands that a client needs to hand over a mail)."""

    def __init__(
        self, mailbox: Mailbox, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.mailbox = mailbox
        self.reader = reader
        self.writer = writer
        self.sender: str | None = None
        self.recipients: list[str] = []

    async def run(self) -> None:
        await self._say("220 sample mailbox, nothing is delivered from here")
        while True:
            async with asyncio.timeout(COMMAND_SECONDS):
                line = await self.reader.readline()
            if not line:
                return
            verb, _, argument = line.decode("ascii", "replace").strip().partition(" ")
            if not await self._obey(verb.upper(), argument.strip()):
                return

    async def _obey(self, verb: str, argument: str) -> bool:
        """Answer one command; False ends the dialogue."""
        if verb == "EHLO":
            await self._say("250-sample", f"250-SIZE {MAX_MESSAGE}", "250 8BITMIME")
        elif verb == "MAIL":
            self.sender, self.recipients = argument, []
            await self._say("250 OK")
        elif verb == "RCPT" and self.sender is not None:
            self.recipients.append(argument)
            await self._say("250 OK")
        elif verb == "DATA" and self.recipients:
            await self._take_message()
        elif verb == "QUIT":
            await self._say("221 bye")
            return False
        elif verb in ("HELO", "NOOP", "RSET"):
            self.sender, self.recipients = None, []
            await self._say("250 OK")
        else:
            await self._say("503 not now" if verb in ("RCPT", "DATA") else "502 not here")
        return True

    async def _take_message(self) -> None:
        await self._say("354 end with a dot")
        async with asyncio.timeout(COMMAND_SECONDS):
            content = await self.reader.readuntil(b"\r\n.\r\n")
        message = content.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
        if message.startswith(b".."):
            message = message[1:]
        path = self.mailbox.store(message)
        self.sender, self.recipients = None, []
        await self._say(f"250 stored as {path.name}")

    async def _say(self, *lines: str) -> None:
        self.writer.write("".join(f"{line}\r\n" for line in lines).encode("ascii"))
        await self.writer.drain()
