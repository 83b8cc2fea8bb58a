"""A stand-in for AWS with nothing in it: an empty table, a secret, a bucket without files, queues for everything."""

from __future__ import annotations

import base64
import json
import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from peerlearn.adapters.ed25519 import key_pair
from peerlearn.domain.standing import Standing
from peerlearn.domain.users import Role
from peerlearn.persistence import keys, system_keys
from peerlearn.persistence.items.standing import standing_item
from peerlearn.persistence.marshalling import marshal

SIGNING_KEY = "k" * 64
KEY_ID = "version-1"
SESSION_ID = "sid_1"


class StandInForAws:
    """Answers every service at one address, at once: a table in which nothing is, and whatever is written is fine."""

    def __init__(self) -> None:
        self._server = serve(_AwsHandler)
        self.url = f"http://{address_of(self._server)}"
        self.credentials = {
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_SESSION_TOKEN": "testing",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.url,
        }
        queues = f"{self.url}/123456789012"
        self.variables = {
            "ALLOWED_ORIGINS": "https://peerlearn.example",
            "ANNOUNCEMENT_QUEUE_URL": f"{queues}/announcements",
            "AUDIT_RETENTION_DAYS": "365",
            "BCRYPT_COST": "10",
            "BUCKET_NAME": "bucket",
            "CATALOGUE_QUEUE_URL": f"{queues}/catalogue",
            "ENVIRONMENT": "dev",
            "ERASURE_QUEUE_URL": f"{queues}/erasures",
            "EXPORT_QUEUE_URL": f"{queues}/exports",
            "FEEDBACK_QUEUE_URL": f"{queues}/feedback",
            "JOB_QUEUE_URL": f"{queues}/jobs",
            "LIMITS": "",
            "LOCAL_ENDPOINT": "",
            "APP_URL": "https://peerlearn.example/",
            "API_URL": "https://api.peerlearn.example",
            "MAIL_CONFIGURATION_SET": "",
            "MAIL_FROM": "school@peerlearn.example",
            "MAIL_QUEUE_URL": f"{queues}/mails",
            "MANAGEMENT_ENDPOINT": f"{self.url}/live",
            "MAX_UPLOAD_BYTES": "52428800",
            "POWERTOOLS_LOG_LEVEL": "INFO",
            "POWERTOOLS_METRICS_NAMESPACE": "Peerlearn/test",
            "POWERTOOLS_SERVICE_NAME": "peerlearn",
            "PROMOTION_QUEUE_URL": f"{queues}/promotions.fifo",
            "PYDANTIC_DISABLE_PLUGINS": "__all__",
            "PYTHONTZPATH": "/usr/share/zoneinfo",
            "CURSOR_SECRET_ID": "cursor-key",
            "KEYS_TABLE_NAME": "keys",
            "RETRY_QUEUE_URL": f"{queues}/retries",
            "SECRET_ID": "signing-key",
            "TABLE_NAME": "table",
            "VERIFIED_EMAIL": "optional",
            "WEB_SOCKET_URL": "",
        }

    @property
    def asked(self) -> int:
        """How many requests there were."""
        return self._server.asked

    def hang_up(self) -> int:
        """Closes every connection from this side; how many there were."""
        connections = list(self._server.connections)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        return len(connections)

    def close(self) -> None:
        self.hang_up()
        self._server.shutdown()
        self._server.server_close()


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, handler: type[Handler]) -> None:
        self.connections: set[Any] = set()
        self.asked = 0
        super().__init__(("127.0.0.1", 0), handler)

    def handle_error(self, *_: object) -> None:
        """A connection that ended is no news."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        with suppress(OSError):
            super().finish()

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def parse_request(self) -> bool:
        self.server.asked += 1
        return super().parse_request()

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _AwsHandler(Handler):
    _ANSWERS: ClassVar[dict[str, Any]] = {
        "BatchGetItem": {"Responses": {}, "UnprocessedKeys": {}},
        "Query": {"Items": [], "Count": 0, "ScannedCount": 0},
        "SendMessage": {"MessageId": "1"},
        "SendMessageBatch": {"Successful": [], "Failed": []},
        "GetSecretValue": {
            "Name": "signing-key",
            "VersionId": KEY_ID,
            "CreatedDate": 1_767_225_600,
            "SecretString": json.dumps({"key": SIGNING_KEY}),
        },
    }

    def do_POST(self) -> None:
        asked = self.body()
        operation = (self.headers.get("X-Amz-Target") or "").rpartition(".")[2]
        answer = self._ANSWERS.get(operation, {})
        key = json.loads(asked).get("Key") if operation in ("GetItem", "UpdateItem") else None
        if key is not None:
            answer = _one(operation, key)
        self.answer(200, json.dumps(answer).encode(), Content_Type="application/x-amz-json-1.0")

    def do_PUT(self) -> None:
        self.body()
        self.answer(200, ETag='"1"')

    def do_GET(self) -> None:
        self.answer(200, b"<R><IsTruncated>false</IsTruncated></R>", Content_Type="application/xml")

    def do_DELETE(self) -> None:
        self.answer(204)

    def do_HEAD(self) -> None:
        self.answer(404)


def _one(operation: str, key: dict[str, dict[str, str]]) -> dict[str, Any]:
    """The public key, everybody's standing as an administrator, and of an update an item that holds its key alone."""
    partition, sort = key["PK"]["S"], key["SK"]["S"]
    if partition == system_keys.published_keys().pk:
        public = base64.b64encode(key_pair(SIGNING_KEY.encode())[0]).decode()
        since = "2026-01-01T00:00:00.000Z"
        item: dict[str, Any] = {"version": 1, "keys": {KEY_ID: {"publicKey": public, "since": since}}}
    elif sort == keys.standing("").sk:
        standing = Standing(partition.removeprefix("USER#"), Role.ADMIN, sessions={SESSION_ID: 0})
        item = standing_item(standing)
    else:
        return {"Attributes": key} if operation == "UpdateItem" else {}
    return {"Attributes" if operation == "UpdateItem" else "Item": {**marshal(item), **key}}


def serve(handler: type[Handler]) -> Server:
    server = Server(handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server


def address_of(server: Server) -> str:
    return f"127.0.0.1:{server.server_address[1]}"
