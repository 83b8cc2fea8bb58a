"""Commands in the documents exist: targets, options, functions, events, alarms, parameters."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import botocore.session
import click
import pytest
from botocore import xform_name

from scripts.cli.program import peerlearn
from scripts.deploying.settings import ENVIRONMENTS, settings_of
from scripts.project.paths import ROOT
from scripts.project.template import load_template
from tests.support.pages import Block, blocks_of, commands_in, not_run, pages, reason_not_to_run

PAGES = pages()
RESOURCES = load_template()["Resources"]
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


OPERATORS_COMMANDS = r"python -m scripts\.cli ([^|#\n]*)"


def commands_of(page: Path) -> str:
    """Return all that the page has people type, a line each."""
    return "\n".join(commands_in(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_exist(page: Path) -> None:
    text = commands_of(page)
    assert set(re.findall(r"^make ([a-z-]+)", text, re.MULTILINE)) <= TARGETS
    for environment in re.findall(r"ENV=(\w+)|--(?:config-)?env (\w+)", text):
        assert "".join(environment) in ENVIRONMENTS
    for function, event in re.findall(r"sam local invoke (\w+) -e (\S+?\.json)", text):
        assert RESOURCES[function]["Type"] == "AWS::Serverless::Function"
        assert (ROOT / event).exists()
        assert Path(event).stem == RESOURCES[function]["Properties"]["Handler"].split(".")[-2]
    for module in re.findall(r"python -m ([\w.]+)", text):
        assert find_spec(module), module
    for program in re.findall(r"\.venv/bin/([\w-]+)", text):
        assert (Path(sys.prefix) / "bin" / program).exists(), program
    for line in re.findall(OPERATORS_COMMANDS, text):
        command: click.Command = peerlearn
        words = line.split()
        while isinstance(command, click.Group) and words != ["--help"]:
            command = command.commands[words.pop(0)]
        options = {"--help"} | {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_settings_shown_are_read(page: Path, tmp_path: Path) -> None:
    for number, block in enumerate(re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)):
        file = tmp_path / f"deploy.{number}.toml"
        file.write_text(block, encoding="utf-8")
        found = settings_of("prod", file, None)
        for name, value in tomllib.loads(block).items():
            shown = ",".join(value) if isinstance(value, list) and name in found.parameters else value
            told = found.parameters.get(name, getattr(found, name, None))
            assert told in (shown, str(value).lower(), tuple(value) if isinstance(value, list) else None), name


# A page's commands for AWS: programs of the project and of AWS's, each with the place where the stack is.
AWS_COMMANDS = r"(?:^|\| )((?:\.venv/bin/)?(?:python -m scripts\.(?:cli|web_console|smoke)|sam|aws) [^\n ]+ [^\n]*)"
# These work on this machine.
LOCAL_COMMANDS = r"scripts\.cli courses (import|export)|sam local|sam build"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_on_aws_name_the_environment_or_the_region(page: Path) -> None:
    """`make deploy` asks for region and profile: a command that names neither looks in another place."""
    for command in re.findall(AWS_COMMANDS, commands_of(page), re.MULTILINE):
        if not re.search(LOCAL_COMMANDS, command):
            assert re.search(r" --(env|region) ", f"{command} "), command
            assert "--stack" not in command or "--region" in command, command


def test_commands_on_aws_are_found_where_pages_show_them() -> None:
    text = "\n".join(map(commands_of, PAGES))
    assert len(re.findall(AWS_COMMANDS, text, re.MULTILINE)) >= 10
    assert len(re.findall(OPERATORS_COMMANDS, text)) >= 5


# -- shell blocks

BLOCKS = [block for page in PAGES for block in blocks_of(page)]
# A program at the beginning of a line that is indented, or fenced as another language.
LOOSE_COMMAND = r"^(?: {4,}|\$ )(?:\.venv\S*|make|curl|aws|sam|python3?|pip|git|npm|npx|docker|\.ci/run)(?: [^\n]*)?$"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_stand_in_blocks_that_are_run(page: Path) -> None:
    assert re.findall(LOOSE_COMMAND, page.read_text(encoding="utf-8"), re.MULTILINE) == []


def test_block_that_is_not_run_has_its_reason_and_no_reason_is_left_over() -> None:
    reasons = [reason_not_to_run(block) for block in BLOCKS]
    assert {one for one in reasons if one is not None} == set(not_run())
    named = [one for one in reasons if one is not None and one.begins]
    assert len(named) == len(set(named)), "an entry of two blocks"
    assert all(len(one.reason) >= 15 for one in not_run())


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.place)
def test_block_is_one_that_the_shell_reads(block: Block) -> None:
    done = subprocess.run(["bash", "-n"], input=block.commands, capture_output=True, text=True, check=False)  # noqa: S607
    assert (done.returncode, done.stderr) == (0, "")


def commands_of_aws() -> list[str]:
    """Return the commands for AWS's command line, each on one line."""
    text = "\n".join(map(commands_of, PAGES)).replace("\\\n", " ")
    return re.findall(r"^(aws \S+ \S+.*)", text, re.MULTILINE)


