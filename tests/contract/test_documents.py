"""The API documents against the code, the template and public rules."""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from peerlearn.domain.enrollments import DenialReason
from scripts.api_documents.documents import DOCUMENTS, written
from scripts.api_documents.lint import lint
from scripts.project.paths import ROOT
from scripts.project.template import load_template
from tests.support.documented import document, validator

ASYNCAPI: dict[str, Any] = json.loads((ROOT / "docs" / "asyncapi.json").read_text(encoding="utf-8"))


OPERATIONS: dict[str, dict[str, Any]] = {
    f"{method.upper()} {path}": operation
    for path, item in document()["paths"].items()
    for method, operation in item.items()
}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_document_is_what_the_code_says(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == written(DOCUMENTS[path]()), "stale: `make docs` writes it anew"


def test_each_route_has_an_operation_and_no_operation_is_without_a_route() -> None:
    functions = [
        r["Properties"] for r in load_template()["Resources"].values() if r["Type"] == "AWS::Serverless::Function"
    ]
    routes = {
        f"{event['Properties']['Method'].upper()} {event['Properties']['Path']}"
        for function in functions
        for event in function.get("Events", {}).values()
        if event["Type"] == "Api" and "InlineCode" not in function
    }
    # HEAD is what GET is, without the body
    assert set(OPERATIONS) == {route for route in routes if not route.startswith("HEAD ")}


VERBS = {
    *("add", "change", "complete", "create", "delete", "end", "erase", "exchange", "export", "find", "get", "give"),
    *("grade", "hand", "join", "leave", "list", "make", "mark", "rank", "register", "return", "revoke", "send", "show"),
    *("prove", "reset", "sign", "take"),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_summary_of_an_operation_begins_with_a_verb(name: str) -> None:
    """In the imperative and within a line of an index; another verb is one for this list."""
    summary = OPERATIONS[name]["summary"]
    assert summary.split()[0].rstrip(",").lower() in VERBS, summary
    assert len(summary) <= 100, summary


def test_each_action_has_an_operation() -> None:
    sockets = [r["Properties"] for r in load_template()["Resources"].values() if r["Type"].endswith("::WebSocketApi")]
    actions = {key for socket in sockets for key in socket["Routes"] if not key.startswith("$")}
    assert set(ASYNCAPI["operations"]) == actions | {"push"}


def test_openapi_document_is_valid() -> None:
    validate(document())


@pytest.fixture
def npm() -> None:
    if shutil.which("npm") is None:
        assert not os.environ.get("CI"), "npm is needed here"
        pytest.skip("npm is needed to check the API documents: install Node.js")


@pytest.mark.usefixtures("npm")
def test_no_rule_of_the_linter_is_broken_and_it_finds_what_is_wrong(tmp_path: Path) -> None:
    planted: list[Path] = []
    for path in DOCUMENTS:
        wrong = json.loads(path.read_text(encoding="utf-8"))
        wrong["info"].pop("title")
        planted.append(tmp_path / path.name)
        planted[-1].write_text(json.dumps(wrong), encoding="utf-8")
    findings = lint([*DOCUMENTS, *planted])
    assert {finding.partition(":")[0] for finding in findings} == {str(path) for path in planted}


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_is_whole(name: str) -> None:
    operation = OPERATIONS[name]
    assert operation["summary"]
    assert "security" in operation
    answers = operation["responses"]
    assert {"429", "500", "503"} <= set(answers)
    assert ("401" in answers and {"bearer": []} in operation["security"]) == bool(operation["security"])
    assert {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"} == set(
        re.findall(r"{(\w+)}", name)
    )
    if "requestBody" in operation:
        assert {"400", "413", "422"} <= set(answers)
        _hold(operation["requestBody"]["content"])
    for status, answer in answers.items():
        if status not in ("204", "304"):
            _hold(answer["content"])


def test_operation_ids_are_unique() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(names) == len(set(names))


def test_a_refused_seat_says_why() -> None:
    schemas = document()["components"]["schemas"]
    refusal = document()["paths"]["/v1/courses/{courseId}/enroll"]["post"]["responses"]["409"]
    possible = refusal["content"]["application/json"]["schema"]["oneOf"]
    assert {"$ref": "#/components/schemas/EnrollmentDenied"} in possible
    assert schemas["EnrollmentDenied"]["properties"]["code"]["const"] == "LEARNER_ENROLLMENT_DENIED"
    assert schemas["DenialReason"]["enum"] == [reason.value for reason in DenialReason]


@pytest.mark.parametrize("name", ASYNCAPI["components"]["messages"])
def test_examples_of_messages_are_what_they_show(name: str) -> None:
    message = ASYNCAPI["components"]["messages"][name]
    for example in message["examples"]:
        assert validator(message["payload"], ASYNCAPI).is_valid(example["payload"])


def test_a_planted_difference_is_seen() -> None:
    """The comparison of answers with the document must be able to fail."""
    changed = copy.deepcopy(document()["components"]["examples"]["COURSE_NOT_FOUND"]["value"])
    checked = validator({"$ref": "#/components/schemas/CourseNotFound"}, document())
    assert checked.is_valid(changed)
    assert not checked.is_valid(changed | {"code": "NOT_FOUND"})


def _hold(content: dict[str, Any]) -> None:
    """Every example of a content must be of its schema."""
    for media, described in content.items():
        if media != "application/json":
            continue
        checked = validator(described["schema"], document())
        examples = [described["example"]] if "example" in described else []
        named = [one["$ref"].rpartition("/")[2] for one in described.get("examples", {}).values()]
        examples += [document()["components"]["examples"][name]["value"] for name in named]
        for example in examples:
            wrong = [f"{error.instance_path}: {error.message}" for error in checked.iter_errors(example)]
            assert not wrong, wrong
