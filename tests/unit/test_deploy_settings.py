"""Settings of a deployment: asked for once, kept, checked, and told to CloudFormation as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scripts import deploy
from scripts.deploying import settings as kept
from scripts.deploying.settings import settings_of
from scripts.project.problem import Problem
from scripts.project.template import load_template
from tests.support.deploying import ANSWERS, CERTIFICATE, answering, settings, understood


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
