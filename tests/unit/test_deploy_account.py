"""Questions of `make deploy` to an account before and after, and its use of the answers."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from scripts import deploy
from scripts.deploying import settings as kept
from scripts.deploying.account import Account
from scripts.deploying.settings import checked
from scripts.project.problem import Problem


def denied(operation: str) -> ClientError:
    return ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, operation)


@dataclass
class Aws:
    """An account as it answers."""

    status: str | None = "UPDATE_COMPLETE"
    at_once: int = 1000
    log_role: str = ""
    nowhere: bool = False
    parameters: dict[str, str] = field(default_factory=dict)
    subscriptions: list[str] = field(default_factory=lambda: ["arn:aws:sns:eu-west-1:1:topic:1"])
    refusing: set[str] = field(default_factory=set)
    deleted: list[str] = field(default_factory=list)

    def client(self, service: str) -> Any:
        return {
            "cloudformation": self._cloudformation,
            "lambda": self._lambda,
            "apigateway": self._api_gateway,
            "sns": self._sns,
        }[service]()

    def _cloudformation(self) -> Any:
        client = mock.Mock()
        if self.nowhere:
            client.describe_stacks.side_effect = unreachable("cloudformation")
        if self.status is None:
            client.describe_stacks.side_effect = ClientError(
                {"Error": {"Code": "ValidationError", "Message": "Stack with id x does not exist"}}, "DescribeStacks"
            )
        told = [{"ParameterKey": name, "ParameterValue": value} for name, value in self.parameters.items()]
        client.describe_stacks.return_value = {"Stacks": [{"StackStatus": self.status, "Parameters": told}]}
        client.delete_stack.side_effect = self._delete
        client.describe_stack_resource.return_value = {"StackResourceDetail": {"PhysicalResourceId": "arn"}}
        return client

    def _delete(self, **request: str) -> None:
        self.deleted.append(request["StackName"])

    def _lambda(self) -> Any:
        client = mock.Mock()
        client.get_account_settings.return_value = {"AccountLimit": {"ConcurrentExecutions": self.at_once}}
        if "lambda" in self.refusing:
            client.get_account_settings.side_effect = denied("GetAccountSettings")
        return client

    def _api_gateway(self) -> Any:
        client = mock.Mock()
        client.get_account.return_value = {"cloudwatchRoleArn": self.log_role} if self.log_role else {}
        return client

    def _sns(self) -> Any:
        client = mock.Mock()
        page = {"Subscriptions": [{"SubscriptionArn": arn} for arn in self.subscriptions]}
        client.get_paginator.return_value.paginate.return_value = [page]
        return client


Ask = Callable[..., Account]


@pytest.fixture
def aws() -> Aws:
    return Aws()


@pytest.fixture
def ask(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """`ask(AlarmEmail="a@b.example")`: the account, as a deployment with these settings meets it."""
    monkeypatch.setattr(Account, "_client", lambda _, service: aws.client(service))
    return lambda **said: Account(checked("prod", "deploy.prod.toml", {"region": "eu-west-1", **said}))


# -- whether the way is free


@pytest.mark.parametrize("status", [None, "REVIEW_IN_PROGRESS"])
def test_where_there_is_no_stack_it_is_the_first_deployment(aws: Aws, ask: Ask, status: str | None) -> None:
    aws.status = status
    assert ask().make_way() is True
    assert aws.deleted == []


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"])
def test_where_there_is_one_it_is_updated(aws: Aws, ask: Ask, status: str) -> None:
    aws.status = status
    assert ask().make_way() is False
    assert aws.deleted == []


def test_leftovers_of_a_failed_first_deployment_are_deleted(aws: Aws, ask: Ask) -> None:
    aws.status = "ROLLBACK_COMPLETE"
    assert ask().make_way() is True
    assert aws.deleted == ["peerlearn-prod"]


@pytest.mark.parametrize("status", ["ROLLBACK_FAILED", "DELETE_FAILED", "CREATE_FAILED", "UPDATE_ROLLBACK_FAILED"])
def test_manual_step_is_told_with_the_page_that_helps(aws: Aws, ask: Ask, status: str) -> None:
    aws.status = status
    with pytest.raises(Problem, match=rf"^peerlearn-prod is {status}: .*docs/troubleshooting\.md"):
        ask().make_way()
    assert aws.deleted == []


@pytest.mark.parametrize("status", ["UPDATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"])
def test_a_stack_that_is_being_changed_is_waited_for(aws: Aws, ask: Ask, status: str) -> None:
    aws.status = status
    with pytest.raises(Problem, match="wait until that is done"):
        ask().make_way()


def unreachable(operation: str) -> EndpointConnectionError:
    return EndpointConnectionError(endpoint_url=f"https://{operation}.eu-nowhere-1.amazonaws.com")


def test_a_region_that_aws_does_not_have_is_said(aws: Aws, ask: Ask) -> None:
    aws.nowhere = True
    with pytest.raises(
        Problem,
        match=r"^CloudFormation does not answer in eu-nowhere-1: is that one of AWS's, and is there a network\?$",
    ):
        ask(region="eu-nowhere-1").make_way()


@pytest.fixture
def unconfigured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which nobody has configured AWS."""
    for name in ("DEFAULT_REGION", "REGION", "PROFILE", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)


