"""Start and stop of the local stack."""

from __future__ import annotations

import fcntl
import importlib.util
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from botocore.exceptions import BotoCoreError, ClientError

from scripts.local_stack.accounts import DEMO_ACCOUNTS
from scripts.local_stack.build import build
from scripts.local_stack.clients import status_of
from scripts.local_stack.console import Console
from scripts.local_stack.deployment import Deployment, console_port, urls
from scripts.local_stack.environment import local_environment
from scripts.local_stack.files import write_json
from scripts.local_stack.logs import LogFollower
from scripts.local_stack.ministack import MiniStack
from scripts.local_stack.processes import run
from scripts.local_stack.redeploying import Redeployer
from scripts.project.paths import ROOT, shown
from scripts.project.problem import Problem

_SEEDER = "scripts.seed"
_ANSWER_SECONDS = 60.0
_SILENCE_SECONDS = 1.5


def _silent(_: str) -> None:
    pass


class LocalStack:
    """The product on this machine. Also a context manager that starts and stops it.

    Parameters
    ----------
    port: int
        The port of 127.0.0.1 for AWS and the product's APIs; the console is on the next one, or any that is free.
    folder: Path
        The state that is kept from one run to the next; `stack.json` is there while the stack is ready, and only then.
    enforce_iam: bool
        Whether the functions' policies are enforced, as on AWS.
    report: callable
        Is told in a line what is being done.
    """

    def __init__(
        self, port: int, folder: Path, *, enforce_iam: bool = False, report: Callable[[str], None] = _silent
    ) -> None:
        self.folder = folder
        self.description: dict[str, Any] = {}
        self.server = MiniStack(port, folder, enforce_iam=enforce_iam)
        self._console = Console(console_port(self.server.endpoint))
        self._report = report
        self._lock: IO[str] | None = None
        self._file = folder / "stack.json"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Brings everything up; where that fails, nothing is left running.

        Raises
        ------
        Problem
            In one sentence, what the person who started it can mend.
        """
        self._claim_folder()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stops everything, once what is to be kept is on disk; nothing of another stack in the same folder."""
        if self._lock is None:
            return
        self._file.unlink(missing_ok=True)
        self._console.stop()
        self.server.stop()
        self._lock.close()
        self._lock = None

    def _start(self) -> None:
        self._file.unlink(missing_ok=True)
        self._report(f"Starting MiniStack on {self.server.endpoint} ...")
        self.server.start()
        self._report("Building the functions (`sam build`) ...")
        built = build()
        deployment = Deployment(self.server.endpoint, self.folder)
        self._report("Deploying the template (`sam deploy`) ...")
        deployment.deploy(built)
        redeployer = Redeployer(self.server.endpoint, self.folder)
        if redeployer.has_patched:
            redeployer.restore()
        outputs = deployment.outputs()
        self.description = {
            **urls(self.server.endpoint, outputs),
            "tableName": outputs["TableName"],
            **({"bucketName": outputs["BucketName"]} if "BucketName" in outputs else {}),
            "accounts": {a.role: {"email": a.email, "password": a.password} for a in DEMO_ACCOUNTS},
        }
        self._wait_until_answering()
        self._seed(deployment)
        self._console.start(self.description["apiUrl"], self._file)
        self.description["webUrl"] = self._console.url
        self.description["inboxUrl"] = f"{self._console.url}inbox.html"
        write_json(self._file, self.description)

    def _claim_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = (self.folder / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise Problem("The local stack is already running from this folder: stop that one first.") from None
        self._lock = lock

    def _wait_until_answering(self) -> None:
        """A route that does not exist is answered by the gateway's fallback, through both layers."""
        deadline = time.monotonic() + _ANSWER_SECONDS
        address = f"{self.description['apiUrl']}/v1"
        while time.monotonic() < deadline:
            if status_of(address) == HTTPStatus.NOT_FOUND:
                return
            time.sleep(0.2)
        raise Problem(f"The API does not answer at {address}: {shown(self.server.log)} says why.")

    def _seed(self, deployment: Deployment) -> None:
        if deployment.mark("seeded") or importlib.util.find_spec(_SEEDER) is None:
            return
        self._report("Loading the demo data ...")
        # the seeder is told of the stack before others are
        draft = self.folder / "seed.json"
        write_json(draft, self.description)
        log = self.folder / "seed.log"
        follower = LogFollower(self.server.endpoint)
        command = [sys.executable, "-m", _SEEDER, "--stack", str(draft)]
        succeeded = run(command, log, local_environment(self.server.endpoint), ROOT)
        draft.unlink()
        if not succeeded:
            raise Problem(f"The demo data could not be loaded: {shown(log)} says why.")
        # nobody wants to see the logs of this first; a busy server is no reason to stop
        with suppress(BotoCoreError, ClientError):
            follower.wait_for_silence(_SILENCE_SECONDS, at_most=_ANSWER_SECONDS)
        deployment.set_mark("seeded", "yes")


def reset(folder: Path) -> None:
    """Forgets everything that the stack of that folder kept.

    Raises
    ------
    Problem
        That stack is running.
    """
    if not folder.exists():
        return
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem("The local stack is running: stop it first.") from None
        shutil.rmtree(folder)
