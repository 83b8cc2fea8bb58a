"""The account that a stack is deployed to: whether the way is free, what it lacks, and what is left to do in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

from scripts.deploying.place import require_credentials, session_at
from scripts.deploying.settings import Settings, remedy_of
from scripts.project.problem import Problem

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

# Lambda keeps so many for functions without a number of their own.
_UNRESERVED = 100
_ASK_FOR_MORE = "aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384"
_CONFIG = Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 5})
_PAGE = "docs/troubleshooting.md"


class Account:
    """AWS's answers in the account and region that the settings name.

    Parameters
    ----------
    settings: Settings
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # Parameters of the deployment before this one.
        self._before: dict[str, str] = {}

    @cached_property
    def _session(self) -> boto3.Session:
        settings = self._settings
        return session_at(settings.region, settings.profile, remedy=remedy_of(settings.environment))

    def _client(self, service: Any) -> Any:
        return self._session.client(service, config=_CONFIG)

    @cached_property
    def _stacks(self) -> CloudFormationClient:
        client: CloudFormationClient = self._client("cloudformation")
        return client

    def require_access(self) -> None:
        """Raise where AWS could not be called: then nothing is begun.

        Raises
        ------
        Problem
            There is no such profile, or no region.
        NoCredentialsError
            There are no credentials.
        """
        require_credentials(self._session)

    def make_way(self) -> bool:
        """Take away what a first deployment that failed has left.

        Returns
        -------
        bool
            Whether there is no stack, so that this is the first deployment.

        Raises
        ------
        Problem
            There is no such region, or the stack is in no state to be deployed to.
        """
        region = self._session.region_name
        try:
            name, status = self._settings.stack, self._status()
        except EndpointConnectionError:
            raise Problem(
                f"CloudFormation does not answer in {region}: is that one of AWS's, and is there a network?"
            ) from None
        if status in (None, "REVIEW_IN_PROGRESS"):
            return True
        if status in ("ROLLBACK_COMPLETE", "DELETE_COMPLETE"):
            print(
                f"The first deployment of {name} failed and was taken back: what is left of it is deleted.", flush=True
            )
            self._stacks.delete_stack(StackName=name)
            self._stacks.get_waiter("stack_delete_complete").wait(StackName=name)
            return True
        if status in ("ROLLBACK_FAILED", "DELETE_FAILED", "CREATE_FAILED"):
            raise Problem(f"{name} is {status}: delete it by hand, {_PAGE} says how.")
        if status == "UPDATE_ROLLBACK_FAILED":
            raise Problem(f"{name} is {status}: {_PAGE} says how it goes on.")
        if str(status).endswith("_IN_PROGRESS"):
            raise Problem(f"{name} is {status}: wait until that is done.")
        return False

    def _status(self) -> str | None:
        try:
            stack = self._stacks.describe_stacks(StackName=self._settings.stack)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        told = stack.get("Parameters", [])
        self._before = {one["ParameterKey"]: one.get("ParameterValue", "") for one in told}
        return str(stack["StackStatus"])

    def look(self) -> Iterator[str]:
        """Yield what the account lacks, in a sentence each.

        Raises
        ------
        Problem
            The deployment would fail for the want of it.
        """
        yield from _read(self._concurrency, "lambda:GetAccountSettings")
        yield from _read(self._log_role, "apigateway:GET on /account")

    def _concurrency(self) -> list[str]:
        limits: Mapping[str, int] = self._client("lambda").get_account_settings()["AccountLimit"]
        at_once = limits["ConcurrentExecutions"]
        parameters = self._settings.parameters
        reserved = int(parameters["SignInConcurrency"]) + int(parameters["EnrollConcurrency"])
        if reserved and reserved > at_once - _UNRESERVED:
            raise Problem(
                f"SignInConcurrency and EnrollConcurrency reserve {reserved} of the {at_once} functions that may run "
                f"at once in this account, and Lambda keeps {_UNRESERVED} for the others: at most "
                f"{max(0, at_once - _UNRESERVED)} can be reserved."
            )
        if at_once >= _UNRESERVED:
            return []
        asking = " ".join([_ASK_FOR_MORE, "--desired-value 1000", *self._settings.place])
        return [f"Only {at_once} functions may run at once in this account, and further callers are refused: {asking}"]

    def _log_role(self) -> list[str]:
        parameters = self._settings.parameters
        wanted = parameters["AccessLogs"] == "true" and parameters["ApiGatewayLogRole"] == "false"
        if wanted and not self._client("apigateway").get_account().get("cloudwatchRoleArn"):
            raise Problem(
                "API Gateway has no role in this account and region that it could write logs with: say "
                'ApiGatewayLogRole = "true", which makes one, or AccessLogs = "false".'
            )
        return []

    def left_to_do(self, *, first: bool) -> Iterator[str]:
        """Yield what is left to do once everything is deployed, in a sentence each."""
        parameters, environment = self._settings.parameters, self._settings.environment
        if parameters["Alarms"] == "true" and parameters["AlarmEmail"] and (first or self._is_unconfirmed()):
            yield (
                f"A mail to {parameters['AlarmEmail']} waits to be confirmed: no alarm is sent before its link has "
                "been followed, within three days."
            )
        if first:
            command = f".venv/bin/python -m scripts.cli create-admin EMAIL --env {environment}"
            yield f"There is no administrator yet: {command}"
        for name in ("DomainName", "RealtimeDomainName"):
            if parameters[name] and (first or parameters[name] != self._before.get(name)):
                target = f"{name.removesuffix('Name')}Target"
                yield f"{parameters[name]} needs a CNAME record that points to the output {target}."

    def _is_unconfirmed(self) -> bool:
        """Whether the subscription of the alarms' mail waits; where that cannot be asked it is taken to."""
        try:
            detail = self._stacks.describe_stack_resource(
                StackName=self._settings.stack, LogicalResourceId="AlarmTopic"
            )["StackResourceDetail"]
            pages = self._client("sns").get_paginator("list_subscriptions_by_topic")
            found = [
                one for page in pages.paginate(TopicArn=detail["PhysicalResourceId"]) for one in page["Subscriptions"]
            ]
        except ClientError:
            return True
        return any(one["SubscriptionArn"] == "PendingConfirmation" for one in found)


def _read(look: Any, permission: str) -> list[str]:
    """Return what a look finds; a missing permission is no reason not to deploy."""
    try:
        found: list[str] = look()
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("AccessDenied", "AccessDeniedException"):
            raise
        return [f"These credentials may not use {permission}: what the account lacks could not be looked up."]
    return found
