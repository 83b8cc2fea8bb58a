"""Each rule that a field may break has a name, and each name is documented and used."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
from aws_lambda_powertools.event_handler.openapi.params import Param
from pydantic import BaseModel, TypeAdapter, ValidationError

from peerlearn.domain.problems import Problem, Rule, ValueRefused
from peerlearn.http.bodies import validation_error
from peerlearn.http.models import RequestModel
from scripts.api_documents.field_rules import WORDS
from scripts.api_documents.routes import endpoints, socket_handlers
from scripts.project.paths import ROOT
from tests.support.documented import document

SOURCES = [*(ROOT / "layers" / "peerlearn").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
WRONG: list[Any] = [
    *(
        None,
        True,
        5,
        -1,
        0,
        1.5,
        0.001,
        10**7,
        10**30,
        float("inf"),
        float("nan"),
        {},
        [],
        [5],
        [""],
        [{}],
        [[]],
        {"a": 1},
    ),
    *(
        "",
        " ",
        "x",
        "x" * 20_000,
        "a\nb",
        "a\0b",
        "\u202ea",
        "\u3164",
        "Abcdefgh",
        "Password1!",
        "x@y",
        "https://x",
        "/",
    ),
    *("2026-01-01", "2026-01-01T10:00:00", "2026-02-30T10:00:00Z", "0001-01-01T00:00:00+14:00", "1", "1.5", "1" * 5000),
    *([[5] * 201], [["x"] * 201], [[{"title": "", "minutes": "x", "moduleId": "?", "more": 1}]]),
]


def parameters() -> Iterator[tuple[str, Any]]:
    """Yield each parameter of a path, a query or a header by the name of its function and its own."""
    for endpoint in endpoints():
        for name, hint in get_type_hints(endpoint.function, include_extras=True).items():
            if get_origin(hint) is Annotated and any(isinstance(one, Param) for one in get_args(hint)):
                yield f"{endpoint.name}.{name}", hint


def models() -> Iterator[type[BaseModel]]:
    """Yield each model of a body or of a message over the WebSocket."""
    functions = [endpoint.function for endpoint in endpoints()]
    functions += [handler.__wrapped__ for _, handler in socket_handlers() if hasattr(handler, "__wrapped__")]
    hints = {hint for function in functions for hint in get_type_hints(function).values()}
    found = [one for one in hints if isinstance(one, type) and issubclass(one, RequestModel)]
    assert len(found) > 15
    yield from sorted(found, key=lambda model: model.__name__)


def unnamed(adapter: TypeAdapter[Any], value: Any) -> list[Any]:
    """Return the validator's errors of a value where the rule of one of them has no name."""
    try:
        adapter.validate_python(value)
    except ValidationError as error:
        told = validation_error(error.errors(), inside=False).details["fields"]
        return error.errors() if any(one["rule"] == Rule.OTHER for one in told) else []
    return []


@pytest.mark.parametrize("model", list(models()), ids=lambda model: model.__name__)
def test_each_problem_of_a_body_has_a_rule_with_a_name(model: type[BaseModel]) -> None:
    fields = [field.alias or name for name, field in model.model_fields.items()]
    adapter = TypeAdapter(model)
    bodies: list[Any] = [
        None,
        [],
        "x",
        *({name: value} for name in [*fields, "more"] for value in WRONG),
        dict.fromkeys(fields),
    ]
    assert [found for body in bodies for found in unnamed(adapter, body)] == []


@pytest.mark.parametrize(("name", "hint"), dict(parameters()).items(), ids=dict(parameters()))
def test_each_problem_of_a_parameter_has_a_rule_with_a_name(name: str, hint: Any) -> None:
    adapter = TypeAdapter(hint)
    assert [found for value in WRONG if isinstance(value, str) for found in unnamed(adapter, value)] == [], name


def test_an_error_of_an_unknown_type_still_has_a_rule() -> None:
    (problem,) = validation_error([{"loc": ("a",), "type": "new", "msg": "x" * 1000}], inside=False).details["fields"]
    assert problem == {"field": "a", "rule": "other", "message": "x" * 500}


def test_each_rule_that_a_field_breaks_is_told_with_its_bound() -> None:
    refusal = ValueRefused(Problem(Rule.TOO_SHORT, "is short", 8), Problem(Rule.NO_UPPER_CASE, "has no capital"))
    error = {"loc": ("body", "a"), "type": "value_error", "msg": str(refusal), "ctx": {"error": refusal}}
    assert validation_error([error], inside=True).details["fields"] == [
        {"field": "a", "rule": "too_short", "message": "is short", "limit": 8},
        {"field": "a", "rule": "no_upper_case", "message": "has no capital"},
    ]


def test_each_rule_is_documented() -> None:
    assert set(WORDS) == set(Rule)
    sockets = json.loads((ROOT / "docs" / "asyncapi.json").read_text(encoding="utf-8"))
    for schemas in (document()["components"]["schemas"], sockets["components"]["schemas"]):
        assert schemas["FieldRule"]["enum"] == [rule.value for rule in Rule]
        assert schemas["FieldProblem"]["properties"]["rule"] == {"$ref": "#/components/schemas/FieldRule"}


def test_each_rule_is_used() -> None:
    used = {
        node.attr
        for source in SOURCES
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Rule"
    }
    assert used == {rule.name for rule in Rule}


@pytest.mark.parametrize("folder", ["functions", "layers/peerlearn/peerlearn/http"])
def test_no_value_is_refused_without_a_rule(folder: str) -> None:
    """A plain ValueError of a validator would be told as `other`."""
    parsing = {"bodies.py"}
    plain = [
        f"{source.name}:{node.lineno}"
        for source in (ROOT / folder).rglob("*.py")
        if source.name not in parsing
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and ast.unparse(node.exc.func) == "ValueError"
    ]
    assert plain == []
