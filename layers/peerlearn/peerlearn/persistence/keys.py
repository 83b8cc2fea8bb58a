"""Every key of the table, and nothing but keys. `docs/table.md` lists the access patterns they serve.

`A#` sorts before everything else of a partition, so one Query with that prefix reads what a page needs and skips the
rest. Free text that enters a key is percent-encoded (in `peerlearn.domain.catalogue`): no value can pretend to be a
separator.
"""

from __future__ import annotations

import zlib
from typing import NamedTuple

ALWAYS_PREFIX = "A#"
ENROLLMENT_PREFIX = "B#ENROLLMENT#"
# Profile, totals, schedule and enrolments of a learner: one range of one partition.
DASHBOARD_RANGE = (ALWAYS_PREFIX, "B#ENROLLMENT$")
SESSION_PREFIX = "SESSION#"
WAIT_PREFIX, LINE_END = "WAIT#", "WAIT$"
POINTS_PREFIX = "POINTS#"
SUBMISSION_PREFIX = "SUBMISSION#"
ASSESSMENT_PREFIX = "A#ASSESSMENT#"
MESSAGE_PREFIX = "MESSAGE#"
CONNECTION_PREFIX = "CONNECTION#"
TEACHING_PREFIX = "TEACHES#"
LISTING_PREFIX = "E#"
_SUBMISSION_COUNTERS = 8


class Key(NamedTuple):
    """A primary key of the table."""

    pk: str
    sk: str

    def as_item(self) -> dict[str, str]:
        return {"PK": self.pk, "SK": self.sk}


def credential(email: str) -> Key:
    """By the address in lower case: the conditional put of this key is what makes addresses unique."""
    return Key(f"EMAIL#{email.lower()}", "CREDENTIAL")


def user_partition(user_id: str) -> str:
    return f"USER#{user_id}"


def profile(user_id: str) -> Key:
    return Key(user_partition(user_id), "A#PROFILE")


def totals(user_id: str) -> Key:
    """Points and hours: sums of the ledger, kept by the transactions that write it.

    Of an erased account its tombstone: whatever earns something writes this item and so finds it there.
    """
    return Key(user_partition(user_id), "A#TOTALS")


def standing(user_id: str) -> Key:
    """Return what a token of this account is worth: its role, its state and the sessions that have not ended."""
    return Key(user_partition(user_id), "A#STANDING")


def schedule(user_id: str) -> Key:
    """The times a learner has booked: the lock against two sessions at once."""
    return Key(user_partition(user_id), "A#SCHEDULE")


def session(user_id: str, session_id: str) -> Key:
    return Key(user_partition(user_id), f"{SESSION_PREFIX}{session_id}")


def calendar(user_id: str) -> Key:
    """The private link to somebody's calendar; with their booked sessions in one range."""
    return Key(user_partition(user_id), "A#CALENDAR")


def export(user_id: str) -> Key:
    """The export of somebody's data that is being prepared, or ready to be fetched."""
    return Key(user_partition(user_id), "EXPORT")


def teaching(user_id: str, course_id: str) -> Key:
    """A course that somebody has made: how their courses are found from them."""
    return Key(user_partition(user_id), f"{TEACHING_PREFIX}{course_id}")


def administrators() -> Key:
    """Return who is an administrator: what two who demote each other collide on."""
    return Key("ADMINISTRATORS", "ADMINISTRATORS")


def throttle(subject: str) -> Key:
    """Failed sign-ins of one account from one source, or of one source; `subject` is a digest."""
    return Key(f"THROTTLE#{subject}", "FAILURES")


def course_partition(course_id: str) -> str:
    return f"COURSE#{course_id}"


def course(course_id: str) -> Key:
    return Key(course_partition(course_id), "A#COURSE")


def outline(course_id: str) -> Key:
    """The modules: up to 200, so apart from what changes often and from what lists show."""
    return Key(course_partition(course_id), "A#OUTLINE")


def seats(course_id: str) -> Key:
    """The seat lock: the only item of a course that a booking writes."""
    return Key(course_partition(course_id), "A#SEATS")


def seat_shard(course_id: str, number: int) -> Key:
    """A part of a large course's seats, in a partition of its own; the first is the seat lock every course has."""
    if number == 0:
        return seats(course_id)
    return Key(f"{course_partition(course_id)}#SEATS#{number}", "A#SEATS")


