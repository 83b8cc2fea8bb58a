"""Addresses and passwords in bodies. Apart from `schemas`: who shows a token need not load what checks addresses."""

from __future__ import annotations

from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, StringConstraints

from peerlearn.domain.passwords import password_weaknesses


def _valid_email(text: str) -> str:
    try:
        # The form only: whether a domain receives mail, or is one reserved for tests, is not for us to refuse.
        checked = validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise ValueError(f"is not a valid email address: {error}") from error
    if "." not in checked.domain:
        raise ValueError("is not a valid email address: the domain has no dot")
    return checked.normalized


def _strong(password: str) -> str:
    weaknesses = password_weaknesses(password)
    if weaknesses:
        raise ValueError("; ".join(weaknesses))
    return password


Email = Annotated[str, StringConstraints(min_length=3, max_length=254), AfterValidator(_valid_email)]
NewPassword = Annotated[str, AfterValidator(_strong)]
# Longer ones are wrong credentials, not a wrong field: the bound only keeps huge bodies from the hasher.
AnyPassword = Annotated[str, StringConstraints(min_length=1, max_length=4096)]
