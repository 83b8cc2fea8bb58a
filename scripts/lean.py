"""Makes what `sam build` built start faster and weigh less, without changing what it does.

    python -m scripts.lean .aws-sam/build

1. Of botocore's 27 MB of service descriptions only those that a function's client is made from stay, without their
   documentation: a client is made in 40 % of the time. Of the largest of them only the operations that are called.
2. Three packages of Powertools import every event type and every resolver of AWS's when one is asked for, and PyNaCl's
   bindings all of libsodium: their `__init__` now fetches a name when it is first used.
3. An import of `importlib.metadata`, which brings archives, compression and resources, moves to where it is
   used: no line that is run here.
4. Parts for type checkers, debuggers and readers of documentation alone are left out: the fields of pydantic-core's
   typed dictionaries, each of which is compiled at import, the texts that botocore writes about a client's methods, and
   symbols and lines of compiled extensions; and packages that nothing here imports.
5. The project's own modules: see `scripts.lean_layer`.
6. Everything is compiled. Without that each new process compiles 500 modules first, which doubles its start. By hash
   and unchecked, since layers are unpacked with other times than they were packed with.

A build without this still works, only slower.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from scripts.lean_layer import quicken
from scripts.rewriting import empty_typed_dictionaries, make_lazy, postpone

# endpoints.json knows a few services by another name than their client's
_ENDPOINT_NAMES = {"apigatewaymanagementapi": "execute-api", "sesv2": "email"}
# Of a service with a hundred operations those that a function calls; all others are left out with their shapes.
_OPERATIONS = {"sesv2": ("SendEmail",)}
_CLIENT = re.compile(r"""aws_client\(\s*["']([a-z0-9-]+)["']""")
_LAZY_PACKAGES = (
    "aws_lambda_powertools",
    "aws_lambda_powertools/event_handler",
    "aws_lambda_powertools/utilities/data_classes",
    "nacl/bindings",
)
_POSTPONED = ("pydantic/plugin/_loader.py", "urllib3/http2/__init__.py")
_EXAMPLES = "examples-1.json"
# Nothing here imports these: clients are made from botocore, which boto3 wraps and which Lambda's runtime has as well;
# of cffi PyNaCl needs only its compiled half, which stands by itself; pydantic's first version is for models that were
# written for it. Powertools' Swagger page is not among them: `functions/documents` serves it.
_UNUSED_PACKAGES = (
    "aws_lambda_powertools/utilities/auth_alpha",
    "aws_lambda_powertools/utilities/circuit_breaker",
    "aws_lambda_powertools/utilities/data_masking",
    "aws_lambda_powertools/utilities/feature_flags",
    "aws_lambda_powertools/utilities/idempotency",
    "aws_lambda_powertools/utilities/kafka",
    "aws_lambda_powertools/utilities/parameters",
    "aws_lambda_powertools/utilities/streaming",
    "boto3",
    "cffi",
    "dns",
    "pycparser",
    "pydantic/v1",
    "s3transfer",
)
# Lists of what was installed, for installers and auditors.
_INSTALLATION = ("*.dist-info/RECORD", "*.dist-info/sboms/*")
# https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html: a file of 64 bits, least significant byte first
_ELF = b"\x7fELF\x02\x01"
_ELF_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_PROGRAM_HEADER = struct.Struct("<IIQQQQQQ")

# stands for botocore.docs.docstring
_NO_DOCSTRINGS = '''"""Methods of clients have no docstrings in this build."""


class ClientMethodDocstring(str):
    def __new__(cls, *args, **kwargs):
        return super().__new__(cls)

    def __init__(self, *args, **kwargs):
        pass


PaginatorDocstring = WaiterDocstring = ClientMethodDocstring
'''


def main(folder: Path) -> None:
    """Works on a build folder in place; a second time finds nothing left to do."""
    services = services_of(folder)
    for botocore in folder.glob("*/python/botocore"):
        trim(botocore / "data", services)
        leave_out_documentation(botocore / "docs")
    for package in _LAZY_PACKAGES:
        for init in folder.glob(f"*/python/{package}/__init__.py"):
            make_lazy(init)
    for module in _POSTPONED:
        for path in folder.glob(f"*/python/{module}"):
            postpone(path, "importlib.metadata")
    for schema in folder.glob("*/python/pydantic_core/core_schema.py"):
        empty_typed_dictionaries(schema)
    leave_out_unused(folder)
    for extension in folder.glob("*/python/**/*.so*"):
        leave_out_debugging(extension)
    quicken(folder)
    compile_all(folder)


def leave_out_unused(folder: Path) -> None:
    """Removes packages that nothing imports, and files that nothing which runs reads."""
    for package in _UNUSED_PACKAGES:
        for unused in folder.glob(f"*/python/{package}"):
            shutil.rmtree(unused)
    for listed in _INSTALLATION:
        for file in folder.glob(f"*/python/{listed}"):
            file.unlink()


def services_of(folder: Path) -> set[str]:
    """The services that clients are made for, as the sources say."""
    sources = (path.read_text() for path in folder.glob("*/python/peerlearn/bootstrap/*.py"))
    return {service for source in sources for service in _CLIENT.findall(source)}


def trim(data: Path, services: set[str]) -> None:
    """Keeps the latest description of each service, unpacked and without documentation."""
    for folder in data.iterdir():
        if folder.is_dir() and folder.name not in services:
            shutil.rmtree(folder)
    for service in services:
        *old, latest = sorted((data / service).iterdir())
        for version in old:
            shutil.rmtree(version)
        for file in sorted(latest.iterdir()):
            if file.name == _EXAMPLES:
                file.unlink()
                continue
            raw = file.read_bytes()
            if file.suffix == ".gz":
                file.unlink()
            text = gzip.decompress(raw) if file.suffix == ".gz" else raw
            content = _without_documentation(json.loads(text))
            if "operations" in content and service in _OPERATIONS:
                content = with_operations(content, _OPERATIONS[service])
            _write_json(latest / file.name.removesuffix(".gz"), content)
    endpoints = data / "endpoints.json"
    content = json.loads(endpoints.read_bytes())
    names = {_ENDPOINT_NAMES.get(service, service) for service in services}
    for partition in content["partitions"]:
        partition["services"] = {name: one for name, one in partition["services"].items() if name in names}
    _write_json(endpoints, content)


def with_operations(model: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return a service's description with some of its operations, and the shapes that these reach."""
    operations = {name: model["operations"][name] for name in names}
    reached: dict[str, Any] = {}
    waiting = [*_shapes_named(operations)]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached[name] = model["shapes"][name]
            waiting += _shapes_named(reached[name])
    return {**model, "operations": operations, "shapes": dict(sorted(reached.items()))}


def _shapes_named(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("shape"), str):
            yield value["shape"]
        for one in value.values():
            yield from _shapes_named(one)
    elif isinstance(value, list):
        for one in value:
            yield from _shapes_named(one)


def leave_out_documentation(docs: Path) -> None:
    """Leaves of botocore's documentation writer what clients themselves import."""
    (docs / "__init__.py").write_text("")
    (docs / "docstring.py").write_text(_NO_DOCSTRINGS)
    for path in docs.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in ("__init__.py", "docstring.py", "utils.py"):
            path.unlink()


def leave_out_debugging(extension: Path) -> None:
    """Cuts off all that comes behind the loaded parts: symbols and line numbers, and the table of sections.

    The program headers describe the loaded parts, relocations and exported names included. An extension that is cut
    already is not written again: a process that has it mapped would crash.
    """
    before = extension.read_bytes()
    if not before.startswith(_ELF):
        return
    content = bytearray(before)
    fields = list(_ELF_HEADER.unpack_from(content))
    first, size, count = fields[5], fields[9], fields[10]
    ends = [first + size * count]
    for number in range(count):
        _, _, offset, _, _, length, _, _ = _PROGRAM_HEADER.unpack_from(content, first + size * number)
        ends.append(offset + length)
    # where the table of sections begins, and its entries' size, count and names
    fields[6] = fields[11] = fields[12] = fields[13] = 0
    _ELF_HEADER.pack_into(content, 0, *fields)
    if (lean := content[: max(ends)]) != before:
        extension.write_bytes(lean)


def compile_all(folder: Path) -> None:
    """Compiles with the interpreter that the build is for."""
    command = [interpreter_of(folder), "-m", "compileall", "-q", "-f", "-j", "0"]
    # the folder inside the archive is not known here, and a build is the same wherever it was made
    subprocess.run([*command, "--invalidation-mode", "unchecked-hash", "-s", str(folder), str(folder)], check=True)


def interpreter_of(folder: Path) -> str:
    """The program whose extension modules were installed."""
    extensions = [match for path in folder.rglob("*.so") if (match := re.search(r"\.cpython-3(\d+)-", path.name))]
    if not extensions:
        return sys.executable
    minor = int(extensions[0][1])
    if sys.version_info[:2] == (3, minor):
        return sys.executable
    found = shutil.which(f"python3.{minor}")
    if found is None:
        raise SystemExit(f"python3.{minor}, which this was built for, is not on the PATH.")
    return found


def _without_documentation(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            # botocore reads the documentation of these when it makes a client of S3
            name: one if name == "clientContextParams" else _without_documentation(one)
            for name, one in value.items()
            if not (name == "documentation" and isinstance(one, str))
        }
    return [_without_documentation(one) for one in value] if isinstance(value, list) else value


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, separators=(",", ":")))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
