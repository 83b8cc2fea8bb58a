"""Answers of the `privacy` endpoints."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from functions.privacy.document_schemas import ExportDocument
from peerlearn.domain.exports import ExportRecord, PersonalData
from peerlearn.http.models import Moment, ResponseModel, is_none
from peerlearn.services.exports import ExportDownload


class CompleteExport(ExportDocument):
    """A small export is the answer itself."""

    status: Literal["complete"] = "complete"


class PendingExport(ResponseModel):
    """A large one is being written to a file, or is there.

    `preparing`: ask again after `Retry-After` seconds. `ready`: fetch it from `url` until `urlExpiresAt`; asking again
    gives another link to the same file until `expiresAt`.
    """

    status: Literal["preparing", "ready"]
    requested_at: Moment
    generated_at: Moment | None = Field(default=None, exclude_if=is_none)
    size: int | None = Field(default=None, exclude_if=is_none)
    url: str | None = Field(default=None, exclude_if=is_none)
    url_expires_at: Moment | None = Field(default=None, exclude_if=is_none)
    expires_at: Moment | None = Field(default=None, exclude_if=is_none)


class ExportData(ResponseModel):
    export: CompleteExport | PendingExport

    @classmethod
    def of(cls, found: PersonalData | ExportRecord | ExportDownload) -> ExportData:
        if isinstance(found, PersonalData):
            return cls(export=CompleteExport.of(found))
        if isinstance(found, ExportRecord):
            return cls(export=PendingExport(status="preparing", requested_at=found.requested_at))
        record = found.record
        return cls(
            export=PendingExport(
                status="ready",
                requested_at=record.requested_at,
                generated_at=record.ready_at,
                size=record.size,
                url=found.url,
                url_expires_at=found.expires_at,
                expires_at=record.expires_at,
            )
        )
