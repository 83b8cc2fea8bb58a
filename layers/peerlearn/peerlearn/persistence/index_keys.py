"""Keys of the two indexes, GSI1 and GSI2; `keys.py` has those of the table itself.

`docs/table.md` says which items are in which index.
"""

from __future__ import annotations

from peerlearn.domain.shards import shard_of

# Registrations are spread over so many partitions of each order, each of which takes a thousand writes a second.
DIRECTORY_SHARDS = 8
_BY_NAME, _BY_ADDRESS = "PEOPLE-BY-NAME#", "PEOPLE-BY-ADDRESS#"


# -- courses ----------------------------------------------------------------------------------------------------------


def roster_partition(course_id: str) -> str:
    """Return the partition of GSI1 with a course's enrolments, by the time they began."""
    return f"ROSTER#{course_id}"


def leaderboard_partition(course_id: str) -> str:
    """Return the partition of GSI2 with those enrolments of a course that have points, by their points."""
    return f"LEADERBOARD#{course_id}"


def leaderboard_sort(points: int, user_id: str) -> str:
    """Return an enrolment's place on a leaderboard; learners with as many points are in the order of their ids."""
    return f"{points:010d}#{user_id}"


def assessment_submissions_partition(assessment_id: str) -> str:
    """Return the partition of GSI1 with every attempt at an assessment, by time."""
    return f"SUBMISSIONS#{assessment_id}"


# -- people -----------------------------------------------------------------------------------------------------------


def ledger_partition(user_id: str) -> str:
    """Return the partition of GSI1 with the entries of a learner's ledger, in their order."""
    return f"LEDGER#{user_id}"


def ledger_sort(number: int) -> str:
    """Return the place of a ledger's entry, by its number."""
    return f"{number:010d}"


def inbox_partition(user_id: str) -> str:
    """Return the partition of somebody's conversations, by last message.

    It is in GSI1 for the first of a conversation's two people, in GSI2 for the second.
    """
    return f"INBOX#{user_id}"


def inbox_sort(last_at: str, conversation_id: str) -> str:
    """Return the place of a conversation in an inbox, by the time of its last message."""
    return f"{last_at}#{conversation_id}"


def directory_by_name(user_id: str) -> str:
    """Return the partition of GSI1 for a profile in the order of names: a shard that the id decides."""
    return f"{_BY_NAME}{shard_of(user_id, DIRECTORY_SHARDS)}"


def directory_by_address(user_id: str) -> str:
    """Return the partition of GSI2 for a profile in the order of addresses: a shard that the id decides."""
    return f"{_BY_ADDRESS}{shard_of(user_id, DIRECTORY_SHARDS)}"


def directory_sort(text: str, user_id: str) -> str:
    """Return the place of a profile in either order.

    Parameters
    ----------
    text: str
        The name or the address, as `peerlearn.domain.directory.directory_text` makes it. A space follows it in the
        key, so that keys are in the order of texts: `ann` comes before `ann lee`.
    """
    return f"{text} #{user_id}"


def directory_partitions_by_name() -> list[str]:
    """Return every partition of the order of names."""
    return [f"{_BY_NAME}{shard}" for shard in range(DIRECTORY_SHARDS)]


def directory_partitions_by_address() -> list[str]:
    """Return every partition of the order of addresses."""
    return [f"{_BY_ADDRESS}{shard}" for shard in range(DIRECTORY_SHARDS)]


# -- the audit trail --------------------------------------------------------------------------------------------------


def audit_actor_partition(user_id: str) -> str:
    """Return the partition of GSI1 with the audit entries of one person's deeds, by time."""
    return f"AUDITED-BY#{user_id}"


def audit_target_partition(target: str) -> str:
    """Return the partition of GSI2 with the audit entries that concern one person or thing, by time."""
    return f"AUDITED#{target}"
