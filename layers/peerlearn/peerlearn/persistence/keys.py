"""Keys of people, courses and conversations, and nothing but keys.

Others are in `system_keys.py`, `catalogue_keys.py` and `index_keys.py`.

`docs/table.md` lists the access patterns that they serve. `A#` sorts before everything else of a partition, so one
Query with that prefix reads what a page needs and skips the rest. Free text that enters a key is percent-encoded (in
`peerlearn.domain.catalogue`): no value can pretend to be a separator.
"""

from __future__ import annotations

from typing import NamedTuple

from peerlearn.domain.shards import shard_of

ALWAYS_PREFIX = "A#"
ENROLLMENT_PREFIX = "B#ENROLLMENT#"
# Profile, totals, schedule and enrolments of a learner: one range of one partition.
DASHBOARD_RANGE = (ALWAYS_PREFIX, "B#ENROLLMENT$")
SESSION_PREFIX = "SESSION#"
WAIT_PREFIX, LINE_END = "WAIT#", "WAIT$"
POINTS_PREFIX = "POINTS#"
SUBMISSION_PREFIX = "SUBMISSION#"
ASSESSMENT_PREFIX = "A#ASSESSMENT#"
TALLY_PREFIX = "TALLY#"
MESSAGE_PREFIX = "MESSAGE#"
CONNECTION_PREFIX = "CONNECTION#"
TEACHING_PREFIX = "TEACHES#"
# Everything in this range is exported, and erased with the account, whatever it is.
OWN_RECORD_PREFIX = "O#"
# An assessment's attempts are counted in so many parts.
_SUBMISSION_COUNTERS = 8


class Key(NamedTuple):
    """A primary key of the table."""

    pk: str
    sk: str

    def as_item(self) -> dict[str, str]:
        """Return the key as the attributes of an item."""
        return {"PK": self.pk, "SK": self.sk}


# -- people -----------------------------------------------------------------------------------------------------------


def credential(email: str) -> Key:
    """Return the key of an account by its address in lower case; a conditional put keeps addresses unique."""
    return Key(f"EMAIL#{email.lower()}", "CREDENTIAL")


def user_partition(user_id: str) -> str:
    """Return the partition of everything that belongs to one person."""
    return f"USER#{user_id}"


def profile(user_id: str) -> Key:
    """Return the key of an account by its id."""
    return Key(user_partition(user_id), "A#PROFILE")


def totals(user_id: str) -> Key:
    """Return the key of a learner's sums, which are kept by the transactions that write the ledger.

    An erased account has its tombstone here: every transaction that earns something writes this item and so finds it.
    """
    return Key(user_partition(user_id), "A#TOTALS")


def standing(user_id: str) -> Key:
    """Return the key of an account's standing: its role, its state and the sessions that have not ended."""
    return Key(user_partition(user_id), "A#STANDING")


def schedule(user_id: str) -> Key:
    """Return the key of a learner's booked times: the lock against two sessions at once."""
    return Key(user_partition(user_id), "A#SCHEDULE")


def session(user_id: str, session_id: str) -> Key:
    """Return the key of a sign-in session."""
    return Key(user_partition(user_id), f"{SESSION_PREFIX}{session_id}")


def calendar(user_id: str) -> Key:
    """Return the key of somebody's private calendar link; one range holds it with their booked sessions."""
    return Key(user_partition(user_id), "A#CALENDAR")


def export(user_id: str) -> Key:
    """Return the key of the export of somebody's data, under way or ready."""
    return Key(user_partition(user_id), "EXPORT")


def teaching(user_id: str, course_id: str) -> Key:
    """Return the key that leads from a tutor to a course of theirs."""
    return Key(user_partition(user_id), f"{TEACHING_PREFIX}{course_id}")


def enrollment(user_id: str, course_id: str) -> Key:
    """Return the key of a learner's enrolment in a course."""
    return Key(user_partition(user_id), f"{ENROLLMENT_PREFIX}{course_id}")


def ledger_entry(user_id: str, award_key: str) -> Key:
    """Return the key of an award by what earned it; its conditional put awards once."""
    return Key(user_partition(user_id), f"{POINTS_PREFIX}{award_key}")


def submission(user_id: str, assessment_id: str) -> Key:
    """Return the key of a learner's latest attempt at an assessment."""
    return Key(user_partition(user_id), f"{SUBMISSION_PREFIX}{assessment_id}")


def past_attempt(user_id: str, assessment_id: str, attempt: int) -> Key:
    """Return the key of an attempt that another one followed."""
    return Key(user_partition(user_id), f"{SUBMISSION_PREFIX}{assessment_id}#ATTEMPT#{attempt:06d}")


def past_grade(user_id: str, assessment_id: str, revision: int) -> Key:
    """Return the key of a grading that a correction replaced."""
    return Key(user_partition(user_id), f"{SUBMISSION_PREFIX}{assessment_id}#GRADE#{revision:06d}")


