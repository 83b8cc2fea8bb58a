"""P1: CPU to import a handler from the build, as a share of `import boto3` with a DynamoDB client; P7: its size."""

from __future__ import annotations

import resource
import statistics
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.artifact import INTERPRETER, ISOLATED, PEERS, environment, functions, layers, peer_packages
from benchmarks.rows import Effort, Row, interleaved

_REFERENCE = "import boto3; boto3.client('dynamodb')"
_STANDARD_LIBRARY = "import json, urllib.request, hashlib, hmac, datetime, logging"
_PEERS = {"Chalice": "chalice_app", "FastAPI + Mangum": "fastapi_app", "Flask + apig-wsgi": "flask_app"}
_MEASURED = 6
# they hash passwords
EXEMPT = frozenset({"login", "register", "change_password"})


def measure(effort: Effort) -> Iterator[Row]:
    packages = peer_packages()
    yardsticks = {
        "reference": _cpu(_REFERENCE, environment(packages)),
        "standard library": _cpu(_STANDARD_LIBRARY, environment()),
    }
    yardsticks |= {name: _cpu(f"import {module}", environment(PEERS, packages)) for name, module in _PEERS.items()}
    every = {one.name: _cpu(f"import {one.module}", environment(one.folder, *layers())) for one in functions()}
    # All are looked at; those that start slowest are measured.
    survey = interleaved({"reference": yardsticks["reference"], **every}, 2 if effort.quick else 3)
    heaviest = sorted(every, key=lambda name: survey[name], reverse=True)[:_MEASURED]
    seconds = interleaved(yardsticks | {name: every[name] for name in heaviest}, effort.rounds)
    # A survey of three rounds is too short to be compared with its reference alone: with all that was measured twice.
    pace = statistics.median(seconds[name] / survey[name] for name in ("reference", *heaviest))
    ratios = {name: survey[name] * pace / seconds["reference"] for name in every}
    ratios |= {name: value / seconds["reference"] for name, value in seconds.items()}
    ours = {function.name: ratios[function.name] for function in functions()}
    judged = {name: ratio for name, ratio in ours.items() if name not in EXEMPT}
    worst = max(judged, key=lambda name: judged[name])
    best_peer = min(_PEERS, key=lambda name: ratios[name])
    today = f"{min(judged.values()):.2f}-{judged[worst]:.2f}, median {statistics.median(judged.values()):.2f}"
    yield Row(
        metric="P1",
        name="start-up CPU ÷ boto3 client",
        goal="≤ 1.0",
        today=today,
        limit=f"{ratios['standard library']:.2f}",
        best_peer=f"{best_peer} {ratios[best_peer]:.2f}",
        value=judged[worst],
        aim=1.0,
        details={"ratios": ratios, "worst": worst, "reference_ms": seconds["reference"] * 1000},
    )


def sizes(effort: Effort) -> Iterator[Row]:  # noqa: ARG001 (all metrics are asked alike)
    shared = sum(map(_bytes, layers()))
    ours = {function.name: (shared + _bytes(function.folder)) / 2**20 for function in functions()}
    code = (_bytes(layers()[1]) + max(_bytes(function.folder) for function in functions())) / 2**20
    largest = max(ours.values())
    yield Row(
        metric="P7",
        name="unzipped MiB per function",
        goal="≤ 25",
        today=f"{largest:.1f}",
        limit=f"{code:.1f}",
        best_peer=f"boto3 and botocore alone {_stock_sdk():.1f}",
        value=largest,
        aim=25.0,
        details=ours,
    )


def _stock_sdk() -> float:
    return sum(_bytes(peer_packages() / name) for name in ("boto3", "botocore", "s3transfer", "urllib3")) / 2**20


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _cpu(code: str, variables: dict[str, str]) -> Callable[[], float]:
    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([INTERPRETER, *ISOLATED, "-c", code], env=variables, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return seconds
