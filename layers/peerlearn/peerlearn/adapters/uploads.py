"""Uploads in S3: forms to post them with, a look at what arrived, links to fetch them.

An upload is tagged `state=pending` by its own form and expires by the bucket's lifecycle rule; `claim` replaces the tag
before the file is handed in. Presigned URLs and forms are secrets of whoever asked for them and are never logged.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from peerlearn.adapters.failures import Meaning, meaning_of, transient_as_unavailable
from peerlearn.domain.assessments import StoredFile, UploadedObject, UploadForm
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.deadline import carried

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

T = TypeVar("T")

FORM_LIFETIME = timedelta(minutes=15)
LINK_LIFETIME = timedelta(minutes=5)

# The blank is for clients: `curl -F name=<text` would take the text for a file's name. XML may begin with it.
PENDING_TAGGING = " <Tagging><TagSet><Tag><Key>state</Key><Value>pending</Value></Tag></TagSet></Tagging>"
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
        The size limit of a form.
    """

    def __init__(self, client: S3Client, bucket: str, region: str, max_bytes: int, clock: Clock = utc_now) -> None:
        self.bucket = bucket
        self.max_bytes = max_bytes
        self._client = client
        self._region = region
        self._clock = clock

    def form(self, key: str, content_type: str) -> UploadForm:
        """A form for one file under that key: that type, 1 byte to the limit, valid for 15 minutes."""
        fields = {"Content-Type": content_type, "tagging": PENDING_TAGGING}
        # boto3 puts no field into the conditions but the key's and its own.
        conditions: list[Any] = [
            {"Content-Type": content_type},
            {"tagging": PENDING_TAGGING},
            ["content-length-range", 1, self.max_bytes],
        ]
        expires_at = self._clock() + FORM_LIFETIME
        form = self._client.generate_presigned_post(
            self.bucket, key, Fields=fields, Conditions=conditions, ExpiresIn=int(FORM_LIFETIME.total_seconds())
        )
        return UploadForm(form["url"], dict(form["fields"]), self.url_of(key), expires_at)

    def url_of(self, key: str) -> str:
        """What the learner hands in: the object's own address."""
        suffix = "amazonaws.com.cn" if self._region.startswith("cn-") else "amazonaws.com"
        return f"https://{self.bucket}.s3.{self._region}.{suffix}/{key}"

    def claim(self, key: str) -> UploadedObject | None:
        """What is stored under that key, or None; from now on it does not expire.

        The look and the tag are one round trip side by side. A claimed file that then is not handed in stays, which
        costs a little; the other order could lose one that was.

        The function may list the bucket, so S3 says 404 of what is not there. A 403 is a broken permission, key or
        clock of ours and is raised as it is: nobody is told that their file is missing for it.

        Raises
        ------
        TemporarilyUnavailable
        """
        with ThreadPoolExecutor(max_workers=1) as side:
            keeping = side.submit(carried(self._keep), key)
            found = self._find(key)
            is_kept = keeping.result()
        return found if is_kept else None

    def _find(self, key: str) -> UploadedObject | None:
        head = _unless_missing(lambda: self._client.head_object(Bucket=self.bucket, Key=key))
        return UploadedObject(head["ContentLength"], head["ContentType"], head.get("VersionId")) if head else None

    def _keep(self, key: str) -> bool:
        tags = _SUBMITTED_TAGS
        call = _unless_missing(lambda: self._client.put_object_tagging(Bucket=self.bucket, Key=key, Tagging=tags))
        return call is not None

    def link(self, file: StoredFile) -> str:
        """A URL that downloads exactly the version that was handed in, for five minutes. No call is made."""
        request = {
            "Bucket": self.bucket,
            "Key": file.key,
            # Shown as a file, never as a page of this origin.
            "ResponseContentDisposition": f'attachment; filename="{file.name}"',
        }
        if file.version_id:
            request["VersionId"] = file.version_id
        return self._client.generate_presigned_url(
            "get_object", Params=request, ExpiresIn=int(LINK_LIFETIME.total_seconds())
        )


def _unless_missing(call: Callable[[], T]) -> T | None:
    with transient_as_unavailable():
        try:
            return call()
        except ClientError as error:
            if meaning_of(error) is Meaning.GONE:
                return None
            raise
