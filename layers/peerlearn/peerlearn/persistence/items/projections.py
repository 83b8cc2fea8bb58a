"""Attributes that the two indexes hold beside keys: those that lists show or filter by, and nothing else.

Any other attribute is neither written to an index nor paid for there: above all the completed modules of a learner,
which grow with a course. DynamoDB takes a hundred names over all indexes of a table, and no projection can be altered.
"""

from __future__ import annotations

_ENROLLMENTS = (
    "entity",
    "learnerId",
    "courseId",
    "status",
    "enrolledAt",
    "updatedAt",
    "waitingSince",
    "lastAccessed",
    "points",
    "seatShard",
)
_LEDGER = ("number", "reference", "reason", "minutes", "awardedAt", "reverses")
_SUBMISSIONS = (
    "assessmentId",
    "attempt",
    "submissionUrl",
    "submittedAt",
    "late",
    "fileKey",
    "fileVersion",
    "fileName",
    "grade",
    "feedback",
    "gradedAt",
    "gradedBy",
    "revision",
    "windowCount",
    "windowClosesAt",
)
_AUDIT = ("entryId", "at", "actorId", "action", "target", "source", "outcome", "details", "expiresAt", "ttl")
_PEOPLE = ("role", "state")
_CONVERSATIONS = ("low", "high", "lastSeq")

PROJECTED = {
    "GSI1": (*_ENROLLMENTS, *_LEDGER, *_SUBMISSIONS, *_AUDIT, *_PEOPLE, *_CONVERSATIONS),
    # lists of both indexes are ordered, and told apart, by the first one's key
    "GSI2": ("GSI1SK", *_ENROLLMENTS, *_AUDIT, *_PEOPLE, *_CONVERSATIONS),
}
