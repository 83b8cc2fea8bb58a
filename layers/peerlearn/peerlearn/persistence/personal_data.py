"""All data about one person, and the record of an export that is too large for an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from peerlearn.domain.audit import AuditEntry
from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.domain.erasure import account_erased
from peerlearn.domain.errors import TemporarilyUnavailable
from peerlearn.domain.exports import ExportRecord, OwnItems, OwnRecord, PastGrading, TooLarge
from peerlearn.domain.grades import exact_grade
from peerlearn.domain.messages import Conversation, Message, Pair
from peerlearn.domain.profiles import Profile
from peerlearn.persistence import keys
from peerlearn.persistence.audit import AuditRepository
from peerlearn.persistence.counters import counted
from peerlearn.persistence.guards import not_erased
from peerlearn.persistence.inbox import INDEXES, heads_in
from peerlearn.persistence.items.accounts import session_of, user_of
from peerlearn.persistence.items.assessments import submission_of
from peerlearn.persistence.items.base import Entity, Item, stored_time
from peerlearn.persistence.items.conversations import conversation_of, message_of
from peerlearn.persistence.items.enrollments import enrollment_of, schedule_of
from peerlearn.persistence.items.ledger import entry_of
from peerlearn.persistence.items.own_records import is_own_record, own_record_of
from peerlearn.persistence.items.privacy import calendar_of, export_item, export_of
from peerlearn.persistence.items.standing import standing_of
from peerlearn.persistence.names import titles_of, users_of
from peerlearn.persistence.optimistic import WRITTEN_BY
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import put


class PersonalDataRepository:
    """Reads a person's data; changes nothing but the record of their export."""

    def __init__(self, table: Table) -> None:
        self._table = table

    # -- the record ---------------------------------------------------------------------------------------------

    def record(self, user_id: str) -> ExportRecord | None:
        """Return the record of somebody's export, or None."""
        item = self._table.get(keys.export(user_id))
        return export_of(item) if item else None

    def begin(self, record: ExportRecord, token: str) -> ExportRecord:
        """Return the record of the export that is under way now: this one, or one that was begun a moment before.

            (none) | forgotten  -->  preparing

        Raises
        ------
        Unauthenticated
            The account was erased at the same moment.
        """
        is_free = "attribute_not_exists(PK) OR #expires <= :now"
        beginning = put(
            export_item(record) | {WRITTEN_BY: token},
            condition=is_free,
            names={"#expires": "expiresAt"},
            values={":now": to_rfc3339(record.requested_at)},
        )
        try:
            self._table.transact([beginning, not_erased(record.user_id)], token)
        except ConditionFailed as failure:
            found = failure.found[0]
            # Another call's, or our own whose reply was lost.
            if found is None:
                raise account_erased() from failure
            return export_of(found)
        return record

    def finish(self, record: ExportRecord) -> bool:
        """Note that the export is ready and return whether it was still wanted."""
        # preparing, this one --> ready;  erased, or asked for anew --> as it is
        is_that_one = "#id = :id"
        ready = put(
            export_item(record), condition=is_that_one, names={"#id": "exportId"}, values={":id": record.export_id}
        )
        try:
            self._table.write(ready)
        except ConditionFailed:
            return False
        return True

    # -- the data -----------------------------------------------------------------------------------------------

    def own_items(self, user_id: str, most: int | None = None) -> OwnItems | None:
        """Return the contents of the person's own partition; None where there is no account.

        Raises
        ------
        TooLarge
            There are more than `most` items.
        """
        limit = None if most is None else most + 1
        items = self._table.query("PK = :pk", {":pk": keys.user_partition(user_id)}, limit=limit)
        if most is not None and len(items) > most:
            raise TooLarge
        kinds: dict[str, list[Item]] = {}
        records = [own_record_of(item) for item in items if is_own_record(item)]
        for item in items:
            if not is_own_record(item):
                kinds.setdefault(item["entity"], []).append(item)
        return _own_items(kinds, records) if Entity.PROFILE in kinds else None

    def conversations(self, user_id: str, most: int | None = None) -> list[Conversation]:
        """Return all of somebody's conversations, newest first, as they are in the table.

        The indexes may lag: they may not show a conversation that has just begun, and show one that is gone. Each one
        shown is read again, and all are counted against the inbox.

        Raises
        ------
        TooLarge
            There are more than `most`.
        TemporarilyUnavailable
            The indexes do not show all of them yet.
        """
        shown = [
            head
            for index in INDEXES
            for head in heads_in(self._table, user_id, index, limit=None if most is None else most + 1)
        ]
        if most is not None and len(shown) > most:
            raise TooLarge
        counter = keys.inbox_counter(user_id)
        heads = [keys.conversation(head["low"], head["high"]) for head in shown]
        by_key = self._table.batch_get([counter, *heads])
        begun = counted(by_key.pop(counter, None), "conversations")
        found = list(by_key.values())
        if len(found) < begun:
            raise TemporarilyUnavailable
        found.sort(key=lambda item: str(item["GSI1SK"]), reverse=True)
        return [conversation_of(item) for item in found]

    def messages(self, pair: Pair) -> Iterator[Message]:
        """Yield the messages of a conversation from its beginning, a page of the table in memory at a time."""
        values = {":pk": keys.conversation_partition(pair.low, pair.high), ":message": keys.MESSAGE_PREFIX}
        start: Item | None = None
        while True:
            page, _ = self._table.query_page("PK = :pk AND begins_with(SK, :message)", values, start=start)
            yield from map(message_of, page.items)
            start = page.last
            if start is None:
                return

    def audit(self, user_id: str, most: int | None = None) -> list[AuditEntry]:
        """Return the audit entries of their deeds, oldest first. An entry of the last seconds may be missing.

        Raises
        ------
        TooLarge
            There are more than `most`.
        """
        found = AuditRepository(self._table).by(user_id, None if most is None else most + 1)
        if most is not None and len(found) > most:
            raise TooLarge
        return found[::-1]

    def names(self, user_ids: Sequence[str]) -> dict[str, str]:
        """Return the names of those users that still exist, by id."""
        return {user_id: user.name for user_id, user in users_of(self._table, user_ids).items()}

    def titles(self, course_ids: Sequence[str]) -> dict[str, str]:
        """Return the titles of those courses that exist, by id."""
        return titles_of(self._table, course_ids)


