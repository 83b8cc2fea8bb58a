"""Annotations are read once, however many requests come."""

from __future__ import annotations

from typing import Annotated

import pytest
from aws_lambda_powertools.event_handler import depends
from aws_lambda_powertools.event_handler.depends import Depends

from peerlearn.http.app import create_app
from tests.support.api import Context, event_of


def _number() -> int:
    return 7


def test_a_second_request_reads_no_annotation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "unused")
    app = create_app()

    @app.get("/v1/courses")
    def answer(seven: Annotated[int, Depends(_number)]) -> dict[str, int]:
        return {"seven": seven}

    def call() -> int:
        response = app.lambda_handler(event_of("list_courses"), Context())  # type: ignore[arg-type]
        assert '"seven":7' in response["body"]
        misses: int = depends.get_type_hints.cache_info().misses  # type: ignore[attr-defined]
        return misses

    first = call()
    assert call() == first
