"""Which URLs may be handed in: https on Amazon S3, Google Drive / Docs or GitHub, judged on the raw string.

Parsers disagree about odd URLs (`https://evil.com\\@github.com/a` is on github.com to one, on evil.com to another), so
everything that two of them could read differently is refused first, and only then is the host compared, whole. Nobody
fetches the URL here: a tutor who follows it has to arrive at the host that the check has seen.

Accepted on these hosts is whatever has a path: a repository, a file, a commit, a release asset, a gist, a raw file, a
Drive file, folder or share link. Not accepted: a host alone, github.io, s3-website, access points, accelerated and
FIPS endpoints, objects.githubusercontent.com (where release assets redirect to, for minutes).

Sources: RFC 3986; S3's virtual-hosted and path-style forms,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
"""

from __future__ import annotations

import re
from typing import NamedTuple

from peerlearn.domain.problems import Problem, Rule, ValueRefused

URL_MAX_LENGTH = 2048

_HOSTS = frozenset(
    {"github.com", "gist.github.com", "raw.githubusercontent.com", "drive.google.com", "docs.google.com"}
)

# RFC 3986 knows no other characters; of its own, `@` is refused for what parsers make of it.
_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]!$&'()*+,;=%]+")
_PARTS = re.compile(r"https://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<rest>.*)", re.IGNORECASE)
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ENCODED_CONTROL = re.compile(r"%(?:[01][0-9A-Fa-f]|7[Ff])")
_DOT_SEGMENT = re.compile(r"(?:^|/|\\|%2f|%5c)(?:\.|%2e){1,2}(?:/|%2f|%5c|$)", re.IGNORECASE)

_REGION = r"[a-z]{2}(?:-[a-z]+){1,3}-\d{1,2}"
_BUCKET = r"(?!\d+\.\d+\.\d+\.\d+$)(?!.*(?:\.\.|\.-|-\.))[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
_S3_HOST = re.compile(
    rf"(?:(?P<bucket>[a-z0-9.-]+)\.)?s3(?:[.-](?P<region>{_REGION})|\.dualstack\.(?P<dual>{_REGION}))?"
    r"\.amazonaws\.com(?P<china>\.cn)?"
)
_BUCKET_NAME = re.compile(_BUCKET)


class S3Location(NamedTuple):
    """Where a URL points in S3. `key` is the path as written; `is_plain` tells that nothing follows it."""

    bucket: str
    key: str
    is_plain: bool


class CheckedUrl(NamedTuple):
    """A URL that may be handed in; `s3` where it points into a bucket."""

    url: str
    s3: S3Location | None


class UrlRefused(ValueRefused):
    """Why a URL may not be handed in."""


def check_url(raw: str) -> CheckedUrl:
    """The URL, unchanged, with where it leads.

    Raises
    ------
    UrlRefused
    """
    if not raw or len(raw) > URL_MAX_LENGTH:
        rule, limit = (Rule.TOO_LONG, URL_MAX_LENGTH) if raw else (Rule.TOO_SHORT, 1)
        raise UrlRefused(Problem(rule, f"must have 1 to {URL_MAX_LENGTH} characters", limit))
    if not _CHARACTERS.fullmatch(raw):
        message = "must not contain spaces, control characters, a backslash, `@` or anything outside ASCII URLs"
        raise UrlRefused(Problem(Rule.MALFORMED, message))
    parts = _PARTS.fullmatch(raw)
    if parts is None:
        raise UrlRefused(Problem(Rule.NOT_HTTPS, "must begin with https://"))
    authority, path = parts["authority"], parts["path"]
    if "%" in authority:
        raise UrlRefused(Problem(Rule.MALFORMED, "must not have an encoded host"))
    _check_path(raw, path)
    host = authority.lower().removesuffix(":443")
    if host in _HOSTS:
        return CheckedUrl(raw, None)
    location = _s3_location(host, path, is_plain=not parts["rest"])
    if location is None:
        message = "must be on Amazon S3, Google Drive, Google Docs or GitHub"
        raise UrlRefused(Problem(Rule.HOST_NOT_ALLOWED, message))
    return CheckedUrl(raw, location)


def _check_path(raw: str, path: str) -> None:
    if _PERCENT.search(raw) or _ENCODED_CONTROL.search(raw):
        raise UrlRefused(Problem(Rule.MALFORMED, "must not have a broken or a hidden control character"))
    if _DOT_SEGMENT.search(path):
        raise UrlRefused(Problem(Rule.MALFORMED, "must not go up or stay in place with `.` or `..`"))
    if not path.strip("/"):
        raise UrlRefused(Problem(Rule.HOST_ALONE, "must name something: a host alone is no submission"))


def _s3_location(host: str, path: str, *, is_plain: bool) -> S3Location | None:
    match = _S3_HOST.fullmatch(host)
    if match is None:
        return None
    region = match["region"] or match["dual"] or ""
    if region.startswith("cn-") != bool(match["china"]):
        return None
    if match["bucket"] is not None:
        bucket, key = match["bucket"], path[1:]
    else:
        bucket, _, key = path[1:].partition("/")
    return S3Location(bucket, key, is_plain) if key and _BUCKET_NAME.fullmatch(bucket) else None