@pytest.mark.parametrize("command", commands_of_aws())
def test_command_of_aws_is_an_operation_with_these_parameters(command: str) -> None:
    _, service, operation, *rest = shlex.split(re.sub(r"<[^>]*>|\$\([^)]*\)", "value", command))
    model = botocore.session.Session().get_service_model(service)
    named = {xform_name(name, "-"): name for name in model.operation_names}
    shape = model.operation_model(named[operation]).input_shape
    assert shape is not None
    known = {xform_name(member, "-") for member in shape.members}
    options = {word.removeprefix("--").removeprefix("no-") for word in rest if word.startswith("--")}
    assert options - {"region", "query", "output", "profile"} <= known
    assert {xform_name(member, "-") for member in shape.required_members} <= options


def test_commands_of_aws_are_found() -> None:
    assert len(commands_of_aws()) >= 8


def page_of(name: str) -> str:
    return " ".join((ROOT / "docs" / name).read_text(encoding="utf-8").split())


def test_pages_say_what_a_newcomer_meets() -> None:
    deploying, operations, troubleshooting = (
        page_of(f"{name}.md") for name in ("deploying", "operations", "troubleshooting")
    )
    needed = deploying.partition("make deploy ENV=prod")[0]
    assert "ten functions at once" in needed
    assert "no alarm before the link in that mail has been followed" in deploying
    assert "[confirmed](deploying.md#the-mail-about-alarms)" in operations
    assert "make deploy ENV=prod ARGS=--at-once" in operations
    assert "no price" not in deploying
    # where Lambda takes no more
    assert "500 or 502 `INTERNAL_ERROR` without a line of the function's" in troubleshooting
    assert "Callers were told 500 or 502 `INTERNAL_ERROR` by API Gateway" in operations
    assert "Turning `gradual` on for a stack that runs may cost answers of 500 for some seconds, once" in deploying
    assert "no request to AWS KMS is made" in page_of("costs.md")
    for status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED", "UPDATE_ROLLBACK_FAILED"):
        assert f"`{status}`" in troubleshooting


def test_every_parameter_that_is_no_choice_of_the_build_is_explained() -> None:
    pages = page_of("deploying.md") + page_of("operations.md")
    own = {"Environment", "Runtime", "Architecture", "BcryptCost", "LogLevel", "LogRetentionDays", "MaxUploadBytes"}
    # the product's own, explained where they belong
    own |= {"AuditRetentionDays", "Limits", "VerifiedEmail"}
    parameters = set(load_template()["Parameters"]) - own - {"ManagementEndpoint"}
    assert {name for name in parameters if f"`{name}" not in pages and f"{name} =" not in pages} == set()


