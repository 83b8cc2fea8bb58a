"""`docs/deploying.md` and what operators do next, to the letter, in a copy of the project with MiniStack as AWS."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from scripts.local_stack.build import parameters
from scripts.local_stack.environment import ACCESS_KEY, local_environment
from scripts.project.paths import ROOT
from tests.end_to_end.test_guide import copy_of_the_project
from tests.support.client import PASSWORD

ELSEWHERE = "eu-central-1"
PAGES = "\n".join(
    (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    for name in ("deploying", "operations", "troubleshooting", "cli")
)
AFTERWARDS = [
    f".venv/bin/python -m scripts.cli {command} --env prod" for command in ("check", "redrive", "keys rotate")
]
Follow = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def follow(stack: dict[str, Any], tmp_path: Path) -> Follow:
    """`follow("make deploy ENV=prod < /dev/null")`: a command of the page's, run where standard input is closed."""
    copy_of_the_project(tmp_path)
    # as in a pipeline; this machine's processor, and where pushes go, are all that is not as on AWS
    (tmp_path / "deploy.prod.toml").write_text(
        f'region = "{ELSEWHERE}"\nAlarmEmail = "ops@learn.example"\n'
        'AllowedOrigins = ["https://learn.example", "https://tutors.learn.example"]\n'
        f'BcryptCost = 10\nArchitecture = "{parameters()["Architecture"]}"\n'
        f'ManagementEndpoint = "{stack["endpoint"]}/_aws/execute-api"\n',
        encoding="utf-8",
    )
    # of this run's own test processes nothing is to be seen, and no region but the file's
    variables = {
        name: one
        for name, one in local_environment(stack["endpoint"]).items()
        if not name.startswith("PYTEST_") and name not in ("AWS_REGION", "AWS_DEFAULT_REGION")
    } | {"AWS_CONFIG_FILE": str(tmp_path / "none")}

    def follow_(command: str, added: str = "", given: str = "") -> subprocess.CompletedProcess[str]:
        assert f"    {command}\n" in PAGES or f"`{command}`" in PAGES
        return subprocess.run(  # noqa: S603 (the page's own commands)
            ["bash", "-c", command + added],  # noqa: S607
            cwd=tmp_path,
            env=variables,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )

    return follow_


@pytest.mark.slow
def test_production_is_deployed_by_a_pipeline_and_used(stack: dict[str, Any], follow: Follow) -> None:
    deployed = follow("make deploy ENV=prod < /dev/null")
    said = deployed.stdout + deployed.stderr
    assert deployed.returncode == 0, said[-3000:]
    # protected in the second round only, and tried
    assert said.count("-m samcli deploy --config-env prod") == 2
    assert "  ok      a push to oneself over the WebSocket" in said
    assert "* A mail to ops@learn.example waits to be confirmed" in said
    assert "There is no administrator yet" in said
    session = boto3.Session(ACCESS_KEY, ACCESS_KEY, region_name=ELSEWHERE)
    described = session.client("cloudformation", endpoint_url=stack["endpoint"]).describe_stacks(
        StackName="peerlearn-prod"
    )
    told = {one["ParameterKey"]: one["ParameterValue"] for one in described["Stacks"][0]["Parameters"]}
    assert told["AllowedOrigins"] == "https://learn.example,https://tutors.learn.example"
    assert (told["DeletionProtection"], told["WebAcl"]) == ("true", "managed")

    unasked = follow(".venv/bin/python -m scripts.cli create-admin ada@learn.example --env prod")
    assert unasked.returncode == 2
    assert "with --password-stdin" in " ".join(unasked.stderr.split())
    administrator = follow(
        ".venv/bin/python -m scripts.cli create-admin ada@learn.example --env prod",
        " --password-stdin",
        f"{PASSWORD}\n",
    )
    assert administrator.returncode == 0, administrator.stderr
    assert "administrator now" in administrator.stdout
    assert follow(".venv/bin/python -m scripts.smoke --env prod").returncode == 0
    no_console = follow(".venv/bin/python -m scripts.web_console --env prod")
    assert no_console.returncode == 1
    assert no_console.stderr == "This stack has no console: deploy it with WebConsole=true.\n"

    for command in AFTERWARDS:
        done = follow(command)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        assert f"On stack peerlearn-prod in {ELSEWHERE}." in done.stderr
    unanswered = follow("make delete ENV=prod")
    assert unanswered.returncode != 0
    assert "Deleting" not in unanswered.stdout
