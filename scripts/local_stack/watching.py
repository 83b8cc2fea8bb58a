"""Sources that change are what runs a second later."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from watchfiles import DefaultFilter, watch

from scripts.local_stack.colours import Colours
from scripts.local_stack.redeploying import Plan, Redeployer, functions, plan
from scripts.project.paths import ROOT, shown
from scripts.project.problem import Problem

_WATCHED = ("functions", "layers", "template.yaml")
_POLL_MILLISECONDS = 1000
# Editors write a file in several steps.
_QUIET_MILLISECONDS = 100


def watch_sources(redeployer: Redeployer, is_running: Callable[[], bool], say: Callable[[str], None]) -> None:
    """Redeploys what changes, until the stack is stopped.

    Raises
    ------
    Problem
        It was.
    """
    colours = Colours.of()
    for changes in watch(
        *(ROOT / name for name in _WATCHED),
        watch_filter=DefaultFilter(),
        step=_QUIET_MILLISECONDS,
        rust_timeout=_POLL_MILLISECONDS,
        yield_on_timeout=True,
    ):
        if not is_running():
            raise Problem("The local stack was stopped.")
        if changed := {Path(path) for _, path in changes}:
            say(redeploy(redeployer, changed, colours))


def redeploy(redeployer: Redeployer, changed: set[Path], colours: Colours) -> str:
    """Puts those files onto the stack; a line that says how that went."""
    started = time.monotonic()
    clock = colours(datetime.now(UTC).astimezone().strftime("%H:%M:%S"), dim=True)
    wanted = Plan()
    try:
        wanted = plan(changed, functions())
        if wanted == Plan():
            names = ", ".join(sorted(str(shown(path)) for path in changed))
            return f"{clock}  {names}: no function of the template is made of it"
        news = redeployer.carry_out(wanted)
    except (Problem, BotoCoreError, ClientError, ValueError, KeyError) as error:
        return f"{clock}  {colours(f'{wanted}  {error}'.strip(), 'red')}"
    line = f"{clock}  {colours(str(wanted), 'green')}  {time.monotonic() - started:.1f} s"
    return f"{line}  {colours(news, 'yellow')}" if news else line
