"""For any request the answer is one that the OpenAPI document names: right and wrong requests made from it.

Most of what is made up is kept; now and then a part of it is replaced by something that exists, so that requests get
past the first check. `--long` makes fifteen times as many.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode

from tests.functional.fuzz.conftest import OPERATIONS, Operation, School
from tests.support.documented import document

SCHEMA = schemathesis.openapi.from_dict(document())
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
SHORT, LONG = 4, 60


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_any_request_has_an_answer_of_the_document(school: School, operation: Operation, *, long: bool) -> None:
    examples = LONG if long else SHORT
    # of what takes nothing, nothing can be wrong
    for mode in MODES if operation.takes_anything else MODES[:1]:

        @settings(max_examples=examples, database=None, suppress_health_check=list(HealthCheck))
        @given(
            case=SCHEMA[operation.path][operation.method].as_strategy(generation_mode=mode),
            who=st.sampled_from(sorted(school.tokens)),
            real=st.randoms(use_true_random=False),
        )
        def attempt(case: Case[Any], who: str, real: Any) -> None:
            changes: dict[str, Any] = {
                "token": school.tokens[who],
                "path": {
                    # an empty one is another address
                    name: there if real.random() < 0.7 else _as_text(case.path_parameters).get(name) or "x"
                    for name, there in school.path(operation).items()
                },
                "query": {
                    name: school.ids.get(name, value) if real.random() < 0.5 else value
                    for name, value in _as_text(case.query).items()
                },
            }
            if operation.body is not None:
                changes["body"] = _body(operation, case.body, school, real)
            school.send(operation, **changes)

        attempt()


def _body(operation: Operation, made: Any, school: School, real: Any) -> str | None:
    """Return a made-up body with some of its fields as in the example or naming what exists."""
    if isinstance(made, bytes):
        return made.decode(errors="replace")
    if isinstance(made, dict) and operation.body:
        usual = school.usual_body(operation)
        made = made | {name: value for name, value in usual.items() if real.random() < 0.5}
    try:
        return json.dumps(made)
    except (TypeError, ValueError):
        return None


def _as_text(values: Any) -> dict[str, str]:
    """As API Gateway passes parameters on."""
    pairs = values.items() if hasattr(values, "items") else []
    return {str(name): value if isinstance(value, str) else json.dumps(value, default=str) for name, value in pairs}


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, database=None, suppress_health_check=list(HealthCheck))
@given(
    operation=st.sampled_from([one for one in OPERATIONS if one.body is not None]),
    body=JSON_VALUES.map(json.dumps) | st.text(max_size=60) | st.sampled_from(["[" * 2000, '{"a":' * 2000, "NaN", ""]),
    who=st.sampled_from(["learner", "tutor", "administrator", "nobody"]),
)
def test_any_body_has_an_answer_of_the_document(school: School, operation: Operation, body: str, who: str) -> None:
    school.send(operation, body=body, token=school.tokens[who], path=school.path(operation))


@settings(max_examples=60, database=None, suppress_health_check=list(HealthCheck))
@given(
    operation=st.sampled_from([one for one in OPERATIONS if any(p["name"] == "cursor" for p in one.parameters)]),
    text=st.text(max_size=200) | st.from_regex(r"[A-Za-z0-9_-]{1,80}\.[A-Za-z0-9_-]{1,60}", fullmatch=True),
)
def test_a_cursor_that_was_not_given_out_is_refused(school: School, operation: Operation, text: str) -> None:
    query = {"cursor": text} | ({"with": school.ids["with"]} if operation.name == "list_messages" else {})
    answer = school.send(operation, query=query, token=school.tokens[operation.caller], path=school.path(operation))
    assert (answer.status, answer.body["details"]["fields"][0]["field"]) == (422, "cursor")
