"""The WebSocket's side of the contract: each message gets exactly one answer, and no message ends the connection.

    @on_message(SendMessage)
    def lambda_handler(message: SendMessage, sender: Sender) -> dict[str, Any]:
        return {"type": "message.accepted", ...}

The sender is the user whom the authorizer recognised at the handshake, never a field of the message.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from aws_lambda_powertools.utilities.data_classes.api_gateway_websocket_event import APIGatewayWebSocketEvent
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, ValidationError

from peerlearn.bootstrap.standing import standing_service
from peerlearn.domain.clock import to_rfc3339, utc_now
from peerlearn.domain.errors import (
    DomainError,
    InternalError,
    MalformedRequest,
    PayloadTooLarge,
    ValidationFailed,
)
from peerlearn.domain.limits import SOCKET_MESSAGES
from peerlearn.domain.problems import Problem, Rule
from peerlearn.domain.realtime import Ticket
from peerlearn.domain.standing import Admission, leave_to_count
from peerlearn.domain.users import Principal, Role
from peerlearn.http.bodies import decoded_body, strict_json, validation_error
from peerlearn.http.counting import counted
from peerlearn.http.invocations import answering, is_handshake, is_message
from peerlearn.observability import logger, pass_over

# A client may spell a character as an escape of up to twelve bytes. So the message itself is measured, and not its
# spelling. API Gateway itself passes 128 KB on, in frames of 32 KB:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
MESSAGE_MAX_BYTES = 32 * 1024
_SPELLING_MAX_BYTES = 128 * 1024
# said so often, and worth so little later, that their lines are for looking closely
_QUIET = ("pong", "typing.accepted")
_WRITING = ("sendMessage", "markRead")

M = TypeVar("M", bound=BaseModel)
Answer = dict[str, Any]
Handler = Callable[[dict[str, Any], LambdaContext], Answer]


@dataclass(frozen=True, slots=True)
class Sender:
    """A connection's own user."""

    principal: Principal
    connection_id: str

    def admission(self, *limits: str) -> Admission:
        """Return what a write of the sender's asks of their standing, for the store to ask in its transaction."""
        asked = standing_service().admission(self.principal, *limits)
        leave_to_count(asked)
        return asked


def on_message(
    model: type[M], *, admits_itself: bool = False
) -> Callable[[Callable[[M, Sender], Mapping[str, Any]]], Handler]:
    """Make a route's handler of a function from a valid message and its sender to the answer.

    Parameters
    ----------
    admits_itself: bool
        The function asks for its sender's standing, and counts the message, in its own transaction.
    """

    def decorate(respond: Callable[[M, Sender], Mapping[str, Any]]) -> Handler:
        # The wrapped function tells the API's documents which message this takes and how it is answered.
        @wraps(respond)
        def handler(event: dict[str, Any], context: LambdaContext) -> Answer:
            message: dict[str, Any] = {}

            def answer() -> Mapping[str, Any]:
                sender = sender_of(event)
                try:
                    message.update(_message_of(event))
                    _require_size(message)
                    valid = _validated(model, message)
                except DomainError:
                    _admit(sender)
                    raise
                if not admits_itself:
                    _admit(sender)
                    return respond(valid, sender)
                return _counted(lambda: respond(valid, sender))

            return _answered(event, context, message, answer)

        return handler

    return decorate


def on_handshake(judge: Callable[[dict[str, Any]], Answer]) -> Handler:
    """Make an authorizer's handler of a function from a handshake to a policy."""

    def handler(event: dict[str, Any], context: LambdaContext) -> Answer:
        if not is_handshake(event):
            pass_over(event, context)
            return {}
        with answering(event, context):
            logger.info("began", route="authorizer")
            return judge(event)

    return handler


def on_connection(event_type: str) -> Callable[[Callable[[Sender], None]], Handler]:
    """Make a handler of `$connect` (CONNECT) or `$disconnect` (DISCONNECT); a refusal ends the handshake.

    A message may name these routes as its action: it is answered as any other unknown one.
    """

    def decorate(act: Callable[[Sender], None]) -> Handler:
        def handler(event: dict[str, Any], context: LambdaContext) -> Answer:
            if not is_message(event):
                pass_over(event, context)
                return {}
            if APIGatewayWebSocketEvent(event).request_context.event_type != event_type:
                return unknown_action(event, context)
            with answering(event, context):
                logger.info("began", route=event["requestContext"].get("routeKey"))
                try:
                    act(sender_of(event))
                except DomainError as error:
                    logger.info("connection refused", code=error.code)
                    return {"statusCode": error.status}
                logger.debug("connection changed", event_type=event_type)
                return {"statusCode": 200}

        return handler

    return decorate


