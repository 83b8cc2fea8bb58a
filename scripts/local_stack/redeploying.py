"""A changed source on the running local stack within seconds: straight to Lambda, past `sam build` and `sam deploy`.

functions/<context>/<endpoint>.py    that function's code
functions/<context>/*.py             the code of all functions of the context
layers/peerlearn/                    a new version of the layer, for every function
everything else                      `sam build` and `sam deploy`, which do nothing that is not needed
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from scripts.local_stack.build import build
from scripts.local_stack.clients import Clients
from scripts.local_stack.deployment import STACK_NAME, Deployment, urls
from scripts.local_stack.files import write_json
from scripts.local_stack.packing import code_of, compile_to, compiled_place, files_in, taken_from_build, zipped
from scripts.project.paths import ROOT
from scripts.project.problem import Problem
from scripts.project.template import load_template

_FUNCTIONS = ROOT / "functions"
_LAYER = ROOT / "layers" / "peerlearn"
_LAYER_NAME = "PeerlearnLayer"
_AT_ONCE = 4
# of what was put there past the template
_PATCHED = "patched"


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the template.

    Attributes
    ----------
    folder: Path
        The sources of its artifact.
    module: Path
        The file of its handler.
    root: Path
        Where the names in the artifact begin.
    """

    logical_id: str
    folder: Path
    module: Path
    root: Path = ROOT


