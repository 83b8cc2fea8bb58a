"""Large files in parts, and every version of somebody's files deleted."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from functions.privacy.export_file import render
from peerlearn.adapters.personal_files import PersonalFiles
from peerlearn.bootstrap.privacy import eraser, export_service, export_writer, personal_files, worker_files
from peerlearn.domain.clock import utc_now
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.exports import Correspondence, OwnItems, PersonalData
from peerlearn.domain.messages import Conversation, Message, Pair
from peerlearn.domain.profiles import Profile
from peerlearn.domain.users import Role, User


def crc32_of(data: bytes) -> str:
    return base64.b64encode(binascii.crc32(data).to_bytes(4, "big")).decode()


class Bucket:
    """As much of S3 as is called; `most` is the largest piece that was ever handed over."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.whole: bytes | None = None
        self.deleted: list[Any] = []
        self.errors: list[Any] = []
        self.pieces: list[int] = []
        self.algorithm: str | None = None
        self.versions = 1

    def put_object(self, Body: bytes, **_: object) -> None:  # noqa: N803 (S3's own name)
        self.whole = Body

    def create_multipart_upload(self, ChecksumAlgorithm: str | None = None, **_: object) -> dict[str, str]:  # noqa: N803
        self.algorithm = ChecksumAlgorithm
        return {"UploadId": "1"}

    def upload_part(self, Body: bytes, PartNumber: int, **more: Any) -> dict[str, str]:  # noqa: N803
        """Refuses a part whose checksum is of another algorithm than the beginning's; botocore's own is CRC32."""
        checksum = more.get("ChecksumCRC32") or crc32_of(Body)
        assert self.algorithm == "CRC32", "Checksum Type mismatch occurred"
        assert checksum == crc32_of(Body)
        self.parts.append(Body)
        return {"ETag": str(PartNumber)}

    def complete_multipart_upload(self, MultipartUpload: Any, **_: object) -> None:  # noqa: N803
        assert [one["PartNumber"] for one in MultipartUpload["Parts"]] == list(range(1, len(self.parts) + 1))
        assert [one["ChecksumCRC32"] for one in MultipartUpload["Parts"]] == [crc32_of(part) for part in self.parts]
        self.whole = b"".join(self.parts)

    def list_object_versions(self, Prefix: str, **options: str) -> dict[str, Any]:  # noqa: N803
        if "KeyMarker" in options:
            return {"DeleteMarkers": [{"Key": f"{Prefix}b", "VersionId": "2"}], "IsTruncated": False}
        more = {"IsTruncated": True, "NextKeyMarker": "a", "NextVersionIdMarker": "1"}
        return {"Versions": [{"Key": f"{Prefix}a", "VersionId": str(n + 1)} for n in range(self.versions)], **more}

    def delete_objects(self, Delete: Any, **_: object) -> dict[str, Any]:  # noqa: N803
        self.pieces.append(len(Delete["Objects"]))
        self.deleted += [(one["Key"], one["VersionId"]) for one in Delete["Objects"]]
        return {"Errors": self.errors}


@pytest.mark.parametrize("sizes", [[], [3], [10], [4, 4, 4], [25], [10, 10], [1] * 31])
def test_a_file_arrives_whole_in_parts_of_one_size(sizes: list[int]) -> None:
    bucket = Bucket()
    chunks = [bytes([65 + number]) * size for number, size in enumerate(sizes)]
    size = PersonalFiles(bucket, "bucket", part_bytes=10).write("key", iter(chunks))  # type: ignore[arg-type]
    assert bucket.whole == b"".join(chunks)
    assert size == sum(sizes)
    assert all(len(part) == 10 for part in bucket.parts[:-1])


def test_every_version_and_marker_goes() -> None:
    bucket = Bucket()
    PersonalFiles(bucket, "bucket").delete_all("usr_1")  # type: ignore[arg-type]
    prefixes = ("uploads/usr_1/", "exports/usr_1/")
    assert bucket.deleted == [one for prefix in prefixes for one in ((f"{prefix}a", "1"), (f"{prefix}b", "2"))]
    bucket.errors = [{"Key": "a"}]
    with pytest.raises(TemporarilyUnavailable):
        PersonalFiles(bucket, "bucket").delete_all("usr_1")  # type: ignore[arg-type]


def test_many_versions_go_in_pieces() -> None:
    """S3 takes up to a minute for a thousand: a piece is over before anybody stops waiting for it."""
    bucket = Bucket()
    bucket.versions = 950
    PersonalFiles(bucket, "bucket").delete_all("usr_1")  # type: ignore[arg-type]
    assert max(bucket.pieces) == 100
    assert len(set(bucket.deleted)) == 2 * 951


def test_workers_wait_for_s3_and_callers_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "table")
    monkeypatch.setenv("BUCKET_NAME", "bucket")
    configs: list[Any] = [made()._client.meta.config for made in (worker_files, personal_files)]
    assert [config.read_timeout for config in configs] == [60, 2]
    assert export_writer()._files is worker_files()
    assert eraser()._files is worker_files()
    assert export_service()._files is personal_files()


def test_messages_are_written_as_they_are_read() -> None:
    """However many there are, no more than what fills a part is ahead of what was handed over."""
    now, pair, bucket = utc_now(), Pair("usr_1", "usr_2"), Bucket()
    read: list[int] = []

    def messages() -> Iterator[Message]:
        for seq in range(1, 2001):
            read.append(len(bucket.parts))
            yield Message(f"msg_{seq}", pair, seq, "usr_1", "x" * 100, now - timedelta(days=1), seq)

    user = User("usr_1", "Ada", "ada@people.example", Role.LEARNER, (), (), now)
    correspondence = Correspondence(Conversation(pair, 2000, 2000), "usr_2", "Bob", messages())
    data = PersonalData(OwnItems(Profile(user, ())), now, conversations=[correspondence])
    PersonalFiles(bucket, "bucket", part_bytes=10_000).write("key", render(data))  # type: ignore[arg-type]
    assert len(json.loads(bucket.whole or b"")["conversations"][0]["messages"]) == 2000
    assert len(bucket.parts) > 40
    # a message was read while only the parts before it were there: two are held back to see whether one is enough
    assert all(len(bucket.parts) * number / 2000 - parts < 4 for number, parts in enumerate(read))
