"""The files of `web/` as they are served: which ones, as what, and for which API.

    python -m scripts.web_console --env prod

publishes them to the bucket of a deployed stack that has one (`WebConsole=true`), as `make deploy` does by itself.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scripts.project.paths import ROOT

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


FOLDER = ROOT / "web"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
# for Node; and the page, which is not published as it is
_NOT_PUBLISHED = ("package.json", "index.html")
# The page in the repository may connect to these, since nobody knows the addresses yet.
_ANYWHERE = "connect-src 'self' https: wss:"


def content_type(name: str) -> str:
    """The media type of a file of the console."""
    return _TYPES.get(Path(name).suffix, "application/octet-stream")


def page(origins: Sequence[str]) -> bytes:
    """`index.html` that connects to these origins and no others."""
    text = (FOLDER / "index.html").read_text(encoding="utf-8")
    if _ANYWHERE not in text:
        raise ValueError(f"index.html must say: {_ANYWHERE}")
    return text.replace(_ANYWHERE, " ".join(["connect-src 'self'", *origins])).encode()


def config_json(api_url: str, *, sends_mail: bool) -> bytes:
    """Return the configuration that the page reads first."""
    return json.dumps({"apiUrl": api_url, "sendsMail": sends_mail}).encode()


def files(stack: Mapping[str, str], region: str) -> Iterator[tuple[str, bytes]]:
    """Names and contents for a stack with these outputs and parameters; the page last, after all that it loads."""
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file() and path.suffix in _TYPES and path.name not in _NOT_PUBLISHED:
            yield path.relative_to(FOLDER).as_posix(), path.read_bytes()
    # domains of one's own, where there are any
    api = f"https://{stack['DomainName']}/api" if stack.get("DomainName") else stack["ApiUrl"]
    socket = f"wss://{stack['RealtimeDomainName']}" if stack.get("RealtimeDomainName") else stack["WebSocketUrl"]
    yield "config.json", config_json(api, sends_mail=bool(stack.get("MailFrom")))
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    # Forms may be signed for either of the bucket's two addresses.
    uploads = [f"https://{stack['BucketName']}.{service}.{suffix}" for service in ("s3", f"s3.{region}")]
    yield "index.html", page([_origin(api), _origin(socket), *uploads])


def publish(s3: S3Client, stack: Mapping[str, str], region: str) -> int:
    """Puts every file into the console's bucket and takes away what is none any more.

    Returns
    -------
    int
        How many files there are.
    """
    bucket = stack["WebBucketName"]
    wanted = dict(files(stack, region))
    for name, content in wanted.items():
        # Asked for anew each time: CloudFront and browsers keep them, and a 304 is all that a reload costs.
        s3.put_object(Bucket=bucket, Key=name, Body=content, ContentType=content_type(name), CacheControl="no-cache")
    for found in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for entry in found.get("Contents", []):
            if entry["Key"] not in wanted:
                s3.delete_object(Bucket=bucket, Key=entry["Key"])
    return len(wanted)


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Publish the console as the options say; the return value is the exit status."""
    # half a second that serving the files locally does not need
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    from scripts.cli.failures import INTERRUPTED, sentence_of  # noqa: PLC0415
    from scripts.deploying.settings import ENVIRONMENTS  # noqa: PLC0415
    from scripts.project.problem import Problem  # noqa: PLC0415

    parser = argparse.ArgumentParser(
        prog="web_console", description="Publishes the console to the stack of an environment."
    )
    parser.add_argument("--env", choices=ENVIRONMENTS, default="default", help="as it was deployed by make deploy")
    options = parser.parse_args(arguments)
    try:
        print(_publish_to(options.env))
    except Problem as problem:
        print(problem, file=sys.stderr)
    except (BotoCoreError, ClientError) as error:
        print(sentence_of(error), file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED
    else:
        return 0
    return 1


def _publish_to(environment: str) -> str:
    """Publish the console to the stack of an environment; return what to say of it."""
    from scripts.cli.target import Choice, chosen  # noqa: PLC0415
    from scripts.project.problem import Problem  # noqa: PLC0415

    target = chosen(Choice(env=environment))
    target.describe()
    stack = {**target.parameters, **target.outputs}
    if "WebBucketName" not in stack:
        raise Problem("This stack has no console: deploy it with WebConsole=true.")
    count = publish(target.session.client("s3"), stack, str(target.session.region_name))
    return f"{count} files of the console published: {stack['WebUrl']}"


if __name__ == "__main__":
    sys.exit(main())
