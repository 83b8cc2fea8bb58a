"""Sends thousands of made-up requests to the running stack, one after the other and in sequences that build on answers.

    python -m scripts.fuzz                          at the stack of `make run`
    python -m scripts.fuzz --examples 100 --seed 7

Requests come from the document that the stack serves, once for each kind of caller. An answer of 5xx, an undocumented
status, code, header or content type, or a body unlike its schema is a failure, and is printed with a curl line.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import requests

from scripts.project.paths import ROOT

_CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
_TIMEOUT = 60


def main() -> int:
    """Exit code 1 where an answer was not as documented."""
    parser = argparse.ArgumentParser(prog="python -m scripts.fuzz", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--stack", type=Path, default=ROOT / ".local" / "stack.json", help="the stack's description")
    parser.add_argument("--examples", type=int, default=50, help="most examples of an operation, in each phase")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same requests")
    arguments = parser.parse_args()
    if not arguments.stack.exists():
        print(f"There is no {arguments.stack}: `make run` brings the stack up.", file=sys.stderr)
        return 1
    stack = json.loads(arguments.stack.read_text(encoding="utf-8"))
    failed = [role for role in stack["accounts"] if _fuzz(stack, role, arguments.examples, arguments.seed)]
    print(
        f"As {', '.join(failed)}: not every answer was as documented." if failed else "Every answer was as documented."
    )
    return 1 if failed else 0


def _fuzz(stack: dict[str, Any], role: str, examples: int, seed: int) -> int:
    print(f"\nAs the demo {role}", flush=True)
    answer = requests.post(f"{stack['apiUrl']}/v1/learner/auth/login", json=stack["accounts"][role], timeout=_TIMEOUT)
    answer.raise_for_status()
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{stack['apiUrl']}/v1/openapi.json"),
        *("--url", stack["apiUrl"], "--header", f"Authorization: Bearer {answer.json()['token']}"),
        *("--checks", ",".join(_CHECKS), "--phases", "examples,coverage,fuzzing,stateful"),
        *("--max-examples", str(examples), "--seed", str(seed), "--continue-on-failure", "--warnings", "off"),
        *("--workers", "2", "--request-timeout", str(_TIMEOUT), "--suppress-health-check", "all"),
        # the page is for a person with a browser
        *("--exclude-path", "/v1/docs"),
    ]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
