"""The commands behind `make run`, `make watch`, `make logs` and `make reset`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType

from botocore.exceptions import BotoCoreError, ClientError

from scripts.cli.failures import sentence_of
from scripts.local_stack.colours import Colours
from scripts.local_stack.logs import LogFollower
from scripts.local_stack.printing import LogPrinter, Wanted
from scripts.local_stack.redeploying import Redeployer
from scripts.local_stack.stack import LocalStack, reset
from scripts.local_stack.watching import watch_sources
from scripts.project.paths import ROOT, shown
from scripts.project.problem import Problem

_FOLDER = ROOT / ".local"
_FILE = _FOLDER / "stack.json"
_POLL_SECONDS = 1.0
_LOOK_UP_SECONDS = 3.0
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class _Stopped(BaseException):
    """Somebody asked the program to end."""


def _stop(_number: int, _frame: FrameType | None) -> None:
    # a second request must not cut the stopping short: the state is being written
    for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(kind, signal.SIG_IGN)
    raise _Stopped


def main(given: Sequence[str] | None = None) -> int:
    """Run one command; the return value is the exit status."""
    arguments = _parser().parse_args(given)
    try:
        if arguments.command == "reset":
            reset(_FOLDER)
            print("The local stack's data is gone.")
        elif arguments.command == "run":
            _run(LocalStack(arguments.port, _FOLDER, enforce_iam=arguments.enforce_iam, report=_say))
        elif arguments.command == "watch":
            endpoint = _running_endpoint()
            _say("Watching functions/, layers/ and template.yaml; Ctrl-C ends it.")
            watch_sources(Redeployer(endpoint, _FOLDER), _is_running, _say)
        else:
            printer = LogPrinter(Colours.of(), Wanted(arguments.function, arguments.level, arguments.request))
            if arguments.request:
                _look_up(_running_endpoint(), printer, arguments.request)
            else:
                _follow(_running_endpoint(), printer, _require_running)
    except KeyboardInterrupt:
        return 130
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(sentence_of(error), file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="local_stack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="start the stack, and stop it on Ctrl-C")
    run.add_argument("--port", type=int, default=4566)
    run.add_argument("--enforce-iam", action="store_true", help="refuse what the functions' policies do not allow")
    commands.add_parser("watch", help="redeploy what changes to the stack that runs")
    logs = commands.add_parser("logs", help="follow the logs of the stack that runs")
    logs.add_argument("--function", default="", metavar="NAME", help="only functions with this in their name")
    logs.add_argument("--level", default="INFO", choices=_LEVELS, help="only what reaches this level")
    logs.add_argument(
        "--request", default="", metavar="ID", help="everything that was logged about one request, by its requestId"
    )
    commands.add_parser("reset", help="forget the stack's data")
    return parser


def _run(stack: LocalStack) -> None:
    parent = os.getppid()
    started = time.monotonic()
    try:
        for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(kind, _stop)
        stack.start()
        _say(_summary(stack, time.monotonic() - started))

        _follow(stack.server.endpoint, LogPrinter(Colours.of()), lambda: _require_wanted(stack, parent))
    except _Stopped:
        _say("\nStopping ...")
    finally:
        stack.stop()


def _require_wanted(stack: LocalStack, parent: int) -> None:
    if not stack.server.is_running():
        raise Problem(f"MiniStack has ended: {shown(stack.server.log)} says why.")
    # left behind by the one that started this
    if os.getppid() != parent:
        raise _Stopped


def _look_up(endpoint: str, printer: LogPrinter, request_id: str) -> None:
    """Print all that was logged about one request; its last lines, and those of its push, may come a moment later."""
    follower = LogFollower(endpoint, from_the_beginning=True)
    is_known = False
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < _LOOK_UP_SECONDS:
        for invocation in follower.new_invocations():
            for line in printer.lines(invocation):
                _say(line)
                is_known, quiet_since = True, time.monotonic()
        time.sleep(_POLL_SECONDS)
    if not is_known:
        raise Problem(
            f"Nothing was logged about {request_id}: look for the `requestId` of an error, or for the "
            "`x-amzn-RequestId` of any answer."
        )


def _follow(endpoint: str, printer: LogPrinter, require_running: Callable[[], None]) -> None:
    """Prints what the functions log, until there is a reason to stop."""
    follower = LogFollower(endpoint)
    while True:
        time.sleep(_POLL_SECONDS)
        require_running()
        try:
            for invocation in follower.new_invocations():
                for line in printer.lines(invocation):
                    _say(line)
        except (BotoCoreError, ClientError) as error:
            # a busy server is no reason to stop it
            _say(f"(the functions' logs could not be read: {error})")


def _running_endpoint() -> str:
    try:
        return str(json.loads(_FILE.read_text(encoding="utf-8"))["endpoint"])
    except FileNotFoundError:
        raise Problem("No local stack is running: `make run` in another terminal starts it.") from None


def _is_running() -> bool:
    return _FILE.exists()


def _require_running() -> None:
    if not _is_running():
        raise Problem("The local stack was stopped.")


def _summary(stack: LocalStack, seconds: float) -> str:
    known = stack.description
    lines = [
        f"Ready after {seconds:.0f} s.",
        "",
        f"  console    {known['webUrl']}",
        f"  API        {known['apiUrl']}",
        *([f"  WebSocket  {known['webSocketUrl']}"] if "webSocketUrl" in known else []),
        f"  table      {known['tableName']}",
        f"  mails      {known['inboxUrl']}",
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
