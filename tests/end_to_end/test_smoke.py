"""The test that `make deploy` ends with, on the stack that runs here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3

from scripts.local_stack.environment import ACCESS_KEY, REGION
from scripts.project.paths import ROOT
from scripts.smoke.trial import COURSE
from tests.support.client import eventually


def tried(stack: dict[str, Any], folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / "stack.json"
    file.write_text(json.dumps(stack), encoding="utf-8")
    command = [sys.executable, "-m", "scripts.smoke", "--local", str(file)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)  # noqa: S603


def test_a_deployed_stack_is_tried_and_nothing_is_left_behind(stack: dict[str, Any], tmp_path: Path) -> None:
    done = tried(stack, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    steps = [
        line.removeprefix("  ok").split("(")[0].strip() for line in done.stdout.splitlines() if line.startswith("  ok")
    ]
    assert [step.split(",")[0] for step in steps] == [
        "sign-up",
        "proving the address",
        "a tutor",
        "a course and an assessment",
        "booking",
        "an upload",
        "a push to oneself over the WebSocket",
        "closing the course",
        "erasing both accounts",
        "deleting the course",
    ]
    session = boto3.Session(ACCESS_KEY, ACCESS_KEY, region_name=REGION)
    items = session.client("dynamodb", endpoint_url=stack["endpoint"]).get_paginator("scan")
    left = [str(item) for page in items.paginate(TableName=stack["tableName"]) for item in page["Items"]]
    for trace in (COURSE["title"], COURSE["subject"], "@simulator.amazonses.com", "Deployment check"):
        assert not [item for item in left if str(trace) in item]
    files = session.client("s3", endpoint_url=stack["endpoint"])

    def uploaded() -> list[str]:
        versions = files.list_object_versions(Bucket=stack["bucketName"]).get("Versions", [])
        return [one["Key"] for one in versions if one["Key"].endswith("smoke.txt")]

    assert eventually(lambda: not uploaded())


def test_a_stack_that_does_not_work_is_told_in_a_sentence(stack: dict[str, Any], tmp_path: Path) -> None:
    nowhere = {**stack, "endpoint": "http://127.0.0.1:9"}
    done = tried(nowhere, tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("The test of the deployment could not be made. There is no answer")
    assert "Traceback" not in done.stderr
