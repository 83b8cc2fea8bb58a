"""Measures what the project promises about speed and cost, and prints it as a table.

    python -m benchmarks [--quick] [--only P1,P3]

Ratios are taken side by side in one run, as medians of at least 15; `--quick` takes 3 and smaller sizes. Everything
goes to `benchmarks/results/` as JSON; a whole run also redraws the chart.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime

from benchmarks import contention, growth, roundtrips, startup, warm
from benchmarks.chart import svg
from benchmarks.rows import Effort, Row, table
from scripts.project.paths import ROOT
from scripts.project.problem import Problem

RESULTS = ROOT / "benchmarks" / "results"
METRICS: dict[tuple[str, ...], Callable[[Effort], Iterator[Row]]] = {
    ("P1",): startup.measure,
    ("P2",): warm.measure,
    ("P3", "P4", "P10"): roundtrips.measure,
    ("P5",): contention.measure,
    ("P6",): growth.measure,
    ("P7",): startup.sizes,
    ("P8",): warm.login,
}
NAMES = [name for names in METRICS for name in names]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="What the project promises, measured.")
    parser.add_argument("--only", default=",".join(NAMES), help="metrics, separated by commas")
    parser.add_argument("--quick", action="store_true", help="few rounds and small sizes: a look, not a figure")
    options = parser.parse_args()
    wanted = set(options.only.split(","))
    if wanted - set(NAMES):
        parser.error(f"there is no metric {', '.join(sorted(wanted - set(NAMES)))}: choose from {', '.join(NAMES)}")
    effort = Effort(options.quick)
    rows: list[Row] = []
    for names, measure in METRICS.items():
        if wanted & set(names):
            began = time.monotonic()
            with _unheard():
                rows += [row for row in measure(effort) if row.metric in wanted]
            print(f"{' and '.join(names)} took {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(table(rows))
    _keep(rows, complete=wanted == set(NAMES) and not effort.quick)


@contextmanager
def _unheard() -> Iterator[None]:
    """Write what handlers log, so that it is counted, without showing it."""
    shown, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    sys.stdout.flush()
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(shown, 1)
        os.close(shown)
        os.close(nowhere)


def _keep(rows: list[Row], *, complete: bool) -> None:
    RESULTS.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    content = {
        "measuredAt": now.isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "rows": [{**asdict(row), "holds": row.holds} for row in rows],
    }
    name = "latest" if complete else "partial"
    (RESULTS / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n")
    if complete:
        (RESULTS / "chart.svg").write_text(svg(rows, now.date().isoformat()))


try:
    main()
except Problem as problem:
    raise SystemExit(str(problem)) from None
