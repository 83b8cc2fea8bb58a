"""Addresses and passwords in bodies.

Apart from `schemas`: an endpoint that takes a token need not load the check of addresses.
"""

from __future__ import annotations

from typing import Annotated, Any

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from peerlearn.domain.passwords import PASSWORD_MAX_BYTES, PASSWORD_MIN_LENGTH, password_weaknesses
from peerlearn.domain.problems import Problem, Rule, ValueRefused

# The library's own way to accept the domains that are reserved: whether a domain receives mail is not for us to refuse.
SPECIAL_USE_DOMAIN_NAMES.clear()


def _trimmed(value: Any) -> Any:
    # These come along when an address is copied from a table or a file: blanks, line ends, a byte order mark.
    return value.strip().strip("\ufeff").strip() if isinstance(value, str) else value


def _valid_email(text: str) -> str:
    try:
        checked = validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise ValueRefused(_no_address(str(error))) from error
    if "." not in checked.domain:
        raise ValueRefused(_no_address("the domain has no dot"))
    return checked.normalized


def _no_address(reason: str) -> Problem:
    return Problem(Rule.NOT_EMAIL, f"is not a valid email address: {reason}")


def _strong(password: str) -> str:
    weaknesses = password_weaknesses(password)
    if weaknesses:
        raise ValueRefused(*weaknesses)
    return password


Email = Annotated[
    str,
    StringConstraints(min_length=3, max_length=254),
    # runs first wherever it is written; before the bounds it would make them count entries instead of characters
    BeforeValidator(_trimmed),
    AfterValidator(_valid_email),
    Field(
        description="Blanks, line ends and a byte order mark around the address are taken off; inside it they are an "
        "error. Letter case does not matter. Only the form counts, not whether mail arrives: reserved domains, such as "
        "those that end in `.example`, `.test`, `.invalid` or `.local`, are accepted."
    ),
]


def _reachable(email: str) -> str:
    local = email.rpartition("@")[0]
    if not local.isascii():
        message = "has characters other than ASCII before the @, and no mail can be sent to such an address"
        raise ValueRefused(Problem(Rule.NOT_REACHABLE, message))
    return email


NewEmail = Annotated[Email, AfterValidator(_reachable)]
NewPassword = Annotated[
    str,
    AfterValidator(_strong),
    Field(
        description=f"At least {PASSWORD_MIN_LENGTH} characters and at most {PASSWORD_MAX_BYTES} bytes in UTF-8, "
        "counted after Unicode normalization (NFC), with an upper-case letter of any script and a punctuation mark or "
        "symbol. Common passwords are refused, also with digits, signs or usual substitutions: `P@ssw0rd2026!`."
    ),
]
# Longer ones are wrong credentials, not a wrong field: the bound only keeps huge bodies from the hasher.
AnyPassword = Annotated[str, StringConstraints(min_length=1, max_length=4096)]
