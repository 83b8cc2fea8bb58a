"""Conditions that repositories share: a seat is held, an account is not erased, an administrator is left."""

from __future__ import annotations

from peerlearn.domain.enrollments import EnrollmentStatus
from peerlearn.persistence import keys
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.writes import Write, check, update

# Of tombstones, and of the items that an erased account leaves behind.
NOT_ERASED = "attribute_not_exists(#erased)"


# active or completed -> a seat;  waitlisted or dropped -> none
HOLDS_SEAT = "#status IN (:active, :completed)"
STATUS_NAME = {"#status": "status"}
SEATED = {":active": EnrollmentStatus.ACTIVE.value, ":completed": EnrollmentStatus.COMPLETED.value}


def holds_seat(learner_id: str, course_id: str) -> Write:
    """Return the condition that a learner has a seat in a course."""
    return check(keys.enrollment(learner_id, course_id), HOLDS_SEAT, names=STATUS_NAME, values=SEATED)


def not_erased(user_id: str) -> Write:
    """Return the condition that somebody has not erased their account; for writes that they do not make themselves."""
    return check(keys.standing(user_id), NOT_ERASED, names={"#erased": "erasedAt"})


def becoming_administrator(user_id: str) -> Write:
    """Return the write that adds an administrator to their list."""
    return update(
        keys.administrators(),
        "SET #entity = :entity ADD #ids :these",
        names={"#entity": "entity", "#ids": "userIds"},
        values={":entity": Entity.ADMINISTRATORS.value, ":these": {user_id}},
    )


def ceasing_as_administrator(user_id: str) -> Write:
    """Return a write that fails for the last one: of two who demote each other at once the later is refused."""
    # two or more -> one less, if it is one of them;  somebody who is not among them -> as it is, while there is one
    are_several = "size(#ids) > :last"
    is_none_of_them = "attribute_exists(#ids) AND NOT contains(#ids, :one)"
    return update(
        keys.administrators(),
        "DELETE #ids :these",
        condition=f"{are_several} OR ({is_none_of_them})",
        names={"#ids": "userIds"},
        values={":one": user_id, ":these": {user_id}, ":last": 1},
    )
