"""AWS's errors for the person at the keyboard, in a sentence."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)
from botocore.exceptions import ConnectionError as NoConnectionError

# The exit code of a command that somebody stopped, as shells have it after Ctrl-C.
INTERRUPTED = 130
_NO_CREDENTIALS = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"}
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}


def sentence_of(error: BotoCoreError | ClientError) -> str:
    """Return a sentence that says what is wrong, and where possible what to do about it."""
    if isinstance(error, ClientError):
        return _of_refusal(error)
    if isinstance(error, _NO_CREDENTIALS):
        return f"There are no usable AWS credentials: sign in, or name a profile ({_line(error)})."
    if isinstance(error, NoRegionError):
        return "No region is configured: give one with --region, or set AWS_DEFAULT_REGION."
    if isinstance(error, (HTTPClientError, NoConnectionError)):
        return f"There is no answer: {_line(error)}"
    return f"AWS could not be asked: {_line(error)}"


def _of_refusal(error: ClientError) -> str:
    response: Any = error.response
    code, message = response["Error"]["Code"], str(response["Error"].get("Message", "")).rstrip(".")
    if code in _EXPIRED:
        return f"AWS does not accept these credentials, sign in again: {message}."
    if code in _DENIED:
        return f"These credentials are not allowed to do this: {message}."
    return f"AWS refused {error.operation_name}: {message or code}."


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
