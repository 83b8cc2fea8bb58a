"""P2: CPU of a warm request as a multiple of plain Python with pydantic doing the same; P8: login and one hash."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.artifact import INTERPRETER, ISOLATED, PEERS, environment, functions, layers, peer_packages
from benchmarks.recording import record
from benchmarks.rows import Effort, Row, interleaved
from scripts.dynamodb_local import DynamoDBLocal
from scripts.project.paths import ROOT

ENDPOINTS = {"list_courses": 7.0, "enroll": 15.0, "send": 15.0}
_PEERS = {"Chalice": "chalice_app", "FastAPI + Mangum": "fastapi_app", "Flask + apig-wsgi": "flask_app"}
_TIMES = 200

Ask = Callable[[str, int], float]


def measure(effort: Effort) -> Iterator[Row]:
    with _workers({"plain": "plain", "ours": "ours", **_PEERS}) as ask:
        cases = {
            f"{endpoint} {name}": lambda name=name, endpoint=endpoint: ask[name](endpoint, _TIMES) / _TIMES
            for endpoint in ENDPOINTS
            for name in ask
        }
        spent = interleaved(cases, effort.rounds)
    microseconds = {name: value * 1e6 for name, value in spent.items()}
    for endpoint, aim in ENDPOINTS.items():
        plain = spent[f"{endpoint} plain"]
        ratios = {name: spent[f"{endpoint} {name}"] / plain for name in ("ours", *_PEERS)}
        best = min(_PEERS, key=lambda name: ratios[name])
        yield Row(
            metric="P2",
            name=f"warm CPU ÷ plain, {endpoint}",
            goal=f"≤ {aim:.0f}",
            today=f"{ratios['ours']:.2f}",
            limit="1",
            best_peer=f"{best} {ratios[best]:.2f}",
            value=ratios["ours"],
            aim=aim,
            details={name: value for name, value in microseconds.items() if name.startswith(endpoint)},
        )


def login(effort: Effort) -> Iterator[Row]:
    with _workers({"ours": "ours"}) as ask:
        cases = {"login": lambda: ask["ours"]("login", 1), "bcrypt": lambda: ask["ours"]("bcrypt", 1)}
        spent = interleaved(cases, max(effort.rounds, 5))
    ratio = spent["login"] / spent["bcrypt"]
    yield Row(
        metric="P8",
        name="CPU of login ÷ one bcrypt hash",
        goal="≤ 1.05",
        today=f"{ratio:.3f}",
        limit="1.0",
        best_peer="-",
        value=ratio,
        aim=1.05,
        details=spent,
    )


@contextmanager
def _workers(programs: dict[str, str]) -> Iterator[dict[str, Ask]]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        file = Path(folder) / "recording.json"
        engine = DynamoDBLocal()
        engine.start()
        try:
            record(engine, file)
        finally:
            engine.stop()
        yield {name: stack.enter_context(_worker(program, file)) for name, program in programs.items()}


@contextmanager
def _worker(program: str, file: Path) -> Iterator[Ask]:
    if program == "ours":
        folders = {function.module.split(".")[1]: function.folder for function in functions()}
        paths = [*(folders[name] for name in ("courses", "enrollments", "messages", "auth")), *layers(), ROOT]
    else:
        paths = [PEERS, peer_packages()]
    command = [INTERPRETER, *ISOLATED, str(ROOT / "benchmarks" / "worker.py"), program, str(file)]
    variables = environment(*paths) | {"BCRYPT_COST": "12"}
    with subprocess.Popen(command, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout

        def ask(endpoint: str, times: int) -> float:
            stdin.write(f"{endpoint} {times}\n")
            stdin.flush()
            # our handlers log to the same stream
            for line in stdout:
                if not line.startswith("{"):
                    return float(line)
            raise RuntimeError(f"{program} ended early")

        yield ask
        stdin.close()
