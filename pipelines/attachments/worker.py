"""The process that reads one file: ``python -m pipelines.attachments.worker`` (input on stdin).

Everything it could do harm with is taken away before the first foreign byte is looked at: no
network, no further processes, no files to write, bounded memory and processor time. It prints one
JSON object and ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import sys
from typing import Any

OUT_OF_MEMORY = 3
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
_DEATH_SIGNAL = 1
_REFUSED = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.rmdir",
    "os.symlink",
    "os.link",
    "os.chmod",
    "os.chown",
    "os.truncate",
    "pty.",
    "shutil.",
    "ftplib.",
    "http.",
    "smtplib.",
    "urllib.Request",
    "webbrowser.",
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def main() -> int:
    """Read the request from the first line of stdin and the file after it."""
    request = json.loads(sys.stdin.buffer.readline())
    from pipelines.attachments.model import Limits

    limits = Limits.from_json(request["limits"])
    prepare()
    restrict(memory=limits.memory, seconds=limits.seconds)
    data = sys.stdin.buffer.read()
    from pipelines.attachments.reading import read_file

    try:
        found = read_file(data, limits=limits)
        answer = json.dumps(found.to_json(), ensure_ascii=False).encode("utf-8", "replace")
    except MemoryError:
        return OUT_OF_MEMORY
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    return 0


def prepare() -> None:
    """What needs rights that are given up next: die with the parent, leave the network."""
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(OSError, AttributeError):
        system = ctypes.CDLL(None, use_errno=True)
        system.prctl(_DEATH_SIGNAL, 9, 0, 0, 0)
        # a name space without any interface, where the system allows it; the hook below always
        system.unshare(_NEW_USER | _NEW_NETWORK)


def restrict(*, memory: int, seconds: float) -> None:
    """Give up what reading does not need. ``memory`` in bytes."""
    import resource

    processor = max(1, int(seconds))
    for name, soft, hard in (
        ("RLIMIT_CORE", 0, 0),
        ("RLIMIT_FSIZE", 0, 0),
        ("RLIMIT_CPU", processor, processor + 2),
        ("RLIMIT_AS", memory, memory),
        ("RLIMIT_NOFILE", 64, 64),
    ):
        _limit(resource, getattr(resource, name, None), soft, hard)
    sys.addaudithook(refuse)


def _limit(resource: Any, which: int | None, soft: int, hard: int) -> None:
    if which is None:
        return
    _, ceiling = resource.getrlimit(which)
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(which, (soft, hard))


def refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Audit hook; it cannot be removed again. Raises PermissionError."""
    if event.startswith(_REFUSED):
        raise PermissionError(f"not while reading files: {event}")
    if event == "open":
        mode, flags = arguments[1], arguments[2]
        text = mode if isinstance(mode, str) else ""
        if set(text) & set("wax+") or (isinstance(flags, int) and flags & _WRITING):
            raise PermissionError("not while reading files: open for writing")


if __name__ == "__main__":
    sys.exit(main())
