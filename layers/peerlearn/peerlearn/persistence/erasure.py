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
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.account_ending import STANDING, TOMBSTONE, ending
from peerlearn.persistence.counters import adding, counted
from peerlearn.persistence.inbox import INDEXES
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.items.enrollments import enrollment_of
from peerlearn.persistence.items.ledger import is_erased
from peerlearn.persistence.keys import Key
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import Write, delete, update

_EXISTS = "attribute_exists(PK)"


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
        return True

    # -- afterwards ---------------------------------------------------------------------------------------------

    def is_erased(self, user_id: str) -> bool:
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
            And the place behind which the next page begins; None behind the last one.
        """
        partition = keys.user_partition(user_id)
        page, _ = self._table.query_page(
            "PK = :pk AND begins_with(SK, :prefix)",
            {":pk": partition, ":prefix": keys.ENROLLMENT_PREFIX},
            start=Key(partition, place).as_item() if place else None,
            limit=limit,
        )
        return [enrollment_of(item) for item in page.items], str(page.last["SK"]) if page.last else None

    def forget_progress(self, user_id: str, course_id: str) -> None:
        """The enrolment counts as it did, and says nothing but that."""
        forgetting = update(
            keys.enrollment(user_id, course_id),
            "SET #points = :zero, #modules = :none REMOVE #accessed, #board, #rank",
            condition=_EXISTS,
            names={
                "#points": "points",
                "#modules": "completedModules",
                "#accessed": "lastAccessed",
                "#board": "GSI2PK",
                "#rank": "GSI2SK",
            },
            values={":zero": 0, ":none": {}},
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
            writes = [delete(_key(item), condition=_EXISTS), _uncounting(item)]
            with suppress(ConditionFailed):
                self._table.transact(writes, f"{token}{number}")
        self._table.batch_delete([_key(item) for item in items if item["entity"] == Entity.PAST_GRADE])
        return len(items)

    def delete_rest(self, user_id: str, most: int | None = None) -> int:
        """Delete what counts nowhere: ledger, sessions, booked times, export, calendar.

        Parameters
        ----------
        most: int, optional
            How many entries of the ledger, and how many sessions; all where it is left out.

        Returns
        -------
        int
            How many there were of whichever were more.
        """
        by_prefix = [self._own(user_id, prefix, most) for prefix in (keys.POINTS_PREFIX, keys.SESSION_PREFIX)]
        own = [_key(item) for items in by_prefix for item in items]
        single = (keys.schedule(user_id), keys.export(user_id), keys.calendar(user_id))
        self._table.batch_delete([*own, *single])
        return max(map(len, by_prefix))

    # -- what others see too ------------------------------------------------------------------------------------

    def leave_conversations_from(
        self, user_id: str, side: int, place: str, limit: int, token: str
    ) -> tuple[int, int, str | None]:
        """Leave a page of the conversations that an index shows: no message is added to any of them.

        One that both of its people have left is deleted. The oldest come first: one that somebody still writes to
        while this goes on is at the end.

        Parameters
        ----------
        side: int
            0 for those that they are the first of the two people in, 1 for the others: each have an index of their own.
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
        """Hold the conversations that stay against the inbox. None is added any more.

        Raises
        ------
        NotAllShown
            One that is shown and gone does not make up for one that is there and not shown.
        """
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
            # A message tells what its client's own id was: that goes first.
            traces = [
                keys.client_message(item["senderId"], item["clientMessageId"])
                for item in page.items
                if "clientMessageId" in item
            ]
            self._table.batch_delete(traces)
            self._table.batch_delete([key for item in page.items if (key := _key(item)) != head_key])
            start = page.last
            if start is None:
                break
        # The head goes last, so that whoever is cut off finds the rest again.
        people = (head["low"], head["high"])
        fewer = [adding(keys.inbox_counter(one), Entity.INBOX, -1, attribute="conversations") for one in people]
        with suppress(ConditionFailed):
            self._table.transact([delete(head_key, condition=_EXISTS), *fewer], token)

    def _own(self, user_id: str, prefix: str, most: int | None = None) -> list[Item]:
        values = {":pk": keys.user_partition(user_id), ":prefix": prefix}
        return self._table.query("PK = :pk AND begins_with(SK, :prefix)", values, limit=most)


def _uncounting(attempt: Item) -> Write:
    counter = keys.submission_counter(attempt["assessmentId"], attempt["learnerId"])
    return adding(counter, Entity.SUBMISSION_COUNTER, -1)


def _key(item: Item) -> Key:
    return Key(item["PK"], item["SK"])
