"""Counting a request against its limits where no write of its own has done so, on either side of the API."""

from __future__ import annotations

from http import HTTPStatus

from peerlearn.domain.errors import DomainError, TooManyRequests, Unauthenticated
from peerlearn.domain.standing import left_to_count


def counted(error: DomainError | None = None) -> DomainError | None:
    """Count what no write of the request has counted; return a refusal to give before `error`.

    A failure of the product's own is nobody's use, and counting it would ask more of a table that is busy already. A
    request that one of its own limits has refused is counted by that limit; one that another limit refused, such as
    that of a conversation, is a use all the same, or a flood of it would never end.
    """
    admission = left_to_count()
    if admission is None or isinstance(error, Unauthenticated) or _is_own_failure(error):
        return None
    if isinstance(error, TooManyRequests) and error.details.get("limit") in {limit.name for limit in admission.limits}:
        return None
    # Only where somebody calls: the documents' functions start without what it needs.
    from peerlearn.bootstrap.standing import standing_service  # noqa: PLC0415

    try:
        standing_service().count(admission)
    except DomainError as refusal:
        return None if _is_own_failure(refusal) else refusal
    return None


def _is_own_failure(error: DomainError | None) -> bool:
    return error is not None and error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
