"""Agendas and what they bring about: entries of to-do lists, and tallies of a course's work.

USER#<u>   / O#Agenda#<course>         what was carried out for one learner of the course; the lock of its steps
USER#<u>   / O#Todo#<1|2>#<due>#...    an entry: 1 for what does not close, 2 for what does, which then expires
COURSE#<c> / TALLY#<assessment>        the sums over the learners, and the entry of the course's tutor
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from peerlearn.domain.agenda import Agenda, AgendaStep, Situation, Tally
from peerlearn.domain.assessments import Assessment, whole_id
from peerlearn.domain.clock import from_rfc3339
from peerlearn.domain.retrying import Collision
from peerlearn.persistence import keys
from peerlearn.persistence.guards import NOT_ERASED, not_erased
from peerlearn.persistence.items.agenda import (
    agenda_item,
    agenda_key,
    agenda_of,
    tally_item,
    tally_of,
    todo_item,
    todo_key,
)
from peerlearn.persistence.items.assessments import assessment_of, submission_of
from peerlearn.persistence.items.base import Item
from peerlearn.persistence.items.courses import course_of
from peerlearn.persistence.items.enrollments import enrollment_of
from peerlearn.persistence.items.ledger import is_erased
from peerlearn.persistence.items.own_records import OwnKind
from peerlearn.persistence.optimistic import WRITTEN_BY, is_own, replacing
from peerlearn.persistence.ranges import items_under
from peerlearn.persistence.table import ConditionFailed, Table
from peerlearn.persistence.writes import Write, check, delete, put


class AgendaRepository:
    """Reads what agendas follow from, and carries out their steps."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def agenda(self, learner_id: str, course_id: str) -> Agenda:
        """Return what was carried out for a learner. Read before the situation, so that no later change is missed."""
        return agenda_of(learner_id, course_id, self._table.get(agenda_key(learner_id, course_id)))

    def situation(self, learner_id: str, course_id: str) -> Situation:
        """Return all that the learner's agenda follows from, as it is in the table now."""
        assessments = self.assessments(course_id)
        course, enrollment = keys.course(course_id), keys.enrollment(learner_id, course_id)
        totals = keys.totals(learner_id)
        work = {one.assessment_id: keys.submission(learner_id, one.assessment_id) for one in assessments}
        found = self._table.batch_get([course, enrollment, totals, *work.values()])
        later = self._extensions(learner_id, course_id) if assessments else {}
        return Situation(
            course_of(found[course]) if course in found else None,
            enrollment_of(found[enrollment]) if enrollment in found else None,
            assessments,
            {one: submission_of(found[key]) for one, key in work.items() if key in found},
            later,
            is_erased(found.get(totals)),
        )

    def assessments(self, course_id: str) -> list[Assessment]:
        """Return the assessments of a course."""
        items = items_under(self._table, keys.course_partition(course_id), keys.ASSESSMENT_PREFIX)
        return [assessment_of(item) for item in items]

    def _extensions(self, learner_id: str, course_id: str) -> Mapping[str, datetime]:
        prefix = keys.own_record(learner_id, OwnKind.EXTENSION.value, whole_id(course_id, "")).sk
        items = items_under(self._table, keys.user_partition(learner_id), prefix)
        return {item["assessmentId"]: from_rfc3339(item["dueAt"]) for item in items}

    def tallies(
        self, course_id: str, assessment_ids: Sequence[str], tutor_id: str | None
    ) -> tuple[list[Tally], str | None]:
        """Return tallies of the course, and the tutor unless their account was erased."""
        wanted = {one: keys.tally(course_id, one) for one in assessment_ids}
        standing = keys.standing(tutor_id or "")
        found = self._table.batch_get([*wanted.values(), *([standing] if tutor_id else [])])
        is_there = "erasedAt" not in found[standing] if standing in found else False
        tallies = [tally_of(course_id, one, found.get(key)) for one, key in wanted.items()]
        return tallies, tutor_id if is_there else None

    def all_tallies(self, course_id: str) -> list[Tally]:
        """Return every tally of a course."""
        items = items_under(self._table, keys.course_partition(course_id), keys.TALLY_PREFIX)
        return [tally_of(course_id, item["assessmentId"], item) for item in items]

    def carry_out(self, step: AgendaStep, tallies: Sequence[tuple[Tally, Tally]], token: str) -> None:
        """Write a step, wholly or not at all.

        Parameters
        ----------
        tallies: sequence of (Tally, Tally)
            Each as it was read, and as it is to be.

        Raises
        ------
        Collision
            Something had changed; only a fresh read can tell what.
        """
        before, after = step.before, step.after
        learner_id = after.learner_id
        writes = [_agenda_write(before, after, token)]
        writes += [delete(todo_key(learner_id, one)) for one in before.entries - after.entries]
        writes += [put(todo_item(learner_id, one)) for one in after.entries - before.entries]
        if not after.is_empty:
            writes.append(not_erased(learner_id))
        self._apply([*writes, *_tally_writes(after.course_id, tallies)], token)

    def relist(self, course_id: str, tally: tuple[Tally, Tally], token: str) -> None:
        """Write a tally whose entry on its tutor's list is another one.

        Raises
        ------
        Collision
        """
        self._apply(list(_tally_writes(course_id, [tally], token)), token)

    def _apply(self, writes: Sequence[Write], token: str) -> None:
        try:
            self._table.transact(writes, token)
        except ConditionFailed as failure:
            if not any(is_own(found, token) for found in failure.found):
                raise Collision from failure


def _agenda_write(before: Agenda, after: Agenda, token: str) -> Write:
    if after.is_empty:
        # version n -> gone
        is_as_read = "#version = :read"
        key = agenda_key(before.learner_id, before.course_id)
        return delete(key, condition=is_as_read, names={"#version": "version"}, values={":read": before.version})
    return replacing(agenda_item(after) | {WRITTEN_BY: token}, before.version)


def _tally_writes(course_id: str, tallies: Sequence[tuple[Tally, Tally]], token: str = "") -> Iterable[Write]:
    tutors: set[str] = set()
    for before, after in tallies:
        written: Item = {WRITTEN_BY: token} if token else {}
        yield replacing(tally_item(course_id, replace(after, version=before.version + 1)) | written, before.version)
        if (before.listed, before.listed_for) == (after.listed, after.listed_for):
            continue
        if before.listed is not None and before.listed_for is not None:
            yield delete(todo_key(before.listed_for, before.listed))
        if after.listed is not None and after.listed_for is not None:
            yield put(todo_item(after.listed_for, after.listed))
            tutors.add(after.listed_for)
    for tutor_id in tutors:
        # no entry for somebody who has erased their account
        is_there = f"attribute_exists(PK) AND {NOT_ERASED}"
        yield check(keys.standing(tutor_id), is_there, names={"#erased": "erasedAt"})
