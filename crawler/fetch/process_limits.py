"""Bounds of the crawl process that the kernel keeps: death with its parent, memory, no core."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
HEADROOM = 2.0  # the soft limit is Scrapy's, on resident memory; this one is a wall behind it


def die_with_parent(parent: int) -> bool:
    """Ask for SIGKILL when the parent process dies (Linux). False where that is impossible.

    ``parent`` is the parent's id as known before the call: if it has died in between, the
    process ends itself now. Elsewhere the lease check is the only guard.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        done = ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    except (OSError, AttributeError):
        return False
    if done == 0 and os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return bool(done == 0)


def lead_own_group() -> None:
    """Be the leader of a process group, so that a signal to it reaches helpers of ours too."""
    if hasattr(os, "setpgid") and os.getpgrp() != os.getpid():
        os.setpgid(0, 0)


def limit_memory(limit: int) -> None:
    """Bound the data segment (bytes) and forbid core dumps, where the system can."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if limit > 0:
        wall = int(limit * HEADROOM)
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        if hard != resource.RLIM_INFINITY:
            wall = min(wall, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (wall, hard))
