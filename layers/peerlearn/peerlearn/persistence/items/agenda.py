"""Agendas, entries of to-do lists, and tallies of work."""

from __future__ import annotations

from peerlearn.domain.agenda import NEVER, Agenda, Tally, Todo, TodoKind
from peerlearn.domain.clock import from_rfc3339
from peerlearn.persistence import keys
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.items.own_records import OwnKind, own_record_item

_OPEN, _CLOSING = "1", "2"


def agenda_key(learner_id: str, course_id: str) -> keys.Key:
    """Return the key of what was carried out for a learner of a course."""
    return keys.own_record(learner_id, OwnKind.AGENDA.value, course_id)


def agenda_item(agenda: Agenda) -> Item:
    fields = {
        "courseId": agenda.course_id,
        "version": agenda.version,
        "counted": [f"{own}#{'' if grade is None else grade}" for own, grade in sorted(agenda.counted.items())],
        "entries": [f"{_side(one)}#{one.due}#{one.kind}#{one.reference}" for one in sorted(agenda.entries)],
    }
    return own_record_item(agenda.learner_id, OwnKind.AGENDA, agenda.course_id, fields)


def agenda_of(learner_id: str, course_id: str, item: Item | None) -> Agenda:
    """Return the agenda; an absent one is that of a learner for whom nothing was carried out."""
    if item is None:
        return Agenda(learner_id, course_id)
    counted = [one.split("#") for one in item["counted"]]
    entries = [one.split("#") for one in item["entries"]]
    return Agenda(
        learner_id,
        course_id,
        int(item["version"]),
        {own: int(grade) if grade else None for own, grade in counted},
        frozenset(
            Todo(due, TodoKind(kind), reference, course_id, side == _CLOSING) for side, due, kind, reference in entries
        ),
    )


def todo_prefix(*, closes: bool, due: str = "") -> str:
    """Return how the sort keys begin of the entries that close, or of those that do not, from a due date on."""
    return keys.own_record("", OwnKind.TODO.value, f"{_CLOSING if closes else _OPEN}#{due}").sk


def todo_key(user_id: str, todo: Todo) -> keys.Key:
    """Return the key of an entry, so that entries sort in the order of their due dates."""
    return keys.own_record(user_id, OwnKind.TODO.value, _name(todo))


def todo_item(user_id: str, todo: Todo) -> Item:
    fields: Item = {
        "kind": todo.kind.value,
        "reference": todo.reference,
        "courseId": todo.course_id,
        "due": todo.due,
        "closes": todo.closes,
    }
    if todo.closes and todo.due != NEVER:
        fields["ttl"] = int(from_rfc3339(todo.due).timestamp())
    return own_record_item(user_id, OwnKind.TODO, _name(todo), fields)


def todo_of(item: Item) -> Todo:
    return Todo(item["due"], TodoKind(item["kind"]), item["reference"], item["courseId"], bool(item["closes"]))


def tally_item(course_id: str, tally: Tally) -> Item:
    item: Item = {
        **keys.tally(course_id, tally.assessment_id).as_item(),
        "entity": Entity.TALLY.value,
        "assessmentId": tally.assessment_id,
        "version": tally.version,
        "submitted": tally.submitted,
        "grades": {str(grade): count for grade, count in sorted(tally.grades.items())},
    }
    if tally.listed is not None:
        item |= {"listedFor": tally.listed_for, "listedDue": tally.listed.due}
    return item


def tally_of(course_id: str, assessment_id: str, item: Item | None) -> Tally:
    """Return the tally; an absent one counts nobody."""
    if item is None:
        return Tally(assessment_id)
    due = item.get("listedDue")
    return Tally(
        assessment_id,
        int(item["version"]),
        int(item["submitted"]),
        {int(grade): int(count) for grade, count in item["grades"].items()},
        None if due is None else Todo(due, TodoKind.GRADING, assessment_id, course_id, closes=False),
        item.get("listedFor"),
    )


def _side(todo: Todo) -> str:
    return _CLOSING if todo.closes else _OPEN


def _name(todo: Todo) -> str:
    # a session of the same due date, and an assessment, have ids of their own
    return f"{_side(todo)}#{todo.due}#{todo.kind}#{todo.reference}"
