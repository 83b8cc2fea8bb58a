"""Questions, memory, refusals and commands of `make deploy`."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from samcli.cli.types import CfnParameterOverridesType

from scripts import deploy, release
from scripts.deploying import settings as kept
from scripts.deploying.settings import Settings, checked, settings_of
from scripts.project.paths import ROOT
from scripts.project.problem import Problem
from scripts.project.template import load_template

ANSWERS = [
    *("eu-west-1", "school", "https://learn.example,https://tutor.example", "ops@learn.example"),
    *("school@learn.example", "https://learn.example/"),
]
CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/1"


def answering(answers: list[str]) -> Iterator[str]:
    yield from answers


def settings(environment: str = "prod", **said: Any) -> Settings:
    return checked(environment, f"deploy.{environment}.toml", {"region": "eu-west-1", **said})


def understood(command: list[str]) -> dict[str, str]:
    """The parameters of a command, as SAM's own parser reads them."""
    given = command[command.index("--parameter-overrides") + 1 :]
    found: dict[str, str] = CfnParameterOverridesType().convert(tuple(given), None, None)
    return found


# -- settings


def test_asks_once_and_keeps_the_answers(tmp_path: Path) -> None:
    file, answers = tmp_path / "deploy.prod.toml", answering(ANSWERS)
    first = settings_of("prod", file, lambda _: next(answers))
    told = [first.parameters[name] for name in ("AllowedOrigins", "AlarmEmail", "MailFrom", "AppUrl")]
    assert [first.region, first.profile, *told] == ANSWERS
    assert settings_of("prod", file, None) == first


def test_asks_again_with_the_reason_until_it_is_an_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = answering(["nowhere", "eu-west-1", "", "not a url", "https://a.example,", "*", "nobody", "", ""])
    found = settings_of("dev", tmp_path / "deploy.dev.toml", lambda _: next(answers))
    assert (found.region, found.parameters["AllowedOrigins"], found.parameters["AlarmEmail"]) == ("eu-west-1", "*", "")
    said = capsys.readouterr().out
    assert "region is nowhere, and must be a text such as eu-central-1." in said
    assert said.count("separated by commas alone.") == 2
    assert "AlarmEmail is nobody, and must be one e-mail address, or empty." in said


def test_says_so_where_nobody_can_answer(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="first deployment"):
        settings_of("dev", tmp_path / "deploy.dev.toml", None)