def shard_number(key: Key) -> int:
    """Of a key that `seat_shard` made."""
    _, _, number = key.pk.partition("#SEATS#")
    return int(number or 0)


def seat_shards(course_id: str, count: int) -> list[Key]:
    return [seat_shard(course_id, number) for number in range(count)]


def listing(course_id: str) -> Key:
    """Which catalogue entries stand for this course at present."""
    return Key(course_partition(course_id), "LISTING")


def assessment(course_id: str, assessment_id: str) -> Key:
    return Key(course_partition(course_id), f"{ASSESSMENT_PREFIX}{assessment_id}")


def instructions(course_id: str, assessment_id: str) -> Key:
    """Return the key of an assessment's instructions, which the course's page does not read."""
    return Key(course_partition(course_id), f"INSTRUCTIONS#{assessment_id}")


def line_partition(course_id: str) -> str:
    """Return the partition of a course's waitlist: apart from its seats, so that a long line is not in their way."""
    return f"LINE#{course_id}"


def wait(course_id: str, joined_at: str, user_id: str) -> Key:
    """Order of the waitlist: the server's time, ties by user id."""
    return Key(line_partition(course_id), f"{WAIT_PREFIX}{joined_at}#{user_id}")


def enrollment(user_id: str, course_id: str) -> Key:
    return Key(user_partition(user_id), f"{ENROLLMENT_PREFIX}{course_id}")


def roster_partition(course_id: str) -> str:
    """GSI1: the enrolments of a course, by the time they began."""
    return f"ROSTER#{course_id}"


def ledger_entry(user_id: str, award_key: str) -> Key:
    """By what earned it: its conditional put is what makes an award once."""
    return Key(user_partition(user_id), f"{POINTS_PREFIX}{award_key}")


def ledger_partition(user_id: str) -> str:
    """GSI1: a learner's ledger in the order of its entries."""
    return f"LEDGER#{user_id}"


def ledger_sort(number: int) -> str:
    return f"{number:010d}"


def leaderboard_partition(course_id: str) -> str:
    """GSI2: the enrolments of a course that have points, by their points."""
    return f"LEADERBOARD#{course_id}"


def leaderboard_sort(points: int, user_id: str) -> str:
    return f"{points:010d}#{user_id}"


def submission(user_id: str, assessment_id: str) -> Key:
    """The latest attempt."""
    return Key(user_partition(user_id), f"{SUBMISSION_PREFIX}{assessment_id}")


def past_attempt(user_id: str, assessment_id: str, attempt: int) -> Key:
    return Key(user_partition(user_id), f"{SUBMISSION_PREFIX}{assessment_id}#ATTEMPT#{attempt:06d}")


def past_grade(user_id: str, assessment_id: str, revision: int) -> Key:
    return Key(user_partition(user_id), f"{SUBMISSION_PREFIX}{assessment_id}#GRADE#{revision:06d}")


def assessment_submissions_partition(assessment_id: str) -> str:
    """GSI1: every attempt at an assessment, by time."""
    return f"SUBMISSIONS#{assessment_id}"


def submission_counters(assessment_id: str) -> list[Key]:
    """Return the counters that add up to an assessment's attempts.

    Each is in a partition of its own: all of a class hands in in the minutes before a due date.
    """
    return [Key(f"COUNT#{assessment_id}#{number}", "COUNT") for number in range(_SUBMISSION_COUNTERS)]


def submission_counter(assessment_id: str, learner_id: str) -> Key:
    """Return the counter of a learner's attempts at an assessment, always the same one."""
    return submission_counters(assessment_id)[zlib.crc32(learner_id.encode()) % _SUBMISSION_COUNTERS]


def catalogue_partition(shelf: str) -> str:
    """The entries of one shelf, e.g. `CATALOGUE#level=beginner`; see `peerlearn.domain.catalogue`."""
    return f"CATALOGUE#{shelf}"


def catalogue_entry(shelf: str, created_at: str, course_id: str) -> Key:
    return Key(catalogue_partition(shelf), f"{LISTING_PREFIX}{created_at}#{course_id}")


def catalogue_counter(shelf: str) -> Key:
    return Key(catalogue_partition(shelf), "COUNTER")


def job(job_id: str) -> Key:
    """How far a job of several chunks has got."""
    return Key(f"JOB#{job_id}", "CURSOR")


