"""A client generated from the document that the stack serves: registering, browsing and booking, all of it typed."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest

from tests.support.client import PASSWORD, Client

_PACKAGE = "peerlearn_client"


class Generated:
    """The modules of the generated package, by name."""

    def __init__(self, open_clients: ExitStack) -> None:
        self._open_clients = open_clients

    def api(self, name: str) -> ModuleType:
        return importlib.import_module(f"{_PACKAGE}.api.{name}")

    def model(self, name: str) -> Any:
        return getattr(importlib.import_module(f"{_PACKAGE}.models"), name)

    def client(self, url: str, token: str = "") -> Any:
        package = importlib.import_module(_PACKAGE)
        client = package.AuthenticatedClient(url, token) if token else package.Client(url)
        return self._open_clients.enter_context(client)


@pytest.fixture
def generated(stack: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Generated]:
    served = Client(stack).call("GET", "/v1/openapi.json")
    assert served.status_code == 200
    source = tmp_path / "openapi.json"
    source.write_text(json.dumps(served.json()), encoding="utf-8")
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"post_hooks": []}), encoding="utf-8")
    arguments = ["--path", source, "--config", config, "--meta", "none", "--output-path", tmp_path / _PACKAGE]
    done = subprocess.run(  # noqa: S603 (a fixed command)
        [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    monkeypatch.syspath_prepend(tmp_path)
    with ExitStack() as open_clients:
        yield Generated(open_clients)
    for name in [name for name in sys.modules if name.partition(".")[0] == _PACKAGE]:
        del sys.modules[name]


def test_somebody_registers_browses_and_books(stack: dict[str, Any], generated: Generated) -> None:
    client = Client(stack)
    course_id = client.course(client.demo("tutor"), subject="Typing", level="advanced", capacity=1)["courseId"]
    anybody = generated.client(stack["apiUrl"])

    def signed_in() -> Any:
        body = generated.model("Registration")(
            name="Ada", email=f"{uuid4().hex}@people.example", password=PASSWORD, interests=["types"]
        )
        answer = generated.api("auth.register").sync(client=anybody, body=body)
        assert isinstance(answer, generated.model("SignInAnswer"))
        assert answer.user.interests == ["types"]
        return generated.client(stack["apiUrl"], answer.token)

    ada, grace = signed_in(), signed_in()
    level = generated.model("Level")("advanced")
    found = generated.api("courses.list_courses").sync(client=anybody, subject="Typing", level=level, limit=100)
    assert course_id in [course.course_id for course in found.data.courses]

    booked = generated.api("enrollments.enroll").sync(course_id, client=ada)
    assert booked.data.enrollment.status == generated.model("EnrollmentStatus")("active")
    assert booked.data.enrollment.enrolled_at.tzinfo is not None

    denied = generated.model("EnrollmentDenied")
    reasons = generated.model("DenialReason")
    again = generated.api("enrollments.enroll").sync(course_id, client=ada)
    full = generated.api("enrollments.enroll").sync(course_id, client=grace)
    assert isinstance(again, denied)
    assert again.details.reason == reasons.ALREADY_ENROLLED
    assert isinstance(full, denied)
    assert (full.details.reason, full.details.waitlist_length) == (reasons.COURSE_FULL, 0)

    nowhere = generated.api("enrollments.enroll").sync("crs_unknown", client=ada)
    assert isinstance(nowhere, generated.model("CourseNotFound"))
    weak = generated.model("Registration")(name="", email="no address", password="weak")
    refused = generated.api("auth.register").sync(client=anybody, body=weak)
    assert isinstance(refused, generated.model("ValidationFailed"))
    assert {"name", "email", "password"} == {problem.field for problem in refused.details.fields}