def test_every_parameter_asked_for_is_the_templates() -> None:
    asked = {question.name for question in kept.QUESTIONS if question.name[0].isupper()}
    assert asked <= set(load_template()["Parameters"])


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown key": ({"AlarmMail": "a@b.example"}, "AlarmMail is no parameter of the template"),
    "an unknown key of two lines": ({"a\nb": 1}, r"a\nb is no parameter of the template"),
    "a table": ({"AlarmEmail": {"to": "a"}}, "AlarmEmail is {'to': 'a'}, and must be a text, a whole number"),
    "a list with a blank": (
        {"AllowedOrigins": ["https://a.example, https://b.example"]},
        "AllowedOrigins is ['https://a.example, https://b.example'], and must be a text",
    ),
    "a list of numbers": ({"AllowedOrigins": [1, 2]}, "AllowedOrigins is [1, 2], and must be a text"),
    "a list of nothing": ({"AllowedOrigins": []}, "AllowedOrigins is empty, and must be a single * or origins"),
    "a text of two lines": (
        {"AllowedOrigins": "https://a.example\nhttps://b.example"},
        r"AllowedOrigins is https://a.example\nhttps://b.example, and must be one line without control characters",
    ),
    "a text with a bell": ({"AlarmEmail": "a\x07@b.example"}, r"AlarmEmail is a\x07@b.example, and must be one line"),
    "a text without end": ({"AlarmEmail": "a" * 5000}, f"AlarmEmail is {'a' * 100}..., and must be one e-mail address"),
    "a region that is none": ({"region": "nowhere"}, "region is nowhere, and must be a text such as eu-central-1"),
    "a region that is a number": ({"region": 1}, "region is 1, and must be"),
    "a region that is empty": ({"region": ""}, "region is empty, and must be a text such as eu-central-1"),
    "a region that is a list": ({"region": ["eu-west-1"]}, "region is ['eu-west-1'], and must be a text"),
    "a region of two lines": ({"region": "eu-west-1\n"}, r"region is eu-west-1\n, and must be a text such as"),
    "a profile with a blank": ({"profile": "my school"}, "profile is my school, and must be"),
    "a blank between origins": ({"AllowedOrigins": "https://a.example, https://b.example"}, "AllowedOrigins is https"),
    "a comma at the end": (
        {"AllowedOrigins": "https://a.example,"},
        "AllowedOrigins is https://a.example,, and",
    ),
    "an origin with a path": ({"AllowedOrigins": "https://a.example/"}, "AllowedOrigins is https://a.example/, and"),
    "a quotation mark": ({"AllowedOrigins": "https://a.example'"}, "AllowedOrigins must hold no quotation mark"),
    "a text where a choice is": ({"WebConsole": "yes"}, "WebConsole is yes, and must be one of true, false"),
    "a number too small": ({"BcryptCost": 4}, "BcryptCost is 4, and must be from 10 to 16"),
    "a number below nothing": ({"BcryptCost": -3}, "BcryptCost is -3, and must be from 10 to 16"),
    "a number without end": ({"BcryptCost": int("9" * 30)}, f"BcryptCost is {'9' * 30}, and must be from 10 to 16"),
    "a number of other digits": (
        {"BcryptCost": "\uff11\uff12"},
        "BcryptCost is \uff11\uff12, and must be a whole number",
    ),
    "a half number": ({"BcryptCost": 12.5}, "BcryptCost is 12.5, and must be a text, a whole number"),
    "a truth where a number is": ({"BcryptCost": True}, "BcryptCost is true, and must be a whole number"),
    "a number that is not offered": ({"LogRetentionDays": 8}, "LogRetentionDays is 8, and must be one of 1, 3, 5"),
    "a limit that is none": ({"Limits": "messages=many"}, "Limits: 'messages=many' is no limit: write <name>=<quota>/"),
    "a limit of nothing": ({"Limits": ["mesages=1/60"]}, "Limits: 'mesages=1/60' is no limit: write <name>=<quota>/"),
    "a number that is none": ({"MaxUploadBytes": "50 MB"}, "MaxUploadBytes is 50 MB, and must be a whole number"),
    "a domain without certificate": ({"DomainName": "a.example"}, "need a CertificateArn"),
    "a socket without certificate": ({"RealtimeDomainName": "a.example"}, "need a CertificateArn"),
    "one domain for two APIs": (
        {"DomainName": "a.example", "RealtimeDomainName": "a.example", "CertificateArn": CERTIFICATE},
        "must be two names",
    ),
    "a domain with a scheme": (
        {"DomainName": "https://a.example"},
        "DomainName is https://a.example, and must",
    ),
    "a certificate of elsewhere": (
        {"DomainName": "a.example", "CertificateArn": CERTIFICATE.replace("eu-west-1", "us-east-1")},
        "CertificateArn is of us-east-1, and must be of the stack's region, eu-west-1",
    ),
    "a web ACL for CloudFront": (
        {"WebAclArn": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/b"},
        "must be the ARN of a regional web ACL",
    ),
    "a mail without alarms": ({"Alarms": False, "AlarmEmail": "a@b.example"}, "AlarmEmail is told of nothing"),
    "a release of no kind": ({"gradual": "Canary"}, "gradual is Canary, and must be one of CodeDeploy's: Canary10Per"),
    "a release that is a list": (
        {"gradual": ["Canary10Percent5Minutes"]},
        "gradual is ['Canary10Percent5Minutes'], and",
    ),
    "a release that is false": ({"gradual": False}, "gradual is false, and must be one of CodeDeploy's: Canary10Per"),
    "a release of nothing": (
        {"gradual": "AllAtOnce", "gradual_functions": []},
        "gradual_functions is empty: name some, or leave gradual out",
    ),
    "functions of a release": (
        {"gradual_functions": ["lgin"]},
        "gradual_functions names lgin: there is no",
    ),
    "functions as a text": ({"gradual_functions": "login"}, "gradual_functions must be a list of functions"),
    "snapshots as a text": ({"snap_start": "login"}, "snap_start must be a list of functions by their modules"),
    "snapshots of nobody": ({"snap_start": ["nobody"], "Runtime": "python3.13"}, "snap_start names nobody"),
    "snapshots where there are none": (
        {"snap_start": ["login"], "Runtime": "python3.11"},
        "snap_start needs",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_deployment_that_cannot_work_is_one_line_before_anything_is_made(what: str) -> None:
    said, line = WRONG[what]
    with pytest.raises(Problem) as problem:
        settings(**said)
    assert len(str(problem.value).splitlines()) == 1
    assert str(problem.value).startswith("deploy.prod.toml: ")
    assert str(problem.value).endswith(".")
    assert line in str(problem.value)


def test_each_mistake_has_its_line() -> None:
    with pytest.raises(Problem) as problem:
        settings(AlarmMail="", gradual="Canary", gradual_functions=["lgin"], profile="my school")
    assert len(str(problem.value).splitlines()) == 4


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"region = eu-west-1\n", "is not TOML: "),
        (b"[region\n", "is not TOML: "),
        (b'region = "eu-west-1"\n' * 2, "is not TOML: "),
        ('region = "eu-west-1" # é'.encode("latin-1"), "is no text in UTF-8: see its byte 24."),
        ('region = "eu-west-1"'.encode("utf-16"), "is no text in UTF-8: see its byte 1."),
        (b"\0", "is not TOML: "),
        (b"x = " + b"9" * 5000, "is not TOML: "),
        (b"x = " + b"[" * 5000, "is not TOML: "),
        (None, "cannot be read: Is a directory."),
    ],
    ids=["value", "table", "twice", "latin-1", "utf-16", "nul", "digits", "depth", "directory"],
)
def test_a_file_that_is_not_toml_is_one_line(tmp_path: Path, content: bytes | None, line: str) -> None:
    file = tmp_path / "deploy.dev.toml"
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    with pytest.raises(Problem) as problem:
        settings_of("dev", file, None)
    assert str(problem.value).startswith(f"deploy.dev.toml {line}")
    assert len(str(problem.value).splitlines()) == 1