def own_record(user_id: str, kind: str, name: str) -> Key:
    """Return the key of something small that belongs to one person alone, by its kind and its name among these."""
    return Key(user_partition(user_id), f"{OWN_RECORD_PREFIX}{kind}#{name}")


def extension(user_id: str, assessment_id: str) -> Key:
    """Return the key of a learner's own due date of an assessment."""
    return own_record(user_id, "Extension", assessment_id)


def administrators() -> Key:
    """Return the key of the administrators' ids; two who demote each other collide on it."""
    return Key("ADMINISTRATORS", "ADMINISTRATORS")


# -- courses ----------------------------------------------------------------------------------------------------------


def course_partition(course_id: str) -> str:
    """Return the partition of a course; the items of its page have the prefix `A#`."""
    return f"COURSE#{course_id}"


def course(course_id: str) -> Key:
    """Return the key of a course."""
    return Key(course_partition(course_id), "A#COURSE")


def outline(course_id: str) -> Key:
    """Return the key of a course's modules: up to 200, so apart from what changes often and what lists show."""
    return Key(course_partition(course_id), "A#OUTLINE")


def seats(course_id: str) -> Key:
    """Return the key of the seat lock: the only item of a course that a booking writes."""
    return Key(course_partition(course_id), "A#SEATS")


def seat_shard(course_id: str, number: int) -> Key:
    """Return the key of a part of a large course's seats, in a partition of its own; the first is the seat lock."""
    if number == 0:
        return seats(course_id)
    return Key(f"{course_partition(course_id)}#SEATS#{number}", "A#SEATS")


def shard_number(key: Key) -> int:
    """Return the number of the shard whose key `seat_shard` made."""
    _, _, number = key.pk.partition("#SEATS#")
    return int(number or 0)


def seat_shards(course_id: str, count: int) -> list[Key]:
    """Return the keys of the first `count` shards of a course."""
    return [seat_shard(course_id, number) for number in range(count)]


def assessment(course_id: str, assessment_id: str) -> Key:
    """Return the key of an assessment."""
    return Key(course_partition(course_id), f"{ASSESSMENT_PREFIX}{assessment_id}")


def tally(course_id: str, assessment_id: str) -> Key:
    """Return the key of how the work at an assessment stands, summed over the course's members."""
    return Key(course_partition(course_id), f"{TALLY_PREFIX}{assessment_id}")


def instructions(course_id: str, assessment_id: str) -> Key:
    """Return the key of an assessment's instructions, which the course's page does not read."""
    return Key(course_partition(course_id), f"INSTRUCTIONS#{assessment_id}")


def submission_counters(assessment_id: str) -> list[Key]:
    """Return the counters that add up to an assessment's attempts.

    Each is in a partition of its own: all of a class hands in in the minutes before a due date.
    """
    return [Key(f"COUNT#{assessment_id}#{number}", "COUNT") for number in range(_SUBMISSION_COUNTERS)]


def submission_counter(assessment_id: str, learner_id: str) -> Key:
    """Return the counter of a learner's attempts at an assessment, always the same one."""
    return submission_counters(assessment_id)[shard_of(learner_id, _SUBMISSION_COUNTERS)]


def line_partition(course_id: str) -> str:
    """Return the partition of a course's waitlist: apart from its seats, so that a long line is not in their way."""
    return f"LINE#{course_id}"


def wait(course_id: str, joined_at: str, user_id: str) -> Key:
    """Return the key of a place in a waitlist: by the server's time, ties by user id."""
    return Key(line_partition(course_id), f"{WAIT_PREFIX}{joined_at}#{user_id}")


# -- messages and connections -----------------------------------------------------------------------------------------


def conversation_partition(low: str, high: str) -> str:
    """Return the partition of a conversation, by its two user ids in their order."""
    return f"CONVERSATION#{low}#{high}"


def conversation(low: str, high: str) -> Key:
    """Return the key of a conversation's head.

    It sorts right behind the messages, so that one Query from the end reads it with the newest of them.
    """
    return Key(conversation_partition(low, high), "MESSAGE~HEAD")


def message(low: str, high: str, seq: int) -> Key:
    """Return the key of a message by its number, so that messages sort in their order."""
    return Key(conversation_partition(low, high), f"{MESSAGE_PREFIX}{seq:010d}")


def client_message(sender_id: str, client_message_id: str) -> Key:
    """Return the key that leads from a client's own id to its message, to any receiver."""
    return Key(f"CLIENT#{sender_id}", client_message_id)


def inbox_counter(user_id: str) -> Key:
    """Return the key of the number of somebody's conversations."""
    return Key(user_partition(user_id), "INBOX")


def connection(user_id: str, connection_id: str) -> Key:
    """Return the key of an open WebSocket connection."""
    return Key(user_partition(user_id), f"{CONNECTION_PREFIX}{connection_id}")
