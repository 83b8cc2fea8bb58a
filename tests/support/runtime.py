"""Lambda on this machine: a built function under AWS's own runtime interface client, told what to do by a Runtime API.

    with Function("EnrollFunction", build_folder, aws) as function:
        function.restore()
        function.invoke(event)

What the function calls is a stand-in for AWS with nothing in it: an empty table, a secret, a bucket without files.

Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import importlib.util
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from scripts.project.template import load_template
from tests.support.api import seconds_of
from tests.support.stand_in import Handler, StandInForAws, address_of, serve

# A busy machine takes long to start a process.
_PATIENCE_SECONDS = 60.0
_RUNTIME = "/2018-06-01/runtime"
# Packages that Lambda has beside the function and its layers.
_BESIDE = ("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of an invocation: the bytes that Lambda was sent, or an error, and the lines logged meanwhile."""

    invocation_id: str
    written: bytes
    is_error: bool
    lines: tuple[str, ...] = ()

    @property
    def response(self) -> Any:
        return json.loads(self.written)


class Function:
    """A function of the built template, in a process of its own.

    Parameters
    ----------
    name: str
        Its logical id.
    folder: Path
        The build.
    aws: StandInForAws
    inline: Path
        Where the code that stands in the template may be written to.
    snap_start: bool
        Whether it is started for a snapshot, and waits after its imports until it is restored.
    """

    def __init__(self, name: str, folder: Path, aws: StandInForAws, inline: Path, *, snap_start: bool = False) -> None:
        self.properties: dict[str, Any] = load_template()["Resources"][name]["Properties"]
        self.handler: str = self.properties["Handler"]
        self._name, self._folder, self._aws, self._inline = name, folder, aws, inline
        self._api = _RuntimeApi()
        self._snap_start = snap_start
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        root = self._folder / self._name
        if "InlineCode" in self.properties:
            root = self._inline
            (root / "index.py").write_text(self.properties["InlineCode"], encoding="utf-8")
        self._stack.callback(self._api.close)
        self._process = subprocess.Popen(  # noqa: S603 (the build's own code)
            [sys.executable, "-S", "-m", "awslambdaric", self.handler],
            cwd=root,
            env=self._environment(root),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._stack.callback(self._end)
        self._lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def restored(self) -> int:
        """How often it asked whether it was restored."""
        return self._api.restored

    def invoke(self, event: Any) -> Outcome:
        """Hands an event over and waits for what comes of it."""
        already = len(self._lines)
        outcome = self._api.invoke(event, seconds_of(self.handler), self._is_alive)
        return Outcome(outcome.invocation_id, outcome.written, outcome.is_error, tuple(self._lines[already:]))

    def freeze_and_thaw(self) -> int:
        """Stops it, as Lambda does between two invocations; meanwhile the other ends of its connections are closed.

        Returns
        -------
        int
            How many they were.
        """
        self._process.send_signal(signal.SIGSTOP)
        closed = self._aws.hang_up()
        self._process.send_signal(signal.SIGCONT)
        return closed

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.append(line.rstrip("\n"))

    def _is_alive(self) -> None:
        assert self._process.poll() is None, f"ended with {self._process.returncode}:\n" + "\n".join(self._lines)

    def _end(self) -> None:
        self._process.send_signal(signal.SIGCONT)
        self._process.kill()
        self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _environment(self, root: Path) -> dict[str, str]:
        """Lambda's own variables, and of the template's those that this function is given."""
        template = load_template()["Globals"]["Function"]["Environment"]["Variables"]
        names = {**template, **self.properties.get("Environment", {}).get("Variables", {})}
        layers = [str(self._folder / layer / "python") for layer in ("DependenciesLayer", "PeerlearnLayer")]
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        lambdas = {
            "_HANDLER": self.handler,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{version}",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.properties.get("MemorySize", 512)),
            "AWS_LAMBDA_FUNCTION_NAME": self._name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start" if self._snap_start else "on-demand",
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
            "LAMBDA_TASK_ROOT": str(root),
            "PYTHONPATH": os.pathsep.join([str(root), *layers, str(_beside(self._inline))]),
            "TZ": ":UTC",
        }
        return {name: self._aws.variables[name] for name in names} | self._aws.credentials | lambdas


@dataclass(slots=True)
class _Invocation:
    event: Any
    seconds: float
    invocation_id: str
    done: threading.Event = field(default_factory=threading.Event)
    outcome: Outcome | None = None


class _RuntimeApi:
    """The Runtime API of one function."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[_Invocation | None] = queue.Queue()
        self._running: dict[str, _Invocation] = {}
        self._count = 0
        self.restored = 0
        self.refused: list[str] = []
        api = self

        class OfThisFunction(Handler):
            def do_GET(self) -> None:  # noqa: N802 (http.server's own names)
                if self.path == f"{_RUNTIME}/restore/next":
                    api.restored += 1
                    self.answer(200)
                elif (invocation := api._waiting.get()) is not None:
                    deadline = int((time.time() + invocation.seconds) * 1000)
                    self.answer(
                        200,
                        json.dumps(invocation.event).encode(),
                        Content_Type="application/json",
                        Lambda_Runtime_Aws_Request_Id=invocation.invocation_id,
                        Lambda_Runtime_Deadline_Ms=str(deadline),
                        Lambda_Runtime_Invoked_Function_Arn="arn:aws:lambda:us-east-1:123456789012:function:f",
                    )

            def do_POST(self) -> None:  # noqa: N802 (as above)
                told, what = self.body(), self.path.removeprefix(f"{_RUNTIME}/")
                if what.startswith("invocation/"):
                    _, invocation_id, kind = what.split("/")
                    api._finish(invocation_id, told, is_error=kind == "error")
                else:
                    # init/error, restore/error
                    api.refused.append(f"{what}: {told.decode()}")
                self.answer(202)

        self._server = serve(OfThisFunction)
        self.address = address_of(self._server)

    def invoke(self, event: Any, seconds: float, require_alive: Any) -> Outcome:
        self._count += 1
        invocation = _Invocation(event, seconds, f"invocation-{self._count}")
        self._running[invocation.invocation_id] = invocation
        self._waiting.put(invocation)
        began = time.monotonic()
        while not invocation.done.wait(0.2):
            assert not self.refused, self.refused
            require_alive()
            assert time.monotonic() < began + _PATIENCE_SECONDS, "no answer"
        assert invocation.outcome is not None
        return invocation.outcome

    def _finish(self, invocation_id: str, told: bytes, *, is_error: bool) -> None:
        invocation = self._running.pop(invocation_id)
        invocation.outcome = Outcome(invocation_id, told, is_error)
        invocation.done.set()

    def close(self) -> None:
        # whoever waits for an event hears that there is none
        self._waiting.put(None)
        self._server.shutdown()
        self._server.server_close()


def _beside(folder: Path) -> Path:
    """A folder with the runtime's own packages and no others: what a layer forgot must not be found."""
    result = folder / "runtime"
    result.mkdir(exist_ok=True)
    for name in _BESIDE:
        found = importlib.util.find_spec(name)
        assert found is not None, name
        assert found.origin is not None, name
        origin = Path(found.origin)
        origin = origin.parent if origin.name == "__init__.py" else origin
        link = result / origin.name
        if not link.exists():
            link.symlink_to(origin)
    return result
