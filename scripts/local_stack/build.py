"""`sam build`, done only when a source has changed."""

from __future__ import annotations

import fcntl
import hashlib
import platform
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.local_stack.environment import local_environment
from scripts.local_stack.processes import run
from scripts.project.paths import ROOT, shown
from scripts.project.problem import Problem

_FOLDER = ROOT / ".cache" / "sam"
_LOG = ROOT / ".cache" / "sam-build.log"
# no build calls AWS
_ENVIRONMENT = local_environment("http://127.0.0.1:9")
_SOURCES = (
    *("template.yaml", "functions", "layers"),
    *("scripts/lean.py", "scripts/lean_layer.py", "scripts/rewriting.py"),
)
_NETWORK_TROUBLE = re.compile(r"Could not satisfy the requirement|ConnectionError|ConnectTimeout|ProxyError")


@dataclass(frozen=True, slots=True)
class Build:
    """The files that `sam deploy` takes.

    Attributes
    ----------
    template: Path
        The built template.
    fingerprint: str
        Changes with every source of the build, and with nothing else.
    """

    template: Path
    fingerprint: str


def parameters() -> dict[str, str]:
    """The template's parameters that say what to build for: this interpreter and this processor."""
    machine = platform.machine().lower()
    return {
        "Runtime": f"python{sys.version_info.major}.{sys.version_info.minor}",
        "Architecture": "arm64" if machine in ("arm64", "aarch64") else "x86_64",
    }


def build() -> Build:
    """The build of the present sources; two programs never build at once.

    Raises
    ------
    Problem
        `sam build` failed.
    """
    with locked(ROOT / ".cache" / "sam.lock"):
        result = Build(_FOLDER / "build" / "template.yaml", _fingerprint())
        done = _FOLDER / "fingerprint"
        if done.exists() and result.template.exists() and done.read_text() == result.fingerprint:
            return result
        done.unlink(missing_ok=True)
        _sam_build(result.template.parent)
        _make_lean(result.template.parent)
        done.write_text(result.fingerprint)
        return result


def _sam_build(folder: Path) -> None:
    command = [
        *(sys.executable, "-m", "samcli", "build", "--cached", "--parallel"),
        *("--build-dir", str(folder), "--cache-dir", str(_FOLDER / "cache")),
        *("--parameter-overrides", *(f"{name}={value}" for name, value in parameters().items())),
    ]
    if not run(command, _LOG, _ENVIRONMENT, ROOT):
        log = shown(_LOG)
        if _NETWORK_TROUBLE.search(_LOG.read_text(errors="replace")):
            raise Problem(f"The functions' packages could not be downloaded: is there a network connection ({log})?")
        raise Problem(f"`sam build` failed: {log} says why.")


def _make_lean(folder: Path) -> None:
    """MiniStack unpacks the layers for every process it starts: made lean beforehand, those start in half the time."""
    if not run([sys.executable, "-m", "scripts.lean", str(folder)], _LOG, _ENVIRONMENT, ROOT):
        raise Problem(f"The build could not be made lean: {shown(_LOG)} says why.")


def _fingerprint() -> str:
    digest = hashlib.sha256(repr(parameters()).encode())
    for source in _SOURCES:
        path = ROOT / source
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(ROOT)}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Waits for its turn among the programs that use the same file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
