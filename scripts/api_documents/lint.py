"""Holds documents against public rules: Spectral's for OpenAPI and AsyncAPI, the specifications' schemas included.

`spectral.yaml` says which rules; `package.json` and `package-lock.json` pin the program.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from scripts.local_stack.build import locked
from scripts.local_stack.processes import run
from scripts.project.paths import ROOT, shown
from scripts.project.problem import Problem

_SOURCE = Path(__file__).parent
_CACHE = ROOT / ".cache" / "spectral"


def lint(documents: Iterable[Path]) -> list[str]:
    """A line for each rule that is broken.

    Raises
    ------
    Problem
        npm is missing, or the linter could not be installed or did not run.
    """
    paths = [str(path) for path in documents]
    command = [str(_installed()), "lint", "--ruleset", str(_SOURCE / "spectral.yaml"), "--format", "json", "--quiet"]
    done = subprocess.run([*command, *paths], cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        findings = json.loads(done.stdout)
    except ValueError:
        raise Problem(f"The linter did not run: {done.stderr.strip() or done.stdout.strip()}") from None
    return [_line(finding) for finding in findings]


def _line(finding: dict[str, Any]) -> str:
    place = "/".join(str(part) for part in finding["path"])
    return f"{shown(Path(finding['source']))}: {finding['code']}: {place}: {finding['message']}"


def _installed() -> Path:
    package = json.loads((_SOURCE / "package.json").read_text(encoding="utf-8"))
    version: str = package["dependencies"]["@stoplight/spectral-cli"]
    folder = _CACHE / version
    with locked(_CACHE.with_suffix(".lock")):
        if not folder.exists():
            _install(folder)
    return folder / "node_modules" / ".bin" / "spectral"


def _install(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise Problem("npm is needed to check the API documents: install Node.js and put `npm` on the PATH.")
    _CACHE.mkdir(parents=True, exist_ok=True)
    log = _CACHE / "install.log"
    with tempfile.TemporaryDirectory(dir=_CACHE) as temporary:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(_SOURCE / name, temporary)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        if not run(command, log, os.environ, Path(temporary)):
            raise Problem(f"The linter could not be installed: is there a network connection ({shown(log)})?")
        # appears whole or not at all
        Path(temporary).rename(folder)
        Path(temporary).mkdir()
