"""Erasing an account: the one transaction that ends it, and the many writes that follow, each safe to repeat."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from peerlearn.domain.audit import AuditEntry
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.errors import Conflict
from peerlearn.domain.jobs import NotAllShown
from peerlearn.domain.standing import session_ended
from peerlearn.domain.users import User
from peerlearn.persistence import index_keys, keys, mail_keys
from peerlearn.persistence.account_ending import STANDING, TOMBSTONE, ending
from peerlearn.persistence.address_writes import releasing
from peerlearn.persistence.counters import adding, counted
from peerlearn.persistence.inbox import INDEXES
from peerlearn.persistence.items.base import LAST_CHANGE, Entity, Item, LastChange
from peerlearn.persistence.items.enrollments import enrollment_of
from peerlearn.persistence.items.ledger import is_erased
from peerlearn.persistence.ranges import items_under, key_of, page_under
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import Write, delete, setting, update

_EXISTS = "attribute_exists(PK)"
_UNCOUNTED = (keys.POINTS_PREFIX, keys.SESSION_PREFIX, keys.OWN_RECORD_PREFIX, mail_keys.TOKEN_PREFIX)


class ErasureRepository:
    """Deletes what belongs to an erased account. Open connections are left to the notifier, which closes them first."""

    def __init__(self, table: Table) -> None:
        self._table = table

    # -- at once ------------------------------------------------------------------------------------------------

    def begin(self, user: User, session_id: str, entry: AuditEntry, now: datetime, token: str) -> bool:
        """End the account; return False when its role was changed since it was read. The stream sees to the rest.

        Parameters
        ----------
        session_id: str
            Of the caller's session.

        Raises
        ------
        Unauthenticated
            The session has ended.
        Conflict
            Nobody would be an administrator any more.
        """
        try:
            self._table.transact(ending(user, session_id, entry, now, token), token)
        except ConditionFailed as failure:
            # Erased already: by our own commit whose reply was lost, or from another device.
            if is_erased(failure.found[TOMBSTONE]):
                return True
            found = failure.found[STANDING]
            if not failure.failed[STANDING]:
                # The other condition asks that somebody stays.
                raise Conflict("Make somebody else an administrator first: you are the last one.") from failure
            if found is None or session_id not in found["sessions"]:
                raise session_ended() from failure
            return False
        for former in user.address.former:
            # Where this does not come about, the address is free once its time is over.
            with suppress(ConditionFailed):
                self._table.write(releasing(former.email, user.user_id))
        return True

    # -- afterwards ---------------------------------------------------------------------------------------------

    def is_erased(self, user_id: str) -> bool:
        """Return whether the account was erased."""
        return is_erased(self._table.get(keys.totals(user_id)))

    def enrollments_from(self, user_id: str, place: str, limit: int) -> tuple[list[Enrollment], str | None]:
        """Return a page of their enrolments.

        Parameters
        ----------
        place: str
            Behind which to go on; empty at the beginning.

        Returns
        -------
        (list of Enrollment, str or None)
            The enrolments, and the place behind which the next page begins; None behind the last one.
        """
        items, following = page_under(self._table, keys.user_partition(user_id), keys.ENROLLMENT_PREFIX, place, limit)
        return [enrollment_of(item) for item in items], following

    def forget_progress(self, user_id: str, course_id: str) -> None:
        """Remove progress and points from an enrolment, which keeps its status so that the seats stay counted."""
        forgetting = setting(
            keys.enrollment(user_id, course_id),
            {"points": 0, "completedModules": {}, LAST_CHANGE: LastChange.PROGRESSED.value},
            removed=["lastAccessed", "handedIn", "GSI2PK", "GSI2SK"],
            condition=_EXISTS,
        )
        with suppress(ConditionFailed):
            self._table.write(forgetting)

    def delete_submissions(self, user_id: str, token: str, most: int | None = None) -> int:
        """Delete attempts, each with its place in the assessment's count, and gradings; return how many.

        Parameters
        ----------
        token: str
            At most 30 characters, new for each call.
        most: int, optional
            How many; all where it is left out.
        """
        items = self._own(user_id, keys.SUBMISSION_PREFIX, most)
        attempts = [item for item in items if item["entity"] in (Entity.SUBMISSION, Entity.PAST_ATTEMPT)]
        for number, item in enumerate(attempts):
            # counted --> gone and counted no more, once
            writes = [delete(key_of(item), condition=_EXISTS), _uncounting(item)]
            with suppress(ConditionFailed):
                self._table.transact(writes, f"{token}{number}")
        self._table.batch_delete([key_of(item) for item in items if item["entity"] == Entity.PAST_GRADE])
        return len(items)

    def delete_rest(self, user_id: str, most: int | None = None) -> int:
        """Delete the items that no counter counts: ledger, sessions, records, tokens, booked times, export, calendar.

        Parameters
        ----------
        most: int, optional
            How many of the ledger, of the sessions, and of the records each; all where it is left out.

        Returns
        -------
        int
            How many there were of the kind with the most.
        """
        by_prefix = [self._own(user_id, prefix, most) for prefix in _UNCOUNTED]
        own = [key_of(item) for items in by_prefix for item in items]
        single = (keys.schedule(user_id), keys.export(user_id), keys.calendar(user_id))
        self._table.batch_delete([*own, *single])
        return max(map(len, by_prefix))

    # -- shared with others -------------------------------------------------------------------------------------

    def leave_conversations_from(
        self, user_id: str, side: int, place: str, limit: int, token: str
    ) -> tuple[int, int, str | None]:
        """Leave a page of the conversations that an index shows: no message is added to any of them.

        One that both of its people have left is deleted. The oldest come first: one that somebody still writes to
        while this goes on is at the end.

        Parameters
        ----------
        side: int
            0 for the conversations whose first person they are, 1 for the others: each side has an index of its own.
        place: str
            Behind which to go on; empty at the beginning.
        token: str
            At most 30 characters, new for each call.

        Returns
        -------
        (int, int, str or None)
            How many were looked at, how many of them stay, and the place behind which the next page begins; None
            behind the last one.
        """
        index = INDEXES[side]
        page, _ = self._table.query_page(
            f"{index}PK = :inbox" + (f" AND {index}SK > :place" if place else ""),
            {":inbox": index_keys.inbox_partition(user_id), **({":place": place} if place else {})},
            index=index,
            limit=limit,
        )
        remaining = self._leave_all(user_id, page.items, token)
        return len(page.items), remaining, str(page.last[f"{index}SK"]) if page.last else None

    def require_all_left(self, user_id: str, remaining: int) -> None:
        """Check that no fewer conversations stay than the inbox counts. None is added any more.

        Raises
        ------
        NotAllShown
            The index does not show all of them yet.
        """
        # Only those that exist were counted: a stale entry of the index makes up for none that it does not show yet.
        if remaining < counted(self._table.get(keys.inbox_counter(user_id)), "conversations"):
            raise NotAllShown

    def _leave_all(self, user_id: str, heads: Sequence[Item], token: str) -> int:
        remaining = 0
        for number, head in enumerate(heads):
            left = self._leave(user_id, head)
            if left is not None and {"lowGone", "highGone"} <= left.keys():
                self._delete_conversation(left, f"{token}{number}")
            elif left is not None:
                remaining += 1
        return remaining

    def _leave(self, user_id: str, head: Item) -> Item | None:
        side = "low" if head["low"] == user_id else "high"
        leaving = update(
            keys.conversation(head["low"], head["high"]),
            "SET #gone = :gone REMOVE #course, #tutor",
            condition=_EXISTS,
            names={"#gone": f"{side}Gone", "#course": "linkCourse", "#tutor": "linkTutor"},
            values={":gone": True},
        )
        try:
            return self._table.write(leaving, returning="ALL_NEW")
        except ConditionFailed:
            return None

    def _delete_conversation(self, head: Item, token: str) -> None:
        head_key = keys.conversation(head["low"], head["high"])
        start: Item | None = None
        while True:
            page, _ = self._table.query_page("PK = :pk", {":pk": head_key.pk}, start=start)
            # A message names its client's own id, so the trace of that id goes first.
            traces = [
                keys.client_message(item["senderId"], item["clientMessageId"])
                for item in page.items
                if "clientMessageId" in item
            ]
            self._table.batch_delete(traces)
            self._table.batch_delete([key for item in page.items if (key := key_of(item)) != head_key])
            start = page.last
            if start is None:
                break
        # The head goes last: a worker that is cut off finds the rest by it again.
        people = (head["low"], head["high"])
        fewer = [adding(keys.inbox_counter(one), Entity.INBOX, -1, attribute="conversations") for one in people]
        with suppress(ConditionFailed):
            self._table.transact([delete(head_key, condition=_EXISTS), *fewer], token)

    def _own(self, user_id: str, prefix: str, most: int | None = None) -> list[Item]:
        return items_under(self._table, keys.user_partition(user_id), prefix, limit=most)


def _uncounting(attempt: Item) -> Write:
    counter = keys.submission_counter(attempt["assessmentId"], attempt["learnerId"])
    return adding(counter, Entity.SUBMISSION_COUNTER, -1)
