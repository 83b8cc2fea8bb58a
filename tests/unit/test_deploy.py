"""What `make deploy` asks, keeps and runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import deploy
from scripts.local_stack.problem import Problem
from scripts.local_stack.template import ROOT, load_template

ANSWERS = ["eu-west-1", "school", "https://learn.example,https://tutor.example", "ops@learn.example"]


def answering(answers: list[str]) -> Iterator[str]:
    yield from answers


def test_asks_once_and_keeps_the_answers(tmp_path: Path) -> None:
    file, answers = tmp_path / "deploy.prod.toml", answering(ANSWERS)
    first = deploy.settings_of(file, lambda _: next(answers))
    assert list(first.values()) == ANSWERS
    assert deploy.settings_of(file, None) == first


def test_asks_again_until_it_is_an_answer(tmp_path: Path) -> None:
    answers = answering(["nowhere", "eu-west-1", "", "not a url", "*", "nobody", ""])
    settings = deploy.settings_of(tmp_path / "deploy.dev.toml", lambda _: next(answers))
    assert settings == {"region": "eu-west-1", "profile": "", "AllowedOrigins": "*", "AlarmEmail": ""}


def test_says_so_where_nobody_can_answer(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="first deployment"):
        deploy.settings_of(tmp_path / "deploy.dev.toml", None)


def test_what_the_template_does_not_have_is_named(tmp_path: Path) -> None:
    (tmp_path / "deploy.dev.toml").write_text('AlarmMail = "ops@learn.example"\n')
    with pytest.raises(Problem, match="AlarmMail"):
        deploy.settings_of(tmp_path / "deploy.dev.toml", None)


def test_every_parameter_asked_for_is_the_templates() -> None:
    asked = {question.name for question in deploy.QUESTIONS if question.name[0].isupper()}
    assert asked <= set(load_template()["Parameters"])


def test_builds_makes_lean_and_deploys_with_the_answers() -> None:
    settings = {
        "region": "eu-west-1",
        "profile": "",
        "AllowedOrigins": "*",
        "AlarmEmail": "",
        "DomainName": "a.example",
    }
    build, lean, deployment = deploy.commands("prod", settings)
    assert build[2:4] == ["samcli", "build"]
    assert lean[2] == "scripts.lean"
    assert deployment[3:9] == ["deploy", "--config-env", "prod", "--region", "eu-west-1", "--parameter-overrides"]
    assert {"Environment=prod", "LogRetentionDays=90", "AllowedOrigins=*", "DomainName=a.example"} <= set(deployment)
    assert not any(part.startswith("AlarmEmail") for part in deployment)
    runtime = next(part for part in build if part.startswith("Runtime="))
    assert runtime in deployment


def test_release_options_come_between_build_and_deployment() -> None:
    _, _, release, _ = deploy.commands("dev", {"gradual": "Linear10PercentEvery1Minute", "snap_start": ["login"]})
    assert release[2:] == [
        "scripts.release",
        str(Path(".aws-sam") / "build"),
        "--gradual",
        "Linear10PercentEvery1Minute",
        "--snap-start",
        "login",
    ]


def test_the_console_is_published_once_the_stack_is_there() -> None:
    settings = {"region": "eu-north-1", "WebConsole": "true"}
    *_, deploying, publishing = deploy.commands("dev", settings)
    assert "deploy" in deploying
    assert publishing[1:] == ["-m", "scripts.web_console", "--config-env", "dev", "--region", "eu-north-1"]
    assert not any("scripts.web_console" in command for command in deploy.commands("dev", {"region": "eu-north-1"}))


def test_every_environment_has_its_section_of_samconfig() -> None:
    text = (ROOT / "samconfig.toml").read_text(encoding="utf-8")
    for environment in deploy.ENVIRONMENTS:
        assert f"[{environment}.deploy.parameters]" in text
