"""README, CONTRIBUTING and `docs/`, followed in one shell in a copy of the project, with MiniStack as AWS.

Commands on this machine meet the stack that `make run` starts; those on AWS deploy another one, in production's form,
where standard input is closed and no region is set but that of `deploy.prod.toml`.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import boto3
import pytest

from scripts.local_stack.build import parameters
from scripts.local_stack.environment import ACCESS_KEY, local_environment
from tests.end_to_end.test_guide import copy_of_the_project
from tests.support.pages import blocks_of, pages, reason_not_to_run
from tests.support.walking import Walk

ELSEWHERE = "eu-central-1"
STACK = "peerlearn-prod"
# several times what it takes, on a machine that has other things to do as well
_SECONDS = 900


@pytest.mark.slow
def test_every_block_does_what_its_page_shows(stack: dict[str, Any], tmp_path: Path) -> None:
    project = tmp_path / "project"
    environment = environment_at(stack, tmp_path)
    make_project(project, stack)
    walk = Walk(
        tmp_path / "walk", [block for page in pages() for block in blocks_of(page) if not reason_not_to_run(block)]
    )
    differences = walk.run(project, environment, _SECONDS)
    assert not differences, "\n\n" + "\n\n".join(map(str, differences[:4]))
    assert told_by("git status --porcelain", project, environment) == (0, "")

    # two rounds: the table is protected in the second one only
    (deployed,) = (block for block in walk.blocks if block.commands == "make deploy ENV=prod < /dev/null")
    assert walk.output_of(deployed).count("-m samcli deploy --config-env prod") == 2
    told = deployed_parameters(stack)
    assert told["AllowedOrigins"] == "https://learn.example,https://tutors.learn.example"
    assert (told["DeletionProtection"], told["WebAcl"]) == ("true", "managed")

    # commands that ask, where nobody is there to answer
    status, said = told_by(
        ".venv/bin/python -m scripts.cli create-admin ben@learn.example --env prod", project, environment
    )
    assert status == 2
    assert "with --password-stdin" in " ".join(said.split())
    status, said = told_by("make delete ENV=prod", project, environment)
    assert status == 2
    assert "Deleting" not in said
    # an option that this stack does not have
    status, said = told_by(".venv/bin/python -m scripts.web_console --env prod", project, environment)
    assert (status, said) == (1, "This stack has no console: deploy it with WebConsole=true.\n")


def environment_at(stack: dict[str, Any], folder: Path) -> dict[str, str]:
    """Return an environment in which nothing of this test run is seen, and no region is set."""
    hidden = ("AWS_REGION", "AWS_DEFAULT_REGION", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    return {
        name: value
        for name, value in local_environment(stack["endpoint"]).items()
        if not name.startswith("PYTEST_") and name not in hidden
    } | {"AWS_CONFIG_FILE": str(folder / "none")}


def make_project(folder: Path, stack: dict[str, Any]) -> None:
    """Make a repository in which everything is committed, with the stack running and production's settings written."""
    copy_of_the_project(folder)
    (folder / ".local").mkdir()
    (folder / ".local" / "stack.json").write_text(json.dumps(stack), encoding="utf-8")
    # as a page shows it; this machine's processor, and where pushes go, are all that is not as on AWS
    (folder / "deploy.prod.toml").write_text(
        f'region = "{ELSEWHERE}"\nAlarmEmail = "ops@learn.example"\n'
        'AllowedOrigins = ["https://learn.example", "https://tutors.learn.example"]\n'
        f'BcryptCost = 10\nArchitecture = "{parameters()["Architecture"]}"\n'
        f'ManagementEndpoint = "{stack["endpoint"]}/_aws/execute-api"\n',
        encoding="utf-8",
    )
    author = ["-c", "user.name=reader", "-c", "user.email=reader@learn.example", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "-A"], [*author, "commit", "-q", "-m", "A copy"]):
        subprocess.run(["git", *command], cwd=folder, check=True)  # noqa: S603, S607


def told_by(command: str, folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Run a command where standard input is closed; return its exit code and all that it says."""
    done = subprocess.run(  # noqa: S603 (commands of the pages)
        ["bash", "-c", command],  # noqa: S607
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def deployed_parameters(stack: dict[str, Any]) -> dict[str, str]:
    session = boto3.Session(ACCESS_KEY, ACCESS_KEY, region_name=ELSEWHERE)
    client = session.client("cloudformation", endpoint_url=stack["endpoint"])
    described = client.describe_stacks(StackName=STACK)["Stacks"][0]
    return {one["ParameterKey"]: one["ParameterValue"] for one in described["Parameters"]}
