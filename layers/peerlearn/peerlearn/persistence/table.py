"""The one way to DynamoDB: native Python in and out, named failures, bounded retries.

A call may end in these ways:

    answered        -> the result
    condition false -> ConditionFailed, with the item that stood in the way; never retried
    contention      -> retried with full jitter while tries and time last, then TemporarilyUnavailable
    throttled, 5xx, no reply -> botocore's few attempts, then TemporarilyUnavailable
    anything else   -> raised as it is: a fault of ours

Source for full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from peerlearn.adapters.failures import NO_REPLY, is_transient
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.retrying import Backoff
from peerlearn.persistence.keys import Key
from peerlearn.persistence.marshalling import marshal, unmarshal
from peerlearn.persistence.writes import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = dict[str, Any]

BATCH_GET_MAX = 100  # DynamoDB's own limit
BATCH_WRITE_MAX = 25  # DynamoDB's own limit

_CONTENTION_REASONS = frozenset(
    {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "InternalServerError"}
)


class ConditionFailed(Exception):
    """A failure because a condition was false; `found[i]` is the item that stood in the way of write `i`.

    Attributes
    ----------
    failed: tuple of bool
        For each write of the call, in its order, whether its own condition was false.
    found: tuple of (dict or None)
        For each failed write the item as it was, or None where there was none.
    undecided: tuple of bool
        For each write whether its condition was not looked at, because another writer was at its item.
    """

    def __init__(
        self, failed: Sequence[bool], found: Sequence[Item | None], undecided: Sequence[bool] | None = None
    ) -> None:
        self.failed = tuple(failed)
        self.found = tuple(found)
        self.undecided = tuple(undecided or [False] * len(self.failed))
        super().__init__(f"conditions failed: {self.failed}")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a Query: `last` is the key to go on after, None at the end."""

    items: list[Item]
    last: Item | None


