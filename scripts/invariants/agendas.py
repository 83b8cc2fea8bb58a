"""To-do lists and tallies: each is what the agendas of the learners say, at any moment."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from peerlearn.domain.agenda import Tally, Todo
from peerlearn.domain.assessments import course_of_assessment
from peerlearn.persistence import keys
from peerlearn.persistence.items.agenda import agenda_of, tally_of, todo_key, todo_of
from peerlearn.persistence.items.base import Entity, Item
from peerlearn.persistence.items.own_records import OwnKind
from scripts.invariants.violation import Violation


class AgendasCheck:
    """The tallies are the sums over the agendas, and the lists have what agendas and tallies have put there."""

    def __init__(self) -> None:
        self._tallies: dict[str, Tally] = {}
        self._entries: set[tuple[str, Todo]] = set()
        self._wanted: set[tuple[str, Todo]] = set()
        self._submitted: Counter[str] = Counter()
        self._grades: dict[str, Counter[int]] = defaultdict(Counter)

    def see(self, item: Item) -> None:
        entity = item.get("entity")
        if entity == OwnKind.AGENDA:
            agenda = agenda_of(item["userId"], item["courseId"], item)
            self._wanted.update((agenda.learner_id, entry) for entry in agenda.entries)
            for own, grade in agenda.counted.items():
                assessment_id = f"asm_{agenda.course_id}_{own}"
                self._submitted[assessment_id] += 1
                if grade is not None:
                    self._grades[assessment_id][grade] += 1
        elif entity == Entity.TALLY:
            course_id = course_of_assessment(item["assessmentId"]) or ""
            tally = tally_of(course_id, item["assessmentId"], item)
            self._tallies[tally.assessment_id] = tally
            if tally.listed is not None and tally.listed_for is not None:
                self._wanted.add((tally.listed_for, tally.listed))
        elif entity == OwnKind.TODO:
            self._entries.add((item["userId"], todo_of(item)))

    def violations(self) -> Iterator[Violation]:
        for assessment_id in self._tallies.keys() | self._submitted.keys():
            tally = self._tallies.get(assessment_id, Tally(assessment_id))
            summed = self._submitted[assessment_id], dict(self._grades[assessment_id])
            key = "/".join(keys.tally(course_of_assessment(assessment_id) or "", assessment_id))
            if (tally.submitted, dict(tally.grades)) != summed:
                told = f"{tally.submitted} and {dict(tally.grades)}"
                yield Violation("tallies", key, f"counts {told}, and the agendas of the learners give {summed}")
            if tally.listed is not None and not tally.ungraded:
                yield Violation("to-do", key, "has nothing to grade, and is on the list of the tutor")
        for user_id, entry in self._entries ^ self._wanted:
            # closed entries expire by themselves, each on its own
            if (user_id, entry) in self._wanted and entry.closes:
                continue
            is_there = (user_id, entry) in self._entries
            key = "/".join(todo_key(user_id, entry))
            yield Violation("to-do", key, "nobody has put it there" if is_there else "is missing")