@pytest.mark.usefixtures("unconfigured")
@pytest.mark.parametrize("ask_for", [Account.make_way, Account.require_access])
def test_where_no_region_is_said_the_file_is_where_to_say_one(ask_for: Callable[[Account], object]) -> None:
    sentence = (
        'No region is configured: say one in deploy.prod.toml, such as region = "eu-central-1", or set '
        "AWS_DEFAULT_REGION."
    )
    with pytest.raises(Problem, match=f"^{re.escape(sentence)}$"):
        ask_for(Account(checked("prod", "deploy.prod.toml", {})))


@pytest.mark.usefixtures("unconfigured")
@pytest.mark.parametrize("option", ["--delete", "--sync"])
def test_nothing_is_deleted_or_followed_without_credentials(
    option: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "deploy.dev.toml").write_text('region = "eu-west-1"\n')
    for module in (deploy, kept):
        monkeypatch.setattr(module, "file_of", lambda environment: tmp_path / f"deploy.{environment}.toml")
    monkeypatch.setattr(subprocess, "run", None)
    assert deploy.main(["--env", "dev", option]) == 1
    assert capsys.readouterr().err.startswith("There are no usable AWS credentials: sign in, or name a profile")


# -- what the account lacks


def test_a_new_account_is_told_how_little_runs_at_once(aws: Aws, ask: Ask) -> None:
    aws.at_once = 10
    (warning,) = ask(profile="school").look()
    assert warning.startswith("Only 10 functions may run at once in this account")
    assert warning.endswith("--quota-code L-B99A9384 --desired-value 1000 --region eu-west-1 --profile school")


def test_an_account_with_enough_is_told_nothing(ask: Ask) -> None:
    assert list(ask().look()) == []


def test_more_than_can_be_reserved_is_refused_before_anything_is_made(aws: Aws, ask: Ask) -> None:
    assert list(ask(SignInConcurrency=400, EnrollConcurrency=500).look()) == []
    with pytest.raises(Problem, match=r"reserve 901 of the 1000 .* at most 900 can be reserved"):
        list(ask(SignInConcurrency=401, EnrollConcurrency=500).look())
    aws.at_once = 10
    with pytest.raises(Problem, match="at most 0 can be reserved"):
        list(ask(SignInConcurrency=1).look())


def test_forbidden_look_does_not_stop_a_deployment(aws: Aws, ask: Ask) -> None:
    aws.refusing = {"lambda"}
    (warning,) = ask().look()
    assert "lambda:GetAccountSettings" in warning


def test_logs_without_a_role_to_write_them_are_refused_before_anything_is_made(aws: Aws, ask: Ask) -> None:
    with pytest.raises(Problem, match='ApiGatewayLogRole = "true"'):
        list(ask(ApiGatewayLogRole=False).look())
    assert list(ask(ApiGatewayLogRole=False, AccessLogs=False).look()) == []
    aws.log_role = "arn:aws:iam::1:role/another"
    assert list(ask(ApiGatewayLogRole=False).look()) == []


# -- what is left to do


def test_a_first_deployment_ends_with_what_is_left_to_do(ask: Ask) -> None:
    certificate = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
    account = ask(AlarmEmail="ops@learn.example", DomainName="api.learn.example", CertificateArn=certificate)
    mail, administrator, domain = account.left_to_do(first=True)
    assert mail.startswith("A mail to ops@learn.example waits to be confirmed")
    assert administrator.endswith("scripts.cli create-admin EMAIL --env prod")
    assert domain == "api.learn.example needs a CNAME record that points to the output DomainTarget."


def test_a_domain_that_is_new_to_a_stack_is_named_once(aws: Aws, ask: Ask) -> None:
    certificate = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
    said = {"DomainName": "api.learn.example", "RealtimeDomainName": "live.learn.example"}
    aws.parameters = {"DomainName": "api.learn.example"}
    account = ask(CertificateArn=certificate, **said)
    assert account.make_way() is False
    (domain,) = account.left_to_do(first=False)
    assert domain == "live.learn.example needs a CNAME record that points to the output RealtimeDomainTarget."


def test_a_mail_is_named_until_it_is_confirmed(aws: Aws, ask: Ask) -> None:
    aws.subscriptions.append("PendingConfirmation")
    (mail,) = ask(AlarmEmail="ops@learn.example").left_to_do(first=False)
    assert "waits to be confirmed" in mail
    aws.subscriptions.remove("PendingConfirmation")
    assert list(ask(AlarmEmail="ops@learn.example").left_to_do(first=False)) == []
    assert list(ask().left_to_do(first=False)) == []
