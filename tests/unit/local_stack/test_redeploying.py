"""Consequences of a change of a source."""

from __future__ import annotations

import io
import json
import re
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scripts.local_stack import redeploying, watching
from scripts.local_stack.colours import Colours
from scripts.local_stack.deployment import urls
from scripts.local_stack.packing import code_of
from scripts.local_stack.redeploying import Plan, Redeployer, functions, plan
from scripts.local_stack.watching import redeploy, watch_sources
from scripts.project.paths import ROOT
from scripts.project.problem import Problem

KNOWN = functions()


def names(what: Plan) -> set[str]:
    return {function.logical_id for function in what.functions}


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        (["functions/enrollments/enroll.py"], {"EnrollFunction"}),
        (["functions/auth/login.py", "functions/auth/logout.py"], {"LoginFunction", "LogoutFunction"}),
    ],
)
def test_an_endpoint_is_its_function_alone(changed: list[str], wanted: set[str]) -> None:
    what = plan([ROOT / path for path in changed], KNOWN)
    assert (names(what), what.layer, what.everything) == (wanted, False, False)


def test_context_shares_only_what_all_of_its_functions_need() -> None:
    what = plan([ROOT / "functions/enrollments/schemas.py"], KNOWN)
    assert names(what) == {one.logical_id for one in KNOWN if one.folder == ROOT / "functions/enrollments"}
    assert len(names(what)) > 1
    assert not what.everything


def test_the_layer_is_for_everybody() -> None:
    what = plan([ROOT / "layers/peerlearn/peerlearn/domain/courses.py", ROOT / "functions/auth/login.py"], KNOWN)
    assert (names(what), what.layer, what.everything) == ({"LoginFunction"}, True, False)


@pytest.mark.parametrize("path", ["template.yaml", "layers/dependencies/requirements.txt"])
def test_any_other_file_is_a_deployment(path: str) -> None:
    assert plan([ROOT / path], KNOWN).everything


def test_code_is_what_the_build_makes_of_the_folder() -> None:
    content = zipfile.ZipFile(io.BytesIO(code_of(ROOT / "functions/enrollments")))
    assert "functions/enrollments/enroll.py" in content.namelist()
    assert not any("__pycache__" in name for name in content.namelist())


def test_broken_python_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("a = 1\n", encoding="utf-8")
    (tmp_path / "bad.py").write_text("a = 1\nb = (\n", encoding="utf-8")
    with pytest.raises(Problem, match=r"bad\.py:2: '\(' was never closed"):
        code_of(tmp_path, tmp_path)


class Lambda:
    """Functions with their layers, and what is done to them."""

    def __init__(self) -> None:
        layers = [{"Arn": _arn("DependenciesLayer1", 1)}, {"Arn": _arn("PeerlearnLayer1", 3)}]
        self.functions = {"f1": list(layers), "f2": list(layers), "another": list(layers)}
        self.published: list[str] = []

    def get_paginator(self, name: str) -> Any:
        functions = [{"FunctionName": name, "Layers": layers} for name, layers in self.functions.items()]
        resources = [
            {"LogicalResourceId": name.upper(), "PhysicalResourceId": name, "ResourceType": "AWS::Lambda::Function"}
            for name in ("f1", "f2")
        ]
        page = {
            "list_functions": {"Functions": functions},
            "list_stack_resources": {"StackResourceSummaries": resources},
        }
        return SimpleNamespace(paginate=lambda **_: [page[name]])

    def publish_layer_version(self, LayerName: str, Content: dict[str, bytes]) -> dict[str, str]:  # noqa: N803
        self.published += zipfile.ZipFile(io.BytesIO(Content["ZipFile"])).namelist()
        return {"LayerVersionArn": _arn(LayerName, 4)}

    def update_function_configuration(self, FunctionName: str, Layers: list[str]) -> None:  # noqa: N803
        self.functions[FunctionName] = [{"Arn": arn} for arn in Layers]


def _arn(name: str, version: int) -> str:
    return f"arn:aws:lambda:us-east-1:000000000000:layer:{name}:{version}"


@pytest.fixture
def functions_of_lambda(monkeypatch: pytest.MonkeyPatch) -> Lambda:
    made = Lambda()
    clients = SimpleNamespace(functions=lambda: made, cloudformation=lambda: made)
    monkeypatch.setattr(redeploying, "Clients", lambda _: clients)
    marks: dict[str, str] = {}
    deployment = SimpleNamespace(set_mark=marks.__setitem__, mark=marks.get)
    monkeypatch.setattr(redeploying, "Deployment", lambda *_: deployment)
    return made


