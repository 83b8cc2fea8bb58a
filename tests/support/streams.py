"""A table's stream as Lambda is handed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from scripts.dynamodb_local import DynamoDBLocal

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Records = list[dict[str, Any]]


class Stream:
    """The table's stream, read like an event source does: what is new since the last look."""

    def __init__(self, table: DynamoDBClient, name: str) -> None:
        self._client = boto3.client("dynamodbstreams")
        arn = table.describe_table(TableName=name)["Table"]["LatestStreamArn"]
        shard = self._client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
        self._iterator = self._client.get_shard_iterator(
            StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]

    def records(self) -> list[dict[str, Any]]:
        answer: Any = self._client.get_records(ShardIterator=self._iterator)
        self._iterator = answer["NextShardIterator"]
        found = []
        for record in answer["Records"]:
            made = int(record["dynamodb"]["ApproximateCreationDateTime"].timestamp())
            found.append(record | {"dynamodb": record["dynamodb"] | {"ApproximateCreationDateTime": made}})
        return found


def stream_records(engine: DynamoDBLocal, table_name: str) -> Records:
    """Every record of the stream so far."""
    arn = engine.client().describe_table(TableName=table_name)["Table"]["LatestStreamArn"]
    streams = boto3.client(
        "dynamodbstreams",
        endpoint_url=engine.endpoint,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(proxies={}),
    )
    records: Records = []
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator: str | None = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while iterator:
            answer = streams.get_records(ShardIterator=iterator)
            records += [_as_lambda_sees(record) for record in answer["Records"]]
            iterator = answer.get("NextShardIterator") if answer["Records"] else None
    return records


def _as_lambda_sees(record: Any) -> dict[str, Any]:
    change = record["dynamodb"]
    at = int(change["ApproximateCreationDateTime"].timestamp())
    return {**record, "dynamodb": {**change, "ApproximateCreationDateTime": at}}
