"""The template on MiniStack, by `sam deploy`, and what MiniStack leaves out of it."""

from __future__ import annotations

import hashlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from scripts.local_stack.build import Build, parameters
from scripts.local_stack.clients import Clients
from scripts.local_stack.environment import REGION, local_environment
from scripts.local_stack.processes import run
from scripts.project.paths import ROOT, shown
from scripts.project.problem import Problem
from scripts.project.template import index_shapes, load_template

STACK_NAME = "peerlearn-local"
# Another number for items that older code cannot have written: then what a local stack keeps cannot be read.
SCHEMA = 2
# the lowest that the rules allow: hashing is what a sign-in waits for
_BCRYPT_COST = "10"
# The sender of mails that stay on this machine.
MAIL_FROM = "school@peerlearn.example"


class Deployment:
    """The product's stack on one MiniStack.

    Parameters
    ----------
    endpoint: str
        Where MiniStack listens.
    folder: Path
        Where the log of `sam deploy` goes.
    """

    def __init__(self, endpoint: str, folder: Path) -> None:
        self._endpoint = endpoint
        self._log = folder / "sam-deploy.log"
        clients = Clients(endpoint)
        self._cloudformation = clients.cloudformation()
        self._api_gateway = clients.api_gateway()
        self._notes = clients.parameters()

    def deploy(self, build: Build) -> bool:
        """Brings the stack to the state of that build; does nothing where it already is.

        Returns
        -------
        bool
            Whether anything had to be done.

        Raises
        ------
        Problem
            The data of the stack is of another schema, or `sam deploy` failed.
        """
        schema = schema_of(load_template(build.template))
        if self.mark("deployed") is not None and self.mark("schema") != schema:
            raise Problem("What this local stack keeps is of another version: `make reset` forgets it, then run again.")
        wanted = hashlib.sha256(f"{build.fingerprint}{self._parameters()}".encode()).hexdigest()
        # The mark is kept in the stack's own state, not in a file beside it: should MiniStack be killed before it has
        # written its state, then the mark is lost together with what it stands for.
        if self.mark("deployed") == wanted:
            return False
        self._sam_deploy(build.template)
        self._carry_over_gateway_responses(build.template)
        self.set_mark("schema", schema)
        self.set_mark("deployed", wanted)
        return True

    def outputs(self) -> dict[str, str]:
        """The stack's outputs; none where it does not exist."""
        try:
            stacks = self._cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"]
        except ClientError:
            return {}
        return {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])}

    def mark(self, name: str) -> str | None:
        """A note about the stack, kept with the stack's own state."""
        try:
            return self._notes.get_parameter(Name=f"/{STACK_NAME}/{name}")["Parameter"]["Value"]
        except self._notes.exceptions.ParameterNotFound:
            return None

    def set_mark(self, name: str, value: str) -> None:
        """Writes what `mark` reads."""
        self._notes.put_parameter(Name=f"/{STACK_NAME}/{name}", Value=value, Type="String", Overwrite=True)

    def _parameters(self) -> dict[str, str]:
        return parameters() | {
            "AllowedOrigins": "*",
            # A line for each request. It is faster too: MiniStack waits 50 ms for one where a function writes none.
            "LogLevel": "DEBUG",
            "BcryptCost": _BCRYPT_COST,
            "ManagementEndpoint": f"{self._endpoint}/_aws/execute-api",
            "MailFrom": MAIL_FROM,
            "AppUrl": f"http://127.0.0.1:{console_port(self._endpoint)}/",
            # nobody reads what is sent to the demo accounts' addresses
            "VerifiedEmail": "optional",
        }

    def _sam_deploy(self, template: Path) -> None:
        command = [
            *(sys.executable, "-m", "samcli", "deploy", "--template-file", str(template)),
            *("--stack-name", STACK_NAME, "--region", REGION, "--resolve-s3", "--capabilities", "CAPABILITY_IAM"),
            *("--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"),
            *("--parameter-overrides", *(f"{name}={value}" for name, value in self._parameters().items())),
        ]
        if not run(command, self._log, local_environment(self._endpoint), ROOT):
            raise Problem(f"`sam deploy` failed: {shown(self._log)} says why.")

    def _carry_over_gateway_responses(self, template: Path) -> None:
        """MiniStack reads paths and integrations of a SAM API and no more; its own calls know the rest."""
        for logical_id, resource in load_template(template)["Resources"].items():
            if resource["Type"] == "AWS::Serverless::Api":
                api_id = self._physical_id(logical_id)
                properties = resource["Properties"]
                for kind, response in properties.get("GatewayResponses", {}).items():
                    self._put_gateway_response(api_id, kind, response)
                # an API's answers are fixed when it is deployed
                self._api_gateway.create_deployment(restApiId=api_id, stageName=properties["StageName"])

    def _put_gateway_response(self, api_id: str, kind: Any, response: dict[str, Any]) -> None:
        headers = response.get("ResponseParameters", {}).get("Headers", {})
        # MiniStack knows no variable for the time, so it answers with the one of the deployment
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        request: dict[str, Any] = {
            "responseParameters": {f"gatewayresponse.header.{name}": value for name, value in headers.items()},
            "responseTemplates": {
                media_type: text.replace("$context.requestTime", now)
                for media_type, text in response.get("ResponseTemplates", {}).items()
            },
        }
        if "StatusCode" in response:
            request["statusCode"] = str(response["StatusCode"])
        self._api_gateway.put_gateway_response(restApiId=api_id, responseType=kind, **request)

    def _physical_id(self, logical_id: str) -> str:
        answer = self._cloudformation.describe_stack_resource(StackName=STACK_NAME, LogicalResourceId=logical_id)
        return answer["StackResourceDetail"]["PhysicalResourceId"]


def console_port(endpoint: str) -> int:
    """Return the port on which the console is, unless something else listens there already."""
    return (urlsplit(endpoint).port or 0) + 1


def schema_of(template: dict[str, Any]) -> str:
    """Return what tells one schema from another: of items by number, of tables by their keys and indexes."""
    tables = {
        name: [one["Properties"]["KeySchema"], index_shapes(one["Properties"])]
        for name, one in template["Resources"].items()
        if one["Type"] == "AWS::DynamoDB::Table"
    }
    return hashlib.sha256(json.dumps([SCHEMA, tables], sort_keys=True).encode()).hexdigest()


def urls(endpoint: str, outputs: dict[str, str]) -> dict[str, str]:
    """Addresses as MiniStack serves them: names under amazonaws.com lead elsewhere, and the port is this run's."""
    gateway = f"{endpoint}/_aws/execute-api"
    found = {"apiUrl": f"{gateway}/{outputs['ApiId']}/api", "endpoint": endpoint}
    if "WebSocketApiId" in outputs:
        path = f"{outputs['WebSocketApiId']}/{outputs['WebSocketStage']}"
        found["webSocketUrl"] = f"{gateway.replace('http', 'ws', 1)}/{path}"
    return found
