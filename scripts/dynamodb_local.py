"""DynamoDB Local, AWS's own engine, for tests and benchmarks: real conditions, transactions and paging."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import boto3
from botocore.config import Config

from scripts.local_stack.build import locked
from scripts.local_stack.clients import status_of
from scripts.local_stack.environment import ACCESS_KEY, REGION
from scripts.local_stack.processes import end_session, free_port, run
from scripts.project.paths import ROOT, shown
from scripts.project.problem import Problem

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# an npm package that carries the engine's jar
_PACKAGE = "amplify-dynamodb-simulator"
_VERSION = "2.9.30"
_CACHE = ROOT / ".cache" / "dynamodb-local"
_START_SECONDS = 60.0
_TRIES_MAX = 3


class DynamoDBLocal:
    """One engine in memory, on a random port, or the one that `DYNAMODB_LOCAL` names. Also a context manager.

    Attributes
    ----------
    endpoint: str
        Where it listens, once started.
    """

    def __init__(self) -> None:
        self.endpoint = ""
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Starts the engine and waits until it answers.

        Raises
        ------
        Problem
            Java or npm is missing, the engine could not be downloaded, or it did not start.
        """
        running = os.environ.get("DYNAMODB_LOCAL")
        if running:
            # somebody else's, who runs many test processes one after the other: not ours to stop
            self.endpoint = running
            return
        java = shutil.which("java")
        if java is None:
            raise Problem("Java 17 or newer is needed for DynamoDB Local: install it and put `java` on the PATH.")
        engine = _installed()
        for _ in range(_TRIES_MAX):
            port = free_port()
            self.endpoint = f"http://127.0.0.1:{port}"
            self._process = subprocess.Popen(
                [
                    *(java, "-Djava.library.path=./DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar"),
                    *("-inMemory", "-sharedDb", "-disableTelemetry", "-port", str(port)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=engine,
                start_new_session=True,
            )
            if self._is_answering():
                return
            # most likely another program took the port in the meantime
            self.stop()
        raise Problem("DynamoDB Local did not start: it needs Java 17 or newer.")

    def stop(self) -> None:
        """Ends the engine; its tables go with it."""
        if self._process is not None:
            end_session(self._process.pid, grace=5)
            self._process.wait()
            self._process = None

    def client(self, config: Config | None = None) -> DynamoDBClient:
        """A client of this engine, by default one that 64 threads can share."""
        return boto3.client(
            "dynamodb",
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=ACCESS_KEY,
            config=Config(max_pool_connections=64, proxies={}).merge(config or Config()),
        )

    def _is_answering(self) -> bool:
        deadline = time.monotonic() + _START_SECONDS
        while self._process is not None and self._process.poll() is None and time.monotonic() < deadline:
            # it refuses a GET without a signature, which is an answer
            if status_of(self.endpoint) is not None:
                return True
            time.sleep(0.1)
        return False


def _installed() -> Path:
    """The folder with the jar, downloaded where it is not there yet."""
    engine = _CACHE / _VERSION
    with locked(_CACHE.with_suffix(".lock")):
        if not engine.exists():
            _download(engine)
    return engine


def _download(engine: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise Problem("npm is needed to download DynamoDB Local: install Node.js and put `npm` on the PATH.")
    log = _CACHE / "download.log"
    with tempfile.TemporaryDirectory(dir=_cache_folder()) as temporary:
        folder = Path(temporary)
        pack = [npm, "pack", f"{_PACKAGE}@{_VERSION}", "--pack-destination", str(folder)]
        if not run(pack, log, os.environ, folder):
            raise Problem(f"DynamoDB Local could not be downloaded: is there a network connection ({shown(log)})?")
        if not run(["tar", "xzf", str(next(folder.glob("*.tgz")))], log, os.environ, folder):
            raise Problem(f"DynamoDB Local could not be unpacked: {shown(log)} says why.")
        # appears whole or not at all
        (folder / "package" / "emulator").rename(engine)


def _cache_folder() -> Path:
    _CACHE.mkdir(parents=True, exist_ok=True)
    return _CACHE