def test_a_new_layer_is_given_to_every_function_of_the_stack(
    functions_of_lambda: Lambda, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    (source / "peerlearn").mkdir(parents=True)
    monkeypatch.setattr(redeploying, "_LAYER", source)
    redeployer = Redeployer("http://127.0.0.1:9", tmp_path / "stack")
    for name in ("old", "new"):
        (source / "peerlearn" / f"{name}.py").write_text("a = 1\n", encoding="utf-8")
        functions_of_lambda.published.clear()
        redeployer.carry_out(Plan(layer=True))
        (source / "peerlearn" / "old.py").unlink(missing_ok=True)
    compiled, plain = sorted(functions_of_lambda.published)
    assert plain == "python/peerlearn/new.py"
    assert compiled.startswith("python/peerlearn/__pycache__/new.")
    new = [{"Arn": _arn("DependenciesLayer1", 1)}, {"Arn": _arn("PeerlearnLayer1", 4)}]
    assert functions_of_lambda.functions["f1"] == functions_of_lambda.functions["f2"] == new
    assert functions_of_lambda.functions["another"] != new
    assert redeployer.has_patched


def test_a_template_that_gives_the_api_another_address_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = {"ApiId": "old"}
    deployment = SimpleNamespace(deploy=lambda _: True, outputs=lambda: outputs)
    monkeypatch.setattr(redeploying, "Clients", lambda _: SimpleNamespace(functions=object, cloudformation=object))
    monkeypatch.setattr(redeploying, "Deployment", lambda *_: deployment)
    monkeypatch.setattr(redeploying, "build", object)
    endpoint, everything = "http://127.0.0.1:9", Plan(everything=True)
    file = tmp_path / "stack.json"
    redeployer = Redeployer(endpoint, tmp_path)
    assert redeployer.carry_out(everything) == ""
    assert not file.exists()
    known = {**urls(endpoint, outputs), "accounts": {}}
    file.write_text(json.dumps(known), encoding="utf-8")
    assert redeployer.carry_out(everything) == ""
    outputs["ApiId"] = "new"
    address = f"{endpoint}/_aws/execute-api/new/api"
    assert redeployer.carry_out(everything) == f"the API is at {address} now"
    assert json.loads(file.read_text(encoding="utf-8")) == {**known, "apiUrl": address}
    outputs |= {"WebSocketApiId": "live", "WebSocketStage": "dev"}
    socket = "ws://127.0.0.1:9/_aws/execute-api/live/dev"
    assert redeployer.carry_out(everything) == f"the WebSocket is at {socket} now"
    assert json.loads(file.read_text(encoding="utf-8")) == {**known, "apiUrl": address, "webSocketUrl": socket}


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        ({"ApiId": "new"}, "`sam deploy` failed. the API is at http://127.0.0.1:9/_aws/execute-api/new/api now"),
        ({"ApiId": "old"}, "`sam deploy` failed."),
        ({}, "`sam deploy` failed."),
    ],
)
def test_address_is_followed_when_deployment_fails(
    outputs: dict[str, str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> bool:
        raise Problem("`sam deploy` failed.")

    deployment = SimpleNamespace(deploy=fail, outputs=lambda: outputs)
    monkeypatch.setattr(redeploying, "Clients", lambda _: SimpleNamespace(functions=object, cloudformation=object))
    monkeypatch.setattr(redeploying, "Deployment", lambda *_: deployment)
    monkeypatch.setattr(redeploying, "build", object)
    endpoint, file = "http://127.0.0.1:9", tmp_path / "stack.json"
    file.write_text(json.dumps(urls(endpoint, {"ApiId": "old"})), encoding="utf-8")
    with pytest.raises(Problem, match=f"^{re.escape(said)}$"):
        Redeployer(endpoint, tmp_path).carry_out(Plan(everything=True))
    present = json.loads(file.read_text(encoding="utf-8"))
    assert present == urls(endpoint, {"ApiId": outputs.get("ApiId", "old")})


class Recorder:
    """Stands for a redeployer: says what it was told, or fails."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.plans: list[Plan] = []
        self._failure = failure

    def carry_out(self, what: Plan) -> str:
        self.plans.append(what)
        if self._failure:
            raise self._failure
        return ""


def test_a_new_address_stands_in_the_line_of_the_deployment() -> None:
    moved = "the API is at http://127.0.0.1:9/new now"
    redeployer: Any = SimpleNamespace(carry_out=lambda _: moved)
    line = redeploy(redeployer, {ROOT / "template.yaml"}, Colours(wanted=False))
    assert "template" in line
    assert line.endswith(moved)


def test_error_is_one_line() -> None:
    path = ROOT / "functions/auth/login.py"
    failing: Any = Recorder(Problem("login.py:3: is no Python."))
    assert "login  login.py:3: is no Python." in redeploy(failing, {path}, Colours(wanted=False))
    working: Any = Recorder()
    unused = redeploy(working, {ROOT / "functions/new_context/thing.py"}, Colours(wanted=False))
    assert "functions/new_context/thing.py: no function" in unused
    assert working.plans == []
    assert redeploy(working, {path}, Colours(wanted=False)).endswith(" s")


def test_a_file_that_is_saved_is_redeployed_until_the_stack_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "ROOT", tmp_path)
    for name in ("functions", "layers"):
        (tmp_path / name).mkdir()
    template = tmp_path / "template.yaml"
    template.touch()
    recorder: Any = Recorder()
    done = threading.Event()

    def save() -> None:
        # until it is seen: watching begins some time after the call
        while not done.wait(0.2):
            template.write_text("changed", encoding="utf-8")

    saving = threading.Thread(target=save)
    saving.start()
    said: list[str] = []
    try:
        with pytest.raises(Problem, match="was stopped"):
            watch_sources(recorder, lambda: not said, said.append)
    finally:
        done.set()
        saving.join()
    assert recorder.plans[0].everything
