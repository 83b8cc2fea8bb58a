"""Everything that the product calls on AWS, each service on a wire, and one judge over all of them.

DynamoDB is the engine on this machine; the other services answer what a healthy one would. Time passes without being
waited for: pauses and answers that never come are added up instead, at their longest.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from unittest import mock

from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.session import get_session

from peerlearn.adapters.passwords import PasswordHasher
from peerlearn.bootstrap import core, security
from peerlearn.bootstrap.standing import standing_service
from peerlearn.domain.limits import DEFAULTS
from peerlearn.domain.retrying import Backoff
from peerlearn.snapshots import forget_providers
from scripts.dynamodb_local import DynamoDBLocal
from scripts.project.template import create_keys_table_request
from tests.support.wire import PATIENT, Judge, Refusal, Try, Wire, respond

ENVIRONMENT = {
    "SECRET_ID": "signing-key",
    "CURSOR_SECRET_ID": "cursor-key",
    "BUCKET_NAME": "bucket",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "MANAGEMENT_ENDPOINT": "https://sockets.example/live",
    "ERASURE_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/erasures",
    "EXPORT_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/exports",
    "PROMOTION_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/promotions.fifo",
    "CATALOGUE_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/catalogue",
    "ANNOUNCEMENT_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/announcements",
    "MAIL_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/mails",
    "MAIL_FROM": "school@peerlearn.example",
    "APP_URL": "https://peerlearn.example/",
    "API_URL": "https://api.peerlearn.example",
    "FEEDBACK_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/feedback",
    "JOB_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/jobs",
    "RETRY_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/retries",
    # No window is full or closes in the course of a test.
    "LIMITS": ",".join(f"{name}=100000/86400" for name in DEFAULTS),
}
_XML = {"content-type": "application/xml"}
# Fast to check, and never the product's own.
_BCRYPT_COST = 4


class Stopwatch:
    """Time that is only added up; threads wait side by side, each from when the one that began them had got to."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """The caller begins the other threads, and waits for them."""
        self._passed: dict[int, float] = defaultdict(float)
        self._first = threading.get_ident()

    def wait(self, seconds: float) -> None:
        own = threading.get_ident()
        self._passed[own] = max(self._passed[own], self._passed[self._first]) + seconds

    def now(self) -> float:
        """The time of the present thread."""
        own = threading.get_ident()
        if own == self._first:
            # here again when all others have ended
            self._passed[own] = self.longest
        return max(self._passed[own], self._passed[self._first])

    @property
    def longest(self) -> float:
        """The time of whoever waited longest since the last `reset`."""
        return max(list(self._passed.values()), default=0.0)


class Network:
    """Makes clients as `botocore.session.Session` does.

    Attributes
    ----------
    judge: callable or None
        Asked of every try of every call, numbered through all services since the last `reset`.
    tries: list of Try
        What was tried since then.
    posted: list of (str, str)
        What came to which connection (POST for an event, DELETE for its end), and what to which queue.
    """

    def __init__(self, engine: DynamoDBLocal, table_name: str) -> None:
        self._engine = engine
        self.table_name = table_name
        self._session = get_session()
        self._lock = threading.Lock()
        self._servers: dict[str, Callable[[Any], AWSResponse]] = {
            "secretsmanager": _secrets,
            "s3": _bucket,
            "sqs": self._queues,
            "sesv2": self._mails,
            "apigatewaymanagementapi": self._sockets,
        }
        self.wires: dict[str, Wire] = {}
        self.judge: Judge | None = None
        self.tries: list[Try] = []
        self.posted: list[tuple[str, str]] = []
        self.stopwatch = Stopwatch()

    def create_client(self, service: str, *, config: Config, endpoint_url: str | None = None) -> Any:
        if service == "dynamodb":
            endpoint_url = self._engine.endpoint
        client: Any = self._session.create_client(
            service,
            region_name=ENVIRONMENT["AWS_REGION"],
            config=Config(proxies={}).merge(config).merge(PATIENT),
            endpoint_url=endpoint_url,
            aws_access_key_id="local",
            aws_secret_access_key="local",
        )
        wire = Wire(client, self._servers.get(service), judge=self._ask, waited=self.stopwatch.wait, config=config)
        self.wires[service] = wire
        return client

    def reset(self, judge: Judge | None = None, *, forgets_tokens: bool = False) -> None:
        """A new judge, and a process that has just started: it knows no keys, and nobody's standing."""
        verifying, signing, listing = security.public_keys(), security.signing_keys(), security.cursor_keys()
        verifying.__init__(verifying._ask)  # type: ignore[misc]
        signing.__init__(signing._versions, signing._publication)  # type: ignore[misc]
        listing.__init__(listing._versions)  # type: ignore[misc]
        standing_service()._known.__init__()  # type: ignore[misc]
        self.tries.clear()
        self.posted.clear()
        self.stopwatch.reset()
        self.judge = judge
        for wire in self.wires.values():
            wire.forgets_tokens = forgets_tokens

    def _ask(self, one: Try) -> Any:
        with self._lock:
            one = replace(one, number=len(self.tries) + 1)
            self.tries.append(one)
            return self.judge(one) if self.judge is not None else None

    def _sockets(self, request: Any) -> AWSResponse:
        with self._lock:
            self.posted.append((request.method, request.url.rpartition("/")[2]))
        return respond(request.url, 200)

    def _mails(self, request: Any) -> AWSResponse:
        with self._lock:
            self.posted.append(("SendEmail", json.loads(request.body)["Destination"]["ToAddresses"][0]))
        return respond(request.url, 200, b'{"MessageId": "1"}')

    def _queues(self, request: Any) -> AWSResponse:
        body, target = json.loads(request.body), str(request.headers["X-Amz-Target"])
        if "ChangeMessageVisibility" in target:
            return respond(request.url, 200, b"{}")
        entries = body.get("Entries", [body])
        with self._lock:
            self.posted += [("SendMessage", one["MessageBody"]) for one in entries]
        taken = [{"Id": one["Id"], "MessageId": "1", "MD5OfMessageBody": ""} for one in entries if "Id" in one]
        return respond(request.url, 200, json.dumps({"MessageId": "1", "Successful": taken, "Failed": []}).encode())


