"""The limits of each operation: those that its dependencies name, and those that a service counts itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from peerlearn.domain import limits as named
from peerlearn.domain.limits import DEFAULTS, Limit, spoken
from scripts.api_documents.schemas import Schema

EXTENSION = "x-rate-limits"
LIMIT_HEADERS: Mapping[str, Schema] = {
    "RateLimit-Policy": {"required": True, "description": "Quota and window in seconds.", "schema": {"type": "string"}},
    "RateLimit": {
        "required": True,
        "description": "The uses that are left, and the seconds until all are there again.",
        "schema": {"type": "string"},
    },
}
_ACCOUNT, _ADDRESS, _ASSESSMENT = "account", "network address", "account and assessment"
_COUNTED_BY_SERVICES: Mapping[str, Sequence[tuple[str, str]]] = {
    "register": [(named.REGISTRATIONS, _ADDRESS)],
    "login": [(named.SIGN_INS, _ACCOUNT), (named.WRONG_PASSWORDS, _ACCOUNT)],
    "refresh": [(named.REFRESHES, _ACCOUNT)],
    "verify": [(named.MAIL_TOKENS, _ADDRESS)],
    "undo": [(named.MAIL_TOKENS, _ADDRESS)],
    "reset": [(named.MAIL_TOKENS, _ADDRESS)],
    "forgot": [(named.FORGOTTEN_PASSWORDS, _ADDRESS)],
    "unsubscribe": [(named.UNSUBSCRIBINGS, _ADDRESS)],
    "change_email": [(named.WRONG_PASSWORDS, _ACCOUNT)],
    "logout": [(named.SESSIONS, _ACCOUNT)],
    "change_password": [(named.WRONG_PASSWORDS, _ACCOUNT)],
    "erase_account": [(named.WRONG_PASSWORDS, _ACCOUNT)],
    "submit": [(named.SUBMISSIONS, _ASSESSMENT)],
    "send": [(named.UNANSWERED_MESSAGES, "account and receiver who has not answered")],
    "export_data": [(named.EXPORTS, _ACCOUNT)],
}


@dataclass(frozen=True, slots=True)
class OperationLimit:
    """A limit and whose it is."""

    limit: Limit
    per: str


def limits_of(name: str, dependencies: Iterable[Any]) -> list[OperationLimit]:
    """Return the limits of an operation, by the name of its module and its dependencies."""
    by_dependency = [(one, _ACCOUNT) for dependency in dependencies for one in getattr(dependency, "limits", ())]
    counted = sorted({*by_dependency, *_COUNTED_BY_SERVICES.get(name, ())})
    return [OperationLimit(DEFAULTS[limit], per) for limit, per in counted]


def as_extension(one: OperationLimit) -> Schema:
    """Return what a program reads of it."""
    return {"name": one.limit.name, "quota": one.limit.quota, "seconds": one.limit.seconds, "per": one.per}


def in_words(limits: Sequence[OperationLimit]) -> str:
    """Return what a person reads of them."""
    return " ".join(
        f"At most {one.limit.quota} in {spoken(one.limit.seconds)} for each {one.per} (`{one.limit.name}`)."
        for one in limits
    )


def with_limit_headers(
    responses: dict[str, Schema], limits: Sequence[OperationLimit], *, signed_in: bool
) -> dict[str, Schema]:
    """Return an operation's responses with the headers that tell what is left."""
    if not limits:
        return responses
    # Before anybody is known to call, nothing is known of their limits either.
    unknown = {"400", "401", "413", "500", "503"} | (set() if signed_in else {"403", "422"})
    # A kept answer is given again without asking what is left of an address's limit.
    headers: dict[str, Schema] = {
        name: {"$ref": f"#/components/headers/{name}"} if signed_in else {**header, "required": False}
        for name, header in LIMIT_HEADERS.items()
    }
    return {
        status: response if status in unknown else {**response, "headers": {**response.get("headers", {}), **headers}}
        for status, response in responses.items()
    }
