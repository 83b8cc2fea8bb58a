"""Settings of a deployed environment: asked for once, kept in `deploy.<env>.toml`, and checked each time."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from peerlearn.domain.limits import Limits
from scripts import release
from scripts.deploying import rules
from scripts.project.paths import ROOT
from scripts.project.problem import Problem
from scripts.project.template import load_template

ENVIRONMENTS = ("default", "dev", "prod")
# Of the interpreter at hand: `sam build` makes wheels for it, and the functions must run on the same.
RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
# Lambda has no snapshots of these.
_WITHOUT_SNAPSHOTS = ("python3.11",)
_REGION = r"[a-z]{2}(-[a-z]+)+-\d"
_PROFILE = r"[\w.+=,@-]*"
# Keys of the file beside the template's parameters.
_OPTIONS = ("region", "profile", "gradual", "gradual_functions", "snap_start")


@dataclass(frozen=True, slots=True)
class Question:
    """A question that is asked once; `name` is a parameter of the template, or `region` or `profile`.

    `only_with` names another question: this one is asked where that one had an answer.
    """

    name: str
    text: str
    suggestion: str
    only_with: str = ""

    def put_to(self, ask: Callable[[str], str]) -> str:
        """Return the answer; ask again, with the reason, until it is one."""
        while True:
            answer = ask(f"{self.text} [{self.suggestion or 'none'}]: ").strip() or self.suggestion
            wrong = list(_wrong_places({self.name: answer}))
            declared = load_template()["Parameters"].get(self.name)
            if declared and (why := rules.refusal(declared, answer)) is not None:
                wrong.append(f"{self.name} {why}")
            if not wrong:
                return answer
            print(f"{wrong[0]}.")


QUESTIONS = (
    Question("region", "AWS region", "eu-central-1"),
    Question("profile", "Profile of the AWS command line", ""),
    Question("AllowedOrigins", "Origins of your front end, separated by commas", "http://localhost:3000"),
    Question("AlarmEmail", "E-mail address that is told of alarms", ""),
    Question("MailFrom", "E-mail address that mails to people are sent from, of a domain of yours", ""),
    Question("AppUrl", "Address of your front end, which links in mails lead to", "", only_with="MailFrom"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """A deployment's settings, checked.

    Attributes
    ----------
    parameters: dict
        Every parameter of the template with its value: one that is not set is as the template says, and not as the
        deployment before had it.
    """

    environment: str
    region: str = ""
    profile: str = ""
    gradual: str = ""
    gradual_functions: tuple[str, ...] = release.BUSIEST
    snap_start: tuple[str, ...] = ()
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def stack(self) -> str:
        """The stack's name."""
        return stack_of(self.environment)

    @property
    def is_protected(self) -> bool:
        """Whether the table may not be deleted, as the template's condition of that name says."""
        return self.parameters["Environment"] == "prod" and self.parameters["DeletionProtection"] == "true"

    @property
    def place(self) -> list[str]:
        """The options of a command line of AWS's that say where the stack is."""
        options = (("--region", self.region), ("--profile", self.profile))
        return [part for option, value in options if value for part in (option, value)]


def file_of(environment: str) -> Path:
    """Return where the settings of an environment are kept."""
    return ROOT / f"deploy.{environment}.toml"


def stack_of(environment: str) -> str:
    """Return the name of an environment's stack."""
    return str(_samconfig()[environment]["global"]["parameters"]["stack_name"])


def place_of(environment: str) -> tuple[str | None, str | None]:
    """Return region and profile of an environment, each None where its file says none, or is not there.

    Raises
    ------
    Problem
        The file cannot be read, or says something else there.
    """
    file = file_of(environment)
    said = _read(file) if file.exists() else {}
    _refuse(file, _wrong_places(said))
    return said.get("region") or None, said.get("profile") or None


def remedy_of(environment: str) -> str:
    """Return how to name the region of an environment, as `session_at` takes it."""
    return f'say one in {file_of(environment).name}, such as region = "eu-central-1"'


def settings_of(environment: str, file: Path, ask: Callable[[str], str] | None) -> Settings:
    """Return the kept answers; where there are none yet, those of now, which are kept.

    Parameters
    ----------
    ask: callable, optional
        None where nobody is there to answer.

    Raises
    ------
    Problem
        Nobody is there to answer, or the file says what cannot be deployed: a line for each mistake.
    """
    if not file.exists():
        if ask is None:
            raise Problem(
                f"This is the first deployment: run it in a terminal, or write {file.name} (docs/deploying.md)."
            )
        print(f"The first deployment of this environment. Your answers go to {file.name}; change them there.")
        file.write_text(_as_toml(_answers(ask)), encoding="utf-8")
    return checked(environment, file.name, _read(file))


def _answers(ask: Callable[[str], str]) -> dict[str, str]:
    answers: dict[str, str] = {}
    for question in QUESTIONS:
        if not question.only_with or answers[question.only_with]:
            answers[question.name] = question.put_to(ask)
    return answers


