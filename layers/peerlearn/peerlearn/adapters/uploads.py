"""Uploads in S3: forms to post them with, a look at what arrived, links to fetch them.

An upload is tagged `state=pending` by its own form and expires by the bucket's lifecycle rule; `keep` replaces the tag
of the version that is handed in. The author's name for the file, and the beginning of the upload, are signed into the
form and kept by S3 with the file. Presigned URLs and forms are secrets of their caller and are never logged.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from peerlearn.adapters.failures import Meaning, meaning_of, transient_as_unavailable
from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.domain.file_names import attachment_of
from peerlearn.domain.file_types import HEAD_BYTES
from peerlearn.domain.submissions import StoredFile
from peerlearn.domain.uploads import FORM_LIFETIME, PlannedUpload, UploadedObject, UploadForm

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

T = TypeVar("T")

LINK_LIFETIME = timedelta(minutes=5)

# The blank is for clients: `curl -F name=<text` would take the text for a file's name. XML may begin with it.
PENDING_TAGGING = " <Tagging><TagSet><Tag><Key>state</Key><Value>pending</Value></Tag></TagSet></Tagging>"
# User metadata is ASCII, and 2 KB at most: 255 emoji are 1,360 letters of base64, percent-encoded they would be 3,060.
_NAME, _BEGUN_AT = "file-name", "begun-at"
_SUBMITTED_TAGS: Any = {"TagSet": [{"Key": "state", "Value": "submitted"}]}


class S3Uploads:
    """The product's own bucket.

    Parameters
    ----------
    client
        An S3 client that signs with SigV4 for the bucket's own region.
    region: str
        Names the bucket in `submission_url`, which is the same whatever endpoint the client uses.
    max_bytes: int
        The size limit of a file.
    """

    def __init__(self, client: S3Client, bucket: str, region: str, max_bytes: int) -> None:
        self.bucket = bucket
        self.max_bytes = max_bytes
        self._client = client
        self._region = region

    def form(self, planned: PlannedUpload) -> UploadForm:
        """A form for one file under that key: that type, exactly that size, valid for 15 minutes."""
        name = {f"x-amz-meta-{_NAME}": _encoded(planned.file_name)}
        begun_at = {f"x-amz-meta-{_BEGUN_AT}": to_rfc3339(planned.begun_at)}
        fields = {"Content-Type": planned.content_type, "tagging": PENDING_TAGGING, **name, **begun_at}
        # boto3 puts no field into the conditions but the key's and its own.
        conditions: list[Any] = [
            {"Content-Type": planned.content_type},
            {"tagging": PENDING_TAGGING},
            name,
            begun_at,
            ["content-length-range", planned.size, planned.size],
        ]
        form = self._client.generate_presigned_post(
            self.bucket, planned.key, Fields=fields, Conditions=conditions, ExpiresIn=int(FORM_LIFETIME.total_seconds())
        )
        expires_at = planned.begun_at + FORM_LIFETIME
        return UploadForm(form["url"], dict(form["fields"]), self.url_of(planned.key), expires_at)

    def url_of(self, key: str) -> str:
        """Return what the learner hands in: the object's own address."""
        suffix = "amazonaws.com.cn" if self._region.startswith("cn-") else "amazonaws.com"
        return f"https://{self.bucket}.s3.{self._region}.{suffix}/{key}"

    def find(self, key: str) -> UploadedObject | None:
        """Return what is stored under that key, with its first bytes, or None.

        The function may list the bucket, so S3 says 404 of what is not there. A 403 is a broken permission, key or
        clock of ours and is raised as it is: nobody is told that their file is missing for it.

        Raises
        ------
        TemporarilyUnavailable
        """
        return _unless_missing(lambda: self._look(key))

    def _look(self, key: str) -> UploadedObject:
        found = self._client.get_object(Bucket=self.bucket, Key=key, Range=f"bytes=0-{HEAD_BYTES - 1}")
        head = found["Body"].read()
        name, begun_at = found["Metadata"].get(_NAME), found["Metadata"].get(_BEGUN_AT)
        return UploadedObject(
            key=key,
            # of the whole file; without a range in the answer that is all there is
            size=int(found.get("ContentRange", "").rpartition("/")[2] or found["ContentLength"]),
            content_type=found["ContentType"],
            version_id=found.get("VersionId"),
            head=head,
            name=_decoded(name) if name else None,
            begun_at=from_rfc3339(begun_at) if begun_at else None,
        )

    def keep(self, file: StoredFile) -> bool:
        """Make that version stay: from now on it does not expire. False where it is gone.

        The tag goes on the version that was looked at, whatever was uploaded under its key meanwhile.

        Raises
        ------
        TemporarilyUnavailable
        """
        request: Any = {"Bucket": self.bucket, "Key": file.key, "Tagging": _SUBMITTED_TAGS}
        if file.version_id:
            request["VersionId"] = file.version_id
        return _unless_missing(lambda: self._client.put_object_tagging(**request)) is not None

    def link(self, file: StoredFile) -> str:
        """A URL that downloads exactly the version that was handed in, for five minutes. No call is made."""
        request = {
            "Bucket": self.bucket,
            "Key": file.key,
            # Shown as a file, never as a page of this origin.
            "ResponseContentDisposition": attachment_of(file.name),
        }
        if file.version_id:
            request["VersionId"] = file.version_id
        return self._client.generate_presigned_url(
            "get_object", Params=request, ExpiresIn=int(LINK_LIFETIME.total_seconds())
        )


def _encoded(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode()


def _decoded(text: str) -> str:
    return base64.urlsafe_b64decode(text).decode()


def _unless_missing(call: Callable[[], T]) -> T | None:
    with transient_as_unavailable():
        try:
            return call()
        except ClientError as error:
            if meaning_of(error) is Meaning.GONE:
                return None
            raise
