"""Histories of points and of messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from random import Random
from typing import Any
from uuid import uuid4

from peerlearn.domain.courses import Module
from peerlearn.domain.grades import Grade
from peerlearn.domain.messages import Message
from peerlearn.domain.users import Principal, Role
from peerlearn.persistence.accounts import AccountRepository
from peerlearn.persistence.assessments import AssessmentRepository
from peerlearn.persistence.conversations import ConversationRepository
from peerlearn.persistence.items.assessments import submission_of
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.items.conversations import message_of
from peerlearn.persistence.peers import PeerRepository
from peerlearn.persistence.progress import ProgressRepository
from peerlearn.services.assessments import AssessmentService
from peerlearn.services.messages import MessageService
from peerlearn.services.progress import ProgressService
from peerlearn.services.submissions import SubmissionService
from tests.fakes.keys import fake_tokens
from tests.fakes.uploads import NoBucket
from tests.support.courses import Courses
from tests.support.histories.checking import IN, OUT, by_subject, check_table, sentence_of
from tests.support.histories.ground import Ground
from tests.support.histories.history import OK, Call, History, Operation, explained
from tests.support.learning import Learning
from tests.support.people import People

TUTOR = Principal("usr_tutor", Role.TUTOR, "sid_tutor")


# -- points -----------------------------------------------------------------------------------------------------------


def points(ground: Ground, history: History, chance: Random, requests: int) -> None:
    """Modules, attempts, grades and corrections, many times each: every point is in the ledger, and once."""
    courses, learning = Courses(ground.plain), Learning(ground.plain)
    modules = [f"mod_{number}" for number in range(5)]
    course = courses.add(None, modules=[Module(name, name, 10) for name in modules])
    learners = [Principal(f"usr_{number}", Role.LEARNER, "sid_1") for number in range(max(2, requests // 50))]
    for learner in learners:
        learning.enroll(learner.user_id, course)
    store = AssessmentRepository(ground.table)
    progress, grading = ProgressService(ProgressRepository(ground.table)), AssessmentService(store)
    submitting, setting = SubmissionService(store, NoBucket()), AssessmentService(AssessmentRepository(ground.plain))
    tasks = [setting.create(TUTOR, course, title="t", instructions="", max_grade=10).assessment_id for _ in range(3)]
    calls: list[Any] = []
    for _ in range(requests):
        learner, task, module = chance.choice(learners), chance.choice(tasks), chance.choice(modules)
        user_id, grade = learner.user_id, chance.choice([3, 9, 10])
        module_done = partial(progress.complete, learner, course, module, 7)
        url = f"https://github.com/ada/{chance.randrange(3)}"
        handed_in = partial(submitting.submit, learner, task, url)
        graded = partial(grading.grade, TUTOR, task, user_id, grade, None)
        calls.append(
            chance.choice(
                [
                    ("complete", (user_id, module), module_done, None),
                    ("submit", (user_id, task), lambda call=handed_in: call().attempt, url),
                    ("grade", (user_id, task), lambda call=graded: call().grade, grade),
                ]
            )
        )
    history.at_once(calls)
    items = check_table(ground, history)
    done = {(i["learnerId"], m) for i in items if i.get("entity") == Entity.ENROLLMENT for m in i["completedModules"]}
    latest = [submission_of(item) for item in items if item.get("entity") == Entity.SUBMISSION]
    works = {(one.learner_id, one.assessment_id): (one.attempt, one.grade, one.submission_url) for one in latest}
    for subject, operations in by_subject(history).items():
        if subject[1] in modules:
            explains = explained(operations, _completing, OUT, (IN if subject in done else OUT).__eq__)
        else:
            nothing: _Work = (0, None, "")
            explains = explained(operations, _working, nothing, works.get(subject, nothing).__eq__)
        if not explains:
            history.found("points", subject, f"nothing explains {sentence_of(operations)}, then {works.get(subject)}")


def _completing(_: str, __: Operation) -> Iterable[tuple[str, str]]:
    return [(OK, IN)]


# The latest attempt's number, its grade, and what was handed in.
_Work = tuple[int, Grade | None, str]


def _working(state: _Work, one: Operation) -> Iterable[tuple[str, _Work]]:
    attempt, grade, url = state
    if one.name == "grade":
        return [(OK, (attempt, int(str(one.argument)), url))] if attempt else [("SUBMISSION_NOT_FOUND", state)]
    if one.argument == url:
        return [(OK, state)] if one.result in (None, attempt) else []
    if grade is not None:
        return [("SUBMISSION_ALREADY_GRADED", state)]
    return [(OK, (attempt + 1, None, str(one.argument)))] if one.result in (None, attempt + 1) else []


# -- messages ---------------------------------------------------------------------------------------------------------


def messages(ground: Ground, history: History, chance: Random, requests: int) -> None:
    """Both sides write at once, and repeat themselves: no number is left out, and nothing is there twice."""
    courses, learning = Courses(ground.plain), Learning(ground.plain)
    course = courses.add(None)
    people = [People(AccountRepository(ground.plain), fake_tokens()).add() for _ in range(4)]
    for person in people:
        learning.enroll(person.user_id, course)
    service = MessageService(ConversationRepository(ground.table), PeerRepository(ground.table))
    calls: list[Call] = []
    for _ in range(requests // 2):
        sender, receiver = chance.sample(people, 2)
        key = uuid4().hex
        send = partial(service.send, sender.principal, receiver.user_id, key, key)
        # once, or again and again without waiting for an answer
        times = chance.choice([1, 1, 3])
        calls += [("send", key, lambda call=send: call()[0]) for _ in range(times)]
    chance.shuffle(calls)
    history.at_once(calls)
    # whoever heard nothing asks again
    unheard = [one.subject for one in history.operations if one.is_unknown]
    again = {subject: use_case for _, subject, use_case, *_ in calls if subject in unheard}
    history.at_once([("send", subject, use_case) for subject, use_case in again.items()])
    stored = {m.client_message_id: m for m in map(message_of, _of(check_table(ground, history), Entity.MESSAGE))}
    told = by_subject(history)
    for sent, operations in told.items():
        key = str(sent)
        answered = {(one.result.message_id, one.result.seq) for one in operations if isinstance(one.result, Message)}
        message = stored.get(key)
        present = {(message.message_id, message.seq)} if message else set()
        if answered and answered != present:
            history.found("messages", key, f"was answered as {answered}, and is stored as {present}")
    for unsent in stored.keys() - told.keys():
        history.found("messages", unsent, "nobody has ever sent it")
    _check_order(history, told)


def _of(items: Iterable[Item], entity: Entity) -> list[Item]:
    return [item for item in items if item.get("entity") == entity]


def _check_order(history: History, told: dict[Any, list[Operation]]) -> None:
    """A message that was answered before another was sent comes before it."""
    once: dict[object, list[tuple[Operation, int]]] = defaultdict(list)
    for operations in told.values():
        if len(operations) == 1 and isinstance(operations[0].result, Message):
            message = operations[0].result
            once[message.pair].append((operations[0], message.seq))
    for sent in once.values():
        sent.sort(key=lambda one: one[1])
        for number, (later, seq) in enumerate(sent):
            if any(later.ended < earlier.began for earlier, _ in sent[:number]):
                history.found("messages", seq, "stands behind what was sent after it")