def checked(environment: str, name: str, said: Mapping[str, Any]) -> Settings:
    """Return what a file of that name says.

    Raises
    ------
    Problem
        As for `settings_of`.
    """
    template = load_template()
    parameters, wrong = _parameters_of(environment, template, said)
    wrong += _wrong_places(said)
    wrong += _wrong_options(template, said, parameters["Runtime"])
    _refuse(Path(name), wrong)
    _refuse(Path(name), rules.mistakes(template, parameters))
    _refuse(Path(name), [*_elsewhere(said.get("region"), parameters), *_wrong_limits(parameters["Limits"])])
    return Settings(
        environment,
        said.get("region", ""),
        said.get("profile", ""),
        said.get("gradual", ""),
        tuple(said.get("gradual_functions", release.BUSIEST)),
        tuple(said.get("snap_start", ())),
        parameters,
    )


def _parameters_of(
    environment: str, template: Mapping[str, Any], said: Mapping[str, Any]
) -> tuple[dict[str, str], list[str]]:
    """The parameters, later ones over earlier: the template's defaults, samconfig.toml's, the file's; and mistakes."""
    declared = template["Parameters"]
    parameters = {name: str(one.get("Default", "")) for name, one in declared.items()}
    standing = _samconfig()[environment]["deploy"]["parameters"]["parameter_overrides"]
    parameters |= dict(one.split("=", 1) for one in standing)
    parameters["Runtime"] = RUNTIME
    wrong = []
    for name, value in said.items():
        if name in _OPTIONS:
            continue
        if name not in declared:
            wrong.append(f"{rules.shown(name)} is no parameter of the template")
        elif (text := _as_text(value)) is None:
            kinds = "a text, a whole number, true or false, or a list of texts without commas or blanks"
            wrong.append(f"{name} is {rules.shown(value)}, and must be {kinds}")
        else:
            parameters[name] = text
    return parameters, wrong


def _as_text(value: Any) -> str | None:
    """As CloudFormation takes it; None where it takes nothing of the kind."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int):
        return str(value)
    if isinstance(value, list) and all(isinstance(one, str) and re.fullmatch(r"[^\s,]+", one) for one in value):
        return ",".join(value)
    return None


def _wrong_places(said: Mapping[str, Any]) -> Iterator[str]:
    for name, pattern, example in (("region", _REGION, "eu-central-1"), ("profile", _PROFILE, "school")):
        value = said.get(name, "")
        if not isinstance(value, str) or (name in said and not re.fullmatch(pattern, value)):
            yield f"{name} is {rules.shown(value)}, and must be a text such as {example}"


def _wrong_options(template: dict[str, Any], said: Mapping[str, Any], runtime: str) -> Iterator[str]:
    gradual = said.get("gradual", "")
    if gradual not in ("", *release.TYPES):
        yield f"gradual is {rules.shown(gradual)}, and must be one of CodeDeploy's: {', '.join(release.TYPES)}"
    modules = release.modules_of(template)
    for name in ("gradual_functions", "snap_start"):
        value = said.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            yield f'{name} must be a list of functions by their modules, such as ["login", "enroll"]'
        elif unknown := sorted(set(value) - set(modules)):
            yield f"{name} names {rules.shown(', '.join(unknown))}: there is no such function"
        elif name == "snap_start" and value and runtime in _WITHOUT_SNAPSHOTS:
            yield (
                f"snap_start needs python3.12 or newer, and this is {runtime}: "
                "rm -rf .venv, then make environment PYTHON=python3.12"
            )
    if gradual and said.get("gradual_functions") == []:
        yield "gradual_functions is empty: name some, or leave gradual out"


def _elsewhere(region: str | None, parameters: Mapping[str, str]) -> Iterator[str]:
    """Yield what must be in the stack's region and is not."""
    for name in ("CertificateArn", "WebAclArn"):
        own = parameters[name].split(":")[3:4]
        if region and own and own[0] != region:
            yield f"{name} is of {own[0]}, and must be of the stack's region, {region}"


def _wrong_limits(setting: str) -> Iterator[str]:
    """Yield settings that every function would fail at."""
    try:
        Limits(setting)
    except ValueError as error:
        yield f"Limits: {error}"


def _refuse(file: Path, wrong: Iterator[str] | list[str]) -> None:
    if lines := [f"{file.name}: {one}." for one in wrong]:
        raise Problem("\n".join(lines))


def _read(file: Path) -> dict[str, Any]:
    try:
        # some editors begin a text with a mark
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Problem(f"{file.name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise Problem(f"{file.name} is no text in UTF-8: see its byte {error.start + 1}.") from None
    except RecursionError:
        raise Problem(f"{file.name} is not TOML: its lists are too deep.") from None
    # tomllib's own, and Python's of a number with thousands of digits
    except ValueError as error:
        raise Problem(f"{file.name} is not TOML: {error}.") from None


def _samconfig() -> dict[str, Any]:
    return tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))


def _as_toml(answers: Mapping[str, str]) -> str:
    lines = [f'{name} = "{answer}"' for name, answer in answers.items()]
    return "\n".join(
        [*lines, "", "# others: the parameters of template.yaml; gradual and snap_start, see docs/deploying.md", ""]
    )
