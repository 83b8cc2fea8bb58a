"""Tries the mutants: for each one the tests that come by it, the one that found it the last time first."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Self

from scripts.mutants.sites import Site
from scripts.project.paths import ROOT

LEVELS = ("tests/unit", "tests/functional", "tests/integration")
# A test's words when DynamoDB refused the mutant, or Python did.
_MISMADE = ("Invalid ConditionExpression", "Invalid FilterExpression", "redundant parentheses", "SyntaxError")
# looks at the sources, which have switches in the copy
_OF_THE_SOURCES = "tests/unit/scripts/test_mutants.py"
_OPTIONS = (
    *("-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "scripts.mutants.plugin"),
    f"--ignore={_OF_THE_SOURCES}",
)
_MATRIX = "tests/functional/authorisation/test_matrix.py::test_each_caller_gets_the_code_of_the_table"
# callers whose session has ended, for every endpoint in one test
_STANDING = "tests/functional/authorisation/test_standing.py::"

# test -> seconds; test -> numbers of the sites it came by
Seconds = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a mutant: the test that found it, or None where it survived."""

    site: Site
    test: str | None
    why: str
    seconds: float
    tried: str = ""

    @property
    def is_mismade(self) -> bool:
        """It was not the removal that a test saw."""
        return (self.test is None and bool(self.why)) or any(text in self.why for text in _MISMADE)


@dataclass(frozen=True, slots=True)
class Passage:
    """Which tests come by which removal, fastest first, when none of them is on.

    Attributes
    ----------
    refused: mapping
        Those of them in which DynamoDB refused the write that it belongs to.
    """

    tests: Mapping[str, Sequence[str]]
    refused: Mapping[str, Sequence[str]]
    failing: Sequence[str]

    def of(self, site: Site) -> list[str]:
        """Return the tests to try, the likeliest first: of files that name its place, one test after the other."""
        if site.kind == "role":
            # looked at when the endpoint is first called: its own row of the matrix, then what ends a session, then its
            # neighbours
            own = f"{_MATRIX}[{Path(site.path).stem}]"
            context = f"tests/functional/{Path(site.path).parent.name}/"
            every = dict.fromkeys(test for tests in self.tests.values() for test in tests)
            ended = [test for test in every if test.startswith(_STANDING)]
            return [own, *ended, *(test for test in every if test.startswith(context))]
        by_file: dict[str, list[str]] = defaultdict(list)
        # A condition makes no difference to a write that is not refused.
        tests = self.refused.get(site.name) if site.kind == "condition" else None
        for test in tests or self.tests.get(site.name, ()):
            by_file[test.partition("::")[0]].append(test)
        # A condition mostly matters in a race, which only tests on DynamoDB Local have.
        is_stored = "/persistence/" in site.path
        turns: list[tuple[int, str]] = []
        for file, tests in by_file.items():
            is_elsewhere = is_stored and not file.startswith("tests/integration/")
            # a test of a related file counts as much as those of the others that come four turns earlier
            late = 4 * (not _names(file, site)) + 4 * is_elsewhere
            if file.startswith("tests/unit/"):
                # a hundred of these take as long as one that makes a table
                turns += [(min(late, 1), test) for test in tests]
                continue
            turns += [(turn + late, test) for turn, test in enumerate(tests)]
        turns.sort(key=lambda each: each[0])
        return [test for _, test in turns]


def guessed(site: Site) -> list[str]:
    """Test files that name what it is in, the fast levels first."""
    files = [
        path.relative_to(ROOT).as_posix() for level in LEVELS for path in sorted((ROOT / level).rglob("test_*.py"))
    ]
    return [file for file in files if _names(file, site)]


@cache
def _text(file: str) -> str:
    path = ROOT / file
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _names(file: str, site: Site) -> bool:
    words = {*site.where.split("."), ".".join(Path(site.path).with_suffix("").parts[-2:])}
    return any(word in _text(file) for word in words if word)


