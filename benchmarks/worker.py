"""One program under measurement: calls its handler as often as it is told, with recorded answers instead of AWS.

    worker.py ours|<peer module> RECORDING

Reads lines `endpoint times` and writes CPU seconds. It runs on the packages of what it measures and nothing else.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

from botocore.client import BaseClient

recorded: dict[str, Any] = json.loads(Path(sys.argv[2]).read_text())
answers: dict[str, Any] = {}


def answer(client: object, operation: str, request: Any) -> Any:  # noqa: ARG001 (botocore passes them)
    return answers.get(operation, {})


class Context:
    function_name = "function"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:function"
    aws_request_id = "request"

    def get_remaining_time_in_millis(self) -> int:
        return 15_000


BaseClient._make_api_call = answer  # type: ignore[attr-defined]  # noqa: SLF001


def handler_of(program: str, endpoint: str) -> Any:
    if program != "ours":
        return importlib.import_module(program).handler
    importlib.import_module("tests.fakes.keys").fake_keys().__enter__()
    folder = {"list_courses": "courses", "enroll": "enrollments", "send": "messages", "login": "auth"}[endpoint]
    return importlib.import_module(f"functions.{folder}.{endpoint}").lambda_handler


def bcrypt_seconds(times: int) -> float:
    bcrypt = importlib.import_module("bcrypt")
    salt = bcrypt.gensalt(12)
    began = time.process_time()
    for _ in range(times):
        bcrypt.hashpw(b"Correct-Horse-7", salt)
    return time.process_time() - began


def seconds(handler: Any, endpoint: str, times: int) -> float:
    answers.clear()
    answers.update(recorded[endpoint]["answers"])
    result: dict[str, Any] = {}
    events = [json.loads(json.dumps(recorded[endpoint]["event"])) for _ in range(times)]
    began = time.process_time()
    for event in events:
        result = handler(event, Context())
    spent = time.process_time() - began
    if result["statusCode"] >= 300:
        raise SystemExit(f"{endpoint}: {result}")
    return spent


def main() -> None:
    handlers: dict[str, Any] = {}
    for line in sys.stdin:
        endpoint, times = line.split()
        if endpoint == "bcrypt":
            print(bcrypt_seconds(int(times)), flush=True)
            continue
        if endpoint not in handlers:
            handlers[endpoint] = handler_of(sys.argv[1], endpoint)
            seconds(handlers[endpoint], endpoint, 3)
        print(seconds(handlers[endpoint], endpoint, int(times)), flush=True)


main()
