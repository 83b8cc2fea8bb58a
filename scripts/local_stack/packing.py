"""Packages of changed sources as Lambda takes them, with byte code that is as good as a build's."""

from __future__ import annotations

import io
import py_compile
import shutil
import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from scripts.project.paths import ROOT, shown
from scripts.project.problem import Problem

_BUILT_LAYER = ROOT / ".cache" / "sam" / "build" / "PeerlearnLayer" / "python"


def code_of(folder: Path, root: Path = ROOT) -> bytes:
    """The artifact of a function: its context's folder, under its full name.

    Raises
    ------
    Problem
        A file of it cannot be compiled.
    """
    files = list(files_in(folder))
    for file in files:
        if file.suffix == ".py":
            compile_to(file, None)
    return zipped((file, file.relative_to(root)) for file in files)


def files_in(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)


def compile_to(source: Path, target: Path | None) -> None:
    """Compiles, where there is a target to that file, and never compared with the source again."""
    try:
        if target is None:
            compile(source.read_bytes(), shown(source), "exec")
            return
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(str(source), str(target), str(shown(source)), doraise=True, invalidation_mode=mode)
    except py_compile.PyCompileError as error:
        raise _not_python(source, error.exc_value) from None
    except (SyntaxError, ValueError) as error:
        raise _not_python(source, error) from None


def _not_python(source: Path, error: BaseException) -> Problem:
    line = f":{error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    return Problem(f"{shown(source)}{line}: {message}; what was there goes on running.")


def taken_from_build(relative: Path, source: Path, target: Path) -> bool:
    """Whether the last build has compiled that very source: then the first change takes no longer than others."""
    built = _BUILT_LAYER / relative
    same = compiled_place(built).exists() and built.exists() and built.read_bytes() == source.read_bytes()
    if same:
        shutil.copyfile(compiled_place(built), compiled_place(target))
    return same


def compiled_place(path: Path) -> Path:
    return path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc"


def zipped(files: Iterable[tuple[Path, Path]]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file, name in files:
            archive.write(file, name)
    return content.getvalue()
