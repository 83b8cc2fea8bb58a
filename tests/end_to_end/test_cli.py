"""The operator's command line on the deployed stack, as an operator runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import pytest

from scripts.project.paths import ROOT
from tests.support.client import PASSWORD, Client

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(stack: dict[str, Any], tmp_path: Path) -> Run:
    """`run("check")`: a command on the stack; `given` is its standard input."""
    file = tmp_path / "stack.json"
    file.write_text(json.dumps(stack), encoding="utf-8")

    def run_(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "scripts.cli", *arguments, "--local", str(file)]
        return subprocess.run(command, input=given, capture_output=True, text=True, cwd=ROOT, check=False)  # noqa: S603

    return run_


def kid_of(token: str) -> Any:
    return jwt.get_unverified_header(token)["kid"]


def test_an_administrator_who_was_nobody_before(stack: dict[str, Any], run: Run) -> None:
    client, email = Client(stack), f"{uuid4().hex}@people.example"
    done = run("create-admin", email, "--password-stdin", given=f"{PASSWORD}\n")
    assert done.returncode == 0, done.stderr
    administrator = client.sign_in(email, PASSWORD)
    learner = client.register()
    changed = client.ok("PATCH", f"/v1/users/{learner.user_id}", {"role": "tutor"}, as_=administrator)
    assert changed["user"]["role"] == "tutor"
    assert "already" in run("create-admin", email).stdout


def test_rotated_keys_log_nobody_out(stack: dict[str, Any], run: Run) -> None:
    client = Client(stack)
    before = client.register()
    done = run("keys", "rotate")
    assert done.returncode == 0, done.stderr
    # who is signed in stays so, also for functions that have looked at the keys already
    for path in ("/v1/learner/me", "/v1/learner/me/enrollments"):
        assert client.call("GET", path, as_=before).status_code == 200
    # whichever key signs at present, every function knows it: the renewed token is good
    answer = client.call("POST", "/v1/learner/auth/refresh", {"refreshToken": before.refresh_token})
    assert answer.status_code == 201, answer.text
    renewed = answer.json()["token"]
    assert client.call("GET", "/v1/learner/me", headers={"Authorization": f"Bearer {renewed}"}).status_code == 200
    # the new one signs in five minutes, when every function has read it
    assert kid_of(renewed) == kid_of(before.token) in done.stdout
    again = run("keys", "rotate")
    assert again.returncode == 1
    assert "would log people out" in again.stderr