class Bench:
    """The copied tree, one engine, and processes that try mutants in it.

    Attributes
    ----------
    unsound: set
        The tests that failed with nothing removed, and had no say.
    """

    def __init__(self, tree: Path, endpoint: str, jobs: int) -> None:
        self._tree = tree
        self._jobs = jobs
        self.unsound: set[str] = set()
        self._environment = {
            **os.environ,
            "DYNAMODB_LOCAL": endpoint,
            "PYTHONHASHSEED": "0",
            "PYTHONPATH": os.pathsep.join((str(tree), str(tree / "layers" / "peerlearn"))),
        }
        self._python = str(tree / ".venv" / "bin" / "python")

    def passage(self, sites: Sequence[Site], tests: Sequence[str]) -> Passage:
        """Runs these tests once with no removal on."""
        seen = self._tree.parent / "seen.jsonl"
        seen.unlink(missing_ok=True)
        command = [self._python, "-m", "pytest", *_OPTIONS, "-n", str(self._jobs), *tests]
        environment = {**self._environment, "SEEN": str(seen)}
        subprocess.run(
            command, cwd=self._tree, env=environment, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        lines = [json.loads(line) for line in seen.read_text(encoding="utf-8").splitlines()]
        names = {site.number: site.name for site in sites}
        by_site: dict[str, list[str]] = defaultdict(list)
        refused: dict[str, list[str]] = defaultdict(list)
        for line in sorted(lines, key=lambda line: line["seconds"]):
            for number in line["sites"] if line["passed"] else ():
                by_site[names[number]].append(line["test"])
            for number in line["refused"] if line["passed"] else ():
                refused[names[number]].append(line["test"])
        return Passage(by_site, refused, [line["test"] for line in lines if not line["passed"]])

    def tried(self, tasks: Iterable[tuple[Site, Sequence[str]]], tell: Callable[[Verdict], None]) -> list[Verdict]:
        """Each mutant with its tests, in their order, until one fails."""
        waiting: SimpleQueue[tuple[Site, Sequence[str]]] = SimpleQueue()
        for task in tasks:
            waiting.put(task)
        verdicts: list[Verdict] = []
        servers: list[_Server] = []

        def work() -> None:
            with _Server([self._python, "-m", "pytest", *_OPTIONS, *LEVELS], self._tree, self._environment) as server:
                servers.append(server)
                while not waiting.empty():
                    site, tests = waiting.get()
                    answer = server.ask({"number": site.number, "tests": tests})
                    self.unsound.update(answer["unsound"])
                    # 1: a test failed; 0: none did; 5: there was none; all else is no verdict on the mutant
                    ended = "" if answer["status"] in (0, 5) else f"pytest ended with {answer['status']}"
                    verdict = Verdict(
                        site, answer["test"], answer["why"] or ended, answer["seconds"], answer.get("tried", "")
                    )
                    verdicts.append(verdict)
                    tell(verdict)

        if not waiting.empty():
            with ThreadPoolExecutor(self._jobs) as pool:
                futures = [pool.submit(work) for _ in range(min(self._jobs, waiting.qsize()))]
                try:
                    for future in futures:
                        future.result()
                except BaseException:
                    # a worker that waits for its server ends with it
                    for server in servers:
                        server.stop()
                    raise
        return verdicts


class _Server:
    """A pytest that has collected the tests, and is asked line by line."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        to_server, self._questions = os.pipe()
        self._answers, from_server = os.pipe()
        # apart from its standard streams, which pytest has its own use for
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env={**environment, "SERVE": f"{to_server},{from_server}"},
            pass_fds=(to_server, from_server),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(to_server)
        os.close(from_server)

    def __enter__(self) -> Self:
        self._told = os.fdopen(self._answers)
        self._asked = os.fdopen(self._questions, "w")
        self._answer()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._told.close()
        with suppress(BrokenPipeError):
            self._asked.close()

    def stop(self) -> None:
        # with whatever it is in the middle of
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def ask(self, task: dict[str, Any]) -> dict[str, Any]:
        print(json.dumps(task), file=self._asked, flush=True)
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        line = self._told.readline()
        if not line:
            raise RuntimeError(f"pytest ended with {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer


class Progress:
    """A line per mutant."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._began = time.monotonic()

    def tell(self, verdict: Verdict) -> None:
        self._done += 1
        site = verdict.site
        outcome = f"killed by {verdict.test}" if verdict.test else f"SURVIVED {verdict.tried or 'no'} tests"
        if verdict.is_mismade:
            outcome = f"NOT A MUTANT: {verdict.why.strip().splitlines()[-1]}"
        place = f"{site.path.removeprefix('layers/peerlearn/peerlearn/')}:{site.line}"
        print(
            f"[{self._done}/{self._total}] {place} {site.where}: {site.kind} {site.removed}\n"
            f"    {outcome} ({verdict.seconds:.1f} s)",
            flush=True,
        )

    def say(self, text: str) -> None:
        print(f"-- {text} ({time.monotonic() - self._began:.0f} s)", flush=True, file=sys.stdout)
