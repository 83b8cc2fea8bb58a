"""The template's routes, each with the function that answers it."""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from peerlearn.http.app import ApiResolver
from scripts.project.paths import ROOT
from scripts.project.template import load_template


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One route of the template."""

    method: str
    path: str
    context: str
    name: str
    app: ApiResolver

    @property
    def module_text(self) -> str:
        return inspect.getdoc(importlib.import_module(f"functions.{self.context}.{self.name}")) or ""

    @property
    def route(self) -> Any:
        """Powertools' route; it has no public way to ask for one."""
        routes = [*self.app._static_routes, *self.app._dynamic_routes]  # noqa: SLF001
        return next(one for one in routes if self.method in one.method and one.openapi_path == self.path)

    @property
    def function(self) -> Callable[..., Any]:
        function: Callable[..., Any] = self.route.func
        return function

    @property
    def event(self) -> dict[str, Any]:
        """A request of this function, that of its event file."""
        event: dict[str, Any] = json.loads((ROOT / "events" / f"{self.name}.json").read_text(encoding="utf-8"))
        return event


def endpoints() -> Iterator[Endpoint]:
    """Every REST route, in the template's order; code in the template itself answers for all other paths.

    HEAD is no route of its own: it is answered by that of GET.
    """
    for function, source in _functions("Api"):
        if source["Method"].upper() == "HEAD":
            continue
        yield Endpoint(source["Method"].upper(), source["Path"], *_module(function), app=_imported(function).app)


def socket_handlers() -> Iterator[tuple[str, Any]]:
    """Every handler of a WebSocket route by its route key."""
    resources = load_template()["Resources"]
    for resource in resources.values():
        if resource["Type"] == "AWS::Serverless::WebSocketApi":
            for key, route in resource["Properties"]["Routes"].items():
                function = route["FunctionArn"]["Fn::GetAtt"][0]
                yield key, _imported(resources[function]["Properties"]).lambda_handler


def _functions(kind: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for resource in load_template()["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function" and "InlineCode" not in resource["Properties"]:
            for event in resource["Properties"].get("Events", {}).values():
                if event["Type"] == kind:
                    yield resource["Properties"], event["Properties"]


def _module(function: dict[str, Any]) -> tuple[str, str]:
    _, context, name, _ = function["Handler"].split(".")
    return context, name


def _imported(function: dict[str, Any]) -> Any:
    return importlib.import_module(str(function["Handler"]).rpartition(".")[0])
