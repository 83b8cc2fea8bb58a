"""Which stack a command works on: one on AWS by its name, or the one that runs on this machine."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import boto3
import click
from botocore.config import Config
from botocore.exceptions import ClientError

from scripts.cli.words import say
from scripts.deploying.place import session_at
from scripts.deploying.settings import ENVIRONMENTS, place_of, remedy_of, stack_of
from scripts.local_stack.deployment import STACK_NAME
from scripts.local_stack.environment import ACCESS_KEY, REGION, local_environment
from scripts.project.paths import ROOT, shown
from scripts.project.problem import Problem

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

P = ParamSpec("P")
R = TypeVar("R")

LOCAL_FILE = ROOT / ".local" / "stack.json"
# An invocation may last as long as the slowest consumer's Timeout in the template.
_INVOCATION_SECONDS = 310
_CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class Choice:
    """The target that the options name."""

    stack: str | None = None
    profile: str | None = None
    region: str | None = None
    local: Path | None = None
    env: str | None = None

    def over(self, other: Choice) -> Choice:
        """These options, and the other's where one is not given."""
        given = {name: value for name in Choice.__slots__ if (value := getattr(self, name)) is not None}
        return replace(other, **given)


@dataclass(slots=True)
class Target:
    """A deployed stack: its clients, and what its outputs and resources are called.

    Attributes
    ----------
    endpoint: str or None
        Where the local stack listens; None on AWS.
    """

    name: str
    session: boto3.Session
    endpoint: str | None
    profile: str | None = None
    _outputs: dict[str, str] = field(default_factory=dict)
    _parameters: dict[str, str] = field(default_factory=dict)

    @property
    def described(self) -> str:
        if self.endpoint is not None:
            return f"the local stack at {self.endpoint}"
        return f"stack {self.name} in {self.session.region_name}"

    @property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs, once it is described."""
        return self._outputs

    @property
    def parameters(self) -> dict[str, str]:
        """Return the parameters that the stack was deployed with, once it is described."""
        return self._parameters

    @property
    def table_name(self) -> str:
        return self._outputs["TableName"]

    def describe(self) -> None:
        """Asks CloudFormation about the stack.

        Raises
        ------
        Problem
            There is no such stack, or it is not one of this product.
        """
        try:
            stack = self.cloudformation().describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                raise Problem(f"There is no {self.described}.") from None
            raise
        self._outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
        self._parameters = {one["ParameterKey"]: one["ParameterValue"] for one in stack.get("Parameters", [])}
        if "TableName" not in self._outputs:
            raise Problem(f"In {self.described} there is no table: is it one of this product, and deployed?")

    def resource(self, logical_id: str) -> str:
        """The physical id of a resource of the template.

        Raises
        ------
        Problem
            The stack has none of that name.
        """
        try:
            answer = self.cloudformation().describe_stack_resource(StackName=self.name, LogicalResourceId=logical_id)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ValidationError":
                raise Problem(f"There is no {logical_id} in {self.described}: deploy the present template.") from None
            raise
        return answer["StackResourceDetail"]["PhysicalResourceId"]

    def use_services(self) -> None:
        """Has the product's own services work on this stack, as in one of its functions."""
        if self.endpoint is not None:
            os.environ.update(local_environment(self.endpoint))
        else:
            if self.profile is not None:
                os.environ["AWS_PROFILE"] = self.profile
            region = str(self.session.region_name)
            os.environ.update(AWS_REGION=region, AWS_DEFAULT_REGION=region)
        os.environ.update(
            TABLE_NAME=self.table_name,
            KEYS_TABLE_NAME=self.resource("SigningKeysTable"),
            SECRET_ID=self.resource("SigningKeySecret"),
        )
        if "BcryptCost" in self._parameters:
            os.environ["BCRYPT_COST"] = self._parameters["BcryptCost"]

    def cloudformation(self) -> CloudFormationClient:
        return self.session.client("cloudformation", endpoint_url=self.endpoint, config=self._config())

    def dynamodb(self) -> DynamoDBClient:
        return self.session.client("dynamodb", endpoint_url=self.endpoint, config=self._config())

    def streams(self) -> DynamoDBStreamsClient:
        return self.session.client("dynamodbstreams", endpoint_url=self.endpoint, config=self._config())

    def secrets(self) -> SecretsManagerClient:
        return self.session.client("secretsmanager", endpoint_url=self.endpoint, config=self._config())

    def queues(self) -> SQSClient:
        return self.session.client("sqs", endpoint_url=self.endpoint, config=self._config())

    def mails(self) -> Any:
        return self.session.client("sesv2", endpoint_url=self.endpoint, config=self._config())

    def functions(self) -> LambdaClient:
        # a repeated invocation would only do the same work twice at once
        once = Config(read_timeout=_INVOCATION_SECONDS, retries={"total_max_attempts": 1})
        return self.session.client("lambda", endpoint_url=self.endpoint, config=self._config().merge(once))

    def _config(self) -> Config:
        proxies: dict[str, Any] = {} if self.endpoint is None else {"proxies": {}}
        retries: Any = {"mode": "standard", "total_max_attempts": 5}
        return Config(connect_timeout=5, read_timeout=30, retries=retries, max_pool_connections=_CONNECTIONS, **proxies)


