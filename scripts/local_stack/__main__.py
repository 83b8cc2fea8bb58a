"""The commands behind `make run` and `make reset`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from types import FrameType

from botocore.exceptions import BotoCoreError, ClientError

from scripts.local_stack.logs import LogFollower
from scripts.local_stack.problem import Problem
from scripts.local_stack.stack import LocalStack, reset
from scripts.local_stack.template import ROOT, shown

_FOLDER = ROOT / ".local"
_POLL_SECONDS = 1.0


class _Stopped(BaseException):
    """Somebody asked the program to end."""


def _stop(_number: int, _frame: FrameType | None) -> None:
    # a second request must not cut the stopping short: the state is being written
    for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(kind, signal.SIG_IGN)
    raise _Stopped


def main() -> int:
    """Runs one command; its return value is the exit status."""
    parser = argparse.ArgumentParser(prog="local_stack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="start the stack, and stop it on Ctrl-C")
    run.add_argument("--port", type=int, default=4566)
    run.add_argument("--enforce-iam", action="store_true", help="refuse what the functions' policies do not allow")
    commands.add_parser("reset", help="forget the stack's data")
    arguments = parser.parse_args()
    try:
        if arguments.command == "reset":
            reset(_FOLDER)
            print("The local stack's data is gone.")
        else:
            _run(LocalStack(arguments.port, _FOLDER, enforce_iam=arguments.enforce_iam, report=_say))
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def _run(stack: LocalStack) -> None:
    parent = os.getppid()
    started = time.monotonic()
    try:
        for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(kind, _stop)
        stack.start()
        _say(_summary(stack, time.monotonic() - started))
        _follow(stack, parent)
    except _Stopped:
        _say("\nStopping ...")
    finally:
        stack.stop()


def _follow(stack: LocalStack, parent: int) -> None:
    """Prints what the functions log, until told to stop or left behind by the one that started this."""
    follower = LogFollower(stack.server.endpoint)
    while os.getppid() == parent:
        time.sleep(_POLL_SECONDS)
        if not stack.server.is_running():
            raise Problem(f"MiniStack has ended: {shown(stack.server.log)} says why.")
        try:
            for line in follower.new_lines():
                _say(line)
        except (BotoCoreError, ClientError) as error:
            # a busy server is no reason to stop it
            _say(f"(the functions' logs could not be read: {error})")


def _summary(stack: LocalStack, seconds: float) -> str:
    known = stack.description
    lines = [
        f"Ready after {seconds:.0f} s.",
        "",
        f"  console    {known['webUrl']}",
        f"  API        {known['apiUrl']}",
        *([f"  WebSocket  {known['webSocketUrl']}"] if "webSocketUrl" in known else []),
        f"  table      {known['tableName']}",
        "",
        *(f"  {role:<8}   {account['email']}   {account['password']}" for role, account in known["accounts"].items()),
        "",
        "The functions' logs follow; Ctrl-C stops everything, `make reset` forgets the data.",
        "",
    ]
    return "\n".join(lines)


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