@contextmanager
def connected(engine: DynamoDBLocal, table_name: str, **variables: str) -> Iterator[Network]:
    """The product's providers on that table, for as long as it lasts."""
    network = Network(engine, table_name)
    keys_table = f"{table_name}-keys"
    aside = engine.client()
    aside.create_table(**create_keys_table_request(keys_table))
    names = {"TABLE_NAME": table_name, "KEYS_TABLE_NAME": keys_table}
    with (
        mock.patch.dict("os.environ", {**ENVIRONMENT, **variables, **names}),
        mock.patch.object(core, "_session", return_value=network),
        mock.patch("peerlearn.bootstrap.accounts.PasswordHasher", return_value=PasswordHasher(_BCRYPT_COST)),
        timeless(network.stopwatch),
    ):
        forget_providers()
        core.table()
        yield network
    forget_providers()
    aside.delete_table(TableName=keys_table)


@contextmanager
def timeless(stopwatch: Stopwatch) -> Iterator[None]:
    """Every pause has its longest length, and none is waited for; botocore never runs out of tries to spend."""
    attempts, base, cap, budget, *_ = Backoff.__init__.__defaults__ or ()
    patient = (attempts, base, cap, budget, stopwatch.wait, stopwatch.now, lambda _, longest: longest)

    def longest_delay(_: object, context: Any) -> float:
        return float(min(2 ** (context.attempt_number - 1), 20))

    with (
        mock.patch.object(Backoff.__init__, "__defaults__", patient),
        mock.patch("peerlearn.domain.deadline._monotonic", stopwatch.now),
        mock.patch("botocore.endpoint.time", SimpleNamespace(sleep=stopwatch.wait)),
        mock.patch("botocore.retries.standard.ExponentialBackoff.delay_amount", longest_delay),
        mock.patch("botocore.retries.quota.RetryQuota.acquire", lambda _, amount: amount),
    ):
        yield


def _secrets(request: Any) -> AWSResponse:
    asked = json.loads(request.body)
    if asked.get("VersionStage") != "AWSCURRENT":
        return Refusal("ResourceNotFoundException").answer(request.url)
    answer = {
        "Name": asked["SecretId"],
        "VersionId": "version-1",
        "CreatedDate": 1_767_225_600,
        "SecretString": json.dumps({"key": "k" * 64}),
    }
    return respond(request.url, 200, json.dumps(answer).encode())


def _bucket(request: Any) -> AWSResponse:
    """A file at every address, one more of them in every list."""
    if "Range" in request.headers:
        begins = b"%PDF-1.7"
        file = {
            "content-length": str(len(begins)),
            "content-range": f"bytes 0-{len(begins) - 1}/4096",
            "content-type": "application/pdf",
            "x-amz-version-id": "1",
        }
        return respond(request.url, 206, begins, file)
    asked = request.url.partition("?")[2]
    if request.method == "GET" and "versions" in asked:
        return respond(request.url, 200, b"<R><Version><Key>a</Key><VersionId>1</VersionId></Version></R>", _XML)
    if request.method == "GET":
        return respond(request.url, 200, b"<R><IsTruncated>false</IsTruncated></R>", _XML)
    return respond(request.url, 200, b"<R></R>" if request.method == "POST" else b"", _XML)
