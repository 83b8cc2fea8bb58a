"""Runs MiniStack, in its own interpreter, with five things put right.

S3 answers a signed link with the headers that the link asks for (`response-content-disposition`, ...). MiniStack 1.5.33
does so unless the link names a version, and the product's links do: a file would be shown instead of saved, and not
under its name.

API Gateway tells clients the id of a request, which functions have in `requestContext.requestId`, in the header
`x-amzn-RequestId`. MiniStack makes up two.

CloudFormation puts the routes of another template into the API that there is. MiniStack makes an API with another id,
and so with another address than what is open in browsers and written into settings.

SQS asks for the permission of one call, `sqs:SendMessage`, also where several are made at once. MiniStack asks for one
that AWS does not know, `sqs:SendMessageBatch`.

SES asks for the permission to send from the sender's identity. MiniStack asks for that on everything.

Sources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html,
https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html,
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html,
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html,
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigateway-restapi.html
"""

from __future__ import annotations

import importlib
import json
import runpy
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any


def main() -> None:
    """Serve until stopped."""
    _answer_links_to_versions(importlib.import_module("ministack.services.s3"))
    gateway = importlib.import_module("ministack.services.apigateway_v1")
    _tell_request_ids(gateway)
    _keep_addresses(gateway, importlib.import_module("ministack.services.cloudformation.provisioners"))
    actions = importlib.import_module("ministack.core.iam_actions")
    _ask_for_permissions_that_there_are(actions)
    _ask_for_the_senders_identity(actions)
    runpy.run_module("ministack", run_name="__main__")


def _answer_links_to_versions(s3: Any) -> None:
    name, overriding = "_get_object", "_apply_response_overrides"
    get_object, apply = getattr(s3, name), getattr(s3, overriding)

    def with_overrides(bucket: str, key: str, headers: dict[str, str], query: dict[str, Any] | None = None) -> Any:
        status, answered, body = get_object(bucket, key, headers, query)
        if query and status == HTTPStatus.OK:
            apply(answered, query)
        return status, answered, body

    setattr(s3, name, with_overrides)


def _tell_request_ids(gateway: Any) -> None:
    building, invoking = "_build_lambda_event_v1", "_invoke_lambda_proxy_v1"
    build_event, invoke = getattr(gateway, building), getattr(gateway, invoking)
    request_id: ContextVar[str] = ContextVar("request_id")

    def build_noted(*args: Any, **options: Any) -> Any:
        event = build_event(*args, **options)
        request_id.set(event["requestContext"]["requestId"])
        return event

    async def invoke_with_id(*args: Any, **options: Any) -> Any:
        answer = await invoke(*args, **options)
        # an error that API Gateway answers by itself has its id already
        if isinstance(answer, tuple):
            status, headers, body = answer
            return status, {**headers, "x-amzn-requestid": request_id.get()}, body
        return answer

    setattr(gateway, building, build_noted)
    setattr(gateway, invoking, invoke_with_id)


def _keep_addresses(gateway: Any, provisioners: Any) -> None:
    handlers = provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::RestApi"]  # noqa: SLF001 (MiniStack has no other way)
    create, update = handlers["create"], handlers["update"]

    def update_in_place(
        api_id: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str | None = None
    ) -> Any:
        if new.get("Body") == old.get("Body"):
            return update(api_id, old, new, stack, logical_id)
        drafted, attributes = create(logical_id or api_id, new, stack)
        # stages, deployments and gateway responses stay as they are
        for part in ("_rest_apis", "_resources", "_authorizers_v1", "_models", "_documentation_parts"):
            parts = getattr(gateway, part)
            parts[api_id] = parts[drafted]
        gateway._rest_apis[api_id] = {**gateway._rest_apis[drafted], "id": api_id}  # noqa: SLF001 (as above)
        gateway._delete_rest_api(drafted)  # noqa: SLF001 (as above)
        return api_id, attributes | {"RestApiId": api_id, "Arn": attributes["Arn"].replace(drafted, api_id)}

    handlers["update"] = update_in_place


def _ask_for_permissions_that_there_are(actions: Any) -> None:
    name = "_action_from_target"
    action_from_target = getattr(actions, name)

    def of_one(headers: dict[str, str]) -> Any:
        action = action_from_target(headers)
        is_batch = headers.get("x-amz-target", "").startswith("AmazonSQS.") and action.endswith("Batch")
        return action.removesuffix("Batch") if is_batch else action

    setattr(actions, name, of_one)


def _ask_for_the_senders_identity(actions: Any) -> None:
    name = "_ses_v2_resource_arn"
    resource_arn = getattr(actions, name)

    def of_sender(method: str, path: str, body: bytes, region: str, account_id: str) -> Any:
        if not path.rstrip("/").endswith("/outbound-emails"):
            return resource_arn(method, path, body, region, account_id)
        sender = str(json.loads(body).get("FromEmailAddress", ""))
        return f"arn:aws:ses:{region}:{account_id}:identity/{sender.rpartition('@')[2]}"

    setattr(actions, name, of_sender)


if __name__ == "__main__":
    main()
