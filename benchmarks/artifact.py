"""The measured artifact: the build that goes to Lambda, on a bare interpreter, and others to compare it with."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scripts.local_stack.build import build
from scripts.project.paths import ROOT
from scripts.project.template import load_template
from tests.support.tour import ENVIRONMENT

PEERS = ROOT / "benchmarks" / "peers"
# of the venv's own interpreter, so that none of the venv's packages is seen
INTERPRETER = getattr(sys, "_base_executable", sys.executable)
# Nor any that is installed with it: PyJWT, for one, imports all of cryptography where it finds it.
ISOLATED = ("-s", "-S")


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the template as it was built."""

    name: str
    module: str
    folder: Path


@cache
def functions() -> tuple[Function, ...]:
    """Those of the template that have a folder; the fallback is written in the template itself."""
    folder = build().template.parent
    return tuple(
        Function(properties["Handler"].split(".")[-2], properties["Handler"].rpartition(".")[0], folder / logical_id)
        for logical_id, resource in load_template()["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
        for properties in [resource["Properties"]]
        if "CodeUri" in properties
    )


@cache
def layers() -> tuple[Path, ...]:
    folder = build().template.parent
    return tuple(folder / name / "python" for name in ("DependenciesLayer", "PeerlearnLayer"))


@cache
def peer_packages() -> Path:
    """The packages of requirements/bench.txt."""
    command = ["scripts/environment.sh", ".venv-bench"]
    subprocess.run(command, check=True, cwd=ROOT)
    return next((ROOT / ".venv-bench" / "lib").glob("python*/site-packages"))


def environment(*paths: Path) -> dict[str, str]:
    """As Lambda sets it, with that search path."""
    return {
        **ENVIRONMENT,
        "PATH": os.defpath,
        "TABLE_NAME": "table",
        "ALLOWED_ORIGINS": "https://peerlearn.example",
        "POWERTOOLS_SERVICE_NAME": "peerlearn",
        "PYDANTIC_DISABLE_PLUGINS": "__all__",
        "PYTHONTZPATH": "/usr/share/zoneinfo",
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
    }
