"""Questions, memory, refusals and commands of `make deploy`."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import deploy, release
from scripts.deploying import settings as kept
from scripts.deploying.settings import Settings, settings_of
from scripts.project.paths import ROOT
from scripts.project.problem import Problem
from tests.support.deploying import ANSWERS, settings, understood


def test_a_mistake_ends_with_status_1_and_runs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "deploy.prod.toml").write_text('AlarmMail = "ops@learn.example"\n')
    monkeypatch.setattr(kept, "ROOT", tmp_path)
    (tmp_path / "samconfig.toml").write_bytes((ROOT / "samconfig.toml").read_bytes())
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr(subprocess, "run", None)
    assert deploy.main(["--env", "prod"]) == 1
    assert capsys.readouterr().err == "deploy.prod.toml: AlarmMail is no parameter of the template.\n"


@pytest.mark.parametrize("options", [[], ["--sync"]])
def test_package_that_cannot_be_built_here_is_refused(
    run: Callable[..., list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    other = next(one for one in ("python3.13", "python3.14") if one != kept.RUNTIME)
    (tmp_path / "deploy.prod.toml").write_text(f'Runtime = "{other}"\nEnvironment = "dev"\n')
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Problem, match=rf"^deploy\.prod\.toml: Runtime is {other}, and no such interpreter is on"):
        deploy._require_interpreter(settings_of("prod", tmp_path / "deploy.prod.toml", None))
    assert run(*options, status=1) == []
    (tmp_path / other).touch(mode=0o700)
    assert run(*options)


def test_builds_makes_lean_prepares_the_release_deploys_and_tries() -> None:
    build, lean, release_, deployment, smoke = deploy.commands(settings(), asks=True)
    assert build[2:6] == ["samcli", "build", "--config-env", "prod"]
    assert lean[2] == "scripts.lean"
    assert release_[2:4] == ["scripts.release", str(Path(".aws-sam") / "build")]
    assert deployment[3:9] == ["deploy", "--config-env", "prod", "--region", "eu-west-1", "--parameter-overrides"]
    assert understood(build)["Runtime"] == understood(deployment)["Runtime"] == kept.RUNTIME
    assert smoke[1:] == ["-m", "scripts.smoke", "--env", "prod"]


@pytest.mark.parametrize("environment", kept.ENVIRONMENTS)
def test_nothing_is_asked_where_nobody_is_there(environment: str) -> None:
    """Any content of samconfig.toml."""
    *_, deployment = deploy.commands(settings(environment), asks=False, smoke=False)
    assert "--no-confirm-changeset" in deployment
    *_, deployment = deploy.commands(settings(environment), asks=True, smoke=False)
    assert "--no-confirm-changeset" not in deployment


def test_release_options_are_put_into_the_build() -> None:
    wanted = settings(gradual="Linear10PercentEvery1Minute", snap_start=["login"], Runtime="python3.13")
    release_ = deploy.commands(wanted, asks=False)[2]
    options = release_[4 : release_.index("--parameters")]
    gradual = ["--gradual", "Linear10PercentEvery1Minute", "--only", *release.BUSIEST]
    assert options == [*gradual, "--snap-start", "login"]
    only = deploy.commands(settings(gradual="AllAtOnce", gradual_functions=["enroll"]), asks=False)[2]
    assert only[4 : only.index("--parameters")] == ["--gradual", "AllAtOnce", "--only", "enroll"]


def test_a_first_deployment_is_protected_once_it_has_succeeded() -> None:
    """A table that is protected cannot be rolled back."""
    *_, first, second = deploy.commands(settings(), asks=False, first=True, smoke=False)
    assert understood(first) == understood(second) | {"DeletionProtection": "false"}
    assert understood(second)["DeletionProtection"] == "true"
    later = deploy.commands(settings(), asks=False, first=False, smoke=False)
    assert [understood(one)["DeletionProtection"] for one in later if "deploy" in one] == ["true"]
    # where nothing is protected one round is enough
    for other in (settings("dev"), settings(DeletionProtection=False)):
        assert sum("deploy" in one for one in deploy.commands(other, asks=False, first=True, smoke=False)) == 1


def test_the_console_is_published_once_the_stack_is_there() -> None:
    *_, deploying, publishing = deploy.commands(settings("dev", WebConsole=True), asks=False, smoke=False)
    assert "deploy" in deploying
    assert publishing[1:] == ["-m", "scripts.web_console", "--env", "dev"]
    assert not any("scripts.web_console" in command for command in deploy.commands(settings("dev"), asks=False))


class FakeAccount:
    """A new account, in which nothing is deployed yet."""

    def __init__(self, _: Settings) -> None:
        pass

    def make_way(self) -> bool:
        return True

    def require_access(self) -> None:
        pass

    def look(self) -> list[str]:
        return ["Only ten."]

    def left_to_do(self, *, first: bool) -> list[str]:
        return ["An administrator."] if first else []


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """`run(failing="samcli deploy")`: what a pipeline's `make deploy ENV=prod` ran, up to what failed."""
    for module in (deploy, kept):
        monkeypatch.setattr(module, "file_of", lambda environment: tmp_path / f"deploy.{environment}.toml")
    (tmp_path / "deploy.prod.toml").write_text('region = "eu-west-1"\ngradual = "Canary10Percent5Minutes"\n')
    monkeypatch.setattr(deploy, "Account", FakeAccount)
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    def run_(*arguments: str, failing: str = "nothing", status: int = 0) -> list[str]:
        ran = []

        def done(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
            ran.append(" ".join(command[2:]))
            return subprocess.CompletedProcess(command, 3 if failing in ran[-1] else 0)

        monkeypatch.setattr(subprocess, "run", done)
        assert deploy.main(["--env", "prod", *arguments]) == (status if failing == "nothing" else 3)
        return ran

    return run_


def test_a_deployment_ends_with_what_the_account_lacks_and_what_is_left_to_do(
    run: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    ran = run()
    programs = ["samcli build", "scripts.lean", "scripts.release", "samcli deploy", "samcli deploy", "scripts.smoke"]
    assert [one.startswith(program) for one, program in zip(ran, programs, strict=True)] == [True] * 6
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "! Only ten."
    assert said[-2:] == ["* Only ten.", "* An administrator."]


def test_failing_command_ends_the_deployment_with_its_status(
    run: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(run(failing="samcli deploy")) == 4
    assert "administrator" not in capsys.readouterr().out
    assert run(failing="scripts.smoke")[-1].startswith("scripts.smoke")


def test_at_once_goes_past_the_alarms_by_the_kept_functions(run: Callable[..., list[str]]) -> None:
    assert " --gradual Canary10Percent5Minutes --only login " in run()[2]
    assert " --gradual AllAtOnce --only login " in run("--at-once")[2]
    assert " --gradual Linear10PercentEvery1Minute --only login " in run("--gradual", "Linear10PercentEvery1Minute")[2]
    assert not any("scripts.smoke" in one for one in run("--no-smoke"))


def make(*arguments: str) -> str:
    """Return the commands that `make` would run."""
    done = subprocess.run(  # noqa: S603
        ["make", "-n", *arguments],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("environment", kept.ENVIRONMENTS)
def test_every_environment_is_built_for_the_interpreter_at_hand(
    environment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert f"-m scripts.deploy --env {environment} --build-only" in make("build", f"ENV={environment}")
    assert deploy.main(["--env", environment, "--build-only", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert said.count(f"Runtime={kept.RUNTIME}") == 2
    # nothing else may name another one
    text = (ROOT / "samconfig.toml").read_text(encoding="utf-8")
    assert "Runtime=" not in text


def test_sources_are_followed_with_the_interpreter_at_hand_and_never_in_production() -> None:
    assert "-m scripts.deploy --env dev --sync" in make("sync", "ENV=dev")
    command = deploy.sync_command(settings("dev"))
    assert command[3:9] == ["sync", "--config-env", "dev", "--watch", "--region", "eu-west-1"]
    assert understood(command)["Runtime"] == kept.RUNTIME
    with pytest.raises(Problem, match="production"):
        deploy.sync_command(settings("prod"))


def test_deleting_names_region_and_profile() -> None:
    assert "-m scripts.deploy --env dev --delete" in make("delete", "ENV=dev")
    command = deploy.delete_command(settings("dev", profile="school"))
    assert command[3:] == ["delete", "--config-env", "dev", "--region", "eu-west-1", "--profile", "school"]


def test_a_stack_is_deleted_wherever_it_was_deployed_from(run: Callable[..., list[str]], tmp_path: Path) -> None:
    assert run("--delete") == ["samcli delete --config-env prod --region eu-west-1"]
    # settings that cannot be deployed any more keep nobody from it
    (tmp_path / "deploy.prod.toml").write_text('AlarmMail = "ops@learn.example"\n')
    assert run("--delete") == ["samcli delete --config-env prod"]
    (tmp_path / "deploy.prod.toml").unlink()
    assert run("--delete") == ["samcli delete --config-env prod"]


@pytest.mark.parametrize("end", [KeyboardInterrupt, EOFError])
def test_interrupted_questions_leave_no_answer(
    run: Callable[..., list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    end: type[BaseException],
) -> None:
    (tmp_path / "deploy.prod.toml").unlink()
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    answers = iter(ANSWERS[:2])

    def ask(_: str) -> str:
        if answer := next(answers, None):
            return answer
        raise end

    monkeypatch.setattr("builtins.input", ask)
    assert run(status=130) == []
    assert capsys.readouterr().err == "\nStopped.\n"
    assert not (tmp_path / "deploy.prod.toml").exists()


def test_a_release_of_no_kind_that_there_is_says_the_kinds(
    run: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run("--gradual", "Nonsense")
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "invalid choice: 'Nonsense'" in said
    assert all(one in said for one in release.TYPES)


def test_every_environment_has_its_section_of_samconfig() -> None:
    text = (ROOT / "samconfig.toml").read_text(encoding="utf-8")
    for environment in kept.ENVIRONMENTS:
        assert f"[{environment}.deploy.parameters]" in text
