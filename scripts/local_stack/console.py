"""The learner's console of `web/` on a port of 127.0.0.1: a child process that ends with the one that started it."""

from __future__ import annotations

import select
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from scripts.local_stack.environment import local_environment
from scripts.local_stack.processes import end_session
from scripts.project.paths import ROOT
from scripts.project.problem import Problem

_START_SECONDS = 20.0


class Console:
    """The web server.

    Parameters
    ----------
    port: int
        The port it would like; where somebody listens there already, it takes any that is free.

    Attributes
    ----------
    url: str
        Where to open it, once started.
    """

    def __init__(self, port: int) -> None:
        self.url = ""
        self._port = port
        self._process: subprocess.Popen[str] | None = None

    def start(self, api_url: str, stack_file: Path | None = None) -> None:
        """Serves the console for that API, or for another one as soon as the file of the stack names one.

        Raises
        ------
        Problem
            It did not come up.
        """
        endpoint = f"http://{urlsplit(api_url).netloc}"
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "scripts.serve_console", "--port", str(self._port), "--api-url", api_url),
                *(("--stack-file", str(stack_file)) if stack_file is not None else ()),
            ],
            # Never written to: its end tells the child that this process is gone, however that came about.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=local_environment(endpoint),
            cwd=ROOT,
            start_new_session=True,
        )
        assert self._process.stdout is not None  # noqa: S101 (a pipe, see above)
        readable, _, _ = select.select([self._process.stdout], [], [], _START_SECONDS)
        self.url = self._process.stdout.readline().strip() if readable else ""
        if not self.url:
            self.stop()
            raise Problem("The console's web server did not start.")

    def stop(self) -> None:
        """Ends it."""
        if self._process is not None:
            end_session(self._process.pid, grace=5)
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
            self._process.wait()
            self._process = None
