"""An error is a sentence and an exit code, for every command alike."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from scripts.cli import target
from scripts.cli.program import main, peerlearn
from scripts.deploying import settings
from scripts.project.paths import ROOT
from tests.functional.cli.conftest import STACK, Run
from tests.functional.conftest import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

COMMANDS = {
    "check": [],
    "courses export": ["courses.yaml"],
    "courses import": ["courses.yaml"],
    "courses show": ["crs_1"],
    "create-admin": ["ada@school.example"],
    "keys rotate": [],
    "keys show": [],
    "mail test": ["ada@school.example"],
    "mail allow": ["ada@school.example"],
    "redrive": [],
    "upgrade": [],
}


def _commands(group: click.Group, name: str = "") -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    for one, command in group.commands.items():
        path = f"{name} {one}".strip()
        found |= _commands(command, path) if isinstance(command, click.Group) else {path: command}
    return found


def test_every_command_is_known_here() -> None:
    assert _commands(peerlearn).keys() == COMMANDS.keys()


def test_every_command_is_documented() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert all(f"`{name}" in text for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_it_does_and_what_each_option_is_for(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*name.split(), "--help"]) == 0
    assert "Usage: python -m scripts.cli" in capsys.readouterr().out
    command = _commands(peerlearn)[name]
    assert command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_stack_that_is_not_there_named_before_the_command_or_after_it(run: Run, name: str) -> None:
    command, options = [*name.split(), *COMMANDS[name]], ["--stack", "peerlearn-elsewhere", "--region", "eu-west-1"]
    for arguments in ([*options, *command], [*command, *options]):
        done = run(*arguments, stack=None)
        assert (done.status, done.out) == (1, "")
        assert "There is no stack peerlearn-elsewhere in eu-west-1." in done.err


@pytest.mark.usefixtures("aws")
def test_which_stack_is_used_is_said_apart_from_what_is_found(run: Run) -> None:
    done = run("check")
    assert done.status == 0, done.err
    assert f"On stack {STACK} in us-east-1." in done.err
    assert done.out == ""


def test_no_local_stack_and_none_named(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(target, "LOCAL_FILE", tmp_path / "stack.json")
    done = run("check", stack=None)
    assert done.status == 1
    assert "No local stack is running" in done.err


def test_the_local_stack_is_meant_where_none_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "stack.json"
    file.write_text(json.dumps({"endpoint": "http://127.0.0.1:9"}))
    monkeypatch.setattr(target, "LOCAL_FILE", file)
    monkeypatch.setattr(
        target.Target, "describe", lambda _: (_ for _ in ()).throw(EndpointConnectionError(endpoint_url="x"))
    )
    done = run("check", stack=None)
    assert done.status == 1
    assert "On the local stack at http://127.0.0.1:9." in done.err
    assert "There is no answer" in done.err


@pytest.mark.parametrize("text", ["", "[]", "{}", '"x"'])
def test_a_file_that_describes_no_stack(run: Run, tmp_path: Path, text: str) -> None:
    file = tmp_path / "stack.json"
    file.write_text(text)
    done = run("check", "--local", file, stack=None)
    assert done.status == 1
    assert "does not describe a local stack" in done.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["check", "--profile", "school"], "name it with --env or --stack"),
        (["check", "--stack", "x", "--local", "y"], "not both"),
        (["check", "--env", "prod", "--local", "y"], "not both"),
        (["check", "--env", "prod", "--stack", "x"], "not both"),
        (["check", "--stack", "x", "--profile", "school"], "There is no AWS profile named school."),
    ],
)
def test_options_that_do_not_fit(run: Run, arguments: list[str], sentence: str) -> None:
    done = run(*arguments, stack=None)
    assert done.status == 1
    assert sentence in done.err


@pytest.fixture
def deployed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where `make deploy ENV=prod` keeps its settings."""
    file = tmp_path / "deploy.prod.toml"
    monkeypatch.setattr(settings, "file_of", lambda environment: tmp_path / f"deploy.{environment}.toml")
    return file


def test_an_environment_is_where_it_was_deployed_to(run: Run, deployed: Path) -> None:
    deployed.write_text('region = "eu-north-1"\nAlarmEmail = ""\n')
    for arguments in (["--env", "prod", "check"], ["check", "--env", "prod"]):
        assert "There is no stack peerlearn-prod in eu-north-1." in run(*arguments, stack=None).err
    # what is given besides stands
    elsewhere = run("check", "--env", "prod", "--region", "eu-west-3", stack=None)
    assert "There is no stack peerlearn-prod in eu-west-3." in elsewhere.err
    deployed.write_text('region = "eu-north-1"\nprofile = "nobodys"\n')
    assert "There is no AWS profile named nobodys." in run("check", "--env", "prod", stack=None).err


def test_an_environment_without_settings_is_where_aws_is_configured(run: Run, deployed: Path) -> None:
    assert not deployed.exists()
    assert "There is no stack peerlearn-prod in us-east-1." in run("check", "--env", "prod", stack=None).err


def test_an_environment_whose_settings_are_none(run: Run, deployed: Path) -> None:
    deployed.write_text("region = 3\n")
    done = run("check", "--env", "prod", stack=None)
    assert (done.status, done.err) == (1, "deploy.prod.toml: region is 3, and must be a text such as eu-central-1.\n")


def test_without_a_region(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    done = run("check")
    assert (done.status, done.err) == (
        1,
        "No region is configured: give one with --region, or set AWS_DEFAULT_REGION.\n",
    )


def test_a_stopped_prompt_ends_with_its_own_exit_code_that_is_documented(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(target.Target, "describe", lambda _: (_ for _ in ()).throw(click.Abort()))
    done = run("check")
    assert done.status == 130
    assert done.err.endswith("Stopped.\n")
    main(["--help"])
    for text in (capsys.readouterr().out, (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")):
        assert "130 when" in " ".join(text.split())


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (NoCredentialsError(), "There are no usable AWS credentials"),
        (ClientError({"Error": {"Code": "AccessDenied", "Message": "no."}}, "Scan"), "not allowed to do this: no."),
        (ClientError({"Error": {"Code": "ExpiredToken", "Message": "old"}}, "Scan"), "sign in again: old."),
        (ClientError({"Error": {"Code": "Odd", "Message": ""}}, "Scan"), "AWS refused Scan: Odd."),
    ],
)
def test_refusal_of_aws_is_told(run: Run, monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str) -> None:
    monkeypatch.setattr(target.Target, "describe", lambda _: (_ for _ in ()).throw(error))
    done = run("check")
    assert (done.status, sentence in done.err) == (1, True)


def test_a_table_that_is_gone(run: Run, aws: DynamoDBClient) -> None:
    aws.delete_table(TableName=TABLE)
    done = run("check")
    assert done.status == 1
    assert "AWS refused DescribeTable" in done.err


def test_a_stack_of_something_else(run: Run) -> None:
    done = run("check", stack="other")
    assert (done.status, "is it one of this product" in done.err) == (1, True)


def test_a_template_that_is_older_than_the_command(run: Run) -> None:
    done = run("redrive")
    assert (done.status, "There is no StreamFailures in stack" in done.err) == (1, True)


def test_a_command_that_is_not_understood(run: Run) -> None:
    assert run("rotate", stack=None).status == 2
    assert run("check", "--rate", "much").status == 2
