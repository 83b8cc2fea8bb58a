"""Points, attempts and grades."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace

from peerlearn.domain.assessments import own_part
from peerlearn.domain.enrollments import Enrollment, EnrollmentStatus
from peerlearn.domain.points import Entry, sums_of
from peerlearn.persistence import index_keys, keys
from peerlearn.persistence.counters import counted
from peerlearn.persistence.items.assessments import assessment_of, submission_of
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.items.courses import due_date
from peerlearn.persistence.items.enrollments import enrollment_of
from peerlearn.persistence.items.ledger import entry_of, totals_of
from scripts.invariants.violation import Violation, differences


class LedgerCheck:
    """Totals are the sum of the ledger, its numbers have no gap, and every enrolment has the points that it earned."""

    def __init__(self, *, settled: bool) -> None:
        self._settled = settled
        self._entries: dict[str, list[Entry]] = defaultdict(list)
        self._totals: dict[str, Item] = {}
        self._erased: set[str] = set()
        self._enrollments: dict[str, list[tuple[Enrollment, Item]]] = defaultdict(list)

    def see(self, item: Item) -> None:
        entity = item.get("entity")
        if entity == Entity.POINTS:
            self._entries[item["learnerId"]].append(entry_of(item))
        elif entity == Entity.TOTALS:
            self._totals[item["userId"]] = item
        elif entity == Entity.ERASURE:
            self._erased.add(item["userId"])
        elif entity == Entity.ENROLLMENT:
            enrollment = enrollment_of(item)
            self._enrollments[enrollment.learner_id].append((enrollment, item))

    def violations(self) -> Iterator[Violation]:
        under_way = set() if self._settled else self._erased
        for learner_id in (self._entries.keys() | self._totals.keys() | self._enrollments.keys()) - under_way:
            entries = sorted(self._entries[learner_id], key=lambda entry: entry.number)
            yield from self._sums(learner_id, entries)
            yield from self._standings(learner_id, entries)

    def _sums(self, learner_id: str, entries: list[Entry]) -> Iterator[Violation]:
        key = keys.user_partition(learner_id)
        numbers = [entry.number for entry in entries]
        if numbers != list(range(1, len(numbers) + 1)):
            yield Violation("ledger", key, f"the entries are numbered {numbers}")
            return
        stored = totals_of(learner_id, self._totals.get(learner_id))
        summed = sums_of(learner_id, entries)
        if replace(stored, version=0, submissions=0) != summed:
            yield Violation("ledger", key, f"the totals are {stored}, and the entries give {summed}")
        badges = self._totals.get(learner_id, {}).get("badges", [])
        if badges != [badge.value for badge in summed.badges]:
            yield Violation("ledger", key, f"the badges are {badges}, and the entries give {summed.badges}")

    def _standings(self, learner_id: str, entries: list[Entry]) -> Iterator[Violation]:
        points: Counter[str] = Counter()
        for entry in entries:
            points[entry.award.course_id] += entry.award.points
        earned = {entry.award.key for entry in entries}
        for enrollment, item in self._enrollments[learner_id]:
            course_id = enrollment.course_id
            key = "/".join(keys.enrollment(learner_id, course_id))
            if enrollment.points != points[course_id]:
                message = f"has {enrollment.points} points, and its entries give {points[course_id]}"
                yield Violation("points", key, message)
            rank = index_keys.leaderboard_sort(enrollment.points, learner_id)
            if item.get("GSI2SK", rank if not enrollment.points else None) != rank:
                yield Violation("leaderboard", key, f"is at {item.get('GSI2SK')}, should be at {rank}")
            prefix = f"module:{course_id}:"
            modules = {award_key.removeprefix(prefix) for award_key in earned if award_key.startswith(prefix)}
            if modules != enrollment.completed_modules.keys():
                yield Violation("progress", key, f"the entries name other modules than are done: {sorted(modules)}")
            handed_in = {own_part(one) for one in earned if one.startswith(f"submission:asm_{course_id}_")}
            # An earlier release did not note what was handed in.
            if not enrollment.handed_in <= handed_in:
                yield Violation("handed in", key, f"the entries name other assessments: {sorted(handed_in)}")
            is_completed = enrollment.status is EnrollmentStatus.COMPLETED
            # Of a course that somebody completed before they erased their account nothing is left but the seat.
            if (f"course:{course_id}" in earned) != (is_completed and learner_id not in self._erased):
                yield Violation("progress", key, f"is {enrollment.status}, which the entries contradict")


class SubmissionsCheck:
    """Attempts and gradings are numbered without a gap, and counted right: by learner, by assessment, by course."""

    def __init__(self, *, settled: bool) -> None:
        self._settled = settled
        self._erased: set[str] = set()
        self._latest: dict[tuple[str, str], tuple[int, int]] = {}
        self._attempts: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._grades: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._counted: Counter[str] = Counter()
        self._by_learner: Counter[str] = Counter()
        self._assessments: Counter[str] = Counter()
        self._assessment_counts: dict[str, int] = {}
        self._due: dict[str, set[str]] = defaultdict(set)
        self._course_due: dict[str, set[str]] = {}

    def see(self, item: Item) -> None:
        entity = item.get("entity")
        if entity in (Entity.SUBMISSION, Entity.PAST_ATTEMPT):
            submission = submission_of(item)
            where = (submission.learner_id, submission.assessment_id)
            self._attempts[where].append(submission.attempt)
            if entity == Entity.SUBMISSION:
                self._latest[where] = (submission.attempt, submission.revision)
        elif entity == Entity.PAST_GRADE:
            self._grades[item["learnerId"], item["assessmentId"]].append(int(item["revision"]))
        elif entity == Entity.SUBMISSION_COUNTER:
            _, assessment_id, _ = item["PK"].split("#")
            self._counted[assessment_id] += counted(item)
        elif entity == Entity.TOTALS:
            self._by_learner[item["userId"]] += int(item["submissions"])
        elif entity == Entity.ERASURE:
            self._erased.add(item["userId"])
        elif entity == Entity.ASSESSMENT:
            self._assessments[item["courseId"]] += 1
            assessment = assessment_of(item)
            if assessment.due_at is not None:
                self._due[assessment.course_id].add(due_date(assessment.assessment_id, assessment.due_at))
        elif entity == Entity.COURSE:
            self._assessment_counts[item["courseId"]] = int(item["assessmentCount"])
            self._course_due[item["courseId"]] = set(item.get("dueDates", ()))

    def violations(self) -> Iterator[Violation]:
        learners: Counter[str] = Counter()
        assessments: Counter[str] = Counter()
        for where, attempts in self._attempts.items():
            learner_id, assessment_id = where
            assessments[assessment_id] += len(attempts)
            # one after the other goes, whichever
            if learner_id in self._erased and not self._settled:
                continue
            learners[learner_id] += len(attempts)
            key = "/".join(keys.submission(learner_id, assessment_id))
            attempt, revision = self._latest.get(where, (0, 0))
            if sorted(attempts) != list(range(1, attempt + 1)):
                yield Violation("attempts", key, f"the latest is {attempt}, and there are {sorted(attempts)}")
            # the latest grading is the submission's own
            if sorted(self._grades[where]) != list(range(1, revision)):
                yield Violation("grades", key, f"the latest is {revision}, and kept are {sorted(self._grades[where])}")
        yield from differences("attempts", keys.user_partition, self._by_learner, learners)
        yield from differences("attempts", index_keys.assessment_submissions_partition, self._counted, assessments)
        counts = Counter(self._assessment_counts)
        yield from differences("assessments", keys.course_partition, counts, self._assessments)
        for course_id, told in self._course_due.items():
            if not told <= self._due[course_id]:
                message = f"names {sorted(told)}, and its assessments are due {sorted(self._due[course_id])}"
                yield Violation("due dates", keys.course_partition(course_id), message)
