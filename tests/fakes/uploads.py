"""A bucket that nothing is ever uploaded to."""

from __future__ import annotations

from peerlearn.domain.assessments import StoredFile, UploadedObject, UploadForm


class NoBucket:
    """Links only."""

    bucket = "no-such-bucket"
    max_bytes = 1000

    def form(self, key: str, content_type: str) -> UploadForm:
        raise NotImplementedError

    def claim(self, key: str) -> UploadedObject | None:
        raise NotImplementedError

    def link(self, file: StoredFile) -> str:
        raise NotImplementedError
