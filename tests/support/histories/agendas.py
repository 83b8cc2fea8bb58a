"""The workload of agendas: learners book, hand in and leave, a tutor grades, and workers follow all of it at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from random import Random

from peerlearn.domain.clock import utc_now
from peerlearn.domain.users import Principal, Role
from peerlearn.persistence.agenda import AgendaRepository
from peerlearn.persistence.assessments import AssessmentRepository
from peerlearn.persistence.enrollments import EnrollmentRepository
from peerlearn.services.assessments import AssessmentService
from peerlearn.services.enrollments import EnrollmentService
from peerlearn.services.submissions import SubmissionService
from scripts.invariants import violations
from tests.fakes.uploads import NoBucket
from tests.support.agendas import agendas_on
from tests.support.courses import Courses
from tests.support.histories.ground import Ground
from tests.support.histories.history import Call, History
from tests.support.learning import Learning

# courses of tests are in no catalogue, and do not count their assessments
_OF_TESTS = ("catalogue", "assessments")
_TUTOR = Principal("usr_tutor", Role.TUTOR, "sid_tutor")


def agendas(ground: Ground, history: History, chance: Random, requests: int) -> None:
    """Workers follow in any order and several times: in the end lists and tallies are as the rest of the table says."""
    courses, learning = Courses(ground.plain), Learning(ground.plain)
    course = courses.add(None, tutor_id=_TUTOR.user_id)
    tasks = [learning.add_assessment(course) for _ in range(3)]
    learners = [Principal(f"usr_{number}", Role.LEARNER, "sid") for number in range(5)]
    seats = EnrollmentService(EnrollmentRepository(ground.plain))
    desk = SubmissionService(AssessmentRepository(ground.plain), NoBucket())
    grading = AssessmentService(AssessmentRepository(ground.plain))
    for one in learners:
        seats.enroll(one.user_id, course)
    following = agendas_on(ground.table)
    calls: list[Call] = []
    for number in range(requests // 2):
        who, task = chance.choice(learners), chance.choice(tasks)
        deeds: dict[str, Callable[[], object]] = {
            "submit": partial(desk.submit, who, task, f"https://github.com/ada/{number}"),
            "grade": partial(grading.grade, _TUTOR, task, who.user_id, chance.randrange(11), None),
            "withdraw": partial(seats.withdraw, who.user_id, course),
            "enroll": partial(seats.enroll, who.user_id, course),
        }
        name = chance.choices(list(deeds), [4, 3, 1, 2])[0]
        calls.append((name, who.user_id, deeds[name]))
        calls.append(("follow", who.user_id, partial(following.follow, course, who.user_id)))
    history.at_once(calls)
    # the stream tells of each deed behind it, until it was followed
    ground.calm()
    history.at_once([("follow", one.user_id, partial(following.follow, course, one.user_id)) for one in learners])
    history.violations += [one for one in violations(ground.items()) if one.kind not in _OF_TESTS]
    _check(ground, history, course, learners)


def _check(ground: Ground, history: History, course: str, learners: list[Principal]) -> None:
    store, now = AgendaRepository(ground.plain), utc_now()
    submitted: Counter[str] = Counter()
    for one in learners:
        agenda, situation = store.agenda(one.user_id, course), store.situation(one.user_id, course)
        wanted = situation.wanted(agenda, now)
        if (agenda.counted, agenda.entries) != (wanted.counted, wanted.entries):
            history.found("agenda", one.user_id, f"is {agenda}, and should be {wanted}")
        submitted.update(f"asm_{course}_{own}" for own in wanted.counted)
    told = {tally.assessment_id: tally.submitted for tally in store.all_tallies(course) if tally.submitted}
    if told != dict(submitted):
        history.found("tallies", course, f"count {told}, and {dict(submitted)} were handed in")