def chosen(choice: Choice) -> Target:
    """The stack that the options mean.

    Raises
    ------
    Problem
        They mean none, or contradict each other.
    """
    if choice.env is not None:
        if choice.stack is not None:
            raise Problem("Name a stack with --env or with --stack, not both.")
        choice = _of_environment(choice, choice.env)
    if choice.stack is not None:
        if choice.local is not None:
            raise Problem("Name a stack on AWS with --env or --stack, or a local one with --local, not both.")
        return _on_aws(choice)
    if choice.profile is not None or choice.region is not None:
        raise Problem("--profile and --region are for a stack on AWS: name it with --env or --stack.")
    file = choice.local or LOCAL_FILE
    try:
        endpoint = json.loads(file.read_text(encoding="utf-8"))["endpoint"]
    except FileNotFoundError:
        if choice.local is not None:
            raise Problem(f"{shown(file)} is not there.") from None
        raise Problem(
            "No local stack is running (`make run`); for one on AWS name its environment with --env."
        ) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise Problem(f"{shown(file)} does not describe a local stack.") from None
    return Target(STACK_NAME, boto3.Session(ACCESS_KEY, ACCESS_KEY, region_name=REGION), endpoint)


def _of_environment(choice: Choice, environment: str) -> Choice:
    """The stack that `make deploy ENV=...` deploys, where its settings say; options given besides take their place."""
    region, profile = place_of(environment)
    return choice.over(Choice(stack_of(environment), profile, region))


def _on_aws(choice: Choice) -> Target:
    remedy = "give one with --region" if choice.env is None else remedy_of(choice.env)
    session = session_at(choice.region, choice.profile, remedy=remedy)
    return Target(str(choice.stack), session, None, choice.profile)


def stack_options(function: Callable[P, R]) -> Callable[P, R]:
    """The options that choose a stack. They may stand before a command as well as after it."""
    for option in (
        click.option("--local", type=click.Path(path_type=Path), metavar="FILE", help="A local stack's stack.json."),
        click.option("--region", metavar="NAME", help="AWS region of the stack."),
        click.option("--profile", metavar="NAME", help="AWS profile to sign in with."),
        click.option("--stack", metavar="NAME", help="Stack on AWS, by its name."),
        click.option(
            "--env",
            type=click.Choice(ENVIRONMENTS),
            help="Stack on AWS that `make deploy ENV=...` deployed, where deploy.<env>.toml says. Without this and "
            "--stack, the local stack that runs here.",
        ),
    ):
        function = option(function)
    return function


def on_stack(function: Callable[Concatenate[Target, P], R]) -> Callable[..., R]:
    """A command that works on a stack, its first argument; which one is said on standard error."""

    @stack_options
    @functools.wraps(function)
    def command(
        *args: Any,
        stack: str | None,
        profile: str | None,
        region: str | None,
        local: Path | None,
        env: str | None,
        **options: Any,
    ) -> R:
        before = click.get_current_context().find_object(Choice) or Choice()
        target = chosen(Choice(stack, profile, region, local, env).over(before))
        say(f"On {target.described}.", dim=True)
        target.describe()
        return function(target, *args, **options)

    return command
