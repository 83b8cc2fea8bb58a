"""A bucket that nothing is ever uploaded to."""

from __future__ import annotations

from peerlearn.domain.submissions import StoredFile
from peerlearn.domain.uploads import PlannedUpload, UploadedObject, UploadForm


class NoBucket:
    """Links only."""

    bucket = "no-such-bucket"
    max_bytes = 1000

    def form(self, planned: PlannedUpload) -> UploadForm:
        raise NotImplementedError

    def find(self, key: str) -> UploadedObject | None:
        raise NotImplementedError

    def keep(self, file: StoredFile) -> bool:
        raise NotImplementedError

    def link(self, file: StoredFile) -> str:
        raise NotImplementedError
