"""Shared by the programs that work on a stack on AWS: `--env`, a sentence of what is missing, exit codes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts import web_console
from scripts.cli import program as cli
from scripts.cli.target import Target
from scripts.deploying import settings
from scripts.smoke import program as smoke

Main = Callable[[Sequence[str]], int]
PROGRAMS: dict[str, tuple[Main, list[str]]] = {
    "cli": (cli.main, ["check"]),
    "smoke": (smoke.main, []),
    "web_console": (web_console.main, []),
}
Run = Callable[..., tuple[int, str]]


@pytest.fixture(params=PROGRAMS)
def run(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """`run('region = "eu-west-1"')`: status and last line of a program for production, whose settings are these."""
    for name in ("DEFAULT_REGION", "REGION", "PROFILE", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setattr(settings, "file_of", lambda environment: tmp_path / f"deploy.{environment}.toml")
    main, arguments = PROGRAMS[request.param]

    def run_(said: str) -> tuple[int, str]:
        (tmp_path / "deploy.prod.toml").write_text(said, encoding="utf-8")
        status = main([*arguments, "--env", "prod"])
        return status, capsys.readouterr().err.splitlines()[-1]

    return run_


def fail_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    class Failing:
        def describe_stacks(self, **_: Any) -> Any:
            raise error

    monkeypatch.setattr(Target, "cloudformation", lambda _: Failing())


def test_a_region_that_nobody_has_named_is_asked_for(run: Run) -> None:
    status, line = run("")
    assert status == 1
    assert line.endswith(
        'No region is configured: say one in deploy.prod.toml, such as region = "eu-central-1", or set '
        "AWS_DEFAULT_REGION."
    )


def test_a_profile_that_is_not_there_is_named(run: Run) -> None:
    status, line = run('region = "eu-west-1"\nprofile = "nobodys"')
    assert (status, line.endswith("There is no AWS profile named nobodys.")) == (1, True)


def test_credentials_that_are_not_there_are_asked_for(run: Run) -> None:
    status, line = run('region = "eu-west-1"')
    assert status == 1
    assert "There are no usable AWS credentials: sign in, or name a profile" in line


def test_a_stack_that_is_not_there_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    refusal: Any = {"Error": {"Code": "ValidationError", "Message": "Stack with id peerlearn-prod does not exist"}}
    fail_with(monkeypatch, ClientError(refusal, "DescribeStacks"))
    status, line = run('region = "eu-west-1"')
    assert (status, line.endswith("There is no stack peerlearn-prod in eu-west-1.")) == (1, True)


def test_ctrl_c_is_told_and_has_its_exit_code(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, KeyboardInterrupt())
    assert run('region = "eu-west-1"') == (130, "Stopped.")
