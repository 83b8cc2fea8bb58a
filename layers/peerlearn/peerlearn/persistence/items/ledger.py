"""The points ledger and its sums."""

from __future__ import annotations

from datetime import date

from peerlearn.domain.clock import from_rfc3339, to_rfc3339
from peerlearn.domain.points import Award, Entry, Reason, Totals
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.items.base import Entity, Item


def is_erased(totals: Item | None) -> bool:
    """Return whether an account's tombstone has taken the place of its totals."""
    return totals is not None and totals["entity"] == Entity.ERASURE


def totals_of(user_id: str, item: Item | None) -> Totals:
    """Return the sums of a learner's ledger; an absent item, or a tombstone, means an empty one."""
    if item is None or is_erased(item):
        return Totals(user_id)
    return Totals(
        learner_id=user_id,
        version=int(item["version"]),
        submissions=int(item["submissions"]),
        entries=int(item["entries"]),
        points=int(item["points"]),
        study_minutes=int(item["studyMinutes"]),
        modules=int(item["modules"]),
        courses=int(item["courses"]),
        perfect_grades=int(item["perfectGrades"]),
        streak=int(item["streak"]),
        longest_streak=int(item["longestStreak"]),
        active_on=date.fromisoformat(item["activeOn"]) if "activeOn" in item else None,
        minutes_of_day=int(item.get("minutesOfDay", 0)),
        studied_on=date.fromisoformat(item["studiedOn"]) if "studiedOn" in item else None,
    )


def totals_item(totals: Totals) -> Item:
    item = {
        **keys.totals(totals.learner_id).as_item(),
        "entity": Entity.TOTALS.value,
        "userId": totals.learner_id,
        "version": totals.version,
        "submissions": totals.submissions,
        "entries": totals.entries,
        "points": totals.points,
        "studyMinutes": totals.study_minutes,
        "modules": totals.modules,
        "courses": totals.courses,
        "perfectGrades": totals.perfect_grades,
        "streak": totals.streak,
        "longestStreak": totals.longest_streak,
        "badges": [badge.value for badge in totals.badges],
    }
    if totals.active_on:
        item["activeOn"] = totals.active_on.isoformat()
    if totals.studied_on:
        item |= {"minutesOfDay": totals.minutes_of_day, "studiedOn": totals.studied_on.isoformat()}
    return item


def entry_item(entry: Entry) -> Item:
    award = entry.award
    item = {
        **keys.ledger_entry(entry.learner_id, award.key).as_item(),
        "GSI1PK": index_keys.ledger_partition(entry.learner_id),
        "GSI1SK": index_keys.ledger_sort(entry.number),
        "entity": Entity.POINTS.value,
        "learnerId": entry.learner_id,
        "courseId": award.course_id,
        "number": entry.number,
        "reference": award.key,
        "reason": award.reason.value,
        "points": award.points,
        "minutes": award.minutes,
        "awardedAt": to_rfc3339(entry.awarded_at),
    }
    if award.reverses:
        item["reverses"] = award.reverses.value
    return item


def entry_of(item: Item) -> Entry:
    return Entry(
        learner_id=item["learnerId"],
        number=int(item["number"]),
        awarded_at=from_rfc3339(item["awardedAt"]),
        award=Award(
            key=item["reference"],
            reason=Reason(item["reason"]),
            points=int(item["points"]),
            course_id=item["courseId"],
            minutes=int(item["minutes"]),
            reverses=Reason(item["reverses"]) if "reverses" in item else None,
        ),
    )
