"""Tries one mutant after the other, each in a process forked from this one, which has loaded what none of them changes.

Reads a task per line, `{"number", "tests"}`, and answers each with a line, `{"number", "status", "test", "why"}`; the
status is pytest's own: 0 where no test failed.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

# the product's and the tests' own modules are for the fork: a removal may take effect at their import
_LOADED = (
    "aws_lambda_powertools.event_handler.api_gateway",
    "aws_lambda_powertools.event_handler.openapi.params",
    "aws_lambda_powertools.utilities.batch",
    "aws_lambda_powertools.metrics",
    "bcrypt",
    "boto3",
    "botocore.session",
    "email_validator",
    "hypothesis.strategies",
    "jwt",
    "moto",
    "moto.backends",
    "moto.dynamodb.models",
    "moto.s3.models",
    "moto.secretsmanager.models",
    "pydantic",
    "pytest",
    "yaml",
)


def main() -> None:
    for name in _LOADED:
        # not every one is there in every version: this only saves time
        with suppress(ImportError):
            importlib.import_module(name)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(_tried(json.loads(line))), flush=True)


def _tried(task: dict[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        chosen, verdict = Path(folder, "chosen"), Path(folder, "verdict")
        chosen.write_text(json.dumps(task["tests"]), encoding="utf-8")
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            _run(task, chosen, verdict)
        os.waitpid(child, 0)
        found = json.loads(verdict.read_text(encoding="utf-8")) if verdict.exists() else {"status": 3, "test": None}
        return {"why": None, **found, "number": task["number"], "seconds": time.monotonic() - began}


def _run(task: dict[str, Any], chosen: Path, verdict: Path) -> None:
    status = 3
    try:
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silence, stream)
        os.environ |= {"MUTANT": str(task["number"]), "CHOSEN": str(chosen), "VERDICT": str(verdict)}
        import pytest  # noqa: PLC0415 (the fork alone may load what a removal changes)

        files = list(dict.fromkeys(test.split("::")[0] for test in task["tests"]))
        options = ["-x", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-n", "0", "-p", "scripts.mutants.plugin"]
        # plugins loaded before the fork cannot have their asserts rewritten, which nobody needs here
        options += ["--show-capture=no", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
        status = int(pytest.main([*options, *files]))
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