def test_a_file_may_begin_with_a_mark_and_say_nothing(tmp_path: Path) -> None:
    file = tmp_path / "deploy.dev.toml"
    file.write_text('region = "eu-west-1"\n', encoding="utf-8-sig")
    assert settings_of("dev", file, None).region == "eu-west-1"
    file.write_bytes(b"")
    assert settings_of("dev", file, None).region == ""


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


SAID: dict[str, tuple[Any, str]] = {
    "AllowedOrigins": (["https://a.example", "http://b.example:3000"], "https://a.example,http://b.example:3000"),
    "WebConsole": (True, "true"),
    "Alarms": (False, "false"),
    "AlarmEmail": ("", ""),
    "BcryptCost": (11, "11"),
    "WebAclArn": (f"{'arn:aws:wafv2:eu-west-1:123456789012:regional/webacl'}/a/b",) * 2,
    "CertificateArn": (CERTIFICATE, CERTIFICATE),
    "RealtimeDomainName": ("live.learn.example",) * 2,
}


def test_answers_come_out_of_sams_own_parser() -> None:
    wanted = settings(**{name: said for name, (said, _) in SAID.items()})
    build, _, _, *_, deployment = deploy.commands(wanted, asks=False, smoke=False)[:4]
    for command in (build, deployment):
        found = understood(command)
        assert found == wanted.parameters
        assert {name: found[name] for name in SAID} == {name: meant for name, (_, meant) in SAID.items()}


def test_a_value_with_blanks_comes_out_as_it_went_in() -> None:
    parameters = {"A": "one, two", "B": "", "C": "x=y"}
    assert understood(["--parameter-overrides", *deploy.overrides_of(parameters)]) == parameters


def test_unanswered_parameter_is_the_templates_default() -> None:
    """SAM keeps the deployed value of a parameter that it is not given."""
    assert set(settings().parameters) == set(load_template()["Parameters"])
    assert settings().parameters["WebConsole"] == "false"
    assert settings("prod").parameters["LogRetentionDays"] == "90"
    assert settings("dev").parameters["Environment"] == "dev"


# -- commands


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
