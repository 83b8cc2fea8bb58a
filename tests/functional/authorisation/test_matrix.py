"""Permissions: every route of the template against everybody who could call it, as the catalogue has it.

Whoever is not named as refused is let in; whatever the refused send changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.project.template import load_template
from tests.functional.authorisation.conftest import Call, World, contents
from tests.support.catalogue import REFUSED

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Codes that a stranger's password or a wrong state answers to somebody who may call.
NO_REFUSAL_OF_THE_CALLER = {"INVALID_CREDENTIALS", "CONFLICT", "LEARNER_ENROLLMENT_DENIED", "COURSE_NOT_FOUND"}
NO_REFUSAL_OF_THE_CALLER |= {
    "EMAIL_ALREADY_REGISTERED",
    "NOT_FOUND",
    "SUBMISSION_ALREADY_GRADED",
    "USER_NOT_FOUND",
    "SUBMISSION_NOT_FOUND",
}


def routes() -> set[str]:
    """The endpoints of the template, by the names of their modules."""
    functions = [
        r["Properties"] for r in load_template()["Resources"].values() if r["Type"] == "AWS::Serverless::Function"
    ]
    return {
        function["Handler"].split(".")[-2]
        for function in functions
        if "CodeUri" in function and any(event["Type"] == "Api" for event in function.get("Events", {}).values())
    }


def test_every_route_is_in_the_catalogue() -> None:
    assert set(REFUSED) == routes()


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_each_caller_gets_the_code_of_the_table(name: str, world: World, call: Call, aws: DynamoDBClient) -> None:
    before = contents(aws)
    refused = REFUSED[name]
    answers = {who: call(name, token=world.callers[who], **world.request(name, who)) for who in refused}
    assert {who: answer.code for who, answer in answers.items()} == refused
    assert {answer.status for answer in answers.values()} <= {401, 403} | (
        {404} if "COURSE_NOT_FOUND" in refused.values() else set()
    )
    assert contents(aws) == before

    for who, token in world.callers.items():
        if who not in refused:
            answer = call(name, token=token, **world.request(name, who))
            assert answer.status < 400 or answer.code in NO_REFUSAL_OF_THE_CALLER, (who, answer)
