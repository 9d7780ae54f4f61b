"""Fetching and framework against stock Scrapy: ``python -m bench.fetch [--json]``.

The same loopback pages in the same run, interleaved; robots, retry and redirect on in both; nothing
parsed. CPU a page is the slope between two page counts, so start-up is not in it.
"""

from __future__ import annotations

import argparse
import sys

from bench.running import Line, Usage, measure, report, site, slope

GATE = 0.65
MEMORY_GATE = 350
START_GATE = 2.0  # times stock Scrapy: 1.0 s where Scrapy alone takes 0.5 s


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=300, help="pages of the short crawls")
    parser.add_argument("--large", type=int, default=1500, help="pages of the long crawls")
    parser.add_argument("--repeat", type=int, default=3, help="crawls of each kind")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    lines: list[Line] = []
    starts: dict[str, list[float]] = {"stock": [], "ours": []}
    peak = 0
    with site(arguments.large) as url:
        for kind in ("plain", "gzip"):
            found: dict[tuple[str, int], list[Usage]] = {}
            for _ in range(arguments.repeat):
                for count in (arguments.small, arguments.large):
                    for mode in ("stock", "ours"):
                        usage = measure(mode, "--url", url, "--kind", kind, "--count", str(count))
                        found.setdefault((mode, count), []).append(usage)
                        starts[mode].append(usage.first_request_cpu or 0.0)
                        if mode == "ours":
                            peak = max(peak, usage.rss_mb)
            span = arguments.large - arguments.small
            cost = {
                mode: slope(found[mode, arguments.small], found[mode, arguments.large], pages=span)
                for mode in ("stock", "ours")
            }
            lines.append(Line(f"{kind}: stock Scrapy", cost["stock"], unit="ms/page"))
            lines.append(Line(f"{kind}: ours", cost["ours"], unit="ms/page"))
            lines.append(Line(f"{kind}: ours / stock", cost["ours"] / cost["stock"], gate=GATE))
    lines.append(Line("peak memory, ours", peak, gate=MEMORY_GATE, unit="MB"))
    lines.append(Line("CPU to first request, stock", min(starts["stock"]), unit="s"))
    lines.append(Line("CPU to first request, ours", min(starts["ours"]), unit="s"))
    ratio = min(starts["ours"]) / min(starts["stock"])
    lines.append(Line("CPU to first request, ours / stock", ratio, gate=START_GATE))
    return report("fetch", lines, as_json=arguments.json)


if __name__ == "__main__":
    sys.exit(main())
