"""Reading a file in a process of its own: started, fed, timed, and judged from outside.

Whatever that process does (crash, loop, eat memory, print nonsense), the answer here is the
reading of a file with a named state. Blocking: call it from a thread.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from pipelines.attachments.errors import ReaderCrashed, ReaderMemory, ReaderTimeout
from pipelines.attachments.model import FileText, Limits
from pipelines.attachments.plain import tidy

_COMMAND = (sys.executable, "-P", "-m", "pipelines.attachments.worker")
_INHERITED = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "SYSTEMROOT")
_OUT_OF_MEMORY = 3
_MOST_OUTPUT = 32 * 1024 * 1024
_GRACE = 5.0  # seconds that starting Python may take on a busy machine
_CHUNK = 1 << 20


def read_limited(
    path: Path, *, limits: Limits, ocr: Sequence[str] = (), command: Sequence[str] = _COMMAND
) -> FileText:
    """The text of a stored file. ``ocr`` is a command for files without text (``{file}``).

    Never raises on what the file holds.
    """
    found = _read(path, limits=limits, command=command)
    if found.state == "no_text" and ocr:
        return _by_ocr(path, found, command=ocr, limits=limits)
    return _cleaned(found)


def _read(path: Path, *, limits: Limits, command: Sequence[str]) -> FileText:
    request = json.dumps({"limits": asdict(limits)}).encode() + b"\n"
    process = subprocess.Popen(  # noqa: S603 - our own module
        list(command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        cwd=path.parent,
    )
    output, late = _talk(process, request, path, seconds=limits.seconds + _GRACE)
    if late or process.returncode == -signal.SIGXCPU:
        return FileText("unknown", "unread", ReaderTimeout.code)
    if process.returncode == _OUT_OF_MEMORY:
        return FileText("unknown", "unread", ReaderMemory.code)
    if process.returncode != 0:
        return FileText("unknown", "unread", ReaderCrashed.code, f"exit {process.returncode}")
    try:
        return FileText.from_json(json.loads(output))
    except (ValueError, TypeError, KeyError) as error:
        return FileText("unknown", "unread", ReaderCrashed.code, f"{error}"[:200])


def _talk(
    process: subprocess.Popen[bytes], request: bytes, path: Path | None, *, seconds: float
) -> tuple[bytes, bool]:
    """Feed the process and collect its bounded output; True if it had to be ended."""
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, end)
    timer.start()
    feeder = threading.Thread(target=_feed, args=(process, request, path), daemon=True)
    feeder.start()
    try:
        stream = process.stdout
        output = stream.read(_MOST_OUTPUT + 1) if stream is not None else b""
        if len(output) > _MOST_OUTPUT:
            process.kill()
            output = b""
        process.wait()
    finally:
        timer.cancel()
        if process.poll() is None:
            process.kill()
            process.wait()
        feeder.join()
        if process.stdout is not None:
            process.stdout.close()
    return output, late.is_set()


def _feed(process: subprocess.Popen[bytes], request: bytes, path: Path | None) -> None:
    stream = process.stdin
    if stream is None:
        return
    with contextlib.suppress(OSError), stream:  # it may have died in between
        stream.write(request)
        if path is not None:
            with path.open("rb") as file:
                while piece := file.read(_CHUNK):
                    stream.write(piece)


def _environment() -> dict[str, str]:
    """No secrets of ours go to the process that reads foreign files."""
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {**kept, "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def _cleaned(found: FileText) -> FileText:
    """The texts as we trust them: HTML through the last gate, lines without unseen characters."""
    from pipelines.extraction.safe import safe_html

    lines = [tidy(line) for line in found.text.splitlines()]
    return replace(
        found, html=safe_html(found.html), text="\n".join(line for line in lines if line)
    )


def _by_ocr(path: Path, found: FileText, *, command: Sequence[str], limits: Limits) -> FileText:
    """What the configured command reads in the pictures; the flag stays when it finds nothing."""
    arguments = [part.replace("{file}", str(path)) for part in command]
    try:
        process = subprocess.Popen(  # noqa: S603 - the operator's own command
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
        )
    except OSError as error:
        return replace(found, detail=f"ocr: {error}"[:200])
    output, late = _talk(process, b"", None, seconds=limits.seconds * 5)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # helpers that it left behind
    if late or process.returncode != 0:
        reason = "timeout" if late else f"exit {process.returncode}"
        return replace(found, detail=f"ocr: {reason}")
    lines = [tidy(line) for line in output.decode("utf-8", "replace").splitlines()]
    text = "\n".join(line for line in lines if line)[: limits.text]
    if not text:
        return found
    from html import escape

    html = "".join(f"<p>{escape(line, quote=False)}</p>" for line in text.splitlines())
    return replace(found, state="read", code="by_ocr", text=text, html=html)
