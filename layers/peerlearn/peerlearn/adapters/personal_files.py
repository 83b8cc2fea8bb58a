"""The files of one person in the bucket: their uploads, and exports of their data.

A large export is written in parts, one of them in memory at a time; one that is cut off is begun again, and what it had
written so far goes by the bucket's lifecycle rule. Beginning, parts and end name the same checksum, since S3 may refuse
parts whose algorithm the beginning did not name.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from peerlearn.adapters.failures import transient_as_unavailable
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.exports import KeptFile, TooLarge, export_prefix
from peerlearn.domain.submissions import UPLOAD_PREFIX

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# S3 takes parts from 5 MiB, and 10,000 of them.
PART_BYTES = 8 * 1024 * 1024
# S3 takes a thousand at once, and for as many the longest.
DELETED_AT_ONCE = 100


class PersonalFiles:
    """The product's own bucket, by person.

    Parameters
    ----------
    client
        An S3 client that signs with SigV4 for the bucket's own region.
    """

    def __init__(self, client: S3Client, bucket: str, part_bytes: int = PART_BYTES) -> None:
        self._client = client
        self._bucket = bucket
        self._part_bytes = part_bytes

    def uploads(self, user_id: str, most: int | None = None) -> list[KeptFile]:
        """Return what somebody has uploaded.

        Raises
        ------
        TooLarge
            That is more than `most` files.
        TemporarilyUnavailable
        """
        files: list[KeptFile] = []
        request: dict[str, Any] = {"Bucket": self._bucket, "Prefix": f"{UPLOAD_PREFIX}{user_id}/"}
        while True:
            with transient_as_unavailable():
                page = self._client.list_objects_v2(**request)
            files += [KeptFile(one["Key"], one["Size"], one["LastModified"]) for one in page.get("Contents", ())]
            if most is not None and len(files) > most:
                raise TooLarge
            if not page.get("IsTruncated"):
                return files
            request["ContinuationToken"] = page["NextContinuationToken"]

    def write(self, key: str, chunks: Iterable[bytes]) -> int:
        """Store a file under that key, in the place of any other; return its size.

        Raises
        ------
        TemporarilyUnavailable
        """
        parts = _parts(chunks, self._part_bytes)
        first, second = next(parts), next(parts, None)
        form = {"Bucket": self._bucket, "Key": key, "ContentType": "application/json"}
        with transient_as_unavailable():
            if second is None:
                self._client.put_object(Body=first, **form)  # type: ignore[arg-type]
                return len(first)
            return self._write_parts(form, chain((first, second), parts))

    def _write_parts(self, form: dict[str, str], parts: Iterable[bytes]) -> int:
        begun = self._client.create_multipart_upload(**form, ChecksumAlgorithm="CRC32")  # type: ignore[arg-type]
        of_it: Any = {"Bucket": form["Bucket"], "Key": form["Key"], "UploadId": begun["UploadId"]}
        known: list[Any] = []
        size = 0
        for number, part in enumerate(parts, 1):
            checksum = base64.b64encode(zlib.crc32(part).to_bytes(4)).decode()
            answer = self._client.upload_part(PartNumber=number, Body=part, ChecksumCRC32=checksum, **of_it)
            known.append({"ETag": answer["ETag"], "PartNumber": number, "ChecksumCRC32": checksum})
            size += len(part)
        self._client.complete_multipart_upload(MultipartUpload={"Parts": known}, **of_it)
        return size

    def delete(self, key: str) -> None:
        """Nobody finds the file any more; the bucket's lifecycle rule removes its versions."""
        with transient_as_unavailable():
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def link(self, key: str, expires_in: int) -> str:
        """A URL that downloads the file. No call is made."""
        request = {
            "Bucket": self._bucket,
            "Key": key,
            "ResponseContentDisposition": 'attachment; filename="peerlearn-export.json"',
        }
        return self._client.generate_presigned_url("get_object", Params=request, ExpiresIn=expires_in)

    def delete_all(self, user_id: str, most: int | None = None) -> bool:
        """Delete every version of every file of somebody's; return whether all are gone.

        Parameters
        ----------
        most: int, optional
            About how many versions to delete: the page of a list in which there are more is the last one.

        Raises
        ------
        TemporarilyUnavailable
            S3 could not delete some of them.
        """
        deleted = 0
        for prefix in (f"{UPLOAD_PREFIX}{user_id}/", export_prefix(user_id)):
            for versions in self._versions(prefix):
                for start in range(0, len(versions), DELETED_AT_ONCE):
                    self._delete_versions(versions[start : start + DELETED_AT_ONCE])
                deleted += len(versions)
                if most is not None and deleted >= most:
                    return False
        return True

    def _versions(self, prefix: str) -> Iterator[list[Any]]:
        request: dict[str, Any] = {"Bucket": self._bucket, "Prefix": prefix}
        while True:
            with transient_as_unavailable():
                page = self._client.list_object_versions(**request)
            found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
            if found:
                yield [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
            if not page.get("IsTruncated"):
                return
            request |= {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}

    def _delete_versions(self, versions: list[Any]) -> None:
        with transient_as_unavailable():
            answer = self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": versions, "Quiet": True})
        if answer.get("Errors"):
            raise TemporarilyUnavailable


def _parts(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in pieces of that size, the last one smaller; at least one piece."""
    buffer = bytearray()
    begun = False
    for chunk in chunks:
        buffer += chunk
        while len(buffer) >= size:
            yield bytes(buffer[:size])
            begun = True
            del buffer[:size]
    if buffer or not begun:
        yield bytes(buffer)
