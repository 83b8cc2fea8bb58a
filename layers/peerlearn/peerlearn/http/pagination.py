"""Pages on the wire: `page` and `limit`, or a signed `cursor`; `metadata` on the way out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from peerlearn.adapters.cursors import CursorCodec
from peerlearn.domain.paging import CursorResult, PageRequest, PageResult
from peerlearn.http.envelopes import CursorMetadata, Metadata


class Pager:
    """Reads and writes the cursors of one list.

    Parameters
    ----------
    scope: str
        Everything the list depends on (path, filters, caller): a cursor of another scope is refused.
    """

    def __init__(self, codec: CursorCodec, scope: str) -> None:
        self._codec = codec
        self._scope = scope

    def request(self, page: int, limit: int, cursor: str | None) -> PageRequest:
        """What the client asks for.

        Raises
        ------
        ValidationFailed
            The cursor was altered, or belongs to another query or caller.
        """
        if cursor is None:
            return PageRequest(page, limit)
        position = self._codec.decode(cursor, self._scope)
        return PageRequest(int(position["page"]), limit, position["after"])

    def metadata(self, wanted: PageRequest, result: PageResult[Any]) -> Metadata:
        return Metadata(
            page=wanted.number, limit=wanted.limit, total=result.total, next=self._cursor(wanted, result.next)
        )

    def cursor_metadata(self, wanted: PageRequest, result: CursorResult[Any]) -> CursorMetadata:
        """Return the metadata of a list that has no pages to count."""
        return CursorMetadata(limit=wanted.limit, next=self._cursor(wanted, result.next))

    def _cursor(self, wanted: PageRequest, after: Mapping[str, Any] | None) -> str | None:
        if after is None:
            return None
        return self._codec.encode({"page": wanted.number + 1, "after": dict(after)}, self._scope)