def unknown_action(event: dict[str, Any], context: LambdaContext) -> Answer:
    """Answer what no route knows."""
    message: dict[str, Any] = {}

    def answer() -> Answer:
        _admit(sender_of(event))
        message.update(_message_of(event))
        _require_size(message)
        problem = Problem(Rule.NOT_ONE_OF, "must be sendMessage, markRead, typing or ping")
        raise ValidationFailed(("action", problem))

    return _answered(event, context, message, answer)


def authorized(ticket: Ticket, method_arn: str) -> Answer:
    """The policy that opens the door, and what every later message of the connection carries."""
    logger.debug("ticket taken", user_id=ticket.user_id)
    context = {
        "userId": ticket.user_id,
        "role": ticket.role.value,
        "sessionId": ticket.session_id,
    }
    return _policy(ticket.user_id, "Allow", method_arn) | {"context": context}


def refused(method_arn: str) -> Answer:
    """The policy that makes a 403 of the handshake."""
    logger.debug("ticket refused")
    return _policy("nobody", "Deny", method_arn)


def sender_of(event: dict[str, Any]) -> Sender:
    """Return who the connection belongs to."""
    context = event["requestContext"]
    authorizer, source = context["authorizer"], str((context.get("identity") or {}).get("sourceIp", ""))
    principal = Principal(authorizer["userId"], Role(authorizer["role"]), authorizer["sessionId"], source)
    return Sender(principal, APIGatewayWebSocketEvent(event).request_context.connection_id)


def _counted(respond: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    """Respond, and count the message where its own transaction did not."""
    try:
        answer = respond()
    except DomainError as error:
        if (refusal := counted(error)) is not None:
            raise refusal from error
        raise
    # A repeat that wrote nothing is answered all the same; the next one finds the limit used up.
    counted()
    return answer


def _admit(sender: Sender) -> None:
    standing_service().admit(sender.principal, SOCKET_MESSAGES)


def _policy(principal_id: str, effect: str, method_arn: str) -> Answer:
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": method_arn}
    return {"principalId": principal_id, "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}


def _message_of(event: dict[str, Any]) -> dict[str, Any]:
    text = decoded_body(event)
    if not text:
        raise MalformedRequest
    if len(text.encode(errors="replace")) > _SPELLING_MAX_BYTES:
        raise _too_large()
    return strict_json(text)


def _require_size(message: Mapping[str, Any]) -> None:
    # Once it is read: the answer names the message that was too large.
    if len(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()) > MESSAGE_MAX_BYTES:
        raise _too_large()


def _too_large() -> PayloadTooLarge:
    return PayloadTooLarge(f"A message has at most {MESSAGE_MAX_BYTES} bytes.")


def _validated(model: type[M], message: dict[str, Any]) -> M:
    try:
        return model.model_validate(message)
    except ValidationError as error:
        raise validation_error(error.errors(), inside=False) from error


def _answered(
    event: dict[str, Any], context: LambdaContext, message: dict[str, Any], answer: Callable[[], Mapping[str, Any]]
) -> Answer:
    if not is_message(event):
        pass_over(event, context)
        return {}
    with answering(event, context):
        return _answer(event, message, answer)


def _answer(event: dict[str, Any], message: dict[str, Any], answer: Callable[[], Mapping[str, Any]]) -> Answer:
    route = event["requestContext"].get("routeKey")
    (logger.info if route in _WRITING else logger.debug)("began", route=route)
    try:
        body = dict(answer())
    except DomainError as error:
        if error.status >= InternalError.status:
            logger.exception("message failed", code=error.code)
        else:
            logger.info("refused", code=error.code, status=error.status, reason=error.details.get("reason"))
        body = _error(error)
    except Exception as error:  # noqa: BLE001 (the one place where a fault of ours becomes an answer)
        logger.exception("unexpected failure", error_type=type(error).__name__)
        body = _error(InternalError())
    client_message_id = message.get("clientMessageId")
    if isinstance(client_message_id, str):
        body["clientMessageId"] = client_message_id
    log = logger.debug if body["type"] in _QUIET else logger.info
    log("answered", route=route, type=body["type"])
    return {"statusCode": 200, "body": json.dumps(body, separators=(",", ":"), ensure_ascii=False)}


def _error(error: DomainError) -> Answer:
    body: Answer = {
        "type": "error",
        "code": error.code,
        "message": error.message,
        "timestamp": to_rfc3339(utc_now()),
    }
    if error.retry_after is not None:
        body["retryAfter"] = error.retry_after
    return body | {"details": error.details} if error.details else body
