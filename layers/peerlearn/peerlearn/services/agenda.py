"""Keeping agendas: the to-do list and the course's tallies follow each change of a learner or their course."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol
from uuid import uuid4

from peerlearn.domain.agenda import Agenda, AgendaStep, Situation, Tally, next_step
from peerlearn.domain.assessments import Assessment, own_part, whole_id
from peerlearn.domain.clock import Clock, utc_now
from peerlearn.domain.courses import Course, Seats
from peerlearn.domain.deadline import carried
from peerlearn.domain.jobs import CHUNK, Cursor, Step
from peerlearn.domain.retrying import Backoff
from peerlearn.domain.standing import Admission
from peerlearn.services.deciding import until_applied
from peerlearn.services.rosters import Members, Rosters

# As many as a client of the AWS SDK keeps connections.
_AT_ONCE = 10


class Agendas(Protocol):
    """The store of agendas; see `peerlearn.persistence.agenda`."""

    def agenda(self, learner_id: str, course_id: str) -> Agenda: ...
    def situation(self, learner_id: str, course_id: str) -> Situation: ...
    def assessments(self, course_id: str) -> list[Assessment]: ...
    def tallies(
        self, course_id: str, assessment_ids: Sequence[str], tutor_id: str | None
    ) -> tuple[list[Tally], str | None]: ...
    def all_tallies(self, course_id: str) -> list[Tally]: ...
    def carry_out(self, step: AgendaStep, tallies: Sequence[tuple[Tally, Tally]], token: str) -> None: ...
    def relist(self, course_id: str, tally: tuple[Tally, Tally], token: str) -> None: ...


class Courses(Protocol):
    def course(self, course_id: str) -> tuple[Course, Seats] | None: ...


class AgendaService:
    """Brings agendas in line with what is stored, however late, often or at once it is told to."""

    def __init__(
        self,
        agendas: Agendas,
        courses: Courses,
        members: Members,
        clock: Clock = utc_now,
        backoff: Callable[[], Backoff] = Backoff,
        chunk: int = CHUNK,
    ) -> None:
        self._agendas = agendas
        self._courses = courses
        self._members = members
        self._rosters = Rosters(members)
        self._clock = clock
        self._backoff = backoff
        self._chunk = chunk

    def follow(self, course_id: str, learner_id: str) -> int:
        """Bring the agenda of one learner in line; return in how many steps.

        Raises
        ------
        TemporarilyUnavailable
            Others were always faster.
        """
        steps = 0
        while self._take_step(course_id, learner_id):
            steps += 1
        return steps

    def carry_on(self, course_id: str, cursor: Cursor) -> Step:
        """Bring the agendas of the next chunk of a course's learners in line, and at first its tutor's entries.

        Raises
        ------
        TemporarilyUnavailable
            The roster's index does not show all of them yet, or others were always faster.
        """
        seats = self._members.seats(course_id)
        if seats is None:
            return Step(None)
        if not cursor.place:
            self._relist(course_id)
        page = self._rosters.holders(seats, cursor.place, cursor.counted, self._chunk)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            work = [pool.submit(carried(partial(self.follow, course_id)), one) for one in page.learner_ids]
            changed = sum(one.result() > 0 for one in work)
        return Step(page.place, page.counted, changed)

    def _take_step(self, course_id: str, learner_id: str) -> bool:
        """Take the next step; return False where there is none."""

        def load(admission: Admission | None) -> tuple[tuple[Agenda, Situation], Admission | None]:
            agenda = self._agendas.agenda(learner_id, course_id)
            return (agenda, self._agendas.situation(learner_id, course_id)), admission

        def carry_out(found: tuple[Agenda, Situation], _: object, token: str) -> bool:
            agenda, situation = found
            step = next_step(agenda, situation.wanted(agenda, self._clock()))
            if step is None:
                return False
            self._agendas.carry_out(step, self._tallies(step, situation), token)
            return True

        return until_applied(load, carry_out, tries=self._backoff().waits())

    def _tallies(self, step: AgendaStep, situation: Situation) -> list[tuple[Tally, Tally]]:
        course_id = step.after.course_id
        there = {own_part(one.assessment_id): one for one in situation.assessments}
        ids = [whole_id(course_id, own) for own in step.assessments]
        if not ids:
            return []
        tutor_id = situation.course.tutor.user_id if situation.course else None
        tallies, present = self._agendas.tallies(course_id, ids, tutor_id)
        changed = [one.with_change(step.before.counted, step.after.counted) for one in tallies]
        listed = [one.relisted(there.get(own_part(one.assessment_id)), present) for one in changed]
        return list(zip(tallies, listed, strict=True))

    def _relist(self, course_id: str) -> None:
        """Put the tutor's entries where the due dates of the assessments are now."""

        def load(admission: Admission | None) -> tuple[list[tuple[Tally, Tally]], Admission | None]:
            found = self._courses.course(course_id)
            if found is None:
                return [], admission
            there = {one.assessment_id: one for one in self._agendas.assessments(course_id)}
            _, tutor_id = self._agendas.tallies(course_id, [], found[0].tutor.user_id)
            tallies = self._agendas.all_tallies(course_id)
            return [(one, one.relisted(there.get(one.assessment_id), tutor_id)) for one in tallies], admission

        def carry_out(tallies: list[tuple[Tally, Tally]], _: object, __: str) -> None:
            for before, after in tallies:
                if before != after:
                    # Each is a transaction, and a transaction's token is its own.
                    self._agendas.relist(course_id, (before, after), uuid4().hex)

        until_applied(load, carry_out, tries=self._backoff().waits())
