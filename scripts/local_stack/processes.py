"""Starting programs so that nothing of them is left behind, however this one ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path


def run(command: Sequence[str], log: Path, environment: Mapping[str, str], folder: Path) -> bool:
    """Runs a program to its end, everything it says going to `log`.

    Returns
    -------
    bool
        Whether it succeeded.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        # a session of its own: Ctrl-C reaches only this program, which then ends the other in its own time
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=folder,
            start_new_session=True,
        )
    try:
        return process.wait() == 0
    except BaseException:
        end_session(process.pid, grace=5)
        raise


def end_session(leader: int, *, grace: float) -> None:
    """Ends a program that leads a session of its own, and whatever it started there.

    Parameters
    ----------
    grace: float
        Seconds between the polite signal and the one that cannot be refused.
    """
    with suppress(ProcessLookupError):
        os.kill(leader, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while _is_running(leader) and time.monotonic() < deadline:
        time.sleep(0.02)
    for kind in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(leader, kind)
            time.sleep(0.1)


def _is_running(pid: int) -> bool:
    with suppress(ChildProcessError):
        # a child is reaped here, or it would look alive for ever
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on at the moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def is_taken(port: int) -> bool:
    """Whether somebody listens on that port of this machine."""
    with socket.socket() as listener:
        # connections that have just ended do not count as somebody listening
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
