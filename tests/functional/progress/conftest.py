"""Learners who complete modules."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from peerlearn.persistence.table import Table
from tests.support.api import Answer
from tests.support.learning import Learning
from tests.support.people import Person

Call = Callable[..., Answer]


@pytest.fixture
def learning(table: Table) -> Learning:
    return Learning(table)


@pytest.fixture
def complete(call: Call) -> Callable[..., Answer]:
    def complete_(person: Person, course_id: str, module_id: str, **more: object) -> Answer:
        body = {"moduleId": module_id, **more}
        return call("complete_module", token=person.token, path={"courseId": course_id}, body=body)

    return complete_
