"""No function can do what it should not, tried with its own role against enforced policies."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from scripts.local_stack.deployment import STACK_NAME
from scripts.local_stack.environment import ACCESS_KEY, REGION
from scripts.project.template import load_template
from tests.support.policies import actions_of, statements_of

KEY = {"PK": {"S": "nobody"}, "SK": {"S": "nothing"}}
FUNCTIONS = [
    name for name, resource in load_template()["Resources"].items() if resource["Type"] == "AWS::Serverless::Function"
]


class Calls:
    """One real call for each action, with the credentials of a session; none of them changes anything."""

    def __init__(self, session: boto3.Session, stack: dict[str, Any]) -> None:
        config = Config(proxies={}, retries={"total_max_attempts": 1}, signature_version="s3v4")

        def client(service: str) -> Any:
            return session.client(service, endpoint_url=stack["endpoint"], config=config)  # type: ignore[call-overload]

        table, dynamodb = stack["tableName"], client("dynamodb")
        condition = {"KeyConditionExpression": "PK = :pk", "ExpressionAttributeValues": {":pk": KEY["PK"]}}
        never = {"ConditionExpression": "PK = :pk", "ExpressionAttributeValues": {":pk": KEY["PK"]}}
        keys_table, secret, cursor_secret = (
            stack_resource(stack, name) for name in ("SigningKeysTable", "SigningKeySecret", "CursorKeySecret")
        )
        published = {"PK": {"S": "SIGNING#KEYS"}, "SK": {"S": "KEYS"}}
        self.with_keys: dict[str, Callable[[], object]] = {
            "publish": lambda: dynamodb.put_item(TableName=keys_table, Item=published, **never),
            "replace": lambda: dynamodb.update_item(TableName=keys_table, Key=published, **never),
            "delete": lambda: dynamodb.delete_item(TableName=keys_table, Key=published, **never),
            "sign": lambda: client("secretsmanager").get_secret_value(SecretId=secret),
            "verify": lambda: dynamodb.get_item(TableName=keys_table, Key=published),
            "page": lambda: client("secretsmanager").get_secret_value(SecretId=cursor_secret),
        }
        self.by_action: dict[str, Callable[[], object]] = {
            # the most harmful ones first
            "dynamodb:DeleteItem": lambda: dynamodb.delete_item(TableName=table, Key=KEY, **never),
            "dynamodb:PutItem": lambda: dynamodb.put_item(TableName=table, Item=KEY, **never),
            "dynamodb:UpdateItem": lambda: dynamodb.update_item(TableName=table, Key=KEY, **never),
            "secretsmanager:PutSecretValue": lambda: client("secretsmanager").put_secret_value(
                SecretId="nothing", SecretString="{}"
            ),
            "dynamodb:Query": lambda: dynamodb.query(TableName=table, **condition),
            "dynamodb:GetItem": lambda: dynamodb.get_item(TableName=table, Key=KEY),
            "dynamodb:Scan": lambda: dynamodb.scan(TableName=table, Limit=1),
        }

    def is_refused(self, action: str) -> bool:
        """Whether the caller's policies are what stands in the way."""
        return _is_refused(self.by_action[action])

    def done_with_keys(self) -> set[str]:
        """Return those uses of keys that are not refused."""
        return {name for name, call in self.with_keys.items() if not _is_refused(call)}


def _is_refused(call: Callable[[], object]) -> bool:
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")
    return False


def stack_resource(stack: dict[str, Any], logical_id: str) -> str:
    """The physical id of a resource of the stack."""
    client = boto3.Session(ACCESS_KEY, ACCESS_KEY, region_name=REGION).client(
        "cloudformation", endpoint_url=stack["endpoint"], config=Config(proxies={})
    )
    answer = client.describe_stack_resource(StackName=STACK_NAME, LogicalResourceId=logical_id)
    return answer["StackResourceDetail"]["PhysicalResourceId"]


@pytest.fixture(scope="session")
def owner() -> boto3.Session:
    return boto3.Session(ACCESS_KEY, ACCESS_KEY, region_name=REGION)


@pytest.fixture(scope="session")
def roles(stack: dict[str, Any], owner: boto3.Session) -> dict[str, str]:
    """The ARN of each function's role, by the function's logical id."""
    options: dict[str, Any] = {"endpoint_url": stack["endpoint"], "config": Config(proxies={})}
    pages = (
        owner.client("cloudformation", **options).get_paginator("list_stack_resources").paginate(StackName=STACK_NAME)
    )
    functions = owner.client("lambda", **options)
    return {
        resource["LogicalResourceId"]: functions.get_function_configuration(
            FunctionName=resource["PhysicalResourceId"]
        )["Role"]
        for page in pages
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] == "AWS::Lambda::Function"
    }


@pytest.fixture
def acting_as(stack: dict[str, Any], owner: boto3.Session, roles: dict[str, str]) -> Callable[[str], Calls]:
    """A function's own role, for somebody who is not that function."""
    options: dict[str, Any] = {"endpoint_url": stack["endpoint"], "config": Config(proxies={})}

    def become(function: str) -> Calls:
        role = roles[function]
        account = role.split(":")[4]
        principals = {"Service": "lambda.amazonaws.com", "AWS": f"arn:aws:iam::{account}:root"}
        trust = {"Effect": "Allow", "Principal": principals, "Action": "sts:AssumeRole"}
        owner.client("iam", **options).update_assume_role_policy(
            RoleName=role.rpartition("/")[2],
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )
        taken = owner.client("sts", **options).assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        session = boto3.Session(
            taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"], region_name=REGION
        )
        return Calls(session, stack)

    return become


def granted_to(function: str) -> set[str]:
    """Calls that MiniStack grants on the table: it takes a condition on leading keys for met."""
    resources = load_template()["Resources"]
    statements = statements_of(resources[function]["Properties"], resources)
    return actions_of([one for one in statements if "SigningKeysTable" not in str(one.get("Resource"))])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_cannot_do_what_its_policy_does_not_say(
    function: str, acting_as: Callable[[str], Calls], request: pytest.FixtureRequest
) -> None:
    if request.config.getoption("--without-iam"):
        pytest.skip("policies are not enforced in this run")
    calls, granted = acting_as(function), granted_to(function)
    for action in calls.by_action:
        allowed_on_table = action in granted and action != "dynamodb:Query"
        if action == "dynamodb:Query" and action in granted:
            continue  # of an index, maybe, and not of the table
        assert calls.is_refused(action) is not allowed_on_table, action


SIGNERS = {"RegisterFunction", "LoginFunction", "RefreshFunction"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_signs_tokens_only_where_people_sign_in(
    function: str, acting_as: Callable[[str], Calls], request: pytest.FixtureRequest
) -> None:
    if request.config.getoption("--without-iam"):
        pytest.skip("policies are not enforced in this run")
    attached = [policy.get("Ref") for policy in load_template()["Resources"][function]["Properties"]["Policies"]]
    expected = {"publish", "sign"} if function in SIGNERS else set()
    expected |= {"verify"} if "CallerPolicy" in attached else set()
    expected |= {"page"} if "CursorPolicy" in attached else set()
    assert acting_as(function).done_with_keys() == expected
