"""Measure one task of understanding: ``python -m bench.quality TASK --data PATH [--json]``.

A task is a module ``bench/quality_<task>.py`` with ``measure(data: Path) -> Report``. ``PATH`` is
a folder with a manifest, a folder of such folders, or a file in the format of the task. Peers
appear beside ours when they can be imported; nothing is installed.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path

from bench.report import Report

_PREFIX = "quality_"


def tasks() -> list[str]:
    return sorted(p.stem.removeprefix(_PREFIX) for p in Path(__file__).parent.glob("quality_*.py"))


def measure(task: str, data: Path) -> Report:
    report = importlib.import_module(f"bench.{_PREFIX}{task}").measure(data)
    assert isinstance(report, Report)
    return report


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    parser.add_argument("task", choices=tasks())
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args(arguments)
    if not options.data.exists():
        parser.error(f"no such file or folder: {options.data}")
    report = measure(options.task, options.data)
    if options.json:
        print(json.dumps(report.as_json(), ensure_ascii=False))
        return 0
    print(report.as_tables())
    return 0


if __name__ == "__main__":
    sys.exit(main())
