"""The callers of an endpoint: each kind with the code that refuses it. A kind that is not named is let in."""

from __future__ import annotations

from collections.abc import Mapping

Refused = Mapping[str, str]

NOBODY: Refused = {"nobody": "UNAUTHENTICATED", "expired": "TOKEN_EXPIRED"}
EVERYBODY: Refused = {}
# A public page that shows its author more looks at the token that is shown.
VIEWERS: Refused = {"expired": "TOKEN_EXPIRED"}
CALLERS: Refused = NOBODY
AUTHORS: Refused = {**CALLERS, **dict.fromkeys(("learner", "enrolled", "other", "demoted tutor"), "FORBIDDEN")}
OWN_AUTHORS: Refused = {**AUTHORS, "foreign tutor": "FORBIDDEN"}
ADMINISTRATORS: Refused = {**OWN_AUTHORS, "owning tutor": "FORBIDDEN"}
STRANGERS = ("learner", "foreign tutor", "demoted tutor")
MEMBERS: Refused = {**CALLERS, **dict.fromkeys((*STRANGERS, "owning tutor", "administrator"), "NOT_ENROLLED")}
MEMBERS_AND_AUTHORS: Refused = {**CALLERS, **dict.fromkeys(STRANGERS, "NOT_ENROLLED")}


def besides(refused: Refused, code: str, *callers: str) -> Refused:
    """Return the same table where those callers are refused with that code."""
    return {**refused, **dict.fromkeys(callers, code)}
