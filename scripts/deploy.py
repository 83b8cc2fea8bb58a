"""Deploys to an AWS account: the first time it asks what it must know, and keeps the answers for every time after.

    python -m scripts.deploy --env prod

The answers are in `deploy.<env>.toml`, to be kept with your other settings: there is no secret among them.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from scripts import release
from scripts.cli.failures import INTERRUPTED, sentence_of
from scripts.deploying.account import Account
from scripts.deploying.settings import ENVIRONMENTS, RUNTIME, Settings, file_of, place_of, settings_of
from scripts.project.paths import ROOT
from scripts.project.problem import Problem

_BUILD = Path(".aws-sam") / "build"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the options say; its return value is the exit status."""
    options = _parser().parse_args(arguments)
    try:
        if options.build_only:
            return _run(build_commands(options.env, [f"Runtime={RUNTIME}"]), dry=options.dry_run)
        if options.delete:
            # a stack to delete may have been deployed without this, and needs no more than its place
            region, profile = place_of(options.env)
            settings = Settings(options.env, region or "", profile or "")
            return _run_on_aws(delete_command(settings), settings, dry=options.dry_run)
        settings = settings_of(options.env, file_of(options.env), input if sys.stdin.isatty() else None)
        _require_interpreter(settings)
        if options.sync:
            return _run_on_aws(sync_command(settings), settings, dry=options.dry_run)
        if options.gradual:
            settings = replace(settings, gradual=options.gradual)
        if options.at_once and settings.gradual:
            settings = replace(settings, gradual=release.AT_ONCE)
        return _deploy(settings, asks=sys.stdin.isatty(), dry=options.dry_run, smoke=not options.no_smoke)
    except Problem as problem:
        print(problem, file=sys.stderr)
    except (BotoCoreError, ClientError) as error:
        print(sentence_of(error), file=sys.stderr)
    except (KeyboardInterrupt, EOFError):
        print("\nStopped.", file=sys.stderr)
        return INTERRUPTED
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="deploy", description=__doc__)
    parser.add_argument("--env", choices=ENVIRONMENTS, default="default")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--gradual", choices=release.TYPES, default="", help="for this release, instead of the kept one")
    how.add_argument(
        "--at-once", action="store_true", help="all traffic now, whatever alarm sounds: a fix, or a way back"
    )
    parser.add_argument("--no-smoke", action="store_true", help="leave out the test of what was deployed")
    parser.add_argument("--dry-run", action="store_true", help="print the commands and run none")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--build-only", action="store_true", help="build, and deploy nothing")
    instead.add_argument("--sync", action="store_true", help="deploy each change of a source at once (sam sync)")
    instead.add_argument("--delete", action="store_true", help="delete the stack, after a question")
    return parser


def _require_interpreter(settings: Settings) -> None:
    runtime = settings.parameters["Runtime"]
    if runtime != RUNTIME and shutil.which(runtime) is None:
        name = file_of(settings.environment).name
        raise Problem(
            f"{name}: Runtime is {runtime}, and no such interpreter is on the PATH to build with: left out, it is "
            f"that of .venv, {RUNTIME}."
        )


def _deploy(settings: Settings, *, asks: bool, dry: bool, smoke: bool) -> int:
    """Deploy, and say at the end what is left to do."""
    account = Account(settings)
    first = False if dry else account.make_way()
    lacking = [] if dry else list(account.look())
    for warning in lacking:
        print(f"! {warning}", flush=True)
    if status := _run(commands(settings, asks=asks, first=first, smoke=smoke), dry=dry):
        return status
    if not dry:
        for line in [*lacking, *account.left_to_do(first=first)]:
            print(f"* {line}", flush=True)
    return 0


def commands(settings: Settings, *, asks: bool, first: bool = False, smoke: bool = True) -> list[list[str]]:
    """Return what to run, in its order: build, make lean, release options, deploy, publish the console, try it all.

    Parameters
    ----------
    asks: bool
        Whether somebody is there who can be asked.
    first: bool
        Whether there is no such stack yet.
    """
    overrides = overrides_of(settings.parameters)
    release_: list[str] = []
    if settings.gradual:
        release_ += ["--gradual", settings.gradual, "--only", *settings.gradual_functions]
    if settings.snap_start:
        release_ += ["--snap-start", *settings.snap_start]
    rounds = [overrides]
    if first and settings.is_protected:
        # a protected table could not be rolled back, should anything be wrong with the rest
        rounds = [overrides_of(settings.parameters | {"DeletionProtection": "false"}), overrides]
    python = [sys.executable, "-m"]
    return [
        *build_commands(settings.environment, overrides, *release_),
        *(_deploy_command(settings, one, asks=asks) for one in rounds),
        # its files name what the deployment has made
        *([[*python, "scripts.web_console", "--env", settings.environment]] if _has_console(settings) else []),
        *([[*python, "scripts.smoke", "--env", settings.environment]] if smoke else []),
    ]


def _has_console(settings: Settings) -> bool:
    return settings.parameters["WebConsole"] == "true"


def overrides_of(parameters: dict[str, str]) -> list[str]:
    """Return parameters as SAM's command line reads them; it ends a value at a blank, and knows no empty one."""
    return [
        f'{name}="{value}"' if not value or " " in value else f"{name}={value}" for name, value in parameters.items()
    ]


def build_commands(environment: str, overrides: Sequence[str], *release_: str) -> list[list[str]]:
    """Return what makes a build: for the interpreter at hand, lean, with the options of its release."""
    python = [sys.executable, "-m"]
    return [
        [*python, "samcli", "build", "--config-env", environment, "--parameter-overrides", *overrides],
        [*python, "scripts.lean", str(_BUILD)],
        [*python, "scripts.release", str(_BUILD), *release_, "--parameters", *overrides],
    ]


def _deploy_command(settings: Settings, overrides: Sequence[str], *, asks: bool) -> list[str]:
    # where nobody is there, whatever samconfig.toml says of asking
    unasked = [] if asks else ["--no-confirm-changeset", "--no-progressbar"]
    samcli = [sys.executable, "-m", "samcli", "deploy", "--config-env", settings.environment]
    return [*samcli, *settings.place, *unasked, "--parameter-overrides", *overrides]


def sync_command(settings: Settings) -> list[str]:
    """Return what follows the sources.

    Raises
    ------
    Problem
        It is production.
    """
    if settings.parameters["Environment"] == "prod":
        raise Problem("Sources are followed in an environment for development alone; production is deployed.")
    samcli = [sys.executable, "-m", "samcli", "sync", "--config-env", settings.environment, "--watch"]
    return [*samcli, *settings.place, "--parameter-overrides", *overrides_of(settings.parameters)]


def delete_command(settings: Settings) -> list[str]:
    """Return what deletes the stack once somebody has said so."""
    return [sys.executable, "-m", "samcli", "delete", "--config-env", settings.environment, *settings.place]


def _run_on_aws(command: Sequence[str], settings: Settings, *, dry: bool) -> int:
    """Run a command that asks for confirmation, once what it needs of AWS is there."""
    if not dry:
        Account(settings).require_access()
    return _run([command], dry=dry)


def _run(commands_: Sequence[Sequence[str]], *, dry: bool) -> int:
    for command in commands_:
        print("+", shlex.join(command), flush=True)
        if not dry:
            done = subprocess.run(command, cwd=ROOT, check=False, env=os.environ | {"SAM_CLI_TELEMETRY": "0"})
            if done.returncode:
                return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