def test_tests_named_for_aws_exist() -> None:
    text = (ROOT / "docs" / "aws.md").read_text(encoding="utf-8")
    files = re.findall(r"`((?:unit|functional|contract|integration|end_to_end)/[\w/]+\.py)`", text)
    assert len(files) > 10
    assert all((ROOT / "tests" / file).exists() for file in files)
    assert "(docs/aws.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_steps_that_need_an_account_have_one_command() -> None:
    text = (ROOT / "docs" / "aws.md").read_text(encoding="utf-8").partition("## What takes an account")[2]
    parts = re.split(r"^\*\*", text, flags=re.MULTILINE)[1:]
    assert len(parts) >= 5
    assert all(re.search(r"^```sh$", part, re.MULTILINE) for part in parts)


def test_samconfig_names_no_place() -> None:
    """Which would be another one than that of the settings."""
    assert not re.search(r"^(region|profile) =", (ROOT / "samconfig.toml").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([\w-]+))?\)", text):
        other = page.parent / target if target else page
        assert other.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)", other.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def broken_tables(text: str) -> list[str]:
    """Return the lines of tables that are shown as text: without a header above them, or with other cells than it."""
    lines = re.sub(r"```.*?```", "", text, flags=re.DOTALL).splitlines()
    broken, columns = [], 0
    for number, line in enumerate(lines):
        below = lines[number + 1] if number + 1 < len(lines) else ""
        cells = len(re.findall(r"(?<!\\)\|", line)) - 1
        if not line.startswith("|"):
            columns = 0
        elif columns == 0 and re.fullmatch(r"\|( *:?-+:? *\|)+", below):
            columns = cells
        elif cells != columns:
            broken.append(line)
    return broken


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_tables_have_a_header_and_its_columns(page: Path) -> None:
    assert broken_tables(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("| a | b |\n|---|---|\n| 1 | 2 |\n", []),
        # a bar parts cells in code too, unless it has a backslash
        ("| a |\n|---|\n| `x \\| y` |\n| `x | y` |\n", ["| `x | y` |"]),
        ("| a | b |\n|---|---|\n| 1 |\n", ["| 1 |"]),
        ("| a |\n|---|\n| 1 |\n\n| 2 |\n", ["| 2 |"]),
    ],
)
def test_broken_tables_are_seen(text: str, broken: list[str]) -> None:
    assert broken_tables(text) == broken


def test_the_tests_that_show_a_promise_exist() -> None:
    text = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    folder = "tests"
    for path in re.findall(
        r"`((?:unit|functional|contract|integration|end_to_end)(?:/[\w/*]+)?(?:\.py)?|test_\w+\.py)`", text
    ):
        if not path.startswith("test_"):
            folder = str(Path("tests") / Path(path).parent)
            assert list((ROOT / "tests").glob(path)), path
        else:
            assert list((ROOT / folder).glob(path)), f"{path} in {folder}"


def test_runbook_has_every_alarm_and_no_other() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    alarms = {name for name, resource in RESOURCES.items() if resource["Type"] == "AWS::CloudWatch::Alarm"}
    assert set(re.findall(r"^\| `(\w+Alarm)`", text, re.MULTILINE)) == alarms


def test_runbook_counts_the_metrics() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    alarms = [one["Properties"] for one in RESOURCES.values() if one["Type"] == "AWS::CloudWatch::Alarm"]
    metrics = sum(sum("MetricStat" in one for one in alarm.get("Metrics", [{"MetricStat": {}}])) for alarm in alarms)
    assert f"each of {metrics} metrics | {metrics / 10:.2f}" in text


def test_every_skipped_check_has_its_reason() -> None:
    lines = (ROOT / ".checkov.yaml").read_text(encoding="utf-8").partition("skip-check:\n")[2].splitlines()
    assert all(re.fullmatch(r"  - CKV\w+ # .{20,}", line) for line in lines)


def test_rules_that_the_scan_cannot_see_hold() -> None:
    """Queues encrypted by SQS itself, and recovery that a condition turns on."""
    queues = [one["Properties"] for one in RESOURCES.values() if one["Type"] == "AWS::SQS::Queue"]
    assert all(queue["SqsManagedSseEnabled"] is True for queue in queues)
    recovery = RESOURCES["Table"]["Properties"]["PointInTimeRecoverySpecification"]
    assert recovery["PointInTimeRecoveryEnabled"] == {"Fn::If": ["IsProduction", True, False]}
