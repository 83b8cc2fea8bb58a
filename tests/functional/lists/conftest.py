"""One list of the API each, with what makes its entries come, go and move."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, partial
from typing import Any

from peerlearn.bootstrap.catalogue import catalogue_indexer
from peerlearn.bootstrap.core import table
from peerlearn.bootstrap.jobs import agenda_service
from peerlearn.bootstrap.messages import message_service
from peerlearn.bootstrap.news import news_service
from peerlearn.bootstrap.progress import progress_service
from peerlearn.domain.audit import AuditAction, AuditTrail
from peerlearn.domain.clock import to_rfc3339, utc_now
from peerlearn.domain.courses import CourseStatus, Module
from peerlearn.domain.users import Role
from peerlearn.persistence import keys
from peerlearn.persistence.assessments import AssessmentRepository
from peerlearn.persistence.recording import recording
from peerlearn.persistence.writes import delete, update
from peerlearn.services.submissions import SubmissionService
from tests.fakes.uploads import NoBucket
from tests.support.courses import Courses
from tests.support.learning import Learning
from tests.support.news import promotion
from tests.support.people import People, Person

MODULES = [Module(f"mod_{number}", "About", 10) for number in range(60)]
CHANCE = random.Random(1)  # noqa: S311


@dataclass(frozen=True, slots=True)
class Walk:
    """A list, and how it changes.

    Attributes
    ----------
    reader: Person or None
        Who walks it.
    of: callable
        What tells an entry of an answer from the others.
    change: callable
        Does something to the list. Returns the entries that came, went, or left their own place by it.
    """

    endpoint: str
    reader: Person | None
    of: Callable[[dict[str, Any]], object]
    change: Callable[[random.Random], set[object]]
    path: dict[str, str] | None = None
    query: dict[str, str] | None = None


class Lists:
    """Begins a list of some entries for each operation of the document that is walked by cursor."""

    def __init__(self, people: People) -> None:
        self._people = people

    @cached_property
    def _courses(self) -> Courses:
        return Courses(table())

    @cached_property
    def _learning(self) -> Learning:
        return Learning(table())

    def walks(self) -> dict[str, Callable[[], Walk]]:
        """By path, as the document writes it."""
        return {
            "/v1/users": self.users,
            "/v1/audit": self.audit,
            "/v1/courses": partial(self.catalogue, {}),
            "/v1/courses?q=": partial(self.catalogue, {"q": "end"}),
            "/v1/courses?q=&level=": partial(self.catalogue, {"q": "chess end", "level": "beginner"}),
            "/v1/courses?sort=title": partial(self.catalogue, {"sort": "title"}),
            "/v1/courses?sort=starts": partial(self.catalogue, {"sort": "starts"}),
            "/v1/courses?startsFrom=": partial(self.catalogue, {"startsFrom": to_rfc3339(utc_now())}),
            "/v1/courses?available=": partial(self.catalogue, {"available": "true", "sort": "title"}),
            "/v1/courses/{courseId}/enrollments": partial(self.roster, None),
            "/v1/courses/{courseId}/enrollments?status=": partial(self.roster, {"status": "active"}),
            "/v1/courses/{courseId}/enrollments?sort=name": partial(self.roster, {"sort": "name", "status": "active"}),
            "/v1/courses/{courseId}/enrollments?q=": partial(self.roster, {"q": "learn", "status": "active"}),
            "/v1/courses/{courseId}/leaderboard": self.leaderboard,
            "/v1/learner/me/enrollments": partial(self.own_courses, "list_enrollments", {}),
            "/v1/learner/me/enrollments?status=": partial(self.own_courses, "list_enrollments", {"status": "active"}),
            "/v1/learner/me/progress": partial(self.own_courses, "list_progress", {}),
            "/v1/learner/me/points": self.points,
            "/v1/learner/me/news": self.news,
            "/v1/learner/me/todo": self.todo,
            "/v1/learner/me/submissions": partial(self.submissions, "list_my_submissions"),
            "/v1/assessments/{assessmentId}/submissions": partial(self.submissions, "list_submissions"),
            "/v1/learner/peers": self.peers,
            "/v1/learner/messages": self.messages,
            "/v1/learner/conversations": self.conversations,
        }

    def users(self) -> Walk:
        administrator = self._people.add(Role.ADMIN, name="Zoe")
        here = [self._people.add(name=f"Ann {number}") for number in range(9)]

        def change(chance: random.Random) -> set[object]:
            if chance.random() < 0.5:
                here.append(self._people.add(name=f"Ann {chance.randrange(10)}"))
                return {here[-1].user_id}
            gone = here.pop(chance.randrange(len(here)))
            table().write(delete(keys.profile(gone.user_id)))
            return {gone.user_id}

        return Walk("list_users", administrator, lambda user: user["userId"], change, query={})

    def audit(self) -> Walk:
        administrator = self._people.add(Role.ADMIN)

        def change(chance: random.Random) -> set[object]:
            entry = AuditTrail().entry(administrator.principal, AuditAction.ROLE_CHANGED, f"usr_{chance.random()}")
            table().transact([recording(entry)], entry.entry_id)
            return {entry.entry_id}

        for _ in range(9):
            change(CHANCE)
        return Walk("list_audit", administrator, lambda entry: entry["entryId"], change, query={})

    def catalogue(self, query: dict[str, str]) -> Walk:
        here: list[str] = []

        def publish() -> str:
            begins = utc_now() + timedelta(days=1 + len(here) % 3)
            slot = (begins, begins + timedelta(hours=1)) if "startsFrom" in query or len(here) % 2 else None
            here.append(self._courses.add(title=f"Chess endings {len(here) % 4}", slot=slot))
            catalogue_indexer().sync(here[-1])
            return here[-1]

        def change(chance: random.Random) -> set[object]:
            if chance.random() < 0.5:
                return {publish()}
            closed = here.pop(chance.randrange(len(here)))
            status = {":status": CourseStatus.CLOSED.value, ":one": 1}
            names = {"#status": "status", "#version": "version"}
            table().write(
                update(
                    keys.course(closed), "SET #status = :status, #version = #version + :one", names=names, values=status
                )
            )
            catalogue_indexer().sync(closed)
            return {closed}

        for _ in range(7):
            publish()
        return Walk("list_courses", None, lambda course: course["courseId"], change, query=query)

    def roster(self, query: dict[str, str] | None) -> Walk:
        tutor = self._people.add(Role.TUTOR)
        course_id = self._courses.add(None, tutor_id=tutor.user_id)
        change = self._members(course_id)
        path = {"courseId": course_id}
        return Walk("list_roster", tutor, lambda entry: entry["learnerId"], change, path, query or {})

    def _members(self, course_id: str) -> Callable[[random.Random], set[object]]:
        here = [self._people.add().user_id for _ in range(9)]
        for learner_id in here:
            self._learning.enroll(learner_id, course_id)

        def change(chance: random.Random) -> set[object]:
            action, learner_id = chance.choice(("come", "go", "again")), chance.choice(here)
            if action == "come":
                here.append(self._people.add().user_id)
                self._learning.enroll(here[-1], course_id)
                return {here[-1]}
            self._learning.drop(learner_id, course_id)
            if action == "again":
                self._learning.enroll(learner_id, course_id)
            else:
                here.remove(learner_id)
            return {learner_id}

        return change

    def leaderboard(self) -> Walk:
        tutor = self._people.add(Role.TUTOR)
        course_id = self._courses.add(None, tutor_id=tutor.user_id, modules=MODULES)
        here = [self._people.add() for _ in range(9)]
        done = dict.fromkeys((one.user_id for one in here), 0)

        def work(learner: Person) -> None:
            done[learner.user_id] += 1
            progress_service().complete(learner.principal, course_id, f"mod_{done[learner.user_id]}")

        def change(chance: random.Random) -> set[object]:
            action, learner = chance.choice(("come", "go", "work", "work")), chance.choice(here)
            if action == "come":
                learner = self._people.add()
                here.append(learner)
                done[learner.user_id] = 0
                self._learning.enroll(learner.user_id, course_id)
            elif action == "go":
                here.remove(learner)
                self._learning.drop(learner.user_id, course_id)
            else:
                work(learner)
            return {learner.user_id}

        for number, learner in enumerate(here):
            self._learning.enroll(learner.user_id, course_id)
            for _ in range(number // 2):
                work(learner)
        return Walk("leaderboard", tutor, lambda row: row["userId"], change, {"courseId": course_id}, {})

    def own_courses(self, endpoint: str, query: dict[str, str]) -> Walk:
        learner = self._people.add()
        free = [self._courses.add(None) for _ in range(30)]
        here: list[str] = []

        def enroll(course_id: str) -> None:
            here.append(course_id)
            self._learning.enroll(learner.user_id, course_id)

        def change(chance: random.Random) -> set[object]:
            action, course_id = chance.choice(("come", "go", "again")), chance.choice(here)
            if action == "come":
                enroll(free.pop())
                return {here[-1]}
            here.remove(course_id)
            self._learning.drop(learner.user_id, course_id)
            if action == "again":
                enroll(course_id)
            return {course_id}

        for _ in range(9):
            enroll(free.pop())
        return Walk(endpoint, learner, lambda entry: entry["courseId"], change, query=query)

    def points(self) -> Walk:
        learner = self._people.add()
        course_id = self._courses.add(None, modules=MODULES)
        self._learning.enroll(learner.user_id, course_id)
        modules = iter(MODULES)

        def change(_: random.Random) -> set[object]:
            module = next(modules)
            progress_service().complete(learner.principal, course_id, module.module_id)
            return {module.module_id}

        for _ in range(9):
            change(CHANCE)
        return Walk("list_points", learner, lambda entry: entry["reference"], change, query={})

    def todo(self) -> Walk:
        learner, tutor = self._people.add(), self._people.add(Role.TUTOR)
        course_id = self._courses.add(None, tutor_id=tutor.user_id)
        self._learning.enroll(learner.user_id, course_id)
        desk = SubmissionService(AssessmentRepository(table()), NoBucket())
        here: list[str] = []

        def come(chance: random.Random) -> str:
            due = None if chance.random() < 0.3 else utc_now() + timedelta(hours=chance.randrange(1, 100))
            here.append(self._learning.add_assessment(course_id, due_at=due))
            return here[-1]

        def change(chance: random.Random) -> set[object]:
            if chance.random() < 0.5 and len(here) > 7:
                touched = here.pop(chance.randrange(len(here)))
                desk.submit(learner.principal, touched, "https://github.com/ada/work")
            else:
                touched = come(chance)
            agenda_service().follow(course_id, learner.user_id)
            return {touched}

        for _ in range(9):
            come(CHANCE)
        agenda_service().follow(course_id, learner.user_id)
        return Walk("list_todo", learner, lambda one: one["reference"], change, query={})

    def news(self) -> Walk:
        learner, numbers = self._people.add(), itertools.count()

        def change(_: random.Random) -> set[object]:
            event = promotion(next(numbers))
            news_service().keep(learner.user_id, event)
            return {event.event_id}

        for _ in range(9):
            change(CHANCE)
        return Walk("list_news", learner, lambda one: one["eventId"], change, query={})

    def submissions(self, endpoint: str) -> Walk:
        learner, tutor = self._people.add(), self._people.add(Role.TUTOR)
        course_id = self._courses.add(None, tutor_id=tutor.user_id)
        assessment_id = self._learning.add_assessment(course_id)
        self._learning.enroll(learner.user_id, course_id)
        desk = SubmissionService(AssessmentRepository(table()), NoBucket())

        def change(chance: random.Random) -> set[object]:
            url = f"https://github.com/ada/{chance.random()}"
            return {desk.submit(learner.principal, assessment_id, url).submission_id}

        for _ in range(9):
            change(CHANCE)
        is_own = endpoint == "list_my_submissions"
        path = None if is_own else {"assessmentId": assessment_id}
        return Walk(endpoint, learner if is_own else tutor, lambda one: one["submissionId"], change, path, {})

    def peers(self) -> Walk:
        learner = self._people.add()
        course_id, second_id = (self._courses.add(None) for _ in range(2))
        self._learning.enroll(learner.user_id, course_id, second_id)
        of_both: list[str] = []
        here = [self._people.add().user_id for _ in range(9)]

        def change(chance: random.Random) -> set[object]:
            action, peer_id = chance.choice(("come", "go", "move")), chance.choice(here)
            if action == "come":
                peer_id = self._people.add().user_id
                here.append(peer_id)
                self._learning.enroll(peer_id, course_id)
            elif action == "go":
                here.remove(peer_id)
                self._learning.drop(peer_id, course_id)
            elif peer_id not in of_both:
                of_both.append(peer_id)
                self._learning.enroll(peer_id, second_id)
            return {peer_id}

        for peer_id in here:
            self._learning.enroll(peer_id, course_id)
        return Walk("find_peers", learner, lambda peer: peer["userId"], change, query={})

    def messages(self) -> Walk:
        learner, peer = (self._people.add() for _ in range(2))
        course_id = self._courses.add(None)
        for one in (learner, peer):
            self._learning.enroll(one.user_id, course_id)

        def change(_: random.Random) -> set[object]:
            message, _read = message_service().send(peer.principal, learner.user_id, "Hello")
            return {message.message_id}

        for _ in range(9):
            change(CHANCE)
        return Walk("list_messages", learner, lambda one: one["messageId"], change, query={"with": peer.user_id})

    def conversations(self) -> Walk:
        """A person who gets a message stays in the list, and is seen once, too: no more than the others it leaves."""
        learner = self._people.add()
        course_id = self._courses.add(None)
        self._learning.enroll(learner.user_id, course_id)
        here: list[Person] = []

        def write(peer: Person) -> None:
            sender, receiver = (peer, learner) if len(here) % 2 else (learner, peer)
            message_service().send(sender.principal, receiver.user_id, "Hello")

        def meet() -> Person:
            here.append(self._people.add())
            self._learning.enroll(here[-1].user_id, course_id)
            write(here[-1])
            return here[-1]

        def change(chance: random.Random) -> set[object]:
            if chance.random() < 0.2:
                return {meet().user_id}
            for _ in range(chance.choice((1, 2, 9))):
                write(chance.choice(here))
            return set()

        for _ in range(9):
            write(meet())
        return Walk("list_conversations", learner, lambda one: one["peer"]["userId"], change, query={})
