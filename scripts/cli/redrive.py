"""Hands dead letters of the stream's consumers and of the queues' workers over again.

Source: https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

import click
from botocore.exceptions import BotoCoreError, ClientError

from scripts.cli.dead_letters import WORK_QUEUES, DeadLetterQueue, DeadTask, dead_task, put_back
from scripts.cli.failures import sentence_of
from scripts.cli.letters import Letter, letter_of
from scripts.cli.progress import progress
from scripts.cli.stream_filters import Filter, matches_any
from scripts.cli.target import Target, on_stack
from scripts.cli.words import counted, say

if TYPE_CHECKING:
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sqs import SQSClient

QUEUE = "StreamFailures"
# Of an invocation: Lambda takes 6 MB, and the consumers' own batches have a hundred records at most.
_PAYLOAD_MAX_BYTES = 5_000_000
_RECORDS_MAX = 100
_GONE = {"TrimmedDataAccessException", "ResourceNotFoundException"}


class Expired(Exception):
    """The records are no longer in the stream."""


class StillFailing(Exception):
    """The function did not take the records; its text says what it answered."""


class Outcome(Enum):
    """The outcome of a letter."""

    HANDLED = "handled"
    FAILING = "failing"
    EXPIRED = "expired"


@click.command(short_help="Hands failed records and tasks over again.")
@click.option("--dry-run", is_flag=True, help="Only list the letters.")
@click.option("--discard-expired", is_flag=True, help="Also delete letters whose records are gone from the stream.")
@on_stack
def redrive(target: Target, *, dry_run: bool, discard_expired: bool) -> int:
    """Hands over again the records and tasks that the stream's consumers and the queues' workers could not handle.

    Each dead letter of the stream is a record of the table's stream, or names records of it that are read from there:
    they are given to the function that failed. The letter is deleted once the function has taken all of them. A record
    that fails again is tried again from the function's own queue, and then is a letter again. A dead letter of a worker
    is its task: it goes back to the queue that it came from, and a long job goes on where it stopped. Doing this twice
    harms nothing: consumers and workers are made for repeats.

    The stream keeps records for 24 hours. For older ones, which are only named, `check --repair` finds and does the
    missing work (seats to be given away, the catalogue, moved sessions); pushes that people missed are not made good,
    since clients read what they missed. Then `--discard-expired` deletes the letters.
    """
    client = target.queues()
    queues = {name: DeadLetterQueue(client, target.resource(name)) for name in (QUEUE, *WORK_QUEUES)}
    try:
        letters = list(_letters(queues[QUEUE]))
        tasks = [(queues[name], task) for name in WORK_QUEUES for task in _tasks(name, queues[name])]
        if dry_run:
            for letter in (*letters, *(task for _, task in tasks)):
                click.echo(str(letter))
            count = len(letters) + len(tasks)
            click.echo(f"{counted(count, 'dead letter')}." if count else "There are no dead letters.")
            return 0
        outcomes = _redrive_letters(target, queues[QUEUE], letters, discard_expired=discard_expired)
        outcomes += [_put_back(target, client, queue, task) for queue, task in tasks]
    finally:
        for queue in queues.values():
            queue.release()
    return _summary(outcomes, discarded=discard_expired)


def _letters(queue: DeadLetterQueue) -> Iterator[Letter]:
    for message in queue.messages():
        if (letter := letter_of(message["ReceiptHandle"], message["Body"])) is not None:
            yield letter
        else:
            say(f"Message {message['MessageId']} is no letter of a stream's consumer: left where it is.")


def _tasks(name: str, queue: DeadLetterQueue) -> Iterator[DeadTask]:
    for message in queue.messages():
        if (task := dead_task(name, message)) is not None:
            yield task
        else:
            say(f"Message {message['MessageId']} is no task of a worker: left where it is.")


def _redrive_letters(
    target: Target, queue: DeadLetterQueue, letters: list[Letter], *, discard_expired: bool
) -> list[Outcome]:
    hand_over = HandOver(target.streams(), target.functions())
    outcomes = []
    with progress() as bar:
        for letter in bar.track(letters, description="Redriving"):
            outcome, line = _redriven(letter, hand_over)
            outcomes.append(outcome)
            bar.console.print(line, markup=False, highlight=False) if not bar.disable else say(line)
            if outcome is Outcome.HANDLED or (outcome is Outcome.EXPIRED and discard_expired):
                queue.delete(letter.receipt)
    return outcomes


def _put_back(target: Target, client: SQSClient, queue: DeadLetterQueue, task: DeadTask) -> Outcome:
    failure = put_back(client, target.resource(task.queue), task)
    if failure is not None:
        # one letter that leads nowhere must not keep the others back
        say(f"failing  {task}: {failure}")
        return Outcome.FAILING
    queue.delete(task.message["ReceiptHandle"])
    say(f"put back  {task}")
    return Outcome.HANDLED


def _redriven(letter: Letter, hand_over: HandOver) -> tuple[Outcome, str]:
    try:
        number = hand_over(letter)
    except Expired:
        return Outcome.EXPIRED, f"expired  {letter}"
    except StillFailing as failure:
        return Outcome.FAILING, f"failing  {letter}: {failure}"
    except (BotoCoreError, ClientError) as error:
        # one letter that leads nowhere must not keep the others back
        return Outcome.FAILING, f"failing  {letter}: {sentence_of(error)}"
    return Outcome.HANDLED, f"handled  {letter}: {number} records"


def _summary(outcomes: list[Outcome], *, discarded: bool) -> int:
    counts = {outcome: outcomes.count(outcome) for outcome in Outcome}
    if not outcomes:
        click.echo("There are no dead letters.")
        return 0
    click.echo(", ".join(f"{number} {outcome.value}" for outcome, number in counts.items() if number) + ".")
    if counts[Outcome.FAILING]:
        say("The functions' logs say why those still fail; their letters are kept.", fg="yellow")
    if counts[Outcome.EXPIRED]:
        kept = "they are deleted" if discarded else "--discard-expired deletes their letters"
        say(f"Records are in the stream for 24 hours: make good with `check --repair` what those called for; {kept}.")
    return 1 if counts[Outcome.FAILING] or (counts[Outcome.EXPIRED] and not discarded) else 0


class HandOver:
    """Gives the records of a letter to its function again."""

    def __init__(self, streams: DynamoDBStreamsClient, functions: LambdaClient) -> None:
        self._streams = streams
        self._functions = functions
        self._filters: dict[tuple[str, str], list[Filter]] = {}

    def __call__(self, letter: Letter) -> int:
        """How many records the function has taken.

        Raises
        ------
        Expired, StillFailing
        """
        if letter.record is not None:
            self._invoke(letter.function, [letter.record])
            return 1
        wanted = self._filters_of(letter)
        # Between the first and the last stand records of other batches too: those that the function never asked for
        # are left out, and those that it had are harmless.
        records = [record for record in self._records(letter) if matches_any(wanted, record)]
        for batch in _batches(records):
            self._invoke(letter.function, batch)
        return len(records)

    def _filters_of(self, letter: Letter) -> list[Filter]:
        key = (letter.function, letter.stream)
        if key not in self._filters:
            pages = self._functions.get_paginator("list_event_source_mappings").paginate(
                FunctionName=letter.function, EventSourceArn=letter.stream
            )
            self._filters[key] = [
                json.loads(one["Pattern"])
                for page in pages
                for mapping in page["EventSourceMappings"]
                for one in mapping.get("FilterCriteria", {}).get("Filters", [])
            ]
        return self._filters[key]

    def _records(self, letter: Letter) -> Iterator[dict[str, Any]]:
        try:
            iterator: str | None = self._streams.get_shard_iterator(
                StreamArn=letter.stream,
                ShardId=letter.shard,
                ShardIteratorType="AT_SEQUENCE_NUMBER",
                SequenceNumber=letter.first,
            )["ShardIterator"]
            while iterator is not None:
                answer = self._streams.get_records(ShardIterator=iterator)
                for record in answer["Records"]:
                    if int(record["dynamodb"]["SequenceNumber"]) > int(letter.last):
                        return
                    yield _as_event({**record, "eventSourceARN": letter.stream})
                    if record["dynamodb"]["SequenceNumber"] == letter.last:
                        return
                iterator = answer.get("NextShardIterator")
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                raise Expired from error
            raise

    def _invoke(self, function: str, records: list[dict[str, Any]]) -> None:
        answer = self._functions.invoke(FunctionName=function, Payload=json.dumps({"Records": records}))
        text = answer["Payload"].read().decode()
        if answer.get("FunctionError"):
            raise StillFailing(_message(text))
        failures = (json.loads(text) or {}).get("batchItemFailures", [])
        if failures:
            raise StillFailing(f"{len(failures)} of {len(records)} records failed")


def _batches(records: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    size = 0
    for record in records:
        length = len(json.dumps(record))
        if batch and (len(batch) == _RECORDS_MAX or size + length > _PAYLOAD_MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += length
    if batch:
        yield batch


def _as_event(value: Any) -> Any:
    """A record of the stream's API as Lambda gives it to a function: times in seconds, bytes in base64."""
    if isinstance(value, Mapping):
        return {name: _as_event(one) for name, one in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [_as_event(one) for one in value]
    if isinstance(value, datetime):
        return int(value.timestamp())
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def _message(payload: str) -> str:
    try:
        content = json.loads(payload)
        return f"{content['errorType']}: {content['errorMessage']}"
    except (ValueError, KeyError, TypeError):
        return payload[:200] or "the function failed"
