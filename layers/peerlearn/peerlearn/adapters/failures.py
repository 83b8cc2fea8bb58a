"""The meaning of AWS's failures here: those that pass by themselves are a 503, others are final or a fault of ours.

`MEANINGS` names every error that botocore's models give for an operation that is called (a test compares them), the
codes that services answer beside their models, and every code that botocore itself takes for throttling. A code
that is in no list is judged by its status.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html,
https://docs.aws.amazon.com/apigateway/latest/developerguide/CommonErrors.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from http import HTTPStatus
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as NoConnectionError

from peerlearn.domain.errors import TemporarilyUnavailable

# Timeouts, refused and dropped connections: no reply came, or not all of it, whatever was done.
NO_REPLY = (HTTPClientError, NoConnectionError, IncompleteReadError)


class Meaning(Enum):
    """The meaning of a refusal of AWS's for its caller."""

    TRY_AGAIN = "the same call may well succeed a moment later"
    GONE = "what the call was for is not there, and no try finds it"
    ANSWER = "not a failure: who made the call reads what it says"
    OURS = "a fault of the product, its settings or its permissions"


_BY_MEANING: Mapping[Meaning, tuple[str, ...]] = {
    Meaning.TRY_AGAIN: (
        # throttled, whatever the service calls it
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "KMS.ThrottlingException",
        "KmsThrottled",
        "LimitExceededException",
        "OverLimit",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        # busy, slow or broken for the moment
        "BadDigest",
        "InternalError",
        "InternalServerError",
        "InternalServiceError",
        "OperationAborted",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        # others at the same item, or this very call a moment ago
        "PriorRequestNotComplete",
        "ReplicatedWriteConflictException",
        "TransactionConflictException",
        "TransactionInProgressException",
        # of a file in parts that was put together by a try whose reply was lost, or cleared away: it is begun anew
        "NoSuchUpload",
        # a function's credentials are renewed under it
        "ExpiredToken",
        "ExpiredTokenException",
    ),
    Meaning.GONE: (
        "404",
        "GoneException",
        # the first bytes of a file that has none
        "InvalidRange",
        # a look at, or a tag on, a file whose newest version is a deletion
        "405",
        "MethodNotAllowed",
        "NoSuchKey",
        "NoSuchVersion",
        # a message that has come back to its queue, or left it
        "AWS.SimpleQueueService.MessageNotInflight",
        "MessageNotInflight",
        "ReceiptHandleIsInvalid",
    ),
    Meaning.ANSWER: ("ConditionalCheckFailedException", "TransactionCanceledException"),
    Meaning.OURS: (
        # permissions, keys and clocks
        "403",
        "AccessDenied",
        "AccessDeniedException",
        "AllAccessDisabled",
        "DecryptionFailure",
        "ForbiddenException",
        "IncompleteSignatureException",
        "InvalidAccessKeyId",
        "InvalidSecurity",
        "KMS.AccessDeniedException",
        "KMS.DisabledException",
        "KMS.InvalidKeyUsageException",
        "KMS.InvalidStateException",
        "KMS.NotFoundException",
        "KMS.OptInRequired",
        "KmsAccessDenied",
        "KmsDisabled",
        "KmsInvalidKeyUsage",
        "KmsInvalidState",
        "KmsNotFound",
        "KmsOptInRequired",
        "MissingAuthenticationTokenException",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
        # of a sender that SES does not take mails from, or of a mail that it does not take
        "AccountSuspendedException",
        "MailFromDomainNotVerifiedException",
        "MessageRejected",
        "SendingPausedException",
        # settings that name nothing
        "AWS.SimpleQueueService.NonExistentQueue",
        "InvalidAddress",
        "NoSuchBucket",
        "NotFoundException",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
        # requests that should not have been made
        "400",
        "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
        "AWS.SimpleQueueService.BatchRequestTooLong",
        "AWS.SimpleQueueService.EmptyBatchRequest",
        "AWS.SimpleQueueService.InvalidBatchEntryId",
        "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
        "AWS.SimpleQueueService.UnsupportedOperation",
        "BadRequestException",
        "BatchEntryIdsNotDistinct",
        "BatchRequestTooLong",
        "EmptyBatchRequest",
        "EncryptionTypeMismatch",
        "IdempotentParameterMismatchException",
        "InvalidBatchEntryId",
        "InvalidMessageContents",
        "InvalidObjectState",
        "InvalidParameterException",
        "InvalidRequest",
        "InvalidRequestException",
        "InvalidWriteOffset",
        "ItemCollectionSizeLimitExceededException",
        "PayloadTooLargeException",
        "TooManyEntriesInBatchRequest",
        "TooManyParts",
        "UnsupportedOperation",
        "ValidationException",
    ),
}
MEANINGS: Mapping[str, Meaning] = {code: meaning for meaning, codes in _BY_MEANING.items() for code in codes}

_GONE_STATUSES = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


def code_of(error: ClientError) -> str:
    """Return the service's own name of a refusal, or its status where there is no body to name it."""
    response: Any = error.response
    return str(response["Error"]["Code"])


def status_of(error: ClientError) -> int:
    """Return the HTTP status of a refusal, 0 where it is not known."""
    response: Any = error.response
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def meaning_of(error: ClientError) -> Meaning:
    """Return what a refusal means: by its code, and by its status where the code is in no list."""
    status = status_of(error)
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Meaning.TRY_AGAIN
    known = MEANINGS.get(code_of(error))
    if known is not None:
        return known
    return Meaning.GONE if status in _GONE_STATUSES else Meaning.OURS


def is_transient(error: ClientError) -> bool:
    """Return whether the same call may well succeed a moment later."""
    return meaning_of(error) is Meaning.TRY_AGAIN


@contextmanager
def transient_as_unavailable() -> Iterator[None]:
    """Turns what passes by itself into TemporarilyUnavailable; everything else goes on as it is."""
    try:
        yield
    except ClientError as error:
        if is_transient(error):
            raise TemporarilyUnavailable from error
        raise
    except NO_REPLY as error:
        raise TemporarilyUnavailable from error
