"""The long form: `python -m tests.support.histories [--seed N] [--only seats,points]`.

One line per history; the exit status is 1 where one has a violation.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

# The product's code is a Lambda layer and not an installed package.
sys.path.insert(0, str(Path(__file__).parents[3] / "layers" / "peerlearn"))

from scripts.dynamodb_local import DynamoDBLocal
from tests.support.histories.ground import Bench
from tests.support.histories.history import History, total
from tests.support.histories.workloads import history_of

# rounds and requests of each: on a good network, and on one where three tries in ten meet a fault
SIZES = {
    "seats": (100, 400, 25),
    "waitlist": (50, 160, 15),
    "addresses": (20, 320, 10),
    "families": (50, 240, 15),
    "points": (20, 400, 10),
    "messages": (20, 400, 10),
    "news": (20, 240, 10),
    "agendas": (20, 240, 10),
}
BAD = 0.3
# Streams that an engine has kept make it slower and slower.
ROUNDS_OF_AN_ENGINE = 10


def main() -> int:
    parser = argparse.ArgumentParser(description="Drives the services from 32 threads and checks what came of it.")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000, help="the same again as far as it goes")
    parser.add_argument("--only", default=",".join(SIZES), help="histories, by their names")
    parser.add_argument("--share", type=float, default=1.0, help="how many of the rounds")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")
    print(
        f"{'history':24}{'rounds':>7}{'operations':>12}{'ok':>8}{'refused':>9}{'unknown':>9}{'violations':>12}{'s':>8}"
    )
    failed = False
    for name in arguments.only.split(","):
        rounds, requests, bad_rounds = SIZES[name]
        for label, number, rate in ((name, rounds, 0.0), (f"{name}, bad network", bad_rounds, BAD)):
            began = time.monotonic()
            chance = Random(f"{arguments.seed} {label}")  # noqa: S311 (no secret)
            share = max(1, round(number * arguments.share))
            everything = total(_histories(name, share, requests, rate, chance))
            ok, refused, unknown = (everything.count(kind) for kind in ("ok", "refused", "unknown"))
            print(
                f"{label:24}{share:7}{len(everything.operations):12}{ok:8}{refused:9}{unknown:9}"
                f"{len(everything.violations):12}{time.monotonic() - began:8.0f}",
                flush=True,
            )
            for violation in everything.violations[:20]:
                print(f"    {violation}")
            failed = failed or bool(everything.violations)
    return int(failed)


def _histories(name: str, rounds: int, requests: int, rate: float, chance: Random) -> Iterator[History]:
    for done in range(0, rounds, ROUNDS_OF_AN_ENGINE):
        with DynamoDBLocal() as engine:
            bench = Bench(engine, chance, rate)
            for _ in range(min(ROUNDS_OF_AN_ENGINE, rounds - done)):
                yield history_of(bench, name, requests)


if __name__ == "__main__":
    sys.exit(main())
