"""MiniStack as a child process: the local stand-in for AWS."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from http import HTTPStatus
from pathlib import Path

from scripts.local_stack.clients import status_of
from scripts.local_stack.environment import local_environment
from scripts.local_stack.files import write_json
from scripts.local_stack.processes import end_session, is_taken
from scripts.project.paths import ROOT, shown
from scripts.project.problem import Problem

_INTERPRETER = ROOT / ".venv-ministack" / "bin" / "python"
_SERVER = Path(__file__).with_name("ministack_server.py")
_START_SECONDS = 60.0
# it writes its state on a clean stop, so it is given the time for that
_STOP_SECONDS = 30.0


class MiniStack:
    """One server on one port, its state in one folder.

    Parameters
    ----------
    port: int
        The port of 127.0.0.1 to listen on.
    folder: Path
        Where state, objects, unpacked code and the log go.
    enforce_iam: bool
        Whether calls without a policy that allows them are refused, as on AWS.
    """

    def __init__(self, port: int, folder: Path, *, enforce_iam: bool = False) -> None:
        self.port = port
        self.endpoint = f"http://127.0.0.1:{port}"
        self.log = folder / "ministack.log"
        self._folder = folder
        self._enforce_iam = enforce_iam
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The server's process, which leads a session of its own."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Starts the server and waits until it answers.

        Raises
        ------
        Problem
            The port is taken, or the server did not come up.
        """
        if is_taken(self.port):
            raise Problem(f"Port {self.port} is taken: stop what listens there, or choose another one with PORT=.")
        if not _INTERPRETER.exists():
            raise Problem("The local stack's environment is missing: `make run` makes it.")
        self._forget_stream_positions()
        temporary = self._folder / "tmp"
        # functions are unpacked there anew
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                # -P: or this folder would stand before its packages, and this module for `ministack`
                [str(_INTERPRETER), "-P", str(_SERVER)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._environment(temporary),
                cwd=self._folder,
                start_new_session=True,
            )
        self._wait_until_ready()

    def _environment(self, temporary: Path) -> dict[str, str]:
        environment = local_environment(self.endpoint) | {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_HOST": "127.0.0.1",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self._folder / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self._folder / "s3"),
            "TMPDIR": str(temporary),
            "AUTH": "true" if self._enforce_iam else "false",
            # listeners that nothing here uses, on ports that two stacks would fight over
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "LOG_LEVEL": "INFO",
        }
        # the server runs the functions with its own interpreter and sets this for them
        del environment["AWS_ENDPOINT_URL"]
        return environment

    def is_running(self) -> bool:
        """Whether the server has not ended by itself."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stops the server and every function process, once its state is on disk."""
        if self._process is not None:
            end_session(self._process.pid, grace=_STOP_SECONDS)
            self._process.wait()
            self._process = None

    def _forget_stream_positions(self) -> None:
        """MiniStack keeps how far the functions have read a table's stream, but not the stream itself: after a restart
        they would wait for as many new records as there were old ones, and never see those."""
        file = self._folder / "state" / "lambda.json"
        if file.exists():
            content = json.loads(file.read_text(encoding="utf-8"))
            content["payload"].pop("dynamodb_stream_positions", None)
            write_json(file, content)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while self.is_running() and time.monotonic() < deadline:
            if status_of(f"{self.endpoint}/_ministack/ready") == HTTPStatus.OK:
                return
            time.sleep(0.1)
        self.stop()
        raise Problem(f"MiniStack did not start: {shown(self.log)} says why.")
