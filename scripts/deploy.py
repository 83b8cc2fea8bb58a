"""Deploys to an AWS account: the first time it asks what it must know, and keeps the answers for every time after.

    python -m scripts.deploy --env prod

The answers are in `deploy.<env>.toml`, to be kept with your other settings: there is no secret among them.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.local_stack.problem import Problem
from scripts.local_stack.template import ROOT, load_template

ENVIRONMENTS = ("default", "dev", "prod")
_BUILD = Path(".aws-sam") / "build"
# Of the interpreter at hand: `sam build` makes wheels for it, and the functions must run on the same.
_RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked once; `parameter` is the template's, or for `region` and `profile` an option of SAM's."""

    name: str
    text: str
    suggestion: str
    valid: str = ".*"

    def put_to(self, ask: Callable[[str], str]) -> str:
        """The answer; asks again until it is one."""
        while True:
            answer = ask(f"{self.text} [{self.suggestion or 'none'}]: ").strip() or self.suggestion
            if re.fullmatch(self.valid, answer):
                return answer


QUESTIONS = (
    Question("region", "AWS region", "eu-central-1", r"[a-z]{2}(-[a-z]+)+-\d"),
    Question("profile", "Profile of the AWS command line", "", r"[\w.+=,@-]*"),
    Question(
        "AllowedOrigins",
        "Origins of your front end, separated by commas",
        "http://localhost:3000",
        r"\*|(https?://[^\s,/]+,?)+",
    ),
    Question("AlarmEmail", "E-mail address that is told of alarms", "", r"([^@\s]+@[^@\s]+)?"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """The commands of a deployment, one after the other; its return value is the exit status."""
    parser = argparse.ArgumentParser(prog="deploy", description=__doc__)
    parser.add_argument("--env", choices=ENVIRONMENTS, default="default")
    parser.add_argument("--gradual", default="", metavar="TYPE", help="for this release, instead of the kept one")
    parser.add_argument("--dry-run", action="store_true", help="print the commands and run none")
    options = parser.parse_args(arguments)
    file = ROOT / f"deploy.{options.env}.toml"
    try:
        settings = settings_of(file, input if sys.stdin.isatty() else None)
        if options.gradual:
            settings["gradual"] = options.gradual
        for command in commands(options.env, settings):
            print("+", *command, flush=True)
            if not options.dry_run:
                subprocess.run(command, cwd=ROOT, check=True, env=os.environ | {"SAM_CLI_TELEMETRY": "0"})
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failure:
        return failure.returncode
    return 0


def settings_of(file: Path, ask: Callable[[str], str] | None) -> dict[str, Any]:
    """The kept answers; where there are none yet, those of now, which are kept.

    Parameters
    ----------
    ask: callable, optional
        None where nobody is there to answer.

    Raises
    ------
    Problem
        Nobody is there to answer, or the file names what the template does not have.
    """
    if not file.exists():
        if ask is None:
            raise Problem(
                f"This is the first deployment: run it in a terminal, or write {file.name} (docs/deploying.md)."
            )
        print(f"The first deployment of this environment. Your answers go to {file.name}; change them there.")
        file.write_text(_as_toml({question.name: question.put_to(ask) for question in QUESTIONS}), encoding="utf-8")
    settings: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    known = {"region", "profile", "gradual", "snap_start", *load_template()["Parameters"]}
    if unknown := sorted(set(settings) - known):
        raise Problem(f"{file.name} names {', '.join(unknown)}, which is no parameter of the template.")
    return settings


def commands(environment: str, settings: Mapping[str, Any]) -> list[list[str]]:
    """What to run, in its order: build, make lean, release options, deploy, publish the console."""
    # on the command line, parameters take the place of all that samconfig.toml has
    standing = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))[environment]["deploy"]["parameters"]
    options: dict[str, Any] = dict(one.split("=", 1) for one in standing["parameter_overrides"])
    options["Runtime"] = _RUNTIME
    options |= {name: value for name, value in settings.items() if name[0].isupper() and value != ""}
    overrides = [f"{name}={value}" for name, value in options.items()]
    release = [*(["--gradual", settings["gradual"]] if settings.get("gradual") else [])]
    if settings.get("snap_start"):
        release += ["--snap-start", *settings["snap_start"]]
    where = [part for name in ("region", "profile") if settings.get(name) for part in (f"--{name}", settings[name])]
    has_console = options.get("WebConsole") == "true"
    python = sys.executable
    return [
        [python, "-m", "samcli", "build", "--config-env", environment, "--parameter-overrides", *overrides],
        [python, "-m", "scripts.lean", str(_BUILD)],
        *([[python, "-m", "scripts.release", str(_BUILD), *release]] if release else []),
        [python, "-m", "samcli", "deploy", "--config-env", environment, *where, "--parameter-overrides", *overrides],
        # its files name what the deployment has made
        *([[python, "-m", "scripts.web_console", "--config-env", environment, *where]] if has_console else []),
    ]


def _as_toml(answers: Mapping[str, str]) -> str:
    lines = [f'{name} = "{answer}"' for name, answer in answers.items()]
    return "\n".join(
        [*lines, "", "# others: the parameters of template.yaml; gradual and snap_start, see docs/deploying.md", ""]
    )


if __name__ == "__main__":
    sys.exit(main())
