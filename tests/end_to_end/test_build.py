"""The build for Lambda is compiled, lean, and complete."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.lean import leave_out_debugging, services_of
from scripts.local_stack.build import build
from scripts.project.template import load_template

# of a function with its layers, unzipped
MIB_MAX = 25
_UNCHECKED = 0b01


@pytest.fixture(scope="module")
def folder() -> Path:
    return build().template.parent


def test_every_module_is_compiled_whatever_its_time(folder: Path) -> None:
    for source in folder.rglob("*.py"):
        compiled = source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"
        assert compiled.exists(), source.relative_to(folder)
        # PEP 552: by hash, and never compared with the source
        flags = int.from_bytes(compiled.read_bytes()[4:8], "little")
        assert flags == _UNCHECKED, source.relative_to(folder)


def test_a_function_and_its_layers_stay_small(folder: Path) -> None:
    sizes = {
        part.name: sum(file.stat().st_size for file in part.rglob("*") if file.is_file()) / 2**20
        for part in folder.iterdir()
        if part.is_dir()
    }
    layers = sizes.pop("DependenciesLayer") + sizes.pop("PeerlearnLayer")
    assert layers + max(sizes.values()) <= MIB_MAX


def test_the_sdk_knows_the_services_that_clients_are_made_for_and_no_others(folder: Path) -> None:
    data = folder / "DependenciesLayer" / "python" / "botocore" / "data"
    assert {one.name for one in data.iterdir() if one.is_dir()} == services_of(folder) != set()


PROGRAMS = {
    "signatures": """
from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError
public, private = crypto_sign_seed_keypair(bytes(32))
assert crypto_sign_open(crypto_sign(b"text", private), public) == b"text"
try:
    crypto_sign_open(bytes(64) + b"text", public)
except BadSignatureError:
    pass
else:
    raise SystemExit("what was forged is believed")
""",
    "passwords": "import bcrypt\nassert bcrypt.checkpw(b'a', bcrypt.hashpw(b'a', bcrypt.gensalt(4)))",
    "powertools": "from aws_lambda_powertools import Logger, Metrics, Tracer",
    "resolvers": "from aws_lambda_powertools.event_handler import *",
    "events": "from aws_lambda_powertools.utilities.data_classes import *",
    "plugins": """
import os, sys, pydantic, urllib3
from pydantic.plugin._loader import get_plugins
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
assert list(get_plugins()) == []
assert "importlib.metadata" not in sys.modules
del os.environ["PYDANTIC_DISABLE_PLUGINS"]
assert list(get_plugins()) == []
assert "importlib.metadata" in sys.modules
""",
    "clients": """
from botocore.session import get_session
for service in SERVICES:
    get_session().create_client(service, region_name="eu-west-1", endpoint_url="http://127.0.0.1:1")
""",
    "addresses": """
from email_validator import validate_email
validate_email("ada@people.example", check_deliverability=False, globally_deliverable=False)
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_lean_build_still_has_everything(folder: Path, name: str) -> None:
    layer = folder / "DependenciesLayer" / "python"
    names = f"SERVICES = {sorted(services_of(folder))!r}\n"
    program = [sys.executable, "-S", "-c", names + PROGRAMS[name]]
    variables = {"PYTHONPATH": str(layer), "AWS_EC2_METADATA_DISABLED": "true"}
    subprocess.run(program, env=variables, check=True)  # noqa: S603 (the programs above)


THAWED = """
from dataclasses import replace
from peerlearn.domain.users import Principal, Role
one = Principal("usr_1", Role.LEARNER, "ses_1")
same, other = Principal("usr_1", Role.LEARNER, "ses_1"), replace(one, session_id="ses_2")
assert one == same and hash(one) == hash(same) and len({one, same, other}) == 2
assert "__setattr__" not in vars(Principal) and not hasattr(one, "__dict__")
"""


def test_dataclasses_of_the_build_are_the_same_but_for_the_check_of_each_assignment(folder: Path) -> None:
    layers = [str(folder / name / "python") for name in ("PeerlearnLayer", "DependenciesLayer")]
    program = [sys.executable, "-S", "-c", THAWED]
    subprocess.run(program, env={"PYTHONPATH": ":".join(layers)}, check=True)  # noqa: S603 (the program above)


EVERY_MODULE = """
import importlib, pathlib, sys
layer = pathlib.Path(sys.argv[1])
for path in sorted(layer.glob("peerlearn/**/*.py")):
    for name in [one for one in sys.modules if one.startswith("peerlearn")]:
        del sys.modules[name]
    importlib.import_module(".".join(path.relative_to(layer).with_suffix("").parts).removesuffix(".__init__"))
"""


def test_each_module_of_the_layer_is_imported_by_itself(folder: Path) -> None:
    layers = [str(folder / name / "python") for name in ("PeerlearnLayer", "DependenciesLayer")]
    program = [sys.executable, "-S", "-c", EVERY_MODULE, layers[0]]
    subprocess.run(program, env={"PYTHONPATH": ":".join(layers)}, check=True)  # noqa: S603 (the program above)


def test_compiled_modules_end_where_loaded_ones_end(folder: Path, tmp_path: Path) -> None:
    extensions = list((folder / "DependenciesLayer").rglob("*.so"))
    assert {one.name.partition(".")[0] for one in extensions} >= {"_sodium", "_bcrypt", "_pydantic_core"}
    for extension in extensions:
        before = extension.read_bytes()
        # the offset of the table of sections, which names symbols and line numbers
        assert before[40:48] == bytes(8), extension.name
        # A copy, since functions of other tests run with the file itself: to write it would crash them.
        copy = Path(shutil.copy2(extension, tmp_path))
        written = copy.stat().st_mtime_ns
        leave_out_debugging(copy)
        assert copy.read_bytes() == before
        assert copy.stat().st_mtime_ns == written


def test_every_handler_is_there(folder: Path) -> None:
    for name, resource in load_template()["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function" and "CodeUri" in resource["Properties"]:
            module = resource["Properties"]["Handler"].rpartition(".")[0]
            assert (folder / name / f"{module.replace('.', '/')}.py").exists(), name
