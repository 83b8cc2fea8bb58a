"""Headers that every answer has, and those that tell what is left of a limit.

Sources: RFC 9111 (5.2.2.5), RFC 6797, the Fetch standard (nosniff), draft-ietf-httpapi-ratelimit-headers.
"""

from __future__ import annotations

from typing import Any

from peerlearn.domain.limits import usages
from peerlearn.settings import settings

EXPOSED = "ETag, Retry-After, Location, RateLimit, RateLimit-Policy, Idempotency-Replayed, x-amzn-RequestId"
_TWO_YEARS = 63_072_000
_EVERY_ANSWER = {
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": f"max-age={_TWO_YEARS}; includeSubDomains",
}


def completed(answer: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    """Return the answer with the headers that no endpoint has to think of.

    An answer that says nothing about caches may be kept by none: it may be somebody's own.
    """
    headers: dict[str, list[str]] = answer.setdefault("multiValueHeaders", {})
    headers |= {name: [value] for name, value in _EVERY_ANSWER.items()}
    headers.setdefault("Cache-Control", ["no-store"])
    _tell_limits(headers)
    _allow_origin(headers, event)
    return answer


def _tell_limits(headers: dict[str, list[str]]) -> None:
    told = usages()
    if told:
        policies = (f'"{one.limit.name}";q={one.limit.quota};w={one.limit.seconds}' for one in told)
        headers["RateLimit-Policy"] = [", ".join(policies)]
        headers["RateLimit"] = [", ".join(f'"{one.limit.name}";r={one.remaining};t={one.resets_in}' for one in told)]


def _allow_origin(headers: dict[str, list[str]], event: dict[str, Any]) -> None:
    origin = next((v for name, v in (event.get("headers") or {}).items() if name.lower() == "origin"), None)
    allowed = settings().origins
    if "*" in allowed:
        headers["Access-Control-Allow-Origin"] = ["*"]
    else:
        headers.setdefault("Vary", []).append("Origin")
        if origin in allowed:
            headers["Access-Control-Allow-Origin"] = [origin]
    headers["Access-Control-Expose-Headers"] = [EXPOSED]
