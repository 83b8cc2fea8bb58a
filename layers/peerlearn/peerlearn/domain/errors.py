"""Every refusal the product can give: one class per `code` of the API, each with its HTTP status.

Services and repositories raise these; `peerlearn.http.app` is the one place that turns them into the envelope.
"""

from __future__ import annotations

from typing import Any, ClassVar

from peerlearn.domain.clock import utc_now
from peerlearn.domain.problems import FieldProblem, Problem


class DomainError(Exception):
    """A refusal with a stable machine-readable `code`.

    Parameters
    ----------
    message: str, optional
        Text for people. Never carries an internal name, a secret or another user's data.
    details: dict, optional
        Machine-readable particulars, JSON types only.
    retry_after: int, optional
        Seconds after which the same call may succeed; becomes the `Retry-After` header.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "INTERNAL_ERROR"
    default_message: ClassVar[str] = "Something went wrong on our side."

    def __init__(
        self, message: str | None = None, *, details: dict[str, Any] | None = None, retry_after: int | None = None
    ) -> None:
        self.message = message or self.default_message
        self.details = details or {}
        self.retry_after = retry_after
        self.occurred_at = utc_now()
        super().__init__(self.message)


class InternalError(DomainError):
    """A fault of ours. The client is told no more than that; the cause stays in the log."""


class TemporarilyUnavailable(DomainError):
    status = 503
    code = "TEMPORARILY_UNAVAILABLE"
    default_message = "The service is busy. Try again shortly."

    def __init__(self, message: str | None = None, *, retry_after: int = 1) -> None:
        super().__init__(message, retry_after=retry_after)


class MailDisabled(DomainError):
    """The stack was deployed without a sender's address."""

    status = 503
    code = "MAIL_DISABLED"
    default_message = "This service sends no mails."

    def __init__(self, message: str | None = None) -> None:
        # That takes another deployment.
        super().__init__(message, retry_after=3600)


class TooManyRequests(DomainError):
    """A limit is used up; `retry_after` tells when it has room again."""

    status = 429
    code = "TOO_MANY_REQUESTS"
    default_message = "Too many requests. Try again later."


class MalformedRequest(DomainError):
    status = 400
    code = "MALFORMED_REQUEST"
    default_message = "The body must be one JSON object."


class PayloadTooLarge(DomainError):
    status = 413
    code = "PAYLOAD_TOO_LARGE"
    default_message = "The request is too large."


class ValidationFailed(DomainError):
    """A 422. `details.fields` names every wrong field at once, and each rule that it breaks.

    Parameters
    ----------
    fields: list of (field, problem)
        `field` is the path as the client wrote it, e.g. `modules.0.title`.
    """

    status = 422
    code = "VALIDATION_FAILED"
    default_message = "Some fields are not valid."

    def __init__(self, *fields: FieldProblem) -> None:
        super().__init__(details={"fields": [_told(field, problem) for field, problem in fields]})


def _told(field: str, problem: Problem) -> dict[str, Any]:
    limit = {} if problem.limit is None else {"limit": problem.limit}
    return {"field": field, "rule": problem.rule.value, "message": problem.message, **limit}


class Unauthenticated(DomainError):
    status = 401
    code = "UNAUTHENTICATED"
    default_message = "Sign in to use this."


class TokenExpired(Unauthenticated):
    code = "TOKEN_EXPIRED"
    default_message = "The token has expired."


class TokenReused(Unauthenticated):
    code = "TOKEN_REUSED"
    default_message = "This refresh token was already spent. The session has been ended; sign in again."


class InvalidCredentials(Unauthenticated):
    code = "INVALID_CREDENTIALS"
    default_message = "The email address or the password is wrong."


class Forbidden(DomainError):
    status = 403
    code = "FORBIDDEN"
    default_message = "You may not do this."


class AccountSuspended(Forbidden):
    code = "ACCOUNT_SUSPENDED"
    default_message = "This account has been suspended. Ask an administrator."


class EmailNotVerified(Forbidden):
    code = "EMAIL_NOT_VERIFIED"
    default_message = "Prove your e-mail address first: follow the link that was mailed to it."


class NotEnrolled(Forbidden):
    code = "NOT_ENROLLED"
    default_message = "You are not enrolled in this course."


class NotFound(DomainError):
    status = 404
    code = "NOT_FOUND"
    default_message = "There is nothing here."


class CourseNotFound(NotFound):
    code = "COURSE_NOT_FOUND"
    default_message = "There is no such course."


class AssessmentNotFound(NotFound):
    code = "ASSESSMENT_NOT_FOUND"
    default_message = "There is no such assessment."


class ModuleNotFound(NotFound):
    code = "MODULE_NOT_FOUND"
    default_message = "There is no such module in this course."


class UserNotFound(NotFound):
    code = "USER_NOT_FOUND"
    default_message = "There is no such user."


class SubmissionNotFound(NotFound):
    code = "SUBMISSION_NOT_FOUND"
    default_message = "There is no such submission."


class Conflict(DomainError):
    status = 409
    code = "CONFLICT"
    default_message = "This cannot be done in the present state. Reload it and try again."


class EmailAlreadyRegistered(Conflict):
    code = "EMAIL_ALREADY_REGISTERED"
    default_message = "An account with this email address exists."


class SubmissionClosed(Conflict):
    code = "SUBMISSION_CLOSED"
    default_message = "The due date of this assessment has passed."


class SubmissionAlreadyGraded(Conflict):
    code = "SUBMISSION_ALREADY_GRADED"
    default_message = "This assessment has been graded."


class EnrollmentDenied(Conflict):
    """A seat was refused; `details.reason` is one of the `DenialReason` values."""

    code = "LEARNER_ENROLLMENT_DENIED"

    def __init__(self, reason: str, message: str, **details: Any) -> None:
        super().__init__(message, details={"reason": reason, **details})
