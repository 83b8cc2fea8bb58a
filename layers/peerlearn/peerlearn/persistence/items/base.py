"""Common parts of all items: their kinds, and times in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from peerlearn.domain.clock import from_rfc3339

Item = dict[str, Any]


class Entity(StrEnum):
    """The kinds of items, as the stream's filters name them."""

    CREDENTIAL = "Credential"
    PROFILE = "Profile"
    SESSION = "Session"
    STANDING = "Standing"
    TOTALS = "Totals"
    SCHEDULE = "Schedule"
    COURSE = "Course"
    OUTLINE = "Outline"
    SEATS = "Seats"
    LISTING = "Listing"
    CATALOGUE_ENTRY = "CatalogueEntry"
    CATALOGUE_COUNTER = "CatalogueCounter"
    CATALOGUE_BLOCK = "CatalogueBlock"
    CATALOGUE_CARD = "CatalogueCard"
    CATALOGUE_TITLE = "CatalogueTitle"
    CATALOGUE_DAY = "CatalogueDay"
    CATALOGUE_FACET = "CatalogueFacet"
    COURSE_NUMBERS = "CourseNumbers"
    ENROLLMENT = "Enrollment"
    WAIT = "Wait"
    ASSESSMENT = "Assessment"
    INSTRUCTIONS = "Instructions"
    SUBMISSION = "Submission"
    PAST_ATTEMPT = "PastAttempt"
    PAST_GRADE = "PastGrade"
    SUBMISSION_COUNTER = "SubmissionCounter"
    POINTS = "Points"
    CONVERSATION = "Conversation"
    MESSAGE = "Message"
    CLIENT_MESSAGE = "ClientMessage"
    INBOX = "Inbox"
    CONNECTION = "Connection"
    TICKET = "Ticket"
    THROTTLE = "Throttle"
    TEACHING = "Teaching"
    ADMINISTRATORS = "Administrators"
    ERASURE = "Erasure"
    EXPORT = "Export"
    CALENDAR = "Calendar"
    AUDIT = "Audit"
    KEPT_ANSWER = "KeptAnswer"
    JOB = "Job"
    TALLY = "Tally"
    LAYOUT = "Layout"
    MAIL = "Mail"
    MAIL_TOKEN = "MailToken"  # noqa: S105 (the name of a kind)
    SUPPRESSION = "Suppression"
    HELD_ADDRESS = "HeldAddress"
    DUE = "Due"
    TICK = "Tick"


# The kind of an item's last write, where only some of its writes interest the stream's filters: these see an item
# before and after but cannot compare the two, and an event source has five filters at most.
LAST_CHANGE = "lastChange"


class LastChange(StrEnum):
    """Values of `LAST_CHANGE`."""

    MESSAGE = "message"
    READ = "read"
    PROFILE = "profile"
    ENDED = "ended"
    GRADED = "graded"
    WANTED = "wanted"
    ERASED = "erased"
    MOVED = "moved"
    TAKEN_OVER = "takenOver"
    BOOKED = "booked"
    PROGRESSED = "progressed"
    HANDED_IN = "handedIn"


_STREAMED: frozenset[str] = frozenset({Entity.SEATS, Entity.COURSE, Entity.MESSAGE, Entity.POINTS, Entity.ENROLLMENT})
# the last one is a record of `items/own_records.py`
_STREAMED |= {Entity.ERASURE, Entity.EXPORT, Entity.MAIL, Entity.ASSESSMENT, "Extension"}


def is_streamed(item: Mapping[str, Any]) -> bool:
    """Return whether the template's filters of the stream's consumers may let the item's writes through."""
    return item.get("entity") in _STREAMED or LAST_CHANGE in item


def stored_time(item: Item, name: str) -> datetime | None:
    """Return a time attribute, or None where the item has none."""
    text = item.get(name)
    return from_rfc3339(text) if text else None
