"""Erasing an account: the one transaction that ends it, and the many writes that follow, each safe to repeat."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from peerlearn.domain.audit import AuditEntry
from peerlearn.domain.clock import to_rfc3339
from peerlearn.domain.enrollments import Enrollment
from peerlearn.domain.errors import Conflict
from peerlearn.domain.jobs import NotAllShown
from peerlearn.domain.standing import session_ended
from peerlearn.domain.users import AccountState, User
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.guards import NOT_ERASED, ceasing_as_administrator
from peerlearn.persistence.inbox import INDEXES
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.items.enrollments import enrollment_of
from peerlearn.persistence.items.ledger import is_erased
from peerlearn.persistence.items.privacy import tombstone_item
from peerlearn.persistence.keys import Key
from peerlearn.persistence.optimistic import WRITTEN_BY
from peerlearn.persistence.recording import recording
from peerlearn.persistence.standing import StandingWrite
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import Write, delete, put, update

_TOMBSTONE, _STANDING = 0, 1
_EXISTS = "attribute_exists(PK)"


class ErasureRepository:
    """Deletes what belongs to an erased account. Open connections are left to the notifier, which closes them first."""

    def __init__(self, table: Table) -> None:
        self._table = table

    # -- at once ------------------------------------------------------------------------------------------------

    def begin(self, user: User, session_id: str, entry: AuditEntry, now: datetime, token: str) -> bool:
        """End the account; the stream sees to the rest. False when its role was changed since it was read.

            standing     this session stands  -->  erased, without sessions
            totals       any or none  -->  tombstone        but no tombstone yet
            profile      of that role -->  (none)
            credential                -->  (none)           the address is free
            inbox        any or none  -->  takes no further conversation

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
        at = to_rfc3339(now)
        erased = {"#erased": "erasedAt"}
        standing = StandingWrite(user.user_id, now).end_sessions(user.session_epoch)
        standing.require_session(session_id).set("state", AccountState.ERASED.value).set("erasedAt", at)
        writes: list[Write] = [
            put(tombstone_item(user.user_id, now) | {WRITTEN_BY: token}, condition=NOT_ERASED, names=erased),
            standing.write(),
            # Its role and its address are those of the epoch that the standing is held to.
            delete(keys.profile(user.user_id)),
            delete(keys.credential(user.email)),
            update(
                keys.inbox_counter(user.user_id),
                "SET #erased = :at, #count = if_not_exists(#count, :zero), #entity = :entity",
                names={**erased, "#count": "conversations", "#entity": "entity"},
                values={":at": at, ":zero": 0, ":entity": Entity.INBOX.value},
            ),
            recording(entry),
        ]
        if user.administers:
            writes.append(ceasing_as_administrator(user.user_id))
        try:
            self._table.transact(writes, token)
        except ConditionFailed as failure:
            # Erased already: by our own commit whose reply was lost, or from another device.
            if is_erased(failure.found[_TOMBSTONE]):
                return True
            if failure.failed[_STANDING]:
                found = failure.found[_STANDING]
                if found is None or session_id not in found["sessions"]:
                    raise session_ended() from failure
                return False
            # The other condition asks that somebody stays.
            raise Conflict("Make somebody else an administrator first: you are the last one.") from failure
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
        inbox = self._table.get(keys.inbox_counter(user_id)) or {}
        if remaining < int(inbox.get("conversations", 0)):
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
        counted = [
            update(
                keys.inbox_counter(person),
                "SET #count = #count - :one",
                names={"#count": "conversations"},
                values={":one": 1},
            )
            for person in (head["low"], head["high"])
        ]
        with suppress(ConditionFailed):
            self._table.transact([delete(head_key, condition=_EXISTS), *counted], token)

    def _own(self, user_id: str, prefix: str, most: int | None = None) -> list[Item]:
        values = {":pk": keys.user_partition(user_id), ":prefix": prefix}
        return self._table.query("PK = :pk AND begins_with(SK, :prefix)", values, limit=most)


def _uncounting(attempt: Item) -> Write:
    return update(
        keys.submission_counter(attempt["assessmentId"], attempt["learnerId"]),
        "SET #count = #count - :one",
        names={"#count": "count"},
        values={":one": 1},
    )


def _key(item: Item) -> Key:
    return Key(item["PK"], item["SK"])