def _own_items(kinds: Mapping[str, Sequence[Item]], records: Sequence[OwnRecord]) -> OwnItems:
    """Return a person's items by what they are; among them is a profile."""

    def of(*wanted: Entity) -> list[Item]:
        return [item for kind in wanted for item in kinds.get(kind, ())]

    (account,) = of(Entity.PROFILE)
    totals = next(iter(of(Entity.TOTALS)), {})
    return OwnItems(
        profile=Profile(
            user=user_of(account),
            enrollments=[enrollment_of(item) for item in of(Entity.ENROLLMENT)],
            points=int(totals.get("points", 0)),
            study_minutes=int(totals.get("studyMinutes", 0)),
            badges=tuple(totals.get("badges", ())),
            standing=next((standing_of(item) for item in of(Entity.STANDING)), None),
        ),
        slots=[slot for item in of(Entity.SCHEDULE) for slot in schedule_of(item).slots.values()],
        entries=sorted(map(entry_of, of(Entity.POINTS)), key=lambda entry: entry.number),
        submissions=sorted(
            map(submission_of, of(Entity.SUBMISSION, Entity.PAST_ATTEMPT)), key=lambda one: one.submitted_at
        ),
        past_gradings=[_past_grading(item) for item in of(Entity.PAST_GRADE)],
        sessions=[session_of(item) for item in of(Entity.SESSION)],
        connected_at=[from_rfc3339(item["connectedAt"]) for item in of(Entity.CONNECTION)],
        taught_courses=[item["courseId"] for item in of(Entity.TEACHING)],
        calendar_since=_calendar_since(of(Entity.CALENDAR)),
        records=records,
    )


def _calendar_since(items: Sequence[Item]) -> datetime | None:
    return calendar_of(items[0]).created_at if items else None


def _past_grading(item: Item) -> PastGrading:
    return PastGrading(
        assessment_id=item["assessmentId"],
        attempt=int(item["attempt"]),
        grade=exact_grade(item["grade"]) if "grade" in item else None,
        feedback=item.get("feedback"),
        graded_at=stored_time(item, "gradedAt"),
    )