def functions() -> list[Function]:
    """Those of the template whose code is in a folder."""
    found = []
    for logical_id, resource in load_template()["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function" and "CodeUri" in properties:
            module = properties["Handler"].rpartition(".")[0].replace(".", "/")
            found.append(Function(logical_id, ROOT / properties["CodeUri"], ROOT / f"{module}.py"))
    return found


@dataclass(frozen=True, slots=True)
class Plan:
    """The updates that a set of changed files calls for."""

    functions: tuple[Function, ...] = ()
    layer: bool = False
    everything: bool = False

    def __str__(self) -> str:
        if self.everything:
            return "template"
        names = [one.module.stem for one in self.functions]
        return ", ".join([*names, *(["layer peerlearn"] if self.layer else [])])


def plan(changed: Collection[Path], known: Iterable[Function]) -> Plan:
    """Return the updates that bring those files to the running stack."""
    known = list(known)
    modules = {function.module: function for function in known}
    wanted: dict[str, Function] = {}
    layer = everything = False
    for path in changed:
        if path in modules:
            wanted[modules[path].logical_id] = modules[path]
        elif path.is_relative_to(_LAYER):
            layer = True
        elif path.is_relative_to(_FUNCTIONS) and path.parent != _FUNCTIONS:
            wanted |= {one.logical_id: one for one in known if path.is_relative_to(one.folder)}
        else:
            everything = True
    return Plan(tuple(wanted.values()), layer, everything)


class Redeployer:
    """Puts present sources onto a running local stack.

    Parameters
    ----------
    endpoint: str
        Where it listens.
    folder: Path
        Its folder, in which its builds are kept.
    """

    def __init__(self, endpoint: str, folder: Path) -> None:
        clients = Clients(endpoint)
        self._endpoint = endpoint
        self._file = folder / "stack.json"
        self._lambda = clients.functions()
        self._cloudformation = clients.cloudformation()
        self._deployment = Deployment(endpoint, folder)
        self._layer_folder = folder / "watch" / "layer"
        self._names: dict[str, str] = {}

    @property
    def has_patched(self) -> bool:
        """Whether sources were put there past the template since the last `restore`."""
        return self._deployment.mark(_PATCHED) == "yes"

    def carry_out(self, what: Plan) -> str:
        """Do what was planned; with it the next requests meet the new code.

        Returns
        -------
        str
            Further news for people, such as a new address; as a rule nothing.

        Raises
        ------
        Problem
            A source cannot be compiled, or `sam` failed: the code before goes on running.
        """
        if what.everything:
            built = build()
            self._names = {}
            try:
                self._deployment.deploy(built)
            except Problem as problem:
                # It may have got as far as to replace an API, or go on after this program has stopped waiting.
                raise Problem(" ".join(filter(None, (str(problem), self._follow_addresses())))) from problem
            return self._follow_addresses()
        codes = {one.logical_id: code_of(one.folder, one.root) for one in what.functions}
        layer = self._layer_zip() if what.layer else None
        # Should another `make run` find the sources as they were at its last deployment, it must deploy all the same.
        self._deployment.set_mark(_PATCHED, "yes")
        for logical_id, code in codes.items():
            self._update_code(logical_id, code)
        if layer is not None:
            self._update_layer(layer)
        return ""

    def _follow_addresses(self) -> str:
        """Write the addresses that the stack has now to its file: another template may replace an API.

        Returns
        -------
        str
            Which those are that are others; empty where all are as they were.
        """
        outputs = self._deployment.outputs()
        if not self._file.exists() or "ApiId" not in outputs:
            return ""
        known = json.loads(self._file.read_text(encoding="utf-8"))
        present = known | urls(self._endpoint, outputs)
        if present == known:
            return ""
        write_json(self._file, present)
        named = {"apiUrl": "the API", "webSocketUrl": "the WebSocket"}
        moved = {key: what for key, what in named.items() if present.get(key) != known.get(key)}
        return ", ".join(f"{what} is at {present[key]} now" for key, what in moved.items())

    def restore(self) -> None:
        """Present sources for every function, whatever was put there one by one."""
        self.carry_out(Plan(tuple(functions()), layer=True))
        self._deployment.set_mark(_PATCHED, "no")

    def _update_code(self, logical_id: str, code: bytes) -> None:
        if logical_id not in self._functions():
            raise Problem(f"There is no {logical_id} on the local stack: save template.yaml to have it deployed.")
        self._lambda.update_function_code(FunctionName=self._functions()[logical_id], ZipFile=code)

    def _update_layer(self, content: bytes) -> None:
        present = self._layers()
        old = {arn for layers in present.values() for arn in layers if _LAYER_NAME in arn}
        if not old:
            raise Problem("No function of the local stack has the layer: stop it, and start it again.")
        # arn:aws:lambda:<region>:<account>:layer:<name>:<version>
        name = min(old).split(":")[6]
        new = self._lambda.publish_layer_version(LayerName=name, Content={"ZipFile": content})["LayerVersionArn"]

        def update(function: str) -> None:
            layers = [new if arn in old else arn for arn in present[function]]
            self._lambda.update_function_configuration(FunctionName=function, Layers=layers)

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(update, present))

    def _layers(self) -> dict[str, list[str]]:
        """Layers of every function of the stack, by its name."""
        ours = set(self._functions().values())
        pages = self._lambda.get_paginator("list_functions").paginate()
        return {
            one["FunctionName"]: [layer["Arn"] for layer in one.get("Layers", [])]
            for page in pages
            for one in page["Functions"]
            if one["FunctionName"] in ours
        }

    def _layer_zip(self) -> bytes:
        """The layer, compiled: its functions start in half the time. Only what has changed is compiled anew."""
        python = self._layer_folder / "python"
        sources = {path.relative_to(_LAYER): path for path in files_in(_LAYER)}
        for path in list(files_in(python)):
            if path.relative_to(python) not in sources:
                path.unlink()
                compiled_place(path).unlink(missing_ok=True)
        for relative, source in sources.items():
            target = python / relative
            if not target.exists() or target.read_bytes() != source.read_bytes():
                compiled_place(target).parent.mkdir(parents=True, exist_ok=True)
                if source.suffix == ".py" and not taken_from_build(relative, source, target):
                    compile_to(source, compiled_place(target))
                # last: one whose compilation failed is looked at again
                shutil.copyfile(source, target)
        every = [path for path in python.rglob("*") if path.is_file()]
        return zipped((path, path.relative_to(self._layer_folder)) for path in every)

    def _functions(self) -> dict[str, str]:
        """Physical names by logical id."""
        if not self._names:
            pages = self._cloudformation.get_paginator("list_stack_resources").paginate(StackName=STACK_NAME)
            self._names = {
                one["LogicalResourceId"]: one["PhysicalResourceId"]
                for page in pages
                for one in page["StackResourceSummaries"]
                if one["ResourceType"] == "AWS::Lambda::Function"
            }
        return self._names
