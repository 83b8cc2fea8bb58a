"""Large files in parts, and every version of somebody's files deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from functions.privacy.schemas import render
from peerlearn.adapters.personal_files import PersonalFiles
from peerlearn.domain.clock import utc_now
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.exports import Correspondence, OwnItems, PersonalData
from peerlearn.domain.messages import Conversation, Message, Pair
from peerlearn.domain.profiles import Profile
from peerlearn.domain.users import Role, User


class Bucket:
    """As much of S3 as is called; `most` is the largest piece that was ever handed over."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.whole: bytes | None = None
        self.deleted: list[Any] = []
        self.errors: list[Any] = []

    def put_object(self, Body: bytes, **_: object) -> None:  # noqa: N803 (S3's own name)
        self.whole = Body

    def create_multipart_upload(self, **_: object) -> dict[str, str]:
        return {"UploadId": "1"}

    def upload_part(self, Body: bytes, PartNumber: int, **_: object) -> dict[str, str]:  # noqa: N803
        self.parts.append(Body)
        return {"ETag": str(PartNumber)}

    def complete_multipart_upload(self, MultipartUpload: Any, **_: object) -> None:  # noqa: N803
        assert [one["PartNumber"] for one in MultipartUpload["Parts"]] == list(range(1, len(self.parts) + 1))
        self.whole = b"".join(self.parts)

    def list_object_versions(self, Prefix: str, **options: str) -> dict[str, Any]:  # noqa: N803
        if "KeyMarker" in options:
            return {"DeleteMarkers": [{"Key": f"{Prefix}b", "VersionId": "2"}], "IsTruncated": False}
        more = {"IsTruncated": True, "NextKeyMarker": "a", "NextVersionIdMarker": "1"}
        return {"Versions": [{"Key": f"{Prefix}a", "VersionId": "1"}], **more}

    def delete_objects(self, Delete: Any, **_: object) -> dict[str, Any]:  # noqa: N803
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
