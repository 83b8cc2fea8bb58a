"""Finds what no log may hold: by its form, and where a secret has none, because it was seen on its way to its owner."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import requests

FORMS = {
    "a token": re.compile(r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{10,}"),
    "a password's hash": re.compile(r"\$2[abxy]\$\d\d\$"),
    "a signed address": re.compile(r"(?i)x-amz-(?:signature|credential|security-token)\W{1,9}\w"),
    "a signed upload's policy": re.compile(r"(?i)policy\W{1,6}eyJ[\w+/=-]{20,}"),
    "a calendar's link": re.compile(r"usr_[0-9a-f]{24}\.[\w-]{43}"),
    "an Authorization header": re.compile(r"(?i)authorization\W{1,6}bearer\W"),
    "a password": re.compile(r"(?i)password\\*[\"']\s*:\s*\\*[\"'][^\"'\\]"),
    "a token under its name": re.compile(r"(?i)(?:refresh_?token|ticket|secretstring)\\*[\"']\s*:\s*\\*[\"'][^\"'\\]"),
}
# where secrets stand in bodies of the API
_NAMES = frozenset({"token", "refreshToken", "ticket", "password", "currentPassword", "newPassword"})
_NAMES |= {"x-amz-signature", "policy"}
# shorter ones are not secrets but what tests try, and stand in any text
_SECRET_MIN_LENGTH = 8
_SHOWN = 60


def leaks(text: str, known: Collection[str] = ()) -> list[str]:
    """Return the secrets that the text gives away, each with its surroundings but not with itself."""
    found = []
    for kind, form in FORMS.items():
        found += [_described(kind, text, match.start()) for match in form.finditer(text)]
    for secret in known:
        if (place := text.find(secret)) >= 0:
            found.append(_described("a secret that somebody was given", text, place))
    return found


def secrets_in(value: Any) -> Iterator[str]:
    """Those of a body, by the names they go by."""
    if isinstance(value, dict):
        for name, one in value.items():
            if name in _NAMES and isinstance(one, str) and len(one) >= _SECRET_MIN_LENGTH:
                yield one
            else:
                yield from secrets_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from secrets_in(one)


@contextmanager
def noting_secrets() -> Iterator[set[str]]:
    """The secrets that are sent and answered inside, by anything that uses `requests`."""
    noted: set[str] = set()
    send = requests.Session.send

    def send_noting(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        response = send(session, request, **options)
        for body in (request.body, response.content):
            with suppress(ValueError, RecursionError, TypeError):
                noted.update(secrets_in(json.loads(body or "null")))
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.Session, "send", send_noting)
        yield noted


def _described(kind: str, text: str, place: int) -> str:
    line_start = text.rfind("\n", 0, place) + 1
    return f"{kind} after {text[max(line_start, place - _SHOWN) : place]!r}"