class Table:
    """Reads and writes the product's table.

    Parameters
    ----------
    client
        A low-level DynamoDB client with short timeouts and few attempts.
    name: str
        The table's name.
    """

    def __init__(self, client: DynamoDBClient, name: str, backoff: Callable[[], Backoff] = Backoff) -> None:
        self._client = client
        self._name = name
        self._backoff = backoff

    def within(self, seconds: float) -> Table:
        """Return the same table for a use case that gives up on conflicts after so many seconds."""
        return Table(self._client, self._name, lambda: replace(self._backoff(), budget=seconds))

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        """Return one item by its key, or None."""
        with _named_failures():
            answer = self._client.get_item(TableName=self._name, Key=marshal(key.as_item()), ConsistentRead=consistent)
        return unmarshal(answer["Item"]) if "Item" in answer else None

    def batch_get(self, keys: Iterable[Key], *, consistent: bool = True) -> dict[Key, Item]:
        """Return items by key, those that exist; unprocessed keys are asked for again, bounded."""
        found: dict[Key, Item] = {}
        wanted = list(dict.fromkeys(keys))
        for start in range(0, len(wanted), BATCH_GET_MAX):
            pending: Any = [marshal(key.as_item()) for key in wanted[start : start + BATCH_GET_MAX]]
            for _ in self._backoff().waits():
                request: Any = {self._name: {"Keys": pending, "ConsistentRead": consistent}}
                with _named_failures():
                    answer: Any = self._client.batch_get_item(RequestItems=request)
                for raw in answer["Responses"].get(self._name, ()):
                    item = unmarshal(raw)
                    found[Key(item["PK"], item["SK"])] = item
                pending = answer.get("UnprocessedKeys", {}).get(self._name, {}).get("Keys")
                if not pending:
                    break
            else:
                raise TemporarilyUnavailable
        return found

    def query_page(
        self,
        condition: str,
        values: Mapping[str, Any],
        *,
        names: Mapping[str, str] | None = None,
        index: str | None = None,
        forward: bool = True,
        limit: int | None = None,
        start: Item | None = None,
        where: str | None = None,
        consistent: bool | None = None,
        count_only: bool = False,
    ) -> tuple[Page, int]:
        """Make one Query call; return the page and the number of matching items. `where` filters after reading."""
        request: dict[str, Any] = {
            "TableName": self._name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": marshal(values),
            "ScanIndexForward": forward,
            # An index cannot be read consistently; nothing is authorised from one.
            "ConsistentRead": index is None if consistent is None else consistent,
        }
        if names:
            request["ExpressionAttributeNames"] = dict(names)
        if index:
            request["IndexName"] = index
        if limit is not None:
            request["Limit"] = limit
        if start:
            request["ExclusiveStartKey"] = marshal(start)
        if where:
            request["FilterExpression"] = where
        if count_only:
            request["Select"] = "COUNT"
        with _named_failures():
            answer = self._client.query(**request)
        last = answer.get("LastEvaluatedKey")
        items = [unmarshal(item) for item in answer.get("Items", ())]
        return Page(items, unmarshal(last) if last else None), answer["Count"]

    def query(
        self,
        condition: str,
        values: Mapping[str, Any],
        *,
        limit: int | None = None,
        start: Item | None = None,
        **options: Any,
    ) -> list[Item]:
        """Return every item of a Query, or the first `limit`, following LastEvaluatedKey through empty pages too.

        Parameters
        ----------
        start: dict, optional
            The key to go on after.
        """
        items: list[Item] = []
        while True:
            wanted = None if limit is None else limit - len(items)
            page, _ = self.query_page(condition, values, limit=wanted, start=start, **options)
            items += page.items
            start = page.last
            if start is None or (limit is not None and len(items) >= limit):
                return items

    def count(self, condition: str, values: Mapping[str, Any], *, most: int | None = None, **options: Any) -> int:
        """Return how many items a Query matches; with `most` it stops there, having read no more."""
        total = 0
        start: Item | None = None
        while True:
            left = None if most is None else most - total
            page, matched = self.query_page(condition, values, limit=left, start=start, count_only=True, **options)
            total += matched
            start = page.last
            if start is None or (most is not None and total >= most):
                return total

    def write(self, write: Write, *, returning: str = "NONE") -> Item | None:
        """Make one conditional write; return the attributes that `returning` asks for.

        Parameters
        ----------
        returning: str
            `ReturnValues` of the call, e.g. ALL_NEW for an Update.

        Raises
        ------
        ConditionFailed
            The condition was false; `found[0]` is the item that stood there. A caller compares it with its own write:
            the client library repeats a call whose reply was lost.
        """
        calls: dict[str, Callable[..., Any]] = {
            "Put": self._client.put_item,
            "Update": self._client.update_item,
            "Delete": self._client.delete_item,
        }
        request: dict[str, Any] = {"TableName": self._name, "ReturnValues": returning, **write.request}
        for _ in self._backoff().waits():
            try:
                with _named_failures(retried="TransactionConflictException"):
                    answer = calls[write.operation](**request)
            except _Contention:
                continue
            return unmarshal(answer["Attributes"]) if answer.get("Attributes") else None
        raise TemporarilyUnavailable

    def batch_delete(self, keys: Iterable[Key]) -> None:
        """Delete items by key, those that exist; unprocessed keys are asked for again, bounded."""
        unwanted = list(dict.fromkeys(keys))
        for start in range(0, len(unwanted), BATCH_WRITE_MAX):
            some = unwanted[start : start + BATCH_WRITE_MAX]
            pending: Any = [{"DeleteRequest": {"Key": marshal(key.as_item())}} for key in some]
            for _ in self._backoff().waits():
                with _named_failures():
                    answer: Any = self._client.batch_write_item(RequestItems={self._name: pending})
                pending = answer.get("UnprocessedItems", {}).get(self._name)
                if not pending:
                    break
            else:
                raise TemporarilyUnavailable

    def transact(self, writes: Sequence[Write], token: str) -> None:
        """Make all of the writes, or none.

        Parameters
        ----------
        token: str
            The ClientRequestToken: made once per use of this transaction, so that a repeat after a lost reply is
            recognised by DynamoDB (for ten minutes) and not done twice. 1 to 36 characters.

        Raises
        ------
        ConditionFailed
            At least one condition was false: nothing was written.
        TemporarilyUnavailable
            Contention or throttling outlasted the tries.
        """
        items: Any = [{write.operation: {"TableName": self._name, **write.request}} for write in writes]
        for _ in self._backoff().waits():
            try:
                with _named_failures(retried="TransactionInProgressException"):
                    self._client.transact_write_items(TransactItems=items, ClientRequestToken=token)
            except _Contention:
                continue
            return
        raise TemporarilyUnavailable


class _Contention(Exception):
    """A failure because another writer was at the same items at the same moment: worth another try."""


@contextmanager
def _named_failures(retried: str | None = None) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        raise _translate(error, retried) from error
    except NO_REPLY as error:
        raise TemporarilyUnavailable from error


def _translate(error: ClientError, retried: str | None) -> Exception:
    response: Any = error.response
    code = response["Error"]["Code"]
    if code == "TransactionCanceledException":
        reasons = response.get("CancellationReasons", [])
        failed = [reason.get("Code") == "ConditionalCheckFailed" for reason in reasons]
        # A false condition decides: another try would only find it false again.
        if any(failed):
            found = [unmarshal(reason["Item"]) if reason.get("Item") else None for reason in reasons]
            return ConditionFailed(failed, found, [reason.get("Code") in _CONTENTION_REASONS for reason in reasons])
        if any(reason.get("Code") in _CONTENTION_REASONS for reason in reasons):
            return _Contention()
        return error
    if code == "ConditionalCheckFailedException":
        item = response.get("Item")
        return ConditionFailed([True], [unmarshal(item) if item else None])
    if code == retried:
        return _Contention()
    return TemporarilyUnavailable() if is_transient(error) else error
