"""Pages on the wire: `page` and `limit`, or a signed `cursor`; `metadata` on the way out.

A page that is larger than an answer may be is asked for again with fewer entries; its `next` goes on from there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from peerlearn.adapters.cursors import CursorCodec
from peerlearn.domain.errors import ValidationFailed
from peerlearn.domain.paging import CursorResult, PageRequest, PageResult
from peerlearn.domain.problems import Problem, Rule
from peerlearn.http.envelopes import CursorMetadata, Metadata

# Lambda passes 6,291,556 bytes on: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
ANSWER_MAX_BYTES = 6_000_000
# Python 3.11's runtime writes a character outside the basic plane as two escapes
_CHARACTER_MAX_BYTES = 12


@dataclass(slots=True)
class _Page:
    """The state of the page that is being answered."""

    at_most: int | None = None
    shown: int = 0


_page: ContextVar[_Page | None] = ContextVar("page", default=None)


def within_an_answer(resolve: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what `resolve` answers, with as many entries of a list as an answer can hold.

    Parameters
    ----------
    resolve: callable
        Answers a request, anew each time; of a list, by a `Pager`.
    """
    page = _Page()
    token = _page.set(page)
    try:
        answer = resolve()
        while (size := size_of(answer)) > ANSWER_MAX_BYTES and page.shown > 1:
            # as many as would fit if all were equally long
            page.at_most = max(1, min(page.shown - 1, page.shown * ANSWER_MAX_BYTES // size))
            answer = resolve()
        return answer
    finally:
        _page.reset(token)


def size_of(answer: dict[str, Any]) -> int:
    """Return the bytes that an answer has at most, whatever runtime writes it."""
    text = answer.get("body") or ""
    if len(text) * _CHARACTER_MAX_BYTES <= ANSWER_MAX_BYTES:
        return len(text) * _CHARACTER_MAX_BYTES
    return len(json.dumps(text))


def only_page(name: str, page: int, limit: int, cursor: str | None) -> PageRequest:
    """Return the request for a list of one page.

    Parameters
    ----------
    name: str
        The parameter that makes it so.

    Raises
    ------
    ValidationFailed
        It asks for another page.
    """
    for field, is_other in (("page", page != 1), ("cursor", cursor is not None)):
        if is_other:
            raise ValidationFailed((field, Problem(Rule.NOT_TOGETHER, f"cannot be combined with {name}")))
    return PageRequest(page, limit)


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
        """Return what the client asks for.

        Raises
        ------
        ValidationFailed
            The cursor was altered, or belongs to another query or caller; or the page is past entry 1,000.
        """
        if cursor is None:
            wanted = PageRequest(page, limit).require_reach()
        else:
            position = self._codec.decode(cursor, self._scope)
            wanted = PageRequest(int(position["page"]), limit, position["after"])
        bound = _page.get()
        return wanted if bound is None or bound.at_most is None else wanted.shortened(bound.at_most)

    def metadata(self, wanted: PageRequest, result: PageResult[Any]) -> Metadata:
        """Return what the list says of itself: `limit` as it was asked for, also where the page had to be shorter."""
        _show(result.entries)
        return Metadata(
            page=wanted.number,
            limit=wanted.usual_limit or wanted.limit,
            total=result.total,
            next=self._cursor(wanted, result.next),
        )

    def cursor_metadata(self, wanted: PageRequest, result: CursorResult[Any]) -> CursorMetadata:
        """Return the metadata of a list that has no pages to count."""
        _show(result.entries)
        return CursorMetadata(limit=wanted.usual_limit or wanted.limit, next=self._cursor(wanted, result.next))

    def _cursor(self, wanted: PageRequest, after: Mapping[str, Any] | None) -> str | None:
        if after is None:
            return None
        return self._codec.encode({"page": wanted.number + 1, "after": dict(after)}, self._scope)


def _show(entries: Sequence[Any]) -> None:
    if (page := _page.get()) is not None:
        page.shown = len(entries)