# -- messages and connections -----------------------------------------------------------------------------------------


def conversation_partition(low: str, high: str) -> str:
    """Of two user ids in their order."""
    return f"CONVERSATION#{low}#{high}"


def conversation(low: str, high: str) -> Key:
    """The head. It sorts right behind the messages: one Query from the end reads it with the newest of them."""
    return Key(conversation_partition(low, high), "MESSAGE~HEAD")


def message(low: str, high: str, seq: int) -> Key:
    return Key(conversation_partition(low, high), f"{MESSAGE_PREFIX}{seq:010d}")


def client_message(sender_id: str, client_message_id: str) -> Key:
    """Which message a client's own id has become, whomever it was sent to."""
    return Key(f"CLIENT#{sender_id}", client_message_id)


def inbox_partition(user_id: str) -> str:
    """GSI1 for the first of a conversation's two people, GSI2 for the second: their conversations by last message."""
    return f"INBOX#{user_id}"


def inbox_sort(last_at: str, conversation_id: str) -> str:
    return f"{last_at}#{conversation_id}"


def inbox_counter(user_id: str) -> Key:
    """How many conversations somebody has."""
    return Key(user_partition(user_id), "INBOX")


def connection(user_id: str, connection_id: str) -> Key:
    return Key(user_partition(user_id), f"{CONNECTION_PREFIX}{connection_id}")


def ticket(ticket_hash: str) -> Key:
    return Key(f"TICKET#{ticket_hash}", "TICKET")


# -- the audit trail --------------------------------------------------------------------------------------------------

# Of each month: so many partitions share its writes, each of which takes a thousand a second.
AUDIT_SHARDS = 4


def audit_entry(at: str, entry_id: str) -> Key:
    """By month and by a shard that the id decides; in it by time, then by id. The same entry has the same key."""
    shard = zlib.crc32(entry_id.encode()) % AUDIT_SHARDS
    return Key(f"AUDIT#{at[:7]}#{shard}", f"{at}#{entry_id}")


def audit_partitions(month: str) -> list[str]:
    """The partitions of a month, `2026-01`."""
    return [f"AUDIT#{month}#{shard}" for shard in range(AUDIT_SHARDS)]


def audit_actor_partition(user_id: str) -> str:
    """GSI1: what somebody has done, by time."""
    return f"AUDITED-BY#{user_id}"


def audit_target_partition(target: str) -> str:
    """GSI2: what was done to somebody or something, by time."""
    return f"AUDITED#{target}"


# -- the directory of people ------------------------------------------------------------------------------------------

# Of each order: registrations are spread over so many partitions of an index, each of which takes a thousand a second.
DIRECTORY_SHARDS = 8


def directory_by_name(user_id: str) -> str:
    """GSI1 of a profile: people by name, in a shard that the id decides."""
    return f"{_BY_NAME}{_directory_shard(user_id)}"


def directory_by_address(user_id: str) -> str:
    """GSI2 of a profile: people by address."""
    return f"{_BY_ADDRESS}{_directory_shard(user_id)}"


def directory_sort(text: str, user_id: str) -> str:
    """In both orders: `text` is what `peerlearn.domain.directory.directory_text` makes.

    With the space an order of keys is one of texts: `ann` comes before `ann lee`.
    """
    return f"{text} #{user_id}"


def directory_partitions_by_name() -> list[str]:
    return [f"{_BY_NAME}{shard}" for shard in range(DIRECTORY_SHARDS)]


def directory_partitions_by_address() -> list[str]:
    return [f"{_BY_ADDRESS}{shard}" for shard in range(DIRECTORY_SHARDS)]


_BY_NAME, _BY_ADDRESS = "PEOPLE-BY-NAME#", "PEOPLE-BY-ADDRESS#"


def _directory_shard(user_id: str) -> int:
    return zlib.crc32(user_id.encode()) % DIRECTORY_SHARDS


# -- the table of the public keys -------------------------------------------------------------------------------------


def published_keys() -> Key:
    """The one item of that table: the public keys that verify tokens."""
    return Key("SIGNING#KEYS", "KEYS")


def kept_answer(place: str) -> Key:
    """The answer of a request with an idempotency key, by a digest: who reads the table learns nothing of the key."""
    return Key(f"IDEMPOTENCY#{place}", "ANSWER")
