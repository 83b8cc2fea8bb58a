"""Pages on the wire: `page` and `limit`, or a signed `cursor`; `metadata` on the way out."""

from __future__ import annotations

from typing import Any

from peerlearn.adapters.cursors import CursorCodec
from peerlearn.domain.paging import PageRequest, PageResult
from peerlearn.http.envelopes import Metadata


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
        cursor = None
        if result.next is not None:
            cursor = self._codec.encode({"page": wanted.number + 1, "after": dict(result.next)}, self._scope)
        return Metadata(page=wanted.number, limit=wanted.limit, total=result.total, next=cursor)
