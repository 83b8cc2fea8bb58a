"""Every error of every AWS operation that is called is decided for, so that a new botocore cannot add one unseen."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError
from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker

from peerlearn.adapters.failures import MEANINGS, Meaning, is_transient, meaning_of, transient_as_unavailable
from peerlearn.domain.errors import TemporarilyUnavailable

LAYER = Path(__file__).parents[3] / "layers" / "peerlearn" / "peerlearn"
# These make no call: whoever follows the link does.
SIGNING = {"generate_presigned_post", "generate_presigned_url"}


@cache
def services() -> set[str]:
    """Those that clients are made for."""
    return {
        ast.literal_eval(node.args[0])
        for path in (LAYER / "bootstrap").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "aws_client"
    }


@cache
def called() -> set[str]:
    """Calls on clients, by the names of their methods; adapters keep a client as `_client`."""
    return {
        node.attr
        for path in LAYER.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith("._client")
    }


@cache
def model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


@cache
def operations() -> list[tuple[str, str]]:
    return sorted(
        (service, name)
        for service in services()
        for name in model(service).operation_names
        if xform_name(name) in called()
    )


def codes_of(service: str, operation: str) -> Iterator[str]:
    for shape in model(service).operation_model(operation).error_shapes:
        yield shape.metadata.get("error", {}).get("code") or shape.name


def failure(code: str, status: int) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Anything")  # type: ignore[typeddict-item]


def test_every_call_is_found() -> None:
    """A client under another name would hide its operations from the comparison."""
    known = {xform_name(name) for service in services() for name in model(service).operation_names}
    assert called() - known == SIGNING
    assert {"dynamodb", "s3", "secretsmanager", "sqs", "apigatewaymanagementapi"} <= services()
    assert {("apigatewaymanagementapi", "PostToConnection"), ("s3", "GetObject")} <= set(operations())


@pytest.mark.parametrize(("service", "operation"), operations())
def test_every_error_of_the_model_is_decided(service: str, operation: str) -> None:
    assert set(codes_of(service, operation)) - MEANINGS.keys() == set()


def test_faults_that_botocore_retries_are_tried_again() -> None:
    """Its lists are the floor: what it gives up on after three tries may still pass by itself."""
    throttled: Any = ThrottledRetryableChecker
    transient: Any = TransientRetryableChecker
    floor: set[str] = {*throttled._THROTTLED_ERROR_CODES, *transient._TRANSIENT_ERROR_CODES}
    table = botocore.session.get_session().get_component("data_loader").load_data("_retry")
    rules = [*table["definitions"].values()]
    for service in services() & table["retry"].keys():
        rules += [one for each in table["retry"][service].values() for one in each.get("policies", {}).values()]
    for rule in rules:
        applies = rule.get("applies_when", {}).get("response", {})
        floor |= {applies["service_error_code"]} if "service_error_code" in applies else set()
    assert {code for code in floor if MEANINGS.get(code) is not Meaning.TRY_AGAIN} == set()
    assert {"BadDigest", "RequestThrottled"} <= floor


def test_no_code_is_decided_twice() -> None:
    text = ast.parse((LAYER / "adapters" / "failures.py").read_text(encoding="utf-8"))
    (table,) = (
        node.value
        for node in text.body
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "_BY_MEANING"
    )
    assert table is not None
    codes = [str(node.value) for node in ast.walk(table) if isinstance(node, ast.Constant)]
    assert sorted(codes) == sorted(MEANINGS)


@pytest.mark.parametrize(
    ("code", "status", "meaning"),
    [
        ("NobodyKnows", 429, Meaning.TRY_AGAIN),
        ("NobodyKnows", 500, Meaning.TRY_AGAIN),
        ("ForbiddenException", 503, Meaning.TRY_AGAIN),
        ("NobodyKnows", 404, Meaning.GONE),
        ("NobodyKnows", 410, Meaning.GONE),
        ("NobodyKnows", 400, Meaning.OURS),
        ("NobodyKnows", 403, Meaning.OURS),
        ("NobodyKnows", 413, Meaning.OURS),
        ("OverLimit", 403, Meaning.TRY_AGAIN),
        ("NoSuchBucket", 404, Meaning.OURS),
        ("ConditionalCheckFailedException", 400, Meaning.ANSWER),
    ],
)
def test_code_decides_before_status_and_status_where_the_code_is_unknown(
    code: str, status: int, meaning: Meaning
) -> None:
    error = failure(code, status)
    assert meaning_of(error) is meaning
    assert is_transient(error) is (meaning is Meaning.TRY_AGAIN)


def test_passing_fault_is_unavailable_and_no_other() -> None:
    missing = (
        failure("ThrottledException", 400),
        ReadTimeoutError(endpoint_url="x"),
        ConnectTimeoutError(endpoint_url="x"),
    )
    for error in missing:
        with pytest.raises(TemporarilyUnavailable), transient_as_unavailable():
            raise error
    with pytest.raises(ClientError), transient_as_unavailable():
        raise failure("AccessDenied", 403)
