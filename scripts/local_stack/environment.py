"""The environment that every program of the local stack gets: dummy keys, and no way to a real AWS."""

from __future__ import annotations

import os
import sys
from pathlib import Path

REGION = "us-east-1"
# MiniStack takes any
ACCESS_KEY = "local"


def local_environment(endpoint: str) -> dict[str, str]:
    """This process's environment, with AWS being at `endpoint`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAM_"))}
    return {
        **kept,
        # `sam build` looks on the PATH for the interpreter it builds for
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)]),
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": ACCESS_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": endpoint,
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "SAM_CLI_TELEMETRY": "0",
        "PYTHONUNBUFFERED": "1",
    }
