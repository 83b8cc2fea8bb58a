"""Reminders over one table: people, sessions and assessments, and the tick with the jobs behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from peerlearn.domain.clock import Clock
from peerlearn.domain.courses import CoursePage, CourseStatus
from peerlearn.domain.ids import new_id
from peerlearn.domain.jobs import Step, job_id_of
from peerlearn.domain.mails import Mail, Mailroom
from peerlearn.domain.notices import Channel, Notice, Wish
from peerlearn.domain.reminders import Cause, Due
from peerlearn.domain.standing import Standing
from peerlearn.domain.tasks import Posting
from peerlearn.domain.users import AccountState, Role, User
from peerlearn.persistence import keys
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.courses import CourseRepository
from peerlearn.persistence.dues import DueRepository
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.persistence.items.accounts import profile_item
from peerlearn.persistence.items.base import Entity
from peerlearn.persistence.items.mails import mail_of
from peerlearn.persistence.items.standing import standing_item
from peerlearn.persistence.jobs import JobRepository
from peerlearn.persistence.notices import NoticeRepository
from peerlearn.persistence.reminders import ReminderRepository
from peerlearn.persistence.table import Item, Table
from peerlearn.persistence.writes import put, setting
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.jobs import JobRunner
from peerlearn.services.planning import PlanningService
from peerlearn.services.reminders import ReminderService
from peerlearn.services.ticking import TickService
from tests.support.courses import Courses

_numbers = count(1)


class Tasks:
    """The queue of jobs, in memory."""

    def __init__(self) -> None:
        self.waiting: list[dict[str, Any]] = []
        self.refuses: Callable[[int], bool] = lambda _: False

    def send_all(self, postings: Sequence[Posting]) -> Mapping[int, Exception]:
        failures: dict[int, Exception] = {}
        for number, one in enumerate(postings):
            if self.refuses(number):
                failures[number] = ConnectionError()
            else:
                self.waiting.append(dict(one.task))
        return failures


class Reminding:
    """Plans and makes reminders, by one clock, over one table: that of a test, or the same one over a wire."""

    def __init__(self, table: Table, clock: Clock, chunk: int = 3) -> None:
        self.table = table
        self.clock = clock
        self.tasks = Tasks()
        self.enrollments = EnrollmentService(EnrollmentRepository(table), clock)
        self.dues = DueRepository(table)
        self.ticking = TickService(self.dues, self.tasks, clock)
        self._planning = PlanningService(self.dues, AccountRepository(table), clock)
        mailroom = Mailroom(is_open=True, clock=clock)
        self.reminders_store = ReminderRepository(table)
        self._reminders = ReminderService(self.reminders_store, mailroom, clock, chunk)
        self._runner = JobRunner(JobRepository(table), clock)
        self._courses = CourseRepository(table)

    # -- people and courses -----------------------------------------------------------------------------------------

    def person(self, *, proven: bool = True, time_zone: str = "UTC") -> str:
        """Return somebody with an account."""
        number = next(_numbers)
        user = User(
            user_id=new_id("usr"),
            name=f"Learner {number}",
            email=f"reader-{number}@people.example",
            role=Role.LEARNER,
            interests=(),
            learning_goals=(),
            created_at=self.clock(),
            email_verified=proven,
            time_zone=time_zone,
        )
        self.table.write(put(profile_item(user)))
        self.table.write(put(standing_item(Standing(user.user_id, user.role, sessions={}, proven=proven))))
        return user.user_id

    def session(self, starts_at: datetime, capacity: int | None = 50, **settings: Any) -> str:
        """Return a published session of an hour, planned."""
        slot = (starts_at, starts_at + timedelta(hours=1))
        course_id = Courses(self.table).add(capacity, slot=slot, **settings)
        self.plan(Cause(Notice.SESSION_REMINDER, course_id, self.clock(), starts_at))
        return course_id

    def plan(self, cause: Cause) -> int:
        # as it comes through the queue
        return self._planning.plan(Cause.of(cause.name))

    def move(self, course_id: str, starts_at: datetime) -> None:
        """Have the tutor move a session; its reminders follow by `plan`."""
        ends_at = starts_at + timedelta(hours=1)
        self._change(course_id, starts_at=starts_at, ends_at=ends_at)

    def close(self, course_id: str) -> None:
        self._change(course_id, status=CourseStatus.CLOSED)

    def _change(self, course_id: str, **changes: Any) -> None:
        before = self._courses.page(course_id)
        assert before is not None
        course = replace(before.course, version=before.course.version + 1, **changes)
        after = CoursePage(course, replace(before.seats, **changes), before.modules)
        self._courses.change(before, after, uuid4().hex)

    def turn_off(self, user_id: str, notice: Notice) -> None:
        NoticeRepository(self.table).say(user_id, {Wish(notice, Channel.EMAIL): False}, uuid4().hex)

    def suspend(self, user_id: str) -> None:
        self.table.write(setting(keys.standing(user_id), {"state": AccountState.SUSPENDED.value}))

    # -- reminders --------------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Have a minute pass: what is due is handed on, and all of it done."""
        self.ticking.tick()
        while self.tasks.waiting:
            self.work(self.tasks.waiting.pop(0))

    def pass_over(self, minute: datetime) -> None:
        """Have ticks passed up to a minute, in which nothing was due."""
        assert self.dues.move(self.dues.last_minute(), minute)

    def work(self, task: Mapping[str, Any]) -> Step | None:
        """Do a chunk of a job; the rest of it is put behind the others."""
        return self._runner.run(
            job_id_of(task["job"], task["subject"], task["recordId"]),
            lambda cursor: self._reminders.carry_on(Due.of(task["subject"]), cursor),
            lambda: self.tasks.waiting.append(dict(task)),
        )

    def remind(self, due: Due) -> None:
        """Do all that follows from a due item, as if it had not been done before."""
        task = {"job": "remind", "subject": due.name, "recordId": uuid4().hex}
        self.tasks.waiting.append(task)
        while self.tasks.waiting:
            self.work(self.tasks.waiting.pop(0))


def mails_in(items: Sequence[Item]) -> list[Mail]:
    """Return the mails of an outbox that nobody empties."""
    return [mail_of(item) for item in items if item.get("entity") == Entity.MAIL]


def reminded(items: Sequence[Item]) -> Counter[str]:
    """Return how many mails each person has."""
    return Counter(str(mail.user_id) for mail in mails_in(items))
